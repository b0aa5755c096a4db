"""Make the application for this platform, and check what was made: ``./lms build [--out DIR]``.

What is checked is the copy itself, from outside the checkout and with an environment that names nothing of it: ``nabip-lms check`` makes a
workspace, signs in and plays a page of a SCORM lesson.

``--user NAME`` checks as that user, for who builds as root: then content is seen to run in Chromium's sandbox.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "nabip-lms"
LARGEST = 8
CHECK_SECONDS = 600
KEPT = {"PATH", "SYSTEMROOT", "TEMP", "TMP", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "XDG_RUNTIME_DIR"}
"""Of the environment, what a program started from a menu would have, too."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="build", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder to put the application's folder in; dist without this")
    parser.add_argument("--user", help="check as this user of the system, when building as root")
    options = parser.parse_args()
    out: Path = options.out.absolute()
    began = time.monotonic()
    make(out)
    made = out / NAME
    print(f"made {made} in {time.monotonic() - began:.0f} s, {megabytes(made):,.0f} MB; of these")
    parts = [part for part in (made / "_internal").iterdir() if not part.is_symlink()]
    for part in sorted(parts, key=megabytes, reverse=True)[:LARGEST]:
        print(f"{megabytes(part):8,.1f} MB  {part.name}")
    return check(made, options.user)


def make(out: Path) -> None:
    command = [
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR",
        "--workpath", str(ROOT / "build"), "--distpath", str(out), str(ROOT / "build.spec"),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)


def check(made: Path, user: str | None) -> int:
    """The exit status of the copy's own check."""
    with tempfile.TemporaryDirectory(prefix="nabip-lms-build-") as home:
        environment = {name: value for name, value in os.environ.items() if name in KEPT} | {"HOME": home, "LANG": "C.UTF-8"}
        if user is not None:
            shutil.chown(home, user)
        program = made / (f"{NAME}.exe" if sys.platform == "win32" else NAME)
        return subprocess.run([program, "check"], cwd=home, env=environment, timeout=CHECK_SECONDS, check=False, user=user).returncode


def megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
    return sum(file.stat().st_size for file in files) / 1e6


if __name__ == "__main__":
    sys.exit(main())
