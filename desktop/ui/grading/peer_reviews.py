"""Reviewing the work of others as a learner: the works one was dealt, the one that is read, and what one thinks of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from desktop.errors import Invalid, NotFound, ServerAway, TookTooLong
from desktop.grading.commands import Mark
from desktop.grading.own_work import OwnAssignment, get_own_assignment
from desktop.grading.peer_reviews import Review, list_my_reviews, save_review
from desktop.grading.queries import File, Piece, WorkKey
from desktop.grading.rubric import read_given, write_given
from desktop.i18n import N_, _
from desktop.ui.context import Context
from desktop.ui.dates import moment_text
from desktop.ui.grading.marking import MarkForm
from desktop.ui.grading.work import WorkView
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

PAUSE_MS = 500
RETRY_MS = 3000
STATES = {"assigned": N_("To review"), "draft": N_("Begun"), "submitted": N_("Handed in")}


class PeerReviewsPage(Page):
    """``context.open("peer-reviews", course=…, assignment=…, enrollment=…)``."""

    title = N_("Peer reviews")
    shows: ClassVar[frozenset[str]] = frozenset()  # nothing that happens elsewhere may disturb who is writing

    def __init__(
        self, context: Context, course: UUID, assignment: UUID, enrollment: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        self.course_id, self.assignment_id, self.enrollment_id = course, assignment, enrollment
        self.assignment: OwnAssignment | None = None
        self.reviews: dict[UUID, Review] = {}
        self._marks: dict[UUID, Mark] = {}
        self._unsaved: dict[UUID, Mark] = {}
        """By review, so that what is written ends on the work it is about, however fast one goes on."""
        self._turn = asyncio.Lock()
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return _("Assignment"), lambda: self.context.open(
            "assignment", course=self.course_id, assignment=self.assignment_id, enrollment=self.enrollment_id
        )

    def build(self) -> QWidget:
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(lambda: self.spawn(self.flush()))
        self.list = QListWidget()
        self.list.setAccessibleName(_("Work to review"))
        self.list.setSpacing(px(4))
        self.list.currentRowChanged.connect(lambda _row: self._show())
        self.work = WorkView(self.context, marking=False)
        self.form = MarkForm()
        for widget in (self.form.note, self.form.note_title, self.form.done, self.form.comments_button):
            widget.hide()
        self.form.changed.connect(self._written)
        self.saved = Label("", Role.CAPTION, "muted", wrap=True)
        self.hand_in_button = Button(_("Hand in the review…"), "primary", "check")
        self.hand_in_button.clicked.connect(self.ask)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(12), 0, 0, 0)
        foot.addWidget(self.saved, 1)
        foot.addWidget(self.hand_in_button)
        right = QWidget()
        right.setMinimumWidth(px(280))
        column = QVBoxLayout(right)
        column.setContentsMargins(0, px(4), px(24), px(12))
        column.addWidget(self.form, 1)
        column.addLayout(foot)
        left = QWidget()
        left.setMinimumWidth(px(150))
        column = QVBoxLayout(left)
        column.setContentsMargins(px(32), px(4), px(4), px(12))
        column.addWidget(self.list)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        for part, share in ((left, 2), (self.work, 6), (right, 4)):
            split.addWidget(part)
            split.setStretchFactor(split.count() - 1, share)
        self.on("peer-reviews.next", lambda: self.go(1))
        self.on("peer-reviews.previous", lambda: self.go(-1))
        return split

    async def refresh(self) -> Empty | None:
        await self.flush()
        self.assignment = await self.context.read(get_own_assignment, None, self.assignment_id, self.enrollment_id)
        if self.assignment is None:
            raise NotFound(_("This assignment is no longer there. Somebody may have deleted it."))
        rows = await self.context.read(list_my_reviews, self.assignment_id)
        self.header.set_breadcrumb(*self.breadcrumb)
        due = self.assignment.reviews_due
        self.set_title(self.assignment.title, _("Reviews are due {moment}").format(moment=moment_text(due)) if due else "")
        self.reviews = {row.id: row for row in rows}
        at = max(0, self.list.currentRow())
        self.list.clear()
        for number, row in enumerate(rows, 1):
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, row.id)
            self.list.addItem(item)
            self._say_state(number - 1)
        self.list.setCurrentRow(min(at, len(rows) - 1))
        return None if rows else Empty(_("There is nothing for you to review yet."), picture="assignment")

    @property
    def current(self) -> Review | None:
        at = self.list.currentRow()
        return self.reviews.get(self.list.item(at).data(Qt.ItemDataRole.UserRole)) if at >= 0 else None

    def go(self, step: int) -> None:
        at = self.list.currentRow() + step
        if 0 <= at < self.list.count():
            self.list.setCurrentRow(at)

    def _say_state(self, at: int) -> None:
        item = self.list.item(at)
        review = self.reviews[item.data(Qt.ItemDataRole.UserRole)]
        name = review.author or _("Work {number}").format(number=at + 1)
        item.setText(_("{name} · {state}").format(name=name, state=_(STATES[review.status])))

    def _show(self) -> None:
        review, assignment = self.current, self.assignment
        if review is None or assignment is None:
            return
        mark = self._marks.get(review.id) or Mark(review.score, write_given(review.given), review.feedback)
        now = datetime.now(UTC)
        files = tuple(File(file.name, file.asset or None, file.size, file.media_type) for file in review.files)
        piece = Piece(
            WorkKey(review.id), assignment.title, review.author or None, self.context.identity.member_id, 1, now, 0, review.status,
            assignment.points, review.text or None, None, review.url or None, files, rubric=assignment.rubric,
        )  # fmt: skip
        self.work.show_piece(piece)
        self.form.show_piece(piece, mark)
        for widget in (self.form.note, self.form.note_title, self.form.done):
            widget.hide()
        over = assignment.reviews_due is not None and now > assignment.reviews_due
        open_still = review.status != "submitted" and not over
        self.form.setEnabled(open_still)
        self.hand_in_button.setEnabled(open_still)
        self._say_saved()

    def _say_saved(self) -> None:
        review = self.current
        if review is not None and review.status == "submitted":
            self.saved.setText(_("Handed in. It cannot be changed any more."))
        else:
            self.saved.setText(_("Saving…") if self._unsaved else _("Saved"))

    def _written(self, piece: Piece, mark: Mark) -> None:
        self._marks[piece.key.id] = self._unsaved[piece.key.id] = mark
        self._pause.start(PAUSE_MS)
        self._say_saved()

    async def flush(self) -> bool:
        """Save what was written; False where the server cannot be reached, which is tried again."""
        async with self._turn:
            self._pause.stop()
            while self._unsaved:
                review, mark = next(iter(self._unsaved.items()))
                try:
                    await self._save(review, mark, done=False)
                except (ServerAway, TookTooLong):
                    self._pause.start(RETRY_MS)
                    self.saved.setText(_("Waiting for the server"))
                    return False
                except Invalid as error:
                    self.context.notices.error(error)  # the others go on
                if self._unsaved.get(review) is mark:
                    del self._unsaved[review]
            self._say_saved()
            return True

    async def _save(self, review: UUID, mark: Mark, *, done: bool) -> None:
        score: Decimal | None = mark.score
        status = await self.context.write(save_review, review, score, read_given(mark.rubric), mark.feedback, done)
        old = self.reviews[review]
        self.reviews[review] = Review(
            old.id, status, old.author, old.text, old.url, old.files, read_given(mark.rubric), score, mark.feedback
        )
        for at in range(self.list.count()):
            if self.list.item(at).data(Qt.ItemDataRole.UserRole) == review:
                self._say_state(at)

    def ask(self) -> None:
        review = self.current
        if review is None:
            return
        dialog = Dialog(_("Hand in this review?"), _("Its author reads it. It cannot be changed afterwards."), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_button(_("Cancel"), "quiet", dialog.reject)
        dialog.add_button(_("Hand in"), "primary", dialog.accept)
        dialog.accepted.connect(lambda: self.spawn(self.hand_in(review.id)))
        dialog.open()

    async def hand_in(self, review: UUID) -> None:
        if not await self.flush():
            self.context.notices.warn(_("The server cannot be reached. Leave this page open, and hand it in again."))
            return
        old = self.reviews[review]
        mark = self._marks.get(review) or Mark(old.score, write_given(old.given), old.feedback)
        await self._save(review, mark, done=True)
        if self.current is not None and self.current.id == review:
            self._show()

    async def save(self) -> None:
        await self.flush()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._unsaved:
            self.context.spawn(self.flush())
