"""The proof: two candidates at three desks, and faults until there are enough."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from desktop.exams.station import ExamJournal, Station
from desktop.members.scram import verifier
from desktop.store.connection import Store
from desktop.store.dsn import Host
from tests.exam_proof.cable import Cable, Relay
from tests.exam_proof.life import Entry, Orders, Wanted, read_ledger, to_line
from tests.support.association import PASSWORD, Association, found, one
from tests.support.exams import Exam, Machine, plan_exam
from tests.support.postgres import ROOT, TEMPLATE, Database, Server, started
from tests.support.replication import kill

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
"""As a workspace has them, for a server that is killed."""
LONGEST_LIFE_SECONDS = 0.6
SERVER_KILLS = 0.03
"""Of the rounds; the first one always."""
OUTAGE_MINUTES = 30
EXAM_MINUTES = 20


@dataclass
class Found:
    """What happened, and what is wrong with it. ``faults`` counts them by their kind."""

    faults: Counter[str] = field(default_factory=Counter)
    typed: int = 0
    quarantined: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} × {kind}" for kind, count in self.faults.most_common())
        return (
            f"{self.faults.total()} faults ({kinds}); {self.typed} answers typed, {self.quarantined} of them in quarantine;"
            f" {len(self.wrong)} lost or changed"
        )


class Desk:
    """A machine with a cable of its own, and the process that its lives come from."""

    def __init__(self, machine: Machine, server: Server, exam: Exam, questions: list[UUID], folder: Path) -> None:
        self.machine = machine
        self.relay = Relay(("127.0.0.1", server.port))
        self.address = exam.association.database.address.with_(user=machine.login, password=PASSWORD)
        self.journal = folder / f"{machine.login}.sqlite3"
        self.ledger = folder / f"{machine.login}.ledger"
        self.read = 0
        self.last: dict[tuple[UUID, UUID], list[Entry]] = {}
        through = replace(self.address, hosts=(Host("127.0.0.1", self.relay.port),))
        orders = folder / f"{machine.login}.json"
        orders.write_text(to_line(Orders(through.conninfo(), str(self.journal), str(self.ledger), [str(one) for one in questions])))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.exam_proof.life", str(orders)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def begin_life(self, wanted: Wanted) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(to_line(wanted) + "\n")

    def end_life(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def new_entries(self) -> Iterator[Entry]:
        """What was typed here since this was asked the last time."""
        entries = read_ledger(self.ledger)
        yield from entries[self.read :]
        self.read = len(entries)

    def waiting(self) -> set[tuple[UUID, UUID, str]]:
        """What the server has not acknowledged."""
        journal = ExamJournal(self.journal)
        try:
            return {(one.seat, one.question, one.answer["html"]) for one in journal.waiting() if one.answer is not None}
        finally:
            journal.close()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.relay.close()


@dataclass
class Candidate:
    """Who sits at ``desk``, or is on the way to it: there is a code to spend."""

    seat: UUID
    desk: Desk
    code: str | None


class Proof:
    """One exam and everything that goes wrong in it."""

    def __init__(self, server: Server, exam: Exam, folder: Path, chance: random.Random) -> None:
        self.server = server
        self.exam = exam
        self.chance = chance
        self.found = Found()
        self.typed: dict[tuple[UUID, UUID], dict[str, Entry]] = {}
        with exam.association.installer() as installer:
            self.questions = [
                row[0]
                for row in installer.execute(
                    "SELECT aq.question_id FROM lms.attempt_questions AS aq JOIN lms.seats AS s ON s.attempt_id = aq.attempt_id"
                    " WHERE s.id = %s ORDER BY aq.number",
                    (exam.seat,),
                ).fetchall()
            ]
        machines = (exam.desk, exam.other_desk, spare_desk(exam.association))
        self.desks = [Desk(machine, server, exam, self.questions, folder) for machine in machines]
        self.candidates = [Candidate(seat, desk, None) for seat, desk in zip((exam.seat, exam.other_seat), self.desks, strict=False)]

    def prove(self, faults: int) -> Found:
        for candidate in self.candidates:
            self.exam.act("check_in_seat", seat=candidate.seat)
            self.begin(candidate)
        rounds = 0
        while self.found.faults.total() < faults and not self.found.wrong:
            self.round(rounds == 1 or self.chance.random() < SERVER_KILLS)
            rounds += 1
        self.hand_in()
        self.compare()
        return self.found

    def begin(self, candidate: Candidate) -> None:
        with self.program(candidate.desk) as station:
            assert station.enter(self.exam.code(candidate.seat)) == "entered"
            self.exam.act("authorize_seat", seat=candidate.seat)
            station.begin()

    @contextmanager
    def program(self, desk: Desk) -> Iterator[Station]:
        """The station's program, for once undisturbed."""
        journal = ExamJournal(desk.journal)
        store = Store(desk.address, connections=1)
        try:
            yield Station(store, journal)
        finally:
            store.close()
            journal.close()

    def round(self, server_dies: bool) -> None:
        """A life of each candidate's station, and what happens to it. All of them end by kill -9."""
        # Before: the cable, the room, the clock
        minutes = 0
        for candidate in self.candidates:
            if self.chance.random() < 0.15:
                self.move(candidate)
            if self.chance.random() < 0.2:
                candidate.desk.relay.become(Cable.CUT)
                minutes = self.chance.randint(1, OUTAGE_MINUTES)
                self.count("network cut")
        for candidate in self.candidates:
            seconds = self.chance.uniform(0.05, LONGEST_LIFE_SECONDS) + (1 if candidate.code else 0)
            seat = str(candidate.seat) if candidate.code else None
            candidate.desk.begin_life(Wanted(seconds, self.chance.getrandbits(32), seat, candidate.code))
        # Meanwhile
        for candidate in self.candidates:
            self.disturb(candidate)
        self.pass_time(minutes)
        if server_dies:
            kill(self.server)
            self.count("server killed")
        ends = [candidate.desk.end_life() for candidate in self.candidates]
        # After: what was broken is whole, late or in time
        if server_dies:
            assert self.server.cluster.start(port=self.server.port) == self.server.port
        for candidate, said in zip(self.candidates, ends, strict=True):
            self.hear(candidate, said)
        self.compare()
        for candidate in self.candidates:
            candidate.desk.relay.become(Cable.WHOLE)
            if self.delivery(candidate) == "paused":
                self.exam.act("resume_seat", seat=candidate.seat)
        if self.chance.random() < 0.5:  # else what was typed in the outage comes late
            self.give_time_back()

    def count(self, kind: str) -> None:
        self.found.faults[kind] += 1

    def hear(self, candidate: Candidate, said: str) -> None:
        self.count("station killed")
        if said == "wrong code":  # the code was spent by a life that did not hear so; a proctor prints another
            candidate.code = self.exam.code(candidate.seat)
        elif said != "killed":
            self.found.wrong.append(f"the station of {candidate.desk.machine.login} ended: {said}")
        elif candidate.code is not None and self.sits(candidate):
            candidate.code = None

    def sits(self, candidate: Candidate) -> bool:
        """Whether the desk knows that it is at this seat, in a session that goes on."""
        journal = ExamJournal(candidate.desk.journal)
        try:
            session = journal.session()
        finally:
            journal.close()
        if session is None or session.seat != candidate.seat:
            return False
        with self.exam.association.installer() as installer:
            return bool(one(installer, "SELECT epoch = %s FROM lms.seats WHERE id = %s", session.epoch, candidate.seat))

    def move(self, candidate: Candidate) -> None:
        """To the free desk, or to the same again; with a new code. What is in the journal stays at the desk."""
        taken = {other.desk for other in self.candidates if other is not candidate}
        candidate.desk = self.chance.choice([desk for desk in self.desks if desk not in taken])
        candidate.code = self.exam.code(candidate.seat)
        with self.exam.association.sign_in("proctor") as proctor:
            proctor.execute("SELECT lms.forgive_guesses(%s)", (candidate.desk.machine.station_id,))
        self.count("another desk")

    def disturb(self, candidate: Candidate) -> None:
        what = self.chance.random()
        if what < 0.25:
            candidate.desk.relay.become(Cable.DEAF)
            self.count("acknowledgements lost")
        elif what < 0.4:
            with self.exam.association.installer() as installer:
                installer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (candidate.desk.machine.login,)
                )
            self.count("connection ended by the server")
        elif what < 0.5 and self.delivery(candidate) == "active":
            self.exam.act("pause_seat", seat=candidate.seat)
            self.count("paused")

    def delivery(self, candidate: Candidate) -> str:
        return self.exam.delivery(candidate.seat)

    def pass_time(self, minutes: int) -> None:
        """So many minutes are over at once: everything on the server that has a time lies that much further back."""
        with self.exam.association.installer() as installer:
            installer.execute(
                "UPDATE lms.seats SET began_at = began_at - past.time, paused_at = paused_at - past.time"
                " FROM (SELECT make_interval(mins => %s) AS time) AS past",
                (minutes,),
            )

    def give_time_back(self) -> None:
        with self.exam.association.installer() as installer:
            installer.execute("UPDATE lms.seats SET began_at = clock_timestamp(), paused_for = '0'")

    def hand_in(self) -> None:
        """The network is whole, and everybody has time: whatever waits at any desk is sent, and all hand in."""
        self.give_time_back()
        for candidate in self.candidates:
            if candidate.code is not None:
                with self.program(candidate.desk) as station:
                    assert station.enter(self.exam.code(candidate.seat)) == "entered"
        for desk in self.desks:
            with self.program(desk) as station:
                if station.journal.session() is not None and station.send():
                    self.found.wrong.append(f"{desk.machine.login} could not send what it has")
                if station.journal.waiting():
                    self.found.wrong.append(f"{desk.machine.login} keeps what it has sent")
        for candidate in self.candidates:
            with self.program(candidate.desk) as station:
                station.submit()

    def compare(self) -> None:
        """Each answer that a station said it has is in its journal, or the server has it, as the answer that counts or in quarantine, or it
        gave way to a later one of the same candidate. And the server has nothing that was typed by nobody at that seat."""
        stored, late = self.ask_server()
        for desk in self.desks:
            for entry in desk.new_entries():
                self.typed.setdefault((entry.seat, entry.question), {})[entry.html] = entry
                # The last one that the station said it has, and those after it on which it died: it may have them, too
                last = desk.last.setdefault((entry.seat, entry.question), [])
                if entry.kept:
                    last.clear()
                last.append(entry)
        for desk in self.desks:
            waiting = desk.waiting()
            for (seat, question), entries in desk.last.items():
                if not entries[0].kept:
                    continue
                there = self.typed[seat, question].get(stored.get((seat, question), ""))
                elsewhere = any((seat, question, entry.html) in late | waiting for entry in entries)
                if not elsewhere and (there is None or there.number < entries[0].number):
                    self.found.wrong.append(f"typed at {desk.machine.login} and nowhere now: {entries[0].html!r}")
        for (seat, question), html in stored.items():
            if html not in self.typed.get((seat, question), {}):
                self.found.wrong.append(f"the answer was typed by nobody at this seat: {html!r}")
        for seat, question, html in late:
            if html not in self.typed.get((seat, question), {}):
                self.found.wrong.append(f"an answer in quarantine was typed by nobody at this seat: {html!r}")
        self.found.typed = sum(map(len, self.typed.values()))
        self.found.quarantined = len(late)

    def ask_server(self) -> tuple[dict[tuple[UUID, UUID], str], set[tuple[UUID, UUID, str]]]:
        """The answers that count, by seat and question, and those in quarantine."""
        with self.exam.association.installer() as installer:
            stored = installer.execute(
                "SELECT s.id, qa.question_id, qa.answer_data ->> 'html' FROM lms.seats AS s"
                " JOIN quiz_answers AS qa ON qa.quiz_attempt_id = s.attempt_id"
            ).fetchall()
            late = installer.execute("SELECT seat_id, question_id, answer ->> 'html' FROM lms.late_answers").fetchall()
        return {(seat, question): html for seat, question, html in stored}, {(seat, question, html) for seat, question, html in late}

    def close(self) -> None:
        for desk in self.desks:
            desk.close()


def spare_desk(association: Association) -> Machine:
    with association.sign_in("admin") as admin:
        login = one(admin, "SELECT lms.create_station('Desk 3', %s)", verifier(PASSWORD))
        return Machine(one(admin, "SELECT id FROM lms.stations WHERE name = 'Desk 3'"), login)


def prove(faults: int, seed: int) -> Found:
    """Let so many faults happen, drawn from ``seed``. What the processes make of them is not the same twice."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lms-exam-proof-")))
        server = stack.enter_context(started(DURABLE))
        exam = plan_exam(found(Database(server.clone(TEMPLATE))), minutes=EXAM_MINUTES)
        proof = Proof(server, exam, folder, random.Random(seed))
        stack.callback(proof.close)
        return proof.prove(faults)
