"""What live sessions are called, and when they are: by the reader's clock, and by the clock that they are announced by."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QLocale, QTime, QTimeZone

from desktop.i18n import N_, _
from desktop.ui.dates import date_format, moment_text

PLATFORMS = {"zoom": N_("Zoom"), "microsoft_teams": N_("Teams"), "google_meet": N_("Meet"), "webex": N_("Webex"), "custom": N_("Another")}
STATUSES = {"scheduled": N_("Scheduled"), "in_progress": N_("Running"), "completed": N_("Over"), "cancelled": N_("Cancelled")}
TONES = {"scheduled": "info", "in_progress": "accent", "completed": "good", "cancelled": "neutral"}
PLACES = {"registered": N_("You have a seat"), "waiting": N_("You wait for a seat")}
ATTENDANCE = {
    "none": N_("Not registered"),
    "registered": N_("Registered"),
    "waiting": N_("Waiting"),
    "attended": N_("Attended"),
    "absent": N_("Absent"),
}
ATTENDANCE_TONES = {"registered": "info", "waiting": "warn", "attended": "good", "absent": "bad"}


def reader_zone() -> str:
    """The IANA name of this computer's zone."""
    return bytes(QTimeZone.systemTimeZoneId().data()).decode() or "UTC"


def when_text(start: datetime, minutes: int) -> str:
    """From when until when by the reader's clock."""
    end = start + timedelta(minutes=minutes)
    same_day = start.astimezone().date() == end.astimezone().date()
    return f"{moment_text(start)} – {clock_text(end) if same_day else moment_text(end)}"


def clock(local: datetime) -> QDateTime:
    """What a clock somewhere shows, as Qt's own: in UTC, where every time exists once."""
    return QDateTime(QDate(local.year, local.month, local.day), QTime(local.hour, local.minute), QTimeZone.utc())


def clock_text(moment: datetime) -> str:
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(round(moment.timestamp() * 1000)).time(), QLocale.FormatType.ShortFormat)


def there_text(start: datetime, zone: str) -> str:
    """The time where the session is announced, in the words of that place; empty where it is the reader's own."""
    local = start.astimezone(ZoneInfo(zone))
    if local.utcoffset() == start.astimezone().utcoffset():
        return ""
    there = clock(local)
    shown = QLocale().toString(there.time(), QLocale.FormatType.ShortFormat)
    if local.date() != start.astimezone().date():
        shown = f"{QLocale().toString(there.date(), date_format())}, {shown}"
    return _("{time} in {zone}").format(time=shown, zone=zone.rpartition("/")[2].replace("_", " "))


def seats_text(registered: int, seats: int | None) -> str:
    return f"{registered:,}" if seats is None else _("{n} of {all}").format(n=f"{registered:,}", all=f"{seats:,}")
