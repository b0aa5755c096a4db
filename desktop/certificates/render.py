"""A certificate as a PDF, drawn by ReportLab from the snapshot that was made when it was issued.

The same snapshot and template give the same bytes. What the page says of a field stands in a box of its own
(:attr:`Template.boxes`), from which :mod:`desktop.certificates.verify` reads it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from functools import cache
from io import BytesIO
from math import ceil, cos, floor, pi, sin

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.utils import ImageReader, TimeStamp
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from desktop.certificates import engraving, qr
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import (
    Align,
    Border,
    Box,
    Code,
    Element,
    Ornament,
    Palette,
    Panel,
    Picture,
    Rule,
    Seal,
    Template,
    Text,
    Watermark,
)
from desktop.certificates.typeset import ITALIC, ROMAN, SANS, SMALL_CAPS, draw, draw_centred, fit, line
from desktop.i18n import _

# Streams as bytes: ReportLab's ASCII armour took two thirds of the time and a quarter of the size, for channels of the last century.
rl_config.useA85 = 0

FACES = {"roman": ROMAN, "italic": ITALIC, "small_caps": SMALL_CAPS, "sans": SANS}
_BAND = 24.0  # width of the engraved band
_CORNER = 46.0  # side of the square that a corner rosette fills
SMALLEST_MODULE = 1.04  # 0.37 mm: what the camera of an old telephone still tells apart at a hand's breadth


def render(snapshot: Snapshot, template: Template, code: str = "") -> bytes:
    """The PDF. ``code`` is what the QR code says, the address to ask if nothing.

    Raises :class:`desktop.errors.Invalid` where a name has letters that no bundled font can print.
    """
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=template.paper.value, pageCompression=1, invariant=1, lang="en-US")
    _describe(canvas, snapshot, template)
    width, height = template.paper.value
    canvas.setFillColor(HexColor(template.colours.paper))
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    values = fill_in(snapshot, template)
    for element in template.elements:
        _draw(canvas, element, template, values, code or template.verify_address + snapshot.number)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def fill_in(snapshot: Snapshot, template: Template) -> dict[str, str]:
    """What each field of a template says, nothing where there is nothing to say."""
    issued_on = snapshot.issued_at.astimezone(UTC).date()
    return {
        "name": snapshot.member_name,
        "course": snapshot.course_title,
        "details": details(snapshot.ce_credits, snapshot.completed_on, snapshot.expires_on),
        "number": snapshot.number,
        "issuer": snapshot.issuer_name,
        "designation": snapshot.designation or "",
        "instructor": snapshot.instructor_name or "",
        "signatory": template.signatory,
        "credits": _plain(snapshot.ce_credits) if snapshot.ce_credits else "",
        "completed": _long(snapshot.completed_on),
        "issued": _long(issued_on),
        "expires": _long(snapshot.expires_on) if snapshot.expires_on else "",
        "year": str(issued_on.year),
    }


def details(ce_credits: Decimal, completed_on: date, expires_on: date | None) -> str:
    """The line under the course's title: credits, when it was completed, until when it counts."""
    parts = []
    if ce_credits:
        parts.append(_("{credits} continuing education credits").format(credits=_plain(ce_credits)))
    parts.append(_("completed on {date}").format(date=_long(completed_on)))
    if expires_on:
        parts.append(_("valid until {date}").format(date=_long(expires_on)))
    return "  ·  ".join(parts)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _long(day: date) -> str:
    """A day in words: no reader takes the month for the day."""
    return f"{day.day} {_(day.strftime('%B'))} {day.year}"


def _describe(canvas: Canvas, snapshot: Snapshot, template: Template) -> None:
    canvas.setTitle(f"{snapshot.course_title} — {snapshot.member_name}")
    canvas.setAuthor(snapshot.issuer_name)
    canvas.setSubject(snapshot.number)
    canvas.setKeywords(f"certificate, {snapshot.number}, {template.version}")
    canvas.setCreator("NABIP LMS Desktop")
    # ReportLab's fixed date is for tests; a certificate's date is when it was issued, and as fixed.
    moment = snapshot.issued_at.astimezone(UTC)
    stamp: TimeStamp = canvas._doc._timeStamp  # type: ignore[attr-defined]
    stamp.t = moment.timestamp()
    stamp.lt = moment.timetuple()
    stamp.YMDhms = tuple(stamp.lt)[:6]


