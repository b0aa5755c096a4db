"""The learners of an assignment: who has other dates or more attempts, what they handed in, and how far peer review is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.fields import Field, Kind
from desktop.errors import NotFound
from desktop.grading.bulk import Applied, comment_many, zero_missing
from desktop.grading.commands import extend_assignment
from desktop.grading.learners import (
    LearnerKey,
    LearnerRow,
    Terms,
    count_assignment_learners,
    get_terms,
    list_assignment_learner_keys,
    page_assignment_learners,
)
from desktop.grading.peer_reviews import assign_peer_reviews
from desktop.grading.queries import ASSIGNMENT
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.courses.editor_form import EDITORS, Editor
from desktop.ui.dates import moment_text
from desktop.ui.grading.bulk import CommentDialog, MissingDialog, say
from desktop.ui.grading.what_if import LateRuleDialog
from desktop.ui.grading.what_if_rubric import RubricDialog
from desktop.ui.grading.words import late_text
from desktop.ui.itemmodels import ROW_ROLE, Badge, Column, KeysetSource, VirtualModel
from desktop.ui.page import Empty, Page
from desktop.ui.questions.fields import number_text
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import SearchField
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView


def _dates(row: LearnerRow) -> str:
    parts = []
    if row.due is not None:
        parts.append(_("due {moment}").format(moment=moment_text(row.due)))
    if row.until is not None:
        parts.append(_("until {moment}").format(moment=moment_text(row.until)))
    if row.extra:
        parts.append(ngettext("{n} attempt more", "{n} attempts more", row.extra).format(n=row.extra))
    return ", ".join(parts)


def _late(row: LearnerRow) -> Badge | None:
    words = late_text(row.late_seconds)
    return Badge(words, "warn") if words else None


COLUMNS: tuple[Column[LearnerRow], ...] = (
    Column("name", N_("Name"), lambda row: row.name, person=lambda row: row.name, width=220, stretch=True, sortable=False),
    Column("extension", N_("Extension"), _dates, second=lambda row: row.reason, tooltip=_dates, width=280, sortable=False),
    Column(
        "handed",
        N_("Handed in"),
        lambda row: moment_text(row.last_at) if row.last_at is not None else "",
        second=lambda row: ngettext("{n} time", "{n} times", row.handed).format(n=row.handed) if row.handed > 1 else "",
        width=190,
        sortable=False,
    ),
    Column("late", N_("Late"), lambda _row: "", badge=_late, width=130, sortable=False),
)
PEER_COLUMNS: tuple[Column[LearnerRow], ...] = (
    *COLUMNS,
    Column(
        "written",
        N_("Reviews written"),
        lambda row: _("{n} of {all}").format(n=row.written, all=row.dealt) if row.dealt else "",
        numeric=True,
        width=130,
        sortable=False,
    ),
    Column("received", N_("Reviews got"), lambda row: f"{row.received:,}" if row.handed else "", numeric=True, width=110, sortable=False),
    Column(
        "average",
        N_("Average by peers"),
        lambda row: number_text(row.average) if row.average is not None else "",
        numeric=True,
        width=130,
        sortable=False,
    ),
)


class LearnersSource(KeysetSource[LearnerRow, LearnerKey]):
    """The learners of an assignment that fit one search."""

    def __init__(self, assignment: UUID, text: str) -> None:
        super().__init__(
            lambda session: count_assignment_learners(session, assignment, text),
            lambda session, size: list_assignment_learner_keys(session, assignment, text, size),
            lambda session, after, limit: page_assignment_learners(session, assignment, text, after, limit),
        )


class AssignmentLearnersPage(Page):
    """``context.open("assignment-learners", assignment=…)``."""

    shows: ClassVar[frozenset[str]] = frozenset({"assignment_submissions", "assignment_reviews", "assignments"})
    primary = "assignment-learners.extend"
    secondary = ("assignment-learners.comment",)

    def __init__(self, context: Context, assignment: UUID, parent: QWidget | None = None) -> None:
        self.assignment_id = assignment
        self.terms: Terms | None = None
        self._text = ""
        self._shown: tuple[str, bool] | None = None
        super().__init__(context, parent)

    def build(self) -> QWidget:
        self.search = SearchField(_("Search name"))
        self.search.setMaximumWidth(px(340))
        self.search.searched.connect(self._searched)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.table = TableView("assignment-learners", _("Learners"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.opened.connect(lambda _row: self.extend())
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
        self.on("assignment-learners.extend", self.extend)
        self.on("assignment-learners.deal", self.deal)
        self.on("assignment-learners.comment", self.comment)
        self.on("assignment-learners.missing", self.ask_missing)
        self.on("assignment-learners.what-if", self.ask_what_if)
        self.on("assignment-learners.what-if-rubric", self.ask_what_if_rubric)
        menu = QMenu(self)
        for words, action in (
            (_("Assign peer reviews"), "assignment-learners.deal"),
            (_("Zero for missing…"), "assignment-learners.missing"),
            (_("What if the late rule changes…"), "assignment-learners.what-if"),
            (_("What if the rubric changes…"), "assignment-learners.what-if-rubric"),
        ):
            menu.addAction(words, partial(self.context.actions.run, action))
        self.more_button = Button(_("More"), "quiet", "more")
        self.more_button.setMenu(menu)
        self.header.trailing.addWidget(self.more_button)
        return content

    async def refresh(self) -> Empty | None:
        self.terms = await self.context.read(get_terms, self.assignment_id)
        if self.terms is None:
            raise NotFound(_("This assignment is no longer there. Somebody may have deleted it."))
        terms = self.terms
        self.header.set_breadcrumb(
            _("Grading"), lambda: self.context.open("grader", task=terms.id, kind=ASSIGNMENT, course=terms.course_id, title=terms.title)
        )
        now = (self._text, self.terms.peer_review)
        if self._shown is None or self._shown[1] is not self.terms.peer_review:
            columns = PEER_COLUMNS if self.terms.peer_review else COLUMNS
            self.model = VirtualModel[LearnerRow](self.context, columns, key=lambda row: row.enrollment)
            self.model.setParent(self)
            self.table.show_model(self.model)
            self._shown = None
        count = await (self.model.refresh() if now == self._shown else self.model.show(LearnersSource(self.assignment_id, self._text)))
        self._shown = now
        self.set_title(self.terms.title, ngettext("{n} learner", "{n} learners", count).format(n=f"{count:,}"))
        if not count and not self._text:
            return Empty(_("Nobody takes this course yet."), picture="people")
        if not count:
            self.nothing.show_empty(_("Nobody fits."), "people", _("Clear the search"), self.search.clear_now)
        self.views.setCurrentWidget(self.table if count else self.nothing)
        return None

    @property
    def chosen(self) -> list[LearnerRow]:
        rows = (index.data(ROW_ROLE) for index in self.table.selectionModel().selectedRows())
        return [row for row in rows if row is not None]

    def extend(self) -> None:
        """Other dates or more attempts for who is chosen."""
        rows = self.chosen
        if not rows:
            self.context.notices.info(_("Choose the learners first."))
        elif self.terms is not None:
            ExtendDialog(self.terms, rows, lambda *given: self.spawn(self._extend(rows, *given)), self).open()

    async def _extend(self, rows: Sequence[LearnerRow], due: datetime | None, until: datetime | None, extra: int, reason: str) -> None:
        changed = await self.context.write(
            extend_assignment, self.assignment_id, [row.enrollment for row in rows], due, until, extra, reason
        )
        if changed:
            words = ngettext("One submission is less or more late by it.", "{n} submissions are less or more late by it.", changed)
            self.context.notices.done(words.format(n=changed))

    def comment(self) -> None:
        """The same words for all who are chosen."""
        works = [(row.submission, row.name) for row in self.chosen if row.submission is not None]
        if not works:
            self.context.notices.info(_("Choose learners who have handed in first."))
        else:
            CommentDialog([name for _work, name in works], lambda words: self.spawn(self._comment(works, words)), self).open()

    async def _comment(self, works: Sequence[tuple[UUID, str]], words: str) -> None:
        store: Any = self.context.store
        applied: Applied = await self.context.job(_("Adding comments"), comment_many, store, works, words)
        say(self.context, applied)

    def ask_missing(self) -> None:
        """A grade for who has handed in nothing."""
        MissingDialog(lambda percentage: self.spawn(self._grade_missing(percentage)), self).open()

    async def _grade_missing(self, percentage: Decimal) -> None:
        made = await self.context.write(zero_missing, self.assignment_id, percentage)
        if made:
            words = ngettext(
                "{n} learner who handed in nothing has a grade now.", "{n} learners who handed in nothing have a grade now.", made
            )
            self.context.notices.done(words.format(n=f"{made:,}"))
        else:
            self.context.notices.info(_("Nobody is missing: whoever has handed in nothing still may, or has a grade."))

    async def ask_what_if(self) -> None:
        """Look at another late rule before it is anybody's."""
        await LateRuleDialog(self.context, self.assignment_id, self).begin()

    async def ask_what_if_rubric(self) -> None:
        """Look at what the rubric's criteria and levels could be worth."""
        await RubricDialog(self.context, self.assignment_id, self).begin()

    async def deal(self) -> None:
        """Deal what was handed in to the others to review."""
        made = await self.context.write(assign_peer_reviews, self.assignment_id)
        if made:
            self.context.notices.done(ngettext("{n} review was assigned.", "{n} reviews were assigned.", made).format(n=f"{made:,}"))
        else:
            self.context.notices.info(_("Nobody new has handed in: everybody has their reviews already."))

    def _searched(self, text: str) -> None:
        self._text = text
        self.reload()


