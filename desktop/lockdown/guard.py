"""A small process above the station: it starts the station again when that dies or hangs, and stops trying when that does no good.

The station holds nothing that outlives it, so that a desktop is free the moment it is gone; the guard has nothing to undo. What it adds is
the other half: a candidate is back at their question in seconds, and a station that hangs does not keep the keyboard for ever.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

ALIVE = b"alive\n"
ALIVE_SECONDS = 2.0
"""How often a station says that its window answers."""
SILENCE_SECONDS = 30.0
"""After so long without a word, once it has spoken, it hangs and is ended."""
RESTARTS = 5
WITHIN_SECONDS = 120.0
"""More restarts than these within so many seconds help nobody; the desktop stays free then."""
POLL_SECONDS = 0.2
HOPELESS = 3
"""The exit status of a station that another start would not help: this machine is not enrolled, or a file cannot be read."""


def keep_running(
    command: Sequence[str],
    *,
    silence: float = SILENCE_SECONDS,
    restarts: int = RESTARTS,
    within: float = WITHIN_SECONDS,
    told: Callable[[str], object] = lambda _words: None,
) -> int:
    """Run ``command`` until it ends by itself with 0 or :data:`HOPELESS`, and again whenever it does not; its last exit status.

    Once it has said :data:`ALIVE` on its standard output it goes on to, at least every ``silence`` seconds. ``told`` hears in a word what
    happened.
    """
    begun: list[float] = []
    while True:
        begun = [at for at in begun if time.monotonic() - at < within]
        if len(begun) > restarts:
            told("gave up")
            return 1
        begun.append(time.monotonic())
        status = _run(command, silence, told)
        if status in (0, HOPELESS):
            return status
        told(f"ended with {status}")


def keep_station() -> int:
    """Run this machine's station in a process of its own until it is released."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "desktop"]
    return keep_running([*program, "station", "screen"], told=logging.getLogger(__name__).warning)


def _run(command: Sequence[str], silence: float, told: Callable[[str], object]) -> int:
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    heard: list[float] = []
    assert child.stdout is not None
    listener = threading.Thread(target=_listen, args=(child.stdout, heard), name="lms-guard", daemon=True)
    listener.start()
    try:
        while child.poll() is None:
            if heard and time.monotonic() - heard[-1] > silence:
                told("hangs")
                child.kill()
            time.sleep(POLL_SECONDS)
        return child.returncode
    finally:  # whoever ends the guard means the station
        if child.poll() is None:
            child.kill()
        child.wait()
        listener.join(timeout=1)
        child.stdout.close()


def _listen(stream: IO[bytes], heard: list[float]) -> None:
    for _line in stream:
        heard[:] = [time.monotonic()]


class Guarded:
    """The station's side. ``say`` tells the guard that the window answers; False once there is no guard any more."""

    def __init__(self, stream: IO[bytes] | None = None) -> None:
        self._stream: IO[bytes] | None = stream or (sys.stdout.buffer if sys.stdout is not None else None)

    def say(self) -> bool:
        if self._stream is None:
            return False
        try:
            self._stream.write(ALIVE)
            self._stream.flush()
        except OSError:  # the guard was ended; the station goes on without
            self._stream = None
        return self._stream is not None
