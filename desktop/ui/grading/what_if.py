"""What if the late rule were another: fields for the rule, and below them whose result would change. Nothing happens before “Apply”."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.errors import Conflict
from desktop.grading.bulk import code
from desktop.grading.late import LatePolicy
from desktop.grading.vocabulary import INTERVALS
from desktop.grading.what_if import Outcome, WhatIf, apply_rule, get_rule, look_at_rule
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.grading.words import late_text
from desktop.ui.itemmodels import Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.questions.fields import NumberField, number_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView

PAUSE_MS = 300


def _points(value: Decimal | None) -> str:
    return "" if value is None else number_text(value)


COLUMNS: tuple[Column[Outcome], ...] = (
    Column("learner", N_("Learner"), lambda row: row.learner or code(row.submission), stretch=True),
    Column("late", N_("Late"), lambda row: late_text(row.late_after) or _("in time"), value=lambda row: row.late_after, width=130),
    Column("before", N_("Now"), lambda row: _points(row.before), value=lambda row: row.before or Decimal(-1), numeric=True, width=80),
    Column("after", N_("Then"), lambda row: _points(row.after), value=lambda row: row.after or Decimal(-1), numeric=True, width=80),
    Column(
        "released",
        N_("State"),
        lambda row: _("Released") if row.released else "",
        badge=lambda row: Badge(_("Released"), "good") if row.released else None,
        value=lambda row: row.released,
        width=104,
    ),
)


class LateRuleDialog(Dialog):
    """Of one assignment. Filled by :meth:`begin`."""

    def __init__(self, context: Context, assignment: UUID, parent: QWidget) -> None:
        super().__init__(
            _("What if the late rule changes"),
            _("See whose result would change. Released grades change with the rule; so do those that you release later."),
            parent,
            width=640,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._assignment = context, assignment
        self.seen: WhatIf | None = None
        self.percentage = NumberField(_("Penalty in percent"), least=Decimal(0), most=Decimal(100))
        self.interval = QComboBox()
        for value, name in INTERVALS.items():
            self.interval.addItem(_(name), value)
        self.floor = NumberField(_("Never below, percent"), least=Decimal(0), most=Decimal(100))
        self.grace = NumberField(_("Grace, in minutes"), least=Decimal(0), most=Decimal(100_000))
        fields = QHBoxLayout()
        fields.setSpacing(px(16))
        for words, field in (
            (_("Penalty in percent"), self.percentage),
            (_("For each begun"), self.interval),
            (_("Never below, percent"), self.floor),
            (_("Grace, in minutes"), self.grace),
        ):
            fields.addWidget(FormRow(words, field), 0, Qt.AlignmentFlag.AlignTop)
        fields.addStretch(1)
        self.body.addLayout(fields)
        self.summary = Label("", Role.STRONG, wrap=True)
        self.body.addWidget(self.summary)
        self.model = RowsModel(COLUMNS, lambda row: row.submission)
        self.table = TableView("late-outcomes", _("Whose result would change"))
        self.table.show_model(self.model)
        self.table.setMinimumHeight(px(220))
        self.body.addWidget(self.table, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: context.spawn(self.look(), self))
        for number in (self.percentage, self.floor, self.grace):
            number.changed.connect(self._changed)
        self.interval.activated.connect(lambda _index: self._changed())
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.apply_button = self.add_button(_("Apply"), "primary", lambda: context.spawn(self.apply(), self))
        self.apply_button.setEnabled(False)

    async def begin(self) -> None:
        """Start from the rule as it is."""
        rule = await self._context.read(get_rule, self._assignment)
        self.percentage.show_value(rule.percentage)
        self.interval.setCurrentIndex(self.interval.findData(rule.interval))
        self.floor.show_value(rule.floor)
        self.grace.show_value(Decimal(rule.grace_minutes))
        self.open()
        await self.look()

    @property
    def rule(self) -> LatePolicy:
        zero = Decimal(0)
        return LatePolicy(
            self.percentage.value or zero, self.interval.currentData(), self.floor.value or zero, int(self.grace.value or zero)
        )

    async def look(self) -> None:
        """Work out what the rule in the fields would do."""
        rule = self.rule
        seen = await self._context.read(look_at_rule, self._assignment, rule)
        if rule != self.rule:
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
        if self.seen is None or self.seen.rule != self.rule:
            await self.look()
            return
        try:
            changed = await self._context.write(apply_rule, self.seen)
        except Conflict as error:
            self._context.notices.error(error)
            await self.look()
            return
        words = ngettext(
            "The late rule is changed, and with it {n} submission.", "The late rule is changed, and with it {n} submissions.", changed
        )
        self._context.notices.done(words.format(n=f"{changed:,}"))
        self.accept()

    def _changed(self) -> None:
        self.apply_button.setEnabled(False)
        self._pause.start()
