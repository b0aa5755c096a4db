"""Running jobs: one line in the status bar, all of them in a popover, each with progress and cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import _, ngettext
from desktop.tasks import Job, JobState, Tasks
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.progress import ProgressBar, ProgressRing
from desktop.ui.widgets.surfaces import Popover


class JobRow(QWidget):
    """One job in the popover."""

    def __init__(self, job: Job, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job = job
        self._bar = ProgressBar(job.label, job.fraction, self)
        self._detail = ElidedLabel("", Role.CAPTION, "muted", self)
        self.cancel_button = IconButton("close", _("Cancel {job}").format(job=job.label), self, side=26)
        self.cancel_button.setVisible(job.cancellable)
        self.cancel_button.clicked.connect(self._cancel)
        column = QVBoxLayout()
        column.setSpacing(px(5))
        column.addWidget(ElidedLabel(job.label, Role.STRONG, parent=self))
        column.addWidget(self._bar)
        column.addWidget(self._detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(12))
        row.addLayout(column, 1)
        row.addWidget(self.cancel_button)
        self.show_job(job)

    def show_job(self, job: Job) -> None:
        self._bar.set_fraction(job.fraction)
        self._detail.setText(job.detail or ("" if job.fraction is None else f"{job.fraction:.0%}"))

    def _cancel(self) -> None:
        self._job.cancel()
        self.cancel_button.setEnabled(False)
        self._detail.setText(_("Cancelling…"))


class JobsIndicator(QWidget):
    """The line in the status bar; hidden while nothing runs."""

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._rows: dict[int, JobRow] = {}
        self.ring = ProgressRing(_("Running jobs"), None, 14, self)
        self.button = Button("", "plain", "", self)
        self.cancel_button = IconButton("close", _("Cancel"), self, side=20)
        self.cancel_button.clicked.connect(self._cancel_only)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(4))
        row.addWidget(self.ring)
        row.addWidget(self.button)
        row.addWidget(self.cancel_button)
        self.popover = Popover(_("Running jobs"), self)
        self.popover.panel.setFixedWidth(px(340))
        self.popover.body.addWidget(Label(_("Running now"), Role.LABEL, "muted", self.popover))
        self.button.clicked.connect(lambda: self.popover.show_above(self.button))
        listener = self._job_changed
        tasks.listeners.append(listener)
        self.destroyed.connect(lambda: tasks.listeners.remove(listener))
        for job in tasks.jobs.values():
            self._job_changed(job)
        self._show()

    def _job_changed(self, job: Job) -> None:
        if job.state is JobState.RUNNING:
            row = self._rows.get(job.id)
            if row is None:
                row = self._rows[job.id] = JobRow(job, self.popover)
                self.popover.body.addWidget(row)
            row.show_job(job)
        elif (ended := self._rows.pop(job.id, None)) is not None:
            self.popover.body.removeWidget(ended)
            ended.deleteLater()
        self._show()

    def _show(self) -> None:
        jobs = list(self._tasks.jobs.values())
        self.setVisible(bool(jobs))
        if not jobs:
            self.popover.hide()
            return
        fractions = [job.fraction for job in jobs]
        known = [fraction for fraction in fractions if fraction is not None]
        self.ring.set_fraction(sum(known) / len(known) if len(known) == len(jobs) else None)
        one = jobs[0]
        done = "" if one.fraction is None else f" · {one.fraction:.0%}"
        self.button.setText(one.label + done if len(jobs) == 1 else ngettext("{n} job", "{n} jobs", len(jobs)).format(n=len(jobs)))
        self.cancel_button.setVisible(len(jobs) == 1 and one.cancellable)
        self.cancel_button.set_name(_("Cancel {job}").format(job=one.label))
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def _cancel_only(self) -> None:
        for job in list(self._tasks.jobs.values())[:1]:
            job.cancel()
