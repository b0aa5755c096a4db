"""A desk's program, and its lives: ``python -m tests.exam_proof.life ORDERS`` keeps a process ready that has everything imported, and
forks a life from it for each line on its standard input. A life types as fast as it can, and writes down each answer before and after the
station has it. It ends by ``kill -9``."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from desktop.errors import ServerAway, TookTooLong
from desktop.exams.commands import save
from desktop.exams.station import ExamJournal, Station, Typed
from desktop.store.connection import Store

AWAY = (ServerAway, TookTooLong)
BREATH = 0.02
"""Seconds between two tries while the server is away."""
ODD = ("Zoë’s “café”", "\\ \\u0000 \" '", "你好", "e\u0301", "<b>&amp;</b>", "\U0001f600", "\t  \u00a0")


@dataclass(frozen=True, slots=True)
class Orders:
    """A desk. ``ledger`` is where its lives write down what was typed; ``questions`` are those of the exam."""

    dsn: str
    journal: str
    ledger: str
    questions: list[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One life: for how many ``seconds``, whether it sits down at ``seat`` with ``code`` first, and what chance it has."""

    seconds: float
    seed: int
    seat: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer that somebody at ``seat`` typed as the ``number``-th thing of the day; ``kept`` once the station said that it has it."""

    seat: UUID
    question: UUID
    number: int
    html: str
    kept: bool


def read_ledger(path: Path) -> list[Entry]:
    """What was typed at a desk. Each line was written at once, so none is torn."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [Entry(UUID(seat), UUID(question), number, html, kept) for seat, question, number, html, kept in map(json.loads, lines)]


class Life:
    """The station from one crash to the next."""

    def __init__(self, orders: Orders, wanted: Wanted) -> None:
        self.orders = orders
        self.wanted = wanted
        self.chance = random.Random(wanted.seed)
        self.store = Store(orders.dsn, connections=1)
        self.journal = ExamJournal(Path(orders.journal))
        self.station = Station(self.store, self.journal)
        self.ledger = os.open(orders.ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.sent: list[tuple[bytes, Typed]] = []

    def run(self) -> str:
        """Until somebody kills it; or why it could not go on."""
        seat = self.sit_down()
        if seat is None:
            return "wrong code"
        while True:
            try:
                active = self.station.beat().delivery == "active"
            except AWAY:
                active = True  # as far as anybody at this desk knows
            for _stroke in range(self.chance.randint(1, 6)):
                if active:
                    self.type(seat)
            if self.chance.random() < 0.3:
                self.replay()
            if self.station.send():
                time.sleep(BREATH)

    def sit_down(self) -> UUID | None:
        """The seat: of the session before the crash, unless there is a code for another; None where the code is spent and unknown here."""
        wanted = None if self.wanted.seat is None else UUID(self.wanted.seat)
        while True:
            session = self.journal.session()
            if wanted is None and session is not None and session.seat is not None:
                return session.seat
            try:
                state = self.station.resume()
                if state is not None and not state.ended and wanted in (None, state.seat):
                    return state.seat
                if self.wanted.code is None:
                    return None
                return None if self.station.enter(self.wanted.code) != "entered" else wanted
            except AWAY:
                time.sleep(BREATH)

    def type(self, seat: UUID) -> None:
        question = self.chance.choice(self.orders.questions)
        number = time.monotonic_ns()
        html = f"<p>{number} {self.chance.choice(ODD) * self.chance.randint(0, 40)}</p>"
        self.note(seat, question, number, html, kept=False)
        self.station.type(UUID(question), {"html": html})
        self.note(seat, question, number, html, kept=True)

    def note(self, seat: UUID, question: str, number: int, html: str, *, kept: bool) -> None:
        os.write(self.ledger, json.dumps([str(seat), question, number, html, kept]).encode() + b"\n")

    def replay(self) -> None:
        """Send what waits, and what was sent before, in any order and more than once; the journal forgets nothing by it."""
        session = self.journal.session()
        assert session is not None
        self.sent += [(session.token if one.seat == session.seat else one.token, one) for one in self.journal.waiting()]
        again = self.chance.sample(self.sent, min(len(self.sent), 8)) * 2
        self.chance.shuffle(again)
        for token, one in again:
            try:
                self.store.write(save, token, one.epoch, one.sequence, one.question, one.answer)
            except AWAY:
                return


def main(path: str) -> None:
    """For each line, a :class:`Wanted`, a life; says how it ended: "killed", or what it said itself."""
    orders = Orders(**json.loads(Path(path).read_text("utf-8")))
    for line in sys.stdin:
        wanted = Wanted(**json.loads(line))
        said, say = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(say, Life(orders, wanted).run().encode())
            except BaseException as error:  # noqa: BLE001 - said, and found by whoever reads
                os.write(say, f"{type(error).__name__}: {error}".encode())
            os._exit(1)
        os.close(say)
        time.sleep(wanted.seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with open(said, encoding="utf-8") as words:
            print(words.read() or "killed", flush=True)


def to_line(of: Orders | Wanted) -> str:
    return json.dumps(asdict(of))


if __name__ == "__main__":
    main(sys.argv[1])
