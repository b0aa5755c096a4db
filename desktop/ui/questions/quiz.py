"""A quiz as its learner takes it: what it asks for, the questions, and afterwards what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.i18n import _, ngettext
from desktop.questions.commands import flag_question, settle_answer, settle_attempt, start_attempt, submit_attempt
from desktop.questions.journal import journal_path, send_left
from desktop.questions.queries import (
    Asked,
    Attempt,
    AttemptRow,
    QuizToTake,
    Result,
    Reviewed,
    get_attempt,
    get_result,
    list_questions,
    list_quizzes_to_take,
    list_review,
)
from desktop.settings import data_folder
from desktop.ui.context import Context
from desktop.ui.dates import date_text
from desktop.ui.page import Empty, Page, breathe, in_turns
from desktop.ui.questions.cards import QuestionCard, ReviewCard, number_text, points_text
from desktop.ui.questions.pictures import finder
from desktop.ui.questions.saving import AnswerSaver, late_words
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card, Dialog

TICK_MS = 250
ZERO = Decimal(0)
LAST_SECONDS = 60
"""The timer shows, in another colour, even if it was hidden."""
HURRY_SECONDS = 2
"""So near its end an answer is saved at each change: the server takes none after it."""
NUMBERS_A_ROW = 3


class QuizPage(Page):
    """``context.open("quiz", course=…, lesson=… or quiz=…, enrollment=…)``; without an enrolment it only says what the quiz asks for."""

    shows: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        context: Context,
        course: UUID,
        lesson: UUID | None = None,
        quiz: UUID | None = None,
        enrollment: UUID | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.course_id, self.lesson_id, self.quiz_id, self.enrollment_id = course, lesson, quiz, enrollment
        self.attempt: Attempt | None = None
        self.cards: list[QuestionCard] = []
        self.saver: AnswerSaver | None = None
        self._at = 0
        self._ends: float | None = None
        self._over = False
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return _("Course"), lambda: self.context.open("course", course=self.course_id)

    # Making

    def build(self) -> QWidget:
        self.intro = ScrolledColumn()
        self.outcome = ScrolledColumn()
        self.taking = self._build_taking()
        self.stack = QStackedWidget()
        for part in (self.intro, self.taking, self.outcome):
            self.stack.addWidget(part)
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._tick)
        for action, handler in (
            ("quiz.next", lambda: self.go_to(self._at + 1)),
            ("quiz.previous", lambda: self.go_to(self._at - 1)),
            ("quiz.flag", self._flag),
            ("quiz.submit", self._ask_to_submit),
        ):
            self.on(action, handler)
        return self.stack

    def _build_taking(self) -> QWidget:
        self.place_label = Label("", Role.STRONG)
        self.saved_label = Label("", Role.LABEL, "muted")
        self.timer_label = Label("", Role.STRONG)
        self.timer_button = Button(_("Hide the time"), "link")
        self.timer_button.clicked.connect(self._toggle_timer)
        self.together = QCheckBox(_("All questions on one page"))
        self.together.toggled.connect(lambda _on: self.go_to(self._at))
        top = QHBoxLayout()
        top.setContentsMargins(px(32), 0, px(32), px(8))
        top.setSpacing(px(16))
        top.addWidget(self.place_label)
        top.addWidget(self.saved_label)
        top.addStretch(1)
        top.addWidget(self.timer_label)
        top.addWidget(self.timer_button)
        top.addWidget(self.together)
        self.numbers: list[Button] = []
        self._grid_body = QWidget()
        self._grid = QGridLayout(self._grid_body)
        self._grid.setContentsMargins(px(32), px(4), px(8), px(8))
        self._grid.setSpacing(px(6))
        numbers = QScrollArea()
        numbers.setWidgetResizable(True)
        numbers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        numbers.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        numbers.setWidget(self._grid_body)
        numbers.setFixedWidth(px(250))
        self.column = ScrolledColumn()
        middle = QHBoxLayout()
        middle.addWidget(numbers)
        middle.addWidget(self.column, 1)
        self.previous_button = Button(_("Previous"), "quiet", "chevron-left")
        self.next_button = Button(_("Next"), "quiet", "chevron-right")
        self.flag_button = Button(_("Flag"), "quiet")
        self.submit_button = Button(_("Submit…"), "primary")
        self.previous_button.clicked.connect(lambda: self.go_to(self._at - 1))
        self.next_button.clicked.connect(lambda: self.go_to(self._at + 1))
        self.flag_button.clicked.connect(self._flag)
        self.submit_button.clicked.connect(self._ask_to_submit)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(32), px(8), px(32), px(16))
        foot.setSpacing(px(8))
        foot.addWidget(self.previous_button)
        foot.addWidget(self.next_button)
        foot.addWidget(self.flag_button)
        foot.addStretch(1)
        foot.addWidget(self.submit_button)
        taking = QWidget()
        column = QVBoxLayout(taking)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        return taking

    # Before

    async def refresh(self) -> Empty | None:
        if self.attempt is not None:
            return None  # nothing that happens elsewhere may disturb who is answering
        quizzes = await self.context.read(list_quizzes_to_take, self.lesson_id, self.quiz_id, self.enrollment_id)
        if not quizzes:
            return Empty(_("There is no quiz here yet."))
        self.set_title(quizzes[0].title if len(quizzes) == 1 else _("Quizzes"))
        self.header.set_breadcrumb(*self.breadcrumb)
        column = self.intro.begin()
        for quiz in quizzes:
            column.addWidget(self._intro(quiz))
            await breathe()
        column.addStretch(1)
        await self.intro.show_column()
        self.stack.setCurrentWidget(self.intro)
        return None

    def _intro(self, quiz: QuizToTake) -> QWidget:
        card = Card()
        card.body.addWidget(Label(quiz.title, Role.HEADING, wrap=True))
        for words in (quiz.description, quiz.instructions):
            if words:
                card.body.addWidget(Label(words, wrap=True))
        card.body.addWidget(Label(" · ".join(self._facts(quiz)), Role.BODY, "muted", wrap=True))
        running = next((row for row in quiz.attempts if row.status == "in_progress"), None)
        start = Button(_("Resume") if running else _("Try again") if quiz.attempts else _("Start"), "primary", "play")
        start.setObjectName("start-quiz")
        start.setEnabled(self.enrollment_id is not None and (running is not None or quiz.attempts_left != 0))
        start.clicked.connect(lambda: self.spawn(self.start(quiz)))
        card.body.addWidget(start, 0, Qt.AlignmentFlag.AlignLeft)
        if self.enrollment_id is None:
            card.body.addWidget(Label(_("Enrol in the course to take this quiz."), Role.BODY, "muted", wrap=True))
        elif not start.isEnabled():
            card.body.addWidget(Label(_("You have used all attempts at this quiz."), Role.BODY, "muted", wrap=True))
        for row in quiz.attempts:
            if row.status != "in_progress":
                card.body.addWidget(self._past(row))
        return card

    def _facts(self, quiz: QuizToTake) -> list[str]:
        facts = [points_text(quiz.total_points), _("{score} % to pass").format(score=number_text(quiz.passing_score))]
        if quiz.time_limit_minutes is not None:
            facts.append(ngettext("{n} minute", "{n} minutes", quiz.time_limit_minutes).format(n=quiz.time_limit_minutes))
        left = quiz.attempts_left
        facts.append(
            _("Any number of attempts") if left is None else ngettext("{n} attempt left", "{n} attempts left", left).format(n=left)
        )
        if quiz.available_until is not None:
            facts.append(_("Open until {date}").format(date=date_text(quiz.available_until)))
        return facts

    def _past(self, row: AttemptRow) -> QWidget:
        button = Button(_("Review attempt {number}").format(number=row.number), "link")
        button.clicked.connect(lambda: self.spawn(self.show_outcome(row.id)))
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(button)
        if row.submitted_at is not None:
            layout.addWidget(Label(date_text(row.submitted_at), Role.BODY, "muted"))
        if row.status == "submitted":
            layout.addWidget(StatusPill(_("Waits to be graded"), "accent"))
        layout.addStretch(1)
        return line

    # Taking

    async def start(self, quiz: QuizToTake) -> None:
        """Start, or go on where the last desk stopped."""
        if self.enrollment_id is None:
            return
        attempt_id = await self.context.write(start_attempt, self.enrollment_id, quiz.id)
        store: Any = self.context.store
        late = await self.context.tasks.run(send_left, store, self._journal)  # before its answers are read
        if late:
            self.context.notices.warn(late_words(late))
        attempt, questions = await asyncio.gather(self.context.read(get_attempt, attempt_id), self.context.read(list_questions, attempt_id))
        await self._begin(attempt, questions)

    async def _begin(self, attempt: Attempt, questions: tuple[Asked, ...]) -> None:
        self.attempt, self._over = attempt, False
        self._ends = None if attempt.seconds_left is None else time.monotonic() + attempt.seconds_left
        self.set_title(attempt.title)
        self.saver = AnswerSaver(self.context, attempt.id, questions, self._journal, self)
        self.saver.state_changed.connect(self._show_saved)
        self.saver.refused.connect(lambda late: self.spawn(self._refused(late)))
        column = self.column.begin()
        self.cards = []
        for asked in questions:
            self.cards.append(self._card(asked))
            await breathe()
        for card in self.cards:
            column.addWidget(card)
        column.addStretch(1)
        await self.column.show_column()
        self._make_numbers()
        for widget in (self.timer_label, self.timer_button):
            widget.setVisible(self._ends is not None)
        self._show_saved("saved")
        first_open = next((at for at, card in enumerate(self.cards) if not card.answered), 0)
        self.go_to(first_open)
        self.stack.setCurrentWidget(self.taking)
        if self._ends is not None:
            self._clock.start()
            self._tick()
        if any(asked.settled for asked in questions):
            await self._show_verdicts()

    @property
    def _journal(self) -> Path:
        return journal_path(data_folder(), self.context.identity.member_id)

    @property
    def _checkable(self) -> bool:
        return self.attempt is not None and self.attempt.release == "immediately"

    def _card(self, asked: Asked) -> QuestionCard:
        card = QuestionCard(asked, checkable=self._checkable)
        card.field.changed.connect(lambda: self._answered(card))
        card.checked.connect(lambda: self.spawn(self._check(card)))
        self.spawn(card.show_pictures(self.context, finder(self.context)))
        return card

    def _make_numbers(self) -> None:
        for button in self.numbers:
            button.hide()
            button.deleteLater()
        self.numbers = []
        for at in range(len(self.cards)):
            button = Button(str(at + 1), "quiet")
            button.setCheckable(True)
            button.clicked.connect(lambda _checked, at=at: self.go_to(at))
            self._grid.addWidget(button, at // NUMBERS_A_ROW, at % NUMBERS_A_ROW)
            self.numbers.append(button)
        self._grid.setRowStretch(len(self.cards) // NUMBERS_A_ROW + 1, 1)

    def go_to(self, at: int) -> None:
        """Show a question, counted from 0."""
        if self.attempt is None or not 0 <= at < len(self.cards):
            return
        self._at = at
        together = self.together.isChecked()
        for index, card in enumerate(self.cards):
            card.setVisible(together or index == at)
        if together:
            self.column.ensureWidgetVisible(self.cards[at], 0, px(40))
        else:
            self.column.verticalScrollBar().setValue(0)
        self._show_place()

    def _show_place(self) -> None:
        count = len(self.cards)
        answered = sum(card.answered for card in self.cards)
        self.place_label.setText(
            _("Question {number} of {count} · {answered} answered").format(number=self._at + 1, count=count, answered=answered)
        )
        self.previous_button.setEnabled(self._at > 0)
        self.next_button.setEnabled(self._at < count - 1)
        self.flag_button.setText(_("Remove the flag") if self.cards[self._at].flagged else _("Flag"))
        for at, (button, card) in enumerate(zip(self.numbers, self.cards, strict=True)):
            state = [_("answered") if card.answered else _("not answered"), *([_("flagged")] if card.flagged else [])]
            button.setText(f"{at + 1}{' ✓' if card.answered else ''}{' ⚑' if card.flagged else ''}")
            button.setAccessibleName(_("Question {number}, {state}").format(number=at + 1, state=", ".join(state)))
            button.setChecked(at == self._at)
            kind = "primary" if at == self._at else "quiet"
            if button.property("kind") != kind:
                restyle(button, kind=kind)

    def _answered(self, card: QuestionCard) -> None:
        if self.saver is not None and not self._over:
            self.saver.put(card.asked.id, card.field.answer())
            if self._ends is not None and self._ends - time.monotonic() < HURRY_SECONDS:
                self.saver.hurry()
            self._show_place()

    def _show_saved(self, state: str) -> None:
        words = {"saved": _("Saved"), "saving": _("Saving…"), "waiting": _("Waiting for the server; your answers are kept here")}
        self.saved_label.setText(words[state])
        self.saved_label.set_token("warn" if state == "waiting" else "muted")

    def _flag(self) -> None:
        if self.attempt is None:
            return
        card = self.cards[self._at]
        card.flagged = not card.flagged
        self._show_place()
        self.spawn(self.context.write(flag_question, self.attempt.id, card.asked.id, card.flagged))

    async def _check(self, card: QuestionCard) -> None:
        if self.attempt is None or self.saver is None or not card.answered or not await self.saver.flush():
            return
        await self.context.write(settle_answer, self.attempt.id, card.asked.id)
        await self._show_verdicts()

    async def _show_verdicts(self) -> None:
        if self.attempt is not None:
            settled = {row.asked.id: row for row in await self.context.read(list_review, self.attempt.id)}
            for card in self.cards:
                if card.asked.id in settled:
                    card.show_verdict(settled[card.asked.id])

    # The clock

    def _tick(self) -> None:
        if self._ends is None or self._over:
            self._clock.stop()
            return
        left = self._ends - time.monotonic()
        hours, seconds = divmod(max(0, round(left)), 3600)
        shown = f"{hours}:{seconds // 60:02}:{seconds % 60:02}" if hours else f"{seconds // 60}:{seconds % 60:02}"
        self.timer_label.setText(_("{time} left").format(time=shown))
        if left <= LAST_SECONDS:
            self.timer_label.set_token("warn")
            self.timer_label.show()
        if left <= 0:
            self.spawn(self._end(_("The time is over. What was saved is submitted.")))

    def _toggle_timer(self) -> None:
        hidden = self.timer_label.isVisibleTo(self.taking)
        self.timer_label.setVisible(not hidden)
        self.timer_button.setText(_("Show the time") if hidden else _("Hide the time"))

    # After

    def _ask_to_submit(self) -> None:
        if self.attempt is None or self._over:
            return
        missing = [str(at + 1) for at, card in enumerate(self.cards) if not card.answered]
        words = _("You have answered every question.")
        if missing:
            words = ngettext("One question is not answered: {numbers}.", "{n} questions are not answered: {numbers}.", len(missing)).format(
                n=len(missing), numbers=", ".join(missing)
            )
        dialog = Dialog(_("Submit your answers?"), words, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_button(_("Go on answering"), "quiet", dialog.reject)
        dialog.add_button(_("Submit"), "primary", dialog.accept)
        dialog.accepted.connect(lambda: self.spawn(self._submit()))
        dialog.open()

    async def _submit(self) -> None:
        if self.saver is None or not await self.saver.flush():
            self.context.notices.warn(_("Your last answers are not on the server yet. Submit again once they are."))
            return
        await self._end("")

    async def _refused(self, late: int) -> None:
        await self._end(_("This attempt is over. What was saved counts."))
        if late:
            self.context.notices.warn(late_words(late))

    async def _end(self, notice: str) -> None:
        """Submit what is on the server, once, and show what came of it."""
        if self.attempt is None or self._over:
            return
        self._over = True
        try:
            await self.context.write(submit_attempt, self.attempt.id)
        except Exception:
            self._over = False  # the clock, or the person, tries again
            raise
        if notice:
            self.context.notices.info(notice)
        attempt, self.attempt = self.attempt, None
        self._clock.stop()
        await self.show_outcome(attempt.id)

    async def show_outcome(self, attempt_id: UUID) -> None:
        """The result of a submitted attempt and, as far as the quiz shows them, its questions."""
        result = await self.context.read(get_result, attempt_id)
        if result is None:
            return
        if result.passed:
            await self.context.write(settle_attempt, attempt_id)
        review = await self.context.read(list_review, attempt_id)
        column = self.outcome.begin()
        column.addWidget(self._summary(result))
        for card in await in_turns(self._review_card, review):
            column.addWidget(card)
        column.addStretch(1)
        await self.outcome.show_column()
        self.stack.setCurrentWidget(self.outcome)

    def _review_card(self, reviewed: Reviewed) -> ReviewCard:
        card = ReviewCard(reviewed)
        self.spawn(card.show_pictures(self.context, finder(self.context)))
        return card

    def _summary(self, result: Result) -> QWidget:
        card = Card()
        if result.score is None:
            card.body.addWidget(Label(_("Submitted"), Role.TITLE))
            card.body.addWidget(Label(_("A part of your answers waits to be graded by a person."), wrap=True))
        else:
            card.body.addWidget(Label(_("{score} %").format(score=number_text(result.score)), Role.TITLE))
            pill = StatusPill(_("Passed"), "good") if result.passed else StatusPill(_("Not passed"), "bad")
            card.body.addWidget(pill, 0, Qt.AlignmentFlag.AlignLeft)
            card.body.addWidget(
                Label(_("{earned} of {points}").format(earned=number_text(result.points or ZERO), points=points_text(result.total or ZERO)))
            )
        if result.feedback:
            card.body.addWidget(Label(result.feedback, wrap=True))
        if not result.released:
            card.body.addWidget(Label(_("The right answers are not shown, or not yet."), Role.BODY, "muted", wrap=True))
        back = Button(_("Back to the quiz"), "quiet", "chevron-left")
        back.setObjectName("back-to-quiz")
        back.clicked.connect(self.reload)
        card.body.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    async def save(self) -> None:
        if self.saver is not None:
            await self.saver.flush()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.saver is not None:
            self.saver.hurry()
