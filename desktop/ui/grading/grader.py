"""One screen to grade on: the queue, the work, the grade. Saves as one goes; by keys from one piece of work to the next."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QSplitter, QVBoxLayout, QWidget

from desktop.errors import LmsError, ServerAway
from desktop.grading.commands import Mark, add_comment, answer_regrade, claim_submission, release_grades, return_submission
from desktop.grading.keeping import Answer, Outcome, journal_path
from desktop.grading.queries import ASSIGNMENT, Piece, QueueRow, WorkKey, get_essay, get_submission, list_comments, list_essays, list_queue
from desktop.i18n import N_, _, ngettext
from desktop.settings import data_folder
from desktop.ui.context import Context
from desktop.ui.dates import moment_text
from desktop.ui.grading.markers import AnswerDialog, AskedCard, MarkersCard, summary
from desktop.ui.grading.marking import MarkForm
from desktop.ui.grading.saving import GradeSaver
from desktop.ui.grading.taking import Takings
from desktop.ui.grading.words import late_text
from desktop.ui.grading.work import WorkView
from desktop.ui.itemmodels import Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.questions.fields import number_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card, Dialog
from desktop.ui.widgets.table import TableView

STATES = {
    "waiting": (N_("To grade"), "warn"),
    "begun": (N_("Begun"), "accent"),
    "done": (N_("Finished"), "info"),
    "released": (N_("Released"), "good"),
    "returned": (N_("Returned"), "neutral"),
}
FILTERS: dict[str, tuple[str, Callable[[QueueRow], bool]]] = {
    "all": (N_("All"), lambda _row: True),
    "open": (N_("To grade"), lambda row: row.state in ("waiting", "begun")),
    "done": (N_("Finished, not released"), lambda row: row.state == "done"),
    "released": (N_("Released"), lambda row: row.state == "released"),
    "late": (N_("Late"), lambda row: row.late_seconds > 0),
    "asked": (N_("Asked to look again"), lambda row: row.asked),
}
REMEMBERED = 40
"""Pieces of work that are kept in memory, so that going back is as quick as going on."""
FIRST = 100
"""Rows that are shown before the rest of a long queue is there."""
CLAIM_MS = 60_000


def who(name: str | None, key: WorkKey) -> str:
    """The learner, or while names are not to be known a code that stays the same."""
    return name if name is not None else _("Learner {code}").format(code=key.id.hex[:4].upper())


def _second(row: QueueRow) -> str:
    if row.asked:
        return _("Asks to look again")
    return _("{name} is at it").format(name=row.claimed_by) if row.claimed_by else late_text(row.late_seconds)


def _badge(row: QueueRow) -> Badge:
    return Badge(_(STATES[row.state][0]), STATES[row.state][1])


class GraderPage(Page):
    """``context.open("grader", task=…, kind="assignment" | "essays", course=…, title=…, work=None)``."""

    title = N_("Grading")
    shows: ClassVar[frozenset[str]] = frozenset({"assignment_submissions", "quiz_answers"})

    def __init__(
        self,
        context: Context,
        task: UUID,
        kind: str,
        course: UUID,
        title: str = "",
        work: UUID | None = None,
        question: UUID | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.task_id, self.kind, self.course_id = task, kind, course
        self._name = title
        self._wanted: WorkKey | None = None if work is None else WorkKey(work, question)
        self._all: tuple[QueueRow, ...] = ()
        self._known: OrderedDict[WorkKey, Piece] = OrderedDict()
        self._coming: set[WorkKey] = set()
        self.current: WorkKey | None = None
        self._claimed: WorkKey | None = None
        self._opened = False
        self.takings = Takings(context)
        self.away = False
        """Whether what is shown is what was taken along."""
        self._cut = False
        self._rest_is_missing = False
        super().__init__(context, parent)

    # Making

    def build(self) -> QWidget:
        self.saver = GradeSaver(self.context, journal_path(data_folder(), self.context.identity.member_id), self)
        self.saver.answered.connect(self._answered)
        self.saver.state_changed.connect(self._show_saved)
        self.saver.state_changed.connect(self._look_for_server)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._add_part(self._make_queue(), 3)
        for action, handler in (
            ("grader.next", lambda: self.go(1)),
            ("grader.previous", lambda: self.go(-1)),
            ("grader.next-open", self.go_to_open),
            ("grader.release", self.ask_release),
            ("grader.return", self.ask_return),
            ("grader.learners", self.open_learners),
            ("grader.similarity", self.open_similarity),
        ):
            self.on(action, handler)
        self.learners_button = Button(_("Learners"), "quiet", "people")
        self.learners_button.clicked.connect(self.open_learners)
        self.learners_button.setVisible(self.kind == ASSIGNMENT)
        self.header.trailing.addWidget(self.learners_button)
        self.similarity_button = Button(_("Similarity"), "quiet", "copy")
        self.similarity_button.clicked.connect(self.open_similarity)
        self.header.trailing.addWidget(self.similarity_button)
        self._claiming = QTimer(self)
        self._claiming.setInterval(CLAIM_MS)
        self._claiming.timeout.connect(self._claim)
        return self._split

    def _add_part(self, part: QWidget, share: int) -> None:
        self._split.addWidget(part)
        self._split.setStretchFactor(self._split.count() - 1, share)

    def _make_queue(self) -> QWidget:
        columns: tuple[Column[QueueRow], ...] = (
            Column(
                "who",
                N_("Learner"),
                lambda row: who(row.name, row.key),
                second=_second,
                value=lambda row: who(row.name, row.key).casefold(),
                stretch=True,
            ),
            Column("state", N_("State"), lambda row: _badge(row).text, badge=_badge, width=104,
                   value=lambda row: list(STATES).index(row.state)),
            Column("score", N_("Score"), lambda row: "" if row.score is None else number_text(row.score), numeric=True, width=70,
                   value=lambda row: -1 if row.score is None else row.score),
        )  # fmt: skip
        self.queue = RowsModel(columns, lambda row: row.key)
        self.list = TableView("grading-queue", _("Queue"))
        self.list.show_model(self.queue)
        self.list.chosen.connect(self._chosen)
        self.filter = QComboBox()
        self.filter.setAccessibleName(_("Which work"))
        for name, (words, _test) in FILTERS.items():
            self.filter.addItem(_(words), name)
        self.filter.activated.connect(lambda _index: self._fill())
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find a learner"))
        self.search.setAccessibleName(_("Find a learner"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._fill())
        self.counted = Label("", Role.CAPTION, "muted")
        row = QHBoxLayout()
        row.addWidget(self.filter)
        row.addWidget(self.search, 1)
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(px(32), px(4), px(4), px(12))
        column.addLayout(row)
        column.addWidget(self.list, 1)
        column.addWidget(self.counted)
        return panel

    def _make_work(self) -> QWidget:
        self.heading = Label("", Role.HEADING)
        self.second = Label("", Role.CAPTION, "muted", wrap=True)
        self.previous_button = IconButton("chevron-left", _("Previous"))
        self.next_button = IconButton("chevron-right", _("Next"))
        self.open_button = Button(_("Next to grade"), "quiet")
        self.previous_button.clicked.connect(lambda: self.go(-1))
        self.next_button.clicked.connect(lambda: self.go(1))
        self.open_button.clicked.connect(self.go_to_open)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.heading)
        words.addWidget(self.second)
        head = QHBoxLayout()
        head.setContentsMargins(px(12), 0, px(12), px(4))
        head.addLayout(words, 1)
        for button in (self.previous_button, self.next_button, self.open_button):
            head.addWidget(button)
        self.work = WorkView(self.context)
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, px(4), 0, px(12))
        column.addLayout(head)
        column.addWidget(self.work, 1)
        return panel

    def _make_grade(self) -> QWidget:
        self.form = MarkForm()
        self.form.changed.connect(self._given)
        self.form.comments_button.clicked.connect(lambda: self.spawn(self._offer_comments()))
        self.saved = Label("", Role.LABEL, "muted")
        self.conflict = Card()
        self.conflict_words = Label("", Role.BODY, wrap=True)
        self.keep_button = Button(_("Keep mine"), "quiet")
        self.take_button = Button(_("Take theirs"), "quiet")
        self.keep_button.clicked.connect(lambda: self.spawn(self._settle(mine=True)))
        self.take_button.clicked.connect(lambda: self.spawn(self._settle(mine=False)))
        self.conflict.body.addWidget(self.conflict_words)
        choices = QHBoxLayout()
        choices.addWidget(self.keep_button)
        choices.addWidget(self.take_button)
        choices.addStretch(1)
        self.conflict.body.addLayout(choices)
        self.conflict.hide()
        self.release_button = Button(_("Release…"), "primary")
        self.release_button.clicked.connect(self.ask_release)
        self.return_button = Button(_("Return…"), "quiet")
        self.return_button.clicked.connect(self.ask_return)
        for button in (self.release_button, self.return_button):
            button.setVisible(self.kind == ASSIGNMENT)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(12), 0, px(20), 0)
        foot.addWidget(self.saved, 1)
        foot.addWidget(self.return_button)
        foot.addWidget(self.release_button)
        panel = QWidget()
        panel.setMinimumWidth(px(300))
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, px(4), px(12), px(12))
        self.markers = MarkersCard()
        self.markers.taken.connect(self._take_mark)
        self.asked = AskedCard()
        self.asked.answer_button.clicked.connect(self.ask_answer)
        for card in (self.conflict, self.asked, self.markers):
            column.addWidget(card)
        column.addWidget(self.form, 1)
        column.addLayout(foot)
        return panel

    # The queue

    async def refresh(self) -> Empty | None:
        first_time, self._opened = not self._opened, True
        opening = [self.spawn(self.saver.open())] if first_time else []
        reading = asyncio.ensure_future(self._read_queue(first_time))
        try:
            if first_time:
                await asyncio.sleep(0)  # the queue is read while the rest of the page is made
                self._add_part(self._make_work(), 6)
                self._add_part(self._make_grade(), 4)
            rows = await reading
            self.away = False
        except ServerAway:
            rows = await self.takings.queue(self.task_id)
            if not rows:
                raise
            self.away = True
        if opening:
            await asyncio.wait(opening)  # what an earlier day left is shown in its rows
        self._show_queue(rows)
        self.set_title(self._name or _("Grading"), _("Without the server: what you took along.") if self.away else "")
        self.header.set_breadcrumb(_("Grading"), lambda: self.context.open("grading"))
        return None if self._all else Empty(_("Nobody has handed in anything yet."), picture="assignment")

    async def _read_queue(self, first_time: bool) -> tuple[QueueRow, ...]:
        read = list_queue if self.kind == ASSIGNMENT else list_essays
        rows = await self.context.read(read, self.task_id, FIRST if first_time else None)
        self._rest_is_missing = first_time and len(rows) == FIRST
        return rows

    async def _read_all(self) -> None:
        read = list_queue if self.kind == ASSIGNMENT else list_essays
        self._show_queue(await self.context.read(read, self.task_id))

    def _show_queue(self, rows: tuple[QueueRow, ...]) -> None:
        self._all = tuple(self._as_marked(row, mark) if (mark := self.saver.mark_of(row.key)) else row for row in rows)
        self._fill()
        if self.current is None and self.queue.rows:
            wanted = next((at for at, row in enumerate(self.queue.rows) if row.id == (self._wanted and self._wanted.id)), None)
            waiting = next((at for at, row in enumerate(self.queue.rows) if row.state in ("waiting", "begun")), 0)
            self._select(waiting if wanted is None else wanted)

    def _fill(self) -> None:
        test = FILTERS[self.filter.currentData()][1]
        words = self.search.text().casefold().strip()
        rows = [row for row in self._all if (test(row) or row.key == self.current) and words in who(row.name, row.key).casefold()]
        self.queue.set_rows(rows)
        self._count()

    def _count(self) -> None:
        left = sum(row.state in ("waiting", "begun") for row in self._all)
        self.counted.setText(
            ngettext("{n} piece of work, {left} to grade", "{n} pieces of work, {left} to grade", len(self._all)).format(
                n=f"{len(self._all):,}", left=f"{left:,}"
            )
        )

    def _place(self) -> int | None:
        return next((at for at, row in enumerate(self.queue.rows) if row.key == self.current), None)

    def go(self, step: int) -> None:
        """Go on in the queue, or back. What was typed is kept with the work that it is about."""
        place = self._place()
        at = (0 if place is None else place + step) if step > 0 else (-1 if place is None else place + step)
        if 0 <= at < len(self.queue.rows):
            self._select(at)

    def go_to_open(self) -> None:
        """Go on to what has no finished grade yet, from the beginning again after the end."""
        rows, place = self.queue.rows, self._place()
        start = -1 if place is None else place
        order = [*range(start + 1, len(rows)), *range(start + 1)]
        found = next((at for at in order if rows[at].state in ("waiting", "begun") and rows[at].key != self.current), None)
        if found is None:
            self.context.notices.info(_("Everything in this list is graded."))
        else:
            self._select(found)

    def _select(self, at: int) -> None:
        index = self.queue.index(at, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.list.selectionModel().setCurrentIndex(index, flags)
        self.list.scrollTo(index)

    # One piece of work

    def _chosen(self, row: QueueRow | None) -> None:
        if row is None or row.key == self.current:
            return
        self.current = row.key
        self.heading.setText(who(row.name, row.key))
        self.second.setText(" · ".join(filter(None, (moment_text(row.submitted_at), late_text(row.late_seconds)))))
        self.form.setEnabled(False)  # until what is shown is this work's
        self.conflict.hide()
        known = self._known.get(row.key)
        if known is not None:
            self._show(known)
        else:
            self.spawn(self._load_piece(row.key))

    async def _load_piece(self, key: WorkKey) -> None:
        try:
            piece = await self._read(key)
        except LmsError as error:
            if key == self.current:
                self.second.setText(error.message)
            return
        if key == self.current:
            self._show(piece)

    async def _read(self, key: WorkKey) -> Piece:
        self._coming.add(key)
        try:
            if key.question is None:
                piece = await self.context.read(get_submission, key.id)
            else:
                piece = await self.context.read(get_essay, key.id, key.question)
        except ServerAway:
            taken = await self.takings.piece(key)
            if taken is None:
                raise
            piece = taken
        finally:
            self._coming.discard(key)
        self._known[key] = piece
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return piece

    def _read_ahead(self) -> None:
        """Have the next work ready, and the next that is to be graded."""
        rows, place = self.queue.rows, self._place()
        if place is None:
            return
        waiting = next((at for at in range(place + 1, len(rows)) if rows[at].state in ("waiting", "begun")), place)
        for at in {place + 1, place - 1, waiting}:
            if 0 <= at < len(rows) and rows[at].key not in self._known and rows[at].key not in self._coming:
                self.context.spawn(self._quietly(rows[at].key), self)

    async def _quietly(self, key: WorkKey) -> None:
        try:
            await self._read(key)
        except LmsError:
            return  # nobody asked for it yet; it is read, and its error shown, once somebody does

    def _show(self, piece: Piece) -> None:
        self.work.show_piece(piece)
        mark = self.saver.mark_of(piece.key) or piece.mark
        self.form.show_piece(piece, mark)
        self.form.setEnabled(True)
        if self.saver.held(piece.key) == "conflict":
            self.spawn(self._show_conflict(piece.key))
        self.markers.show_piece(piece)
        self.asked.show_piece(piece)
        self.second.setText(" · ".join(filter(None, (moment_text(piece.submitted_at), late_text(piece.late_seconds)))))
        self._show_saved()
        # Now that there is something to do, and nothing that its grader waits for
        self._read_ahead()
        self._claim()
        if self._rest_is_missing:
            self._rest_is_missing = False
            self.context.spawn(self._read_all(), self)

    def _take_mark(self, mark: Mark) -> None:
        """What one marker gave, or the mean of both, as a beginning of what they agree on."""
        piece = self.form.piece
        if piece is not None:
            self.form.show_piece(piece, mark)
            self._given(piece, mark)

    def _given(self, piece: Piece, mark: Mark) -> None:
        self.saver.put(piece, mark)
        self._mark_row(piece.key, mark)

    @staticmethod
    def _as_marked(row: QueueRow, mark: Mark) -> QueueRow:
        """The row with what its grader thinks, whether or not the server knows."""
        state = "done" if mark.done or (row.question is not None and mark.score is not None) else "begun"
        return row._replace(state=row.state if row.state == "returned" else state, score=mark.score)

    def _mark_row(self, key: WorkKey, mark: Mark) -> None:
        at = next((at for at, row in enumerate(self._all) if row.key == key), None)
        if at is None:
            return
        row = self._all[at]
        changed = self._as_marked(row, mark)
        if changed != row:
            self._all = (*self._all[:at], changed, *self._all[at + 1 :])
            self.queue.put_row(changed)
            self._count()

    # What became of grades

    def _answered(self, answer: Answer) -> None:
        known = self._known.pop(answer.key, None)
        if answer.outcome is Outcome.SAVED:
            self.context.spawn(self.takings.saved(answer))
            if self.away:
                self.reload()
        if answer.outcome is Outcome.SAVED and known is not None and self.current == answer.key:
            # Shown as it is; read again only once it is come back to, with the version that it has by then
            return
        if answer.outcome is Outcome.CONFLICT and answer.key == self.current:
            self.spawn(self._show_conflict(answer.key))
        elif answer.outcome is Outcome.CONFLICT:
            row = next((each for each in self._all if each.key == answer.key), None)
            name = who(row.name, row.key) if row else _("somebody")
            words = _("Somebody else graded the work of {name} meanwhile. Yours is kept; choose between them there.")
            self.context.notices.warn(words.format(name=name))
        elif answer.outcome is Outcome.REFUSED and answer.error is not None:
            self.context.notices.error(answer.error)

    async def _show_conflict(self, key: WorkKey) -> None:
        theirs = await self._read(key)
        mine = self.saver.mark_of(key)
        if key != self.current or mine is None:
            return
        self.conflict_words.setText(
            _("Somebody else has graded this meanwhile.\nYours: {mine}\nTheirs: {theirs}").format(
                mine=summary(mine, theirs), theirs=summary(theirs.mark, theirs)
            )
        )
        self.conflict.show()

    async def _settle(self, *, mine: bool) -> None:
        key = self.current
        if key is None:
            return
        theirs = await self._read(key)
        self.conflict.hide()
        if mine:
            await self.saver.insist(theirs)
        else:
            await self.saver.give_way(key)
            self._mark_row(key, theirs.mark)
        if key == self.current:
            self._show(theirs)

    def _look_for_server(self) -> None:
        """Go back to the server's queue once grades go through again, whichever window sent them."""
        if self.away and self._cut and not self.saver.away:
            self.reload()
        self._cut = self.saver.away

    def _show_saved(self) -> None:
        waiting = self.saver.waiting
        held = self.current is not None and self.saver.held(self.current) == "refused"
        if held:
            words = _("The server did not take this grade; it is kept here.")
        elif self.saver.away:
            words = ngettext("{n} grade waits for the server", "{n} grades wait for the server", waiting).format(n=waiting)
        else:
            words = _("Saving…") if waiting else _("Saved")
        self.saved.setText(words)
        self.saved.set_token("warn" if held or self.saver.away else "muted")

    # Doing

    def _claim(self) -> None:
        if self.kind == ASSIGNMENT and self.current is not None and self.isVisible():
            self.context.spawn(self._say_at_it(self.current), self)

    async def _say_at_it(self, key: WorkKey) -> None:
        before, self._claimed = self._claimed, key
        try:
            if before is not None and before != key:
                await self.context.write(claim_submission, before.id, 0)
            await self.context.write(claim_submission, key.id)
        except LmsError:
            return  # a courtesy to colleagues; without the server there is nobody to tell

    async def _offer_comments(self) -> None:
        comments = await self.context.read(list_comments, self.course_id)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for comment in comments:
            words = comment.comment
            menu.addAction(words if len(words) <= 70 else words[:67] + "…", partial(self.form.add_words, words))
        menu.addSeparator()
        selected = self.form.feedback.textCursor().selectedText() or self.form.feedback.toPlainText().strip()
        keep = menu.addAction(_("Keep what is written as a comment"), lambda: self.spawn(self._keep_comment(selected)))
        keep.setEnabled(bool(selected))
        menu.popup(self.form.comments_button.mapToGlobal(self.form.comments_button.rect().bottomLeft()))

    async def _keep_comment(self, words: str) -> None:
        await self.context.write(add_comment, words)
        self.context.notices.info(_("Kept among your comments."))

    def ask_release(self) -> None:
        """Ask whether this one or all that are finished."""
        if self.kind != ASSIGNMENT:
            return
        ready = [row.id for row in self._all if row.state == "done"]
        current = self.current
        dialog = Dialog(_("Release grades?"), _("Learners see their grade and your words from then on."), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_button(_("Cancel"), "quiet", dialog.reject)
        if current is not None:
            one = dialog.add_button(_("This one"), "quiet", dialog.accept)
            one.clicked.connect(partial(self._release_these, [current.id]))
        if ready:
            words = ngettext("{n} that is finished", "All {n} that are finished", len(ready)).format(n=f"{len(ready):,}")
            all_of_them = dialog.add_button(words, "primary", dialog.accept)
            all_of_them.clicked.connect(partial(self._release_these, ready))
        dialog.open()

    def _release_these(self, submissions: list[UUID], _checked: bool = False) -> None:
        self.spawn(self.release(submissions))

    async def release(self, submissions: list[UUID]) -> None:
        """Give these learners their grades, and say whose could not be given and why."""
        if not await self.saver.flush():
            self.context.notices.warn(_("Some grades are not on the server yet. Release once they are."))
            return
        outcomes = await self.context.write(release_grades, submissions)
        released = sum(outcome == "released" for outcome in outcomes.values())
        self._known.clear()
        why = {
            "no-score": _("without a score"),
            "not-agreed": _("not agreed on by both markers"),
            "own-work": _("your own"),
            "score-out-of-range": _("with more points than the assignment has now"),
        }
        left = [f"{count} {why[name]}" for name in why if (count := sum(outcome == name for outcome in outcomes.values()))]
        words = ngettext("{n} grade released.", "{n} grades released.", released).format(n=f"{released:,}")
        if left:
            self.context.notices.warn(words, remedy=_("Not released: {list}.").format(list=", ".join(left)))
        else:
            self.context.notices.info(words)

    def ask_answer(self) -> None:
        """Answer a learner who asked for another look."""
        piece = self.form.piece
        if piece is not None and piece.request is not None:
            AnswerDialog(piece.request.reason, lambda *answer: self.spawn(self.answer(piece, *answer)), self).open()

    async def answer(self, piece: Piece, changed: bool, words: str) -> None:
        """Close the request, with the changed grade where it was changed."""
        assert piece.request is not None
        if changed:
            if not await self.saver.flush():
                self.context.notices.warn(_("The grade is not on the server yet. Answer once it is."))
                return
            outcomes = await self.context.write(release_grades, [piece.key.id])
            if outcomes.get(piece.key.id) not in ("released", "released-before"):
                self.context.notices.warn(_("The grade cannot be released as it is. Give a score first."))
                return
        await self.context.write(answer_regrade, piece.request.id, changed, words)
        self._known.pop(piece.key, None)
        if self.current == piece.key:
            self.asked.hide()
        self.reload()

    def ask_return(self) -> None:
        """Ask whether the work is asked for again, and give it back."""
        piece = self.form.piece
        if self.kind != ASSIGNMENT or piece is None:
            return
        dialog = Dialog(_("Give this work back?"), _("Your words for the learner go with it."), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_button(_("Cancel"), "quiet", dialog.reject)
        back = dialog.add_button(_("Give it back"), "quiet", dialog.accept)
        again = dialog.add_button(_("Ask for it again"), "primary", dialog.accept)
        words = self.form.mark().feedback
        back.clicked.connect(lambda: self.spawn(self._return(piece.key, words, again=False)))
        again.clicked.connect(lambda: self.spawn(self._return(piece.key, words, again=True)))
        dialog.open()

    async def _return(self, key: WorkKey, words: str, *, again: bool) -> None:
        await self.saver.flush()
        await self.context.write(return_submission, key.id, again, words)
        self._known.pop(key, None)

    def open_similarity(self) -> None:
        """What submissions have in common."""
        self.context.open("similarity", task=self.task_id, kind=self.kind, course=self.course_id, title=self._name)

    def open_learners(self) -> None:
        """Extensions and peer reviews."""
        if self.kind == ASSIGNMENT:
            self.context.open("assignment-learners", assignment=self.task_id)

    async def save(self) -> None:
        await self.saver.flush()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if hasattr(self, "_claiming"):
            self._claiming.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if hasattr(self, "_claiming"):
            self._claiming.stop()
            self.saver.hurry()
