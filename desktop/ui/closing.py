"""Closing the window while something runs: it waits for that, unless the person does not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.i18n import _, ngettext
from desktop.tasks import Job, Tasks
from desktop.ui.widgets.surfaces import Dialog


class ClosingDialog(Dialog):
    """Says what runs. ``decided`` comes when the window is to close: nothing runs any more, or the person stops it."""

    decided = Signal()

    def __init__(self, tasks: Tasks, parent: QWidget) -> None:
        labels = ", ".join(job.label for job in tasks.jobs.values())
        super().__init__(
            ngettext("Something is still running", "Some things are still running", len(tasks.jobs)),
            _("{jobs}. The window closes as soon as that is done. If you stop it now, what is done so far is kept.").format(jobs=labels),
            parent,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._tasks = tasks
        self.stay_button = self.add_button(_("Keep open"), "quiet", self.reject)
        self.stop_button = self.add_button(_("Stop and close"), "destructive", self.accept)
        self.accepted.connect(self.decided)
        tasks.listeners.append(self._heard)
        self.finished.connect(lambda _result: tasks.listeners.remove(self._heard))

    def _heard(self, _job: Job) -> None:
        if not self._tasks.jobs:
            self.accept()
