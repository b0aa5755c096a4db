"""Dates and times as the reader's system writes them, in the reader's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from PySide6.QtCore import QDate, QDateTime, QLocale

from desktop.i18n import _, ngettext


def date_text(moment: datetime) -> str:
    """``Mar 2, 2026`` in English, else the system's short form: its long form is too long for a table."""
    return QLocale().toString(_local(moment).date(), date_format())


def day_text(day: date) -> str:
    """As :func:`date_text`, of a day that has no time."""
    return QLocale().toString(QDate(day.year, day.month, day.day), date_format())


def date_format() -> str:
    """Of :func:`date_text`, as Qt writes formats; fields in which a date is typed have the same."""
    locale = QLocale()
    english = locale.language() in (QLocale.Language.English, QLocale.Language.C)
    return "MMM d, yyyy" if english else locale.dateFormat(QLocale.FormatType.ShortFormat)


def moment_text(moment: datetime) -> str:
    """Date and time, to the minute."""
    local = _local(moment)
    return f"{date_text(moment)}, {QLocale().toString(local.time(), QLocale.FormatType.ShortFormat)}"


def until_text(moment: datetime, now: datetime | None = None) -> str:
    """How far ahead a moment is: ``today``, ``tomorrow``, ``in 5 days``."""
    days = (moment.astimezone().date() - (now or datetime.now(UTC)).astimezone().date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in {n} day", "in {n} days", days).format(n=days)


def since_text(moment: datetime, now: datetime | None = None) -> str:
    """How long ago a moment is: ``today``, ``yesterday``, ``5 days ago``; a date beyond a month."""
    days = ((now or datetime.now(UTC)).astimezone().date() - moment.astimezone().date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days <= 30:
        return ngettext("{n} day ago", "{n} days ago", days).format(n=days)
    return date_text(moment)


def _local(moment: datetime) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(round(moment.timestamp() * 1000))
