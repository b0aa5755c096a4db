"""Local times and the moments that they are, by the IANA time zone database.

On the night when clocks go forward some local times do not exist, and when they go back some exist twice. Neither is guessed: the first is
refused, the second is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from desktop.errors import Invalid
from desktop.i18n import _


@cache
def list_zones() -> tuple[str, ...]:
    """Names of zones by place, ``Europe/Vienna``, and UTC. Those without one (``EST5EDT``, ``Etc/GMT+3``) are left out."""
    regions = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ("UTC", *sorted(zone for zone in available_timezones() if zone.startswith(regions)))


def zone_named(name: str) -> ZoneInfo:
    """Raises :class:`Invalid` for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(_("“{name}” is no time zone.").format(name=name), remedy=_("Choose one from the list.")) from error


def moments(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The moments (UTC, earliest first) at which clocks in ``zone`` show ``local``: one, none in a gap, two in a fold."""
    candidates = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(at for at in candidates if at.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(fold=0)))


def moment(local: datetime, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """The moment at which clocks in ``zone`` show ``local``; of two the earlier, or the ``later``.

    Raises :class:`Invalid` where clocks never show it.
    """
    found = moments(local, zone)
    if not found:
        raise Invalid(
            _("{time} does not exist on that day in {zone}: clocks go forward.").format(time=f"{local:%H:%M}", zone=zone.key),
            remedy=_("Choose another time."),
        )
    return found[-1 if later else 0]


def weekly(local: datetime, zone: ZoneInfo, times: int) -> Iterator[datetime]:
    """So many weeks in a row at the same time by the clocks of ``zone``, whatever clocks do in between."""
    for week in range(times):
        yield moment(local + timedelta(weeks=week), zone)
