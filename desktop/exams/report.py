"""What happened in a sitting, to be kept: who came, when they wrote, what they were granted, what was noticed; whether the log is whole.

The same as a PDF to print and as a table, CSV or a workbook. Supervisors get it of their own sittings, administrators of all.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import landscape, letter
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from desktop.certificates.typeset import ITALIC, ROMAN, SANS, Line, draw, fit, line
from desktop.errors import Invalid
from desktop.exams.evidence import IncidentLog, get_incident_log
from desktop.i18n import N_, _, ngettext
from desktop.models.exams import Heartbeat, LateAnswer, Seat, Sitting, SittingRoom

DELIVERY = {
    "rostered": N_("Did not appear"),
    "checked_in": N_("Checked in, not seated"),
    "awaiting": N_("Seated, not begun"),
    "authorized": N_("Authorised, not begun"),
    "active": N_("Writing"),
    "paused": N_("Paused"),
    "submitted": N_("Submitted"),
    "terminated": N_("Terminated"),
    "absent": N_("Absent"),
    "cancelled": N_("Cancelled"),
}
REVIEW = {
    "none": "",
    "pending": N_("Under review"),
    "cleared": N_("Cleared"),
    "violation": N_("Violation"),
    "voided": N_("Voided"),
}
SEVERITY = {"info": N_("Note"), "low": N_("Low"), "medium": N_("Medium"), "high": N_("High")}


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One candidate. ``answered`` is as the station said last; ``late`` answers are in quarantine; ``incidents`` leaves notes out."""

    seat: UUID
    name: str
    email: str
    room: str
    label: str
    delivery: str
    review: str
    began_at: datetime | None
    ended_at: datetime | None
    paused_for: timedelta
    time_factor: Decimal
    extra_minutes: int
    incident_minutes: int
    answered: int
    late: int
    incidents: int

    @property
    def accommodation(self) -> str:
        parts = []
        if self.time_factor != 1:
            parts.append(_("{factor} × time").format(factor=f"{self.time_factor.normalize():f}"))
        if self.extra_minutes:
            parts.append(ngettext("{n} minute more", "{n} minutes more", self.extra_minutes).format(n=self.extra_minutes))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An entry of the log. ``said_at`` is by the station's clock; ``name`` is of the candidate, empty where it is about the room."""

    number: int
    at: datetime
    said_at: datetime | None
    name: str
    kind: str
    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class SittingReport:
    """A sitting as it stood at ``made_at``, the seats by name, the incidents as they came."""

    association: str
    title: str
    opens_at: datetime
    closes_at: datetime
    minutes: int
    made_at: datetime
    seats: tuple[SeatLine, ...]
    incidents: tuple[IncidentLine, ...]
    log: IncidentLog

    @property
    def attendance(self) -> tuple[tuple[str, int], ...]:
        """How many seats ended in each way, in the words of the page."""
        count = Counter(seat.delivery for seat in self.seats)
        return tuple((_(words), count[key]) for key, words in DELIVERY.items() if count[key])

    def chain(self) -> str:
        """What the hash chain of the log proves, as a sentence."""
        if self.log.flaw:
            return _("The log of incidents does not hold: {flaw}").format(flaw=self.log.flaw)
        return ngettext("The log of incidents holds: {n} entry.", "The log of incidents holds: {n} entries.", self.log.head.number).format(
            n=self.log.head.number
        )


