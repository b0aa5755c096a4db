"""My learners: who takes the courses that an instructor teaches, and how far they are."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.i18n import N_, _, ngettext
from desktop.learning.queries import LearnerKey, LearnerRow, count_learners, list_learner_keys, page_learners
from desktop.ui.context import Context
from desktop.ui.dates import since_text
from desktop.ui.itemmodels import Column, KeysetSource, VirtualModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.fields import SearchField
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.table import TableView

COLUMNS: tuple[Column[LearnerRow], ...] = (
    Column(
        "name",
        N_("Name"),
        lambda row: row.name,
        second=lambda row: row.organization or "",
        person=lambda row: row.name,
        width=280,
        stretch=True,
        sortable=False,
    ),
    Column("courses", N_("Courses"), lambda row: f"{row.courses:,}", numeric=True, width=96, sortable=False),
    Column("completed", N_("Completed"), lambda row: f"{row.completed:,}", numeric=True, width=104, sortable=False),
    Column("progress", N_("Progress"), lambda row: f"{row.progress:.0f} %", numeric=True, width=104, sortable=False),
    Column("seen", N_("Last here"), lambda row: since_text(row.last_seen) if row.last_seen else "", width=140, sortable=False),
)


class LearnersSource(KeysetSource[LearnerRow, LearnerKey]):
    """The learners that fit one search."""

    def __init__(self, text: str) -> None:
        super().__init__(
            lambda session: count_learners(session, text),
            lambda session, size: list_learner_keys(session, text, size),
            lambda session, after, limit: page_learners(session, text, after, limit),
        )


class LearnersPage(Page):
    title = N_("My learners")
    shows: ClassVar[frozenset[str]] = frozenset({"enrollments", "members"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._text = ""
        self._shown: str | None = None
        super().__init__(context, parent)

    def build(self) -> QWidget:
        self.model = VirtualModel[LearnerRow](self.context, COLUMNS, key=lambda row: row.id)
        self.model.setParent(self)
        self.model.counted.connect(self._counted)
        self.search = SearchField(_("Search name, organization"))
        self.search.setMaximumWidth(px(340))
        self.search.searched.connect(self._searched)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.table = TableView("learners", _("Learners"))
        self.table.show_model(self.model)
        self.table.opened.connect(lambda row: self.context.open("record", member=row.id))
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(12))
        tools.addWidget(self.search, 1)
        tools.addStretch(1)
        lists = QHBoxLayout()
        lists.setContentsMargins(px(20), 0, px(20), 0)
        lists.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(lists, 1)
        return content

    async def refresh(self) -> Empty | None:
        text = self._text
        count = await (self.model.refresh() if text == self._shown else self.model.show(LearnersSource(text)))
        self._shown = text
        if not count and not text:
            return Empty(_("Nobody takes a course of yours yet."), picture="people")
        if not count:
            self.nothing.show_empty(_("Nobody fits."), "people", _("Clear the search"), self.search.clear_now)
        self.views.setCurrentWidget(self.table if count else self.nothing)
        return None

    def _searched(self, text: str) -> None:
        self._text = text
        self.reload()

    def _counted(self, count: int) -> None:
        self.set_title(_(self.title), ngettext("{n} person", "{n} people", count).format(n=f"{count:,}"))
