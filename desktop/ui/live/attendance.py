"""What a platform's attendance report says, row by row, before it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from desktop.errors import Conflict, LmsError
from desktop.i18n import N_, _, ngettext
from desktop.live.commands import add_meeting_account, record_attendance
from desktop.live.presence import Presence, earns_credit, minutes_within
from desktop.live.queries import RosterRow, SessionDetail, match_accounts
from desktop.live.reports import AttendanceReport, Participant, accounts, read_report
from desktop.spreadsheets import read_sheet
from desktop.ui.context import Context
from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.live.scheduling import place_of
from desktop.ui.live.words import clock_text, reader_zone
from desktop.ui.theme import Role, px
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody in the report, and the learner that this is, if any. ``chosen`` where a person said so."""

    participant: Participant
    learner: RosterRow | None
    minutes: int
    credited: bool
    chosen: bool = False


def _verdict(seen: Seen) -> Badge:
    if seen.learner is not None and seen.learner.by_hand:
        return Badge(_("Entered by hand: stays"), "neutral")
    if seen.learner is not None:
        return Badge(_("Earns credit"), "good") if seen.credited else Badge(_("Too short for credit"), "warn")
    return Badge(_("Not in this course"), "bad") if seen.participant.account else Badge(_("Without an account"), "bad")


def _spans(seen: Seen) -> str:
    return ", ".join(f"{clock_text(p.joined)} – {clock_text(p.left)}" for p in seen.participant.presences)


COLUMNS: tuple[Column[Seen], ...] = (
    Column("name", N_("In the report"), lambda seen: seen.participant.name, second=lambda seen: seen.participant.account, width=220),
    Column("learner", N_("Learner"), lambda seen: seen.learner.name if seen.learner else "", width=170, stretch=True),
    Column("there", N_("There"), _spans, tooltip=_spans, value=lambda seen: seen.participant.presences[0].joined, width=170),
    Column("minutes", N_("Minutes"), lambda seen: f"{seen.minutes}", value=lambda seen: seen.minutes, numeric=True, width=84),
    Column("verdict", N_("Result"), lambda seen: _verdict(seen).text, badge=_verdict, width=180),
)


