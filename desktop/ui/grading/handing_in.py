"""An assignment as its learner meets it: the task, handing in, the receipt, and what came back."""

from __future__ import annotations

import asyncio
import contextlib
import mimetypes
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.errors import Invalid, ServerAway
from desktop.grading.commands import Receipt, Work, WorkFile, request_regrade, submit_assignment
from desktop.grading.own_work import Handed, OwnAssignment, Result, get_own_assignment
from desktop.grading.peer_reviews import Received, Review, list_my_reviews, list_received_reviews
from desktop.grading.unsent import Unsent, UnsentWork, unsent_path
from desktop.i18n import _, ngettext
from desktop.learning.commands import complete_lesson, open_lesson
from desktop.questions.markup import plain_text
from desktop.settings import data_folder
from desktop.store.assets import upload
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.dates import moment_text
from desktop.ui.grading.rubric_view import RubricView
from desktop.ui.grading.words import late_rule, late_text, points_of, size_text
from desktop.ui.page import Empty, Page
from desktop.ui.questions.fields import number_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button, IconButton, disabled
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card, Dialog

KEEP_PAUSE_MS = 400
"""What is typed is on the disk when the keys have rested for so long."""
DIGEST_SHOWN = 16


class AssignmentPage(Page):
    """``context.open("assignment", course=…, lesson=… or assignment=…, enrollment=…)``; without an enrolment nothing can be handed in."""

    shows: ClassVar[frozenset[str]] = frozenset({"assignment_submissions", "assignment_reviews", "regrade_requests"})

    def __init__(
        self,
        context: Context,
        course: UUID,
        lesson: UUID | None = None,
        assignment: UUID | None = None,
        enrollment: UUID | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.course_id, self.lesson_id, self.assignment_id, self.enrollment_id = course, lesson, assignment, enrollment
        self.assignment: OwnAssignment | None = None
        self.work: WorkCard | None = None
        self._keeping = asyncio.Lock()
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return _("Course"), lambda: self.context.open("course", course=self.course_id)

    def build(self) -> QWidget:
        self.column = ScrolledColumn()
        return self.column

    # Reading

    async def refresh(self) -> Empty | None:
        if self.work is not None:
            await self.work.keep()
        found = await self.context.read(get_own_assignment, self.lesson_id, self.assignment_id, self.enrollment_id)
        self.header.set_breadcrumb(*self.breadcrumb)
        if found is None:
            self.set_title(_("Assignment"))
            return Empty(_("There is no assignment here yet."), picture="assignment")
        self.assignment, self.assignment_id = found, found.id
        self.set_title(found.title)
        unsent = None
        if self.enrollment_id is not None:
            unsent = await self._in_journal(UnsentWork.find, found.id)
        column = self.column.begin()
        column.addWidget(self._task(found))
        self.work = None
        if self.enrollment_id is not None and found.left:
            self.work = WorkCard(self, found, unsent or Unsent(uuid4()))
            column.addWidget(self.work)
        elif self.enrollment_id is None:
            column.addWidget(Label(_("Enroll in the course to hand this in."), Role.BODY, "muted", wrap=True))
        if found.peer_review:
            reviews = await self.context.read(list_my_reviews, found.id)
            if reviews:
                column.addWidget(self._reviewing(found, reviews))
        for handed in found.handed:
            received = await self.context.read(list_received_reviews, handed.id) if found.peer_review else ()
            column.addWidget(self._past(found, handed, received))
        column.addStretch(1)
        await self.column.show_column()
        return None

    def _task(self, found: OwnAssignment) -> QWidget:
        card = Card()
        if found.description:
            card.body.addWidget(Label(found.description, Role.STRONG, wrap=True))
        card.body.addWidget(Label(" · ".join(self._facts(found)), Role.BODY, "muted", wrap=True))
        rule = late_rule(found.terms)
        if rule:
            card.body.addWidget(Label(rule, Role.BODY, "muted", wrap=True))
        words = plain_text(found.instructions_html)
        if words:
            card.body.addSpacing(px(8))
            card.body.addWidget(Label(words, wrap=True))
        if found.rubric:
            card.body.addSpacing(px(8))
            card.body.addWidget(Label(_("How it is graded"), Role.HEADING))
            card.body.addWidget(RubricView(found.rubric))
        return card

    def _facts(self, found: OwnAssignment) -> list[str]:
        facts = [ngettext("{n} point", "{n} points", int(found.points)).format(n=number_text(found.points))]
        terms = found.terms
        if terms.opens is not None:
            facts.append(_("Open from {moment}").format(moment=moment_text(terms.opens)))
        if terms.due is not None:
            facts.append(_("Due {moment}").format(moment=moment_text(terms.due)))
        if found.left:
            facts.append(ngettext("May be handed in once more", "May be handed in {n} times more", found.left).format(n=found.left))
        else:
            facts.append(_("Handed in as often as it may be"))
        if terms.takes_files:
            types = ", ".join(terms.file_types) or _("files of any type")
            facts.append(_("{types}, up to {most} MB each").format(types=types, most=f"{terms.most_megabytes:,}"))
        return facts

    def _reviewing(self, found: OwnAssignment, reviews: tuple[Review, ...]) -> QWidget:
        card = Card()
        card.body.addWidget(Label(_("Review the work of others"), Role.HEADING))
        written = sum(review.status == "submitted" for review in reviews)
        parts = [_("{n} of {all} handed in").format(n=written, all=len(reviews))]
        if found.reviews_due is not None:
            parts.append(_("due {moment}").format(moment=moment_text(found.reviews_due)))
        card.body.addWidget(Label(" · ".join(parts), Role.BODY, "muted", wrap=True))
        go_on = Button(_("Review"), "primary" if written < len(reviews) else "quiet", "eye")
        go_on.setObjectName("review-others")
        go_on.clicked.connect(
            lambda: self.context.open("peer-reviews", course=self.course_id, assignment=found.id, enrollment=self.enrollment_id)
        )
        card.body.addWidget(go_on, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _past(self, found: OwnAssignment, handed: Handed, received: tuple[Received, ...] = ()) -> QWidget:
        card = Card()
        head = QHBoxLayout()
        head.addWidget(Label(_("Handed in: number {number}").format(number=handed.number), Role.HEADING))
        head.addStretch(1)
        head.addWidget(_pill(handed))
        card.body.addLayout(head)
        when = filter(None, (moment_text(handed.submitted_at), late_text(handed.late_seconds)))
        card.body.addWidget(Label(" · ".join(when), Role.BODY, "muted", wrap=True))
        if handed.text:
            shown = Label(handed.text if len(handed.text) <= 2000 else handed.text[:2000] + "…", wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            card.body.addWidget(shown)
        if handed.url:
            card.body.addWidget(Label(handed.url, wrap=True))
        for place, file in enumerate(handed.files):
            see = Button(_("{name} ({size})").format(name=file.name, size=size_text(file.size)), "link", "document")
            see.clicked.connect(partial(self._see, found, handed, place))
            card.body.addWidget(see, 0, Qt.AlignmentFlag.AlignLeft)
        if handed.files and (handed.result is not None or handed.status in ("returned", "resubmission_requested")):
            card.body.addWidget(Label(_("Open a file to see what was marked on it."), Role.CAPTION, "muted", wrap=True))
        if handed.result is not None:
            self._add_result(card, found, handed, handed.result)
        elif handed.feedback:
            card.body.addWidget(Label(plain_text(handed.feedback), wrap=True))
        for number, review in enumerate(received, 1):
            self._add_received(card, found, number, review)
        return card

    def _see(self, found: OwnAssignment, handed: Handed, file: int) -> None:
        assert self.enrollment_id is not None
        back = {"course": self.course_id, "assignment": found.id, "enrollment": self.enrollment_id}
        self.context.open("own-work", handed=handed, title=found.title, file=file, **back)

    def _add_received(self, card: Card, found: OwnAssignment, number: int, review: Received) -> None:
        card.body.addSpacing(px(8))
        card.body.addWidget(Label(review.reviewer or _("Review {number}").format(number=number), Role.STRONG))
        if review.score is not None:
            card.body.addWidget(Label(points_of(review.score, found.points), Role.BODY, "muted"))
        if found.rubric and review.given:
            card.body.addWidget(RubricView(found.rubric, review.given))
        if review.feedback:
            card.body.addWidget(Label(plain_text(review.feedback), wrap=True))

    def _add_result(self, card: Card, found: OwnAssignment, handed: Handed, result: Result) -> None:
        card.body.addWidget(Label(points_of(result.final, found.points), Role.TITLE))
        if result.penalty:
            words = _("{score} for the work, less {penalty} for being late").format(
                score=number_text(result.score), penalty=number_text(result.penalty)
            )
            card.body.addWidget(Label(words, Role.BODY, "muted", wrap=True))
        if found.rubric and result.given:
            card.body.addWidget(RubricView(found.rubric, result.given))
        if handed.feedback:
            card.body.addWidget(Label(plain_text(handed.feedback), wrap=True))
        if handed.request is not None:
            states = {"open": _("Waits for an answer"), "changed": _("The grade was changed"), "unchanged": _("The grade stays")}
            card.body.addWidget(Label(_("You asked: {reason}").format(reason=handed.request.reason), Role.BODY, "muted", wrap=True))
            answer = " · ".join(filter(None, (states[handed.request.status], handed.request.answer)))
            card.body.addWidget(Label(answer, Role.BODY, "muted", wrap=True))
        if handed.request is None or handed.request.status != "open":
            ask = Button(_("Ask to have it looked at again…"), "link")
            ask.clicked.connect(lambda: self._ask(handed.id))
            card.body.addWidget(ask, 0, Qt.AlignmentFlag.AlignLeft)

    # Doing

    async def keep(self, work: Unsent) -> None:
        assert self.assignment_id is not None
        async with self._keeping:  # in the order in which it was typed
            await self._in_journal(UnsentWork.keep, self.assignment_id, work)

    async def hand_in(self, work: Unsent) -> None:
        """Send the files, then the work; what the server has is no longer waiting here."""
        assert self.enrollment_id is not None
        assert self.assignment is not None
        await self.keep(work)
        try:
            files = []
            for path in map(Path, work.files):
                asset = await self.context.job(_("Sending {name}").format(name=path.name), _sent, self.context.store, self.assignment, path)
                files.append(WorkFile(asset, path.name))
            receipt = await self.context.write(
                submit_assignment,
                self.enrollment_id,
                self.assignment.id,
                work.key,
                Work(work.text or None, None, work.url or None, tuple(files)),
            )
        except ServerAway:
            self.context.notices.warn(_("The server cannot be reached. Your work is kept on this computer; hand it in again."))
            return
        await self._in_journal(UnsentWork.forget, self.assignment.id, work.key)
        if self.work is not None and self.work.state().key == work.key:
            self.work = None
        self.context.notices.done(_receipt_words(receipt))
        await self._complete(self.assignment)
        self.reload()

    async def _complete(self, assignment: OwnAssignment) -> None:
        """The lesson is complete with its work, unless it asks for more: then it is marked complete where that is done."""
        assert self.enrollment_id is not None
        if assignment.lesson_id is not None:
            await self.context.write(open_lesson, self.enrollment_id, assignment.lesson_id)
            with contextlib.suppress(Invalid):
                await self.context.write(complete_lesson, self.enrollment_id, assignment.lesson_id)

    async def _in_journal(self, work: Callable[..., Any], assignment: UUID, *values: object) -> Any:
        path, enrollment = unsent_path(data_folder(), self.context.identity.member_id), self.enrollment_id

        def run() -> Any:
            with closing(UnsentWork(path)) as journal:
                return work(journal, enrollment, assignment, *values)

        return await self.context.tasks.run(run)

    def _ask(self, submission: UUID) -> None:
        AskDialog(lambda reason: self.spawn(self.context.write(request_regrade, submission, reason)), self).open()

    async def save(self) -> None:
        if self.work is not None:
            await self.work.keep()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.work is not None and self.work.unsaved:
            self.context.spawn(self.work.keep())


class WorkCard(Card):
    """What is being written and chosen to be handed in; on the disk as one types."""

    def __init__(self, page: AssignmentPage, assignment: OwnAssignment, work: Unsent) -> None:
        super().__init__()
        self._page, self._terms, self._work = page, assignment.terms, work
        self.unsaved = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(KEEP_PAUSE_MS)
        self._pause.timeout.connect(lambda: page.spawn(self.keep()))
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(px(180))
        self.text.setAccessibleName(_("Your text"))
        self.text.setPlaceholderText(_("Write here. It is kept on this computer until it is handed in."))
        self.text.setPlainText(work.text)
        self.text.textChanged.connect(self._edited)
        self.address = QLineEdit(work.url)
        self.address.setPlaceholderText("https://")
        self.address.textEdited.connect(self._edited)
        self.files = QVBoxLayout()
        self.files.setSpacing(px(4))
        self.add_button = Button(_("Add files…"), "quiet", "upload")
        self.add_button.clicked.connect(self._choose)
        self.saved = Label("", Role.CAPTION, "muted")
        self.hand_in_button = Button(_("Hand in"), "primary", "check")
        self.hand_in_button.clicked.connect(lambda: page.spawn(self.hand_in()))
        self.body.addWidget(Label(_("Your work"), Role.HEADING))
        if assignment.terms.takes_text:
            self.body.addWidget(self.text)
        if assignment.terms.takes_address:
            self.body.addWidget(FormRow(_("Address of your work"), self.address))
        if assignment.terms.takes_files:
            self.body.addLayout(self.files)
            self.body.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        foot = QHBoxLayout()
        foot.addWidget(self.saved)
        foot.addStretch(1)
        foot.addWidget(self.hand_in_button)
        self.body.addLayout(foot)
        self._show_files()

    def state(self) -> Unsent:
        return replace(self._work, text=self.text.toPlainText().strip(), url=self.address.text().strip())

    def add_files(self, paths: list[Path]) -> None:
        """Take files; one that the assignment does not take is refused with the reason, the others stay."""
        for path in paths:
            try:
                self._terms.check_file(path.name, path.stat().st_size)
            except Invalid as error:
                self._page.context.notices.error(error)
            except OSError as error:
                self._page.context.notices.warn(_("“{name}” cannot be read.").format(name=path.name), details=str(error))
            else:
                if str(path) not in self._work.files:
                    self._work = replace(self._work, files=(*self._work.files, str(path)))
        self._show_files()
        self._edited()

    def remove_file(self, path: str) -> None:
        self._work = replace(self._work, files=tuple(one for one in self._work.files if one != path))
        self._show_files()
        self._edited()

    async def keep(self) -> None:
        """Put what changed on the disk."""
        self._pause.stop()
        if self.unsaved:
            self.unsaved = False
            await self._page.keep(self.state())
            self.saved.setText(_("Kept on this computer"))

    async def hand_in(self) -> None:
        with disabled(self):  # what would be typed from here on would be neither in this one nor in the next
            await self._page.hand_in(self.state())

    def _edited(self) -> None:
        self.unsaved = True
        self._pause.start()

    def _choose(self) -> None:
        dialog = QFileDialog(self, _("Choose files"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.add_files([Path(path) for path in paths]))
        dialog.open()

    def _show_files(self) -> None:
        while (item := self.files.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.hide()
                line.deleteLater()
        for path in self._work.files:
            self.files.addWidget(self._file_line(path))

    def _file_line(self, path: str) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(ElidedLabel(Path(path).name), 1)
        remove = IconButton("close", _("Remove “{name}”").format(name=Path(path).name))
        remove.clicked.connect(lambda: self.remove_file(path))
        row.addWidget(remove)
        return line


class AskDialog(Dialog):
    """Why a grade should be looked at again."""

    def __init__(self, done: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(_("Ask to have it looked at again"), _("Your instructor reads this with your work."), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.reason = QPlainTextEdit()
        self.reason.setTabChangesFocus(True)
        self.body.addWidget(FormRow(_("What should be looked at?"), self.reason))
        self.add_button(_("Cancel"), "quiet", self.reject)
        ask = self.add_button(_("Ask"), "primary", self.accept)
        ask.setEnabled(False)
        self.reason.textChanged.connect(lambda: ask.setEnabled(bool(self.reason.toPlainText().strip())))
        self.accepted.connect(lambda: done(self.reason.toPlainText().strip()))


def _pill(handed: Handed) -> StatusPill:
    match handed.status:
        case "returned":
            return StatusPill(_("Returned to you"), "accent")
        case "resubmission_requested":
            return StatusPill(_("To be handed in again"), "warn")
        case _ if handed.result is not None:
            return StatusPill(_("Graded"), "good")
        case _:
            return StatusPill(_("Waits to be graded"), "neutral")


def _receipt_words(receipt: Receipt) -> str:
    words = _("Handed in {moment}. Receipt {digest}.").format(
        moment=moment_text(receipt.submitted_at), digest=receipt.digest[:DIGEST_SHOWN]
    )
    return " ".join(filter(None, (words, late_text(receipt.late_seconds))))


def _sent(control: JobControl, /, store: Any, assignment: OwnAssignment, path: Path) -> str:
    """Send a file; one that was cut off goes on where it stopped."""
    try:
        assignment.terms.check_file(path.name, path.stat().st_size)  # it may have grown since it was chosen
        return upload(store, path, path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", control)
    except OSError as error:
        raise Invalid(
            _("“{name}” cannot be read any more.").format(name=path.name),
            remedy=_("Choose it again, or remove it. Your text is kept."),
        ) from error
