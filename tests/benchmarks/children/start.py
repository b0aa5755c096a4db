"""The application as a person starts it, until its first page is filled."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from desktop.__main__ import open_window
from tests.benchmarks.children.pages import open_page

if TYPE_CHECKING:
    from desktop.app import Application


def main() -> int:
    moments: dict[str, float] = {}

    def filled(application: Application) -> None:
        moments["filled"] = time.monotonic()
        print(json.dumps(moments), flush=True)
        application.window.close()

    def started(application: Application) -> None:
        from tests.benchmarks.children.moments import FirstPaint  # not before the application has prepared Qt

        FirstPaint(application.window, lambda moment: moments.__setitem__("usable", moment))
        application.signed_in.connect(lambda _context: open_page(application).loaded.connect(lambda: filled(application)))

    return open_window(started)


if __name__ == "__main__":
    sys.exit(main())
