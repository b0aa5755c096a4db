"""The catalogue: every course that the reader may see, to search, filter, sort, and open."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cached_property, partial
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.queries import (
    DESCENDING_FIRST,
    CatalogueFilter,
    CatalogueSort,
    CourseCard,
    count_catalogue,
    get_facets,
    list_catalogue_keys,
    list_designations,
    list_instructors,
    page_catalogue,
)
from desktop.courses.vocabulary import CATEGORIES, DIFFICULTIES, STATUSES, duration, label, plain, price
from desktop.i18n import N_, _, ngettext
from desktop.settings import option
from desktop.ui.context import Context
from desktop.ui.courses.cards import CourseDelegate
from desktop.ui.courses.cover import covers
from desktop.ui.courses.filters import FilterPanel, without
from desktop.ui.itemmodels import Badge, Column, KeysetSource, VirtualModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px, restyle
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.cardview import CardView
from desktop.ui.widgets.fields import SearchField, SegmentedControl
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.table import TableView

VIEW = option("catalogue.view", "cards", N_("How the catalogue is shown"), ("cards", "table"))
SORT = option(
    "catalogue.sort", CatalogueSort.TITLE.value, N_("What the catalogue is ordered by"), tuple(sort.value for sort in CatalogueSort)
)
DESCENDING = option("catalogue.descending", False, N_("Order the catalogue from the last to the first"))
FILTERS_SHOWN = option("catalogue.filters-shown", True, N_("Show the catalogue's filters beside it"))

WIDE = 900
"""Below this width (at nominal text) the filters are folded away at first."""

SORT_NAMES = {
    CatalogueSort.TITLE: N_("Title"),
    CatalogueSort.NEWEST: N_("Newest"),
    CatalogueSort.POPULARITY: N_("Popularity"),
    CatalogueSort.RATING: N_("Rating"),
    CatalogueSort.CREDITS: N_("CE credits"),
    CatalogueSort.DURATION: N_("Length"),
    CatalogueSort.PRICE: N_("Price"),
}

TONES = {"published": "good", "draft": "neutral", "under_review": "warn", "archived": "neutral"}

COLUMNS: tuple[Column[CourseCard], ...] = (
    Column("title", N_("Title"), lambda card: card.title, second=lambda card: card.instructor or "", width=260, stretch=True),
    Column("category", N_("Category"), lambda card: label(CATEGORIES, card.category), width=150, sortable=False),
    Column("difficulty", N_("Difficulty"), lambda card: label(DIFFICULTIES, card.difficulty_level), width=104, sortable=False),
    Column("credits", N_("CE credits"), lambda card: plain(card.ce_credits) if card.ce_credits else "", numeric=True, width=84),
    Column("duration", N_("Length"), lambda card: duration(card.minutes), numeric=True, width=96),
    Column("price", N_("Price"), lambda card: price(card.pricing_type, card.price), numeric=True, width=84),
    Column("rating", N_("Rating"), lambda card: "" if card.rating is None else f"{card.rating:.1f}", numeric=True, width=84),
    Column("popularity", N_("Enrolled"), lambda card: f"{card.enrollments:,}", numeric=True, width=88),
    Column(
        "status",
        N_("Status"),
        lambda card: label(STATUSES, card.status),
        badge=lambda card: Badge(label(STATUSES, card.status), TONES.get(card.status, "neutral")),
        width=112,
        sortable=False,
    ),
)


class CatalogueSource(KeysetSource[CourseCard, object]):
    """One filter and one order."""

    def __init__(self, filter: CatalogueFilter, sort: CatalogueSort, descending: bool) -> None:
        super().__init__(
            lambda session: count_catalogue(session, filter),
            lambda session, size: list_catalogue_keys(session, filter, sort, descending, size),
            lambda session, after, limit: page_catalogue(session, filter, sort, descending, after, limit),  # type: ignore[arg-type]
        )


class CataloguePage(Page):
    title = N_("Catalogue")
    primary = "course.new"
    shows: ClassVar[frozenset[str]] = frozenset({"courses", "enrollments", "course_reviews"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._filter = CatalogueFilter()
        self._sort = CatalogueSort(context.settings.get(SORT))
        self._descending = context.settings.get(DESCENDING)
        self._shown: tuple[CatalogueFilter, CatalogueSort, bool] | None = None
        self._staff = bool(context.identity.roles & {"instructor", "administrator"})
        self._folded_by_width = False
        super().__init__(context, parent)
        self.on("course.new", self._new_course)

    # Making

    def build(self) -> QWidget:
        columns = COLUMNS if self._staff else COLUMNS[:-1]
        self.model = VirtualModel[CourseCard](self.context, columns, key=lambda card: card.id)
        self.model.setParent(self)
        self.model.counted.connect(self._counted)
        self.search = SearchField(_("Search courses, topics, instructors"))
        self.search.setMaximumWidth(px(420))
        self.search.searched.connect(self._searched)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.filter_button = Button(_("Filters"), "quiet", "filter")
        self.filter_button.setCheckable(True)
        self.filter_button.clicked.connect(self._filters_toggled)
        self.sort_button = Button("", "quiet", "sort")
        self.sort_button.setMenu(self._sort_menu())
        self.view_control = SegmentedControl(_("How courses are shown"), [("cards", _("Cards"), "cards"), ("table", _("Table"), "table")])
        self.view_control.chosen.connect(self._view_chosen)
        self.panel = FilterPanel(staff=self._staff)
        self.panel.hide()
        self.panel.changed.connect(self._panel_changed)
        self.cards = CardView(CourseDelegate(), _("Courses"))
        self.cards.setModel(self.model)
        covers().painted.connect(self.cards.viewport().update)
        self.cards.opened.connect(self._open)
        self.model.sort_asked.connect(self._column_clicked)
        self.views = QStackedWidget()
        self.views.addWidget(self.cards)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(12))
        tools.setSpacing(px(8))
        tools.addWidget(self.filter_button)
        tools.addWidget(self.search, 1)
        tools.addStretch(1)
        tools.addWidget(self.sort_button)
        tools.addSpacing(px(4))
        tools.addWidget(self.view_control)
        self._chips = QHBoxLayout()
        self._chips.setContentsMargins(px(32), 0, px(32), px(10))
        self._chips.setSpacing(px(6))
        right = QVBoxLayout()
        self._right = right
        right.addWidget(self.views, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.panel)
        middle.addLayout(right, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(self._chips)
        column.addLayout(middle, 1)
        self._folded_by_width = self.width() < px(WIDE)
        self._show_filters(not self._folded_by_width and self.context.settings.get(FILTERS_SHOWN))
        self._show_view(self.context.settings.get(VIEW))
        self._name_sort()
        return content

    @cached_property
    def table(self) -> TableView:  # like what follows, made when it is first shown
        table = TableView("catalogue", _("Courses"))
        table.show_model(self.model)
        table.opened.connect(self._open)
        self.views.addWidget(table)
        return table

    @cached_property
    def nothing(self) -> EmptyState:
        state = EmptyState()
        self.views.addWidget(state)
        return state

    def _sort_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for sort, name in SORT_NAMES.items():
            action = QAction(_(name), menu, checkable=True)
            action.setChecked(sort is self._sort)
            action.triggered.connect(partial(self._sort_chosen, sort))
            group.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        self._reverse = QAction(_("Reverse the order"), menu, checkable=True)
        self._reverse.triggered.connect(lambda: self._set_order(self._sort, not self._descending))
        menu.addAction(self._reverse)
        self._sort_actions = dict(zip(SORT_NAMES, group.actions(), strict=True))
        return menu

    # Reading

    async def refresh(self) -> Empty | None:
        asked = (self._filter, self._sort, self._descending)
        listing = self.model.refresh() if asked == self._shown else self.model.show(CatalogueSource(*asked))
        count, _shown = await asyncio.gather(listing, self._fill_panel())
        self._shown = asked
        if not count and self._filter.empty:
            if self._staff:
                return Empty(_("No course has been made yet."), _("New course"), action="course.new")
            return Empty(_("No course is offered yet."))
        self._show_chips()
        self._show_view(self.context.settings.get(VIEW))
        return None

    async def _fill_panel(self) -> None:
        """Filters that nobody sees are neither made nor counted."""
        if not self.filter_button.isChecked():
            return
        facets, designations, instructors = await asyncio.gather(
            self.context.read(get_facets, self._filter), self.context.read(list_designations), self.context.read(list_instructors)
        )
        if not self.panel.made:
            await self.panel.make()
        await self.panel.set_choices(designations, instructors)
        await self.panel.set_facets(facets)
        self.panel.setVisible(self.filter_button.isChecked())

    def _apply(self, filter: CatalogueFilter) -> None:
        if filter != self._filter:
            self._filter = filter
            if self.panel.made:
                self.panel.set_filter(filter)
            self.reload()

    # Answering

    def _searched(self, text: str) -> None:
        self._apply(replace(self._filter, text=text))

    def _panel_changed(self) -> None:
        self._apply(replace(self.panel.filter, text=self._filter.text))

    def _clear(self) -> None:
        self.search.clear_now()
        self._apply(CatalogueFilter())

    def _filters_toggled(self, shown: bool) -> None:
        self.context.settings.set(FILTERS_SHOWN, shown)
        self._show_filters(shown)

    def _show_filters(self, shown: bool) -> None:
        """The panel appears once it is filled, and is filled again when it comes back, as nothing was counted while it was away."""
        self.filter_button.setChecked(shown)
        if shown and self.panel.isHidden():
            self.reload()
        if not shown:
            self.panel.hide()
        self._right.setContentsMargins(0 if shown else px(24), 0, 0, 0)  # cards and lines bring a little of the margin themselves

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(WIDE)
        if hasattr(self, "panel") and narrow != self._folded_by_width:
            self._folded_by_width = narrow
            self._show_filters(not narrow and self.context.settings.get(FILTERS_SHOWN))

    def _view_chosen(self, view: str) -> None:
        self.context.settings.set(VIEW, view)
        self._show_view(view)

    def _show_view(self, view: str) -> None:
        self.view_control.set_value(view)
        if self.model.rowCount() == 0 and not self._filter.empty:
            self.nothing.show_empty(_("No course fits."), "search", _("Clear search and filters"), self._clear)
            self.views.setCurrentWidget(self.nothing)
        else:
            self.views.setCurrentWidget(self.cards if view == "cards" else self.table)
            self._show_order()

    def _sort_chosen(self, sort: CatalogueSort) -> None:
        self._set_order(sort, sort in DESCENDING_FIRST)

    def _column_clicked(self, key: str, descending: bool) -> None:
        self._set_order(CatalogueSort(key), descending)

    def _set_order(self, sort: CatalogueSort, descending: bool) -> None:
        self._sort, self._descending = sort, descending
        self.context.settings.set(SORT, sort.value)
        self.context.settings.set(DESCENDING, descending)
        self._name_sort()
        self.reload()

    def _show_order(self) -> None:
        """The table's header says what the catalogue is ordered by, whoever chose it."""
        if self.views.currentWidget() is self.cards:
            return
        keys = [column.key for column in self.model.columns]
        header = self.table.horizontalHeader()
        blocked = header.blockSignals(True)
        order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(keys.index(self._sort.value) if self._sort.value in keys else -1, order)
        header.blockSignals(blocked)
        header.viewport().update()

    def _name_sort(self) -> None:
        self._sort_actions[self._sort].setChecked(True)
        self._reverse.setChecked(self._descending != (self._sort in DESCENDING_FIRST))
        self.sort_button.setText(_(SORT_NAMES[self._sort]))
        self.sort_button.setAccessibleName(_("Order: {name}").format(name=_(SORT_NAMES[self._sort])))

    def _counted(self, count: int) -> None:
        self.set_title(_(self.title), ngettext("{n} course", "{n} courses", count).format(n=f"{count:,}"))

    def _show_chips(self) -> None:
        while item := self._chips.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        chips = self.panel.chips()
        for text, field, value in chips:
            chip = Button(text, "quiet", "close")
            restyle(chip, chip=True, lit=True)
            chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
            chip.setAccessibleName(_("Remove the filter {name}").format(name=text))
            chip.clicked.connect(lambda _checked=False, field=field, value=value: self._apply(without(self._filter, field, value)))
            self._chips.addWidget(chip)
        if chips:
            clear = Button(_("Clear all"), "link")
            clear.clicked.connect(self._clear)
            self._chips.addSpacing(px(6))
            self._chips.addWidget(clear)
        self._chips.addStretch(1)
        self.filter_button.setText(_("Filters · {n}").format(n=len(chips)) if chips else _("Filters"))

    def _open(self, card: CourseCard) -> None:
        self.context.open("course", course=card.id)

    def _new_course(self) -> None:
        from desktop.ui.courses.dialogs import NewCourseDialog

        NewCourseDialog(self.context, self).open()
