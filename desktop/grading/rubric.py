"""A rubric: criteria, each with levels that are worth points, and what a grader gives by it. Pure.

As ``assignments.rubric`` holds it:
``[{"id", "criterion", "points", "description", "levels": [{"id", "title", "points", "description"}]}]``.
The source document has criteria of a name, points and a description only; such a one is known by its name and has no levels. What a grader
gave is ``{"<id of the criterion>": {"level": …, "points": …, "comment": …}}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from desktop.i18n import N_, _

ZERO = Decimal(0)
MOST_LEVELS = 9
"""As many as there are keys to give them with."""
USUAL_LEVELS: Sequence[tuple[str, Decimal]] = (
    (N_("Full marks"), Decimal(1)),
    (N_("Some marks"), Decimal("0.5")),
    (N_("No marks"), ZERO),
)
"""What a new criterion begins with: a name, and the share of its points."""


def new_id() -> str:
    """Of a criterion or level: its own alone within an assignment."""
    return uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class Level:
    title: str
    points: Decimal
    description: str = ""
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Criterion:
    """``points`` are the most that it gives; where it has levels, the most that one of them is worth."""

    title: str
    points: Decimal
    description: str = ""
    levels: tuple[Level, ...] = ()
    id: str = field(default_factory=new_id)

    def level(self, name: str) -> Level | None:
        return next((level for level in self.levels if level.id == name), None)


@dataclass(frozen=True, slots=True)
class Given:
    """What a grader gave for one criterion: nothing yet, where ``points`` is None."""

    points: Decimal | None = None
    level: str = ""
    comment: str = ""


type Rubric = tuple[Criterion, ...]


def new_criterion(title: str = "", points: Decimal = Decimal(10)) -> Criterion:
    """A criterion with the usual levels."""
    return Criterion(title, points, levels=tuple(Level(_(name), points * share) for name, share in USUAL_LEVELS))


def read_rubric(stored: Any) -> Rubric:
    """A rubric as it is stored. What makes no sense is left out: other programs write this column, too."""
    if not isinstance(stored, list):
        return ()
    return tuple(_criterion(entry) for entry in stored if isinstance(entry, Mapping))


def write_rubric(rubric: Rubric) -> list[dict[str, Any]] | None:
    """None for no rubric, as the column has it."""
    return [
        {
            "id": one.id,
            "criterion": one.title,
            "points": _number(one.points),
            "description": one.description,
            "levels": [
                {"id": level.id, "title": level.title, "points": _number(level.points), "description": level.description}
                for level in one.levels
            ],
        }
        for one in rubric
    ] or None


def worth(rubric: Rubric) -> Decimal:
    """The points of all criteria."""
    return sum((one.points for one in rubric), ZERO)


def flaws(rubric: Rubric, total: Decimal) -> list[str]:
    """What an author would regret, in sentences."""
    found = []
    if any(not one.title.strip() for one in rubric):
        found.append(_("A criterion has no name yet."))
    if any(not level.title.strip() for one in rubric for level in one.levels):
        found.append(_("A level has no name yet."))
    if rubric and worth(rubric) != total:
        found.append(
            _("The criteria give {sum} points together, and the assignment is worth {total}.").format(
                sum=_number(worth(rubric)), total=_number(total)
            )
        )
    return found


def copied(rubric: Rubric) -> Rubric:
    """The same for another assignment: with names of its own, so that what is given by one is never read by the other."""
    return tuple(replace(one, id=new_id(), levels=tuple(replace(level, id=new_id()) for level in one.levels)) for one in rubric)


def read_given(stored: Any) -> dict[str, Given]:
    """What was given, by the ids of criteria."""
    if not isinstance(stored, Mapping):
        return {}
    return {
        name: Given(
            None if entry.get("points") is None else _decimal(entry["points"]),
            str(entry.get("level") or ""),
            str(entry.get("comment") or ""),
        )
        for name, entry in stored.items()
        if isinstance(entry, Mapping)
    }


def write_given(given: Mapping[str, Given]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "points": None if one.points is None else _number(one.points),
            **({"level": one.level} if one.level else {}),
            **({"comment": one.comment} if one.comment else {}),
        }
        for name, one in given.items()
        if one != Given()
    }


def score(rubric: Rubric, given: Mapping[str, Given]) -> Decimal | None:
    """The sum of what was given; None as long as a criterion has got nothing."""
    points = [given.get(one.id, Given()).points for one in rubric]
    return _sum(points) if points and None not in points else None


def _sum(points: Iterable[Decimal | None]) -> Decimal:
    return sum((one for one in points if one is not None), ZERO)


def _criterion(entry: Mapping[str, Any]) -> Criterion:
    title = str(entry.get("criterion") or entry.get("title") or "")
    levels = entry.get("levels")
    found = tuple(
        Level(
            str(level.get("title") or ""),
            _decimal(level.get("points")),
            str(level.get("description") or ""),
            str(level.get("id") or number),
        )
        for number, level in enumerate(levels if isinstance(levels, list) else ())
        if isinstance(level, Mapping)
    )
    return Criterion(title, _decimal(entry.get("points")), str(entry.get("description") or ""), found, str(entry.get("id") or title))


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return ZERO
    return number if number.is_finite() and number > 0 else ZERO


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
