"""An exam station without its window: what a candidate types is on this machine's disk at once, and with the server when there is one."""

from __future__ import annotations

import json
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from desktop.errors import Invalid, NotAllowed, ServerAway, TookTooLong
from desktop.exams.commands import beat, begin, enter, flag, report, save, submit
from desktop.exams.queries import Beat, Given, Receipt, SeatState, get_picture, get_receipt, get_state, list_given
from desktop.i18n import _
from desktop.store.connection import Store
from desktop.store.journal import JournalFile

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class EnteredSession:
    """``seat`` and ``epoch`` are None while it is unknown whether the server took the code."""

    token: bytes
    seat: UUID | None
    epoch: int | None


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer that waits, the ``sequence``-th of the entry ``epoch`` into ``seat``, which had ``token``."""

    token: bytes
    seat: UUID
    epoch: int
    sequence: int
    question: UUID
    answer: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Noticed:
    """An incident that waits to be reported: what was noticed in the session with ``token``, ``at`` by this machine's clock."""

    number: int
    token: bytes
    kind: str
    severity: str
    evidence: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Flagged:
    """A mark at a question that the server does not know yet."""

    number: int
    token: bytes
    question: UUID
    flagged: bool


class ExamJournal(JournalFile):
    """The station's session and, of each session that it ever had, what the server has not acknowledged: answers, incidents and flags.

    ``place`` is where the candidate is: the question on the screen, and the last command that was carried out.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "CREATE TABLE IF NOT EXISTS session (one INTEGER PRIMARY KEY CHECK (one = 1), token BLOB NOT NULL, seat TEXT, epoch INTEGER,"
            " sequence INTEGER NOT NULL)",
            "CREATE TABLE IF NOT EXISTS waiting (token BLOB NOT NULL, seat TEXT NOT NULL, epoch INTEGER NOT NULL,"
            " sequence INTEGER NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, since REAL NOT NULL, PRIMARY KEY (token, question))"
            " WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS incidents (number INTEGER PRIMARY KEY AUTOINCREMENT, token BLOB NOT NULL, kind TEXT NOT NULL,"
            " severity TEXT NOT NULL, evidence TEXT NOT NULL, at TEXT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS flags (number INTEGER PRIMARY KEY AUTOINCREMENT, token BLOB NOT NULL, question TEXT NOT NULL,"
            " flagged INTEGER NOT NULL, UNIQUE (token, question))",
            "CREATE TABLE IF NOT EXISTS place (seat TEXT PRIMARY KEY, question TEXT, command INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
        )
        path.chmod(0o600)  # it holds the token

    def session(self) -> EnteredSession | None:
        """The last session."""
        rows = self.read("SELECT token, seat, epoch FROM session")
        return EnteredSession(rows[0][0], UUID(rows[0][1]) if rows[0][1] else None, rows[0][2]) if rows else None

    def start_session(self, token: bytes) -> None:
        with self.transaction() as database:
            database.execute("INSERT OR REPLACE INTO session VALUES (1, ?, NULL, NULL, 0)", (token,))

    def know_seat(self, seat: UUID, epoch: int) -> None:
        with self.transaction() as database:
            database.execute("UPDATE session SET seat = ?, epoch = ?", (str(seat), epoch))

    def keep(self, question: UUID, answer: dict[str, Any] | None) -> None:
        """Returns once it is on the disk."""
        with self.transaction() as database:
            database.execute("UPDATE session SET sequence = sequence + 1")
            database.execute(
                "INSERT INTO waiting SELECT token, seat, epoch, sequence, ?, ?, ? FROM session WHERE true"
                " ON CONFLICT DO UPDATE SET sequence = excluded.sequence, answer = excluded.answer",
                (str(question), json.dumps(answer), time.time()),
            )

    def waiting(self) -> list[Typed]:
        """What the server has not acknowledged, as it was typed."""
        rows = self.read("SELECT token, seat, epoch, sequence, question, answer FROM waiting ORDER BY seat, epoch, sequence")
        return [
            Typed(token, UUID(seat), epoch, sequence, UUID(question), json.loads(answer))
            for token, seat, epoch, sequence, question, answer in rows
        ]

    def backlog(self) -> tuple[int, int]:
        """How many answers wait, and for how many seconds the oldest has."""
        [(count, since)] = self.read("SELECT count(*), min(since) FROM waiting")
        return count, 0 if since is None else max(0, int(time.time() - since))

    def forget(self, typed: Typed) -> None:
        """The server has it. What was typed since stays."""
        with self.transaction() as database:
            key = (typed.token, str(typed.question), typed.sequence)
            database.execute("DELETE FROM waiting WHERE token = ? AND question = ? AND sequence = ?", key)

    def notice(self, kind: str, severity: str, evidence: dict[str, Any]) -> None:
        """Keep an incident of the present session. Its evidence gets an id: where an acknowledgement is lost, it is reported twice."""
        evidence = {**evidence, "id": str(uuid4())}
        with self.transaction() as database:
            database.execute(
                "INSERT INTO incidents (token, kind, severity, evidence, at) SELECT token, ?, ?, ?, ? FROM session",
                (kind, severity, json.dumps(evidence), datetime.now(UTC).isoformat()),
            )

    def noticed(self) -> list[Noticed]:
        rows = self.read("SELECT number, token, kind, severity, evidence, at FROM incidents ORDER BY number")
        return [
            Noticed(number, token, kind, severity, json.loads(evidence), datetime.fromisoformat(at))
            for number, token, kind, severity, evidence, at in rows
        ]

    def flag(self, question: UUID, flagged: bool) -> None:
        with self.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO flags (token, question, flagged) SELECT token, ?, ? FROM session", (str(question), flagged)
            )

    def flagged(self) -> list[Flagged]:
        rows = self.read("SELECT number, token, question, flagged FROM flags ORDER BY number")
        return [Flagged(number, token, UUID(question), bool(flagged)) for number, token, question, flagged in rows]

    def reported(self, incident: Noticed) -> None:
        with self.transaction() as database:
            database.execute("DELETE FROM incidents WHERE number = ?", (incident.number,))

    def marked(self, flag: Flagged) -> None:
        with self.transaction() as database:
            database.execute("DELETE FROM flags WHERE number = ?", (flag.number,))

    def move_to(self, question: UUID) -> None:
        """The candidate looks at this question."""
        with self.transaction() as database:
            database.execute(
                "INSERT INTO place (seat, question) SELECT seat, ? FROM session WHERE seat IS NOT NULL"
                " ON CONFLICT DO UPDATE SET question = excluded.question",
                (str(question),),
            )

    def carried_out(self, command: int) -> None:
        with self.transaction() as database:
            database.execute(
                "INSERT INTO place (seat, command) SELECT seat, ? FROM session WHERE seat IS NOT NULL"
                " ON CONFLICT DO UPDATE SET command = excluded.command",
                (command,),
            )

    def place(self) -> tuple[UUID | None, int]:
        """The question that the present seat's candidate looked at last, and the last command that was carried out there; None and 0."""
        rows = self.read("SELECT p.question, p.command FROM place AS p JOIN session AS s ON s.seat = p.seat")
        return (UUID(rows[0][0]) if rows[0][0] else None, rows[0][1]) if rows else (None, 0)


