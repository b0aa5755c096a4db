"""Every setting of a quiz, or of something else that an author sets up field by field; each is saved by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.courses.fields import Field, Kind
from desktop.i18n import N_, _
from desktop.questions.vocabulary import QUIZ_TYPES, RELEASES
from desktop.ui.courses.editor_form import EDITORS, Editor
from desktop.ui.theme import Role, px
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label

SECTIONS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        N_("Quiz"),
        (
            Field("title", N_("Title"), Kind.LINE, most=300),
            Field("description", N_("Description"), Kind.TEXT),
            Field("instructions", N_("Instructions"), Kind.TEXT, N_("Shown before it is started.")),
            Field("quiz_type", N_("What it is for"), Kind.CHOICE, choices=QUIZ_TYPES),
        ),
    ),
    (
        N_("Passing"),
        (
            Field("passing_score", N_("To pass"), Kind.CREDITS, N_("Percent of all points."), most=100, suffix=" %"),
            Field("require_passing", N_("Who has not passed does not complete the course"), Kind.CHECK),
            Field("max_attempts", N_("Attempts"), Kind.NUMBER, N_("Empty: as many as one likes. The best one counts."), most=1000),
            Field("time_limit_minutes", N_("Time limit"), Kind.NUMBER, N_("Empty: none."), most=10_000, suffix=N_(" min")),
        ),
    ),
    (
        N_("Questions"),
        (
            Field("shuffle_questions", N_("Questions in an order by chance"), Kind.CHECK),
            Field("shuffle_answers", N_("Answers in an order by chance"), Kind.CHECK),
            Field("show_correct_answers", N_("The right answers are shown"), Kind.CHOICE, choices=RELEASES),
        ),
    ),
    (
        N_("When"),
        (
            Field("available_from", N_("Open from"), Kind.MOMENT),
            Field("available_until", N_("Open until"), Kind.MOMENT),
        ),
    ),
)
OF_A_BANK = frozenset({"title", "description"})


type Sections = Sequence[tuple[str, Sequence[Field]]]
"""Headings, and the fields under each."""


def _of_a_bank(values: Mapping[str, Any]) -> frozenset[str]:
    """A bank is never given itself, so most is not for it."""
    if values.get("is_bank") is not True:
        return frozenset()
    return frozenset(field.column for _name, fields in SECTIONS for field in fields) - OF_A_BANK


def _problem(column: str, value: Any, other: Callable[[str], Any]) -> str:
    """What the database would refuse."""
    match column:
        case "title" if not value:
            return _("It needs a title.")
        case "passing_score" if value is None:
            return _("A number from 0 to 100, please.")
        case "max_attempts" | "time_limit_minutes" if value == 0:
            return _("At least 1, or nothing.")
        case "available_from" if value is not None and other("available_until") is not None and value > other("available_until"):
            return _("This is after the end.")
        case "available_until" if value is not None and other("available_from") is not None and value < other("available_from"):
            return _("This is before the beginning.")
        case _:
            return ""


class SettingsForm(QScrollArea):
    """``edited(column, value)``: what a person set and what may be kept, as the replica writes it.

    ``problem(column, value, other)`` says what is wrong with a value, where ``other`` gives those of other columns; ``hidden(values)`` says
    which columns are not asked for.
    """

    edited = Signal(str, object)

    def __init__(
        self,
        sections: Sections = SECTIONS,
        problem: Callable[[str, Any, Callable[[str], Any]], str] = _problem,
        hidden: Callable[[Mapping[str, Any]], frozenset[str]] = _of_a_bank,
    ) -> None:
        super().__init__()
        self._problem, self._hidden = problem, hidden
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.editors: dict[str, Editor] = {}
        self.rows: dict[str, FormRow] = {}
        self._values: dict[str, Any] = {}
        self._headings: list[tuple[Label, frozenset[str]]] = []
        body = QWidget()
        body.setMaximumWidth(px(720))
        column = QVBoxLayout(body)
        column.setContentsMargins(px(32), px(8), px(24), px(24))
        column.setSpacing(px(14))
        for name, fields in sections:
            heading = Label(_(name), Role.HEADING)
            column.addWidget(heading)
            for field in fields:
                column.addWidget(self._make(field))
            self._headings.append((heading, frozenset(field.column for field in fields)))
        column.addStretch(1)
        self.column = column
        self.setWidget(body)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Show stored values; a field in use is left alone."""
        self._values = dict(values)
        self._show_parts()
        for column, editor in self.editors.items():
            if not editor.dirty:
                with QSignalBlocker(editor):
                    editor.show_value(_shown(editor.field, values.get(column)))
                self.rows[column].set_problem("")

    def flush(self) -> None:
        """Take what was typed and not yet said."""
        for editor in self.editors.values():
            editor.flush()

    def _make(self, field: Field) -> FormRow:
        editor = self.editors[field.column] = EDITORS[field.kind](field)
        editor.changed.connect(lambda: self._changed(editor))
        row = self.rows[field.column] = FormRow(_(field.name), editor, hint=_(field.help) if field.help else "")
        if field.kind is Kind.CHECK:
            row.hide_label()
        return row

    def _changed(self, editor: Editor) -> None:
        column = editor.field.column
        try:
            value = editor.value()
            problem = self._problem(column, value, self._shown_values)
        except ValueError as error:
            problem = str(error)
        self.rows[column].set_problem(problem)
        if problem:
            return
        editor.dirty = False
        stored = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        if _shown(editor.field, self._values.get(column)) != value:
            self._values[column] = stored
            self._show_parts()
            self.edited.emit(column, stored)

    def _show_parts(self) -> None:
        hidden = self._hidden(self._values)
        for column, row in self.rows.items():
            row.setVisible(column not in hidden)
        for heading, columns in self._headings:
            heading.setVisible(not columns <= hidden)

    @property
    def _shown_values(self) -> Callable[[str], Any]:
        return lambda column: _shown(self.editors[column].field, self._values.get(column))


def _shown(field: Field, value: Any) -> Any:
    return datetime.fromisoformat(value) if field.kind is Kind.MOMENT and isinstance(value, str) else value
