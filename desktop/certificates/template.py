"""What a certificate looks like, as data: paper, colours, and elements with a place on the sheet. Lengths are points.

A template names the version of its design. Whoever draws or reads a certificate takes the design by that version, so a page that was
printed once is drawn the same, and read back from the same places, for good.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Self

from reportlab.lib import pagesizes

from desktop.errors import Invalid
from desktop.i18n import _

TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "certificates"
SHIPPED = ("classic", "modern")
FIELDS = frozenset(
    {
        "name",
        "course",
        "details",
        "number",
        "issuer",
        "designation",
        "instructor",
        "signatory",
        "credits",
        "completed",
        "issued",
        "expires",
        "year",
    }
)
READ_BACK = {"{name}": "member_name", "{course}": "course_title", "{details}": "details", "{number}": "number"}
"""Texts of one field alone, which :mod:`desktop.certificates.verify` reads from the page, and what it calls them."""
FONTS = frozenset({"roman", "italic", "small_caps", "sans"})
COLOURS = frozenset({"ink", "soft", "accent", "tint", "paper"})
LARGEST_IMAGE = 400_000
"""Bytes. An image is in every certificate that shows it."""

_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_FIELD = re.compile(r"\{(\w*)\}")


class Paper(Enum):
    """Sheets; the value is (width, height)."""

    LETTER = pagesizes.landscape(pagesizes.letter)
    A4 = pagesizes.landscape(pagesizes.A4)
    LETTER_UPRIGHT = pagesizes.letter
    A4_UPRIGHT = pagesizes.A4

    @property
    def upright(self) -> bool:
        return self.value[1] > self.value[0]


@dataclass(frozen=True, slots=True)
class Box:
    """Left, bottom, right and top from the sheet's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def meets(self, other: Box) -> bool:
        return self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top


