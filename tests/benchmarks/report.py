"""What a benchmark says, and how it is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. ``value`` is in ``unit``; ``peer`` is what it is measured against in the same run, ``budget`` the design's limit for
    the ratio (or, without a peer, for the value)."""

    what: str
    value: float
    unit: str
    peer: float | None = None
    peer_is: str = ""
    budget: float | None = None
    at_least: bool = False

    @property
    def measure(self) -> float:
        """What the budget is about."""
        return self.value / self.peer if self.peer else self.value

    @property
    def kept(self) -> bool:
        """Whether the budget was kept; without one there is nothing to miss."""
        if self.budget is None:
            return True
        return self.measure >= self.budget if self.at_least else self.measure <= self.budget

    def __str__(self) -> str:
        text = f"{self.what:<58} {self.value:>10.1f} {self.unit:<5}"
        if self.peer is not None:
            text += f" {self.peer:>10.1f} {self.unit:<5} {self.measure:>7.2f} ×  {self.peer_is}"
        if self.budget is not None:
            sign = "≥" if self.at_least else "≤"
            text += f"  [{sign} {self.budget:g}{'' if self.peer is None else ' ×'}: {'kept' if self.kept else 'MISSED'}]"
        return text


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The median time of ``work`` over ``times`` runs, after one that does not count."""
    work()
    taken = []
    for _run in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def print_table(title: str, lines: Iterable[Line]) -> list[Line]:
    """Print each line as soon as it is measured; returns them."""
    print(f"\n{title}")
    printed = []
    for line in lines:
        print(f"  {line}", flush=True)
        printed.append(line)
    return printed


def print_missed(lines: Iterable[Line]) -> None:
    """One line for each missed budget, or one that says there is none."""
    missed = [line for line in lines if not line.kept]
    print()
    for line in missed:
        print(f"missed: {line.what}: {line.measure:.2f}, budget {line.budget:g}")
    if not missed:
        print("every budget was kept")
