"""The grid of a sitting's seats: what each column says, and a model that repaints only what changed."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.exams.console import SeatRow
from desktop.i18n import N_, _, ngettext
from desktop.ui.itemmodels import Badge, Column, RowsModel

DELIVERIES: dict[str, tuple[str, str]] = {
    "rostered": (N_("Expected"), "neutral"),
    "checked_in": (N_("Checked in"), "info"),
    "awaiting": (N_("Waiting"), "warn"),
    "authorized": (N_("Authorised"), "accent"),
    "active": (N_("Writing"), "good"),
    "paused": (N_("Paused"), "warn"),
    "submitted": (N_("Submitted"), "neutral"),
    "terminated": (N_("Terminated"), "bad"),
    "absent": (N_("Absent"), "neutral"),
    "cancelled": (N_("Cancelled"), "neutral"),
}
"""What a state is called, and the tone of its badge; in the order in which a seat comes through them."""

SHORT_SECONDS = 300
"""Time left that is worth a look."""


def clock_text(seconds: int) -> str:
    """``1:05:09`` or ``5:09``."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _delivery(row: SeatRow) -> Badge:
    words, tone = DELIVERIES[row.delivery]
    return Badge(_(words), tone)


def _connection(row: SeatRow) -> Badge | None:
    if row.away:
        if row.beat is None:
            return Badge(_("Not heard of"), "bad")
        return Badge(_("Away {time}").format(time=clock_text(round((row.now - row.beat).total_seconds()))), "bad")
    return Badge(_("Connected"), "good") if row.delivery in ("awaiting", "authorized", "active", "paused") else None


def _unsaved(row: SeatRow) -> str:
    if not row.unsaved:
        return ""
    return _("{n}, oldest {time}").format(n=f"{row.unsaved:,}", time=clock_text(row.unsaved_seconds or 0))


def _left(row: SeatRow) -> str:
    return "" if row.seconds_left is None else clock_text(row.seconds_left)


def _incidents(row: SeatRow) -> Badge | None:
    return Badge(f"{row.incidents:,}", "warn") if row.incidents else None


def attention(row: SeatRow) -> bool:
    """Whether a proctor should look at the seat: it waits for them, is away, has unsaved answers, an incident or little time."""
    waits = row.delivery in ("awaiting", "paused")
    return (
        waits or row.away or bool(row.unsaved) or bool(row.incidents) or (row.seconds_left is not None and row.seconds_left < SHORT_SECONDS)
    )


COLUMNS: tuple[Column[SeatRow], ...] = (
    Column(
        "name", N_("Candidate"), lambda row: row.name, second=lambda row: row.email, person=lambda row: row.name, width=230, stretch=True
    ),
    Column(
        "seat",
        N_("Seat"),
        lambda row: row.label or "",
        second=lambda row: row.room or "",
        value=lambda row: (row.room or "", row.label or ""),
        width=110,
    ),
    Column(
        "delivery",
        N_("Status"),
        lambda row: _delivery(row).text,
        badge=_delivery,
        value=lambda row: list(DELIVERIES).index(row.delivery),
        width=120,
    ),
    Column(
        "connection",
        N_("Connection"),
        lambda row: badge.text if (badge := _connection(row)) else "",
        badge=_connection,
        value=lambda row: (not row.away, -(row.now - row.beat).total_seconds() if row.beat else 0),
        width=130,
    ),
    Column("unsaved", N_("Unsaved"), _unsaved, value=lambda row: row.unsaved_seconds or 0, numeric=True, width=130),
    Column(
        "answered",
        N_("Answered"),
        lambda row: f"{row.answered:,}" if row.answered is not None else "",
        second=lambda row: _("at {n}").format(n=row.question) if row.question is not None else "",
        value=lambda row: row.answered or 0,
        numeric=True,
        width=96,
    ),
    Column("left", N_("Time left"), _left, value=lambda row: row.seconds_left, numeric=True, width=96),
    Column(
        "incidents",
        N_("Incidents"),
        lambda row: f"{row.incidents:,}" if row.incidents else "",
        badge=_incidents,
        value=lambda row: row.incidents,
        width=96,
    ),
)


def summary(rows: Iterable[SeatRow]) -> str:
    """How many seats are in which state, in the order of the states."""
    counts = dict.fromkeys(DELIVERIES, 0)
    total = 0
    for row in rows:
        counts[row.delivery] += 1
        total += 1
    parts = [ngettext("{n} seat", "{n} seats", total).format(n=f"{total:,}")]
    parts += [f"{_(DELIVERIES[state][0])} {many:,}" for state, many in counts.items() if many]
    return " · ".join(parts)


class SeatsModel(RowsModel[SeatRow]):
    """The seats of a sitting. A poll puts new states in place: nothing moves under the proctor's hand until they sort again."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, key=lambda row: row.id)

    def show(self, rows: Iterable[SeatRow]) -> None:
        """Show these seats: in place, with one repaint, where they are the same seats as before; else anew."""
        new = {row.id: row for row in rows}
        if len(new) != len(self._rows) or any(old.id not in new for old in self._rows):
            self.set_rows(new.values())
        elif new:
            self._rows = [new[old.id] for old in self._rows]
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self.columns) - 1))
