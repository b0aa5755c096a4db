"""Live sessions without a server: clocks that change, calendar files, and reports of platforms in their languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Invalid
from desktop.live.calendar import Event, as_calendar
from desktop.live.presence import minutes_within
from desktop.live.reports import AttendanceReport, parse_duration, read_report
from desktop.live.zones import list_zones, moment, moments, weekly, zone_named
from desktop.spreadsheets import parse_sheet

NEW_YORK, VIENNA, APIA = ZoneInfo("America/New_York"), ZoneInfo("Europe/Vienna"), ZoneInfo("Pacific/Apia")

wall = datetime.fromisoformat
"""What a clock shows, wherever it hangs."""


def test_a_time_that_does_not_exist_is_refused_and_one_that_comes_twice_is_a_choice() -> None:
    with pytest.raises(Invalid, match="02:30 does not exist on that day in America/New_York"):
        moment(wall("2026-03-08T02:30"), NEW_YORK)
    twice = wall("2026-11-01T01:30")
    assert moment(twice, NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert moment(twice, NEW_YORK, later=True) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert moments(wall("2011-12-30T12:00"), APIA) == (), "Samoa had no such day"
    with pytest.raises(Invalid, match="no time zone"):
        zone_named("Mars/Olympus")
    assert {"UTC", "Asia/Kolkata"} <= set(list_zones())
    assert not {"EST5EDT", "Etc/GMT+3"} & set(list_zones())


def test_a_weekly_session_is_at_the_same_hour_before_and_after_clocks_change() -> None:
    starts = list(weekly(wall("2026-10-24T18:00"), VIENNA, 3))
    assert [start.astimezone(VIENNA).hour for start in starts] == [18, 18, 18]
    assert [start.hour for start in starts] == [16, 17, 17], "in UTC it moves"


LOCAL = st.datetimes(wall("1990-01-01T00:00"), wall("2037-12-31T00:00"))


@given(LOCAL, st.sampled_from(list_zones()))
def test_every_local_time_is_none_one_or_two_moments_that_clocks_show_as_it(local: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    found = moments(local, zone)
    assert len(found) <= 2
    assert all(at.astimezone(zone).replace(tzinfo=None, fold=0) == local for at in found)
    assert list(found) == sorted(set(found))


@given(st.datetimes(wall("1990-01-01T00:00"), wall("2037-12-31T00:00"), timezones=st.just(UTC)), st.sampled_from(list_zones()))
def test_every_moment_is_found_again_from_what_clocks_show(at: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    assert at in moments(at.astimezone(zone).replace(tzinfo=None, fold=0), zone)


# Calendar files


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_lines_of_a_calendar_are_short_and_say_what_was_written(title: str) -> None:
    event = Event(NIL, title, "", datetime(2026, 3, 4, 9, tzinfo=UTC), 90, "https://x.example.org/a,b", datetime(2026, 1, 1, tzinfo=UTC))
    text = as_calendar([event])
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = unfolded(text)
    assert {"DTSTART:20260304T090000Z", "DTEND:20260304T103000Z", "STATUS:CONFIRMED", "URL:https://x.example.org/a,b"} <= set(lines)
    summary = next(line for line in lines if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    read, letters = "", iter(summary)
    for letter in letters:
        read += {"n": "\n"}.get(after := next(letters), after) if letter == "\\" else letter
    plain = title.replace("\r\n", "\n").replace("\r", "\n")
    assert read == "".join(letter for letter in plain if letter >= " " or letter in "\n\t")


def test_a_cancelled_session_says_so_under_the_same_number_and_reminds_nobody() -> None:
    event = Event(NIL, "Talk", "", datetime(2026, 3, 4, 9, tzinfo=UTC), 60, "", datetime(2026, 1, 1, tzinfo=UTC), cancelled=True)
    lines = unfolded(as_calendar([event]))
    assert {"STATUS:CANCELLED", f"UID:{NIL}@nabip-lms", "SEQUENCE:189388800"} <= set(lines)
    assert "BEGIN:VALARM" not in lines


# Reports

START = datetime(2026, 3, 4, 10, tzinfo=VIENNA)
NIL = UUID(int=7)

ZOOM = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
123 456 789,Talk,03/04/2026 09:55:00 AM,03/04/2026 11:05:00 AM,host@example.org,70,2

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Ada Long,ADA@example.org,03/04/2026 09:58:00 AM,03/04/2026 10:30:00 AM,32,No
Ada Long,ada@example.org,03/04/2026 10:40:00 AM,03/04/2026 11:02:00 AM,22,No
Ada Long,,03/04/2026 10:00:00 AM,03/04/2026 11:00:00 AM,60,Yes
"""
TEAMS_GERMAN = """1. Zusammenfassung
Titel der Besprechung\tTalk
Teilnehmer\t1

2. Teilnehmer
Name\tErster Beitritt\tLetztes Verlassen\tDauer der Teilnahme\tE-Mail\tTeilnehmer-ID (UPN)\tRolle
Ädä Läng\t04.03.2026, 09:58:00\t04.03.2026, 11:02:00\t54 Min.\tada@example.org\tada@example.org\tModerator

3. Aktivitäten
Name\tBeitrittszeit\tAustrittszeit\tDauer\tE-Mail\tRolle
Ädä Läng\t04.03.2026, 09:58:00\t04.03.2026, 10:30:00\t32 Min.\tada@example.org\tModerator
Ädä Läng\t04.03.2026, 10:40:00\t04.03.2026, 11:02:00\t22 Min.\tada@example.org\tModerator
"""
WEBEX = """Meeting Name\tMeeting Start Time\tDisplay Name\tAttendee Email\tJoin Time\tLeave Time\tAttendance Duration\tType
Talk\t2026-03-04 03:58:00 GMT-05:00\tAda\tada@example.org\t2026-03-04 03:58:00 GMT-05:00\t2026-03-04 04:30:00 GMT-05:00\t32 mins\tDesktop
Talk\t2026-03-04 03:58:00 GMT-05:00\tAda\tada@example.org\t2026-03-04 04:40:00 GMT-05:00\t2026-03-04 05:02:00 GMT-05:00\t22 mins\tDesktop
"""
MEET = """First name,Last name,Email,Duration,Time joined,Time exited
Ada,Long,ada@example.org,32 min,9:58 AM,10:30 AM
Ada,Long,ada@example.org,22 min,10:40 AM,11:02 AM
"""
JAPANESE = """名前（元の名前）,メールアドレス,参加時刻,退出時刻,所要時間(分)
長井 亜田,ada@example.org,2026/03/04 午前 9:58:00,2026/03/04 午前 10:30:00,32
長井 亜田,ada@example.org,2026/03/04 午前 10:40:00,2026/03/04 午前 11:02:00,22
"""
GREEK = """Ονοματεπώνυμο;Διεύθυνση;Είσοδος;Έξοδος
Άντα;ada@example.org;4/3/2026 9:58:00 π.μ.;4/3/2026 10:30:00 π.μ.
Άντα;ada@example.org;4/3/2026 10:40:00 π.μ.;4/3/2026 11:02:00 π.μ.
"""


