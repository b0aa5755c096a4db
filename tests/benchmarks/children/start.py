"""The application as a person starts it, until its first page is filled."""

from __future__ import annotations

import json
import sys
import time

from desktop.__main__ import prepare_qt
from tests.benchmarks.children.pages import open_page


def main() -> int:
    prepare_qt()
    from desktop import app
    from tests.benchmarks.children.moments import FirstPaint

    moments: dict[str, float] = {}

    def filled(application: app.Application) -> None:
        moments["filled"] = time.monotonic()
        print(json.dumps(moments), flush=True)
        application.window.close()

    def started(application: app.Application) -> None:
        FirstPaint(application.window, lambda moment: moments.__setitem__("usable", moment))
        application.signed_in.connect(lambda _context: open_page(application).loaded.connect(lambda: filled(application)))

    return app.run(["nabip-lms"], started)


if __name__ == "__main__":
    sys.exit(main())
