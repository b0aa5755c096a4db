"""Work in progress leaves nothing behind: not after a failure, not after a kill, and a sweep takes nobody's folder away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.scorm.package import unpack
from desktop.scorm.scratch import scratch, sweep
from desktop.tasks import JobControl
from tests.support.scorm_packages import make_package


def test_what_is_renamed_out_stays_and_the_rest_goes(tmp_path: Path) -> None:
    with scratch(tmp_path) as room:
        (room / "kept").mkdir()
        (room / "lost").write_text("x")
        (room / "kept").rename(tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with scratch(tmp_path) as room:
            (room / "half").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_leaves_alone_where_somebody_works(tmp_path: Path) -> None:
    with scratch(tmp_path) as room:
        sweep(tmp_path)
        assert room.is_dir()


SLOW_IMPORT = """
import sys, time
from pathlib import Path
from desktop.scorm.package import unpack
from desktop.tasks import JobControl

def progressed(_fraction, _detail):
    print("writing", flush=True)
    time.sleep(60)

unpack(Path(sys.argv[1]), Path(sys.argv[2]), JobControl(progressed))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_an_import_that_was_killed_is_swept_by_the_next(tmp_path: Path) -> None:
    source = make_package(tmp_path / "course.zip", {"index.html": "x"}, files={"big.bin": os.urandom(1 << 20)})
    cache = tmp_path / "cache"
    arguments = [sys.executable, "-c", SLOW_IMPORT, str(source), str(cache / "one")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    deadline = time.monotonic() + 30
    left = list(cache.iterdir())
    assert left, "it was killed in the middle of writing"
    while list(cache.iterdir()) and time.monotonic() < deadline:  # a moment until the system has let go of the dead process's lock
        sweep(cache)
    assert list(cache.iterdir()) == []
    assert unpack(source, cache / "one", JobControl(lambda _fraction, _detail: None)).manifest.title == "Made up"
