"""Keeping replica and server together while the application runs: a thread of its own that sends within seconds and looks for news.

Whether somebody wrote it learns by comparing clocks, one small query for all courses that are here: when the server says that a course has
changed (:mod:`desktop.sync.listener`, for courses that several people write), and every few seconds, as nobody may rely on being told.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING
from uuid import UUID

from desktop.errors import LmsError, NotAllowed
from desktop.i18n import _, ngettext
from desktop.store.link import Link, LinkState
from desktop.store.locks import FileLock
from desktop.store.replica import CheckedOut, Reader, Replica
from desktop.sync.exchange import exchange
from desktop.sync.listener import Listener
from desktop.sync.queries import get_clocks
from desktop.sync.restored import follow_restore, list_restored
from desktop.tasks import JobControl

if TYPE_CHECKING:
    from desktop.store.connection import Store

POLL_SECONDS = 2.0
"""How long the writing of others may stay unseen where the server does not tell."""
POLL_SECONDS_WHEN_TOLD = 15.0
"""The same where it does."""
SETTLE_SECONDS = 1.0
"""Sending waits until nobody has typed for so long, but never longer than :data:`LONGEST_SETTLE_SECONDS`."""
LONGEST_SETTLE_SECONDS = 4.0
NOW_SECONDS = 60.0
"""How long "sync now" waits for its end."""

log = logging.getLogger(__name__)


class Activity(Enum):
    RESTING = "resting"
    EXCHANGING = "exchanging"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand: ``waiting`` changes are only here, ``conflicts`` rows are to be settled, ``error`` is what went wrong last."""

    waiting: int = 0
    conflicts: int = 0
    activity: Activity = Activity.RESTING
    error: Exception | None = None
    restored: int = 0
    """Courses of which this computer had more than a server that was restored."""

    def sentence(self) -> str:
        """What the status bar says."""
        parts = [
            ngettext("Saved here · {n} waiting to send", "Saved here · {n} waiting to send", self.waiting).format(n=self.waiting)
            if self.waiting
            else _("Everything is saved")
        ]
        if self.conflicts:
            parts.append(ngettext("{n} to settle", "{n} to settle", self.conflicts).format(n=self.conflicts))
        if self.restored:
            parts.append(_("The server was restored: see “On this computer”"))
        return " · ".join(parts)