def get_sitting_report(session: Session, sitting: UUID) -> SittingReport:
    """Of a sitting that one supervises. Raises :class:`desktop.errors.NotFound`."""
    log = get_incident_log(session, sitting)
    title, opens, closes, minutes = session.execute(
        sa.select(Sitting.title, Sitting.opens_at, Sitting.closes_at, Sitting.duration_minutes).where(Sitting.id == sitting)
    ).one()
    columns = (("seat_id", sa.Uuid()), ("first_name", sa.Text()), ("last_name", sa.Text()), ("email", sa.Text()))
    roster = sa.func.lms.sitting_roster(sitting).table_valued(*(sa.column(name, kind) for name, kind in columns), name="roster")
    names = {
        row.seat_id: (f"{row.last_name}, {row.first_name}", row.email)
        for row in session.execute(sa.select(roster.c.seat_id, roster.c.first_name, roster.c.last_name, roster.c.email))
    }
    entries = [(entry.number, json.loads(entry.text)) for entry in log.entries]
    noticed = Counter(said["seat"] for _number, said in entries if said["severity"] != "info")
    late = sa.select(sa.func.count()).where(LateAnswer.seat_id == Seat.id).scalar_subquery()
    rows = session.execute(
        sa.select(Seat, SittingRoom.name, Heartbeat.answered, late)
        .join(SittingRoom, SittingRoom.id == Seat.room_id, isouter=True)
        .join(Heartbeat, Heartbeat.seat_id == Seat.id, isouter=True)
        .where(Seat.sitting_id == sitting)
    ).all()
    seats = [
        SeatLine(
            seat.id, *names[seat.id], room or "", seat.label or "", seat.delivery, seat.review, seat.began_at, seat.ended_at,
            seat.paused_for, seat.time_factor, seat.extra_minutes, seat.incident_minutes, answered or 0, waiting, noticed[str(seat.id)],
        )
        for seat, room, answered, waiting in rows
    ]  # fmt: skip
    return SittingReport(
        log.association,
        title,
        opens,
        closes,
        minutes,
        datetime.now(UTC),
        tuple(sorted(seats, key=lambda seat: (seat.name.casefold(), seat.seat))),
        tuple(_incident(number, said, names) for number, said in entries),
        log,
    )


def _incident(number: int, said: dict[str, Any], names: dict[UUID, tuple[str, str]]) -> IncidentLine:
    evidence = said["evidence"] if isinstance(said["evidence"], dict) else {}
    words = "; ".join(
        str(value) if key in ("text", "reason") else f"{key}: {value}" for key, value in evidence.items() if key != "id" and value != ""
    )
    return IncidentLine(
        number,
        datetime.fromisoformat(said["at"]),
        datetime.fromisoformat(said["said_at"]) if said["said_at"] else None,
        names[UUID(said["seat"])][0] if said["seat"] else "",
        said["kind"],
        said["severity"],
        words,
    )


# As tables

type Cell = str | int | Decimal | datetime | None


def seat_table(report: SittingReport) -> Iterator[Sequence[Cell]]:
    """A head, and a line for each seat."""
    yield (
        _("Name"), _("E-mail"), _("Room"), _("Seat"), _("Attendance"), _("Began (UTC)"), _("Ended (UTC)"), _("Paused (minutes)"),
        _("Time factor"), _("Accommodation (minutes)"), _("Incident time (minutes)"), _("Answered"), _("In quarantine"), _("Incidents"),
        _("Review"),
    )  # fmt: skip
    for seat in report.seats:
        yield (
            seat.name, seat.email, seat.room, seat.label, _(DELIVERY[seat.delivery]), seat.began_at, seat.ended_at,
            round(Decimal(seat.paused_for.total_seconds()) / 60, 1), seat.time_factor, seat.extra_minutes, seat.incident_minutes,
            seat.answered, seat.late, seat.incidents, _words(REVIEW[seat.review]),
        )  # fmt: skip


def incident_table(report: SittingReport) -> Iterator[Sequence[Cell]]:
    """A head, and a line for each entry of the log."""
    yield _("Number"), _("Server's time (UTC)"), _("Station's time (UTC)"), _("Candidate"), _("What"), _("Severity"), _("Evidence")
    for one in report.incidents:
        yield one.number, one.at, one.said_at, one.name, one.kind, _(SEVERITY[one.severity]), one.words


def _words(text: str) -> str:
    return _(text) if text else ""


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What begins with one of these is computed by spreadsheets; what somebody typed must not be."""


def as_csv(table: Iterator[Sequence[Cell]]) -> str:
    """One of the tables; written with the encoding ``utf-8-sig``, or spreadsheets take it for Latin-1."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for row in table:
        writer.writerow([_text(cell) for cell in row])
    return buffer.getvalue()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case str():
            return f"'{cell}" if cell.startswith(FORMULA) else cell
        case _:
            return str(cell)


