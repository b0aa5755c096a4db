"""Values as COPY takes them, and what holds them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

DAY = 86_400

type Value = str | int | bool | None
type Row = tuple[Value, ...]

CLOCK = [str(timedelta(seconds=second)).zfill(8) + "+00" for second in range(DAY)]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table, to be read once."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


def identity(chance: random.Random) -> str:
    """A random (version 4) UUID in hex."""
    return f"{chance.getrandbits(128) & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62:032x}"


@cache
def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def day_of(seconds: int) -> str:
    return _day(seconds // DAY)


def moment(seconds: int) -> str:
    """As Postgres reads it, in UTC. ``strftime`` would take as long as all the rest."""
    day, second = divmod(seconds, DAY)
    return f"{_day(day)} {CLOCK[second]}"
