"""A certificate as a PDF, drawn by ReportLab from the snapshot that was made when it was issued.

The same snapshot gives the same bytes. What the page says of a field stands in a box of its own (:func:`boxes`), from which
:mod:`desktop.certificates.verify` reads it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from functools import cache
from io import BytesIO
from math import ceil, cos, floor, pi, sin

from reportlab import rl_config
from reportlab.lib.utils import TimeStamp
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from desktop.certificates import engraving, qr
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import Palette, Paper, Template
from desktop.certificates.typeset import ITALIC, ROMAN, SANS, SMALL_CAPS, Line, draw_centred, fit, line
from desktop.i18n import _

# Streams as bytes: ReportLab's ASCII armour took two thirds of the time and a quarter of the size, for channels of the last century.
rl_config.useA85 = 0

_MARGIN = 22.0  # sheet edge to the band
_BAND = 24.0  # width of the engraved band
_CORNER = 46.0  # side of the square that a corner rosette fills
_SMALLEST_MODULE = 1.04  # 0.37 mm: what the camera of an old telephone still tells apart at a hand's breadth


@dataclass(frozen=True, slots=True)
class Box:
    """Left, bottom, right and top in points from the sheet's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


def render(snapshot: Snapshot, template: Template, paper: Paper = Paper.LETTER, code: str = "") -> bytes:
    """The PDF. ``code`` is what the QR code says, the address to ask if nothing.

    Raises :class:`desktop.errors.Invalid` where a name has letters that no bundled font can print.
    """
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=paper.value, pageCompression=1, invariant=1, lang="en-US")
    _describe(canvas, snapshot, template)
    _draw_sheet(canvas, template, paper)
    _draw_words(canvas, snapshot, template, paper)
    _draw_signature(canvas, snapshot, template)
    _draw_seal(canvas, snapshot, template, paper)
    _draw_code(canvas, snapshot, template, paper, code or template.verify_address + snapshot.number)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def boxes(paper: Paper) -> dict[str, Box]:
    """Where each printed field stands: for a person to look at and for a program to read back."""
    width, height = paper.value
    inner = _MARGIN + _BAND + 14
    wide = inner + 30
    return {
        "member_name": Box(wide, 0.548 * height, width - wide, 0.655 * height),
        "course_title": Box(wide, 0.385 * height, width - wide, 0.502 * height),
        "details": Box(wide, 0.322 * height, width - wide, 0.368 * height),
        "number": Box(width - inner - 190, _MARGIN + _BAND + 12, width - inner, _MARGIN + _BAND + 27),
    }


def details(ce_credits: Decimal, completed_on: date, expires_on: date | None) -> str:
    """The line under the course's title: credits, when it was completed, until when it counts."""
    parts = []
    if ce_credits:
        parts.append(_("{credits} continuing education credits").format(credits=ce_credits.normalize().__format__("f")))
    parts.append(_("completed on {date}").format(date=_long(completed_on)))
    if expires_on:
        parts.append(_("valid until {date}").format(date=_long(expires_on)))
    return "  ·  ".join(parts)


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
def _figures(paper: Paper) -> tuple[_Figure, ...]:
    """The border and the watermark, computed once per paper: they are the same on every certificate."""
    width, height = paper.value
    middle = _MARGIN + _BAND / 2
    left, bottom, right, top = middle, middle, width - middle, height - middle
    reach = _CORNER / 2
    rings = [
        _ring(name, (width / 2, height / 2), inner, outer, lobes, strands)
        for name, inner, outer, lobes, strands in (("outer-ring", 92.0, 176.0, 24, 9), ("inner-ring", 30.0, 96.0, 16, 7))
    ]
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
    return (*rings, across, upright, corner)


def _ring(name: str, centre: engraving.Point, inner: float, outer: float, lobes: int, strands: int) -> _Figure:
    """:func:`engraving.rosette`: its strands are one waved ring, turned."""
    strand = _Stroke(_path([engraving.scallop((0, 0), (inner + outer) / 2, (outer - inner) / 2, lobes)]), 0.35, "tint")
    turns = [2 * pi * number / strands / lobes for number in range(strands)]
    places = tuple((cos(turn), sin(turn), -sin(turn), cos(turn), *centre) for turn in turns)
    return _Figure(name, (strand,), Box(-outer - 1, -outer - 1, outer + 1, outer + 1), places)