def save_xlsx(report: SittingReport, path: Path) -> None:
    """A workbook: seats, incidents."""
    from xlsxwriter import Workbook

    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, table in ((_("Seats"), seat_table(report)), (_("Incidents"), incident_table(report))):
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, 14, 18)
            for row, cells in enumerate(table):
                for column, cell in enumerate(cells):
                    match cell:
                        case None:
                            continue
                        case datetime():
                            sheet.write_datetime(row, column, cell.astimezone(UTC).replace(tzinfo=None), moment)
                        case int() | Decimal():
                            sheet.write_number(row, column, float(cell))
                        case _:
                            sheet.write_string(row, column, cell, head if row == 0 else None)


# As a PDF

WIDTH, HEIGHT = landscape(letter)
MARGIN, TOP, BOTTOM = 42.0, HEIGHT - 54, 60.0
LEADING, GAP = 11.5, 4.0
INK, SOFT, RULE = HexColor("#1c2331"), HexColor("#5b6475"), HexColor("#c9ced8")
SEATS = ((MARGIN, 138), (184, 72), (260, 92), (356, 50), (410, 50), (464, 44), (512, 112), (628, 44), (676, 74))
INCIDENTS = ((MARGIN, 26), (72, 92), (168, 60), (232, 128), (364, 96), (464, 50), (518, 232))
"""Left edge and width in points of each column."""
FIGURES = re.compile(r"[-\d :.]+")


