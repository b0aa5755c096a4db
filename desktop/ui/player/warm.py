"""Start Chromium before the first lesson needs it.

Its first profile takes an eighth of a second on the GUI thread, and only there can it be made; the second takes a thousandth. So the first
is made while the person waits for the workspace anyway, and thrown away.
"""

from __future__ import annotations

import asyncio
import os

from PySide6.QtWebEngineCore import QWebEngineProfile

SANDBOX_VARIABLE = "QTWEBENGINE_DISABLE_SANDBOX"


def may_start() -> bool:
    """False where starting Chromium would end the process: as root, with its sandbox. There only lessons cannot be opened."""
    return not (hasattr(os, "geteuid") and os.geteuid() == 0 and os.environ.get(SANDBOX_VARIABLE) != "1")


async def warm_chromium() -> None:
    """Start it, where it may be started."""
    if not may_start():
        return
    await asyncio.sleep(0)  # what the worker threads are to do meanwhile is on its way
    QWebEngineProfile()