def _band(name: str, length: float, begins: list[_Matrix]) -> _Figure:
    """A band of ``length`` from each of ``begins``: one repeat of its pattern after the other."""
    count = round(length / 54)
    repeat = length / count
    strokes = (
        _Stroke(_path(engraving.braid(repeat, _BAND / 2 - 2.5, 5)), 0.32, "ink"),
        _Stroke(_path(engraving.braid(repeat, _BAND / 2 - 6.5, 3)), 0.3, "soft"),
    )
    places = tuple((a, b, c, d, e + a * repeat * n, f + b * repeat * n) for a, b, c, d, e, f in begins for n in range(count))
    return _Figure(name, strokes, Box(-1, -_BAND / 2, repeat + 1, _BAND / 2), places)


def _draw_sheet(canvas: Canvas, template: Template, paper: Paper) -> None:
    width, height = paper.value
    colours = template.colours
    for figure in _figures(paper):
        box = figure.box
        canvas.beginForm(figure.name, floor(box.left), floor(box.bottom), ceil(box.right), ceil(box.top))
        canvas.setLineCap(2)  # repeats of a band overlap by a hair where they meet
        for stroke in figure.strokes:
            canvas.setStrokeColor(getattr(colours, stroke.colour))
            canvas.setLineWidth(stroke.width)
            canvas.drawPath(stroke.path, stroke=1, fill=0)
        canvas.endForm()
    canvas.setFillColor(colours.paper)
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    canvas.setStrokeColor(colours.ink)
    for inset, weight in ((_MARGIN - 4, 1.4), (_MARGIN - 0.6, 0.4), (_MARGIN + _BAND + 0.6, 0.4)):
        _notched(canvas, inset, width, height, weight)
    canvas.setStrokeColor(colours.accent)
    _notched(canvas, _MARGIN + _BAND + 4, width, height, 0.9)
    for figure in _figures(paper):
        for place in figure.places:
            canvas.saveState()
            canvas.transform(*place)
            canvas.doForm(figure.name)
            canvas.restoreState()


def _notched(canvas: Canvas, inset: float, width: float, height: float, weight: float) -> None:
    """A frame that steps round the corner rosettes where it runs inside them."""
    canvas.setLineWidth(weight)
    notch = _MARGIN + _BAND / 2 + _CORNER / 2 + 3.5 - inset
    if inset < _MARGIN + _BAND:
        canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset, stroke=1, fill=0)
        return
    path = canvas.beginPath()
    left, bottom, right, top = inset, inset, width - inset, height - inset
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


def _draw_words(canvas: Canvas, snapshot: Snapshot, template: Template, paper: Paper) -> None:
    width, height = paper.value
    centre, colours, place = width / 2, template.colours, boxes(paper)
    canvas.setFillColor(colours.accent)
    draw_centred(canvas, centre, 0.848 * height, line(snapshot.issuer_name.upper(), ROMAN, 10.5, tracking=2.1))
    canvas.setFillColor(colours.ink)
    draw_centred(canvas, centre, 0.753 * height, line(_("Certificate of Completion"), SMALL_CAPS, 43, tracking=1.6))
    _ornament(canvas, centre, 0.72 * height, 118, colours)
    canvas.setFillColor(colours.ink)
    draw_centred(canvas, centre, 0.668 * height, line(_("This is to certify that"), ITALIC, 15.5))
    _draw_in(canvas, place["member_name"], fit(snapshot.member_name, ROMAN, 42, 20, _width(place["member_name"])))
    draw_centred(canvas, centre, 0.52 * height, line(_("has successfully completed"), ITALIC, 15.5))
    _draw_in(canvas, place["course_title"], fit(snapshot.course_title, ROMAN, 27, 17, _width(place["course_title"]), lines=2))
    words = details(snapshot.ce_credits, snapshot.completed_on, snapshot.expires_on)
    _draw_in(canvas, place["details"], fit(words, ROMAN, 13, 9, _width(place["details"])))
    if snapshot.designation:
        words = _("counts towards the designation {designation}").format(designation=snapshot.designation)
        draw_centred(canvas, centre, 0.305 * height, line(words, ITALIC, 12))


