"""What is done with a member's record as a whole: merge a duplicate into it, give it out, erase it; and with one enrolment."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout

from desktop.courses.vocabulary import label
from desktop.errors import Invalid, LmsError
from desktop.i18n import N_, _, ngettext
from desktop.learning.queries import MemberEnrollment
from desktop.members.queries import MemberDetail, MemberFilter, page_members
from desktop.members.records import (
    PrivacyRequest,
    answer_privacy_request,
    count_rows,
    erase_member,
    export_record,
    list_privacy_requests,
    merge_members,
    record_privacy_request,
    set_enrollment_status,
    transfer_enrollment,
)
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_text
from desktop.ui.layouts import emptied
from desktop.ui.page import Page
from desktop.ui.theme import Role
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import confirm

CHOICES = {"enrolled": N_("Open"), "suspended": N_("Suspended"), "dropped": N_("Dropped"), "expired": N_("Expired")}
"""What a person may make of an enrolment; completion is computed."""
REQUESTS = {"inspection": N_("To see the record"), "amendment": N_("To correct the record"), "erasure": N_("To erase the record")}
MOST_LISTED = 8


class MergeDialog(FormDialog):
    """Names the duplicate by its address, says what it has, and then merges."""

    def __init__(self, member: MemberDetail, page: Page) -> None:
        super().__init__(_("Merge a duplicate into {name}").format(name=member.name), _("Look"), page)
        self._member, self._page = member, page
        self.email = self.field(_("E-mail of the duplicate"), QLineEdit())
        self.email.textEdited.connect(lambda _text: self._look_again())
        self.told = Label("", Role.BODY, "muted", wrap=True)
        self.form.addRow(self.told)
        self.ready: UUID | None = None

    def _look_again(self) -> None:
        self.ready = None
        self.button.setText(_("Look"))

    def give(self) -> None:
        self._page.spawn(self._look() if self.ready is None else self._merge(self.ready))

    async def _look(self) -> None:
        context, address = self._page.context, self.email.text().strip().lower()
        rows = [row for row in await context.read(page_members, MemberFilter(email=address)) if row.email.lower() == address]
        if not rows or rows[0].id == self._member.id:
            self.complain(_("There is no other member with this address."), self.email)
            return
        amount = sum(count.amount for count in await context.read(count_rows, rows[0].id))
        self.trouble.hide()
        self.told.setText(
            ngettext(
                "{name} has {n} record. It becomes {other}'s, and {name} is no member of the list any more. There is no way back.",
                "{name} has {n} records. They become {other}'s, and {name} is no member of the list any more. There is no way back.",
                amount,
            ).format(name=rows[0].name, n=f"{amount:,}", other=self._member.name)
        )
        self.ready = rows[0].id
        self.button.setText(_("Merge"))

    async def _merge(self, duplicate: UUID) -> None:
        try:
            moved = await self._page.context.write(merge_members, self._member.id, duplicate)
        except LmsError as error:
            self.complain(error.message)
            return
        self.accept()
        self._page.context.notices.done(ngettext("{n} record was moved.", "{n} records were moved.", moved).format(n=f"{moved:,}"))


def choose_export(member: MemberDetail, page: Page) -> None:
    """Ask where the whole record goes."""
    dialog = QFileDialog(page, _("Save the whole record"), "", _("JSON files (*.json)"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("json")
    dialog.selectFile(f"{member.name}.json")
    dialog.fileSelected.connect(lambda name: page.spawn(export(member, page, Path(name))))
    dialog.open()


async def export(member: MemberDetail, page: Page, path: Path) -> None:
    """Write all that is kept about a member to a file."""
    text = await page.context.read(export_record, member.id)
    try:
        await page.context.tasks.run(path.write_text, text, "utf-8")
    except OSError as error:
        raise Invalid(
            _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
        ) from error
    page.context.notices.done(_("Saved as {name}.").format(name=path.name))


def ask_to_erase(member: MemberDetail, page: Page) -> None:
    """Erase after asking, as there is no way back."""
    confirm(
        page,
        _("Erase {name}?").format(name=member.name),
        _(
            "Name, addresses, licences and words in reviews are taken away, here and in the log. Enrolments, grades, payments and"
            " certificates with the name printed on them stay, as the law has them kept. There is no way back."
        ),
        _("Erase"),
        lambda: page.spawn(page.context.write(erase_member, member.id)),
    )


class RequestsDialog(FormDialog):
    """What somebody asked about their record: what is open is answered here, what is new is noted. All of it stays on record."""

    def __init__(self, member: MemberDetail, page: Page) -> None:
        super().__init__(_("Requests of {name}").format(name=member.name), _("Note"), page)
        self._member, self._page = member, page
        self.kind = self.field(_("Asks"), QComboBox())
        for kind, name in REQUESTS.items():
            self.kind.addItem(_(name), kind)
        self.note = self.field(_("Note"), QLineEdit())
        self.form.addRow(
            Label(_("To see the record: within 45 days. While it is open, nothing is erased."), Role.CAPTION, "muted", wrap=True)
        )
        self.listed = QVBoxLayout()
        self.body.insertLayout(self.body.count() - 1, self.listed)
        page.spawn(self.show_requests())

    async def show_requests(self) -> None:
        """What was asked so far."""
        requests = await self._page.context.read(list_privacy_requests, self._member.id)
        emptied(self.listed)
        for request in requests[:MOST_LISTED]:
            row = QHBoxLayout()
            row.addWidget(Label(f"{label(REQUESTS, request.kind)} · {date_text(request.asked_at)}", Role.BODY), 1)
            if request.answered_at is None:
                done = Button(_("Answered"), "quiet", "check")
                done.clicked.connect(lambda _on=False, request=request: self._page.spawn(self._answer(request)))
                row.addWidget(done)
            else:
                row.addWidget(Label(_("answered {date}").format(date=date_text(request.answered_at)), Role.CAPTION, "muted"))
            self.listed.addLayout(row)

    def give(self) -> None:
        self._page.spawn(self._record())

    async def _record(self) -> None:
        await self._page.context.write(record_privacy_request, self._member.id, self.kind.currentData(), self.note.text())
        self.note.clear()
        await self.show_requests()

    async def _answer(self, request: PrivacyRequest) -> None:
        await self._page.context.write(answer_privacy_request, request.id, self.note.text())
        await self.show_requests()


class EnrollmentDialog(FormDialog):
    """Drop, suspend, expire or let back in; move to another cohort."""

    def __init__(self, enrollment: MemberEnrollment, page: Page) -> None:
        super().__init__(enrollment.title, _("Save"), page, width=400)
        self._enrollment, self._page = enrollment, page
        self.status = self.field(_("Status"), QComboBox())
        self.status.addItem(_("As it is"), None)
        for status, name in CHOICES.items():
            self.status.addItem(_(name), status)
        self.status.setEnabled(enrollment.status != "completed")
        self.moves = QCheckBox(_("Move to another cohort, with all that was done"))
        self.form.addRow(self.moves)
        self.cohort = self.field(_("Cohort (empty: none)"), QLineEdit())
        self.cohort.setEnabled(False)
        self.moves.toggled.connect(self.cohort.setEnabled)

    def give(self) -> None:
        self._page.spawn(self._save())

    async def _save(self) -> None:
        try:
            if self.status.currentData() is not None:
                await self._page.context.write(set_enrollment_status, self._enrollment.id, self.status.currentData())
            if self.moves.isChecked():
                await self._page.context.write(transfer_enrollment, self._enrollment.id, self.cohort.text().strip() or None)
        except LmsError as error:
            self.complain(error.message)
        else:
            self.accept()