def read(data: bytes) -> AttendanceReport:
    return read_report(parse_sheet(data), START, 60, VIENNA)


@pytest.mark.parametrize(
    "data",
    [ZOOM.encode("utf-8-sig"), TEAMS_GERMAN.encode("utf-16"), TEAMS_GERMAN.encode("utf-16-le"), TEAMS_GERMAN.encode("cp1252"),
     WEBEX.encode("utf-16"), MEET.encode(), JAPANESE.encode(), GREEK.encode()],
    ids=["zoom", "teams-german", "teams-without-mark", "teams-old-encoding", "webex", "meet", "japanese", "unknown-language"],
)  # fmt: skip
def test_every_platform_says_the_same(data: bytes) -> None:
    ada = next(participant for participant in read(data).participants if participant.account == "ada@example.org")
    assert minutes_within(ada.presences, START, 60) == 50, "thirty minutes and twenty: not the span, and not from before it began"
    assert len(ada.presences) == 2


def test_names_tell_nobody_apart_from_whoever_has_the_same() -> None:
    participants = read(ZOOM.encode()).participants
    assert [(p.account, p.name, len(p.presences)) for p in participants] == [("ada@example.org", "Ada Long", 2), ("", "Ada Long", 1)]


def test_what_cannot_be_read_is_named_by_its_line_and_another_day_is_refused() -> None:
    report = read((ZOOM + "Bea,bea@example.org,,,,No\nCal,cal@example.org,99/99/2026 09:00,soon,,No\n").encode())
    assert [trouble.line for trouble in report.troubles] == [8, 9]
    assert len(report.participants) == 2
    broken = read(ZOOM.replace("03/04/2026 10:40:00 AM,03/04/2026 11:02:00 AM,22", "soon,later,many").encode())
    assert [(trouble.line, trouble.sentence) for trouble in broken.troubles] == [(6, "There is no time in it.")]
    with pytest.raises(Invalid, match="is about 2026-04-20"):
        read(ZOOM.replace("03/04/2026", "04/20/2026").encode())
    for nothing in (b"", b"a,b\n1,2\n", b"Name,E-Mail\nAda,ada@example.org\n"):
        with pytest.raises(Invalid, match="No table of participants"):
            read(nothing)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.booleans(), st.integers(0, 23), st.integers(1, 59))
def test_the_order_of_day_and_month_is_found_from_the_day_of_the_session(day: date, month_first: bool, hour: int, minutes: int) -> None:
    start = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    form = "%m/%d/%Y %H:%M:%S" if month_first else "%d/%m/%Y %H:%M:%S"
    lines = ["Name,Email,Join Time,Leave Time", f"A,a@example.org,{start:{form}},{start + timedelta(minutes=minutes):{form}}"]
    report = read_report(parse_sheet("\n".join(lines).encode()), start, 60, ZoneInfo("UTC"))
    assert minutes_within(report.participants[0].presences, start, 60) == minutes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("59", 3540), ("59 min", 3540), ("1h 2m 3s", 3723), ("01:02:03", 3723), ("1 Std. 2 Min.", 3720), ("45s", 45), ("2 hr", 7200),
     ("3 Min. 57 Sek.", 237), ("1時間2分", 3720)],
)  # fmt: skip
def test_durations_in_the_ways_that_platforms_write_them(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
