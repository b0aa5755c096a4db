"""The statistics of a quiz: the spread of its scores, what it measures, and each question with what an author should look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop.i18n import N_, _, ngettext
from desktop.questions.figures import QuestionFigures, QuizFigures, get_figures
from desktop.questions.vocabulary import CONCERNS, TYPES
from desktop.ui.context import Context
from desktop.ui.itemmodels import Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.questions.charts import Histogram, PicksChart
from desktop.ui.theme import Role, px
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.table import TableView


def percent(value: float | None, *, part: bool = False, digits: int = 0) -> str:
    """A percentage; ``part`` where it is one of 1. A dash where it cannot be computed."""
    return "–" if value is None else f"{value * 100 if part else value:.{digits}f} %".replace("-", "−")


def plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def question_name(found: QuestionFigures) -> str:
    return found.question.title or " ".join(found.question.text.plain.split())


def _badge(found: QuestionFigures) -> Badge | None:
    if not found.concerns:
        return None
    return Badge(_(CONCERNS[found.concerns[0]][0]), "bad" if found.concerns[0].value == "negative" else "warn")


type Row = tuple[int, QuestionFigures]

COLUMNS: tuple[Column[Row], ...] = (
    Column("number", N_("No."), lambda row: f"{row[0]}", value=lambda row: row[0], numeric=True, width=56),
    Column("question", N_("Question"), lambda row: question_name(row[1]), second=lambda row: _(TYPES[row[1].question.type_name]),
           width=250),
    Column("concern", N_("Look at"), lambda row: (_badge(row[1]) or Badge("")).text, badge=lambda row: _badge(row[1]), width=150,
           value=lambda row: -len(row[1].concerns)),
    Column("attempts", N_("Attempts"), lambda row: f"{row[1].statistics.attempts:,}", value=lambda row: row[1].statistics.attempts,
           numeric=True, width=92),
    Column("facility", N_("Facility"), lambda row: percent(row[1].statistics.facility, part=True),
           value=lambda row: row[1].statistics.facility, numeric=True, width=88),
    Column("deviation", N_("Deviation"), lambda row: percent(row[1].statistics.deviation, part=True),
           value=lambda row: row[1].statistics.deviation, numeric=True, width=96),
    Column("discrimination", N_("Discrimination"), lambda row: percent(row[1].statistics.discrimination),
           value=lambda row: row[1].statistics.discrimination, numeric=True, width=124),
    Column("efficiency", N_("Efficiency"), lambda row: percent(row[1].statistics.efficiency),
           value=lambda row: row[1].statistics.efficiency, numeric=True, width=100),
    Column("weight", N_("Weight"), lambda row: percent(row[1].statistics.intended_weight, digits=1),
           second=lambda row: percent(row[1].statistics.effective_weight, digits=1) + " " + _("effective"),
           value=lambda row: row[1].statistics.intended_weight, numeric=True, width=128),
    Column("guess", N_("By guessing"), lambda row: percent(row[1].guess, part=True), value=lambda row: row[1].guess, numeric=True,
           width=96),
)  # fmt: skip
FIGURES: tuple[tuple[str, str, Callable[[QuizFigures], str]], ...] = (
    (N_("Attempts"), N_("That are graded."), lambda found: f"{found.statistics.attempts:,}"),
    (N_("Mean"), N_("Of the scores."), lambda found: percent(found.statistics.mean, part=True, digits=1)),
    (N_("Median"), N_("Half of the scores are below it."), lambda found: percent(found.statistics.median, part=True, digits=1)),
    (N_("Deviation"), N_("How far scores are from the mean."), lambda found: percent(found.statistics.deviation, part=True, digits=1)),
    (N_("Skewness"), N_("Below zero: a long tail of low scores."), lambda found: plain(found.statistics.skewness)),
    (N_("Kurtosis"), N_("Above zero: more scores far from the mean than is usual."), lambda found: plain(found.statistics.kurtosis)),
    (
        N_("Consistency"),
        N_("How far the questions measure the same (Cronbach's alpha). 75 % and more is good."),
        lambda found: percent(found.statistics.consistency, digits=1),
    ),
    (N_("Error ratio"), N_("How much of the deviation is chance."), lambda found: percent(found.statistics.error_ratio, digits=1)),
    (
        N_("Standard error"),
        N_("How far a score may be from what the learner knows."),
        lambda found: percent(found.statistics.standard_error, part=True, digits=1),
    ),
)
"""Of the quiz: name, meaning, value."""


class QuizStatisticsPage(Page):
    """``context.open("quiz-statistics", quiz=…, course=None)``."""

    title = N_("Statistics")
    primary: ClassVar[str] = "quiz-statistics.regrade"
    shows: ClassVar[frozenset[str]] = frozenset({"quiz_attempts", "quiz_answers"})

    def __init__(self, context: Context, quiz: UUID, course: UUID | None = None, parent: QWidget | None = None) -> None:
        self.quiz_id, self.course_id = quiz, course
        super().__init__(context, parent)

    def build(self) -> QWidget:
        self.on("quiz-statistics.regrade", self.open_regrade)
        self.histogram = Histogram()
        self.figures: list[Label] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(28))
        grid.setVerticalSpacing(px(10))
        for at, (name, meaning, _value) in enumerate(FIGURES):
            value = Label("–", Role.HEADING)
            caption = Label(_(name), Role.CAPTION, "muted")
            for label in (value, caption):
                label.setToolTip(_(meaning))
            cell = QVBoxLayout()
            cell.setSpacing(0)
            cell.addWidget(value)
            cell.addWidget(caption)
            grid.addLayout(cell, at // 3, at % 3)
            self.figures.append(value)
        top = QHBoxLayout()
        top.setContentsMargins(px(32), px(4), px(32), px(12))
        top.setSpacing(px(40))
        top.addLayout(grid)
        top.addWidget(self.histogram, 1)
        self.model = RowsModel(COLUMNS, lambda row: row[1].id)
        self.table = TableView("quiz-statistics", _("Questions"))
        self.table.show_model(self.model)
        self.table.chosen.connect(lambda row: self.spawn(self.show_question(row)))
        self.table.opened.connect(self._open_question)
        self.detail = ScrolledColumn()
        self.detail.setMinimumWidth(px(280))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 2)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(split, 1)
        return body

    def open_regrade(self) -> None:
        """Regrade the quiz, beginning with the question that is chosen."""
        row = self.model.row(self.table.currentIndex().row())
        question = None if row is None else row[1].id
        self.context.open("quiz-regrade", quiz=self.quiz_id, course=self.course_id, question=question)

    def _open_question(self, row: Row) -> None:
        self.context.open("quiz-editor", quiz=self.quiz_id, course=self.course_id, question=row[1].id)

    async def refresh(self) -> Empty | None:
        found = await self.context.read(get_figures, self.quiz_id)
        self.set_title(_("Statistics of {quiz}").format(quiz=found.title))
        self.header.set_breadcrumb(_("Quiz editor"), lambda: self.context.open("quiz-editor", quiz=self.quiz_id, course=self.course_id))
        if not found.statistics.attempts:
            return Empty(_("Nobody has finished this quiz yet."), picture="report")
        for label, (_name, _meaning, value) in zip(self.figures, FIGURES, strict=True):
            label.setText(value(found))
        self.histogram.show_counts(found.scores, found.passing)
        rows = list(enumerate(found.questions, 1))
        self.model.set_rows(rows)
        current = self.table.currentIndex().row()
        if current < 0 and rows:
            worst = max(range(len(rows)), key=lambda at: (len(rows[at][1].concerns), -at))
            self.table.selectRow(worst)
        else:
            await self.show_question(self.model.row(current))
        return None

    async def show_question(self, row: Row | None) -> None:
        """What to look at in a question, in plain words, and what was picked."""
        column = self.detail.begin()
        if row is not None:
            number, found = row
            column.addWidget(Label(_("Question {number}").format(number=number), Role.LABEL, "muted"))
            column.addWidget(Label(question_name(found), Role.STRONG, wrap=True))
            for words in concern_sentences(found):
                column.addWidget(Label(words, Role.BODY, "warn", wrap=True))
            if not found.concerns:
                column.addWidget(Label(_("Nothing stands out."), Role.BODY, "muted", wrap=True))
            if found.picks:
                chart = PicksChart()
                column.addSpacing(px(8))
                column.addWidget(Label(_("What was picked, and what who picked it earned besides"), Role.CAPTION, "muted", wrap=True))
                column.addWidget(chart)
                rows = [
                    (found.options[pick.option], pick.correct, pick.count, "" if pick.mean_rest is None else f"{pick.mean_rest:.1f}")
                    for pick in found.picks
                ]
                chart.show_picks(rows, found.statistics.attempts)
        column.addStretch(1)
        await self.detail.show_column()


def concern_sentences(found: QuestionFigures) -> Sequence[str]:
    """What an author should look at, in plain words."""
    return [_(CONCERNS[concern][1]) for concern in found.concerns]


def summary(found: QuestionFigures) -> str:
    """A question's figures on a line, for its editor."""
    many = ngettext("{n} attempt", "{n} attempts", found.statistics.attempts).format(n=f"{found.statistics.attempts:,}")
    return _("{attempts} · facility {facility} · discrimination {discrimination}").format(
        attempts=many, facility=percent(found.statistics.facility, part=True), discrimination=percent(found.statistics.discrimination)
    )
