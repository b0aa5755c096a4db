"""``./lms conformance``, here ``python -m tests.conformance``: ADL's cases for SCORM 2004 4th Edition through the manifest reader, the
sequencing and the data model.

One line for each failing case with the first thing that went wrong, all of them with ``--case ID``, then ``passed N of M``. All cases
are replayed in order as one learner, as some depend on what others left behind. ``--browser`` takes them through the importer, a server,
the player's page and Chromium instead.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from tests.conformance.cases import DATA

type Report = Callable[[str, list[str]], None]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", action="store_true", help="through the real player in Chromium; takes some minutes")
    parser.add_argument("--case", metavar="ID", help="report on this case only, in full")
    options = parser.parse_args(arguments)
    if not DATA.is_dir():
        print(f"There are no cases in {DATA}; LMS_TEST_DATA names the folder above “scorm”.", file=sys.stderr)
        return 2
    passed = total = 0

    def report(name: str, faults: list[str]) -> None:
        nonlocal passed, total
        if options.case in (None, name):
            total += 1
            passed += not faults
            for fault in faults if options.case else faults[:1]:
                print(f"{name}: {fault}", flush=True)

    (in_browser if options.browser else headless)(report)
    print(f"passed {passed} of {total}")
    return 0 if passed == total > 0 else 1


def headless(report: Report) -> None:
    from PySide6.QtCore import QCoreApplication

    from tests.conformance.cases import replay_all
    from tests.support.scorm_runtime import Runtime

    application = QCoreApplication([])
    for name, faults in replay_all(Runtime()):
        report(name, faults)
    del application


def in_browser(report: Report) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    from desktop.chromium import prepare_qt

    prepare_qt()
    from tests.conformance.browser import replay_in_browser

    replay_in_browser(report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
