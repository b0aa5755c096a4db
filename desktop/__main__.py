"""Process start."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.chromium import keep_sandbox, prepare_qt

if TYPE_CHECKING:
    from desktop.app import Application


def open_window(started: Callable[[Application], None] | None = None) -> int:
    """Be the application until its window is closed. ``started`` gets it once it is wired, before anything is shown."""
    # Nothing that is imported now is garbage; looking for some costs a tenth of it. The application's own collector takes over.
    gc.disable()
    prepare_qt()
    from desktop import app

    return app.run(sys.argv, started)


def free_children() -> None:
    """In a built application on Linux: let the programs that it starts find their own libraries and not ours.

    Its starter points ``LD_LIBRARY_PATH`` at what the application brings and keeps what was there before (PyInstaller's manual, "Run-time
    Information"). This process has read it already; a database server, a browser or an office suite would load the wrong libraries by it.
    """
    if getattr(sys, "frozen", False) and sys.platform == "linux":
        before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        os.environ.pop("LD_LIBRARY_PATH", None)
        if before is not None:
            os.environ["LD_LIBRARY_PATH"] = before


def main() -> int:
    """Open the application, or do one of its jobs without a window: :mod:`desktop.cli`."""
    free_children()
    keep_sandbox()
    arguments = sys.argv[1:]
    if arguments == ["station"]:
        from desktop.lockdown import guard

        return guard.keep_station()
    if arguments == ["station", "screen"]:  # not by way of the other jobs and their libraries: a candidate may be waiting
        from desktop.ui.exams import station_app

        return station_app.main()
    if arguments:
        from desktop import cli

        return cli.main(arguments)
    return open_window()


if __name__ == "__main__":
    sys.exit(main())
