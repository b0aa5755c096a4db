"""``nabip-lms check``: the application tries itself out, in a process and a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def check(home: Path, *before: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QTWEBENGINE", "PYTEST", "LMS"))}
    return subprocess.run(
        [*before, sys.executable, "-m", "desktop", "check"], cwd=ROOT, env=environment | {"HOME": str(home), "TMPDIR": str(home)},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_a_working_copy_signs_in_and_plays_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    said = check(home)
    assert said.returncode == 0, said.stdout + said.stderr
    for step in ("a workspace made, and somebody signed in", "played and recorded", "Chromium's sandbox", "Everything works"):
        assert step in said.stdout
    assert not [path for path in home.iterdir() if path.name.startswith("nabip-lms")]
    assert not (home / ".local" / "share" / "nabip-lms").exists(), "the person's own folder was touched"


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files")
def test_a_copy_that_cannot_work_says_why(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    said = check(home, "sh", "-c", 'ulimit -f 4000; exec "$0" "$@"')  # the server's log is made in files of 16 MB
    assert said.returncode == 1
    assert "It does not work here: " in said.stderr
    assert "initdb" in said.stderr
