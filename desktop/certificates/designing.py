"""Editing a design: pure steps from one sketch to the next. Lengths are points from the sheet's lower left corner, as everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from desktop.certificates.template import Box, Element, Template, flaws_of
from desktop.errors import Invalid

SMALLEST_SIDE = 2.0
"""No element is made narrower or lower by hand."""


@dataclass(frozen=True, slots=True)
class Sketch(Template):
    """A design in the making: each element can be drawn, but what certificates are checked by may be missing, or lie over one another."""

    def __post_init__(self) -> None:
        flaw = next((flaw for one in self.elements for flaw in flaws_of(one)), None)
        if flaw is not None:
            raise Invalid(flaw)

    @classmethod
    def of(cls, template: Template) -> Sketch:
        return cls.from_data(template.to_data())

    def finished(self) -> Template:
        """As it may be saved. Raises :class:`Invalid` with what it lacks."""
        return Template.from_data(self.to_data())

    @property
    def sheet(self) -> Box:
        return Box(0, 0, *self.paper.value)


class Edge(Enum):
    """What elements are aligned by."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


type Chosen = Collection[int]
"""Which elements, by their number in the design."""


def place(sketch: Sketch, boxes: dict[int, Box]) -> Sketch:
    """With other places for some elements."""
    return replace(sketch, elements=tuple(replace(one, box=boxes.get(number, one.box)) for number, one in enumerate(sketch.elements)))


def change(sketch: Sketch, number: int, element: Element) -> Sketch:
    """With another element in place of one. Raises :class:`Invalid` where it cannot be drawn."""
    return replace(sketch, elements=(*sketch.elements[:number], element, *sketch.elements[number + 1 :]))


def moved(box: Box, dx: float, dy: float) -> Box:
    return Box(box.left + dx, box.bottom + dy, box.right + dx, box.top + dy)


def move(sketch: Sketch, chosen: Chosen, dx: float, dy: float) -> Sketch:
    return place(sketch, {one: moved(sketch.elements[one].box, dx, dy) for one in chosen})


def pulled(box: Box, sides: str, dx: float, dy: float) -> Box:
    """With the sides in ``sides`` (of l, b, r, t) moved, never past the opposite one."""
    left, bottom, right, top = box.left, box.bottom, box.right, box.top
    if "l" in sides:
        left = min(left + dx, right - SMALLEST_SIDE)
    if "r" in sides:
        right = max(right + dx, left + SMALLEST_SIDE)
    if "b" in sides:
        bottom = min(bottom + dy, top - SMALLEST_SIDE)
    if "t" in sides:
        top = max(top + dy, bottom + SMALLEST_SIDE)
    return Box(left, bottom, right, top)


def resize(sketch: Sketch, chosen: Chosen, sides: str, dx: float, dy: float) -> Sketch:
    return place(sketch, {one: pulled(sketch.elements[one].box, sides, dx, dy) for one in chosen})


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box with all of them in it."""
    some = tuple(boxes)
    return Box(min(one.left for one in some), min(one.bottom for one in some), max(one.right for one in some), max(one.top for one in some))


def align(sketch: Sketch, chosen: Chosen, edge: Edge) -> Sketch:
    """By an edge that they share; one alone by the sheet's."""
    boxes = {one: sketch.elements[one].box for one in chosen}
    frame = around(boxes.values()) if len(boxes) > 1 else sketch.sheet

    def aligned(box: Box) -> Box:
        (x, y), (middle_x, middle_y) = box.centre, frame.centre
        shift = {
            Edge.LEFT: (frame.left - box.left, 0.0),
            Edge.CENTRE: (middle_x - x, 0.0),
            Edge.RIGHT: (frame.right - box.right, 0.0),
            Edge.TOP: (0.0, frame.top - box.top),
            Edge.MIDDLE: (0.0, middle_y - y),
            Edge.BOTTOM: (0.0, frame.bottom - box.bottom),
        }[edge]
        return moved(box, *shift)

    return place(sketch, {one: aligned(box) for one, box in boxes.items()})


