"""Saves a member's transcript, as PDF or as a table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.certificates.transcript import as_csv, draw_transcript, get_transcript
from desktop.errors import Invalid
from desktop.i18n import _
from desktop.ui.context import Context


def choose_transcript(context: Context, member: UUID, name: str, parent: QWidget) -> None:
    """Ask where it should be, then write it."""
    dialog = QFileDialog(parent, _("Save the transcript"), "")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([_("PDF files (*.pdf)"), _("CSV files (*.csv)")])
    dialog.setDefaultSuffix("pdf")
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix("csv" if "csv" in chosen else "pdf"))
    dialog.selectFile(_("Transcript of {name}").format(name=name))
    dialog.fileSelected.connect(lambda chosen: context.spawn(save_transcript(context, member, Path(chosen))))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


async def save_transcript(context: Context, member: UUID, path: Path) -> None:
    """Write it as a table where the name says so, else as PDF."""
    transcript = await context.read(get_transcript, member, datetime.now(UTC).date())

    def write() -> None:
        if path.suffix.lower() == ".csv":
            path.write_text(as_csv(transcript), "utf-8-sig", newline="")
        else:
            path.write_bytes(draw_transcript(transcript))

    try:
        await context.tasks.run(write)
    except OSError as error:
        raise Invalid(
            _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
        ) from error
    context.notices.done(_("Saved as {name}.").format(name=path.name))
