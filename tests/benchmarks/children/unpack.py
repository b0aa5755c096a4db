"""Check and unpack a package: ``python -m tests.benchmarks.children.unpack ZIP FOLDER``. Prints seconds, and MiB of memory it grew by."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from desktop.scorm.package import unpack
from desktop.tasks import JobControl


def main(source: Path, folder: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    unpack(source, folder, JobControl(lambda _fraction, _detail: None))
    seconds = time.perf_counter() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"seconds": seconds, "grown": grown / 1024}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