type _Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Stroke:
    path: PDFPathObject
    width: float
    colour: str  # a name in the palette


@dataclass(frozen=True, slots=True)
class _Figure:
    """Line work that the file holds once and places as often as it is needed (ISO 32000-1, 8.10 "Form XObjects")."""

    name: str
    strokes: tuple[_Stroke, ...]
    box: Box
    places: tuple[_Matrix, ...]


@cache
def _border(box: Box) -> tuple[_Figure, ...]:
    """Computed once for a place: it is the same on every certificate of a template."""
    half = _BAND / 2
    left, bottom, right, top = box.left + half, box.bottom + half, box.right - half, box.top - half
    reach = _CORNER / 2
    corner = _Figure(
        "corner",
        (
            _Stroke(_path([engraving.circle((0, 0), (reach - 1.2) / 2)]), reach - 1.2, "paper"),  # a disc: the frame ends at its edge
            _Stroke(_path([engraving.spirograph((0, 0), reach - 2.2, 24, 7, 0.9)]), 0.32, "ink"),
            _Stroke(_path(engraving.rosette((0, 0), 3.4, 9.6, 8, 3)), 0.3, "soft"),
            _Stroke(_path([engraving.circle((0, 0), reach - 1.2), engraving.circle((0, 0), 2.2)]), 0.5, "ink"),
        ),
        Box(-reach, -reach, reach, reach),
        tuple((1, 0, 0, 1, x, y) for x in (left, right) for y in (bottom, top)),
    )
    across = _band("across", right - left - 2 * reach, [(1, 0, 0, 1, left + reach, y) for y in (bottom, top)])
    upright = _band("upright", top - bottom - 2 * reach, [(0, 1, -1, 0, x, bottom + reach) for x in (left, right)])
    return across, upright, corner


@cache
def _watermark(box: Box) -> tuple[_Figure, ...]:
    scale = min(box.width, box.height) / 352
    return tuple(
        _ring(name, box.centre, inner * scale, outer * scale, lobes, strands)
        for name, inner, outer, lobes, strands in (("outer-ring", 92.0, 176.0, 24, 9), ("inner-ring", 30.0, 96.0, 16, 7))
    )


def _ring(name: str, centre: engraving.Point, inner: float, outer: float, lobes: int, strands: int) -> _Figure:
    """:func:`engraving.rosette`: its strands are one waved ring, turned."""
    strand = _Stroke(_path([engraving.scallop((0, 0), (inner + outer) / 2, (outer - inner) / 2, lobes)]), 0.35, "tint")
    turns = [2 * pi * number / strands / lobes for number in range(strands)]
    places = tuple((cos(turn), sin(turn), -sin(turn), cos(turn), *centre) for turn in turns)
    return _Figure(name, (strand,), Box(-outer - 1, -outer - 1, outer + 1, outer + 1), places)


def _band(name: str, length: float, begins: list[_Matrix]) -> _Figure:
    """A band of ``length`` from each of ``begins``: one repeat of its pattern after the other."""
    count = max(1, round(length / 54))
    repeat = length / count
    strokes = (
        _Stroke(_path(engraving.braid(repeat, _BAND / 2 - 2.5, 5)), 0.32, "ink"),
        _Stroke(_path(engraving.braid(repeat, _BAND / 2 - 6.5, 3)), 0.3, "soft"),
    )
    places = tuple((a, b, c, d, e + a * repeat * n, f + b * repeat * n) for a, b, c, d, e, f in begins for n in range(count))
    return _Figure(name, strokes, Box(-1, -_BAND / 2, repeat + 1, _BAND / 2), places)


def _draw(canvas: Canvas, element: Element, template: Template, values: Mapping[str, str], code: str) -> None:
    colours = template.colours
    match element:
        case Text():
            _draw_text(canvas, element, colours, values)
        case Picture():
            _draw_picture(canvas, element)
        case Rule():
            _draw_rule(canvas, element, colours)
        case Ornament():
            canvas.setFillColor(_colour(colours, element.colour))
            _ornament(canvas, *element.box.centre, element.box.width / 2)
        case Panel():
            canvas.setFillColor(_colour(colours, element.colour))
            canvas.rect(element.box.left, element.box.bottom, element.box.width, element.box.height, stroke=0, fill=1)
        case Border():
            _draw_border(canvas, element.box, colours)
        case Watermark():
            _draw_figures(canvas, _watermark(element.box), colours)
        case Seal():
            _draw_seal(canvas, element.box, template, values["year"])
        case Code():
            _draw_code(canvas, element.box, colours, code)


