"""The catalogue's filter panel: every field of the filter, with how many courses each choice would show."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.courses.queries import CatalogueFilter, Choice, Facets
from desktop.courses.vocabulary import CATEGORIES, DIFFICULTIES, FORMATS, PRICINGS, STATUSES, label
from desktop.i18n import N_, _
from desktop.ui.page import breathe, polish
from desktop.ui.theme import Role, px, theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import ElidedLabel, Label

WIDTH = 244
SHOWN_AT_FIRST = 6
"""Choices of a facet that are shown before "Show all"."""

SOON_DAYS = (30, 90)


@dataclass(frozen=True, slots=True)
class Band:
    """One choice of a range: its text, and the fields of the filter that it sets."""

    text: str
    fields: Mapping[str, Any]


CREDITS = (
    Band(N_("Any"), {"credits_from": None, "credits_to": None}),
    Band(N_("1 or more"), {"credits_from": Decimal(1), "credits_to": None}),
    Band(N_("3 or more"), {"credits_from": Decimal(3), "credits_to": None}),
    Band(N_("5 or more"), {"credits_from": Decimal(5), "credits_to": None}),
    Band(N_("10 or more"), {"credits_from": Decimal(10), "credits_to": None}),
    Band(N_("None"), {"credits_from": None, "credits_to": Decimal(0)}),
)
DURATIONS = (
    Band(N_("Any"), {"minutes_from": None, "minutes_to": None}),
    Band(N_("Up to 1 hour"), {"minutes_from": None, "minutes_to": 60}),
    Band(N_("1 to 3 hours"), {"minutes_from": 60, "minutes_to": 180}),
    Band(N_("3 to 10 hours"), {"minutes_from": 180, "minutes_to": 600}),
    Band(N_("More than 10 hours"), {"minutes_from": 601, "minutes_to": None}),
)
PRICES = (
    Band(N_("Any"), {"price_from": None, "price_to": None}),
    Band(N_("Nothing to pay"), {"price_from": None, "price_to": Decimal(0)}),
    Band(N_("Up to $50"), {"price_from": None, "price_to": Decimal(50)}),
    Band(N_("$50 to $150"), {"price_from": Decimal(50), "price_to": Decimal(150)}),
    Band(N_("$150 to $300"), {"price_from": Decimal(150), "price_to": Decimal(300)}),
    Band(N_("More than $300"), {"price_from": Decimal("300.01"), "price_to": None}),
)
RATINGS = (
    Band(N_("Any"), {"rating_from": None}),
    Band(N_("3 stars and up"), {"rating_from": Decimal(3)}),
    Band(N_("4 stars and up"), {"rating_from": Decimal(4)}),
    Band(N_("4.5 stars and up"), {"rating_from": Decimal("4.5")}),
)


class Facet(QWidget):
    """A vocabulary as check boxes with counts. Choices that would show nothing are quiet; beyond a few, the rest is folded away."""

    changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[Hashable, tuple[QCheckBox, Label, QWidget]] = {}
        self._open = False
        self._title = title
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(6))
        self._column.addWidget(Label(title, Role.LABEL, "faint", self))
        self._more = Button(_("Show all"), "link", parent=self)
        self._more.clicked.connect(self._toggle)
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._more.hide()

    async def set_choices(self, choices: Iterable[tuple[Hashable, str]]) -> None:
        """Offer these choices; those that are there already keep their state."""
        wanted = dict(choices)
        for value in [value for value in self._boxes if value not in wanted]:
            self._boxes.pop(value)[2].deleteLater()
        for value, text in wanted.items():
            if value not in self._boxes:
                self._add(value, text)
                await breathe()
        self._fold()

    def _add(self, value: Hashable, text: str) -> None:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(8))
        box = QCheckBox(row)
        box.setAccessibleName(f"{self._title}: {text}")
        name = ElidedLabel(text, parent=row)
        name.setBuddy(box)
        count = Label("", Role.CAPTION, "faint", row)
        line.addWidget(box)
        line.addWidget(name, 1)
        line.addWidget(count)
        name.mousePressEvent = lambda _event: box.click()  # type: ignore[method-assign]  # the words belong to the box
        box.clicked.connect(self.changed)
        self._boxes[value] = (box, count, row)
        self._column.insertWidget(self._column.count() - 1, row)

    @property
    def chosen(self) -> frozenset[Any]:
        return frozenset(value for value, (box, _count, _row) in self._boxes.items() if box.isChecked())

    def text_of(self, value: Hashable) -> str:
        return self._boxes[value][0].accessibleName().partition(": ")[2]

    def choose(self, values: frozenset[Any]) -> None:
        for value, (box, _count, _row) in self._boxes.items():
            box.setChecked(value in values)
        self._fold()

    def set_counts(self, counts: Mapping[Any, int]) -> None:
        for value, (box, count, _row) in self._boxes.items():
            found = counts.get(value, 0)
            count.setText(f"{found:,}")
            count.set_token("muted" if found or box.isChecked() else "faint")
            box.setAccessibleDescription(_("{n} courses").format(n=found))

    def _toggle(self) -> None:
        self._open = not self._open
        self._fold()

    def _fold(self) -> None:
        for number, (box, _count, row) in enumerate(self._boxes.values()):
            row.setVisible(self._open or number < SHOWN_AT_FIRST or box.isChecked())
        self._more.setVisible(len(self._boxes) > SHOWN_AT_FIRST)
        self._more.setText(_("Show fewer") if self._open else _("Show all {n}").format(n=len(self._boxes)))


class FilterPanel(QScrollArea):
    """The panel. :attr:`filter` is what it says; the search text is not its own.

    It is empty until :meth:`make` has filled it, as many never look at it and it is a page's worth of widgets.
    """

    changed = Signal()

    def __init__(self, *, staff: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._staff = staff
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Filters"))
        self.made = False
        self._measure()
        theme().changed.connect(self._measure)

    async def make(self) -> None:
        """Make the widgets, in turns."""
        staff = self._staff
        self._facets = {
            "categories": Facet(_("Category")),
            "difficulties": Facet(_("Difficulty")),
            "formats": Facet(_("Delivery")),
            "pricings": Facet(_("Pricing")),
            "designations": Facet(_("Designation")),
            "instructors": Facet(_("Instructor")),
        }
        for name, vocabulary in (("categories", CATEGORIES), ("difficulties", DIFFICULTIES), ("formats", FORMATS), ("pricings", PRICINGS)):
            await self._facets[name].set_choices((value, label(vocabulary, value)) for value in vocabulary)
        if staff:
            self._facets["statuses"] = Facet(_("Status"))
            await self._facets["statuses"].set_choices((value, label(STATUSES, value)) for value in STATUSES)
        self._open_now = self._switch(_("Open for enrollment"))
        self._certificate = self._switch(_("With a certificate"))
        self._mine = self._switch(_("Courses I teach"))
        self._credits = self._bands(_("CE credits"), CREDITS)
        await breathe()
        self._minutes = self._bands(_("Length"), DURATIONS)
        await breathe()
        self._rating = self._bands(_("Rating"), RATINGS)
        await breathe()
        self._starts = QComboBox()
        self._starts.setAccessibleName(_("Starts"))
        self._starts.addItem(_("Any time"), None)
        for days in SOON_DAYS:
            self._starts.addItem(_("In the next {n} days").format(n=days), days)
        self._starts.activated.connect(lambda _index: self.changed.emit())
        self._price = self._bands(_("Price"), PRICES)
        await breathe()
        body = QWidget(self.viewport())
        body.hide()
        column = QVBoxLayout(body)
        column.setContentsMargins(px(32), px(4), px(12), px(24))
        column.setSpacing(px(20))
        switches = QVBoxLayout()
        switches.setSpacing(px(8))
        for switch in (self._open_now, self._certificate, *((self._mine,) if staff else ())):
            switches.addWidget(switch)
        self._mine.setVisible(staff)
        column.addLayout(switches)
        if staff:
            column.addWidget(self._facets["statuses"])
        for name in ("categories", "difficulties", "formats", "pricings"):
            column.addWidget(self._facets[name])
        for title, box in (
            (_("Price"), self._price),
            (_("CE credits"), self._credits),
            (_("Length"), self._minutes),
            (_("Rating"), self._rating),
            (_("Starts"), self._starts),
        ):
            column.addLayout(self._titled(title, box))
        for name in ("designations", "instructors"):
            column.addWidget(self._facets[name])
        column.addStretch(1)
        for facet in self._facets.values():
            facet.changed.connect(self.changed)
        await polish(body)
        self.setWidget(body)
        body.show()
        self.made = True

    @property
    def filter(self) -> CatalogueFilter:
        days = self._starts.currentData()
        now = datetime.now(UTC)
        chosen: dict[str, Any] = {name: facet.chosen for name, facet in self._facets.items()}
        for box in (self._price, self._credits, self._minutes, self._rating):
            chosen |= box.currentData().fields
        return CatalogueFilter(
            **chosen,
            open_now=self._open_now.isChecked(),
            with_certificate=self._certificate.isChecked(),
            mine=self._mine.isChecked(),
            starts_from=now if days else None,
            starts_to=now + timedelta(days=days) if days else None,
        )

    def set_filter(self, filter: CatalogueFilter) -> None:
        """Show ``filter``; says nothing."""
        for name, facet in self._facets.items():
            facet.choose(getattr(filter, name))
        for switch, on in ((self._open_now, filter.open_now), (self._certificate, filter.with_certificate), (self._mine, filter.mine)):
            switch.setChecked(on)
        for box, bands in ((self._price, PRICES), (self._credits, CREDITS), (self._minutes, DURATIONS), (self._rating, RATINGS)):
            fits = (
                number for number, band in enumerate(bands) if all(getattr(filter, name) == value for name, value in band.fields.items())
            )
            box.setCurrentIndex(next(fits, 0))
        if filter.starts_to is None:
            self._starts.setCurrentIndex(0)

    async def set_choices(self, designations: Iterable[Choice], instructors: Iterable[Choice]) -> None:
        for name, choices in (("designations", designations), ("instructors", instructors)):
            listed = [(choice.id, choice.name) for choice in choices]
            await self._facets[name].set_choices(listed)
            self._facets[name].setVisible(bool(listed))

    async def set_facets(self, facets: Facets) -> None:
        counts = {"categories": "category", "difficulties": "difficulty", "formats": "format", "pricings": "pricing"}
        counts |= {"designations": "designation", "instructors": "instructor", "statuses": "status"}
        for name, facet in self._facets.items():
            facet.set_counts(facets.of(counts[name]))
            await breathe()

    def chips(self) -> list[tuple[str, str, Any]]:
        """What filters now: words, field and value, for the row of chips above the list."""
        found: list[tuple[str, str, Any]] = []
        if not self.made:
            return found
        for name, facet in self._facets.items():
            found += [(facet.text_of(value), name, value) for value in sorted(facet.chosen, key=str)]
        for switch, field in ((self._open_now, "open_now"), (self._certificate, "with_certificate"), (self._mine, "mine")):
            if switch.isChecked():
                found.append((switch.text(), field, None))
        for box, field in ((self._price, "price"), (self._credits, "credits"), (self._minutes, "minutes"), (self._rating, "rating")):
            if box.currentIndex():
                found.append((f"{box.accessibleName()}: {box.currentText()}", field, None))
        if self._starts.currentIndex():
            found.append((f"{self._starts.accessibleName()}: {self._starts.currentText()}", "starts", None))
        return found

    def _switch(self, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setAccessibleName(text)
        box.clicked.connect(self.changed)
        return box

    def _bands(self, name: str, bands: tuple[Band, ...]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        for band in bands:
            box.addItem(_(band.text), band)
        box.activated.connect(lambda _index: self.changed.emit())
        return box

    @staticmethod
    def _titled(title: str, widget: QWidget) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(px(6))
        column.addWidget(Label(title, Role.LABEL, "faint"))
        column.addWidget(widget)
        return column

    def _measure(self) -> None:
        self.setFixedWidth(px(WIDTH))


def without(filter: CatalogueFilter, field: str, value: Any = None) -> CatalogueFilter:
    """``filter`` without one chosen ``value``, or without all that begins with ``field`` (both ends of a range)."""
    blank = CatalogueFilter()
    current = getattr(filter, field, None)
    if isinstance(current, frozenset):
        rest: dict[str, Any] = {field: current - {value}}
        return replace(filter, **rest)
    names = [name for name in CatalogueFilter.__slots__ if name in {field, f"{field}_from", f"{field}_to"}]
    cleared: dict[str, Any] = {name: getattr(blank, name) for name in names}
    return replace(filter, **cleared)