class ExtendDialog(Dialog):
    """``done(due, until, extra, reason)``; all of them nothing takes an extension back."""

    def __init__(
        self,
        terms: Terms,
        rows: Sequence[LearnerRow],
        done: Callable[[datetime | None, datetime | None, int, str], object],
        parent: QWidget,
    ) -> None:
        names = ", ".join(row.name for row in rows[:3])
        if len(rows) > 3:
            names = _("{names} and {n} more").format(names=names, n=len(rows) - 3)
        super().__init__(_("Extension"), names, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._done = done
        fields = (
            Field("due", N_("Due"), Kind.MOMENT, N_("Instead of the assignment's date. It may be handed in until then, too.")),
            Field("until", N_("No later than"), Kind.MOMENT, N_("Late work is taken until then.")),
            Field("extra", N_("Attempts more"), Kind.NUMBER, most=100),
            Field("reason", N_("Reason"), Kind.LINE, N_("Only who teaches the course sees it."), most=1000),
        )
        only = rows[0] if len(rows) == 1 else None
        start: dict[str, object] = {"due": terms.due, "until": None, "extra": 0, "reason": ""}
        if only is not None and only.extended:
            start = {"due": only.due, "until": only.until, "extra": only.extra, "reason": only.reason}
        self.editors: dict[str, Editor] = {}
        self.rows: dict[str, FormRow] = {}
        for field in fields:
            editor = self.editors[field.column] = EDITORS[field.kind](field)
            with QSignalBlocker(editor):
                editor.show_value(start[field.column])
            self.rows[field.column] = FormRow(_(field.name), editor, hint=_(field.help) if field.help else "")
            self.body.addWidget(self.rows[field.column])
        self.add_button(_("Cancel"), "quiet", self.reject)
        if any(row.extended for row in rows):
            self.take_back = self.add_button(_("Take back"), "quiet", self._take_back)
        self.add_button(_("Extend"), "primary", self._give)

    def _give(self) -> None:
        try:
            extra = self.editors["extra"].value() or 0
        except ValueError as error:
            self.rows["extra"].set_problem(str(error))
            return
        due, until = self.editors["due"].value(), self.editors["until"].value()
        if due is not None and until is not None and until < due:
            self.rows["until"].set_problem(_("This is before it is due."))
            return
        self.accept()
        self._done(due, until, extra, self.editors["reason"].value() or "")

    def _take_back(self) -> None:
        self.accept()
        self._done(None, None, 0, "")