class AttendanceDialog(Dialog):
    """Reads a report, says whom it knows by address or account, lets a person say who the others are, and records it when told to."""

    def __init__(self, context: Context, session: SessionDetail, roster: Sequence[RosterRow], path: Path, parent: QWidget) -> None:
        super().__init__(_("Attendance from {name}").format(name=path.name), "", parent, width=900)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._session, self._path = context, session, path
        self._roster = {row.enrollment_id: row for row in roster}
        self._said: dict[str, UUID] = {}
        self.report: AttendanceReport | None = None
        self.zone = QComboBox()
        self.zone.setAccessibleName(_("Time zone of the report"))
        for zone in dict.fromkeys((session.row.zone, reader_zone(), "UTC")):
            self.zone.addItem(zone, zone)
        self.zone.currentIndexChanged.connect(lambda _at: self._context.spawn(self.read(), self))
        self.learner = QComboBox()
        self.learner.setAccessibleName(_("Learner that this is"))
        self.learner.addItem(_("Nobody of this course"), None)
        for row in roster:
            self.learner.addItem(row.name, row.enrollment_id)
        self.learner.activated.connect(lambda _at: self._context.spawn(self._say(), self))
        self.summary = Label("", Role.BODY, "muted", wrap=True)
        self.model = RowsModel[Seen](COLUMNS, key=lambda seen: seen.participant.account or seen.participant.lines)
        self.model.setParent(self)
        self.table = TableView("attendance-report", _("Who was there"))
        self.table.show_model(self.model)
        self.table.setMinimumHeight(px(280))
        self.table.chosen.connect(self._selected)
        self.instead = QCheckBox(_("In place of what reports said before (else it is added: a meeting that was restarted)"))
        line = QHBoxLayout()
        line.setSpacing(px(8))
        line.addWidget(Label(_("Times are in"), Role.BODY, "muted"))
        line.addWidget(self.zone)
        line.addStretch(1)
        line.addWidget(Label(_("The chosen one is"), Role.BODY, "muted"))
        line.addWidget(self.learner)
        self.body.addWidget(self.summary)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.instead)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.button = self.add_button(_("Record"), "primary", lambda: self._context.spawn(self.record(), self))
        self.button.setEnabled(False)
        self.learner.setEnabled(False)
        self._context.spawn(self.read(), self)

    async def read(self) -> None:
        """Read the file as it is in the chosen zone, and find out who is who."""
        row, zone = self._session.row, ZoneInfo(self.zone.currentData())
        try:
            sheet = await self._context.tasks.run(read_sheet, self._path)
            self.report = await self._context.tasks.run(read_report, sheet, row.start, row.duration_minutes, zone)
            self._found = await self._context.read(match_accounts, row.id, accounts(self.report.participants))
        except LmsError as error:
            self.report = None
            self.model.set_rows(())
            self.button.setEnabled(False)
            self.summary.setText(" ".join(filter(None, (error.message, error.remedy))))
            return
        self._show()

    def _show(self) -> None:
        if self.report is None:
            return
        row, fields = self._session.row, self._session.fields
        seen = []
        for participant in self.report.participants:
            said = self._said.get(_key(participant))
            learner = self._roster.get(said or self._found.get(participant.account, UUID(int=0)))
            minutes = minutes_within(participant.presences, row.start, row.duration_minutes)
            credited = earns_credit(minutes, row.duration_minutes, fields.credit_percentage)
            seen.append(Seen(participant, learner, minutes, credited, said is not None))
        together = self.presences(seen)
        for at, one in enumerate(seen):
            if one.learner is not None:  # two accounts of one learner count together
                minutes = minutes_within(together[one.learner.enrollment_id], row.start, row.duration_minutes)
                seen[at] = replace(one, minutes=minutes, credited=earns_credit(minutes, row.duration_minutes, fields.credit_percentage))
        self.model.set_rows(seen)
        known = len(together)
        words = [ngettext("{n} learner was there.", "{n} learners were there.", known).format(n=known)]
        if unknown := sum(one.learner is None for one in seen):
            words.append(
                ngettext("{n} is not known by address or account.", "{n} are not known by address or account.", unknown).format(n=unknown)
            )
        if self.report.troubles:
            first = self.report.troubles[0]
            words.append(
                ngettext("{n} line was passed over, line {at}: {why}", "{n} lines were passed over, first line {at}: {why}",
                         len(self.report.troubles)).format(n=len(self.report.troubles), at=first.line, why=first.sentence)
            )  # fmt: skip
        self.summary.setText(" ".join(words))
        self.button.setEnabled(bool(known))

    @staticmethod
    def presences(seen: Sequence[Seen]) -> dict[UUID, list[Presence]]:
        """When each learner was there."""
        found: dict[UUID, list[Presence]] = {}
        for one in seen:
            if one.learner is not None:
                found.setdefault(one.learner.enrollment_id, []).extend(one.participant.presences)
        return found

    def _selected(self, seen: Seen | None) -> None:
        self.learner.setEnabled(seen is not None and (seen.learner is None or seen.chosen))
        self.learner.setCurrentIndex(place_of(self.learner, seen.learner.enrollment_id if seen and seen.learner else None))

    async def _say(self) -> None:
        """Somebody said who the chosen one is. An account is remembered for the next session."""
        seen = self.model.row(self.table.currentIndex().row())
        if seen is None:
            return
        learner: UUID | None = self.learner.currentData()
        if learner is None:
            self._said.pop(_key(seen.participant), None)
        else:
            self._said[_key(seen.participant)] = learner
        self._show()

    async def record(self) -> None:
        """Write it down."""
        seen = self.model.rows
        for one in seen:
            if one.chosen and one.participant.account and one.learner is not None:
                try:
                    await self._context.write(add_meeting_account, self._session.row.id, one.learner.enrollment_id, one.participant.account)
                except Conflict as error:
                    self.summary.setText(f"{one.participant.account}: {error.message}")
                    return
        await self._context.write(record_attendance, self._session.row.id, self.presences(seen), instead=self.instead.isChecked())
        count = len(self.presences(seen))
        self.accept()
        self._context.notices.done(
            ngettext("Attendance of {n} learner is recorded.", "Attendance of {n} learners is recorded.", count).format(n=count)
        )


def _key(participant: Participant) -> str:
    return participant.account or f"line {participant.lines[0]}"
