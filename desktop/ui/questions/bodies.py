"""The editor of each type of question: how it is answered, what is right, and what an answer that is partly right earns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import _
from desktop.questions.model import (
    NOTHING,
    ONE,
    Accepted,
    Blank,
    Body,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Ordering,
    Pair,
    Rule,
    ShortAnswer,
    Text,
    TrueFalse,
    Typing,
    letter,
)
from desktop.questions.vocabulary import FIXED_RULES, RULES
from desktop.ui.page import breathe
from desktop.ui.questions.fields import Formatter, NumberField, RowsField, WordsField
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import Label

HUNDRED = Decimal(100)


class BodyForm(QWidget):
    """Base of all. ``changed`` follows what a person does, none :meth:`show_body`."""

    changed = Signal()
    shaped = Signal()
    """Fields came or went."""
    usual_rows = 3

    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__()
        self.kind, self.formatter = kind, formatter
        self._showing = False
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(12))
        self.rule_box: QComboBox | None = None
        self.row_field: RowsField[Any] | None = None
        self._used = False

    def body(self) -> Body:
        raise NotImplementedError

    def fill(self, body: Body) -> None:
        raise NotImplementedError

    async def warm(self) -> None:
        """Make the rows that most questions have, in turns, before the form is first shown: a row costs 10 ms."""
        rows = self.row_field
        while rows is not None and not self._used and len(rows.rows) < self.usual_rows:
            rows.fill(len(rows.rows) + 1)
            await breathe()

    def show_body(self, body: Body) -> None:
        self._showing = self._used = True
        self.fill(body)
        self._showing = False

    def say(self) -> None:
        if not self._showing:
            self.changed.emit()

    def add_rule(self) -> None:
        """The choice of how a partly right answer is paid, with what it means; or what is paid where nothing can be chosen."""
        self.column.addSpacing(px(4))
        self.column.addWidget(Label(_("What an answer earns"), Role.STRONG))
        self.rule_words = Label("", Role.CAPTION, "muted", wrap=True)
        if self.kind in RULES:
            self.rule_box = QComboBox()
            self.rule_box.setAccessibleName(_("What an answer earns"))
            for rule, name, _words in RULES[self.kind]:
                self.rule_box.addItem(_(name), rule)
            self.rule_box.currentIndexChanged.connect(lambda _index: self._explain())
            self.rule_box.activated.connect(lambda _index: self.say())
            self.column.addWidget(self.rule_box, 0, Qt.AlignmentFlag.AlignLeft)
            self._explain()
        else:
            self.rule_words.setText(_(FIXED_RULES[self.kind]))
        self.column.addWidget(self.rule_words)

    @property
    def rule(self) -> Rule | None:
        return None if self.rule_box is None else RULES[self.kind][self.rule_box.currentIndex()][0]

    def show_rule(self, rule: Rule | None) -> None:
        if self.rule_box is not None:
            rules = [one for one, _name, _words in RULES[self.kind]]
            self.rule_box.setCurrentIndex(rules.index(rule) if rule in rules else 0)
            self._explain()

    def _explain(self) -> None:
        if self.rule_box is not None:
            self.rule_words.setText(_(RULES[self.kind][self.rule_box.currentIndex()][2]))


def small(icon_name: str, name: str, pressed: object) -> IconButton:
    button = IconButton(icon_name, name)
    button.clicked.connect(pressed)
    return button


class OptionRow(QWidget):
    """One answer to choose from: whether it is right, its words, what picking it earns, and what is said to who picks it."""

    def __init__(self, form: ChoiceForm) -> None:
        super().__init__()
        self.id = ""
        self.mark: QAbstractButton = QCheckBox() if form.several else QRadioButton()
        self.mark.setAutoExclusive(False)
        self.mark.setAccessibleName(_("This answer is right"))
        self.mark.setToolTip(_("This answer is right"))
        self.mark.clicked.connect(lambda _on: form.marked(self))
        self.words = WordsField(_("Answer"), form.formatter, placeholder=_("An answer"))
        self.words.changed.connect(form.say)
        self.words.entered.connect(lambda: form.options.entered(self))
        self.part = NumberField(_("Part of the points, in percent"), least=-HUNDRED, most=HUNDRED, none=True)
        self.part.setPlaceholderText("%")
        self.part.changed.connect(form.say)
        self.feedback = WordsField(_("Feedback"), form.formatter, placeholder=_("What is said to who picks this"))
        self.feedback.changed.connect(form.say)
        self.remove = small("trash", _("Remove this answer"), lambda: form.options.remove(self))
        self.setFocusProxy(self.words.edit)
        line = QHBoxLayout()
        line.setSpacing(px(8))
        line.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.words, 1)
        line.addWidget(self.part, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        below = QHBoxLayout()
        below.setContentsMargins(px(32), 0, px(38), 0)
        below.addWidget(self.feedback)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(line)
        column.addLayout(below)


class ChoiceForm(BodyForm):
    """Multiple choice and multiple answer."""

    usual_rows = 4

    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__(kind, formatter)
        self.several = kind == "multiple_answer"
        head = QHBoxLayout()
        head.addWidget(Label(_("Answers; mark those that are right") if self.several else _("Answers; mark the right one"), Role.STRONG))
        head.addStretch(1)
        self.with_feedback = QCheckBox(_("Feedback"))
        self.with_parts = QCheckBox(_("Weights"))
        for box in (self.with_feedback, self.with_parts):
            box.toggled.connect(lambda _on: self._arrange())
            head.addWidget(box)
        self.with_parts.setVisible(not self.several)
        self.column.addLayout(head)
        self.options: RowsField[OptionRow] = RowsField(_("Add an answer"), self._make)
        self.row_field = self.options
        self.options.changed.connect(self.say)
        self.options.shaped.connect(self.shaped)
        self.column.addWidget(self.options)
        self.add_rule()
        if self.rule_box is not None:
            self.rule_box.currentIndexChanged.connect(lambda _index: self._arrange())

    def body(self) -> Body:
        with_parts = self._has_parts
        options = tuple(
            Option(
                row.id,
                row.words.text(),
                row.mark.isChecked(),
                row.part.value / HUNDRED if with_parts and row.part.value is not None else None,
                row.feedback.text() if self.with_feedback.isChecked() else NOTHING,
            )
            for row in self.options.rows
        )
        return MultipleAnswer(options, self.rule or Rule.DOCKED) if self.several else MultipleChoice(options)

    def fill(self, body: Body) -> None:
        assert isinstance(body, MultipleChoice | MultipleAnswer)
        if isinstance(body, MultipleAnswer):
            self.show_rule(body.rule)
        self.with_feedback.setChecked(self.with_feedback.isChecked() or any(option.feedback for option in body.options))
        self.with_parts.setChecked(any(option.part is not None for option in body.options))
        for row, option in zip(self.options.fill(len(body.options)), body.options, strict=True):
            row.id = option.id
            row.words.show_text(option.text)
            row.mark.setChecked(option.correct)
            row.part.show_value(None if option.part is None else option.part * HUNDRED)
            row.feedback.show_text(option.feedback)
        self._arrange()

    def marked(self, row: OptionRow) -> None:
        if not self.several:
            for one in self.options.rows:
                one.mark.setChecked(one is row)
        self.say()

    @property
    def _has_parts(self) -> bool:
        return self.rule is Rule.WEIGHTS if self.several else self.with_parts.isChecked()

    def _make(self) -> OptionRow:
        row = OptionRow(self)
        taken = {one.id for one in self.options.rows}
        row.id = next(name for name in map(letter, range(len(taken) + 1)) if name not in taken)
        row.part.setVisible(self._has_parts)
        row.feedback.setVisible(self.with_feedback.isChecked())
        return row

    def _arrange(self) -> None:
        for row in self.options.rows:
            row.part.setVisible(self._has_parts)
            row.feedback.setVisible(self.with_feedback.isChecked())
        self.say()


class TrueFalseForm(BodyForm):
    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__(kind, formatter)
        self.column.addWidget(Label(_("Which is right?"), Role.STRONG))
        self._group = QButtonGroup(self)
        self.true, self.false = QRadioButton(_("True")), QRadioButton(_("False"))
        self.true_feedback = WordsField(_("Feedback for true"), formatter, placeholder=_("What is said to who picks true"))
        self.false_feedback = WordsField(_("Feedback for false"), formatter, placeholder=_("What is said to who picks false"))
        for button, feedback in ((self.true, self.true_feedback), (self.false, self.false_feedback)):
            self._group.addButton(button)
            button.clicked.connect(lambda _on: self.say())
            feedback.changed.connect(self.say)
            self.column.addWidget(button)
            self.column.addWidget(feedback)
        self.add_rule()

    def body(self) -> Body:
        return TrueFalse(self.true.isChecked(), self.true_feedback.text(), self.false_feedback.text())

    def fill(self, body: Body) -> None:
        assert isinstance(body, TrueFalse)
        (self.true if body.answer else self.false).setChecked(True)
        self.true_feedback.show_text(body.true_feedback)
        self.false_feedback.show_text(body.false_feedback)


class AcceptedRow(QWidget):
    """An answer that counts: its words, how far a number may be off, and its part of the points."""

    def __init__(self, field: AcceptedField) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setAccessibleName(_("Accepted answer"))
        self.line.setPlaceholderText(_("An answer that counts"))
        self.line.textEdited.connect(lambda _text: self._typed(field))
        self.line.returnPressed.connect(lambda: field.entered(self))
        self.tolerance = NumberField(_("Number: how far it may be off"), least=Decimal(0), none=True, wide=84)
        self.tolerance.setPlaceholderText(_("± off"))
        self.tolerance.setToolTip(_("For a number: how far it may be off. Empty: the words are compared."))
        self.tolerance.changed.connect(field.changed)
        self.part = NumberField(_("Part of the points, in percent"), least=Decimal(0), most=HUNDRED)
        self.part.setPlaceholderText("100")
        self.part.setToolTip(_("Part of the points, in percent"))
        self.part.changed.connect(field.changed)
        self.remove = small("trash", _("Remove this answer"), lambda: field.remove(self))
        self.feedback = WordsField(_("Feedback"), field.formatter, placeholder=_("What is said to who answers this"))
        self.feedback.changed.connect(field.changed)
        self.feedback.setVisible(field.with_feedback)
        self.setFocusProxy(self.line)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.line, 1)
        row.addWidget(self.tolerance)
        row.addWidget(self.part)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(row)
        column.addWidget(self.feedback)

    def accepted(self) -> Accepted:
        tolerance = self.tolerance.value if _is_number(self.line.text()) else None
        part = ONE if self.part.value is None else self.part.value / HUNDRED
        return Accepted(self.line.text().strip(), part, self.feedback.text(), tolerance)

    def show_accepted(self, accepted: Accepted) -> None:
        self.feedback.show_text(accepted.feedback)
        if self.line.text().strip() != accepted.text:
            self.line.setText(accepted.text)
        self.tolerance.show_value(accepted.tolerance)
        self.part.show_value(accepted.part * HUNDRED)
        self.tolerance.setEnabled(_is_number(accepted.text))

    def _typed(self, field: AcceptedField) -> None:
        self.tolerance.setEnabled(_is_number(self.line.text()))
        field.changed.emit()


def _is_number(text: str) -> bool:
    try:
        return Decimal(text.strip()).is_finite()
    except ArithmeticError:
        return False


class AcceptedField(RowsField[AcceptedRow]):
    """Answers that count, one a row."""

    def __init__(self, formatter: Formatter | None, name: str = "") -> None:
        super().__init__(_("Add an answer that counts"), lambda: AcceptedRow(self))
        self.formatter, self.with_feedback = formatter, False
        self.setAccessibleName(name)

    def show_feedback(self, *, shown: bool) -> None:
        """Whether there is a field for what is said to who gives an answer."""
        self.with_feedback = shown
        for row in self.rows:
            row.feedback.setVisible(shown)
        self.shaped.emit()

    def accepted(self) -> tuple[Accepted, ...]:
        return tuple(row.accepted() for row in self.rows if row.line.text().strip())

    def show_accepted(self, accepted: tuple[Accepted, ...]) -> None:
        if self.accepted() == accepted and self.rows:
            return  # an empty row that is being filled stays
        for row, one in zip(self.fill(len(accepted)), accepted, strict=True):
            row.show_accepted(one)


class TypingField(QWidget):
    """How typed answers are compared."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.case = QCheckBox(_("Upper and lower case differ"))
        self.accents = QCheckBox(_("Accents differ"))
        self.wildcards = QCheckBox(_("* stands for any text"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(16))
        for box in (self.case, self.accents, self.wildcards):
            box.clicked.connect(lambda _on: self.changed.emit())
            row.addWidget(box)
        row.addStretch(1)

    def typing(self) -> Typing:
        return Typing(self.case.isChecked(), self.accents.isChecked(), self.wildcards.isChecked())

    def show_typing(self, typing: Typing) -> None:
        self.case.setChecked(typing.case)
        self.accents.setChecked(typing.accents)
        self.wildcards.setChecked(typing.wildcards)


class ShortForm(BodyForm):
    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__(kind, formatter)
        head = QHBoxLayout()
        head.addWidget(Label(_("Answers that count"), Role.STRONG))
        head.addStretch(1)
        self.accepted = AcceptedField(formatter, _("Answers that count"))
        self.with_feedback = QCheckBox(_("Feedback"))
        self.with_feedback.toggled.connect(lambda shown: self.accepted.show_feedback(shown=shown))
        head.addWidget(self.with_feedback)
        self.column.addLayout(head)
        self.accepted.changed.connect(self.say)
        self.accepted.shaped.connect(self.shaped)
        self.typing = TypingField()
        self.typing.changed.connect(self.say)
        self.column.addWidget(self.accepted)
        self.column.addWidget(self.typing)
        self.add_rule()

    def body(self) -> Body:
        return ShortAnswer(self.accepted.accepted(), self.typing.typing())

    def fill(self, body: Body) -> None:
        assert isinstance(body, ShortAnswer)
        self.accepted.show_accepted(body.accepted)
        self.with_feedback.setChecked(self.with_feedback.isChecked() or any(one.feedback for one in body.accepted))
        self.typing.show_typing(body.typing)


class EssayForm(BodyForm):
    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__(kind, formatter)
        self.add_rule()

    def body(self) -> Body:
        return Essay()

    def fill(self, body: Body) -> None:
        """Nothing to choose."""


class BlankRow(QWidget):
    """One gap: what counts there, and a list to choose from where it is not typed."""

    def __init__(self, form: BlanksForm) -> None:
        super().__init__()
        self.name = Label("", Role.LABEL, "muted")
        self.accepted = AcceptedField(form.formatter)
        self.accepted.show_feedback(shown=form.with_feedback.isChecked())
        self.accepted.changed.connect(form.say)
        self.accepted.shaped.connect(form.shaped)
        self.choices = QLineEdit()
        self.choices.setAccessibleName(_("List to choose from"))
        self.choices.setPlaceholderText(_("List to choose from, with | between; empty: it is typed"))
        self.choices.textEdited.connect(lambda _text: form.say())
        self.remove = small("trash", _("Remove this blank"), lambda: form.blanks.remove(self))
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addStretch(1)
        head.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(head)
        column.addWidget(self.accepted)
        column.addWidget(self.choices)
        self.setFocusProxy(self.choices)

    def blank(self) -> Blank:
        return Blank(self.accepted.accepted(), tuple(part.strip() for part in self.choices.text().split("|") if part.strip()))

    def show_blank(self, blank: Blank) -> None:
        self.accepted.show_accepted(blank.accepted)
        if self.blank().choices != blank.choices:
            self.choices.setText(" | ".join(blank.choices))


class BlanksForm(BodyForm):
    """``insert_asked`` wants ``[[n]]`` put into the question's words."""

    insert_asked = Signal(str)

    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__(kind, formatter)
        head = QHBoxLayout()
        head.addWidget(Label(_("Blanks"), Role.STRONG))
        head.addStretch(1)
        self.with_feedback = QCheckBox(_("Feedback"))
        self.with_feedback.toggled.connect(self._show_feedback)
        head.addWidget(self.with_feedback)
        self.insert_button = Button(_("Insert a blank"), "quiet", "plus")
        self.insert_button.setToolTip(_("Puts the next blank where the cursor is in the question"))
        self.insert_button.clicked.connect(self._insert)
        head.addWidget(self.insert_button)
        self.column.addLayout(head)
        self.column.addWidget(Label(_("[[1]] in the question is where the first blank stands."), Role.CAPTION, "muted", wrap=True))
        self.blanks: RowsField[BlankRow] = RowsField(_("Add a blank"), lambda: BlankRow(self))
        self.blanks.changed.connect(self.say)
        self.blanks.shaped.connect(self._number)
        self.typing = TypingField()
        self.typing.changed.connect(self.say)
        self.column.addWidget(self.blanks)
        self.column.addWidget(self.typing)
        self.add_rule()

    def body(self) -> Body:
        return FillBlank(tuple(row.blank() for row in self.blanks.rows), self.typing.typing(), self.rule)

    def fill(self, body: Body) -> None:
        assert isinstance(body, FillBlank)
        for row, blank in zip(self.blanks.fill(len(body.blanks)), body.blanks, strict=True):
            row.show_blank(blank)
        self.typing.show_typing(body.typing)
        self.show_rule(body.rule)
        given = any(one.feedback for blank in body.blanks for one in blank.accepted)
        self.with_feedback.setChecked(self.with_feedback.isChecked() or given)
        self._number()

    def _show_feedback(self, shown: bool) -> None:
        for row in self.blanks.rows:
            row.accepted.show_feedback(shown=shown)

    def needs(self, count: int) -> None:
        """The question's words have this many blanks: rows for those that have none."""
        if count > len(self.blanks.rows):
            self.blanks.fill(count)
            self.say()

    def _insert(self) -> None:
        row = next((row for row in self.blanks.rows if not row.accepted.rows and row.property("placed") is None), None)
        number = self.blanks.rows.index(row) + 1 if row is not None else len(self.blanks.rows) + 1
        if row is None:
            row = self.blanks.add()
        row.setProperty("placed", True)
        self.insert_asked.emit(f"[[{number}]]")

    def _number(self) -> None:
        for number, row in enumerate(self.blanks.rows, 1):
            row.name.setText(_("Blank {number}").format(number=number))
            row.accepted.setAccessibleName(_("Answers that count in blank {number}").format(number=number))
        self.shaped.emit()


class PairRow(QWidget):
    """A stem and what belongs to it."""

    def __init__(self, form: MatchingForm) -> None:
        super().__init__()
        self.left = WordsField(_("Stem"), form.formatter, placeholder=_("A stem"))
        self.left.changed.connect(form.say)
        self.right = QLineEdit()
        self.right.setAccessibleName(_("What belongs to it"))
        self.right.setPlaceholderText(_("What belongs to it"))
        self.right.textEdited.connect(lambda _text: form.say())
        self.left.entered.connect(self.right.setFocus)
        self.right.returnPressed.connect(lambda: form.pairs.entered(self))
        self.remove = small("trash", _("Remove this pair"), lambda: form.pairs.remove(self))
        self.setFocusProxy(self.left.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.left, 1)
        row.addWidget(self.right, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)


class MatchingForm(BodyForm):
    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__(kind, formatter)
        self.column.addWidget(Label(_("Pairs"), Role.STRONG))
        self.pairs: RowsField[PairRow] = RowsField(_("Add a pair"), lambda: PairRow(self), least=1)
        self.row_field = self.pairs
        self.pairs.changed.connect(self.say)
        self.pairs.shaped.connect(self.shaped)
        self.column.addWidget(self.pairs)
        self.distractors = QLineEdit()
        self.distractors.setAccessibleName(_("What belongs to nothing"))
        self.distractors.setPlaceholderText(_("More to choose from, with | between"))
        self.distractors.textEdited.connect(lambda _text: self.say())
        self.column.addWidget(Label(_("What belongs to nothing"), Role.STRONG))
        self.column.addWidget(self.distractors)
        self.add_rule()

    def body(self) -> Body:
        pairs = tuple(
            Pair(row.left.text(), row.right.text().strip()) for row in self.pairs.rows if row.left.text() or row.right.text().strip()
        )
        distractors = tuple(part.strip() for part in self.distractors.text().split("|") if part.strip())
        return Matching(pairs, distractors, self.rule)

    def fill(self, body: Body) -> None:
        assert isinstance(body, Matching)
        now = self.body()
        if not isinstance(now, Matching) or now.pairs != body.pairs or not self.pairs.rows:
            for row, pair in zip(self.pairs.fill(max(1, len(body.pairs))), body.pairs or (Pair(Text(""), ""),), strict=True):
                row.left.show_text(pair.left)
                if row.right.text().strip() != pair.right:
                    row.right.setText(pair.right)
        if not isinstance(now, Matching) or now.distractors != body.distractors:
            self.distractors.setText(" | ".join(body.distractors))
        self.show_rule(body.rule)


class ItemRow(QWidget):
    """One item, in its right place."""

    def __init__(self, form: OrderingForm) -> None:
        super().__init__()
        self.words = WordsField(_("Item"), form.formatter, placeholder=_("An item"))
        self.words.changed.connect(form.say)
        self.words.entered.connect(lambda: form.items.entered(self))
        self.up = small("chevron-up", _("Move up"), lambda: form.items.move_row(self, -1))
        self.down = small("chevron-down", _("Move down"), lambda: form.items.move_row(self, 1))
        self.remove = small("trash", _("Remove this item"), lambda: form.items.remove(self))
        self.setFocusProxy(self.words.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(4))
        row.addWidget(self.words, 1)
        for button in (self.up, self.down, self.remove):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)


