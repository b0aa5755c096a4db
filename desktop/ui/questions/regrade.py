"""Regrading a quiz: choose what is to be graded otherwise, see whose score, pass or certificate would change, and only then do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.i18n import N_, _, ngettext
from desktop.questions.asked import AskedRow, get_asked
from desktop.questions.model import ONE, flaws
from desktop.questions.regrade import (
    Credit,
    QuestionChange,
    Regrade,
    RegradedAttempt,
    RegradePreview,
    apply_regrade,
    list_regrades,
    preview_regrade,
)
from desktop.questions.vocabulary import TYPES
from desktop.ui.context import Context
from desktop.ui.dates import moment_text
from desktop.ui.itemmodels import Badge, Column
from desktop.ui.itemmodels.rows import RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.questions.bodies import FORMS, BodyForm
from desktop.ui.questions.fields import NumberField, number_text, order_tabs
from desktop.ui.questions.form import MOST_POINTS
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView

MOST_SHOWN = 1000
"""Attempts that change are listed up to here, the gravest first; the figures are of all."""
WAYS = {
    "": (N_("As it was"), N_("Attempts keep what they earned.")),
    "now": (N_("As it stands now"), N_("Attempts that were given an earlier version are graded by the question as it is now.")),
    "key": (
        N_("By another key"),
        N_("The key, the rule and the points that you set here become the question's own, also for attempts to come."),
    ),
    Credit.EVERYONE.value: (N_("All points for everyone"), N_("Who was asked gets all points, whatever the answer was.")),
    Credit.VOID.value: (N_("It counts for nothing"), N_("Neither its points nor its maximum count for who was asked.")),
}
"""What can be done with a question: its name and what it means."""


class QuestionsModel(RowsModel[AskedRow]):
    """Questions, and of each how it would be graded."""

    def __init__(self, way_of: Callable[[UUID], str]) -> None:
        def badge(row: AskedRow) -> Badge | None:
            way = way_of(row.id)
            return Badge(_(WAYS[way][0]), "accent") if way else None

        super().__init__(
            (
                Column[AskedRow](
                    "question",
                    N_("Question"),
                    lambda row: row.question.title or " ".join(row.question.text.plain.split()),
                    second=lambda row: _("{type} · {n} attempts").format(type=_(TYPES[row.question.type_name]), n=f"{row.attempts:,}"),
                    stretch=True,
                    sortable=False,
                ),
                Column[AskedRow]("way", N_("Graded"), lambda row: _(WAYS[way_of(row.id)][0]), badge=badge, width=190, sortable=False),
            ),
            lambda row: row.id,
        )


def _score(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _verdict(row: RegradedAttempt) -> Badge | None:
    if row.passed_before and row.passed_after is False:
        return Badge(_("No longer passes"), "bad")
    if not row.passed_before and row.passed_after:
        return Badge(_("Passes now"), "good")
    return None


CHANGES: tuple[Column[RegradedAttempt], ...] = (
    Column("member", N_("Member"), lambda row: row.member_name, person=lambda row: row.member_name, width=220, stretch=True),
    Column("attempt", N_("Attempt"), lambda row: f"{row.attempt_number}", value=lambda row: row.attempt_number, numeric=True, width=84),
    Column("points", N_("Points"), lambda row: f"{number_text(row.points_before)} → {number_text(row.points_after)}",
           value=lambda row: row.points_after - row.points_before, numeric=True, width=110),
    Column("score", N_("Score"), lambda row: f"{_score(row.score_before)} → {_score(row.score_after)}",
           value=lambda row: (row.score_after or 0) - (row.score_before or 0), numeric=True, width=150),
    Column("passed", N_("Pass"), lambda row: (_verdict(row) or Badge("")).text, badge=_verdict, width=150),
    Column("certificate", N_("Certificate at risk"), lambda row: row.certificate_at_risk or "", width=180),
)  # fmt: skip


class RegradePage(Page):
    """``context.open("quiz-regrade", quiz=…, course=None, question=None)``."""

    title = N_("Regrade")
    shows: ClassVar[frozenset[str]] = frozenset()  # what is being chosen here stays until it is done

    def __init__(
        self, context: Context, quiz: UUID, course: UUID | None = None, question: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        self.quiz_id, self.course_id = quiz, course
        self._wanted = question
        self._changes: dict[UUID, QuestionChange] = {}
        self._ways: dict[UUID, str] = {}
        self._shown: AskedRow | None = None
        self.preview: RegradePreview | None = None
        super().__init__(context, parent)

    # Making

    def build(self) -> QWidget:
        self.on("quiz-regrade.preview", self.look)
        self.on("quiz-regrade.apply", self.ask_apply)
        self.questions = QuestionsModel(lambda question: self._ways.get(question, ""))
        self.list = TableView("regrade-questions", _("Questions"))
        self.list.show_model(self.questions)
        self.list.chosen.connect(self._choose)
        self.passing = NumberField(_("To pass, in percent"), least=Decimal(0), most=Decimal(100), none=True)
        self.passing.changed.connect(self._changed)
        self.hidden = Label("", Role.CAPTION, "muted", wrap=True)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(px(32), px(4), px(8), px(8))
        column.addWidget(self.list, 1)
        column.addWidget(self.hidden)
        column.addWidget(FormRow(_("To pass, in percent"), self.passing, hint=_("Empty: as it is.")))
        top = QSplitter(Qt.Orientation.Horizontal)
        top.setChildrenCollapsible(False)
        top.addWidget(left)
        top.addWidget(self._make_form())
        top.setStretchFactor(0, 3)
        top.setStretchFactor(1, 4)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(top)
        split.addWidget(self._make_result())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        return split

    def _make_form(self) -> QWidget:
        self.way_box = QComboBox()
        for way, (name, _meaning) in WAYS.items():
            self.way_box.addItem(_(name), way)
        self.way_box.setAccessibleName(_("How it is graded"))
        self.way_box.activated.connect(lambda _index: self._way_chosen())
        self.meaning = Label("", Role.CAPTION, "muted", wrap=True)
        self.points = NumberField(_("Points"), least=Decimal(0), most=MOST_POINTS)
        self.points.changed.connect(self._key_changed)
        self.points_row = FormRow(_("Points"), self.points)
        self.flaws = Label("", Role.CAPTION, "warn", wrap=True)
        self.bodies: dict[str, BodyForm] = {}
        body = QWidget()
        self._form_column = QVBoxLayout(body)
        self._form_column.setContentsMargins(px(16), px(8), px(32), px(8))
        self._form_column.setSpacing(px(12))
        self.words = Label("", Role.STRONG, wrap=True)
        for widget in (self.words, FormRow(_("How it is graded"), self.way_box), self.meaning, self.flaws, self.points_row):
            self._form_column.addWidget(widget)
        self._form_column.addStretch(1)
        self.form = QScrollArea()
        self.form.setWidgetResizable(True)
        self.form.setFrameShape(QFrame.Shape.NoFrame)
        self.form.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.form.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.form.setWidget(body)
        return self.form

    def _make_result(self) -> QWidget:
        self.look_button = Button(_("See what would change"), "primary")
        self.look_button.clicked.connect(lambda: self.spawn(self.look()))
        self.apply_button = Button(_("Apply…"), "quiet")
        self.apply_button.clicked.connect(self.ask_apply)
        self.summary = Label("", Role.BODY, "text", wrap=True)
        bar = QHBoxLayout()
        bar.addWidget(self.summary, 1)
        bar.addWidget(self.look_button)
        bar.addWidget(self.apply_button)
        self.changes = RowsModel(CHANGES, lambda row: row.attempt_id)
        self.table = TableView("regrade-attempts", _("Attempts that would change"))
        self.table.show_model(self.changes)
        self.history = Label("", Role.CAPTION, "muted", wrap=True)
        self.result = QStackedWidget()
        self.result.addWidget(self.history)
        self.result.addWidget(self.table)
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(px(32), px(8), px(32), px(12))
        column.addLayout(bar)
        column.addWidget(self.result, 1)
        return panel

    # Showing

    async def refresh(self) -> Empty | None:
        asked = await self.context.read(get_asked, self.quiz_id)
        self.set_title(_("Regrade {quiz}").format(quiz=asked.title))
        self.header.set_breadcrumb(_("Quiz editor"), lambda: self.context.open("quiz-editor", quiz=self.quiz_id, course=self.course_id))
        if not asked.questions and not asked.hidden:
            return Empty(_("There are no graded attempts to regrade."), picture="report")
        self.hidden.setText(
            ngettext(
                "One question comes from a bank of the association; an administrator can regrade it.",
                "{n} questions come from banks of the association; an administrator can regrade them.",
                asked.hidden,
            ).format(n=asked.hidden)
        )
        self.hidden.setVisible(asked.hidden > 0)
        self.passing.setPlaceholderText(f"{asked.passing:g}")
        self.questions.set_rows(asked.questions)
        done = await self.context.read(list_regrades, self.quiz_id)
        lines = [
            ngettext("{when}, {by}: {n} attempt. {reason}", "{when}, {by}: {n} attempts. {reason}", row.attempts).format(
                when=moment_text(row.regraded_at), by=row.by or "–", n=f"{row.attempts:,}", reason=row.reason
            )
            for row in done
        ]
        self.history.setText("\n".join([_("Regraded before:"), *lines]) if lines else "")
        row = next((at for at, one in enumerate(asked.questions) if one.id == self._wanted), 0)
        self.list.selectRow(row)
        self._forget()
        return None

    def _choose(self, row: AskedRow | None) -> None:
        self._shown = row
        if row is None:
            return
        self.words.setText(row.question.text.plain)
        way = self._ways.get(row.id, "")
        self.way_box.setCurrentIndex(self.way_box.findData(way))
        self._show_way(row, way)

    def _show_way(self, row: AskedRow, way: str) -> None:
        self.meaning.setText(_(WAYS[way][1]))
        self.flaws.hide()
        keyed = way == "key"
        self.points_row.setVisible(keyed)
        for body in self.bodies.values():
            body.hide()
        if not keyed:
            return
        kind = row.question.type_name
        if kind not in self.bodies:
            form = self.bodies[kind] = FORMS[kind](kind, None)
            form.changed.connect(self._key_changed)
            form.shaped.connect(lambda: order_tabs(self.form.widget()))
            self._form_column.insertWidget(self._form_column.count() - 1, form)
        change = self._changes.get(row.id)
        shown = change.question if change is not None and change.question is not None else row.question
        self.points.show_value(shown.points)
        self.bodies[kind].show_body(shown.body)
        self.bodies[kind].show()

    # Choosing

    def _way_chosen(self) -> None:
        row = self._shown
        if row is None:
            return
        way: str = self.way_box.currentData()
        self._ways[row.id] = way
        match way:
            case "":
                del self._ways[row.id]
                self._changes.pop(row.id, None)
            case "now":
                self._changes[row.id] = QuestionChange(row.id)
            case "key":
                self._changes[row.id] = QuestionChange(row.id, question=row.question)
            case _:
                self._changes[row.id] = QuestionChange(row.id, credit=Credit(way))
        self._show_way(row, way)
        self._changed()

    def _key_changed(self) -> None:
        row = self._shown
        if row is None or self._ways.get(row.id) != "key":
            return
        points = ONE if self.points.value is None else self.points.value
        question = replace(row.question, body=self.bodies[row.question.type_name].body(), points=points)
        self._changes[row.id] = QuestionChange(row.id, question=question)
        self.flaws.setText(" ".join(flaws(question)))
        self.flaws.setVisible(bool(self.flaws.text()))
        self._changed()

    def _changed(self) -> None:
        """Another choice: what was shown is not what would be done."""
        self._forget()
        self.questions.set_rows(self.questions.rows)
        self.list.viewport().update()

    def _forget(self) -> None:
        self.preview = None
        self.result.setCurrentWidget(self.history)
        self.apply_button.setEnabled(False)
        chosen = bool(self._changes) or self.passing.value is not None
        sound = not any(change.question is not None and flaws(change.question) for change in self._changes.values())
        self.look_button.setEnabled(chosen and sound)
        self.summary.setText(_("Nothing is written before you apply it.") if chosen else _("Choose what is to be graded otherwise."))

    @property
    def regrade(self) -> Regrade:
        return Regrade(self.quiz_id, tuple(self._changes.values()), self.passing.value)

    # Doing

    async def look(self) -> None:
        """Show what would change; nothing is written."""
        if not self.look_button.isEnabled():
            return
        regrade = self.regrade
        found = await self.context.read(preview_regrade, regrade, MOST_SHOWN)
        if regrade != self.regrade:
            return  # chosen otherwise meanwhile
        self.preview = found
        self.summary.setText(summary(found))
        self.changes.set_rows(found.attempts)
        self.result.setCurrentWidget(self.table)
        self.apply_button.setEnabled(bool(found.changed))

    def ask_apply(self) -> None:
        """Ask for the reason, then do what was shown."""
        if self.preview is not None and self.apply_button.isEnabled():
            ApplyDialog(summary(self.preview), lambda reason: self.spawn(self.apply(reason)), self).open()

    async def apply(self, reason: str) -> None:
        """Do what was shown. Where attempts have changed since, it is refused, and must be looked at again."""
        assert self.preview is not None
        changed = self.preview.changed
        await self.context.write(apply_regrade, self.preview, reason)
        self._changes.clear()
        self._ways.clear()
        self.passing.show_value(None)
        self.passing.clear()
        self.context.notices.done(ngettext("{n} attempt was regraded.", "{n} attempts were regraded.", changed).format(n=f"{changed:,}"))
        self.reload()


class ApplyDialog(Dialog):
    """The last look, and why; the reason is kept with the regrade."""

    def __init__(self, text: str, done: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(_("Apply the regrade"), text, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._done = done
        self.reason = QLineEdit()
        self.reason.setAccessibleName(_("Reason"))
        self.body.addWidget(FormRow(_("Reason"), self.reason, hint=_("It is kept, with your name, in the record of what was changed.")))
        self.add_button(_("Cancel"), "quiet", self.reject)
        button = self.add_button(_("Apply"), "primary", self._apply)
        button.setEnabled(False)
        self.reason.textChanged.connect(lambda words: button.setEnabled(bool(words.strip())))
        self.reason.setFocus()

    def _apply(self) -> None:
        reason = self.reason.text().strip()
        self.accept()
        self._done(reason)


def summary(found: RegradePreview) -> str:
    """What would come of it, in a sentence or three."""
    if not found.changed:
        return _("No score would change.")
    words = [
        _("{changed} of {graded} attempts would change: {raised} up, {lowered} down.").format(
            changed=f"{found.changed:,}", graded=f"{found.graded:,}", raised=f"{found.raised:,}", lowered=f"{found.lowered:,}"
        )
    ]
    if found.now_pass:
        words.append(ngettext("{n} would pass now.", "{n} would pass now.", found.now_pass).format(n=f"{found.now_pass:,}"))
    if found.now_fail:
        words.append(ngettext("{n} would no longer pass.", "{n} would no longer pass.", found.now_fail).format(n=f"{found.now_fail:,}"))
    at_risk = len(found.certificates_at_risk)
    if at_risk:
        words.append(
            ngettext(
                "{n} certificate rests on a pass that would be lost; it stays valid until somebody revokes it.",
                "{n} certificates rest on passes that would be lost; they stay valid until somebody revokes them.",
                at_risk,
            ).format(n=f"{at_risk:,}")
        )
    return " ".join(words)
