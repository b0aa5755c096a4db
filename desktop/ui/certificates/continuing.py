"""Continuing education: completions to report to states, what states approved, what courses lack, and the rules with their sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.certificates.ce import METHODS, STATES, SUBJECTS, Method, Rule, rules, unknown
from desktop.certificates.ce_courses import CourseFinding, list_findings
from desktop.certificates.rosters import (
    HINDRANCES,
    Approval,
    NewApproval,
    RosterRow,
    delete_approval,
    file_roster,
    list_approvals,
    list_credit_courses,
    list_providers,
    list_roster,
    roster_csv,
    save_approval,
    set_provider,
)
from desktop.courses.vocabulary import label, plain
from desktop.errors import Invalid
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_format, day_text
from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import ActionButton, Button
from desktop.ui.widgets.fields import FilterChip, SegmentedControl
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import confirm
from desktop.ui.widgets.table import TableView

SOON = timedelta(days=3)
"""How long before its last day a completion is marked."""


def state_name(state: str) -> str:
    return _(STATES[state]) if state in STATES else state


def _due(row: RosterRow) -> str:
    return day_text(row.due) if row.due is not None else _("not known")


def _missing(row: RosterRow) -> str:
    return label(HINDRANCES, row.hindrance) if row.hindrance else ""


def _due_badge(row: RosterRow) -> Badge | None:
    if row.due is None or row.filed_at is not None:
        return None
    today = datetime.now(UTC).date()
    if row.due < today:
        return Badge(_due(row), "bad")
    return Badge(_due(row), "warn") if row.due - today <= SOON else None


ROSTER: tuple[Column[RosterRow], ...] = (
    Column(
        "name",
        N_("Holder"),
        lambda row: row.member_name,
        second=lambda row: row.certificate_number,
        person=lambda row: row.member_name,
        width=220,
    ),
    Column("course", N_("Course"), lambda row: row.course_title, second=lambda row: row.course_number or "", width=200, stretch=True),
    Column("state", N_("State"), lambda row: row.state, width=72),
    Column("completed", N_("Completed"), lambda row: day_text(row.completed_on), value=lambda row: row.completed_on, width=116),
    Column(
        "due",
        N_("Report by"),
        _due,
        badge=_due_badge,
        value=lambda row: row.due or date.max,
        width=124,
    ),
    Column("remark", N_("What is missing"), _missing, tooltip=_missing, width=240),
)

APPROVALS: tuple[Column[Approval], ...] = (
    Column("course", N_("Course"), lambda row: row.course_title, width=240, stretch=True),
    Column("state", N_("State"), lambda row: state_name(row.state), width=120),
    Column("number", N_("Its number there"), lambda row: row.course_number, width=140),
    Column("credits", N_("Credits"), lambda row: plain(row.credits), value=lambda row: row.credits, numeric=True, width=88),
    Column("method", N_("Given as"), lambda row: _(METHODS[row.method]), width=110),
    Column("since", N_("From"), lambda row: day_text(row.approved_on), value=lambda row: row.approved_on, width=116),
    Column(
        "until",
        N_("Until"),
        lambda row: day_text(row.expires_on) if row.expires_on else "",
        badge=lambda row: Badge(day_text(row.expires_on), "warn") if row.expires_on and row.expires_on < _today() else None,
        value=lambda row: row.expires_on or date.max,
        width=124,
    ),
)

FINDINGS: tuple[Column[CourseFinding], ...] = (
    Column("course", N_("Course"), lambda row: row.course_title, width=240),
    Column(
        "finding",
        N_("What it lacks"),
        lambda row: row.finding.sentence,
        second=lambda row: row.finding.rule.cited(),
        tooltip=lambda row: row.finding.rule.cited(),
        width=300,
        stretch=True,
    ),
)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule, or that there is none known."""

    state: str
    subject: str
    figure: str
    method: str
    source: str
    known: bool


RULES: tuple[Column[RuleRow], ...] = (
    Column("state", N_("State"), lambda row: state_name(row.state), width=116),
    Column("subject", N_("About"), lambda row: row.subject, second=lambda row: row.method, width=290),
    Column(
        "figure",
        N_("What is asked"),
        lambda row: row.figure if row.known else "",
        tooltip=lambda row: row.figure,
        badge=lambda row: None if row.known else Badge(_("not known"), "neutral"),
        width=260,
    ),
    Column("source", N_("Where it stands"), lambda row: row.source, tooltip=lambda row: row.source, width=320, stretch=True),
)


