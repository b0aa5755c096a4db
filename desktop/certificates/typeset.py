"""Type on a certificate: bundled fonts, names in any script they cover, lines that shrink and wrap.

EB Garamond carries Latin (Vietnamese included), Greek and Cyrillic; Droid Sans Fallback carries Han, kana and all 11,172 syllables of
hangul; Inter, cut down to ASCII, sets the number. Arabic, Hebrew, Devanagari and Thai have a font of theirs and go through
:mod:`desktop.certificates.shaping`. Other scripts that need shaping are refused rather than printed wrong.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from desktop.certificates import shaping
from desktop.errors import Invalid
from desktop.i18n import _

FONTS = Path(__file__).resolve().parents[2] / "resources" / "certificates" / "fonts"

ROMAN = "EBGaramond12-Regular"
ITALIC = "EBGaramond12-Italic"
SMALL_CAPS = "EBGaramondSC12-Regular"
SANS = "Inter-Medium"
"""For numbers that people copy by hand: EB Garamond's old-style 0 and 1 look like o and I."""
_FALLBACK = "DroidSansFallback"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text set in ``size`` points: runs of (font, text) from left to right, and how far letters stand apart beyond their width.

    Letters that are shaped are never set apart.
    """

    runs: tuple[tuple[str, str], ...]
    size: float
    tracking: float = 0.0

    @property
    def width(self) -> float:
        letters = sum(len(text) for font, text in self.runs if font not in shaping.SHAPED)
        return sum(self.width_of(*run) for run in self.runs) + self.tracking * max(0, letters - 1)

    def width_of(self, font: str, text: str) -> float:
        """Of one run, without tracking."""
        if font in shaping.SHAPED:
            return shaping.shape(font, text).advance / shaping.EM * self.size
        width: float = pdfmetrics.stringWidth(text, font, self.size)
        return width


@cache
def load(font: str) -> TTFont:
    """The bundled font of that name, known to ReportLab from then on."""
    loaded = TTFont(font, str(FONTS / f"{font}.ttf"))
    pdfmetrics.registerFont(loaded)
    return loaded


def line(text: str, font: str, size: float, tracking: float = 0.0) -> Line:
    """``text`` as runs of the first font that has each character. Raises :class:`Invalid` where no bundled font can print it rightly."""
    text = unicodedata.normalize("NFC", text)
    refused = "".join(sorted({letter for letter in text if _needs_shaping(letter) or _font_for(letter, font) is None}))
    if refused:
        raise Invalid(
            _("“{text}” has letters that this version cannot print: {letters}").format(text=text, letters=refused),
            remedy=_("Ask the person how the name is written in Latin letters, and correct it before the certificate is printed."),
        )
    letters = [(letter, backwards, _font_for(letter, font) or font) for letter, backwards in shaping.in_visual_order(text)]
    return Line(tuple(shaping.runs(letters)), size, tracking)


def fit(text: str, font: str, size: float, smallest: float, width: float, lines: int = 1, tracking: float = 0.0) -> list[Line]:
    """``text`` in at most ``lines`` lines of ``width`` points, as large as fits from ``size`` down to ``smallest``.

    Where even the smallest size does not fit, the text takes as many lines as it needs, and a single word that is still too wide shrinks
    further: a name is never cut.
    """
    at = size
    while at > smallest:
        broken = _break(text, font, at, width, tracking)
        if len(broken) <= lines and all(one.width <= width for one in broken):
            return broken
        at -= 0.5
    broken = _break(text, font, smallest, width, tracking)
    widest = max(one.width for one in broken)
    return broken if widest <= width else _break(text, font, smallest * width / widest, width + 0.01, tracking * width / widest)


def draw_centred(canvas: Canvas, x: float, y: float, text: Line) -> None:
    """Draw the line with its baseline at ``y`` and its middle at ``x``."""
    draw(canvas, x - text.width / 2, y, text)


def draw(canvas: Canvas, x: float, y: float, text: Line) -> None:
    """Draw the line with its baseline at ``y`` from ``x`` on, in the canvas's fill colour."""
    plain: list[tuple[str, str]] = []
    for font, letters in text.runs:
        if font in shaping.SHAPED:
            x = _draw_plain(canvas, x, y, text, plain)
            x = _draw_shaped(canvas, x, y, text, font, letters)
            plain = []
        else:
            plain.append((font, letters))
    _draw_plain(canvas, x, y, text, plain)


def _draw_plain(canvas: Canvas, x: float, y: float, text: Line, runs: list[tuple[str, str]]) -> float:
    """The answer of this and the next is where the line goes on."""
    if not runs:
        return x
    writer = canvas.beginText(x, y)
    writer.setCharSpace(text.tracking)
    for font, letters in runs:
        load(font)
        writer.setFont(font, text.size)
        writer.textOut(letters)
        x += text.width_of(font, letters) + text.tracking * len(letters)
    writer.setCharSpace(0)
    canvas.drawText(writer)
    return x


def _draw_shaped(canvas: Canvas, x: float, y: float, text: Line, font: str, letters: str) -> float:
    shape = shaping.shape(font, letters)
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(text.size / shaping.EM, text.size / shaping.EM)
    canvas.drawPath(shape.outlines, stroke=0, fill=1, fillMode=1)  # glyphs' contours overlap: the nonzero rule
    canvas.restoreState()
    load(font)
    width = text.width_of(font, letters)
    writer = canvas.beginText(x, y)
    writer.setTextRenderMode(3)  # neither filled nor stroked (ISO 32000-1, table 106)
    writer.setFont(font, text.size)
    writer.setHorizScale(100 * width / pdfmetrics.stringWidth(letters, font, text.size))
    writer.textOut(letters[::-1] if shaping.is_backwards(letters) else letters)  # readers expect the order on the page
    writer.setHorizScale(100)
    writer.setTextRenderMode(0)
    canvas.drawText(writer)
    return x + width


@cache
def _font_for(letter: str, font: str) -> str | None:
    shaper = shaping.font_of(letter)
    candidates = (shaper,) if shaper else (font, ROMAN, _FALLBACK)
    return next((candidate for candidate in candidates if ord(letter) in load(candidate).face.charToGlyph), None)


def _needs_shaping(letter: str) -> bool:
    """True for letters whose look depends on their neighbours or that are read from right to left, of scripts without a font here."""
    if shaping.font_of(letter):
        return False
    if unicodedata.bidirectional(letter) in {"R", "AL", "AN"}:
        return True
    # Indic and South-East Asian blocks, Devanagari to Myanmar, and Khmer.
    return "\u0900" <= letter <= "\u109f" or "\u1780" <= letter <= "\u17ff"


def _break(text: str, font: str, size: float, width: float, tracking: float) -> list[Line]:
    """Lines that are as even as they can be: a heading with one lonely word below it looks like a mistake."""
    words = text.split()
    greedy = _fill(words, font, size, width, tracking)
    if len(greedy) < 2:
        return greedy
    narrow = width
    while narrow > width / 2:
        candidate = _fill(words, font, size, narrow - size, tracking)
        if len(candidate) > len(greedy) or any(one.width > width for one in candidate):
            break
        greedy, narrow = candidate, narrow - size
    return greedy


def _fill(words: list[str], font: str, size: float, width: float, tracking: float) -> list[Line]:
    lines: list[Line] = []
    current = ""
    for word in words:
        longer = f"{current} {word}".strip()
        if current and line(longer, font, size, tracking).width > width:
            lines.append(line(current, font, size, tracking))
            current = word
        else:
            current = longer
    return [*lines, line(current, font, size, tracking)]
