"""A question as its author edits it: what is asked, how it is answered, and what goes with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.questions.drafting import Opened
from desktop.questions.model import ONE, Question, Text, flaws
from desktop.questions.storage import to_row
from desktop.questions.vocabulary import TYPES
from desktop.ui.page import polish
from desktop.ui.questions.bodies import FORMS, BlanksForm, BodyForm
from desktop.ui.questions.fields import Formatter, NumberField, WordsField, order_tabs
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import ElidedLabel, Label

MOST_POINTS = Decimal(100_000)
_BLANK = re.compile(r"\[\[(\d{1,2})\]\]")


class QuestionForm(QScrollArea):
    """``show_question`` shows one; ``edited`` follows what a person does to it; ``question()`` is it as it stands."""

    edited = Signal()
    picture_asked = Signal()

    def __init__(self, formatter: Formatter) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._formatter = formatter
        self._showing = False
        self._image: str | None = None
        self._video: str | None = None
        self.id: UUID | None = None
        self.forms: dict[str, BodyForm] = {}
        self.kind = ""
        self._tabs = QTimer(self)  # once, however many rows came
        self._tabs.setSingleShot(True)
        self._tabs.timeout.connect(lambda: order_tabs(self.widget()))
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(px(24), px(8), px(24), px(24))
        self.column.setSpacing(px(14))
        self._make_head()
        self._make_words()
        self._body = QVBoxLayout()
        self.column.addLayout(self._body)
        self._make_rest()
        self.column.addStretch(1)
        self.setWidget(body)

    def _make_head(self) -> None:
        self.kind_label = Label("", Role.LABEL, "muted")
        self.points = NumberField(_("Points"), least=Decimal(0), most=MOST_POINTS)
        self.points.changed.connect(self._say)
        head = QHBoxLayout()
        head.addWidget(self.kind_label)
        head.addStretch(1)
        head.addWidget(Label(_("Points"), Role.LABEL, "muted"))
        head.addWidget(self.points)
        self.column.addLayout(head)
        self.uses = Label("", Role.CAPTION, "muted", wrap=True)
        self.uses.hide()
        self.column.addWidget(self.uses)
        self.figures = Label("", Role.CAPTION, "muted", wrap=True)
        self.figures.hide()
        self.column.addWidget(self.figures)
        self.flaws = Label("", Role.CAPTION, "warn", wrap=True)
        self.flaws.hide()
        self.column.addWidget(self.flaws)

    def _make_words(self) -> None:
        self.stem = WordsField(_("Question"), self._formatter, placeholder=_("What is asked"), lines=3)
        self.stem.changed.connect(self._stem_changed)
        self.column.addWidget(FormRow(_("Question"), self.stem))
        self.stem.edit.setAccessibleName(_("Question"))
        self.picture_label = ElidedLabel("", Role.CAPTION, "muted")
        self.picture_button = Button(_("Picture…"), "quiet", "picture")
        self.picture_button.clicked.connect(self.picture_asked)
        self.no_picture_button = Button(_("Remove the picture"), "plain", "trash")
        self.no_picture_button.clicked.connect(lambda: self.set_picture(None))
        row = QHBoxLayout()
        row.addWidget(self.picture_button)
        row.addWidget(self.no_picture_button)
        row.addWidget(self.picture_label, 1)
        row.addStretch(1)
        self.column.addLayout(row)

    def _make_rest(self) -> None:
        self.explanation = WordsField(_("Explanation"), self._formatter, placeholder=_("Shown with the right answer"), lines=2)
        self.hint, self.title, self.tags = QLineEdit(), QLineEdit(), QLineEdit()
        self.explanation.changed.connect(self._say)
        self.tags.setPlaceholderText(_("Words with commas between"))
        self.column.addSpacing(px(8))
        for name, field, hint in (
            (_("Explanation"), self.explanation, ""),
            (_("Hint"), self.hint, _("A learner can ask for it while answering.")),
            (_("Tags"), self.tags, _("What quizzes draw by, and the bank is searched by.")),
            (_("Title"), self.title, _("For lists of authors; learners never see it. Empty: the beginning of the question.")),
        ):
            self.column.addWidget(FormRow(name, field, hint=hint))
            if isinstance(field, QLineEdit):
                field.setAccessibleName(name)
                field.textEdited.connect(lambda _text: self._say())
        self.explanation.edit.setAccessibleName(_("Explanation"))

    # Showing

    def show_question(self, opened: Opened) -> None:
        """Show a question. The same again: fields that hold what they should are left alone, and with them the cursor."""
        self._showing = True
        question = opened.question
        if opened.id != self.id:
            self.verticalScrollBar().setValue(0)
        self.id = opened.id
        self._choose_form(question.type_name)
        self.kind_label.setText(_(TYPES[question.type_name]))
        self.points.show_value(question.points)
        self.stem.show_text(question.text)
        self.forms[self.kind].show_body(question.body)
        self.explanation.show_text(question.explanation)
        for line, text in ((self.hint, question.hint), (self.title, question.title)):
            if line.text().strip() != text:
                line.setText(text)
        if self._tags() != question.tags:
            self.tags.setText(", ".join(question.tags))
        self._image, self._video = question.image, question.video
        self._show_picture()
        self._show_flaws(question)
        self._tabs.start()
        self._showing = False

    def show_uses(self, quizzes: Sequence[str]) -> None:
        """The quizzes that give this question of a bank; an edit is for all of them."""
        self.uses.setText(_("Used in: {quizzes}").format(quizzes=" · ".join(quizzes)) if quizzes else "")
        self.uses.setVisible(bool(quizzes))

    def show_figures(self, words: str, *, concern: bool = False) -> None:
        """What attempts say about this question, on a line; ``concern`` where that needs a look."""
        self.figures.set_token("warn" if concern else "muted")
        self.figures.setText(words)
        self.figures.setVisible(bool(words))

    def question(self) -> Question:
        """As it stands now; a field that cannot be read counts as it last could be."""
        return Question(
            self.stem.text(),
            self.forms[self.kind].body(),
            title=" ".join(self.title.text().split()),
            points=ONE if self.points.value is None else self.points.value,
            explanation=self.explanation.text(),
            hint=" ".join(self.hint.text().split()),
            image=self._image,
            video=self._video,
            tags=self._tags(),
        )

    def says(self, stored: Mapping[str, Any]) -> bool:
        """Whether the form says what these columns hold."""
        return all(stored.get(column) == value for column, value in to_row(self.question()).items())

    def set_picture(self, address: str | None) -> None:
        self._image = address
        self._show_picture()
        self._say()

    async def prepare(self, kind: str) -> None:
        """Make the form of a type ahead of its first question, in turns."""
        if kind not in self.forms:
            form = self._make_form(kind)
            form.hide()
            await form.warm()
            await polish(form)

    def _make_form(self, kind: str) -> BodyForm:
        form = self.forms[kind] = FORMS[kind](kind, self._formatter)
        form.changed.connect(self._say)
        form.shaped.connect(self._tabs.start)
        if isinstance(form, BlanksForm):
            form.insert_asked.connect(self.stem.insert)
        self._body.addWidget(form)
        return form

    def _choose_form(self, kind: str) -> None:
        if kind == self.kind:
            return
        for form in self.forms.values():
            form.hide()
        if kind not in self.forms:
            self._make_form(kind)
        self.kind = kind
        self.forms[kind].show()

    def _tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag.strip() for tag in self.tags.text().split(",") if tag.strip()))

    def _stem_changed(self) -> None:
        form = self.forms.get(self.kind)
        if isinstance(form, BlanksForm) and not self._showing:
            form.needs(max((int(number) for number in _BLANK.findall(self.stem.words)), default=0))
        self._say()

    def _show_picture(self) -> None:
        self.no_picture_button.setVisible(self._image is not None)
        self.picture_label.setText(_("A picture is shown with the question.") if self._image else "")
        self.picture_button.setText(_("Another picture…") if self._image else _("Picture…"))

    def _show_flaws(self, question: Question) -> None:
        found = [flaw for flaw in flaws(question) if question.text != Text("") or flaw != flaws(question)[0]]
        self.flaws.setText(" ".join(found))
        self.flaws.setVisible(bool(found) and question.text != Text(""))

    def _say(self) -> None:
        if not self._showing and self.id is not None:
            self._show_flaws(self.question())
            self.edited.emit()