def distribute(sketch: Sketch, chosen: Chosen, *, across: bool) -> Sketch:
    """With the same gap between neighbours, ``across`` from left to right, else from bottom to top; the outermost stay."""
    boxes = {one: sketch.elements[one].box for one in chosen}
    if len(boxes) < 3:
        return sketch

    def begin(box: Box) -> float:
        return box.left if across else box.bottom

    def length(box: Box) -> float:
        return box.width if across else box.height

    order = sorted(boxes, key=lambda one: begin(boxes[one]))
    frame = around(boxes.values())
    gap = (length(frame) - sum(length(box) for box in boxes.values())) / (len(order) - 1)
    at, placed = begin(frame), {}
    for one in order:
        shift = at - begin(boxes[one])
        placed[one] = moved(boxes[one], shift, 0.0) if across else moved(boxes[one], 0.0, shift)
        at += length(boxes[one]) + gap
    return place(sketch, placed)


def restack(sketch: Sketch, chosen: Chosen, *, up: bool, all_the_way: bool = False) -> tuple[Sketch, frozenset[int]]:
    """Over (``up``) or under what lies next to them, or everything; and their new numbers."""
    order = list(range(len(sketch.elements)))
    some = set(chosen)
    if all_the_way:
        rest = [one for one in order if one not in some]
        kept = [one for one in order if one in some]
        order = rest + kept if up else kept + rest
    else:
        numbers = range(len(order) - 2, -1, -1) if up else range(1, len(order))
        step = 1 if up else -1
        for number in numbers:
            if order[number] in some and order[number + step] not in some:
                order[number], order[number + step] = order[number + step], order[number]
    stacked = replace(sketch, elements=tuple(sketch.elements[one] for one in order))
    return stacked, frozenset(number for number, one in enumerate(order) if one in some)


def add(sketch: Sketch, elements: Iterable[Element]) -> tuple[Sketch, frozenset[int]]:
    """With more elements over the others; and their numbers. Raises :class:`Invalid` where one cannot be drawn."""
    new = tuple(elements)
    count = len(sketch.elements)
    return replace(sketch, elements=(*sketch.elements, *new)), frozenset(range(count, count + len(new)))


def remove(sketch: Sketch, chosen: Chosen) -> Sketch:
    return replace(sketch, elements=tuple(one for number, one in enumerate(sketch.elements) if number not in chosen))


# Snapping


@dataclass(frozen=True, slots=True)
class Snapped:
    """How much further something is moved so that it lies on a line with something else; and the lines, each None where there is none."""

    dx: float
    dy: float
    upright: float | None
    level: float | None


def snap(box: Box, others: Iterable[Box], within: float, sides: str = "") -> Snapped:
    """To the edges and middles of ``others``, the nearest within ``within``. ``sides``: those that are pulled; all move where empty."""
    some = tuple(others)
    xs = [at for other in some for at in (other.left, other.centre[0], other.right)]
    ys = [at for other in some for at in (other.bottom, other.centre[1], other.top)]
    own_x = (
        [box.left, box.centre[0], box.right] if not sides else [getattr(box, name) for key, name in _SIDES if key in sides and key in "lr"]
    )
    own_y = (
        [box.bottom, box.centre[1], box.top] if not sides else [getattr(box, name) for key, name in _SIDES if key in sides and key in "bt"]
    )
    dx, upright = _nearest(own_x, xs, within)
    dy, level = _nearest(own_y, ys, within)
    return Snapped(dx, dy, upright, level)


_SIDES = (("l", "left"), ("b", "bottom"), ("r", "right"), ("t", "top"))


def _nearest(own: list[float], lines: list[float], within: float) -> tuple[float, float | None]:
    found = min(((abs(line - at), line - at, line) for at in own for line in lines), default=None)
    return (found[1], found[2]) if found is not None and found[0] <= within else (0.0, None)
