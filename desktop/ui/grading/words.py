"""Sentences about assignments that several pages say."""

from __future__ import annotations

from decimal import Decimal

from desktop.grading.own_work import MEGABYTE, Terms
from desktop.i18n import _, ngettext
from desktop.ui.dates import moment_text
from desktop.ui.questions.fields import number_text

HOUR, DAY = 3600, 86_400


def points_of(points: Decimal, total: Decimal) -> str:
    return _("{points} of {total}").format(points=number_text(points), total=number_text(total))


def late_text(seconds: int) -> str:
    """How late work came; empty where it was in time."""
    if seconds <= 0:
        return ""
    if seconds < HOUR:
        minutes = -(-seconds // 60)
        return ngettext("{n} minute late", "{n} minutes late", minutes).format(n=minutes)
    if seconds < DAY:
        hours = -(-seconds // HOUR)
        return ngettext("{n} hour late", "{n} hours late", hours).format(n=hours)
    days = -(-seconds // DAY)
    return ngettext("{n} day late", "{n} days late", days).format(n=f"{days:,}")


def size_text(size: int) -> str:
    if size < MEGABYTE:
        return _("{n} KB").format(n=f"{max(1, round(size / 1024)):,}")
    return _("{n} MB").format(n=f"{size / MEGABYTE:,.1f}")


def late_rule(terms: Terms) -> str:
    """What happens to who is late."""
    if terms.due is None:
        return ""
    if not terms.late_allowed:
        return _("It cannot be handed in late.")
    until = _("until {moment}").format(moment=moment_text(terms.until)) if terms.until is not None else ""
    if not terms.penalty:
        return " ".join(filter(None, (_("It may be handed in late, without a penalty,"), until))).rstrip(",") + "."
    each = _("each hour begun") if terms.interval == "hour" else _("each day begun")
    rule = _("Late work loses {percent} % of all points for {each}").format(percent=number_text(terms.penalty), each=each)
    floor = _("not below {percent} %").format(percent=number_text(terms.floor)) if terms.floor else ""
    return ", ".join(filter(None, (rule, floor, until))) + "."