class Sync:
    """The thread, for one replica and one server. ``told(status)`` is called on it whenever the status has changed.

    Of several copies of the application that share a replica one does the work: it holds a lock that ends with its process.
    """

    def __init__(self, replica: Replica, server: Store, told: Callable[[Status], object], *, link: Link | None = None) -> None:
        self.replica = replica
        self.status = Status()
        self.exchanged_at: datetime | None = None
        """When all that was there to be exchanged last was."""
        self._server = server
        self._told = told
        self._link = link or Link()
        self._lock = FileLock(replica.path.with_name(replica.path.name + ".lock"))
        self._changed = threading.Condition()
        self._edited_at: float | None = None
        self._first_edit_at: float | None = None
        self._hurry = False
        self._told_of_news = False
        self._ended = False
        self._control = JobControl(lambda _fraction, _detail: None)
        self._listener = Listener(lambda: server.dsn, self.look)
        self._thread = threading.Thread(target=self._run, name="lms-sync", daemon=True)
        replica.edited.append(self.edited)

    def start(self) -> None:
        self._thread.start()

    def edited(self) -> None:
        """Something waits: send it soon."""
        with self._changed:
            self._edited_at = time.monotonic()
            self._first_edit_at = self._first_edit_at or self._edited_at
            self._changed.notify_all()

    def look(self) -> None:
        """Somebody may have written: look now."""
        with self._changed:
            self._told_of_news = True
            self._changed.notify_all()

    def sync_now(self) -> Status:
        """Exchange everything now, and return how things stand afterwards. For worker threads: it waits up to :data:`NOW_SECONDS`."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._ended or not self._hurry, NOW_SECONDS)
            return self.status

    def stop(self) -> None:
        """End the thread. A batch that is on its way is finished first; an upload stops, and goes on where it was the next time."""
        self.replica.edited.remove(self.edited)
        self._control.cancel()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        self._listener.stop()
        self._lock.release()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not (self._ended or self._hurry or (self._told_of_news and not self._typing())):
                    self._changed.wait(self._pause())
                if self._ended:
                    return
                hurried = self._hurry
                if not hurried and self._typing():
                    continue
                self._edited_at = self._first_edit_at = None
                self._told_of_news = False
            if hurried:
                self._link.retry_now()
            self._round()
            if hurried:
                with self._changed:
                    self._hurry = False
                    self._changed.notify_all()

    def _pause(self) -> float:
        if self._typing():
            return SETTLE_SECONDS / 4
        if self._link.state is LinkState.AWAY:
            return max(0.1, min(self._link.seconds_left, 60.0))
        if self._edited_at is not None:
            return SETTLE_SECONDS / 4
        return POLL_SECONDS_WHEN_TOLD if self._listener.trusted else POLL_SECONDS

    def _typing(self) -> bool:
        if self._edited_at is None or self._first_edit_at is None:
            return False
        now = time.monotonic()
        return now - self._edited_at < SETTLE_SECONDS and now - self._first_edit_at < LONGEST_SETTLE_SECONDS

    def _round(self) -> None:
        if not self._lock.held and not self._lock.try_acquire():
            self._say(Activity.RESTING, None)
            return
        if self._link.state is LinkState.AWAY and not self._link.due:
            self._say(Activity.AWAY, self.status.error)
            return
        error: Exception | None = None
        try:
            error = self._exchange_all()
        except LmsError as failure:
            error = failure
        except Exception as failure:  # a defect must not end the thread: what waits would never be sent
            log.exception("exchange")
            error = failure
        if error is None:
            self._link.succeeded()
            self.exchanged_at = datetime.now(UTC)
        elif isinstance(error, LmsError):
            self._link.failed(error)
        self._say(Activity.AWAY if self._link.state is LinkState.AWAY else Activity.RESTING, error)

    def _exchange_all(self) -> Exception | None:
        """Every course that has something to say or to hear; the error of the last that was refused, as the others go on."""
        here = self.replica.list_checked_out()
        self._listener.attend(self.replica.read(list_shared, [one.scope for one in here if not one.revoked]))
        if not here:
            return None
        clocks = self._server.read(get_clocks, [one.scope for one in here])
        if follow_restore(self.replica, self._server, clocks, datetime.now(UTC)):
            here = self.replica.list_checked_out()
        refused: Exception | None = None
        for one in here:
            if not self._has_news(one, clocks):
                continue
            if one.waiting:
                self._say(Activity.EXCHANGING, None)
            try:
                exchange(self.replica, self._server, one.scope, self._control)
            except NotAllowed as error:
                refused = error
        return refused

    def _has_news(self, one: CheckedOut, clocks: dict[UUID, int]) -> bool:
        if one.scope not in clocks:
            # Closed to its author, or never sent: the server is asked once, and says which.
            return not one.revoked and (one.clock is None or one.waiting > 0 or self._gone(one))
        return one.revoked or one.waiting > 0 or clocks[one.scope] != one.clock

    def _gone(self, one: CheckedOut) -> bool:
        self.replica.revoke(one.scope)
        return False

    def _say(self, activity: Activity, error: Exception | None) -> None:
        here = self.replica.list_checked_out()
        waiting, conflicts = sum(one.waiting for one in here), sum(one.conflicts for one in here)
        status = Status(waiting, conflicts, activity, error, len(list_restored(self.replica)))
        if status != self.status:
            self.status = status
            self._told(status)


def list_shared(reader: Reader, scopes: Sequence[UUID]) -> list[UUID]:
    """The courses among ``scopes`` that several people write. A bank is written by all administrators."""
    courses = {scope: reader.find("courses", scope) for scope in scopes}
    return [scope for scope, course in courses.items() if course is None or course["co_instructors"]]
