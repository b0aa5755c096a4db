"""Reports of Zoom, Teams, Webex and Meet on who joined and left when, in whatever language and encoding they were saved.

Columns are found by their titles where those are known, else by what is in them: the column of addresses, and the two of times. People are
told apart by address or account; the name is only shown. How a report writes dates (day or month first) is decided over all of it, by
which reading puts it on the day of the session.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.live.presence import Presence, merge
from desktop.live.zones import moments
from desktop.spreadsheets import Line, Sheet

AROUND = timedelta(hours=12)
"""How far from the session's own time a report may be and still be about it: tests before it, and a zone that was chosen wrongly."""

ROLES = ("name", "first", "last", "email", "account", "join", "leave", "duration")
TITLES = {
    "name": "name|full name|user name|display name|attendee name|participant|participant name|participants|vollständiger name|nutzername"
    "|teilnehmer|nombre|nombre completo|nombre de usuario|nom|nom complet|nom d'utilisateur|nome|nome completo|nome e cognome|naam"
    "|volledige naam|namn|imię i nazwisko|имя|полное имя|名前|氏名|姓名|全名|이름",
    "first": "first name|vorname|prénom|given name|nombre de pila|nome próprio|voornaam|förnamn|名",
    "last": "last name|nachname|nom de famille|family name|apellido|apellidos|cognome|sobrenome|achternaam|efternamn|姓",
    "email": "email|e-mail|user email|attendee email|email address|e-mail address|mail|e-mail-adresse|email-adresse"
    "|correo electrónico|correo|dirección de correo electrónico|adresse e-mail|courriel|adresse électronique|endereço de e-mail"
    "|indirizzo e-mail|indirizzo email|e-mailadres|e-post|e-postadress|adres e-mail|электронная почта|адрес электронной почты"
    "|メール|メールアドレス|电子邮件|邮箱|電子郵件|이메일",
    "account": "participant id|user id|upn|teilnehmer-id|teilnehmerkennung|id de participante|id. de participante|id du participant"
    "|id do participante|id partecipante|deelnemers-id|参加者 id|参与者 id",
    "join": "join time|joined at|time joined|first join|joined|join|beitrittszeit|beitrittszeitpunkt|beitrittsuhrzeit|erster beitritt"
    "|beigetreten|uhrzeit des beitritts|hora de unión|hora de ingreso|hora de entrada|primera unión|heure d'arrivée|heure de connexion"
    "|première participation|heure à laquelle la personne a rejoint|ora di accesso|ora di ingresso|prima partecipazione|deelnametijd"
    "|tijdstip van deelname|anslutningstid|godzina dołączenia|время входа|время подключения|参加時刻|参加時間|加入时间|加入時間|참가 시간",
    "leave": "leave time|left at|time exited|last leave|left|leave|austrittszeit|zeitpunkt des verlassens|letztes verlassen|verlassen"
    "|uhrzeit des verlassens|hora de salida|hora de abandono|última salida|heure de départ|heure de déconnexion|dernier départ"
    "|hora de saída|última saída|ora di uscita|ultima uscita|tijdstip van verlaten|vertrektijd|tid för utträde|godzina wyjścia"
    "|время выхода|退出時刻|退出時間|离开时间|離開時間|나간 시간",
    "duration": "duration|attendance duration|in-meeting duration|dauer|dauer der teilnahme|duración|durée|duração|durata|duur|varaktighet"
    "|czas trwania|продолжительность|期間|所要時間|时长|持续时间|時長|기간",
}
BY_TITLE = {title: role for role, titles in TITLES.items() for title in titles.split("|")}

ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})[日일]?(?!\d)")
YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)")
NAMED_MONTH = re.compile(r"(?:(\d{1,2})\.?\s+)?\b([a-z]{3})[a-z]*\.?,?\s+(?:(\d{1,2}),?\s+)?(\d{4})", re.IGNORECASE)
MONTHS = {name: n for n, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
CLOCK = re.compile(r"(?<![\d:.])(\d{1,2})\s?[:.hH時点시]\s?(\d{2})(?:\s?[:.m분分]\s?(\d{2})(?:[.,]\d+)?)?")
MORNING = re.compile(r"\ba\.?\s?m\b\.?|\bvorm\b\.?|午前|上午|오전|π\.?μ|(?<!\w)ص(?!\w)", re.IGNORECASE)
AFTERNOON = re.compile(r"\bp\.?\s?m\b\.?|\bnachm\b\.?|午後|下午|오후|μ\.?μ|(?<!\w)م(?!\w)", re.IGNORECASE)
OFFSET = re.compile(r"(?:(?:GMT|UTC)\s?|(?<=\d)\s?)([+-])(\d{1,2}):?(\d{2})?(?!\d)", re.IGNORECASE)
ZULU = re.compile(r"\d\s?Z\b|\b(?:UTC|GMT)\b(?!\s?[+-]\d)")


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a report. ``account`` is an address or the platform's name for the account, in lower case; empty for a guest."""

    account: str
    name: str
    presences: tuple[Presence, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line of the file that was passed over, and why."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """What a file says. ``columns`` names those that were used, by role."""

    participants: tuple[Participant, ...]
    columns: dict[str, str]
    troubles: tuple[Trouble, ...]
    encodings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A written time. Of a date that has the year last ``first`` and ``second`` are day and month in an order yet to be found."""

    clock: time
    day: date | None
    first: int
    second: int
    year: int
    offset: timezone | None


@dataclass(frozen=True, slots=True)
class _Row:
    line: Line
    joined: _Stamp | None
    left: _Stamp | None
    lasted: timedelta | None


def read_report(sheet: Sheet, start: datetime, duration_minutes: int, zone: ZoneInfo) -> AttendanceReport:
    """What ``sheet`` says about a session that starts at ``start``. Times without an offset are taken to be in ``zone``.

    Raises :class:`Invalid` where no table of participants is found, or where it is about another day.
    """
    heading, columns, lines = _table(sheet.lines)
    rows: list[_Row] = []
    troubles: list[Trouble] = []
    for line in lines:
        row = _Row(
            line, parse_stamp(line[columns["join"]]) if "join" in columns else None,
            parse_stamp(line[columns["leave"]]) if "leave" in columns else None,
            parse_duration(line[columns["duration"]]) if "duration" in columns else None,
        )  # fmt: skip
        if (row.joined is None or row.left is None) and row.lasted is None:
            troubles.append(Trouble(line.number, _("There is no time in it.")))
        else:
            rows.append(row)
    start, local_day = start.astimezone(zone), start.astimezone(zone).date()
    end = start + timedelta(minutes=duration_minutes)
    best: list[tuple[_Row, Presence | None]] = []
    score = (-1, -1)
    for month_first in (False, True):
        read = [(row, _presence(row, start, local_day, zone, month_first)) for row in rows]
        near = sum(p is not None and p.left > start - AROUND and p.joined < end + AROUND for _row, p in read)
        if (near, sum(p is not None for _r, p in read)) > score:
            score, best = (near, sum(p is not None for _r, p in read)), read
    if not score[0]:
        shown = next((f"{p.joined.astimezone(zone):%Y-%m-%d}" for _r, p in best if p is not None), "")
        raise Invalid(
            _("This report is about {day}, not about this session.").format(day=shown)
            if shown
            else _("This report is not about this session."),
            remedy=_("Choose another file, or the time zone in which it was made."),
        )  # fmt: skip
    found: dict[str, tuple[str, list[Presence], list[int]]] = {}
    for row, presence in best:
        if presence is None:
            troubles.append(Trouble(row.line.number, _("Its times cannot be read.")))
            continue
        account, name = _who(row.line, columns)
        if not account and not name:
            troubles.append(Trouble(row.line.number, _("It says nobody's name or address.")))
            continue
        known = found.setdefault(account or f"name:{name.casefold()}", (name, [], []))
        known[1].append(presence)
        known[2].append(row.line.number)
    return AttendanceReport(
        tuple(
            Participant("" if key.startswith("name:") else key, name, merge(presences), tuple(numbers))
            for key, (name, presences, numbers) in found.items()
        ),
        {role: heading[column] if heading is not None and heading[column] else f"{column + 1}" for role, column in columns.items()},
        tuple(sorted(troubles, key=lambda trouble: trouble.line)),
        sheet.encodings,
    )


# Columns


def _table(lines: Sequence[Line]) -> tuple[Line | None, dict[str, int], Sequence[Line]]:
    """The heading, the columns and the rows of the table that has the most of them, the last of several: Teams sums up first."""
    starts = [(at, columns) for at, line in enumerate(lines) if (columns := _titled(line))]
    tables: list[tuple[int, int, dict[str, int]]] = []
    for n, (at, columns) in enumerate(starts):
        end = starts[n + 1][0] if n + 1 < len(starts) else len(lines)
        rows = at + 1
        while rows < end and lines[rows].number == lines[rows - 1].number + 1 and len(lines[rows].cells) > 1:  # until an empty line
            rows += 1
        if rows > at + 1:
            tables.append((at, rows, columns))
    if tables:
        at, rows, columns = max(tables, key=lambda table: (table[1] - table[0], table[0]))
        return lines[at], columns, lines[at + 1 : rows]
    return _by_content(lines)


def _titled(line: Line) -> dict[str, int]:
    """Roles of the columns under these titles; empty where this is no heading."""
    columns: dict[str, int] = {}
    for number, cell in enumerate(line.cells):
        role = BY_TITLE.get(_plain(cell))
        if role is not None and role not in columns:
            columns[role] = number
    people = columns.keys() & {"name", "last", "email", "account"}
    timed = {"join", "leave"} <= columns.keys() or "duration" in columns
    return columns if people and timed and len(line.cells) > 1 else {}


def _plain(title: str) -> str:
    """``Name (Original Name)`` is ``name``."""
    title = unicodedata.normalize("NFC", title).casefold().replace("\u2019", "'")
    return re.sub(r"[(（\[].*?[)）\]]", "", title).strip(" :*\ufeff")


def _by_content(lines: Sequence[Line]) -> tuple[Line | None, dict[str, int], Sequence[Line]]:
    """A table in a language we have no titles of: rows with an address, and times of which one is never after the other."""
    timed = [at for at, line in enumerate(lines) if sum(parse_stamp(cell) is not None for cell in line.cells) >= 2]
    with_address = [at for at in timed if any(ADDRESS.fullmatch(cell) for cell in lines[at].cells)]
    if not with_address:
        raise Invalid(
            _("No table of participants was found in this file."),
            remedy=_("Export the report with the times of joining and leaving, as CSV."),
        )
    width = len(lines[with_address[0]].cells)
    rows = [lines[at] for at in timed if abs(len(lines[at].cells) - width) <= 1 and at >= with_address[0]]

    def share(column: int, fits: re.Pattern[str] | None) -> int:
        return sum((fits.fullmatch(row[column]) is not None) if fits else (parse_stamp(row[column]) is not None) for row in rows)

    email = max(range(width), key=lambda column: share(column, ADDRESS))
    times = sorted(sorted(range(width), key=lambda column: -share(column, None))[:2])
    names = [column for column in range(width) if column != email and column not in times and any(c.isalpha() for c in rows[0][column])]
    columns = {"email": email, "join": times[0], "leave": times[1]} | ({"name": names[0]} if names else {})
    before = lines.index(rows[0]) - 1
    return (lines[before] if before >= 0 and before not in timed else None), columns, rows


def _who(line: Line, columns: dict[str, int]) -> tuple[str, str]:
    address = line[columns["email"]].strip("<>") if "email" in columns else ""
    account = line[columns["account"]] if "account" in columns else ""
    name = line[columns["name"]] if "name" in columns else ""
    if not name:
        name = " ".join(line[columns[role]] for role in ("first", "last") if role in columns).strip()
    return (address or account).casefold(), name


# Times


def parse_stamp(text: str) -> _Stamp | None:
    """A time with or without its date; None where there is none."""
    rest = unicodedata.normalize("NFKC", text)
    day: date | None = None
    first = second = year = 0
    try:
        if match := YEAR_FIRST.search(rest):
            day = date(int(match[1]), int(match[2]), int(match[3]))
        elif match := YEAR_LAST.search(rest):
            first, second = int(match[1]), int(match[2])
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        elif (match := NAMED_MONTH.search(rest)) and match[2].lower() in MONTHS and (match[1] or match[3]):
            day = date(int(match[4]), MONTHS[match[2].lower()], int(match[1] or match[3]))
        if match:
            rest = rest[: match.start()] + " " + rest[match.end() :].lstrip("T")
        written = CLOCK.search(rest)
        if written is None:
            return None
        hour = int(written[1])
        if AFTERNOON.search(rest) and hour < 12:
            hour += 12
        elif MORNING.search(rest) and hour == 12:
            hour = 0
        clock = time(hour, int(written[2]), int(written[3] or 0))
    except ValueError:
        return None
    offset = None
    if shift := OFFSET.search(rest, written.end()):
        minutes = int(shift[2]) * 60 + int(shift[3] or 0)
        offset = timezone(timedelta(minutes=minutes if shift[1] == "+" else -minutes)) if minutes <= 18 * 60 else None
    elif ZULU.search(rest):
        offset = timezone.utc  # noqa: UP017 - a timezone, as the other branch makes
    return _Stamp(clock, day, first, second, year, offset)


def parse_duration(text: str) -> timedelta | None:
    """``59``, ``59 min``, ``1h 2m 3s``, ``01:02:03``, ``1 Std. 2 Min.``: a number alone is minutes."""
    numbers = [int(number) for number in re.findall(r"\d+", unicodedata.normalize("NFKC", text))]
    if not numbers or len(numbers) > 3:
        return None
    unit = re.search(r"\d\s*([^\W\d])", text)
    letter = unit[1].casefold() if unit else ""
    hours_first = ":" in text or letter in "huoч時小시" or text.casefold().count("st") > 0
    match len(numbers), bool(letter or ":" in text):
        case 3, _known:
            hours, minutes, seconds = numbers
        case 2, True:
            hours, minutes, seconds = (*numbers, 0) if hours_first else (0, *numbers)
        case 1, True if hours_first:
            hours, minutes, seconds = numbers[0], 0, 0
        case 1, True if letter == "s":
            hours, minutes, seconds = 0, 0, numbers[0]
        case _:
            hours, minutes, seconds = 0, numbers[0], 0
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _presence(row: _Row, start: datetime, local_day: date, zone: ZoneInfo, month_first: bool) -> Presence | None:
    """When somebody was there, as this order of day and month has it; from the start of the session where only a duration is known."""
    if row.joined is None or row.left is None:
        joined = start if row.joined is None else _at(row.joined, local_day, zone, month_first)
        return Presence(joined, joined + row.lasted) if joined is not None and row.lasted is not None else None
    joined, left = _at(row.joined, local_day, zone, month_first), _at(row.left, local_day, zone, month_first)
    if joined is None or left is None:
        return None
    if left < joined and row.left.day is None and not row.left.year:
        left += timedelta(days=1)  # over midnight, where only clocks were written
    return Presence(joined, left) if left >= joined else None


def _at(stamp: _Stamp, local_day: date, zone: ZoneInfo, month_first: bool) -> datetime | None:
    day = stamp.day or local_day
    if stamp.year:
        month, number = (stamp.first, stamp.second) if month_first else (stamp.second, stamp.first)
        try:
            day = date(stamp.year, month, number)
        except ValueError:
            return None
    local = datetime.combine(day, stamp.clock)
    if stamp.offset is not None:
        return local.replace(tzinfo=stamp.offset)
    return next(iter(moments(local, zone)), None)


def accounts(participants: Iterable[Participant]) -> list[str]:
    """All that can be matched."""
    return [participant.account for participant in participants if participant.account]
