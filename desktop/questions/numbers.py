"""Numbers as files write them: none that would fill the memory when written out, and none that is not finite."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"[-+]?(?:\d{1,30}(?:[.,]\d{0,30})?|[.,]\d{1,30})(?:[eE][-+]?\d{1,2})?")
PARTS = Decimal("1e-10")


def number(words: str) -> Decimal:
    """A number with a point or a comma before its decimals. Raises :class:`ValueError` for anything else, and for absurd lengths."""
    words = words.strip()
    if not _NUMBER.fullmatch(words):
        raise ValueError(words[:40])
    try:
        return Decimal(words.replace(",", ".")).normalize() + 0
    except InvalidOperation as error:
        raise ValueError(words[:40]) from error


def is_number(words: str) -> bool:
    return _NUMBER.fullmatch(words.strip()) is not None


def plain(value: Decimal) -> str:
    """A number without exponent and without zeros at its end."""
    return format(value.normalize() + 0, "f")


def part_of(score: Decimal, full: Decimal) -> Decimal:
    """What part of ``full`` a score is, −1 to 1."""
    return max(min((score / full).quantize(PARTS).normalize() + 0, Decimal(1)), Decimal(-1)) if full else Decimal(0)