def draw_report(report: SittingReport) -> bytes:
    """Letter, landscape, as many pages as it takes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1, lang="en-US")
    canvas.setTitle(_("Report of the sitting {title}").format(title=report.title))
    page = _Page(canvas, report)
    page.title()
    page.table(
        (_("Candidate"), _("Seat"), _("Attendance"), _("Began"), _("Ended"), _("Paused"), _("Granted"), _("Late"), _("Review")),
        SEATS,
        [
            (
                seat.name, " ".join(filter(None, (seat.room, seat.label))), _(DELIVERY[seat.delivery]), _clock(seat.began_at),
                _clock(seat.ended_at), _minutes(seat.paused_for), _granted(seat), str(seat.late or ""), _words(REVIEW[seat.review]),
            )
            for seat in report.seats
        ],
    )  # fmt: skip
    page.heading(_("Incidents"))
    if report.incidents:
        page.table(
            (_("No."), _("Server's clock"), _("Station's"), _("Candidate"), _("What"), _("Severity"), _("Evidence")),
            INCIDENTS,
            [
                (
                    str(one.number), _text(one.at), _clock(one.said_at), one.name, one.kind.replace("_", " "), _(SEVERITY[one.severity]),
                    one.words,
                )
                for one in report.incidents
            ],
        )  # fmt: skip
    else:
        page.paragraph(_("None were noticed or noted."))
    page.heading(_("Proof"))
    page.paragraph(report.chain())
    page.paragraph(_("SHA-256 of its head:"))
    page.paragraph(report.log.head.hash.hex(), SANS, 8.5)
    page.paragraph(_("A file of this log with its head signed shows what was done to it since: “nabip-lms verify incidents FILE”."))
    page.end()
    canvas.save()
    return buffer.getvalue()


class _Page:
    """Fills pages from the top down."""

    def __init__(self, canvas: Canvas, report: SittingReport) -> None:
        self._canvas = canvas
        self._report = report
        self._y = TOP
        self._number = 1

    def title(self) -> None:
        report = self._report
        self._draw(MARGIN, _line(report.association, ITALIC, 12), SOFT)
        self._y -= 28
        for one in _fit(report.title, ROMAN, 22, WIDTH - 2 * MARGIN):
            self._draw(MARGIN, one)
            self._y -= 24
        window = _("{opens} to {closes} UTC, {n} minutes").format(
            opens=_text(report.opens_at)[:16], closes=_text(report.closes_at)[:16], n=report.minutes
        )
        attendance = " · ".join(f"{words} {count}" for words, count in report.attendance)
        for text in (window, attendance, report.chain()):
            self.paragraph(text)
        self._y -= 8

    def heading(self, text: str) -> None:
        self._room(70)
        self._y -= 14
        self._draw(MARGIN, _line(text, ROMAN, 15))
        self._y -= 22

    def paragraph(self, text: str, font: str = ROMAN, size: float = 10.5) -> None:
        for one in _fit(text, font, size, WIDTH - 2 * MARGIN):
            self._room(LEADING)
            self._draw(MARGIN, one, SOFT)
            self._y -= LEADING + 2

    def table(self, head: Sequence[str], columns: Sequence[tuple[float, float]], rows: Sequence[Sequence[str]]) -> None:
        self._head(head, columns)
        for row in rows:
            cells = [_cell(text, width) for text, (_x, width) in zip(row, columns, strict=True)]
            depth = max(map(len, cells)) * LEADING + GAP
            if self._y - depth < BOTTOM:
                self._turn()
                self._head(head, columns)
            for (x, _width), cell in zip(columns, cells, strict=True):
                for number, one in enumerate(cell):
                    self._draw(x, one, down=number * LEADING)
            self._y -= depth
            self._rule()

    def end(self) -> None:
        self._foot()
        self._canvas.showPage()

    def _head(self, head: Sequence[str], columns: Sequence[tuple[float, float]]) -> None:
        self._room(40)
        for (x, _width), text in zip(columns, head, strict=True):
            self._draw(x, _line(text, ITALIC, 9.5), SOFT)
        self._y -= LEADING
        self._rule()

    def _rule(self) -> None:
        """Under what was drawn; what comes next stands below it."""
        self._canvas.setStrokeColor(RULE)
        self._canvas.setLineWidth(0.4)
        self._canvas.line(MARGIN, self._y + LEADING - GAP, WIDTH - MARGIN, self._y + LEADING - GAP)
        self._y -= GAP

    def _room(self, depth: float) -> None:
        if self._y - depth < BOTTOM:
            self._turn()

    def _turn(self) -> None:
        self.end()
        self._number += 1
        self._y = TOP

    def _foot(self) -> None:
        report = self._report
        made = _("{title}, as on record on {time} UTC. All times are in UTC.").format(title=report.title, time=_text(report.made_at)[:16])
        self._draw(MARGIN, _line(made, ITALIC, 9), SOFT, at=36)
        number = _line(_("Page {n}").format(n=self._number), ITALIC, 9)
        self._draw(WIDTH - MARGIN - number.width, number, SOFT, at=36)

    def _draw(self, x: float, text: Line, colour: Color = INK, *, down: float = 0.0, at: float | None = None) -> None:
        self._canvas.setFillColor(colour)
        draw(self._canvas, x, self._y - down if at is None else at, text)


def _cell(text: str, width: float) -> list[Line]:
    """Figures in the face for figures, or 0 and 1 look like o and I."""
    if not text:
        return []
    return _fit(text, SANS, 8, width) if FIGURES.fullmatch(text) else _fit(text, ROMAN, 9.5, width)


def _clock(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%H:%M:%S")


def _minutes(time: timedelta) -> str:
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    return f"{minutes}:{seconds:02}" if time else ""


def _granted(seat: SeatLine) -> str:
    incident = seat.incident_minutes
    more = ngettext("{n} minute for incidents", "{n} minutes for incidents", incident).format(n=incident) if incident else ""
    return ", ".join(filter(None, (seat.accommodation, more)))


def _line(text: str, font: str, size: float) -> Line:
    return line(_printable(text), font, size)


def _fit(text: str, font: str, size: float, width: float) -> list[Line]:
    return fit(_printable(text), font, size, size, width)


def _printable(text: str) -> str:
    """What no font has, in a name or in what a station sent, becomes a question mark: the report must be there all the same."""
    text = " ".join(text.split())
    try:
        line(text, ROMAN, 10)
    except Invalid:
        return "".join(letter if _has(letter) else "?" for letter in text)
    return text


def _has(letter: str) -> bool:
    try:
        line(letter, ROMAN, 10)
    except Invalid:
        return False
    return True
