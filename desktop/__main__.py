"""Process start: what Chromium and Qt must know before there is a QApplication."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.app import Application

# Content reaches the network past the request interceptor by WebRTC: over UDP, which only a proxy may carry, and we configure none; and
# over TCP to a TURN server, which the first flag lets through. So nothing has an address for Chromium, numbers included; our own schemes
# need none. It also stops names from being looked up ahead.
CHROMIUM_FLAGS = ("--force-webrtc-ip-handling-policy=disable_non_proxied_udp", '--host-resolver-rules="MAP * ~NOTFOUND"')


def prepare_qt() -> None:
    """Set Chromium's flags and register our URL schemes. Call it once, before the first QApplication."""
    given = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")
    os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join([given, *(flag for flag in CHROMIUM_FLAGS if flag not in given)]).strip()

    from desktop.ui.player import scheme
    from desktop.ui.widgets import richtext_page

    scheme.register()
    richtext_page.register()


def open_window(started: Callable[[Application], None] | None = None) -> int:
    """Be the application until its window is closed. ``started`` gets it once it is wired, before anything is shown."""
    # Nothing that is imported now is garbage; looking for some costs a tenth of it. The application's own collector takes over.
    gc.disable()
    prepare_qt()
    from desktop import app

    return app.run(sys.argv, started)


def main() -> int:
    """Open the application, or do one of its jobs without a window: :mod:`desktop.cli`."""
    arguments = sys.argv[1:]
    if arguments:
        from desktop import cli

        return cli.main(arguments)
    return open_window()


if __name__ == "__main__":
    sys.exit(main())
