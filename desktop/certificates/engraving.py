"""Line work as banknote engravers draw it: guilloche bands, rosettes, rays. Pure geometry, in points.

Every figure is a list of closed or open curves made of cubic Béziers, so that it prints sharp at any size and a page stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, gcd, hypot, pi, sin

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


def rays(centre: Point, inner: float, outer: float, count: int) -> list[Curve]:
    x, y = centre

    def ray(angle: float) -> Curve:
        dx, dy = cos(angle), sin(angle)
        end = (x + outer * dx, y + outer * dy)
        return Curve((x + inner * dx, y + inner * dy), ((end, end, end),))

    return [ray(2 * pi * i / count) for i in range(count)]


def band(begin: Point, end: Point, half_width: float, wave: float, strands: int) -> list[Curve]:
    """A straight guilloche band: two families of waves against each other, swelling and thinning together.

    ``wave`` is about the length of one wave; a whole number of them fits, so that bands meet corners alike at both ends.
    """
    length = hypot(end[0] - begin[0], end[1] - begin[1])
    along = (end[0] - begin[0]) / length, (end[1] - begin[1]) / length
    waves = max(1, round(length / wave))

    def strand(phase: float, direction: int) -> Curve:
        def f(t: float) -> Point:
            angle = 2 * pi * waves * t
            offset = half_width * (0.74 * sin(direction * angle / 2 + phase) + 0.26 * sin(1.5 * angle + 2 * phase) * direction)
            return begin[0] + along[0] * t * length - along[1] * offset, begin[1] + along[1] * t * length + along[0] * offset

        return trace(f, 0, 1, waves * 6)

    return [strand(pi * number / strands, direction) for number in range(strands) for direction in (1, -1)]
