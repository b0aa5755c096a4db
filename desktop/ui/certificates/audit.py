"""Asks what an audit bundle is to be about, and writes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QComboBox, QDateEdit, QFileDialog, QWidget

from desktop.certificates.audit import AuditScope, Bundled, list_courses, save_bundle
from desktop.certificates.custody import find_key
from desktop.certificates.keys import SigningKey
from desktop.errors import Invalid
from desktop.i18n import _, ngettext
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_format
from desktop.ui.theme import Role
from desktop.ui.widgets.labels import Label


class AuditDialog(FormDialog):
    """Which certificates: of one course or of all, issued between two days."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(_("Audit bundle"), _("Choose a file…"), parent, width=520)
        self._context = context
        self._key: SigningKey | None = None
        self.body.insertWidget(
            0,
            Label(
                _(
                    "One file for a regulator: certificates, enrolments, time, attendance, exams and the log, with a list of everything in"
                    " it that is signed with the association's key."
                ),
                Role.BODY,
                "muted",
                wrap=True,
            ),
        )
        self.course = self.field(_("Course"), QComboBox())
        self.course.addItem(_("All courses"), None)
        today = datetime.now(UTC).date()
        self.since = self.field(_("Issued from"), _day(date(today.year, 1, 1)))
        self.until = self.field(_("Until, this day included"), _day(today))
        self.signed = Label("", Role.BODY, "muted", wrap=True)
        self.body.addWidget(self.signed)
        context.spawn(self._fill(), self)

    async def _fill(self) -> None:
        store: Any = self._context.store
        self._key = await self._context.tasks.run(find_key, store)
        self.signed.setText(
            _("It will be signed by {name}.").format(name=self._key.public.name)
            if self._key is not None
            else _("The signing key is not on this computer, so the bundle will prove nothing about who made it.")
        )
        self.signed.set_token("muted" if self._key is not None else "warn")
        for course, title in await self._context.read(list_courses):
            self.course.addItem(title, course)

    def scope(self) -> AuditScope:
        return AuditScope(_date(self.since), _date(self.until), self.course.currentData())

    def give(self) -> None:
        scope = self.scope()
        if scope.since > scope.until:
            self.complain(_("The first day is after the last."), self.since)
            return
        dialog = QFileDialog(self, _("Save the audit bundle"), "", _("ZIP files (*.zip)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(_("Audit {since} to {until}").format(since=scope.since, until=scope.until) + ".zip")
        dialog.fileSelected.connect(lambda name: self._save(scope, Path(name)))
        dialog.open()

    def _save(self, scope: AuditScope, path: Path) -> None:
        self.accept()
        self._context.spawn(save(self._context, scope, self._key, path))


async def save(context: Context, scope: AuditScope, key: SigningKey | None, path: Path) -> None:
    """Write the bundle, as a job that may be cancelled."""
    store: Any = context.store
    try:
        done: Bundled = await context.job(_("Making an audit bundle"), save_bundle, store, scope, key, path)
    except OSError as error:
        raise Invalid(
            _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
        ) from error
    said = ngettext("{name} holds {n} certificate.", "{name} holds {n} certificates.", done.certificates).format(
        name=path.name, n=f"{done.certificates:,}"
    )
    if done.refused:
        details = "\n".join(f"{error.code}: {error.message}" for error in done.refused)
        left_out = ngettext("{n} could not be drawn.", "{n} could not be drawn.", len(done.refused)).format(n=f"{len(done.refused):,}")
        context.notices.warn(f"{said} {left_out}", details=details)
    else:
        context.notices.done(said)


def _day(day: date) -> QDateEdit:
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setCalendarPopup(True)
    field.setDisplayFormat(date_format())
    return field


def _date(field: QDateEdit) -> date:
    day = field.date()
    return date(day.year(), day.month(), day.day())
