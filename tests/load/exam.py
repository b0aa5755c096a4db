"""An exam of many seats against one server, and beside it what Postgres itself makes of the same writes."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import secrets
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from desktop.members.scram import verifier
from desktop.store import postgres
from desktop.store.dsn import Dsn
from tests.benchmarks.report import Line
from tests.benchmarks.workspace import PASSWORD, sign_in, throwaway_workspace
from tests.load.stations import Measured, Ticket, hold

CHOICES, ESSAYS = 30, 10
CODE_LENGTH = 13
CLIENTS = 16
"""Connections of pgbench."""
PGBENCH_SECONDS = 8
SAVE_BUDGET_MS = 50.0
RATE_BUDGET = 0.6
"""Of the rate of the raw upsert."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many sit the exam, for how long, and in how many processes the stations are."""

    seats: int
    seconds: float
    processes: int


@dataclass(slots=True)
class Found:
    """What a run found. ``cpu`` is the share of one core that the server took while they worked."""

    plan: Plan
    measured: Measured = field(default_factory=Measured)
    entered: float = 0.0
    began: float = 0.0
    cpu: float | None = None
    load_average: float = 0.0
    bench: Bench | None = None

    @property
    def failures(self) -> list[str]:
        return self.measured.failures

    @property
    def lost(self) -> int:
        return self.measured.lost

    @property
    def machine(self) -> str:
        return f"{os.cpu_count()} cores hold the server and the stations; load average at the start {self.load_average:.1f}"

    def lines(self) -> Iterator[Line]:
        seats = self.plan.seats
        yield Line(f"{seats} stations connected, each code exchanged", self.entered, "s")
        yield Line(f"{seats} begin within 10 s: until the last one has its questions", self.began, "s")
        for what, name, budget in (
            ("begin", "a start, with all questions", None),
            ("send", "a save", SAVE_BUDGET_MS),
            ("beat", "a heartbeat", None),
            ("type", "a write to the journal", None),
            ("submit", "a submission", None),
        ):
            times, due = self.measured.times.get(what, []), self.measured.due.get(what, [])
            if len(times) > 1:
                rate = f" ({len(times) / self.plan.seconds:.0f}/s)" if what in ("send", "beat", "type") else ""
                yield Line(f"{name}{rate}: p50", percentile(times, 50) * 1000, "ms")
                yield Line("  p95", percentile(times, 95) * 1000, "ms")
                yield Line("  p99", percentile(times, 99) * 1000, "ms", budget=budget)
                yield Line("  p99 from when it was due, these processes' own delay included", percentile(due, 99) * 1000, "ms")
        yield Line("calls that failed", len(self.failures), "", budget=0)
        yield Line("answers lost or changed", self.lost, "", budget=0)
        if self.cpu is not None:
            yield Line("the server, of one core, while they work", self.cpu * 100, "%")
        if self.bench is not None:
            yield Line("saves through the function, by pgbench", self.bench.save, "/s", self.bench.raw, "the raw upsert", RATE_BUDGET, True)
            for of in (50, 95, 99):
                name = f"a save in the same traffic, by pgbench without the stations: p{of}"
                yield Line(name, percentile(self.bench.saves, of) * 1000, "ms", budget=SAVE_BUDGET_MS if of == 99 else None)


def run(plan: Plan) -> Found:
    found = Found(plan, load_average=os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0)
    # The settings of the application, but for the number of stations that may come
    with throwaway_workspace({"max_connections": str(plan.seats + 50)}) as installer, journals() as folder:
        sitting = plan_sitting(installer, plan.seats)
        with stations(plan, installer, sitting, folder) as step:
            found.entered, entered = timed(lambda: step("enter"))
            sitting.authorize()
            found.began, began = timed(lambda: step("begin"))
            with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
                server = Server.of(connection)
                before, start = server.seconds(), time.monotonic()
                worked = step("work")
                spent = server.seconds()
                if before is not None and spent is not None:
                    found.cpu = (spent - before) / (time.monotonic() - start)
            for measured in (entered, began, worked, step("submit")):
                found.measured.add(measured)
        if plan.seats >= CLIENTS:
            found.bench = bench(installer, sitting)
    return found


