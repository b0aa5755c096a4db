"""One process full of stations: each the station of the application without its window, with a connection and a journal of its own."""

from __future__ import annotations

import heapq
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.exams.queries import Given, list_given
from desktop.exams.station import ExamJournal, Station
from desktop.store.connection import Store
from desktop.store.dsn import Dsn

BEAT_SECONDS = 5.0
SEND_SECONDS = 5.0
"""Between two autosaves of a candidate who goes on typing."""
TYPE_SECONDS = 1.0
"""Between two writes to the journal of a candidate who goes on typing."""
SECONDS_AT_A_QUESTION, FIRST_CHOICE_SECOND, SECOND_CHOICE_SECOND = 45, 20, 35
THREADS = 8
SENTENCE = "What a plan pays for, and when, is written in its own summary; "


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one candidate has on paper: which machine to sit at, and the code."""

    login: str
    password: str
    code: str


@dataclass(slots=True)
class Measured:
    """What one process of stations found, in seconds."""

    times: dict[str, list[float]] = field(default_factory=dict)
    """From a call to its answer: what a station at a computer of its own would see."""
    due: dict[str, list[float]] = field(default_factory=dict)
    """From when a call was due, so that a server that holds everybody up is charged for everybody. These stations share the computer with
    the server and with each other, and come late to their own calls: that is in it, too."""
    failures: list[str] = field(default_factory=list)
    lost: int = 0
    """Answers that the server has not, or not as they were typed."""

    def add(self, other: Measured) -> None:
        for mine, others in ((self.times, other.times), (self.due, other.due)):
            for what, times in others.items():
                mine.setdefault(what, []).extend(times)
        self.failures += other.failures
        self.lost += other.lost


class Candidate:
    """Somebody at a station, who stays :data:`SECONDS_AT_A_QUESTION` at each question: writes an essay all that time without a pause, or
    picks an option and at times another one. Each call says whether there was anything to do."""

    def __init__(self, address: Dsn, ticket: Ticket, journal: Path) -> None:
        self.ticket = ticket
        self.store = Store(address.with_(user=ticket.login, password=ticket.password), connections=1)
        self.journal = ExamJournal(journal)
        self.station = Station(self.store, self.journal)
        self.chance = random.Random(ticket.login)
        self.given: tuple[Given, ...] = ()
        self.typed: dict[UUID, dict[str, Any]] = {}
        self.second = self.chance.randrange(SECONDS_AT_A_QUESTION)

    def enter(self) -> bool:
        said = self.station.enter(self.ticket.code)
        if said != "entered":
            raise AssertionError(f"the code of {self.ticket.login} was {said}")
        return True

    def begin(self) -> bool:
        self.station.begin()
        self.given = self.station.questions()
        return True

    def type(self) -> bool:
        """One more second of the exam."""
        at, second = divmod(self.second, SECONDS_AT_A_QUESTION)
        self.second += 1
        asked = self.given[at % len(self.given)]
        options = asked.question.get("options")
        if not options:
            answer = {"html": f"<p>{SENTENCE * second}{self.chance.random()}</p>"}
        elif second == FIRST_CHOICE_SECOND or (second == SECOND_CHOICE_SECOND and self.chance.random() < 1 / 3):
            answer = {"selected": self.chance.choice(options)["id"]}
        else:
            return False
        self.typed[asked.id] = answer
        self.station.type(asked.id, answer)
        return True

    def send(self) -> bool:
        waiting = bool(self.journal.waiting())
        if waiting and (left := self.station.send()):
            raise AssertionError(f"{left} answers of {self.ticket.login} could not be sent")
        return waiting

    def beat(self) -> bool:
        self.station.beat(len(self.typed), len(self.typed))
        return True

    def lost(self) -> int:
        """How many answers the server has not as they were typed last."""
        kept = {given.id: given.answer for given in self.store.read(list_given, self.token)}
        return sum(kept[question] != answer for question, answer in self.typed.items())

    def submit(self) -> bool:
        receipt = self.station.submit()
        if (receipt.answers, receipt.quarantined) != (len(self.typed), 0):
            raise AssertionError(f"{receipt.answers} answers of {len(self.typed)} were handed in")
        return True

    @property
    def token(self) -> bytes:
        session = self.journal.session()
        assert session is not None
        return session.token

    def close(self) -> None:
        self.journal.close()
        self.store.close()


type Due = tuple[float, int, str, Candidate, float]
"""When, a number that decides between equals, what, whose, and how long until it is due again (0 for once)."""


class Timetable:
    """Does what is due when it is due, on a few threads. A call that comes late because the ones before it were slow is slow itself."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self._due: list[Due] = []
        self._ready = threading.Condition()

    def add(self, at: float, what: str, candidate: Candidate, every: float = 0.0) -> None:
        heapq.heappush(self._due, (at, len(self._due), what, candidate, every))

    def run(self, until: float) -> None:
        """Returns when nothing is due before ``until`` (``time.monotonic``)."""
        threads = [threading.Thread(target=self._work, args=(until,)) for _thread in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, until: float) -> None:
        while True:
            with self._ready:
                if not self._due or self._due[0][0] > until:
                    return
                wait = self._due[0][0] - time.monotonic()
                if wait > 0:
                    self._ready.wait(min(wait, 0.05))
                    continue
                at, number, what, candidate, every = heapq.heappop(self._due)
            called = time.monotonic()
            try:
                done = getattr(candidate, what)()
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is being counted
                self._measured.failures.append(f"{what}: {error!r}")
            else:
                if done:
                    answered = time.monotonic()
                    self._measured.times.setdefault(what, []).append(answered - called)
                    self._measured.due.setdefault(what, []).append(answered - at)
            if every:
                with self._ready:
                    # With jitter, so that what began together does not stay together
                    heapq.heappush(self._due, (at + every * candidate.chance.uniform(0.9, 1.1), number, what, candidate, every))


