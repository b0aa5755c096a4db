"""A question on a card: to be answered, or as it was answered."""

from __future__ import annotations

import re
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import _, ngettext
from desktop.questions.markup import is_markup, plain_text
from desktop.questions.queries import Asked, Reviewed, Verdict
from desktop.store.assets import asset_of
from desktop.ui.context import Context
from desktop.ui.questions.answering import AnswerField, field_for
from desktop.ui.questions.formatted import Formatted
from desktop.ui.questions.pictures import Find, PictureLabel, load, pictures_of
from desktop.ui.questions.wording import answer_words, key_words
from desktop.ui.theme import Role, px
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card

_BLANK = re.compile(r"\[\[(\d+)\]\]")


def number_text(number: Decimal) -> str:
    """Without decimals where there are none."""
    return f"{float(number):g}"


def points_text(points: Decimal) -> str:
    return ngettext("{n} point", "{n} points", 1 if points == 1 else 2).format(n=number_text(points))


def question_text(asked: Asked) -> QWidget:
    """The question's words; blanks are drawn as lines with their numbers."""
    if asked.html:
        return Formatted(_("Question"), _BLANK.sub(r"<u>&nbsp;&nbsp;(\1)&nbsp;&nbsp;</u>", asked.html))
    return Label(_BLANK.sub(r"____ (\1)", asked.text), Role.HEADING, wrap=True)


class AskedCard(Card):
    """What is asked, with its pictures: what the cards of a question have in common."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked = asked
        self.picture = PictureLabel() if asked.image else None
        self.setAccessibleName(_("Question {number}").format(number=asked.number))

    def add_asked(self) -> None:
        """The picture and the words."""
        if self.picture is not None:
            self.body.addWidget(self.picture)
        self.body.addWidget(question_text(self.asked))

    async def show_pictures(self, context: Context, find: Find) -> None:
        """Fetch what the question shows, and show it as it comes."""
        for asset in pictures_of(self.asked):
            image = await load(context, find, asset)
            if self.picture is not None and asset == asset_of(self.asked.image):
                self.picture.show_image(image)
            if image is not None:
                for words in self.findChildren(Formatted):
                    if asset in words.html:
                        words.show_picture(asset, image)
                for field in self.findChildren(AnswerField):
                    field.show_picture(asset, image)


class QuestionCard(AskedCard):
    """One question with its field."""

    checked = Signal()
    """The person wants this answer checked; only where ``checkable``."""

    def __init__(self, asked: Asked, *, checkable: bool) -> None:
        super().__init__(asked)
        self.flagged = asked.flagged
        head = QHBoxLayout()
        head.addWidget(Label(self.accessibleName(), Role.LABEL, "muted"))
        head.addStretch(1)
        head.addWidget(Label(points_text(asked.points), Role.LABEL, "muted"))
        self.body.addLayout(head)
        self.add_asked()
        if asked.hint:
            self._add_hint(asked.hint)
        self.field = field_for(asked)
        self.body.addSpacing(px(8))
        self.body.addWidget(self.field)
        self.verdict = QVBoxLayout()
        self.body.addLayout(self.verdict)
        self.check_button = Button(_("Check this answer"), "quiet", "check")
        self.check_button.clicked.connect(self.checked)
        self.check_button.setVisible(checkable and not asked.settled)
        self.body.addWidget(self.check_button, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def answered(self) -> bool:
        return self.field.answer() is not None

    def show_verdict(self, reviewed: Reviewed) -> None:
        """Close the question and say what the answer was worth."""
        self.check_button.hide()
        self.field.setEnabled(False)
        if reviewed.verdict is not None and self.verdict.count() == 0:
            add_verdict(self.verdict, reviewed.asked, reviewed.verdict)

    def _add_hint(self, hint: str) -> None:
        words = Label(hint, Role.BODY, "muted", wrap=True)
        words.hide()
        button = Button(_("Show the hint"), "link")
        button.clicked.connect(words.show)
        button.clicked.connect(button.hide)
        self.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(words)


def verdict_pill(asked: Asked, verdict: Verdict) -> StatusPill:
    earned = _("{earned} of {points}").format(earned=number_text(verdict.earned), points=points_text(asked.points))
    if verdict.correct:
        return StatusPill(_("Right · {earned}").format(earned=earned), "good")
    if asked.answer is not None and verdict.correct is None:
        return StatusPill(_("Waits to be graded"), "accent")
    if verdict.earned > 0:
        return StatusPill(_("Partly right · {earned}").format(earned=earned), "warn")
    return StatusPill(
        _("Not answered · {earned}").format(earned=earned) if asked.answer is None else _("Wrong · {earned}").format(earned=earned), "bad"
    )


def add_verdict(column: QVBoxLayout, asked: Asked, verdict: Verdict, *, graded: bool = True) -> None:
    """What an answer was worth, what would have been right, and why. Where nobody answered (``graded`` False), only the last two."""
    if graded:
        column.addWidget(verdict_pill(asked, verdict), 0, Qt.AlignmentFlag.AlignLeft)
    right = key_words(asked, verdict.right)
    if right and not verdict.correct:
        _add_words(column, _("Right answer"), right)
    selected = (asked.answer or {}).get("selected")
    picked: list[str] = selected if isinstance(selected, list) else [str(selected)]
    for name in picked:
        if name in verdict.feedback:
            _add_words(column, _("About your answer"), verdict.feedback[name])
    if verdict.explanation:
        _add_words(column, _("Explanation"), verdict.explanation)


class ReviewCard(AskedCard):
    """One question as it was answered."""

    def __init__(self, reviewed: Reviewed) -> None:
        asked = reviewed.asked
        super().__init__(asked)
        self.body.addWidget(Label(self.accessibleName(), Role.LABEL, "muted"))
        self.add_asked()
        _add_words(self.body, _("Your answer"), answer_words(asked, asked.answer) or _("Nothing"))
        if reviewed.verdict is not None:
            add_verdict(self.body, asked, reviewed.verdict)


def _add_words(column: QVBoxLayout, title: str, words: str) -> None:
    column.addWidget(Label(title, Role.LABEL, "muted"))
    column.addWidget(Label(plain_text(words) if is_markup(words) else words, wrap=True))
