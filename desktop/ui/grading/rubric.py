"""The rubric builder: criteria in rows, each with its levels in rows. Typed, moved and removed by keys as the answers of a question are."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.grading.rubric import MOST_LEVELS, ZERO, Criterion, Level, Rubric, flaws, new_criterion, new_id, worth
from desktop.i18n import _
from desktop.ui.questions.fields import NumberField, RowsField, number_text, order_tabs
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card

MOST_POINTS = Decimal(999_999)


def _line(name: str, placeholder: str) -> QLineEdit:
    line = QLineEdit()
    line.setAccessibleName(name)
    line.setPlaceholderText(placeholder)
    return line


class LevelRow(QWidget):
    """One level: its name, what it means, its points."""

    def __init__(self, rows: CriterionRow) -> None:
        super().__init__()
        self.id = new_id()
        self.title = _line(_("Level"), _("Level"))
        self.description = _line(_("What the level means"), _("What work like this shows"))
        self.points = NumberField(_("Points of the level"), least=ZERO, most=MOST_POINTS)
        remove = IconButton("close", _("Remove the level"))
        remove.clicked.connect(lambda: rows.levels.remove(self))
        for line in (self.title, self.description):
            line.textEdited.connect(rows.say)
        self.points.changed.connect(rows.say)
        self.title.returnPressed.connect(lambda: rows.levels.entered(self))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(6))
        layout.addWidget(self.points)
        layout.addWidget(self.title, 2)
        layout.addWidget(self.description, 4)
        layout.addWidget(remove)
        self.setFocusProxy(self.title)

    def level(self) -> Level:
        return Level(self.title.text().strip(), self.points.value or ZERO, self.description.text().strip(), self.id)

    def show_level(self, level: Level) -> None:
        self.id = level.id
        self.points.show_value(level.points)
        for line, words in ((self.title, level.title), (self.description, level.description)):
            if line.text().strip() != words:
                line.setText(words)


class CriterionRow(Card):
    """One criterion. With levels, it gives what the best of them is worth; without, what is typed."""

    def __init__(self, form: RubricForm) -> None:
        super().__init__(padding=14)
        self.id = new_id()
        self._form = form
        self.title = _line(_("Criterion"), _("Criterion, as: Evidence"))
        self.description = _line(_("What the criterion asks for"), _("What it asks for"))
        self.points = NumberField(_("Points of the criterion"), least=ZERO, most=MOST_POINTS)
        self.title.textEdited.connect(self.say)
        self.description.textEdited.connect(self.say)
        self.points.changed.connect(self.say)
        head = QHBoxLayout()
        head.setSpacing(px(6))
        head.addWidget(self.points)
        head.addWidget(self.title, 1)
        for icon_name, name, pressed in (
            ("arrow-up", _("Move the criterion up"), lambda: form.criteria.move_row(self, -1)),
            ("arrow-down", _("Move the criterion down"), lambda: form.criteria.move_row(self, 1)),
            ("trash", _("Remove the criterion"), lambda: form.criteria.remove(self)),
        ):
            button = IconButton(icon_name, name)
            button.clicked.connect(pressed)
            head.addWidget(button)
        self.levels: RowsField[LevelRow] = RowsField(_("Add level"), lambda: LevelRow(self))
        self.levels.changed.connect(self.say)
        self.levels.shaped.connect(form.order)
        inner = QHBoxLayout()
        inner.setContentsMargins(px(24), 0, 0, 0)
        inner.addWidget(self.levels)
        self.body.addLayout(head)
        self.body.addWidget(self.description)
        self.body.addLayout(inner)
        self.setFocusProxy(self.title)

    def say(self) -> None:
        self._settle()
        self._form.say()

    def criterion(self) -> Criterion:
        levels = tuple(row.level() for row in self.levels.rows)
        points = max((level.points for level in levels), default=self.points.value or ZERO)
        return Criterion(self.title.text().strip(), points, self.description.text().strip(), levels, self.id)

    def show_criterion(self, criterion: Criterion) -> None:
        self.id = criterion.id
        for line, words in ((self.title, criterion.title), (self.description, criterion.description)):
            if line.text().strip() != words:
                line.setText(words)
        for row, level in zip(self.levels.fill(len(criterion.levels)), criterion.levels, strict=True):
            row.show_level(level)
        self.points.show_value(criterion.points)
        self._settle()

    def _settle(self) -> None:
        with_levels = bool(self.levels.rows)
        self.points.setReadOnly(with_levels)
        self.points.setToolTip(_("What the best level is worth.") if with_levels else "")
        self.levels.add_button.setVisible(len(self.levels.rows) < MOST_LEVELS)
        if with_levels:
            self.points.show_value(self.criterion().points)


class RubricForm(QScrollArea):
    """``changed`` follows what a person does, none :meth:`show_rubric`.

    ``use_asked``: the rubric of another assignment is wanted. ``total_asked``: the assignment shall be worth what the criteria give.
    """

    changed = Signal()
    use_asked = Signal()
    total_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._showing = False
        self._total = ZERO
        body = QWidget()
        body.setMaximumWidth(px(860))
        self.sum_label = Label("", Role.STRONG)
        self.flaw_label = Label("", Role.CAPTION, "warn", wrap=True)
        self.use_button = Button(_("Use another assignment's rubric…"), "quiet", "copy")
        self.use_button.clicked.connect(self.use_asked)
        self.total_button = Button("", "link")
        self.total_button.clicked.connect(self.total_asked)
        head = QHBoxLayout()
        head.addWidget(self.sum_label, 1)
        head.addWidget(self.use_button)
        self.criteria: RowsField[CriterionRow] = RowsField(_("Add criterion"), lambda: CriterionRow(self))
        self.criteria.add_button.clicked.disconnect()
        self.criteria.add_button.clicked.connect(self.add)
        self.criteria.changed.connect(self.say)
        self.criteria.shaped.connect(self.order)
        column = QVBoxLayout(body)
        column.setContentsMargins(px(32), px(8), px(24), px(24))
        column.setSpacing(px(10))
        column.addLayout(head)
        column.addWidget(self.flaw_label)
        column.addWidget(self.total_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.criteria)
        column.addStretch(1)
        self.setWidget(body)

    def rubric(self) -> Rubric:
        return tuple(row.criterion() for row in self.criteria.rows)

    def show_rubric(self, rubric: Rubric, total: Decimal) -> None:
        """Show a rubric of an assignment that is worth ``total``."""
        self._showing = True
        for row, criterion in zip(self.criteria.fill(len(rubric)), rubric, strict=True):
            row.show_criterion(criterion)
        self._showing = False
        self._total = total
        self._say_sum()

    def show_total(self, total: Decimal) -> None:
        self._total = total
        self._say_sum()

    def add(self) -> None:
        """A criterion with the usual levels, and the keyboard in its name."""
        left = self._total - worth(self.rubric())
        self._showing = True
        row = self.criteria.add()
        row.show_criterion(new_criterion(points=left if left > 0 else Decimal(10)))
        self._showing = False
        row.setFocus(Qt.FocusReason.OtherFocusReason)
        self.say()

    def say(self) -> None:
        if not self._showing:
            self._say_sum()
            self.changed.emit()

    def order(self) -> None:
        order_tabs(self.widget())

    def _say_sum(self) -> None:
        rubric = self.rubric()
        self.sum_label.setText(
            _("{points} points by {n} criteria").format(points=number_text(worth(rubric)), n=len(rubric))
            if rubric
            else _("No rubric: graders give points for the whole.")
        )
        self.total_button.setText(_("Make the assignment worth {points} points").format(points=number_text(worth(rubric))))
        self.total_button.setVisible(bool(rubric) and worth(rubric) != self._total)
        found = flaws(rubric, self._total)
        self.flaw_label.setText(" ".join(found))
        self.flaw_label.setVisible(bool(found))
