"""How a process says no."""

from __future__ import annotations


class Refused(Exception):
    """A request that cannot be met. ``code`` is the exception code of the SN book's pseudo-code, such as ``SB.2.9-3``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SessionEnds(Exception):
    """The flow has walked off the tree: there is nothing left to deliver, which ends the sequencing session (SB.2.1, 3.1)."""
