"""The questions of an exam at a station: one at a time, with marks to come back to, an overview, and the handing in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.exams.queries import Given
from desktop.i18n import _, ngettext
from desktop.questions.queries import Asked, asked_from
from desktop.ui.context import Context
from desktop.ui.exams.station_bar import stack_if_narrow
from desktop.ui.page import breathe, polish
from desktop.ui.questions.cards import QuestionCard
from desktop.ui.questions.pictures import Find, pictures_of
from desktop.ui.theme import Role, px, restyle, theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn

WIDTH = 860
FOOT_WIDTH = 720
"""Pixels at nominal text that the buttons below a question need in one row."""
NUMBERS_A_ROW = 8


def asked(given: Given) -> Asked:
    """A question of a station as the fields of questions take it."""
    row: Mapping[str, Any] = {
        "question_id": given.id,
        "number": given.number,
        "points": given.points,
        "question": given.question,
        "answer": given.answer,
    }
    return asked_from(row, flagged=given.flagged)


class QuestionsPage(QWidget):
    """``typed`` follows each change of an answer, ``flagged`` each mark, ``shown`` each question that comes onto the screen."""

    typed = Signal(object, object)
    flagged = Signal(object, bool)
    shown = Signal(object, int)
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[QuestionCard] = []
        self._at = 0
        self._open = True
        self.column = ScrolledColumn()
        self.place_label = Label("", Role.STRONG)
        self.previous_button = Button(_("Previous"), "quiet", "chevron-left")
        self.next_button = Button(_("Next"), "quiet", "chevron-right")
        self.flag_button = Button(_("Mark to come back"), "quiet", "star")
        self.overview_button = Button(_("Overview and hand in"), "primary")
        self.previous_button.clicked.connect(lambda: self.go_to(self._at - 1))
        self.next_button.clicked.connect(lambda: self.go_to(self._at + 1))
        self.flag_button.clicked.connect(self.toggle_flag)
        self.overview_button.clicked.connect(self.show_overview)
        moves = QHBoxLayout()
        for button in (self.previous_button, self.next_button, self.flag_button):
            moves.addWidget(button)
        moves.addStretch(1)
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._foot.setContentsMargins(0, px(8), 0, px(20))
        self._foot.addLayout(moves, 1)
        self._foot.addWidget(self.overview_button)
        for row in (moves, self._foot):
            row.setSpacing(px(8))
        middle = QWidget()
        middle.setMaximumWidth(px(WIDTH))
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.place_label)
        column.addWidget(self.column, 1)
        column.addLayout(self._foot)
        self.question = QWidget()
        across = QHBoxLayout(self.question)
        across.addStretch(1)
        across.addWidget(middle, 20)
        across.addStretch(1)
        self.overview = Overview()
        self.overview.chosen.connect(self.go_to)
        self.overview.submitted.connect(self.submitted)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.question)
        self.stack.addWidget(self.overview)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.stack)
        theme().changed.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        stack_if_narrow(self._foot, self.width(), FOOT_WIDTH)

    # Filling

    async def show_questions(self, given: Sequence[Given], at: UUID | None) -> None:
        """Show all of them, the one with the id ``at`` first: that is where the candidate was."""
        column = self.column.begin()
        column.setContentsMargins(0, px(4), 0, px(16))
        self.cards = []
        for one in given:
            card = QuestionCard(asked(one), checkable=False)
            card.hide()
            card.field.changed.connect(lambda card=card: self._changed(card))
            self.cards.append(card)
            column.addWidget(card)
            await breathe()
        column.addStretch(1)
        await self.column.show_column()
        self.overview.show_cards(self.cards)
        await polish(self.overview)
        self.go_to(next((index for index, one in enumerate(given) if one.id == at), 0))

    async def show_pictures(self, context: Context, find: Find) -> None:
        """Fetch and show what the questions show besides words; what cannot be had says so on its card."""
        for card in self.cards:
            await card.show_pictures(context, find)

    @property
    def pictures(self) -> set[str]:
        """The assets that the questions show."""
        return {asset for card in self.cards for asset in pictures_of(card.asked)}

    @property
    def answered(self) -> int:
        return sum(card.answered for card in self.cards)

    def set_open(self, is_open: bool) -> None:
        """Whether answers are taken. Questions can be read either way."""
        if is_open != self._open:
            self._open = is_open
            for card in self.cards:
                card.field.setEnabled(is_open)

    # Moving

    def go_to(self, at: int) -> None:
        """Show a question, counted from 0."""
        if not 0 <= at < len(self.cards):
            return
        self._at = at
        self.stack.setCurrentWidget(self.question)
        for index, card in enumerate(self.cards):
            card.setVisible(index == at)
        self.column.verticalScrollBar().setValue(0)
        self._show_place()
        card = self.cards[at]
        for field in card.field.findChildren(QWidget):
            if field.focusPolicy() & Qt.FocusPolicy.TabFocus and field.isVisibleTo(card.field) and field.isEnabled():
                field.setAccessibleDescription(card.asked.text)  # said with the field that the keyboard comes to
                field.setFocus(Qt.FocusReason.OtherFocusReason)
                break
        self.shown.emit(card.asked.id, card.asked.number)

    def step(self, by: int) -> None:
        if self.stack.currentWidget() is self.question:
            self.go_to(self._at + by)

    def show_overview(self) -> None:
        if self.cards:
            self.overview.show_cards(self.cards)
            self.stack.setCurrentWidget(self.overview)
            self.overview.prepare(self._at)

    def toggle_flag(self) -> None:
        if self.cards and self.stack.currentWidget() is self.question:
            card = self.cards[self._at]
            card.flagged = not card.flagged
            self._show_place()
            self.flagged.emit(card.asked.id, card.flagged)

    def _changed(self, card: QuestionCard) -> None:
        self.typed.emit(card.asked.id, card.field.answer())
        self._show_place()

    def _show_place(self) -> None:
        count = len(self.cards)
        self.place_label.setText(
            _("Question {number} of {count} · {answered} answered").format(number=self._at + 1, count=count, answered=self.answered)
        )
        self.previous_button.setEnabled(self._at > 0)
        self.next_button.setEnabled(self._at < count - 1)
        self.flag_button.setText(_("Remove the mark") if self.cards[self._at].flagged else _("Mark to come back"))


class Overview(ScrolledColumn):
    """Every question with its state, what is missing, and the button that hands in: pressed twice, as it is final."""

    chosen = Signal(int)
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        body = QWidget()
        middle = QWidget()
        middle.setMaximumWidth(px(WIDTH))
        row = QHBoxLayout(body)
        row.addStretch(1)
        row.addWidget(middle, 20)
        row.addStretch(1)
        column = QVBoxLayout(middle)
        column.setSpacing(px(16))
        self.title = Label(_("Overview"), Role.TITLE)
        self.missing = Label("", wrap=True)
        self._grid = QGridLayout()
        self._grid.setSpacing(px(8))
        self.numbers: list[Button] = []
        self.back_button = Button(_("Back to the questions"), "quiet", "chevron-left")
        self.submit_button = Button(_("Hand in"), "primary")
        self.question = Label(_("Hand in for good? Nothing can be changed afterwards."), Role.STRONG, wrap=True)
        self.no_button = Button(_("Go on answering"), "quiet")
        self.yes_button = Button(_("Yes, hand in"), "primary")
        self._at = 0
        self.back_button.clicked.connect(lambda: self.chosen.emit(self._at))
        self.no_button.clicked.connect(lambda: self.chosen.emit(self._at))
        self.submit_button.clicked.connect(lambda: self._ask(True))
        self.yes_button.clicked.connect(self.submitted)
        foot = QHBoxLayout()
        foot.addWidget(self.back_button)
        foot.addStretch(1)
        foot.addWidget(self.submit_button)
        final = QHBoxLayout()
        final.addWidget(self.question, 1)
        final.addWidget(self.no_button)
        final.addWidget(self.yes_button)
        column.addWidget(self.title)
        column.addWidget(self.missing)
        column.addLayout(self._grid)
        column.addLayout(foot)
        column.addLayout(final)
        column.addStretch(1)
        self.setWidget(body)
        self._ask(False)

    def show_cards(self, cards: Sequence[QuestionCard]) -> None:
        missing = [str(card.asked.number) for card in cards if not card.answered]
        self.missing.setText(
            ngettext("One question is not answered: {numbers}.", "{n} questions are not answered: {numbers}.", len(missing)).format(
                n=len(missing), numbers=", ".join(missing)
            )
            if missing
            else _("You have answered every question.")
        )
        if len(self.numbers) != len(cards):
            self._make_numbers(len(cards))
        for button, card in zip(self.numbers, cards, strict=True):
            state = [_("answered") if card.answered else _("not answered"), *([_("marked")] if card.flagged else [])]
            button.setText(f"{card.asked.number}{' ✓' if card.answered else ''}{' ⚑' if card.flagged else ''}")
            button.setAccessibleName(_("Question {number}, {state}").format(number=card.asked.number, state=", ".join(state)))
            kind = "quiet" if card.answered else "plain"
            if button.property("kind") != kind:
                restyle(button, kind=kind)
        self._ask(False)

    def prepare(self, at: int) -> None:
        self._at = at
        self.numbers[at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_numbers(self, count: int) -> None:
        for button in self.numbers:
            button.hide()
            button.deleteLater()
        self.numbers = []
        for at in range(count):
            button = Button(str(at + 1), "quiet")
            button.clicked.connect(lambda _checked, at=at: self.chosen.emit(at))
            self._grid.addWidget(button, at // NUMBERS_A_ROW, at % NUMBERS_A_ROW)
            self.numbers.append(button)

    def _ask(self, asking: bool) -> None:
        for widget in (self.question, self.no_button, self.yes_button):
            widget.setVisible(asking)
        self.submit_button.setEnabled(not asking)
        if asking:
            self.no_button.setFocus(Qt.FocusReason.OtherFocusReason)
