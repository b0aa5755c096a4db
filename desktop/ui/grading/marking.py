"""What a grader gives: levels of a rubric, a score, words for the learner, a note of their own. All of it by keys."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.grading.commands import Mark
from desktop.grading.queries import Piece
from desktop.grading.rubric import ZERO, Criterion, Given, read_given, score, write_given
from desktop.i18n import _
from desktop.questions.markup import from_plain, plain_text
from desktop.ui.grading.words import points_of
from desktop.ui.questions.fields import NumberField, number_text
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card

LINES = 5


class CriterionCard(Card):
    """One criterion: its levels as buttons that 1 to 9 press, and its points."""

    changed = Signal()

    def __init__(self, criterion: Criterion, given: Given) -> None:
        super().__init__()
        self.criterion = criterion
        self._given = given
        self.setAccessibleName(criterion.title)
        head = QHBoxLayout()
        head.addWidget(Label(criterion.title, Role.STRONG, wrap=True), 1)
        self.points = NumberField(
            _("Points for {criterion}").format(criterion=criterion.title), least=ZERO, most=criterion.points, none=True
        )
        self.points.changed.connect(self._typed)
        head.addWidget(self.points)
        head.addWidget(Label(_("of {points}").format(points=number_text(criterion.points)), Role.LABEL, "muted"))
        self.body.addLayout(head)
        if criterion.description:
            self.body.addWidget(Label(criterion.description, Role.CAPTION, "muted", wrap=True))
        self.levels: list[Button] = []
        for number, level in enumerate(criterion.levels, 1):
            button = Button(f"{number}  {level.title} · {number_text(level.points)}", "quiet")
            button.setCheckable(True)
            button.setToolTip(level.description)
            button.setAccessibleName(_("{level}, {points} points").format(level=level.title, points=number_text(level.points)))
            button.clicked.connect(lambda _checked, at=number - 1: self.give(at))
            self.levels.append(button)
            self.body.addWidget(button)
        self._show()

    @property
    def given(self) -> Given:
        return self._given

    def give(self, at: int) -> None:
        """Give the level of this place, counted from 0."""
        if at < len(self.criterion.levels):
            level = self.criterion.levels[at]
            self._given = replace(self._given, level=level.id, points=level.points)
            self._show()
            self.changed.emit()

    def _typed(self) -> None:
        self._given = replace(self._given, points=self.points.value, level="")
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self.points.show_value(self._given.points)
        for button, level in zip(self.levels, self.criterion.levels, strict=True):
            chosen = level.id == self._given.level
            button.setChecked(chosen)
            restyle(button, kind="primary" if chosen else "quiet")


class MarkForm(QScrollArea):
    """The grade of one piece of work. :attr:`changed` carries the work that it is of, so that it can end on no other."""

    changed = Signal(object, object)
    """:class:`Piece`, :class:`Mark`: after every change by the grader, none by :meth:`show_piece`."""

    def __init__(self) -> None:
        super().__init__()
        self.piece: Piece | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cards: list[CriterionCard] = []
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(px(12), px(4), px(20), px(12))
        self._column.setSpacing(px(10))
        self.score = NumberField(_("Score"), least=ZERO, none=True, wide=84)
        self.score.changed.connect(self._say)
        self.of = Label("", Role.BODY, "muted")
        self.penalty = Label("", Role.CAPTION, "warn", wrap=True)
        line = QHBoxLayout()
        line.addWidget(Label(_("Score"), Role.STRONG))
        line.addStretch(1)
        line.addWidget(self.score)
        line.addWidget(self.of)
        self._criteria = QVBoxLayout()
        self._criteria.setSpacing(px(8))
        self.feedback = _words(_("Words for the learner"))
        self.note = _words(_("A note that no learner sees"))
        self.note.setFixedHeight(px(64))
        self.comments_button = Button(_("Comments…"), "link")
        self.done = QCheckBox(_("Finished"))
        self.done.setToolTip(_("Ready to be released"))
        self._column.addLayout(self._criteria)
        self._column.addLayout(line)
        self._column.addWidget(self.penalty)
        head = QHBoxLayout()
        head.addWidget(Label(_("Words for the learner"), Role.STRONG), 1)
        head.addWidget(self.comments_button)
        self._column.addLayout(head)
        self._column.addWidget(self.feedback)
        self.note_title = Label(_("Note"), Role.STRONG)
        self._column.addWidget(self.note_title)
        self._column.addWidget(self.note)
        self._column.addWidget(self.done)
        self._column.addStretch(1)
        for words in (self.feedback, self.note):
            words.textChanged.connect(self._say)
        self.done.clicked.connect(lambda _checked: self._say())
        self.setWidget(self._body)

    def show_piece(self, piece: Piece, mark: Mark) -> None:
        """Show what the grader thinks of this work; nothing of the work before remains."""
        self.piece = None  # what the widgets say from here on is said by nobody
        for card in self.cards:
            card.hide()
            card.deleteLater()
        given = read_given(mark.rubric)
        self.cards = []
        for criterion in piece.rubric:
            card = CriterionCard(criterion, given.get(criterion.id, Given()))
            card.changed.connect(self._rubric_changed)
            self._criteria.addWidget(card)
            self.cards.append(card)
        self.score.set_most(piece.points)
        self.score.show_new(mark.score)
        self.of.setText(_("of {points}").format(points=number_text(piece.points)))
        for words, text in (
            (self.feedback, plain_text(mark.feedback) if piece.key.question is None else mark.feedback),
            (self.note, mark.note),
        ):
            with QSignalBlocker(words):
                words.setPlainText(text)
        self.done.setChecked(mark.done)
        essay = piece.key.question is not None
        for widget in (self.note, self.note_title, self.done):
            widget.setVisible(not essay)
        self.piece = piece
        self._show_penalty()
        self.verticalScrollBar().setValue(0)

    def mark(self) -> Mark:
        words = self.feedback.toPlainText().strip()
        essay = self.piece is not None and self.piece.key.question is not None
        return Mark(
            self.score.value,
            write_given({card.criterion.id: card.given for card in self.cards}),
            words if essay else from_plain(words),
            self.note.toPlainText().strip(),
            self.done.isChecked(),
        )

    def give(self, level: int) -> None:
        """Give a level, counted from 1, for the first criterion that has nothing yet, or the one that has the focus."""
        at = QApplication.focusWidget()
        focused = next((card for card in self.cards if at is not None and card.isAncestorOf(at)), None)
        card = focused or next((each for each in self.cards if each.given == Given()), None)
        if card is not None:
            card.give(level - 1)
            following = next((each for each in self.cards if each.given == Given()), card)
            self.ensureWidgetVisible(following)

    def add_words(self, words: str) -> None:
        """Put a comment at the end of what is written."""
        before = self.feedback.toPlainText().rstrip()
        self.feedback.setPlainText(f"{before}\n{words}" if before else words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        level = event.key() - int(Qt.Key.Key_0)
        if 1 <= level <= 9 and not event.modifiers() and self.cards:
            self.give(level)
        else:
            super().keyPressEvent(event)

    def _rubric_changed(self) -> None:
        total = score(tuple(card.criterion for card in self.cards), {card.criterion.id: card.given for card in self.cards})
        if total is not None:
            self.score.show_new(min(total, self.piece.points) if self.piece else total)
        self._say()

    def _say(self) -> None:
        if self.piece is not None:
            self._show_penalty()
            self.changed.emit(self.piece, self.mark())

    def _show_penalty(self) -> None:
        piece, given = self.piece, self.score.value
        taken = Decimal(0)
        if piece is not None and piece.policy is not None and given is not None:
            taken = piece.policy.deduction(piece.points, given, piece.late_seconds)
        self.penalty.setVisible(taken > 0)
        if piece is not None and given is not None and taken:
            self.penalty.setText(
                _("Lateness takes {taken}: the learner gets {rest}.").format(
                    taken=number_text(taken), rest=points_of(given - taken, piece.points)
                )
            )


def _words(name: str) -> QPlainTextEdit:
    edit = QPlainTextEdit()
    edit.setAccessibleName(name)
    edit.setTabChangesFocus(True)
    edit.setFixedHeight(edit.fontMetrics().lineSpacing() * LINES + px(24))
    return edit
