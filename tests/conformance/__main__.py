"""``./lms conformance``, here ``python -m tests.conformance``: ADL's cases for SCORM 2004 4th Edition through the manifest reader, the
sequencing and the data model.

One line for each failing case with the first thing that went wrong, all of them with ``--case ID``, then ``passed N of M``. All cases
are replayed in order as one learner, as some depend on what others left behind.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from tests.conformance.cases import DATA, replay_all
from tests.support.scorm_runtime import Runtime


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", metavar="ID", help="report on this case only, in full")
    options = parser.parse_args(arguments)
    if not DATA.is_dir():
        print(f"There are no cases in {DATA}; LMS_TEST_DATA names the folder above “scorm”.", file=sys.stderr)
        return 2
    application = QCoreApplication.instance() or QCoreApplication([])
    passed = total = 0
    for name, faults in replay_all(Runtime()):
        if options.case in (None, name):
            total += 1
            passed += not faults
            for fault in faults if options.case else faults[:1]:
                print(f"{name}: {fault}")
    del application
    print(f"passed {passed} of {total}")
    return 0 if passed == total > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