def _colour(colours: Palette, name: str) -> Color:
    return HexColor(getattr(colours, name))


def _draw_figures(canvas: Canvas, figures: tuple[_Figure, ...], colours: Palette) -> None:
    for figure in figures:
        # A template may have the same figure twice, at other sizes.
        name, box = f"{figure.name}-{figure.box.right:.2f}-{figure.places[0][4]:.2f}-{figure.places[0][5]:.2f}", figure.box
        canvas.beginForm(name, floor(box.left), floor(box.bottom), ceil(box.right), ceil(box.top))
        canvas.setLineCap(2)  # repeats of a band overlap by a hair where they meet
        for stroke in figure.strokes:
            canvas.setStrokeColor(_colour(colours, stroke.colour))
            canvas.setLineWidth(stroke.width)
            canvas.drawPath(stroke.path, stroke=1, fill=0)
        canvas.endForm()
        for place in figure.places:
            canvas.saveState()
            canvas.transform(*place)
            canvas.doForm(name)
            canvas.restoreState()


def _draw_border(canvas: Canvas, box: Box, colours: Palette) -> None:
    canvas.setStrokeColor(_colour(colours, "ink"))
    for inset, weight in ((-4.0, 1.4), (-0.6, 0.4), (_BAND + 0.6, 0.4)):
        _notched(canvas, box, inset, weight)
    canvas.setStrokeColor(_colour(colours, "accent"))
    _notched(canvas, box, _BAND + 4, 0.9)
    _draw_figures(canvas, _border(box), colours)


def _notched(canvas: Canvas, box: Box, inset: float, weight: float) -> None:
    """A frame ``inset`` within the box, that steps round the corner rosettes where it runs inside them."""
    canvas.setLineWidth(weight)
    left, bottom, right, top = box.left + inset, box.bottom + inset, box.right - inset, box.top - inset
    if inset < _BAND:
        canvas.rect(left, bottom, right - left, top - bottom, stroke=1, fill=0)
        return
    notch = _BAND / 2 + _CORNER / 2 + 3.5 - inset
    path = canvas.beginPath()
    path.moveTo(left + notch, bottom)
    path.lineTo(right - notch, bottom)
    path.arcTo(right - notch, bottom - notch, right + notch, bottom + notch, 180, -90)
    path.lineTo(right, top - notch)
    path.arcTo(right - notch, top - notch, right + notch, top + notch, 270, -90)
    path.lineTo(left + notch, top)
    path.arcTo(left - notch, top - notch, left + notch, top + notch, 0, -90)
    path.lineTo(left, bottom + notch)
    path.arcTo(left - notch, bottom - notch, left + notch, bottom + notch, 90, -90)
    path.close()
    canvas.drawPath(path, stroke=1, fill=0)


def _draw_text(canvas: Canvas, text: Text, colours: Palette, values: Mapping[str, str]) -> None:
    """The lines in the middle of the box; leading is 1.12 of the size, capitals are 0.66 of it."""
    words = text.words(values)
    if not words:
        return
    box = text.box
    canvas.setFillColor(_colour(colours, text.colour))
    lines = fit(words, FACES[text.font], text.size, text.smallest, box.width, text.lines, text.tracking)
    size = lines[0].size
    block = size * 1.12 * (len(lines) - 1) + size * 0.66
    baseline = (box.bottom + box.top + block) / 2 - size * 0.66
    for one in lines:
        spare = box.width - one.width
        shift = {Align.LEFT: 0.0, Align.CENTRE: spare / 2, Align.RIGHT: spare}[text.align]
        draw(canvas, box.left + shift, baseline, one)
        baseline -= size * 1.12


def _draw_picture(canvas: Canvas, picture: Picture) -> None:
    box = picture.box
    image = ImageReader(BytesIO(picture.content()))
    canvas.drawImage(image, box.left, box.bottom, box.width, box.height, mask="auto", preserveAspectRatio=True)


def _draw_rule(canvas: Canvas, rule: Rule, colours: Palette) -> None:
    (x, y), box = rule.box.centre, rule.box
    canvas.setStrokeColor(_colour(colours, rule.colour))
    canvas.setLineWidth(rule.weight)
    if box.width >= box.height:
        canvas.line(box.left, y, box.right, y)
    else:
        canvas.line(x, box.bottom, x, box.top)