class OrderingForm(BodyForm):
    def __init__(self, kind: str, formatter: Formatter | None) -> None:
        super().__init__(kind, formatter)
        self.column.addWidget(Label(_("Items, in their right order"), Role.STRONG))
        self.column.addWidget(Label(_("Learners get them in an order by chance."), Role.CAPTION, "muted", wrap=True))
        self.items: RowsField[ItemRow] = RowsField(_("Add an item"), lambda: ItemRow(self), least=2)
        self.row_field = self.items
        self.items.changed.connect(self.say)
        self.items.shaped.connect(self.shaped)
        self.column.addWidget(self.items)
        self.add_rule()

    def body(self) -> Body:
        return Ordering(tuple(row.words.text() for row in self.items.rows), self.rule or Rule.ALL_OR_NOTHING)

    def fill(self, body: Body) -> None:
        assert isinstance(body, Ordering)
        for row, item in zip(self.items.fill(len(body.items)), body.items, strict=True):
            row.words.show_text(item)
        self.show_rule(body.rule)


FORMS: Mapping[str, type[ChoiceForm | TrueFalseForm | ShortForm | EssayForm | BlanksForm | MatchingForm | OrderingForm]] = {
    "multiple_choice": ChoiceForm,
    "true_false": TrueFalseForm,
    "multiple_answer": ChoiceForm,
    "short_answer": ShortForm,
    "essay": EssayForm,
    "fill_blank": BlanksForm,
    "matching": MatchingForm,
    "ordering": OrderingForm,
}
