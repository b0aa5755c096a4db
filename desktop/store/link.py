"""Whether the server answers, and when to try again.

Pure: time and chance are given, so the rules can be tested without waiting. Whoever owns a :class:`Link` tells it what happened and asks
it when to try; views listen and show :meth:`Link.sentence`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from desktop.errors import LmsError, ServerAway
from desktop.i18n import _, ngettext

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0
GROWTH = 2.0
JITTER = 0.25
"""Share of a pause that is left to chance, so that a thousand clients do not come back at the same moment."""


class LinkState(Enum):
    UP = "up"
    AWAY = "away"


@dataclass
class Link:
    """The state of the connection to one workspace.

    After the n-th failure in a row the pause is ``FIRST_SECONDS`` × ``GROWTH``^(n−1), at most ``LONGEST_SECONDS``, less up to ``JITTER``
    of it. ``chance`` gives numbers from 0 to 1, ``clock`` seconds that only grow.
    """

    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    state: LinkState = LinkState.UP
    failures: int = 0
    error: LmsError | None = None
    listeners: list[Callable[[Link], None]] = field(default_factory=list)
    _next_try: float = 0.0

    def succeeded(self) -> None:
        """The server answered."""
        if self.state is LinkState.UP:
            return
        self.state, self.failures, self.error = LinkState.UP, 0, None
        self._tell()

    def failed(self, error: LmsError) -> bool:
        """Something failed with ``error``; returns True where that means that the server is away, and waiting has begun."""
        if not isinstance(error, ServerAway):
            return False
        if self.state is LinkState.AWAY and not self.due:
            return True  # several calls failed on one outage: that is one failure
        pause = min(LONGEST_SECONDS, FIRST_SECONDS * GROWTH ** min(self.failures, 32))
        self.state, self.failures, self.error = LinkState.AWAY, self.failures + 1, error
        self._next_try = self.clock() + pause * (1 - JITTER * self.chance())
        self._tell()
        return True

    def retry_now(self) -> None:
        """The person, or the network coming back, asks not to wait."""
        if self.state is LinkState.AWAY:
            self._next_try = self.clock()
            self._tell()

    @property
    def due(self) -> bool:
        """True when the server is away and it is time to try again."""
        return self.state is LinkState.AWAY and self.clock() >= self._next_try

    @property
    def seconds_left(self) -> float:
        """Until the next try; 0 when it is due or the server answers."""
        return max(0.0, self._next_try - self.clock()) if self.state is LinkState.AWAY else 0.0

    def sentence(self) -> str:
        """What the status bar says."""
        if self.state is LinkState.UP:
            return _("Connected")
        seconds = round(self.seconds_left)
        if seconds == 0:
            return _("The server cannot be reached. Trying again…")
        return ngettext(
            "The server cannot be reached. Trying again in {n} second.",
            "The server cannot be reached. Trying again in {n} seconds.",
            seconds,
        ).format(n=seconds)

    def _tell(self) -> None:
        for listener in tuple(self.listeners):
            listener(self)
