"""Load the server as a day does: ``./lms load NAME``, here ``python -m tests.load NAME``.

``exam`` lets ``--seats`` stations without windows sit one exam for ``--minutes``, against a server of their own on this computer. The exit
status is 1 where one answer was lost or one call failed; a missed budget is reported.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.benchmarks.report import print_missed, print_table
from tests.load.exam import Plan, run


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="load", description=__doc__)
    parser.add_argument("name", choices=("exam",))
    parser.add_argument("--seats", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--processes", type=int, default=4, help="how many processes hold the stations")
    options = parser.parse_args(arguments)
    found = run(Plan(options.seats, options.minutes * 60, options.processes))
    lines = print_table(f"exam: {options.seats} stations, {options.minutes:g} minutes; {found.machine}", found.lines())
    for failure in found.failures[:10]:
        print(f"  failed: {failure}")
    print_missed(lines)
    return 1 if found.failures or found.lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
