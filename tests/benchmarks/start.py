"""Starting the application, with its server warm and the person signed in from last time, against an empty PySide6 window."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from desktop.store import sample
from tests.benchmarks.application import Home, home
from tests.benchmarks.report import Line

RUNS = 7
BUDGET = 2.5


def measure() -> Iterator[Line]:
    with home(with_the_sample, sample=True) as made:
        for module in ("empty", "start"):  # compiles what it imports
            made.run(module)
        empty, usable, filled = [], [], []
        for _run in range(RUNS):  # in turn, so that all meet the same weather
            started, said = made.run("empty")
            empty.append((said["usable"] - started) * 1000)
            started, said = made.run("start")
            usable.append((said["usable"] - started) * 1000)
            filled.append((said["filled"] - started) * 1000)
    peer = statistics.median(empty)
    yield Line("window shown and waiting for input", statistics.median(usable), "ms", peer, "an empty window", BUDGET)
    yield Line("signed in, first page filled", statistics.median(filled), "ms", peer, "an empty window")


def with_the_sample(made: Home) -> None:
    sample.ensure(made.workspaces, made.opened)
    people = sample.sample_people(made.opened)
    made.sign_in_at_start(next(person.login for person in people if person.role == "instructor"))
