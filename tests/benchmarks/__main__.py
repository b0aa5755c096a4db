"""Run the benchmarks: ``python -m tests.benchmarks [name]``. Fails only where a benchmark itself fails: a missed budget is reported."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from tests.benchmarks.report import Line, print_missed, print_table

NAMES = (
    "start",
    "pages",
    "lists",
    "enrolment",
    "assets",
    "scorm",
    "sync",
    "stall",
    "quizzes",
    "certificates",
    "interchange",
    "editor",
    "grading",
    "console",
)


def main(arguments: Sequence[str], names: Sequence[str] = NAMES) -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=names, help="one of them; all without it")
    chosen = parser.parse_args(arguments).name
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    lines: list[Line] = []
    failed = False
    for name in (chosen,) if chosen else names:
        benchmark = import_module(f"tests.benchmarks.{name}")
        title = (benchmark.__doc__ or "").splitlines()[0]
        try:
            lines += print_table(f"{name}: {title}", benchmark.measure())
        except Exception:  # noqa: BLE001 - the others are still worth their time
            traceback.print_exc()
            failed = True
    print_missed(lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
