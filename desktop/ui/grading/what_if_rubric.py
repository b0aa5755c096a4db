"""What if the rubric's criteria and levels were worth something else: points to try, and below them whose result would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QWidget

from desktop.errors import Conflict, Invalid
from desktop.grading.bulk import code
from desktop.grading.rubric import ZERO, Criterion, Rubric, worth
from desktop.grading.what_if import RubricOutcome, RubricOutcomes, apply_rubric, get_rubric, look_at_rubric
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.grading.rubric import MOST_POINTS
from desktop.ui.grading.what_if import PAUSE_MS
from desktop.ui.itemmodels import Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.questions.fields import NumberField, number_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView

COLUMNS: tuple[Column[RubricOutcome], ...] = (
    Column("learner", N_("Learner"), lambda row: row.learner or code(row.submission), stretch=True),
    Column("before", N_("Now"), lambda row: number_text(row.before), value=lambda row: row.before, numeric=True, width=80),
    Column("after", N_("Then"), lambda row: number_text(row.after), value=lambda row: row.after, numeric=True, width=80),
    Column(
        "released",
        N_("State"),
        lambda row: _("Released") if row.released else "",
        badge=lambda row: Badge(_("Released"), "good") if row.released else None,
        value=lambda row: row.released,
        width=104,
    ),
)


class RubricDialog(Dialog):
    """Of one assignment. Filled by :meth:`begin`."""

    def __init__(self, context: Context, assignment: UUID, parent: QWidget) -> None:
        super().__init__(
            _("What if the rubric changes"),
            _("Say what each level would be worth, and see whose result would change. Criteria come and go in the assignment's editor."),
            parent,
            width=680,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._assignment = context, assignment
        self.rubric: Rubric = ()
        self.seen: RubricOutcomes | None = None
        self.fields: dict[tuple[str, str], NumberField] = {}
        """By the ids of criterion and level; the level is empty where a criterion has none."""
        self._follows = True
        body = QWidget()
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(0, 0, px(8), 0)
        self._grid.setHorizontalSpacing(px(12))
        self._grid.setVerticalSpacing(px(4))
        self._grid.setColumnStretch(0, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumHeight(px(180))
        area.setWidget(body)
        self.body.addWidget(area, 1)
        self.total = NumberField(_("Points of the assignment"), least=ZERO, most=MOST_POINTS, wide=72)
        self.total.changed.connect(self._total_typed)
        self.together = Label("", Role.CAPTION, "muted")
        worth_row = QHBoxLayout()
        worth_row.addWidget(self.together, 1)
        worth_row.addWidget(Label(_("Points of the assignment"), Role.STRONG))
        worth_row.addWidget(self.total)
        self.body.addLayout(worth_row)
        self.summary = Label("", Role.STRONG, wrap=True)
        self.body.addWidget(self.summary)
        self.model: RowsModel[RubricOutcome] = RowsModel(COLUMNS, lambda row: row.submission)
        self.table = TableView("rubric-outcomes", _("Whose result would change"))
        self.table.show_model(self.model)
        self.table.setMinimumHeight(px(180))
        self.body.addWidget(self.table, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: context.spawn(self.look(), self))
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.apply_button = self.add_button(_("Apply"), "primary", lambda: context.spawn(self.apply(), self))
        self.apply_button.setEnabled(False)

    async def begin(self) -> None:
        """Start from the rubric as it is."""
        self.rubric, total = await self._context.read(get_rubric, self._assignment)
        if not self.rubric:
            self._context.notices.info(_("This assignment has no rubric."))
            self.reject()
            return
        self._follows = worth(self.rubric) == total
        self.total.show_value(total)
        self._show(self.rubric)
        self.open()
        await self.look()

    def _show(self, rubric: Sequence[Criterion]) -> None:
        for criterion in rubric:
            self._row(criterion.title, Role.STRONG, (criterion.id, ""), criterion.points, typed=not criterion.levels)
            for level in criterion.levels:
                self._row(level.title, Role.BODY, (criterion.id, level.id), level.points, typed=True)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self._say()

    def _row(self, title: str, role: Role, key: tuple[str, str], points: Decimal, *, typed: bool) -> None:
        at = self._grid.rowCount()
        label = ElidedLabel(title, role)
        label.setContentsMargins(px(14) if key[1] else 0, 0, 0, 0)
        self._grid.addWidget(label, at, 0)
        if typed:
            field = NumberField(_("Points of {title}").format(title=title), least=ZERO, most=MOST_POINTS, wide=72)
            field.show_value(points)
            field.changed.connect(partial(self._typed, key))
            self.fields[key] = field
            self._grid.addWidget(field, at, 1)

    def _typed(self, key: tuple[str, str]) -> None:
        points = self.fields[key].value or ZERO
        self.rubric = tuple(_with_points(one, key[1], points) if one.id == key[0] else one for one in self.rubric)
        if self._follows:
            self.total.show_new(worth(self.rubric))
        self._changed()

    def _total_typed(self) -> None:
        self._follows = False
        self._changed()

    def _changed(self) -> None:
        self._say()
        self.apply_button.setEnabled(False)
        self._pause.start()

    def _say(self) -> None:
        self.together.setText(_("The criteria give {points} together.").format(points=number_text(worth(self.rubric))))

    async def look(self) -> None:
        """Work out what the points in the fields would do."""
        rubric, total = self.rubric, self.total.value or ZERO
        try:
            seen = await self._context.read(look_at_rubric, self._assignment, rubric, total)
        except Invalid as error:
            self.seen = None
            self.model.set_rows([])
            self.summary.setText(str(error))
            return
        if (rubric, total) != (self.rubric, self.total.value or ZERO):
            return  # typed on meanwhile: the next look is on its way
        self.seen = seen
        changed = seen.changed
        self.model.set_rows(list(changed))
        self.summary.setText(
            ngettext("{n} of {all} results would change.", "{n} of {all} results would change.", len(changed)).format(
                n=f"{len(changed):,}", all=f"{len(seen.outcomes):,}"
            )
        )
        self.apply_button.setEnabled(True)

    async def apply(self) -> None:
        """Do what is shown; where something was graded meanwhile, show that first."""
        if self.seen is None or (self.seen.rubric, self.seen.total) != (self.rubric, self.total.value or ZERO):
            await self.look()
            return
        try:
            changed = await self._context.write(apply_rubric, self.seen)
        except Conflict as error:
            self._context.notices.error(error)
            await self.look()
            return
        words = ngettext("The rubric is changed, and with it {n} result.", "The rubric is changed, and with it {n} results.", changed)
        self._context.notices.done(words.format(n=f"{changed:,}"))
        self.accept()


def _with_points(criterion: Criterion, level: str, points: Decimal) -> Criterion:
    """A criterion with levels gives what the best of them is worth."""
    if not level:
        return replace(criterion, points=points)
    levels = tuple(replace(one, points=points) if one.id == level else one for one in criterion.levels)
    return replace(criterion, levels=levels, points=max(one.points for one in levels))
