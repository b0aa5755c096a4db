"""The QR code of a certificate (ISO/IEC 18004), as rectangles: one per run of dark modules in a row.

segno makes the code. Of its time, most went into trying the eight masks module by module; here rows are integers, a bit a module, and a
mask is tried with a few operations on each. The code is the same, module by module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import segno
from segno import consts

QUIET = 4
"""Modules of white that the standard asks for on each side (ISO/IEC 18004, 5.3.8)."""

_MASKS: tuple[Callable[[int, int], int], ...] = (
    lambda i, j: (i + j) % 2,
    lambda i, j: (i + 0 * j) % 2,
    lambda i, j: (0 * i + j) % 3,
    lambda i, j: (i + j) % 3,
    lambda i, j: (i // 2 + j // 3) % 2,
    lambda i, j: i * j % 2 + i * j % 3,
    lambda i, j: (i * j % 2 + i * j % 3) % 2,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2,
)
"""A module is turned where the answer is 0 (ISO/IEC 18004, 7.8.2, table 10)."""


def modules(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Modules per side, and the dark runs as (column, row, length), rows counted from the top.

    Error correction M (15 %): prints of a certificate are folded and stamped on.
    """
    plain = _make(text, 0)
    plan = _plan(int(plain.version))
    rows = [number & ~fixed for number, fixed in zip(_rows(plain), plan.information, strict=True)]
    tried = [[row ^ turned for row, turned in zip(rows, mask, strict=True)] for mask in plan.masks]
    scores = [_penalty(candidate, plan.side) for candidate in tried]
    best = min(range(len(tried)), key=scores.__getitem__)
    information = _information(int(plain.version), best)
    return plan.side, list(_runs((row | told for row, told in zip(tried[best], information, strict=True)), plan.side))


def _make(text: str, mask: int) -> segno.QRCode:
    return segno.make_qr(text, error="m", boost_error=False, mask=mask)


def _rows(code: segno.QRCode) -> list[int]:
    """Each row as a number, its first module the highest bit."""
    return [int(bytes(row).translate(_DIGITS), 2) for row in code.matrix]


_DIGITS = bytes(ord("1") if value else ord("0") for value in range(256))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is the same for every code of a version.

    ``information``: the modules that tell of version and mask, light while masks are tried. ``masks``: what each turns against mask 0.
    """

    side: int
    information: tuple[int, ...]
    masks: tuple[tuple[int, ...], ...]


@cache
def _plan(version: int) -> _Plan:
    code = _of_version(version, 0)
    kinds = [list(row) for row in code.matrix_iter(border=0, verbose=True)]
    side = len(kinds)
    fixed = {
        *(consts.TYPE_FINDER_PATTERN_DARK, consts.TYPE_FINDER_PATTERN_LIGHT, consts.TYPE_SEPARATOR, consts.TYPE_QUIET_ZONE),
        *(consts.TYPE_ALIGNMENT_PATTERN_DARK, consts.TYPE_ALIGNMENT_PATTERN_LIGHT, consts.TYPE_TIMING_DARK, consts.TYPE_TIMING_LIGHT),
    }

    def told(i: int, j: int) -> bool:
        """Of format and version (7.9, 7.10), and the one that is always dark; segno calls a neighbour of them one of them, too."""
        if i == 8 or j == 8:
            other = j if i == 8 else i
            return (other <= 8 and other != 6) or other >= side - 8
        near, far = sorted((i, j))
        return version >= 7 and near < 6 and side - 11 <= far < side - 8

    def turned(mask: int, row: int) -> int:
        first, other = _MASKS[0], _MASKS[mask]
        return _number(
            kinds[row][j] not in fixed and not told(row, j) and ((first(row, j) == 0) != (other(row, j) == 0)) for j in range(side)
        )

    information = tuple(_number(told(i, j) for j in range(side)) for i in range(side))
    return _Plan(side, information, tuple(tuple(turned(mask, row) for row in range(side)) for mask in range(len(_MASKS))))


@cache
def _information(version: int, mask: int) -> tuple[int, ...]:
    return tuple(row & told for row, told in zip(_rows(_of_version(version, mask)), _plan(version).information, strict=True))


def _of_version(version: int, mask: int) -> segno.QRCode:
    return segno.make_qr("0", error="m", boost_error=False, version=version, mask=mask)


def _number(bits: Iterable[bool]) -> int:
    number = 0
    for bit in bits:
        number = number << 1 | bit
    return number


def _penalty(rows: Sequence[int], side: int) -> int:
    """How hard the code is to scan (ISO/IEC 18004, 7.8.3.1, table 11)."""
    everything = (1 << side) - 1
    # Columns as rows: the digits of all rows one after the other, each column every so many digits.
    digits = "".join(f"{row:0{side}b}" for row in rows)
    columns = [int(digits[at::side], 2) for at in range(side)]
    lines = sum(_runs_and_finders(line, side, everything) for line in (*rows, *columns))
    blocks = 0
    for above, below in pairwise(rows):
        level = ~(above ^ below)
        along = ~(above ^ above >> 1)
        blocks += (level & level >> 1 & along & everything >> 1).bit_count()
    dark = sum(row.bit_count() for row in rows)
    return lines + 3 * blocks + 10 * int(abs(dark * 100 / (side * side) - 50) / 5)


def _runs_and_finders(line: int, side: int, everything: int) -> int:
    same = ~(line ^ line >> 1) & everything >> 1
    five = same & same >> 1 & same >> 2 & same >> 3
    runs = five.bit_count() + 2 * (five & ~(five << 1)).bit_count()
    return runs + 40 * _finders(line, side)


def _finders(line: int, side: int) -> int:
    """How often the pattern of a corner occurs with four light modules, or the edge, on one side."""
    light = ~line
    found = light >> 5 & line >> 6 & line >> 4 & line >> 3 & line >> 2 & light >> 1 & line & ((1 << side - 6) - 1)
    count = 0
    while found:
        at = found.bit_length() - 1  # the pattern is the bits from there to 6 higher
        before, after = line >> at + 7, line << 4 >> at & 0b1111
        if before & 0b1111 == 0 or after == 0:
            count += 1
            found &= (1 << max(0, at - 6)) - 1
        else:
            found &= (1 << max(0, at - 3)) - 1
    return count


def _runs(rows: Iterable[int], side: int) -> Iterator[tuple[int, int, int]]:
    for row, line in enumerate(rows):
        rest = line
        while rest:
            high = rest.bit_length()
            length = high - (rest ^ ((1 << high) - 1)).bit_length()
            yield side - high, row, length
            rest &= (1 << high - length) - 1
