"""Keeps what a launch says: on the server, or here until the server is back.

Every save is the whole record, numbered; so a retry is harmless, an old one arriving late is recognised, and of several that wait only
their order matters. All functions are synchronous and meant for one worker thread.
"""

from __future__ import annotations

from contextlib import closing
from enum import Enum
from pathlib import Path
from uuid import UUID

from desktop.errors import LmsError, NotFound, ServerAway
from desktop.scorm import commands
from desktop.scorm.journal import Journal, Save
from desktop.store.connection import Store


class Outcome(Enum):
    """Where a save is now."""

    SAVED = "saved"
    KEPT = "kept"
    """On this machine's disk; the server is away."""
    SUPERSEDED = "superseded"
    """The lesson was opened again elsewhere, and that launch counts."""


class Recorder:
    """One launch by a learner."""

    def __init__(self, store: Store, journal: Journal, session_id: UUID) -> None:
        self.session_id = session_id
        self._store = store
        self._journal = journal
        self._away = False

    def save(self, save: Save) -> Outcome:
        """Returns once the save is durable. Raises ``LmsError`` where the server refuses it for good, and then nothing is kept."""
        if self._away:
            # The server is not asked again within a save, so that content never waits for a connection that will not come.
            self._journal.keep(save)
            return Outcome.KEPT
        try:
            answer = self._store.write(commands.save_session, save).value
        except ServerAway:
            self._away = True
            self._journal.keep(save)
            return Outcome.KEPT
        return Outcome.SUPERSEDED if answer == "superseded" else Outcome.SAVED

    def retry(self) -> Outcome:
        """Send what waits, in order. ``KEPT`` while the server is still away."""
        outcome = send_waiting(self._store, self._journal)
        self._away = outcome is Outcome.KEPT
        return outcome

    def end(self) -> None:
        """The launch is over; the server is told if it can be reached. What waits stays in the journal, which is closed."""
        try:
            if self.retry() is not Outcome.KEPT:
                self._store.write(commands.end_session, self.session_id)
        except ServerAway:
            return
        finally:
            self._journal.close()


def send_left(store: Store, path: Path) -> Outcome:
    """Send what earlier launches left in the journal at ``path``; most people have none, and then none is made."""
    if not path.exists():
        return Outcome.SAVED
    with closing(Journal(path)) as journal:
        return send_waiting(store, journal)


def send_waiting(store: Store, journal: Journal) -> Outcome:
    """Send everything that waits in the journal, in order. Called at start, before a launch, and while the server was away.

    What the server refuses for good is set aside, so that it does not hold up the rest. A session that it does not know stays: it may
    belong to another workspace in which the same person is known.
    """
    outcome = Outcome.SAVED
    for save in journal.waiting():
        try:
            answer = store.write(commands.save_session, save).value
        except ServerAway:
            return Outcome.KEPT
        except NotFound:
            continue
        except LmsError as error:
            journal.set_aside(save, error.message)
            continue
        if answer == "superseded":
            journal.set_aside(save, answer)
            outcome = Outcome.SUPERSEDED
        else:
            journal.forget(save)
    return outcome
