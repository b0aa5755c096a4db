"""What others say about a piece of work beside its grade: the marks of two markers, and a learner who asks for another look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from desktop.grading.commands import Mark
from desktop.grading.queries import Piece
from desktop.i18n import _
from desktop.questions.markup import plain_text
from desktop.ui.grading.words import points_of
from desktop.ui.theme import Role
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card, Dialog

CENT = Decimal("0.01")


class MarkersCard(Card):
    """Where two people mark: who one is, and once both have finished, what each gave. ``taken`` is the mark to agree on."""

    taken = Signal(object)

    def __init__(self) -> None:
        super().__init__(padding=14)
        self._marks: list[Mark] = []
        self.words = Label("", Role.BODY, wrap=True)
        self.body.addWidget(self.words)
        row = QHBoxLayout()
        self.buttons = [Button("", "quiet"), Button("", "quiet"), Button(_("Take the mean"), "quiet")]
        for at, button in enumerate(self.buttons):
            button.clicked.connect(lambda _checked, at=at: self.taken.emit(self._marks[at]))
            row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.hide()

    def show_piece(self, piece: Piece) -> None:
        marks = [(grader, mark) for stage, grader, mark in piece.others if stage != "agreed"]
        agreeing = piece.stage == "agreed" and len(marks) == 2
        self.setVisible(piece.twice)
        for button in self.buttons:
            button.setVisible(agreeing)
        if agreeing:
            lines = [_("Two people have marked this. Write what they agree on.")]
            for button, (grader, mark) in zip(self.buttons, marks, strict=False):
                button.setText(_("Take {grader}'s").format(grader=grader))
                lines.append(f"{grader}: {summary(mark, piece)}")
            self.words.setText("\n".join(lines))
            both = [mark for _grader, mark in marks]
            self._marks = [*(replace(mark, done=False) for mark in both), replace(both[0], score=mean(both), rubric={}, done=False)]
        elif piece.twice:
            self.words.setText(_("Two people mark this. Neither sees the other's mark before both have finished."))


class AskedCard(Card):
    """A learner asks to have a released grade looked at again."""

    def __init__(self) -> None:
        super().__init__(padding=14)
        self.words = Label("", Role.BODY, wrap=True)
        self.answer_button = Button(_("Answer…"), "quiet")
        self.body.addWidget(self.words)
        self.body.addWidget(self.answer_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_piece(self, piece: Piece) -> None:
        self.setVisible(piece.request is not None)
        if piece.request is not None:
            self.words.setText(_("The learner asks to look again: {reason}").format(reason=piece.request.reason))


class AnswerDialog(Dialog):
    """``done(changed, words)``."""

    def __init__(self, reason: str, done: Callable[[bool, str], object], parent: QWidget) -> None:
        super().__init__(_("Answer the learner"), reason, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._done = done
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        self.body.addWidget(
            FormRow(
                _("Your answer"),
                self.words,
                hint=_("To change the grade, change it first. “Release the changed grade” gives it to the learner with this answer."),
            )
        )
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.stays_button = self.add_button(_("The grade stays"), "quiet", lambda: self._answer(changed=False))
        self.changed_button = self.add_button(_("Release the changed grade"), "primary", lambda: self._answer(changed=True))

    def _answer(self, *, changed: bool) -> None:
        self.accept()
        self._done(changed, self.words.toPlainText().strip())


def mean(marks: list[Mark]) -> Decimal | None:
    """Of the scores, to the cent; None as long as one has none."""
    scores = [mark.score for mark in marks if mark.score is not None]
    return (sum(scores, Decimal(0)) / len(scores)).quantize(CENT, ROUND_HALF_UP) if scores and len(scores) == len(marks) else None


def summary(mark: Mark, piece: Piece) -> str:
    """A mark in a line."""
    points = _("no score") if mark.score is None else points_of(mark.score, piece.points)
    words = plain_text(mark.feedback) if piece.key.question is None else mark.feedback
    return f"{points}. {words}" if words else points