def percentile(times: list[float], of: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[of - 1]


def timed[T](work: Callable[[], T]) -> tuple[float, T]:
    start = time.monotonic()
    result = work()
    return time.monotonic() - start, result


@contextmanager
def journals() -> Iterator[Path]:
    """Where the stations keep their journals: in memory where that can be had, for each would have a disk of its own."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="lms-load-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def stations(plan: Plan, address: Dsn, sitting: Sitting, folder: Path) -> Iterator[Callable[[str], Measured]]:
    """All stations; the answer lets each of them do a step, and tells what was measured."""
    spawn = multiprocessing.get_context("spawn")
    held: list[tuple[SpawnProcess, Connection]] = []
    try:
        for number in range(plan.processes):
            ours, theirs = spawn.Pipe()
            tickets = sitting.tickets[number :: plan.processes]
            process = spawn.Process(target=hold, args=(theirs, address, tickets, folder, plan.seconds), daemon=True)
            process.start()
            theirs.close()
            held.append((process, ours))

        def step(name: str) -> Measured:
            for _process, pipe in held:
                pipe.send(name)
            together = Measured()
            for _process, pipe in held:
                together.add(pipe.recv())
            return together

        yield step
        for _process, pipe in held:
            pipe.send(None)
        for process, _pipe in held:
            process.join(60)
    finally:
        for process, _pipe in held:
            process.kill()


@dataclass(frozen=True, slots=True)
class Sitting:
    """A sitting whose candidates are checked in, each with a code on paper and a machine to sit at."""

    proctor: Dsn
    id: UUID
    essay: UUID
    tickets: list[Ticket]

    def authorize(self) -> None:
        with psycopg.connect(self.proctor.conninfo(), autocommit=True) as proctor:
            proctor.execute(
                "SELECT lms.authorize_seat(id, version) FROM lms.seats WHERE sitting_id = %s AND delivery = 'awaiting'", (self.id,)
            )


def plan_sitting(installer: Dsn, seats: int) -> Sitting:
    with (
        sign_in(installer, "administrator") as admin,
        sign_in(installer, "proctor") as proctor,
        psycopg.connect(installer.conninfo(), autocommit=True) as connection,
        psycopg.connect(admin.dsn.conninfo(), autocommit=True) as administrator,
        psycopg.connect(proctor.dsn.conninfo(), autocommit=True) as supervisor,
    ):
        quiz, essay, enrollments = fill(connection, seats)
        member = one(supervisor, "SELECT lms.current_member_id()")
        sitting = one(
            administrator,
            "SELECT lms.plan_sitting(%s, 'Finals', now() - interval '1 hour', now() + interval '1 day', 600, %s)",
            *(quiz, [member]),
        )
        same = verifier(PASSWORD)  # of all: each of its own takes a station some milliseconds, and nothing is measured by it
        logins = [
            row[0]
            for row in administrator.execute(
                "SELECT lms.create_station('Desk ' || n, %s) FROM generate_series(1, %s) AS n", (same, seats)
            ).fetchall()
        ]
        ids = [
            row[0]
            for row in supervisor.execute(
                "SELECT lms.roster_seat(%s, e.id, NULL, e.n::text, 1, 0) FROM unnest(%s::uuid[]) WITH ORDINALITY AS e (id, n)",
                (sitting, enrollments),
            ).fetchall()
        ]
        supervisor.execute("SELECT lms.check_in_seat(id, version) FROM lms.seats WHERE sitting_id = %s", (sitting,))
        codes = ["".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _each in range(CODE_LENGTH)) for _seat in range(seats)]
        supervisor.execute(
            "SELECT lms.issue_start_code(c.seat, c.hash) FROM unnest(%s::uuid[], %s::bytea[]) AS c (seat, hash)",
            (ids, [hashlib.sha256(code.encode()).digest() for code in codes]),
        )
        connection.execute("VACUUM ANALYZE")
        tickets = [Ticket(login, PASSWORD, code) for login, code in zip(logins, codes, strict=True)]
        return Sitting(proctor.dsn, sitting, essay, tickets)


def fill(connection: psycopg.Connection[Any], seats: int) -> tuple[UUID, UUID, list[UUID]]:
    """A course with an exam, and somebody enrolled for each seat: the quiz, one of its essays, the enrolments."""
    course = one(
        connection,
        "INSERT INTO courses (title, slug, description, category, status, published_at)"
        " VALUES ('Benefits', 'benefits', '', 'compliance', 'published', now()) RETURNING id",
    )
    quiz = one(
        connection,
        "INSERT INTO quizzes (course_id, title, quiz_type, shuffle_questions) VALUES (%s, 'Finals', 'final_exam', true) RETURNING id",
        course,
    )
    options = Jsonb([{"id": letter, "text": f"Answer {letter}", "is_correct": letter == "b"} for letter in "abcd"])
    connection.execute(
        "INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order, answer_options)"
        " SELECT %s, 'Question ' || n, CASE WHEN n %% 4 = 0 THEN 'essay' ELSE 'multiple_choice' END, n,"
        " CASE WHEN n %% 4 = 0 THEN '[]' ELSE %s::jsonb END FROM generate_series(1, %s) AS n",
        (quiz, options, CHOICES + ESSAYS),
    )
    essay = one(connection, "SELECT id FROM quiz_questions WHERE quiz_id = %s AND question_type = 'essay' LIMIT 1", quiz)
    enrollments = connection.execute(
        "WITH member AS (INSERT INTO members (first_name, last_name, email)"
        " SELECT 'Candidate', n::text, 'candidate' || n || '@example.org' FROM generate_series(1, %s) AS n RETURNING id)"
        " INSERT INTO enrollments (course_id, member_id) SELECT %s, id FROM member RETURNING id",
        (seats, course),
    ).fetchall()
    return quiz, essay, [row[0] for row in enrollments]


def one(connection: psycopg.Connection[Any], statement: str, *parameters: object) -> Any:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return row[0]


@dataclass(frozen=True, slots=True)
class Server:
    """The processes of a Postgres server on this computer."""

    postmaster: int

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> Server:
        status = Path(f"/proc/{one(connection, 'SELECT pg_backend_pid()')}/status")
        found = re.search(r"^PPid:\s+(\d+)", status.read_text(), re.MULTILINE) if status.exists() else None
        return cls(int(found[1]) if found else 0)

    def seconds(self) -> float | None:
        """How much processor time all of it has taken; None where that cannot be read."""
        if not self.postmaster:
            return None
        ticks = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended; its parent has its time
            if int(fields[1]) == self.postmaster:
                ticks += int(fields[11]) + int(fields[12])
            elif status.parent.name == str(self.postmaster):
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")


RAW = """
\\set seat :client_id + {clients} * random(0, {most})
\\set sequence :sequence + 1
INSERT INTO public.quiz_answers (quiz_attempt_id, question_id, answer_data, answered_at)
VALUES ((SELECT attempt FROM bench WHERE seat = :seat), '{essay}', {answer}, clock_timestamp())
ON CONFLICT (quiz_attempt_id, question_id) DO UPDATE SET answer_data = excluded.answer_data, answered_at = excluded.answered_at;
"""
SAVE = """
\\set seat :client_id + {clients} * random(0, {most})
\\set sequence :sequence + 1
SELECT lms.save_exam_answer((SELECT token FROM bench WHERE seat = :seat), 1000, :sequence, '{essay}', {answer});
"""
ANSWER = "jsonb_build_object('html', :sequence::text || repeat('What a plan pays for is written in it. ', 25))"


BEAT = """
\\set seat :client_id + {clients} * random(0, {most})
SELECT lms.heartbeat((SELECT token FROM bench WHERE seat = :seat), 1, 2, 3, 4, 0);
"""
SAVES, BEATS = 3, 8
"""What 1,000 seats call in 40 ms: a save every 13 s, as a quarter of them writes essays, and a heartbeat every 5 s."""
TRAFFIC_SECONDS, TRAFFIC_CLIENTS = 30, 200
"""Of pgbench; it counts the time in which it connects."""
WARM_SECONDS = 5
"""Of these, until each new server process has its plans: a station has them since it began."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What pgbench found. ``raw`` and ``save`` are writes a second, ``saves`` the seconds of each save in the traffic of the exam."""

    raw: float
    save: float
    saves: list[float]


def bench(installer: Dsn, sitting: Sitting) -> Bench | None:
    """The raw upsert, and the function that stations call, over the same seats; and the exam's traffic over at most
    :data:`TRAFFIC_CLIENTS` connections, without the stations. None where there is no pgbench."""
    found = postgres.wheel_binaries()
    program = shutil.which(found.program("pgbench")) if found else None
    if program is None:
        return None
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        # The sessions of a station that pgbench plays, on seats that go on
        connection.execute("UPDATE lms.seats SET delivery = 'active', ended_at = NULL, epoch = 1000")
        station = one(connection, "INSERT INTO lms.stations (name, role_name) VALUES ('pgbench', %s) RETURNING id", connection.info.user)
        connection.execute("CREATE TABLE bench (seat integer PRIMARY KEY, attempt uuid, token bytea)")
        connection.execute(
            "INSERT INTO bench SELECT row_number() OVER () - 1, attempt_id, sha256(convert_to(id::text, 'UTF8')) FROM lms.seats"
        )
        connection.execute(
            "INSERT INTO lms.seat_sessions (token_hash, seat_id, station_id, epoch)"
            " SELECT sha256(b.token), s.id, %s, 1000 FROM bench AS b JOIN lms.seats AS s ON s.attempt_id = b.attempt",
            (station,),
        )
        connection.execute("VACUUM ANALYZE")
    seats = len(sitting.tickets)
    clients = min(seats, TRAFFIC_CLIENTS)
    with tempfile.TemporaryDirectory(prefix="lms-load-") as folder:

        def script(name: str, text: str, clients: int) -> Path:
            path = Path(folder, f"{name}-{clients}.sql")
            path.write_text(text.format(clients=clients, most=seats // clients - 1, essay=sitting.essay, answer=ANSWER))
            return path

        def run(turn: int, clients: int, seconds: int, *options: str) -> float:
            """Transactions a second. Each turn counts on from where the one before cannot have come to."""
            host = installer.hosts[0]
            command = (
                *(program, "--no-vacuum", f"--host={host.name}", f"--port={host.port}", f"--username={installer.user}"),
                *(f"--client={clients}", "--jobs=2", f"--time={seconds}", "--protocol=prepared"),
                *(f"--define=sequence={turn * 10_000_000}", *options, installer.database),
            )
            done = subprocess.run(
                command,
                env={**os.environ, "PGPASSWORD": installer.password},
                capture_output=True,
                text=True,
                timeout=seconds + 120,
                check=True,
            )
            rate = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
            assert rate is not None, done.stdout
            return float(rate[1])

        raw, save = script("raw", RAW, CLIENTS), script("save", SAVE, CLIENTS)
        rates: dict[Path, list[float]] = {raw: [], save: []}
        for turn in range(2):  # in turn, as a machine is not equally fast at all times
            for which, measured in rates.items():
                measured.append(run(turn, CLIENTS, PGBENCH_SECONDS, f"--file={which}"))
        run(
            2,
            clients,
            TRAFFIC_SECONDS,
            f"--file={script('save', SAVE, clients)}@{SAVES}",
            f"--file={script('beat', BEAT, clients)}@{BEATS}",
            f"--rate={seats * (SAVES + BEATS) / 40}",
            "--log",
            f"--log-prefix={folder}/transactions",
        )
        # client, number, microseconds since it was due, script, second
        lines = [list(map(int, line.split()[:5])) for file in Path(folder).glob("transactions*") for line in file.read_text().splitlines()]
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        assert one(connection, "SELECT count(*) FROM lms.late_answers") == 0, "what pgbench measured was not saved"
    warm = min(line[4] for line in lines) + WARM_SECONDS
    saves = [time / 1e6 for _client, _number, time, script, second in lines if script == 0 and second >= warm]
    return Bench(statistics.mean(rates[raw]), statistics.mean(rates[save]), saves)
