"""Texts of an assignment that have passages in common, each pair side by side. A hint of where to look, never a verdict."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTextEdit, QVBoxLayout, QWidget

from desktop.grading.queries import ASSIGNMENT
from desktop.grading.similarity import Span, passages
from desktop.grading.texts import Likeness, Text, compare_texts
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.grading.grader import who
from desktop.ui.itemmodels import Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px, theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.table import TableView


def _name(text: Text) -> str:
    return who(text.name, text.key)


def _share(row: Likeness) -> str:
    return _("{n} %").format(n=round(row.share * 100))


COLUMNS: tuple[Column[Likeness], ...] = (
    Column("left", N_("Learner"), lambda row: _name(row.left), stretch=True, width=240),
    Column("right", N_("And"), lambda row: _name(row.right), width=240),
    Column("share", N_("In common"), _share, value=lambda row: row.share, numeric=True, width=110),
)


class Side(QWidget):
    """One of two texts, with what the other has too marked in it."""

    def __init__(self) -> None:
        super().__init__()
        self.name = Label("", Role.HEADING)
        self.open_button = Button(_("Open"), "quiet", "external")
        self.words = QTextEdit()
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(8), px(20), px(12))
        column.addLayout(row)
        column.addWidget(self.words, 1)

    def show_text(self, text: Text, spans: list[Span]) -> None:
        self.name.setText(_name(text))
        self.open_button.setAccessibleName(_("Open the work of {name}").format(name=_name(text)))
        self.words.setAccessibleName(_("Text of {name}").format(name=_name(text)))
        self.words.setPlainText(text.text)
        marked = QTextCharFormat()
        marked.setBackground(theme().colour("warn_soft"))
        marked.setForeground(theme().colour("text"))
        marked.setFontUnderline(True)  # not by colour alone
        cursor = QTextCursor(self.words.document())
        for span in spans:
            cursor.setPosition(_units(text.text, span.start))
            cursor.setPosition(_units(text.text, span.end), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(marked)
        if spans:
            cursor.setPosition(_units(text.text, spans[0].start))
            self.words.setTextCursor(cursor)
            self.words.ensureCursorVisible()


def _units(text: str, at: int) -> int:
    """Qt counts UTF-16 units, Python characters."""
    return len(text[:at].encode("utf-16-le")) // 2


class SimilarityPage(Page):
    """``context.open("similarity", task=…, course=…, title=…)``; ``kind`` is an assignment, or the essays of a quiz."""

    title = N_("Similarity")
    shows: ClassVar[frozenset[str]] = frozenset({"assignment_submissions"})

    def __init__(
        self, context: Context, task: UUID, course: UUID, title: str = "", kind: str = ASSIGNMENT, parent: QWidget | None = None
    ) -> None:
        self.task_id, self.course_id, self._name, self.kind = task, course, title, kind
        self.pair: Likeness | None = None
        super().__init__(context, parent)

    def build(self) -> QWidget:
        self.model = RowsModel(COLUMNS, lambda row: (row.left.key, row.right.key))
        self.table = TableView("similarity", _("Pairs of texts"))
        self.table.show_model(self.model)
        self.table.chosen.connect(self.show_pair)
        self.sides = (Side(), Side())
        for at, side in enumerate(self.sides):
            side.open_button.clicked.connect(lambda _checked, at=at: self.open_work(at))
        beside = QSplitter(Qt.Orientation.Horizontal)
        for side in self.sides:
            beside.addWidget(side)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        pairs = QWidget()
        around = QHBoxLayout(pairs)
        around.setContentsMargins(px(20), 0, px(20), 0)
        around.addWidget(self.table)
        split.addWidget(pairs)
        split.addWidget(beside)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        self.header.set_breadcrumb(
            _("Grading"),
            lambda: self.context.open("grader", task=self.task_id, kind=self.kind, course=self.course_id, title=self._name),
        )
        return split

    async def refresh(self) -> Empty | None:
        store: Any = self.context.store
        rows = await self.context.job(_("Comparing texts"), compare_texts, store, self.task_id, self.kind)
        self.model.set_rows(rows)
        words = ngettext(
            "{n} pair is alike; what that means is yours to say.", "{n} pairs are alike; what that means is yours to say.", len(rows)
        )
        self.set_title(self._name or _("Similarity"), words.format(n=f"{len(rows):,}"))
        if not rows:
            return Empty(_("No two texts have a longer passage in common."), picture="assignment")
        kept = self.pair is not None and any((row.left, row.right) == (self.pair.left, self.pair.right) for row in rows)
        if not kept:
            self.table.selectRow(0)
            self.show_pair(self.model.row(0))
        return None

    def show_pair(self, row: Likeness | None) -> None:
        """Both texts, with what they have in common marked."""
        if row is None:
            return
        self.pair = row
        found = passages(row.left.text, row.right.text)
        self.sides[0].show_text(row.left, [one.left for one in found])
        self.sides[1].show_text(row.right, [one.right for one in found])

    def open_work(self, side: int) -> None:
        """To one of the two in the grader."""
        if self.pair is not None:
            key = (self.pair.left, self.pair.right)[side].key
            self.context.open(
                "grader", task=self.task_id, kind=self.kind, course=self.course_id, title=self._name, work=key.id, question=key.question
            )
