"""What is wrong with a design before a certificate is printed by it: with the names that it is tried with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.certificates import qr
from desktop.certificates.render import FACES, SMALLEST_MODULE, fill_in
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import Box, Code, Panel, Template, Text
from desktop.certificates.typeset import fit
from desktop.errors import Invalid
from desktop.i18n import _

LARGE = 18.0
"""Points from which on text counts as large (WCAG 2.2, "large scale")."""
CONTRAST, CONTRAST_OF_LARGE = 4.5, 3.0
"""WCAG 2.2, success criterion 1.4.3."""
ROUNDING = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """``number``: of the element, None for the design as a whole. A ``grave`` one keeps the design from being used."""

    sentence: str
    number: int | None = None
    grave: bool = False


def lint(template: Template, snapshots: tuple[Snapshot, ...], code: str) -> tuple[Finding, ...]:
    """Findings for a design that is tried with ``snapshots``, none twice; ``code`` is what a QR code of the usual length says."""
    found = [Finding(sentence, grave=True) for sentence in template.gaps()]
    found.extend(_places(template))
    for snapshot in snapshots:
        found.extend(_texts(template, snapshot))
    found.extend(_contrast(template))
    found.extend(_code(template, code))
    return tuple(dict.fromkeys(found))


def _places(template: Template) -> Iterator[Finding]:
    width, height = template.paper.value
    for number, one in enumerate(template.elements):
        box = one.box
        if box.left < -ROUNDING or box.bottom < -ROUNDING or box.right > width + ROUNDING or box.top > height + ROUNDING:
            yield Finding(_("This reaches over the edge of the sheet."), number)


def _texts(template: Template, snapshot: Snapshot) -> Iterator[Finding]:
    values = fill_in(snapshot, template)
    for number, one in enumerate(template.elements):
        words = one.words(values) if isinstance(one, Text) else ""
        if not isinstance(one, Text) or not words:
            continue
        try:
            lines = fit(words, FACES[one.font], one.size, one.smallest, one.box.width, one.lines, one.tracking)
        except Invalid as error:
            yield Finding(error.message, number)
            continue
        size = lines[0].size
        high = size * 1.12 * (len(lines) - 1) + size * 0.66
        if len(lines) > one.lines or size < one.smallest - 0.01 or high > one.box.height + ROUNDING:
            yield Finding(_("“{text}” does not fit, even at the smallest size.").format(text=words), number)


def _contrast(template: Template) -> Iterator[Finding]:
    for number, one in enumerate(template.elements):
        if isinstance(one, Text):
            colour = getattr(template.colours, one.colour)
            ratio = contrast(colour, _ground(template, number, one.box))
            if ratio < (CONTRAST_OF_LARGE if one.size >= LARGE else CONTRAST):
                yield Finding(_("The contrast with what lies under it is {ratio}: hard to read.").format(ratio=f"{ratio:.1f}"), number)


def _ground(template: Template, number: int, box: Box) -> str:
    """The colour of the panel that the middle of the box lies on, else the paper's."""
    x, y = box.centre
    under = [one for one in template.elements[:number] if isinstance(one, Panel)]
    on = [one for one in under if one.box.left <= x <= one.box.right and one.box.bottom <= y <= one.box.top]
    colour: str = getattr(template.colours, on[-1].colour if on else "paper")
    return colour


def _code(template: Template, code: str) -> Iterator[Finding]:
    count, _runs = qr.modules(code)
    needed = count * SMALLEST_MODULE
    for number, one in enumerate(template.elements):
        if isinstance(one, Code):
            if max(one.box.width, one.box.height) < needed:
                sentence = _("The QR code needs {n} points a side to be scanned, and will be larger than its place.")
                yield Finding(sentence.format(n=round(needed)), number)
            side = max(one.box.width, one.box.height, needed)
            middle = one.box.centre[0]
            covered = Box(middle - side / 2, one.box.bottom, middle + side / 2, one.box.bottom + side)
            if any(other.box.meets(covered) for other in template.elements if isinstance(other, Text)):
                yield Finding(_("A text lies over the QR code, which could then not be scanned."), number)


def contrast(one: str, other: str) -> float:
    """Of two colours ``#rrggbb``, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
