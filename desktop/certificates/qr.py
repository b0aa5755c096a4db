"""The QR code of a certificate (ISO/IEC 18004), as rectangles: one per run of dark modules in a row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import segno

QUIET = 4
"""Modules of white that the standard asks for on each side (ISO/IEC 18004, 5.3.8)."""


def modules(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Modules per side, and the dark runs as (column, row, length), rows counted from the top.

    Error correction M (15 %): prints of a certificate are folded and stamped on.
    """
    code = segno.make(text, error="m", micro=False, boost_error=False)
    return len(code.matrix), list(_runs(code.matrix))


def _runs(matrix: tuple[bytearray, ...]) -> Iterator[tuple[int, int, int]]:
    for row, cells in enumerate(matrix):
        column = 0
        for dark, run in groupby(cells):
            length = len(list(run))
            if dark:
                yield column, row, length
            column += length
