"""What was done in a course on this computer, sitting by sitting, and what of it a person would want back.

Pure, on the steps that the replica keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from desktop.store.replica import Edit, Step

PAUSE = timedelta(minutes=30)
"""A sitting ends where nothing was done for so long."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Steps that were done in one go, oldest first."""

    steps: tuple[Step, ...]

    @property
    def began(self) -> datetime:
        return self.steps[0].at

    @property
    def ended(self) -> datetime:
        return self.steps[-1].at


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one row over a sitting. ``before`` and ``after`` are None where the row was not there."""

    table: str
    row: UUID
    column: str
    before: Any
    after: Any


def sittings(steps: Iterable[Step]) -> list[Sitting]:
    """The steps that stand, in sittings, the newest first."""
    found: list[list[Step]] = []
    for step in steps:
        if step.undone:
            continue
        if found and step.at - found[-1][-1].at <= PAUSE:
            found[-1].append(step)
        else:
            found.append([step])
    return [Sitting(tuple(steps)) for steps in reversed(found)]


def differences(edits: Sequence[Edit]) -> list[Difference]:
    """What edits came to in the end: first value against last, and nothing where these are the same."""
    first: dict[tuple[str, UUID, str], Any] = {}
    last: dict[tuple[str, UUID, str], Any] = {}
    for edit in edits:
        before, after = edit.before or {}, edit.after or {}
        for column in (*before, *(column for column in after if column not in before)):
            key = (edit.table, edit.id, column)
            first.setdefault(key, before.get(column))
            last[key] = after.get(column)
    return [Difference(*key, first[key], last[key]) for key in first if first[key] != last[key] and key[2] != "position"]