def hold(pipe: Connection, address: Dsn, tickets: list[Ticket], folder: Path, seconds: float) -> None:
    """Do each step that comes through ``pipe`` with all of the stations, and answer with what was measured."""
    sys.setswitchinterval(0.001)
    candidates = [Candidate(address, ticket, folder / f"{ticket.login}.sqlite3") for ticket in tickets]
    steps: dict[str, Callable[[], Measured]] = {
        "enter": lambda: once(candidates, "enter", 0.0),
        "begin": lambda: once(candidates, "begin", 10.0),
        "work": lambda: work(candidates, seconds),
        "submit": lambda: submit(candidates),
    }
    while (step := pipe.recv()) is not None:
        pipe.send(steps[step]())
    for candidate in candidates:
        candidate.close()


def once(candidates: list[Candidate], what: str, within: float) -> Measured:
    """Each does it once, at some moment of the next ``within`` seconds."""
    measured = Measured()
    timetable = Timetable(measured)
    start = time.monotonic()
    for candidate in candidates:
        timetable.add(start + candidate.chance.uniform(0, within), what, candidate)
    timetable.run(start + within + 1)
    return measured


def work(candidates: list[Candidate], seconds: float) -> Measured:
    measured = Measured()
    timetable = Timetable(measured)
    start = time.monotonic()
    for candidate in candidates:
        timetable.add(start + candidate.chance.uniform(0, TYPE_SECONDS), "type", candidate, TYPE_SECONDS)
        timetable.add(start + candidate.chance.uniform(0, SEND_SECONDS), "send", candidate, SEND_SECONDS)
        timetable.add(start + candidate.chance.uniform(0, BEAT_SECONDS), "beat", candidate, BEAT_SECONDS)
    timetable.run(start + seconds)
    return measured


def submit(candidates: list[Candidate]) -> Measured:
    """The last words are sent, what the server has is compared with what was typed, and all hand in."""
    measured = Measured()
    for candidate in candidates:
        candidate.send()
        measured.lost += candidate.lost()
    handed_in = once(candidates, "submit", 10.0)
    measured.add(handed_in)
    return measured
