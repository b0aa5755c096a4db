"""Quizzes and question banks: the association's banks, and all of the courses that one teaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.errors import ServerAway
from desktop.i18n import N_, _
from desktop.questions.banks import BankRow, list_banks_and_quizzes, list_own_courses
from desktop.questions.drafting import make_bank, make_quiz
from desktop.sync.exchange import exchange
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.itemmodels import Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.widgets.table import TableView

REMEMBERED = "question-banks"

BANK, QUIZ = "bank", "quiz"
KINDS = {BANK: N_("Question bank"), QUIZ: N_("Quiz of a course, in no lesson")}


def _kind(row: BankRow) -> str:
    if row.is_bank:
        return _("Bank")
    return _("Quiz of “{lesson}”").format(lesson=row.lesson) if row.lesson else _("Quiz of the course")


COLUMNS: tuple[Column[BankRow], ...] = (
    Column("title", N_("Title"), lambda row: row.title, second=_kind, stretch=True),
    Column("course", N_("Belongs to"), lambda row: row.course or _("The association"), width=280),
    Column("questions", N_("Questions"), lambda row: f"{row.questions:,}", value=lambda row: row.questions, numeric=True, width=110),
    Column("tags", N_("Tags"), lambda row: ", ".join(row.tags), width=280),
)


async def known_banks(context: Context) -> tuple[BankRow, ...]:
    """The banks one may draw from; without the server, as they were when it was last asked."""
    return tuple(row for row in await known_quizzes(context) if row.is_bank)


async def known_quizzes(context: Context) -> tuple[BankRow, ...]:
    """Banks and quizzes; without the server, as they were when it was last asked."""
    here = context.replica
    try:
        banks = await context.read(list_banks_and_quizzes)
    except ServerAway:
        if here is None:
            raise
        return tuple(map(_recalled, await context.tasks.run(here.recall, REMEMBERED) or ()))
    if here is not None:
        await context.tasks.run(here.remember, REMEMBERED, list(map(_remembered, banks)))
    return banks


def _remembered(bank: BankRow) -> dict[str, Any]:
    return asdict(bank) | {"id": str(bank.id), "course_id": None if bank.course_id is None else str(bank.course_id)}


def _recalled(entry: dict[str, Any]) -> BankRow:
    course = entry["course_id"]
    return BankRow(**entry | {"id": UUID(entry["id"]), "course_id": course and UUID(course), "tags": tuple(entry["tags"])})


class BanksPage(Page):
    """``context.open("banks")``."""

    title = N_("Quizzes and banks")
    subtitle = N_("Questions of your courses, and the banks that quizzes share and draw from")
    primary: ClassVar[str] = "bank.add"
    shows: ClassVar[frozenset[str]] = frozenset({"quizzes", "quiz_questions", "quiz_draws"})

    def build(self) -> QWidget:
        self.on("bank.add", self.ask_bank)
        self.model = RowsModel(COLUMNS, lambda row: row.id)
        self.table = TableView("banks", _("Quizzes and banks"))
        self.table.show_model(self.model)
        self.table.opened.connect(self.open_bank)
        return self.table

    async def refresh(self) -> Empty | None:
        rows = await known_quizzes(self.context)
        self.model.set_rows(rows)
        return None if rows else Empty(_("There are no quizzes and no question banks yet."), _("New quiz or bank"), action="bank.add")

    def open_bank(self, row: BankRow) -> None:
        self.context.open("quiz-editor", quiz=row.id, course=row.course_id)

    async def ask_bank(self) -> None:
        courses = await self.context.read(list_own_courses)
        shared = "administrator" in self.context.identity.roles
        NewBankDialog(courses, shared, lambda kind, title, course: self.spawn(self.add_bank(kind, title, course)), self).open()

    async def add_bank(self, kind: str, title: str, course: UUID | None) -> None:
        """Make a quiz of a course, or a bank of a course or of the association, and open it."""
        here, bank = self.context.here, uuid4()
        scope = course or bank
        if scope not in {one.scope for one in await self.context.tasks.run(here.list_checked_out)}:
            await self.context.tasks.run(here.check_out, scope)
            if course is not None:
                await self.context.tasks.run(exchange, here, cast("Any", self.context.store), course)
        if kind == QUIZ:
            bank = await self.context.edit(scope, _("New quiz"), make_quiz, course, None, title)
        else:
            await self.context.edit(scope, _("New question bank"), make_bank, course, bank, title)
        self.context.open("quiz-editor", quiz=bank, course=course)


class NewBankDialog(FormDialog):
    def __init__(
        self, courses: Sequence[tuple[UUID, str]], shared: bool, done: Callable[[str, str, UUID | None], object], parent: QWidget
    ) -> None:
        super().__init__(_("New quiz or bank"), _("Make it"), parent)
        self._done = done
        self.name = self.field(_("Title"), QLineEdit())
        self.kind = self.field(_("What it is"), QComboBox())
        for kind, words in KINDS.items():
            self.kind.addItem(_(words), kind)
        self.owner = self.field(_("Belongs to"), QComboBox())
        if shared:
            self.owner.addItem(_("The association"), "")
        for course, title in courses:
            self.owner.addItem(title, str(course))
        self.button.setEnabled(self.owner.count() > 0)
        self.name.setFocus()

    def give(self) -> None:
        title = " ".join(self.name.text().split())
        kind: str = self.kind.currentData()
        owner: str = self.owner.currentData()
        if not title:
            self.complain(_("It needs a title."), self.name)
        elif kind == QUIZ and not owner:
            self.complain(_("A quiz belongs to a course."), self.owner)
        else:
            self.accept()
            self._done(kind, title, UUID(owner) if owner else None)
