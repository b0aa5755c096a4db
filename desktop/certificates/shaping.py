"""Scripts whose letters take their shape from their neighbours, or whose lines run from right to left.

HarfBuzz chooses and places the glyphs, the bidirectional algorithm (UAX #9) orders what is mixed. A run of them is printed as outlines, as
ReportLab's own shaping numbers its glyphs by what was shaped before in the same process, and the same certificate would not be the same
bytes twice. Over the outlines stand the letters themselves, not painted: what is searched, copied and read back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import uharfbuzz
from bidi import algorithm
from reportlab.pdfgen.pathobject import PDFPathObject

FONTS = Path(__file__).resolve().parents[2] / "resources" / "certificates" / "fonts"
EM = 1000.0
"""Units of a glyph's coordinates, of all the fonts here."""

_SCRIPTS = (
    ("\u0590", "\u05ff", "NotoSansHebrew-Regular"),
    ("\u0600", "\u077f", "NotoNaskhArabic-Regular"),
    ("\u08a0", "\u08ff", "NotoNaskhArabic-Regular"),
    ("\u0900", "\u097f", "NotoSansDevanagari-Regular"),
    ("\u0e00", "\u0e7f", "NotoSerifThai-Regular"),
)
SHAPED = frozenset(font for _first, _last, font in _SCRIPTS)


@dataclass(frozen=True, slots=True)
class Shape:
    """A run as it is printed: outlines from (0, 0) on, and how far they go, in units of the em."""

    outlines: PDFPathObject
    advance: float


def font_of(letter: str) -> str | None:
    """The font that shapes the letter, or None for one of a script that needs no shaping."""
    return next((font for first, last, font in _SCRIPTS if first <= letter <= last), None)


def in_visual_order(text: str) -> list[tuple[str, bool]]:
    """Characters from left to right, each with whether it is read from right to left."""
    if not any(algorithm.bidirectional(letter) in {"R", "AL", "AN"} for letter in text):
        return [(letter, False) for letter in text]
    storage = algorithm.get_empty_storage()
    storage["base_level"] = algorithm.get_base_level(text)
    storage["base_dir"] = ("L", "R")[storage["base_level"]]
    algorithm.get_embedding_levels(text, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    algorithm.reorder_resolved_levels(storage, False)
    algorithm.apply_mirroring(storage, False)
    return [(one["ch"], bool(one["level"] % 2)) for one in storage["chars"]]


def runs(letters: Iterable[tuple[str, bool, str]]) -> Iterable[tuple[str, str]]:
    """(font, text) of neighbours in visual order; a shaped text is as it is read, as HarfBuzz takes it."""
    for (font, backwards), some in groupby(letters, lambda one: (one[2], one[1] and one[2] in SHAPED)):
        text = "".join(letter for letter, _backwards, _font in some)
        yield font, text[::-1] if backwards else text


def is_backwards(text: str) -> bool:
    """True where a shaped run is read from right to left."""
    return any(algorithm.bidirectional(letter) in {"R", "AL"} for letter in text)


@cache
def _font(name: str) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FONTS / f"{name}.ttf"))))


@cache
def shape(name: str, text: str) -> Shape:
    """``text``, in the order it is read in, shaped by the font of that name."""
    font = _font(name)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    pen, x, y = _Pen(), 0.0, 0.0
    for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        pen.origin = (x + place.x_offset, y + place.y_offset)
        font.draw_glyph_with_pen(glyph.codepoint, pen)
        x += place.x_advance
        y += place.y_advance
    return Shape(pen.path, x)


type _Point = tuple[float, float]


class _Pen:
    """Takes a glyph's outline in the way of fontTools' pens, which HarfBuzz speaks."""

    def __init__(self) -> None:
        self.path = PDFPathObject()
        self.origin: _Point = (0.0, 0.0)
        self._last: _Point = (0.0, 0.0)

    def moveTo(self, point: _Point) -> None:  # noqa: N802 - HarfBuzz calls it
        self._last = self._place(point)
        self.path.moveTo(*self._last)

    def lineTo(self, point: _Point) -> None:  # noqa: N802 - HarfBuzz calls it
        self._last = self._place(point)
        self.path.lineTo(*self._last)

    def curveTo(self, *points: _Point) -> None:  # noqa: N802 - HarfBuzz calls it
        first, second, end = (self._place(point) for point in points)
        self.path.curveTo(*first, *second, *end)
        self._last = end

    def qCurveTo(self, *points: _Point) -> None:  # noqa: N802 - HarfBuzz calls it
        """A quadratic curve as the cubic that is the same curve."""
        (x0, y0), (x1, y1), (x2, y2) = self._last, *(self._place(point) for point in points)
        share = 2 / 3
        begin = (round(x0 + share * (x1 - x0), 1), round(y0 + share * (y1 - y0), 1))
        end = (round(x2 + share * (x1 - x2), 1), round(y2 + share * (y1 - y2), 1))
        self.path.curveTo(*begin, *end, x2, y2)
        self._last = (x2, y2)

    def closePath(self) -> None:  # noqa: N802 - HarfBuzz calls it
        self.path.close()

    def endPath(self) -> None:  # noqa: N802 - HarfBuzz calls it
        """A glyph's outline is closed; there is nothing to end."""

    def _place(self, point: _Point) -> _Point:
        return point[0] + self.origin[0], point[1] + self.origin[1]
