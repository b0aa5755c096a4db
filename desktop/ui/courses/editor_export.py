"""Courses in and out: what to make of one, and the report of what was kept, changed or dropped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QWidget

from desktop.courses.cartridge import import_cartridge
from desktop.courses.draft import Draft, Step
from desktop.courses.export import Format, export
from desktop.courses.report import Fate, Report
from desktop.i18n import N_, _
from desktop.store.media import Media
from desktop.tasks import JobControl
from desktop.ui.theme import px
from desktop.ui.theme.icons import icon
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

if TYPE_CHECKING:
    from desktop.store.replica import Replica
    from desktop.ui.courses.editor import CourseEditorPage

FORMATS = {
    Format.SCORM_2004: (N_("SCORM 2004 package…"), ".zip"),
    Format.SCORM_12: (N_("SCORM 1.2 package…"), ".zip"),
    Format.CARTRIDGE: (N_("Common Cartridge…"), ".imscc"),
}
FATES = {
    Fate.DROPPED: (N_("Dropped: {what}. {why}"), "ban", "bad"),
    Fate.CHANGED: (N_("Changed: {what}. {why}"), "edit", "warn"),
    Fate.KEPT: (N_("Kept: {what}. {why}"), "check", "good"),
}


class ReportDialog(Dialog):
    """Line by line, what was lost first."""

    def __init__(self, title: str, report: Report, parent: QWidget) -> None:
        super().__init__(title, "", parent, width=620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        counts = {fate: len(report.of(fate)) for fate in Fate}
        words = _("{kept} kept, {changed} changed, {dropped} dropped").format(**{fate.value: count for fate, count in counts.items()})
        self.body.addWidget(Label(words, token="muted"))
        self.lines = QListWidget()
        self.lines.setAccessibleName(_("Report"))
        self.lines.setWordWrap(True)
        self.lines.setMinimumHeight(px(280))
        for fate, (sentence, name, token) in FATES.items():
            for line in report.of(fate):
                self.lines.addItem(QListWidgetItem(icon(name, token), _(sentence).format(what=line.what, why=line.why)))
        self.body.addWidget(self.lines, 1)
        self.add_button(_("Close"), "primary", self.accept)


def choose_export(page: CourseEditorPage, form: Format) -> None:
    """Ask where to, then write it."""
    name, suffix = FORMATS[form]
    dialog = QFileDialog(page, _(name).rstrip("…"), f"{page.session.draft.course['slug']}{suffix}")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.fileSelected.connect(lambda path: page.spawn(export_to(page, form, Path(path))))
    dialog.open()


async def export_to(page: CourseEditorPage, form: Format, target: Path) -> None:
    """Export what is on this computer, as it is now; then show the report."""
    await page.flush()
    draft = page.session.draft
    context = page.context
    report = await context.job(_("Exporting the course"), _exported, draft, form, target, page.files.media, context.store, context.here)
    ReportDialog(_("“{name}” was written").format(name=target.name), report, page).open()


def choose_cartridge(page: CourseEditorPage) -> None:
    dialog = QFileDialog(page, _("Import a Common Cartridge"), "", _("Cartridges (*.imscc *.zip);;All files (*)"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: page.spawn(import_from(page, Path(path))))
    dialog.open()


async def import_from(page: CourseEditorPage, path: Path) -> None:
    """Put all of a cartridge behind what is there, as one step; then show the report."""
    await page.flush()
    step, report = await page.context.job(
        _("Importing {name}").format(name=path.name), _imported, path, page.session.draft, page.files.media
    )
    page.session.do(step)
    page.spawn(page.files.send())
    ReportDialog(_("“{name}” was imported").format(name=path.name), report, page).open()


def _exported(control: JobControl, draft: Draft, form: Format, target: Path, media: Media, store: Any, replica: Replica) -> Report:
    from desktop.questions.assessment import WrittenAssessment, write_assessment

    def write_quiz(lesson: UUID, identifier: str, address: Callable[[str], str]) -> WrittenAssessment | None:
        return replica.read(write_assessment, lesson, identifier, address)

    return export(draft, form, target, lambda asset: media.get(store, asset, control), write_quiz)


def _imported(control: JobControl, path: Path, draft: Draft, media: Media) -> tuple[Step, Report]:
    from desktop.questions.assessment import read_assessment  # lxml and all readers, which the start needs not

    def keep(data: bytes, name: str, media_type: str) -> str:
        return media.keep_bytes(data, name, media_type, control)

    return import_cartridge(path, draft, keep, read_assessment)
