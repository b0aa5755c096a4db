"""What became of a course on its way in or out: kept, changed, or dropped, and why. Nothing is left out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Fate(Enum):
    KEPT = "kept"
    CHANGED = "changed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Line:
    """``what`` is a title or a file, ``why`` a sentence; for what was kept it says as what."""

    fate: Fate
    what: str
    why: str


@dataclass(slots=True)
class Report:
    lines: list[Line] = field(default_factory=list)

    def kept(self, what: str, why: str) -> None:
        self._add(Fate.KEPT, what, why)

    def changed(self, what: str, why: str) -> None:
        self._add(Fate.CHANGED, what, why)

    def dropped(self, what: str, why: str) -> None:
        self._add(Fate.DROPPED, what, why)

    def of(self, fate: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate is fate]

    def _add(self, fate: Fate, what: str, why: str) -> None:
        line = Line(fate, what, why)
        if line not in self.lines:
            self.lines.append(line)