def _draw_in(canvas: Canvas, box: Box, lines: list[Line]) -> None:
    """The lines in the middle of the box; leading is 1.12 of the size."""
    leading = lines[0].size * 1.12
    block = leading * (len(lines) - 1) + lines[0].size * 0.66
    baseline = (box.bottom + box.top + block) / 2 - lines[0].size * 0.66
    for one in lines:
        draw_centred(canvas, (box.left + box.right) / 2, baseline, one)
        baseline -= leading


def _width(box: Box) -> float:
    return box.right - box.left


def _ornament(canvas: Canvas, x: float, y: float, reach: float, colours: Palette) -> None:
    """A rule with a lozenge: thin, thick towards the middle."""
    canvas.setFillColor(colours.accent)
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


def _draw_signature(canvas: Canvas, snapshot: Snapshot, template: Template) -> None:
    left = _MARGIN + _BAND + 44
    base = _MARGIN + _BAND + 58
    reach = 186.0
    canvas.setStrokeColor(template.colours.ink)
    canvas.setLineWidth(0.5)
    canvas.line(left, base, left + reach, base)
    canvas.setFillColor(template.colours.ink)
    draw_centred(canvas, left + reach / 2, base - 15, line(template.signatory, ITALIC, 11.5))
    issued = _("Issued on {date}").format(date=_long(snapshot.issued_at.astimezone(UTC).date()))
    draw_centred(canvas, left + reach / 2, base - 30, line(issued, ROMAN, 10.5))
    if snapshot.instructor_name:
        taught = _("Instructor: {name}").format(name=snapshot.instructor_name)
        draw_centred(canvas, left + reach / 2, base - 43, fit(taught, ROMAN, 10.5, 7, reach + 20)[0])


def _draw_seal(canvas: Canvas, snapshot: Snapshot, template: Template, paper: Paper) -> None:
    x, y = paper.value[0] / 2, _MARGIN + _BAND + 62
    colours = template.colours
    canvas.saveState()
    canvas.translate(x, y)
    edge, strokes = _seal()
    canvas.setFillColor(colours.accent)
    canvas.drawPath(edge, stroke=0, fill=1)
    canvas.setStrokeColor(colours.paper)
    # Rays: one wide ring, dashed.
    canvas.setLineWidth(3.4)
    canvas.setDash([0.45, 2 * pi * 43.5 / 132 - 0.45])
    canvas.circle(0, 0, 43.5, stroke=1, fill=0)
    canvas.setDash()
    for stroke in strokes:
        canvas.setStrokeColor(getattr(colours, stroke.colour))
        canvas.setLineWidth(stroke.width)
        canvas.drawPath(stroke.path, stroke=1, fill=0)
    canvas.setFillColor(colours.accent)
    canvas.circle(0, 0, 15.2, stroke=1, fill=1)
    canvas.setFillColor(colours.paper)
    draw_centred(canvas, 0, -7.2, line(template.monogram, SMALL_CAPS, 22))
    _around(canvas, 32.6, f"{_('Certified')} · {snapshot.issued_at.astimezone(UTC).year} · ".upper() * 2)
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


def _draw_code(canvas: Canvas, snapshot: Snapshot, template: Template, paper: Paper, code: str) -> None:
    box = boxes(paper)["number"]
    count, runs = qr.modules(code)
    side = max(70.0, count * _SMALLEST_MODULE)
    module = side / count
    left, top = box.right - 79 - side / 2, box.top + 8 + side
    canvas.setFillColor(template.colours.paper)
    margin = qr.QUIET * module
    canvas.rect(left - margin, top - side - margin, side + 2 * margin, side + 2 * margin, stroke=0, fill=1)
    path = canvas.beginPath()
    for column, row, length in runs:
        path.rect(left + column * module, top - (row + 1) * module, length * module, module)
    canvas.setFillColor(template.colours.ink)
    canvas.drawPath(path, stroke=0, fill=1)
    number = line(snapshot.number, SANS, 10, tracking=0.5)
    draw_centred(canvas, left + side / 2, box.bottom + 3.5, number)


def _path(curves: list[engraving.Curve]) -> PDFPathObject:
    """Coordinates to a hundredth of a point: 3.5 micrometres, finer than a printer's dot, and half the bytes."""
    path = PDFPathObject()
    for curve in curves:
        path.moveTo(*(round(one, 2) for one in curve.start))
        for segment in curve.segments:
            path.curveTo(*(round(one, 2) for point in segment for one in point))
    return path