class Align(Enum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Element:
    """Something at a place. What comes later in a template lies over what comes before."""

    kind: ClassVar[str]
    box: Box


@dataclass(frozen=True, slots=True)
class Text(Element):
    """Words with fields in braces, in the middle of the box's height; left out where a field of it is empty.

    They are set as large as fits between ``size`` and ``smallest``, in ``lines`` lines at most; see :func:`typeset.fit` for what is longer.
    """

    kind: ClassVar[str] = "text"
    text: str
    size: float
    font: str = "roman"
    colour: str = "ink"
    align: Align = Align.CENTRE
    smallest: float = 6.0
    lines: int = 1
    tracking: float = 0.0
    capitals: bool = False

    def words(self, values: Mapping[str, str]) -> str:
        """With the fields filled in; nothing where one of them is empty."""
        if not all(values[name] for name in _FIELD.findall(self.text)):
            return ""
        words = _FIELD.sub(lambda field: values[field[1]], self.text)
        return words.upper() if self.capitals else words


@dataclass(frozen=True, slots=True)
class Picture(Element):
    """A PNG or JPEG in base64, as large as fits: a logo, a written signature."""

    kind: ClassVar[str] = "picture"
    data: str

    def content(self) -> bytes:
        return base64.b64decode(self.data, validate=True)


@dataclass(frozen=True, slots=True)
class Rule(Element):
    """A line along the longer side of its box: to sign above, or to divide."""

    kind: ClassVar[str] = "rule"
    weight: float = 0.5
    colour: str = "ink"


@dataclass(frozen=True, slots=True)
class Ornament(Element):
    """A rule with a lozenge, thick towards the middle."""

    kind: ClassVar[str] = "ornament"
    colour: str = "accent"


@dataclass(frozen=True, slots=True)
class Panel(Element):
    """An area of one colour."""

    kind: ClassVar[str] = "panel"
    colour: str = "ink"


@dataclass(frozen=True, slots=True)
class Border(Element):
    """The engraved band with its corners, inside the box."""

    kind: ClassVar[str] = "border"


@dataclass(frozen=True, slots=True)
class Watermark(Element):
    """The engraved rosette."""

    kind: ClassVar[str] = "watermark"


@dataclass(frozen=True, slots=True)
class Seal(Element):
    """The engraved seal with the association's monogram."""

    kind: ClassVar[str] = "seal"


@dataclass(frozen=True, slots=True)
class Code(Element):
    """The QR code, standing on the middle of the box's lower edge. It outgrows the box where its modules would be too small to scan."""

    kind: ClassVar[str] = "code"


KINDS: dict[str, type[Element]] = {one.kind: one for one in (Text, Picture, Rule, Ornament, Panel, Border, Watermark, Seal, Code)}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``."""

    ink: str
    soft: str
    accent: str
    tint: str
    paper: str


@dataclass(frozen=True, slots=True)
class Template:
    """A design. Raises :class:`Invalid` where what it prints could not be read back or drawn."""

    version: str
    monogram: str
    signatory: str
    verify_address: str
    paper: Paper
    colours: Palette
    elements: tuple[Element, ...]

    def __post_init__(self) -> None:
        flaw = next(self.flaws(), None)
        if flaw is not None:
            raise Invalid(flaw, details=self.version)

    @property
    def boxes(self) -> dict[str, Box]:
        """Where each field stands that is read back from the page."""
        return {READ_BACK[one.text]: one.box for one in self.elements if isinstance(one, Text) and one.text in READ_BACK}

    def on(self, paper: Paper) -> Template:
        """The same design on the other size of paper of the same orientation: type keeps its size, room is given or taken between."""
        if paper is self.paper:
            return self
        (width, height), (new_width, new_height) = self.paper.value, paper.value

        def move(box: Box) -> Box:
            left, right = _stretch(box.left, box.right, width, new_width)
            bottom, top = _stretch(box.bottom, box.top, height, new_height)
            return Box(left, bottom, right, top)

        return replace(self, paper=paper, elements=tuple(replace(one, box=move(one.box)) for one in self.elements))

    def to_data(self) -> dict[str, Any]:
        """As JSON knows it; :meth:`from_data` reads it back."""
        data = {name: getattr(self, name) for name in ("version", "monogram", "signatory", "verify_address")}
        elements = [{"kind": one.kind, **asdict(one, dict_factory=_plain)} for one in self.elements]
        return {**data, "paper": self.paper.name.lower(), "colours": asdict(self.colours), "elements": elements}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Raises :class:`Invalid` where the data are no template."""
        try:
            values = dict(data)
            values["paper"] = Paper[values["paper"].upper()]
            values["colours"] = Palette(**values["colours"])
            values["elements"] = tuple(_element(one) for one in values["elements"])
            return cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid(_("This is no design of a certificate."), details=repr(error)) from error

    def flaws(self) -> Iterator[str]:
        """Why it cannot be used, a sentence each."""
        for one in self.elements:
            yield from flaws_of(one)
        yield from self.gaps()

    def gaps(self) -> Iterator[str]:
        """What it lacks, as a whole, for certificates to be checked by it."""
        texts = [one for one in self.elements if isinstance(one, Text)]
        for field in READ_BACK:
            if sum(text.text == field for text in texts) != 1:
                yield _("A design shows {field} once, in a text of its own, so that a certificate can be checked.").format(field=field)
        for name, box in self.boxes.items():
            if any(box.meets(text.box) for text in texts if READ_BACK.get(text.text) != name):
                yield _("A text lies over one that certificates are checked by. Move them apart.")
        if sum(isinstance(one, Code) for one in self.elements) != 1:
            yield _("A design shows the QR code once.")


def flaws_of(one: Element) -> Iterator[str]:
    """Why an element cannot be drawn, a sentence each."""
    if one.box.width <= 0 or one.box.height <= 0:
        yield _("Every element needs a width and a height.")
    if getattr(one, "colour", "ink") not in COLOURS:
        yield _("There is no colour “{name}”.").format(name=getattr(one, "colour", ""))
    if isinstance(one, Text):
        unknown = set(_FIELD.findall(one.text)) - FIELDS
        if unknown:
            yield _("There is no field “{name}”.").format(name=min(unknown))
        if one.font not in FONTS:
            yield _("There is no font “{name}”.").format(name=one.font)
        if not 0 < one.smallest <= one.size or one.lines < 1:
            yield _("The smallest size of a text is above nothing, and at most its size.")
    if isinstance(one, Picture) and not _is_picture(one):
        yield _("A picture is a PNG or a JPEG of at most {n} kB.").format(n=LARGEST_IMAGE // 1000)


def is_colour(text: str) -> bool:
    """True for ``#rrggbb``."""
    return _COLOUR.fullmatch(text) is not None


def _is_picture(picture: Picture) -> bool:
    try:
        content = picture.content()
    except binascii.Error:
        return False
    return len(content) <= LARGEST_IMAGE and content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def _stretch(begin: float, end: float, length: float, new: float) -> tuple[float, float]:
    """What takes more than half of the sheet keeps its distance from both edges, what begins in an outer quarter from that edge.

    The rest moves with its middle. Only the first changes its size.
    """
    if end - begin > length / 2:
        return begin, end + new - length
    if begin < length / 4:
        return begin, end
    shift = new - length if end > length * 3 / 4 else (begin + end) / 2 * (new / length - 1)
    return begin + shift, end + shift


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, Align) else value for name, value in pairs}


def _element(data: Mapping[str, Any]) -> Element:
    values = dict(data)
    kind = KINDS[values.pop("kind")]
    box = values["box"]
    values["box"] = Box(**box) if isinstance(box, Mapping) else Box(*box)
    if "align" in values:
        values["align"] = Align(values["align"])
    known = {one.name for one in fields(kind)}
    if not values.keys() <= known:
        raise ValueError(sorted(values.keys() - known))
    return kind(**values)


@cache
def load_template(name: str = "classic", paper: Paper = Paper.LETTER) -> Template:
    """A design that the application comes with."""
    orientation = "portrait" if paper.upright else "landscape"
    with (TEMPLATES / f"{name}-{orientation}.toml").open("rb") as file:
        return Template.from_data(tomllib.load(file)).on(paper)


def find_template(version: str, paper: Paper) -> Template | None:
    """The design of that version, or None where it is not known here."""
    return next((one for one in (load_template(name, paper) for name in SHIPPED) if one.version == version), None)
