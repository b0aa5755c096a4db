"""Line work as banknote engravers draw it: guilloche bands, rosettes, rays. Pure geometry, in points.

Every figure is a list of closed or open curves made of cubic Béziers, so that it prints sharp at any size and a page stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, gcd, pi, sin

type Point = tuple[float, float]
type Parametric = Callable[[float], Point]


@dataclass(frozen=True, slots=True)
class Curve:
    """Starts at ``start``; each segment is (first control, second control, end)."""

    start: Point
    segments: tuple[tuple[Point, Point, Point], ...]


def trace(f: Parametric, begin: float, end: float, pieces: int) -> Curve:
    """The curve ``f`` from ``begin`` to ``end`` as ``pieces`` Béziers that meet with the same tangent (Hermite form)."""
    step = (end - begin) / pieces
    nudge = step * 1e-3

    def tangent(t: float) -> Point:
        (x0, y0), (x1, y1) = f(t - nudge), f(t + nudge)
        return (x1 - x0) / (2 * nudge), (y1 - y0) / (2 * nudge)

    def segment(t: float) -> tuple[Point, Point, Point]:
        (x0, y0), (dx0, dy0) = f(t), tangent(t)
        (x1, y1), (dx1, dy1) = f(t + step), tangent(t + step)
        third = step / 3
        return (x0 + dx0 * third, y0 + dy0 * third), (x1 - dx1 * third, y1 - dy1 * third), (x1, y1)

    return Curve(f(begin), tuple(segment(begin + step * piece) for piece in range(pieces)))


def circle(centre: Point, radius: float) -> Curve:
    x, y = centre
    return trace(lambda t: (x + radius * cos(t), y + radius * sin(t)), 0, 2 * pi, 8)


def scallop(centre: Point, radius: float, depth: float, lobes: int, turn: float = 0.0) -> Curve:
    """A circle whose edge waves ``lobes`` times by ``depth``."""
    x, y = centre

    def f(t: float) -> Point:
        r = radius + depth * cos(lobes * t + turn)
        return x + r * cos(t), y + r * sin(t)

    return trace(f, 0, 2 * pi, lobes * 4)


def rosette(centre: Point, inner: float, outer: float, lobes: int, strands: int) -> list[Curve]:
    """Waved rings between two radii, each a little turned against the last: the middle of a banknote."""
    depth = (outer - inner) / 2
    return [scallop(centre, (inner + outer) / 2, depth, lobes, 2 * pi * strand / strands) for strand in range(strands)]


def spirograph(centre: Point, radius: float, teeth: int, wheel: int, pen: float) -> Curve:
    """The hypotrochoid of a wheel of ``wheel`` teeth inside a ring of ``teeth``, scaled to fit ``radius``; ``pen`` is 0 to 1."""
    x, y = centre
    difference = teeth - wheel
    scale = radius / (difference + wheel * pen)
    turns = wheel // gcd(teeth, wheel)

    def f(t: float) -> Point:
        u = difference / wheel * t
        return x + scale * (difference * cos(t) + wheel * pen * cos(u)), y + scale * (difference * sin(t) - wheel * pen * sin(u))

    return trace(f, 0, 2 * pi * turns, turns * 24 + teeth * 8)


def braid(length: float, half_width: float, strands: int) -> list[Curve]:
    """One repeat of a straight guilloche band, from (0, 0) to (``length``, 0): set end to end its curves go on without a kink.

    Two families of waves against each other, swelling and thinning together.
    """

    def strand(phase: float, direction: int) -> Curve:
        def f(t: float) -> Point:
            angle = 2 * pi * t
            return length * t, half_width * direction * sin(angle + phase) * (0.7 + 0.3 * cos(2 * angle))

        return trace(f, 0, 1, 12)

    return [strand(pi * number / strands, direction) for number in range(strands) for direction in (1, -1)]