def rule_rows() -> list[RuleRow]:
    """Every rule, and of each state what is not known."""
    rows = [_rule_row(rule) for rule in rules()]
    for state in STATES:
        missing = [set(unknown({state}, _today(), method)[state]) for method in Method]
        nowhere = set.intersection(*missing)
        rows += [RuleRow(state, _(SUBJECTS[subject]), "", "", "", known=False) for subject in nowhere]
    order = {_(name): number for number, name in enumerate(SUBJECTS.values())}
    return sorted(rows, key=lambda row: (state_name(row.state), order[row.subject], row.method))


def _rule_row(rule: Rule) -> RuleRow:
    method = _(METHODS[rule.method]) if rule.method is not None else ""
    return RuleRow(rule.state, _(SUBJECTS[rule.subject]), rule.words(), method, rule.cited(), known=True)


def _today() -> date:
    return datetime.now(UTC).date()


class ContinuingEducationPage(Page):
    title = N_("Continuing education")
    shows: ClassVar[frozenset[str]] = frozenset({"lms.ce_approvals", "lms.ce_providers", "lms.ce_filings", "lms.certificates", "courses"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._rows: tuple[RosterRow, ...] = ()
        self.providers: dict[str, str] = {}
        super().__init__(context, parent)
        self.on("ce.save-roster", self._choose_file)
        self.on("ce.file-roster", self._confirm_filing)
        self.on("ce.add-approval", lambda: self.edit_approval(None))
        self.on("ce.providers", self._edit_providers)

    # Making

    def build(self) -> QWidget:
        self.tabs = SegmentedControl(
            _("What to show"),
            [
                ("roster", _("To report"), "clock"),
                ("filed", _("Reported"), "done"),
                ("approvals", _("Approvals"), "certificate"),
                ("findings", _("Courses"), "catalogue"),
                ("rules", _("Rules"), "list"),
            ],
        )
        self.tabs.chosen.connect(lambda _tab: self.reload())
        self.state_chip = FilterChip(_("State"))
        self.state_chip.changed.connect(self._show_roster)
        self.views = QStackedWidget()
        self.roster = RowsModel[RosterRow](ROSTER, key=lambda row: (row.certificate_id, row.state))
        self.approvals = RowsModel[Approval](APPROVALS, key=lambda row: row.id)
        self.findings = RowsModel[CourseFinding](FINDINGS, key=lambda row: (row.course_id, row.finding))
        self.rules = RowsModel[RuleRow](RULES, key=lambda row: (row.state, row.subject, row.method, row.source))
        self.roster_table = self._table("ce-roster", _("Completions and the states that ask for them"), self.roster)
        self.roster_table.opened.connect(lambda row: self.context.open("certificate", certificate=row.certificate_id))
        self.approvals_table = self._table("ce-approvals", _("Courses as states approved them"), self.approvals)
        self.approvals_table.opened.connect(self.edit_approval)
        self.findings_table = self._table("ce-findings", _("What courses lack"), self.findings)
        self.findings_table.opened.connect(lambda row: self.context.open("course", course=row.course_id))
        self.rules_table = self._table("ce-rules", _("Rules of states"), self.rules)
        self.nothing = EmptyState()
        self.views.addWidget(self.nothing)
        self.summary = Label("", Role.BODY, "muted", wrap=True)
        which = QHBoxLayout()
        which.setContentsMargins(px(32), 0, px(32), px(10))
        which.addWidget(self.tabs)
        which.addStretch(1)
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(14))
        tools.setSpacing(px(8))
        tools.addWidget(self.state_chip)
        tools.addWidget(self.summary, 1)
        self.buttons: dict[str, Button] = {}
        for action_id, kind in (
            ("ce.providers", "quiet"),
            ("ce.add-approval", "primary"),
            ("ce.save-roster", "quiet"),
            ("ce.file-roster", "primary"),
        ):
            action = self.context.actions.qaction(action_id)
            if action is not None:
                self.buttons[action_id] = ActionButton(action, kind)
                tools.addWidget(self.buttons[action_id])
        middle = QHBoxLayout()
        middle.setContentsMargins(px(20), 0, px(20), 0)
        middle.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(which)
        column.addLayout(tools)
        column.addLayout(middle, 1)
        return content

    def _table[Row](self, name: str, title: str, model: RowsModel[Row]) -> TableView:
        model.setParent(self)
        table = TableView(name, title)
        table.show_model(model)
        self.views.addWidget(table)
        return table

    # Reading

    async def refresh(self) -> Empty | None:
        tab = self.tabs.value
        for action_id, button in self.buttons.items():
            button.setVisible(tab == {"ce.providers": "approvals", "ce.add-approval": "approvals"}.get(action_id, "roster"))
        self.state_chip.setVisible(tab in {"roster", "filed"})
        self.set_title(_(self.title), _("What states ask for, what they approved, and what they still have to be told"))
        match tab:
            case "roster" | "filed":
                self._rows = await self.context.read(list_roster, filed=tab == "filed")
                counts: dict[str, int] = {}
                for row in self._rows:
                    counts[row.state] = counts.get(row.state, 0) + 1
                self.state_chip.set_choices((state, state_name(state), n) for state, n in counts.items())
                self._show_roster()
            case "approvals":
                self.providers = await self.context.read(list_providers)
                self.approvals.set_rows(await self.context.read(list_approvals))
                numbers = ", ".join(f"{state} {number}" for state, number in sorted(self.providers.items()))
                self.summary.setText(_("Our provider numbers: {numbers}").format(numbers=numbers) if numbers else "")
                self._show(self.approvals_table, self.approvals.rowCount(), _("No state's approval is entered yet."))
            case "findings":
                self.findings.set_rows(await self.context.read(list_findings))
                self.summary.setText(_("Held against the rules of the states that approved a course, or of all that are known."))
                self._show(self.findings_table, self.findings.rowCount(), _("No course with credits lacks anything that is known."))
            case _:
                self.rules.set_rows(rule_rows())
                self.summary.setText(_("A figure counts as known only where we read it. Ask the state about the others."))
                self._show(self.rules_table, self.rules.rowCount(), "")
        return None

    def _show(self, table: TableView, count: int, nothing: str) -> None:
        if count:
            self.views.setCurrentWidget(table)
        else:
            self.nothing.show_empty(nothing, "done", "", None)
            self.views.setCurrentWidget(self.nothing)

    def _show_roster(self) -> None:
        chosen = set(map(str, self.state_chip.chosen))
        shown = [row for row in self._rows if not chosen or row.state in chosen]
        self.roster.set_rows(shown)
        ready = ready_rows(shown)
        filed = self.tabs.value == "filed"
        held = len(shown) - len(ready)
        words = [ngettext("{n} is ready to be reported.", "{n} are ready to be reported.", len(ready)).format(n=f"{len(ready):,}")]
        if held:
            words.append(ngettext("{n} lacks something.", "{n} lack something.", held).format(n=f"{held:,}"))
        self.summary.setText("" if filed or not shown else " ".join(words))
        for action_id in ("ce.save-roster", "ce.file-roster"):
            self.context.actions.set_enabled(action_id, bool(ready) and not filed)
        self._show(self.roster_table, len(shown), _("Nothing was reported yet.") if filed else _("Nothing is to be reported to any state."))

    # Rosters

    def _choose_file(self) -> None:
        rows = ready_rows(self.roster.rows)
        dialog = QFileDialog(self, _("Save the roster"), "", _("CSV files (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        states = " ".join(sorted({row.state for row in rows}))
        dialog.selectFile(_("Roster {states} {date}").format(states=states, date=_today().isoformat()) + ".csv")
        dialog.fileSelected.connect(lambda name: self.spawn(self.save_roster(rows, Path(name))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def save_roster(self, rows: list[RosterRow], path: Path) -> None:
        """Write what is ready as a table."""
        try:
            await self.context.tasks.run(path.write_text, roster_csv(rows), "utf-8-sig", newline="")
        except OSError as error:
            raise Invalid(
                _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
            ) from error
        self.context.notices.done(
            ngettext("{n} completion is in {name}.", "{n} completions are in {name}.", len(rows)).format(n=f"{len(rows):,}", name=path.name)
        )

    def _confirm_filing(self) -> None:
        rows = ready_rows(self.roster.rows)
        states = ", ".join(state_name(state) for state in sorted({row.state for row in rows}))
        confirm(
            self,
            ngettext("Mark {n} completion as reported?", "Mark {n} completions as reported?", len(rows)).format(n=f"{len(rows):,}"),
            _("Do this once {states} took the roster: it is not sent from here.").format(states=states),
            _("Mark as reported"),
            lambda: self.spawn(self._file(rows)),
        )

    async def _file(self, rows: list[RosterRow]) -> None:
        filed: int = await self.context.write(file_roster, rows)
        self.context.notices.done(ngettext("{n} was marked as reported.", "{n} were marked as reported.", filed).format(n=f"{filed:,}"))

    # Approvals

    def edit_approval(self, approval: Approval | None) -> None:
        """Enter one, or correct one."""
        self.spawn(self._edit_approval(approval))

    async def _edit_approval(self, approval: Approval | None) -> None:
        courses = await self.context.read(list_credit_courses)
        ApprovalDialog(self.context, approval, courses, self).open()

    def _edit_providers(self) -> None:
        dialog = ProviderDialog(self.context, self.providers, self)
        dialog.open()


def ready_rows(rows: Iterable[RosterRow]) -> list[RosterRow]:
    """Those that nothing keeps off their roster."""
    return [row for row in rows if row.hindrance is None and row.filed_at is None]


class ApprovalDialog(FormDialog):
    """What a state's letter of approval says."""

    def __init__(self, context: Context, approval: Approval | None, courses: tuple[tuple[UUID, str], ...], parent: QWidget) -> None:
        super().__init__(_("Approval of a course") if approval is None else approval.course_title, _("Save"), parent, width=480)
        self._context, self._approval = context, approval
        self.course = QComboBox()
        self.state = QComboBox()
        self.state.setEditable(True)
        if approval is None:
            self.field(_("Course"), self.course)
            for course, title in courses:
                self.course.addItem(title, course)
            self.field(_("State, two letters"), self.state)
            for state in STATES:
                self.state.addItem(state)
        self.number = self.field(_("The state's number of the course"), QLineEdit(approval.course_number if approval else ""))
        self.credits = self.field(_("Credits that it approved"), QDoubleSpinBox())
        self.credits.setRange(0, 999.99)
        self.credits.setSingleStep(0.5)
        self.credits.setValue(float(approval.credits) if approval else 1.0)
        self.method = self.field(_("Given as"), QComboBox())
        for method, name in METHODS.items():
            self.method.addItem(_(name), method)
        if approval is not None:
            self.method.setCurrentIndex(self.method.findData(approval.method))
        self.since = self.field(_("Approved from"), _day(approval.approved_on if approval else _today()))
        self.ends = QCheckBox(_("The approval ends"))
        self.form.addRow(self.ends)
        until = approval.expires_on if approval and approval.expires_on else _today() + timedelta(days=730)
        self.until = self.field(_("Last day on which a completion counts"), _day(until))
        self.ends.setChecked(approval is None or approval.expires_on is not None)
        self.until.setEnabled(self.ends.isChecked())
        self.ends.toggled.connect(self.until.setEnabled)
        if approval is not None:
            self.delete_button = Button(_("Delete"), "quiet", "trash")
            self.delete_button.clicked.connect(lambda: context.spawn(self._delete(approval), self))
            self.footer.insertWidget(0, self.delete_button)

    def give(self) -> None:
        course = self._approval.course_id if self._approval else self.course.currentData()
        if course is None:
            self.complain(_("No course gives credits yet."), self.course)
            return
        new = NewApproval(
            course,
            self._approval.state if self._approval else self.state.currentText(),
            self.number.text(),
            Decimal(str(self.credits.value())),
            self.method.currentData(),
            _date(self.since),
            _date(self.until) if self.ends.isChecked() else None,
        )
        self._context.spawn(self._save(new), self)

    async def _save(self, new: NewApproval) -> None:
        try:
            await self._context.write(save_approval, new, self._approval.id if self._approval else None)
        except Invalid as error:
            self.complain(error.message)
        else:
            self.accept()

    async def _delete(self, approval: Approval) -> None:
        await self._context.write(delete_approval, approval.id)
        self.accept()


class ProviderDialog(FormDialog):
    """The association's number as a provider in each state."""

    saved = Signal()

    def __init__(self, context: Context, providers: dict[str, str], parent: QWidget) -> None:
        super().__init__(_("Our provider numbers"), _("Save"), parent, width=420)
        self._context, self._providers = context, providers
        self.lines = {state: self.field(state_name(state), QLineEdit(providers.get(state, ""))) for state in sorted({*STATES, *providers})}
        self.other_state = self.field(_("Another state, two letters"), QLineEdit())
        self.other_state.setMaxLength(2)
        self.other_number = self.field(_("Its number"), QLineEdit())

    def give(self) -> None:
        numbers = {state: line.text().strip() for state, line in self.lines.items()}
        if self.other_state.text().strip():
            numbers[self.other_state.text().strip()] = self.other_number.text().strip()
        changed = {state: number for state, number in numbers.items() if number != self._providers.get(state, "")}
        self._context.spawn(self._save(changed), self)

    async def _save(self, numbers: dict[str, str]) -> None:
        try:
            for state, number in numbers.items():
                await self._context.write(set_provider, state, number)
        except Invalid as error:
            self.complain(error.message, self.other_state)
        else:
            self.accept()


def _day(day: date) -> QDateEdit:
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setCalendarPopup(True)
    field.setDisplayFormat(date_format())
    return field


def _date(field: QDateEdit) -> date:
    day = field.date()
    return date(day.year(), day.month(), day.day())
