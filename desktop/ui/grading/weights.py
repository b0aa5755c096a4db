"""How a course's grade is made: groups with weights on the left, and on the right whose grade would change. Nothing does before “Apply”."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QMenu, QScrollArea, QSplitter, QVBoxLayout, QWidget

from desktop.errors import Conflict, Invalid
from desktop.grading.gradebook import (
    ASSIGNMENT,
    ATTENDANCE,
    QUIZ,
    SCORM,
    GradeOutcome,
    Item,
    Part,
    Scheme,
    SchemeOutcomes,
    begin_scheme,
    get_gradebook,
    look_at_scheme,
    set_scheme,
)
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.grading.gradebook import LOWEST, percent
from desktop.ui.itemmodels import Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.layouts import emptied
from desktop.ui.page import Empty, Page
from desktop.ui.questions.fields import NumberField, number_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.surfaces import confirm
from desktop.ui.widgets.table import TableView

PAUSE_MS = 300
LEAST, MOST = Decimal("0.01"), Decimal(1000)
MOST_DROPPED = Decimal(100)
NARROW = 900
"""Below this width the result stands under the groups."""
KINDS = {QUIZ: N_("Quiz"), ASSIGNMENT: N_("Assignment"), SCORM: N_("Interactive lesson"), ATTENDANCE: N_("Attendance")}
COLUMNS: tuple[Column[GradeOutcome], ...] = (
    Column("name", N_("Learner"), lambda row: row.name, person=lambda row: row.name, stretch=True),
    Column("before", N_("Now"), lambda row: percent(row.before), value=lambda row: row.before or LOWEST, numeric=True, width=88),
    Column("after", N_("Then"), lambda row: percent(row.after), value=lambda row: row.after or LOWEST, numeric=True, width=88),
    Column(
        "final",
        N_("State"),
        lambda row: _("Final grade") if row.completed else "",
        badge=lambda row: Badge(_("Final grade"), "warn") if row.completed else None,
        value=lambda row: row.completed,
        width=116,
    ),
)


class PartCard(QFrame):
    """A group: its name, its weight, and what is in it."""

    changed = Signal()
    """A name or a number: :attr:`part` is another one."""
    shaped = Signal(object)
    """Something came or went: the part as it is to be, or None where it goes."""

    def __init__(self, part: Part, items: Sequence[Item], left: Sequence[Item]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.part = part
        self.name = QLineEdit(part.name)
        self.name.setMaxLength(200)
        self.name.setCursorPosition(0)
        self.name.setAccessibleName(_("Name of the group"))
        self.name.textEdited.connect(lambda text: self._put(name=text))
        self.weight = NumberField(_("Weight of {group}").format(group=part.name), least=LEAST, most=MOST)
        self.weight.show_value(part.weight)
        self.weight.changed.connect(lambda: self._put(weight=self.weight.value or LEAST))
        self.share = Label("", Role.STRONG)
        self.share.setMinimumWidth(px(60))
        self.drop = NumberField(
            _("Lowest scores left out of {group}").format(group=part.name), least=Decimal(0), most=MOST_DROPPED, wide=44
        )
        self.drop.show_value(Decimal(part.drop))
        self.drop.changed.connect(lambda: self._put(drop=int(self.drop.value or 0)))
        self.remove_button = IconButton("trash", _("Remove the group {group}").format(group=part.name))
        self.remove_button.clicked.connect(lambda: self.shaped.emit(None))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self.name, 1)
        head.addWidget(Label(_("Weight"), Role.CAPTION, "muted"))
        head.addWidget(self.weight)
        head.addWidget(self.share)
        head.addWidget(self.remove_button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(0, 1)
        known = {item.id: item for item in items}
        self.weights: list[NumberField] = []
        for row, (id, weight) in enumerate(part.items):
            item = known[id]
            field = NumberField(_("Weight of {title}").format(title=item.title), least=LEAST, most=MOST)
            field.show_value(weight)
            field.changed.connect(partial(self._weigh, row))
            self.weights.append(field)
            away = IconButton("close", _("Take {title} out of the group").format(title=item.title))
            away.clicked.connect(partial(self._take_out, row))
            grid.addWidget(ElidedLabel(item.title), row, 0)
            grid.addWidget(Label(_(KINDS[item.kind]), Role.CAPTION, "muted"), row, 1)
            grid.addWidget(field, row, 2)
            grid.addWidget(away, row, 3)
        self.add_button = Button(_("Add"), "link", "plus")
        self.add_button.setAccessibleName(_("Add to {group}").format(group=part.name))
        self.menu = QMenu(self.add_button)
        for item in left:
            self.menu.addAction(item.title, partial(self._take_in, item))
        self.add_button.setMenu(self.menu)
        self.add_button.setEnabled(bool(left))
        below = QHBoxLayout()
        below.setSpacing(px(8))
        below.addWidget(self.add_button)
        below.addStretch(1)
        below.addWidget(Label(_("Leave out the lowest"), Role.CAPTION, "muted"))
        below.addWidget(self.drop)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(12), px(14), px(10))
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addLayout(grid)
        column.addLayout(below)

    def _put(self, **changes: Any) -> None:
        self.part = replace(self.part, **changes)
        self.changed.emit()

    def _weigh(self, row: int) -> None:
        items = list(self.part.items)
        items[row] = (items[row][0], self.weights[row].value or LEAST)
        self._put(items=tuple(items))

    def _take_out(self, row: int) -> None:
        self.shaped.emit(replace(self.part, items=self.part.items[:row] + self.part.items[row + 1 :]))

    def _take_in(self, item: Item) -> None:
        self.shaped.emit(replace(self.part, items=(*self.part.items, (item.id, Decimal(1)))))


class WeightsPage(Page):
    """``context.open("gradebook-weights", course=…)``."""

    title = N_("Weights")
    subtitle = N_("See whose grade would change. Nothing changes before you apply it.")
    shows: ClassVar[frozenset[str]] = frozenset()  # what is being weighed here stays until it is done
    primary = "gradebook-weights.apply"
    secondary = ("gradebook-weights.level",)

    def __init__(self, context: Context, course: UUID, parent: QWidget | None = None) -> None:
        self.course_id = course
        self.items: tuple[Item, ...] = ()
        self.scheme = Scheme(())
        self.cards: list[PartCard] = []
        self.seen: SchemeOutcomes | None = None
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return _("Gradebook"), lambda: self.context.open("gradebook", course=self.course_id)

    def build(self) -> QWidget:
        self.on("gradebook-weights.apply", self.apply)
        self.on("gradebook-weights.level", self.ask_level)
        self._column = QVBoxLayout()
        self._column.setSpacing(px(12))
        self.add_button = Button(_("Add a group"), "quiet", "plus")
        self.add_button.clicked.connect(self.add_part)
        self.zero = QCheckBox(_("Count what is missing as 0"))
        self.zero.toggled.connect(self._zero_toggled)
        self.left = Label("", Role.CAPTION, "muted", wrap=True)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(px(32), px(4), px(14), px(16))
        column.setSpacing(px(12))
        column.addLayout(self._column)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.zero)
        column.addWidget(self.left)
        column.addStretch(1)
        form = QScrollArea()
        form.setWidgetResizable(True)
        form.setFrameShape(QFrame.Shape.NoFrame)
        form.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        form.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        form.setWidget(body)
        self.summary = Label("", Role.STRONG, wrap=True)
        self.model = RowsModel(COLUMNS, lambda row: row.enrollment)
        self.table = TableView("scheme-outcomes", _("Whose grade would change"))
        self.table.show_model(self.model)
        result = QWidget()
        beside = QVBoxLayout(result)
        beside.setContentsMargins(px(14), px(4), px(32), px(16))
        beside.addWidget(self.summary)
        beside.addWidget(self.table, 1)
        self.split = split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(form)
        split.addWidget(result)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: self.spawn(self.look()))
        return split

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.state == "content":
            self._fit()

    def _fit(self) -> None:
        narrow = self.width() < px(NARROW)
        self.split.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)

    async def refresh(self) -> Empty | None:
        gradebook = await self.context.read(get_gradebook, self.course_id)
        self.items = gradebook.items
        if not self.items:
            return Empty(_("There is nothing to grade in this course yet: add a quiz, an assignment or a SCORM lesson."), picture="quiz")
        there = {item.id for item in self.items}
        scheme = gradebook.scheme or begin_scheme(self.items)
        # What has been deleted since the scheme was set
        parts = tuple(replace(part, items=tuple(each for each in part.items if each[0] in there)) for part in scheme.parts)
        self.show_scheme(replace(scheme, parts=parts))
        self._fit()
        await self.look()
        return None

    def show_scheme(self, scheme: Scheme) -> None:
        """Put a scheme into the fields."""
        self.scheme = scheme
        self.zero.blockSignals(True)
        self.zero.setChecked(scheme.missing_is_zero)
        self.zero.blockSignals(False)
        taken = {id for part in scheme.parts for id, _weight in part.items}
        left = [item for item in self.items if item.id not in taken]
        emptied(self._column)
        self.cards = []
        for at, part in enumerate(scheme.parts):
            card = PartCard(part, self.items, left)
            card.changed.connect(self._changed)
            card.shaped.connect(partial(self._shaped, at))
            self.cards.append(card)
            self._column.addWidget(card)
        self.left.setText(_("Not counted: {titles}.").format(titles=", ".join(item.title for item in left)) if left else "")
        self._show_shares()

    def add_part(self) -> None:
        """Another group, empty."""
        self.show_scheme(replace(self.scheme, parts=(*self.scheme.parts, Part(_("New group")))))
        self.cards[-1].name.setFocus()
        self.cards[-1].name.selectAll()
        self._later()

    def _shaped(self, at: int, part: Part | None) -> None:
        parts = list(self.scheme.parts)
        parts[at : at + 1] = [] if part is None else [part]
        self.show_scheme(replace(self.scheme, parts=tuple(parts)))
        (self.cards[at].add_button if part is not None else self.add_button).setFocus()
        self._later()

    def _changed(self) -> None:
        self.scheme = replace(self.scheme, parts=tuple(card.part for card in self.cards))
        self._show_shares()
        self._later()

    def _zero_toggled(self, on: bool) -> None:
        self.scheme = replace(self.scheme, missing_is_zero=on)
        self._later()

    def _show_shares(self) -> None:
        for card in self.cards:
            card.share.setText(f"{number_text(self.scheme.share(card.part).quantize(Decimal('0.1')))} %")

    def _later(self) -> None:
        self.seen = None
        self._pause.start()

    @property
    def wanted(self) -> Scheme:
        """The scheme in the fields, without groups that hold nothing."""
        return replace(self.scheme, parts=tuple(replace(part, name=part.name.strip()) for part in self.scheme.parts if part.items))

    async def look(self) -> None:
        """Work out what the scheme in the fields would do."""
        await self._look(self.wanted)

    async def _look(self, scheme: Scheme | None) -> SchemeOutcomes | None:
        before = self.scheme
        try:
            seen = await self.context.read(look_at_scheme, self.course_id, scheme)
        except Invalid as error:
            self.model.set_rows([])
            self.summary.setText(str(error))
            return None
        if before != self.scheme:
            return None  # typed on meanwhile: the next look is on its way
        self.seen = seen
        changed = seen.changed
        self.model.set_rows(list(changed))
        final = sum(one.completed for one in changed)
        words = ngettext("{n} of {all} grades would change.", "{n} of {all} grades would change.", len(changed))
        parts = [words.format(n=f"{len(changed):,}", all=f"{len(seen.outcomes):,}")]
        if final:
            parts.append(ngettext("{n} of them is final.", "{n} of them are final.", final).format(n=f"{final:,}"))
        self.summary.setText(" ".join(parts))
        return seen

    async def apply(self) -> None:
        """Do what is shown; where something was graded meanwhile, show that first."""
        if self.seen is None or self.seen.scheme != self.wanted:
            await self.look()
        if self.seen is not None and self.seen.scheme == self.wanted:
            await self._set(self.seen)

    def ask_level(self) -> None:
        """Without a scheme; asked first, as the groups are gone then."""
        confirm(
            self,
            _("Count everything the same?"),
            _("The groups and their weights are deleted, and grades are computed anew. Attendance does not count then."),
            _("Count the same"),
            lambda: self.spawn(self.level()),
        )

    async def level(self) -> None:
        seen = await self._look(None)
        if seen is not None:
            await self._set(seen)

    async def _set(self, seen: SchemeOutcomes) -> None:
        try:
            changed = await self.context.write(set_scheme, seen)
        except Conflict as error:
            self.context.notices.error(error)
            await self.look()
            return
        words = ngettext("The weights are set; {n} final grade is another.", "The weights are set; {n} final grades are others.", changed)
        self.context.notices.done(words.format(n=f"{changed:,}") if changed else _("The weights are set."))
        self.context.open("gradebook", course=self.course_id)