class Station:
    """One machine. What it does not remember of an earlier process is in its journal."""

    def __init__(self, store: Store, journal: ExamJournal) -> None:
        self._store = store
        self.journal = journal

    def enter(self, code: str) -> str:
        """Take a seat: "entered", "wrong" or "locked".

        The token is on the disk before it is sent: should the answer be lost, :meth:`resume` finds out whether the code was spent.
        """
        token = secrets.token_bytes(TOKEN_BYTES)
        self.journal.start_session(token)
        said = self._store.write(enter, code, token).value
        if said == "entered":
            self._know_seat(self.state())
        return said

    def resume(self) -> SeatState | None:
        """The seat of the last session, after a crash or an outage; None where there is none and a code is needed."""
        if self.journal.session() is None:
            return None
        try:
            state = self.state()
        except NotAllowed:  # the code never arrived, or this machine was revoked
            return None
        self._know_seat(state)
        return state

    def state(self) -> SeatState:
        return self._store.read(get_state, self._token)

    def begin(self) -> None:
        self._store.write(begin, self._token, self.state().version)

    def questions(self) -> tuple[Given, ...]:
        """The questions, answered with what was typed last: here, else what the server has."""
        seat = self._session.seat
        here = {typed.question: typed.answer for typed in self.journal.waiting() if typed.seat == seat}
        given = self._store.read(list_given, self._token)
        marked = {mark.question: mark.flagged for mark in self.journal.flagged() if mark.token == self._token}
        return tuple(replace(one, answer=here.get(one.id, one.answer), flagged=marked.get(one.id, one.flagged)) for one in given)

    def picture(self, asset: str) -> bytes:
        """A picture that a question shows; kept by nobody here, as the questions are not."""
        return self._store.read(get_picture, self._token, asset)

    def type(self, question: UUID, answer: dict[str, Any] | None) -> None:
        """Keep what the candidate typed; needs no server."""
        self.journal.keep(question, answer)

    def send(self) -> int:
        """Send what waits; how many answers still wait because the server cannot be reached.

        What this seat's candidate typed before a crash comes under the present session, and is merged. What another candidate left here
        comes under the session that they had, so it can reach nobody else's exam.
        """
        present, waiting = self.journal.session(), self.journal.waiting()
        for sent, typed in enumerate(waiting):
            try:
                token = present.token if present is not None and typed.seat == present.seat else typed.token
                self._store.write(save, token, typed.epoch, typed.sequence, typed.question, typed.answer)
            except (ServerAway, TookTooLong):
                return len(waiting) - sent
            self.journal.forget(typed)
        return 0

    def send_remarks(self) -> None:
        """Send flags and incidents that wait. Raises :class:`ServerAway`; what was not sent is sent the next time.

        A flag that the server no longer takes, because its session has ended, is of no use to anybody.
        """
        for mark in self.journal.flagged():
            with suppress(NotAllowed):
                self._store.write(flag, mark.token, mark.question, mark.flagged)
            self.journal.marked(mark)
        for one in self.journal.noticed():
            try:
                self._store.write(report, one.token, one.kind, one.severity, one.evidence, one.at)
            except Invalid as refused:
                if "too-many-incidents" not in refused.details:
                    raise
                return  # for this minute; heartbeats must go on
            self.journal.reported(one)

    def beat(self, question: int | None = None, answered: int = 0, after: int = 0) -> Beat:
        """Tell the server what waits here, the number of the question on the screen and how many are answered; what it wants done.

        ``after`` is the id of the last command that was carried out.
        """
        return self._store.write(beat, self._token, *self.journal.backlog(), question, answered, after).value

    def submit(self) -> Receipt:
        """Hand everything in. Raises :class:`ServerAway` while answers wait that the server has not seen."""
        if self.send():
            raise ServerAway(
                _("Answers are still on this computer: the server cannot be reached."),
                remedy=_("Call a proctor. Nothing is lost; it is sent as soon as there is a connection."),
            )
        self._store.write(submit, self._token, self.state().version)
        return self.receipt()

    def receipt(self) -> Receipt:
        """What was handed in, whoever did it."""
        return self._store.read(get_receipt, self._token)

    def _know_seat(self, state: SeatState) -> None:
        self.journal.know_seat(state.seat, state.epoch)

    @property
    def _session(self) -> EnteredSession:
        session = self.journal.session()
        assert session is not None, "enter first"
        return session

    @property
    def _token(self) -> bytes:
        return self._session.token