def _ornament(canvas: Canvas, x: float, y: float, reach: float) -> None:
    """A rule with a lozenge: thin, thick towards the middle."""
    path = canvas.beginPath()
    for side in (-1, 1):
        path.moveTo(x + side * 9, y - 0.55)
        path.lineTo(x + side * reach, y)
        path.lineTo(x + side * 9, y + 0.55)
        path.close()
    path.moveTo(x - 4.5, y)
    path.lineTo(x, y + 2.8)
    path.lineTo(x + 4.5, y)
    path.lineTo(x, y - 2.8)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_seal(canvas: Canvas, box: Box, template: Template, year: str) -> None:
    colours = template.colours
    canvas.saveState()
    canvas.translate(*box.centre)
    scale = min(box.width, box.height) / 97
    canvas.scale(scale, scale)
    edge, strokes = _seal()
    canvas.setFillColor(_colour(colours, "accent"))
    canvas.drawPath(edge, stroke=0, fill=1)
    canvas.setStrokeColor(_colour(colours, "paper"))
    # Rays: one wide ring, dashed.
    canvas.setLineWidth(3.4)
    canvas.setDash([0.45, 2 * pi * 43.5 / 132 - 0.45])
    canvas.circle(0, 0, 43.5, stroke=1, fill=0)
    canvas.setDash()
    for stroke in strokes:
        canvas.setStrokeColor(_colour(colours, stroke.colour))
        canvas.setLineWidth(stroke.width)
        canvas.drawPath(stroke.path, stroke=1, fill=0)
    canvas.setFillColor(_colour(colours, "accent"))
    canvas.circle(0, 0, 15.2, stroke=1, fill=1)
    canvas.setFillColor(_colour(colours, "paper"))
    draw_centred(canvas, 0, -7.2, line(template.monogram, SMALL_CAPS, 22))
    _around(canvas, 32.6, f"{_('Certified')} · {year} · ".upper() * 2)
    canvas.restoreState()


@cache
def _seal() -> tuple[PDFPathObject, tuple[_Stroke, ...]]:
    """Its edge, to fill, and the lines on it, round (0, 0)."""
    return _path([engraving.scallop((0, 0), 47, 1.5, 44)]), (
        _Stroke(_path([engraving.circle((0, 0), 26.2)]), 0.3, "paper"),
        _Stroke(_path(engraving.rosette((0, 0), 15.5, 25.4, 18, 5)), 0.32, "paper"),
        _Stroke(_path([engraving.circle((0, 0), 41.2), engraving.circle((0, 0), 27.6)]), 0.7, "paper"),
    )


def _around(canvas: Canvas, radius: float, text: str) -> None:
    """Letters evenly spaced round a full circle about (0, 0), their feet towards the middle."""
    letters = line(text, ROMAN, 7.6)
    spare = (2 * pi * radius - letters.width) / len(text)
    travelled = 0.0
    for letter in text:
        one = line(letter, ROMAN, 7.6)
        angle = 90 - (travelled + one.width / 2) / (2 * pi * radius) * 360
        canvas.saveState()
        canvas.rotate(angle - 90)
        draw_centred(canvas, 0, radius, one)
        canvas.restoreState()
        travelled += one.width + spare


def _draw_code(canvas: Canvas, box: Box, colours: Palette, code: str) -> None:
    count, runs = qr.modules(code)
    side = max(box.width, box.height, count * SMALLEST_MODULE)
    module = side / count
    left, top = box.centre[0] - side / 2, box.bottom + side
    canvas.setFillColor(_colour(colours, "paper"))
    margin = qr.QUIET * module
    canvas.rect(left - margin, top - side - margin, side + 2 * margin, side + 2 * margin, stroke=0, fill=1)
    path = canvas.beginPath()
    for column, row, length in runs:
        path.rect(left + column * module, top - (row + 1) * module, length * module, module)
    canvas.setFillColor(_colour(colours, "ink"))
    canvas.drawPath(path, stroke=0, fill=1)


def _path(curves: list[engraving.Curve]) -> PDFPathObject:
    """Coordinates to a hundredth of a point: 3.5 micrometres, finer than a printer's dot, and half the bytes."""
    path = PDFPathObject()
    for curve in curves:
        path.moveTo(*(round(one, 2) for one in curve.start))
        for segment in curve.segments:
            path.curveTo(*(round(one, 2) for point in segment for one in point))
    return path
