"""The long proofs: ``./lms prove NAME``, here ``python -m tests.prove NAME``.

``db`` runs the database tests on each version of Postgres that we promise to work with: 18 and 16 of the wheel, and 15 where the system
has it; with ten failovers, each in the middle of an exam and a sync. ``scorm`` leaves a lesson in each way there is while its content never
stops talking, 10 times each. ``sync`` plays 6,000 games with the model of the replica and as many with the real one, hunts every mutant,
holds the server against the model, and kills authors' processes 1,000 times. ``exam`` pulls 1,000 plugs, cables and acknowledgements at a
station, takes every step of the state machine, and kills stations and the server under three desks, 1,000 faults in all. ``--count N`` runs
each N times over (``sync``: plays N games of each kind, with a sixth as many kills; ``exam``: N faults). The last line is
``passed N of M``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from tests.support.postgres import ROOT, find_binaries

VERSIONS = (18, 16, 15)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="prove", description=__doc__)
    parser.add_argument("name", choices=(*PROOFS, "all"))
    parser.add_argument("--count", type=int, help="how many times over")
    options = parser.parse_args(arguments)
    passed = total = 0
    for name in PROOFS if options.name == "all" else (options.name,):
        prove, usual = PROOFS[name]
        good, all_of_it = prove(options.count or usual)
        passed, total = passed + good, total + all_of_it
    print(f"passed {passed} of {total}")
    return 0 if passed == total > 0 else 1


def prove_db(count: int) -> tuple[int, int]:
    """The database tests on every Postgres at hand; returns how many passed and how many ran."""
    passed = total = 0
    for major in VERSIONS:
        if find_binaries(major) is None:
            print(f"Postgres {major}: not on this system, not proven")
            continue
        for _round in range(count):
            good, all_of_it = run_pytest("tests/db", environment={"LMS_TEST_PG": str(major), "LMS_FAILOVERS": "10"})
            print(f"Postgres {major}: passed {good} of {all_of_it}", flush=True)
            passed, total = passed + good, total + all_of_it
    return passed, total


def run_pytest(*arguments: str, environment: dict[str, str]) -> tuple[int, int]:
    """Run pytest in a process of its own; returns how many tests passed and how many ran. Skipped ones did not run."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "auto", f"--junit-xml={report}", *arguments],
            cwd=ROOT, env={**os.environ, **environment}, check=False,
        )  # fmt: skip
        if not report.exists():
            return 0, 1
        suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    ran = int(suite.get("tests", 0)) - int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    return (ran - failed, ran) if ran and (failed or done.returncode == 0) else (0, max(ran, 1))


def prove_sync(count: int) -> tuple[int, int]:
    """The tests of courses offline at full length; returns how many passed and how many ran."""
    kills = max(count // 6, 2)
    environment = {"LMS_SYNC_GAMES": str(count), "LMS_SYNC_KILLS": str(kills), "LMS_SYNC_ROUNDS": str(max(count // 20, 1))}
    passed, total = run_pytest("tests/sync", environment=environment)
    print(f"{count} games of the model, {count} of the real replica, {kills} kills: passed {passed} of {total}", flush=True)
    return passed, total


def prove_exam(count: int) -> tuple[int, int]:
    """The tests of supervised exams with ``count`` faults at one station, then ``count`` faults at desks whose stations, cables and server
    are killed; returns how many passed and how many ran."""
    from tests.exam_proof.proof import prove

    tests = ("tests/db/test_exams_seats.py", "tests/db/test_exams_station.py")
    passed, total = run_pytest(*tests, "--timeout=3600", environment={"LMS_EXAM_FAULTS": str(count)})
    print(f"{count} faults at a station: passed {passed} of {total}", flush=True)
    found = prove(count, seed=count)
    print(found)
    for flaw in found.wrong[:10]:
        print(f"  {flaw}")
    return passed + (not found.wrong), total + 1


def prove_scorm(count: int) -> tuple[int, int]:
    from tests.scorm_proof.proof import prove

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    return prove(count)


PROOFS: dict[str, tuple[Callable[[int], tuple[int, int]], int]] = {
    "db": (prove_db, 1),
    "scorm": (prove_scorm, 10),
    "sync": (prove_sync, 6000),
    "exam": (prove_exam, 1000),
}
"""Each proof, and how many times over it is run unless somebody says otherwise."""

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
