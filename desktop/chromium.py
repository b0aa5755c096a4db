"""What Chromium and Qt must know before there is a QApplication."""

from __future__ import annotations

import os
import sys

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


def keep_sandbox() -> None:
    """Have a built application run content in Chromium's sandbox whatever its environment says."""
    if getattr(sys, "frozen", False):
        os.environ.pop("QTWEBENGINE_DISABLE_SANDBOX", None)
        flags = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "").split()
        os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join(flag for flag in flags if "sandbox" not in flag)
