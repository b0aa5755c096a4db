"""A sitting with stations that are logged in, as a proctor's desk would see it."""

from __future__ import annotations

import hashlib
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from desktop.exams.station import ExamJournal, Station
from desktop.members.scram import verifier
from desktop.store.assets import put
from desktop.store.connection import Store
from desktop.store.dsn import Dsn, Host
from tests.support.association import PASSWORD, Association, one
from tests.support.quizzes import add_quiz

CODE_CHARACTERS = 13
"""Of base32: 65 bits."""


@dataclass(frozen=True, slots=True)
class Machine:
    """An enrolled station."""

    station_id: UUID
    login: str


@dataclass(frozen=True, slots=True)
class Exam:
    """A sitting of ``association`` that its ``proctor`` supervises: Lea at one seat, Finn at another, and two stations."""

    association: Association
    quiz: UUID
    sitting: UUID
    seat: UUID
    other_seat: UUID
    desk: Machine
    other_desk: Machine

    @contextmanager
    def at(self, machine: Machine) -> Iterator[psycopg.Connection[Any]]:
        """A connection of a station, each statement its own transaction."""
        address = self.association.database.address.with_(user=machine.login, password=PASSWORD)
        with psycopg.connect(address.conninfo(), autocommit=True) as connection:
            yield connection

    def version(self, seat: UUID | None = None) -> int:
        with self.association.installer() as installer:
            return int(one(installer, "SELECT version FROM lms.seats WHERE id = %s", seat or self.seat))

    def delivery(self, seat: UUID | None = None) -> str:
        with self.association.installer() as installer:
            return str(one(installer, "SELECT delivery FROM lms.seats WHERE id = %s", seat or self.seat))

    def act(self, action: str, *more: Any, who: str = "proctor", seat: UUID | None = None) -> None:
        """Let ``who`` call the function of a transition, as of the seat's present version."""
        marks = ", %s" * len(more)
        with self.association.sign_in(who) as person:
            person.execute(f"SELECT lms.{action}(%s, %s{marks})".encode(), (seat or self.seat, self.version(seat), *more))

    def code(self, seat: UUID | None = None) -> str:
        """A start code as the console makes one."""
        code = "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _character in range(CODE_CHARACTERS))
        with self.association.sign_in("proctor") as proctor:
            proctor.execute("SELECT lms.issue_start_code(%s, %s)", (seat or self.seat, hashlib.sha256(code.encode()).digest()))
        return code

    def enter(self, machine: Machine | None = None, seat: UUID | None = None) -> bytes:
        """The token of a new session."""
        token = secrets.token_bytes(32)
        with self.at(machine or self.desk) as station:
            assert one(station, "SELECT lms.enter_exam(%s, %s)", self.code(seat), token) == "entered"
        return token

    def begin(self, machine: Machine | None = None, seat: UUID | None = None) -> bytes:
        """Everything up to the first question; the token."""
        self.act("check_in_seat", seat=seat)
        token = self.enter(machine, seat)
        self.act("authorize_seat", seat=seat)
        with self.at(machine or self.desk) as station:
            station.execute("SELECT lms.begin_exam(%s, %s)", (token, self.version(seat)))
        return token


class Desk:
    """A machine whose plug, cable and program can be pulled."""

    def __init__(self, exam: Exam, machine: Machine, folder: Path) -> None:
        self.exam = exam
        self.address: Dsn = exam.association.database.address.with_(user=machine.login, password=PASSWORD)
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.nowhere = replace(self.address, hosts=(Host("127.0.0.1", unused.getsockname()[1]),))
        self.store = Store(self.address, connections=2)
        self.path = folder / f"{machine.login}.sqlite3"
        self.journal = ExamJournal(self.path)
        self.station = Station(self.store, self.journal)

    def crash(self) -> None:
        """What a new process finds: the file, and nothing of the memory."""
        self.journal.close()
        self.journal = ExamJournal(self.path)
        self.station = Station(self.store, self.journal)

    def unplug(self) -> None:
        """Break the connections that there are, and let there be no new ones."""
        self.store.move(self.nowhere)
        with self.exam.association.installer() as installer:
            installer.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = %s", (self.address.user,))

    def plug_in(self) -> None:
        self.store.move(self.address)

    def exam_answers(self) -> dict[UUID, str]:
        """The texts of the essay and the like that the server has for the first seat."""
        with self.exam.association.installer() as installer:
            rows = installer.execute(
                "SELECT qa.question_id, qa.answer_data ->> 'html' FROM quiz_answers AS qa"
                " JOIN lms.seats AS s ON s.attempt_id = qa.quiz_attempt_id WHERE s.id = %s",
                (self.exam.seat,),
            ).fetchall()
        return dict(rows)

    def close(self) -> None:
        self.journal.close()
        self.store.close()


def add_picture(association: Association, data: bytes) -> str:
    """Store a picture; its asset."""
    with association.database.store(association.people["admin"]) as store:
        return store.write(put, data, "picture.png", "image/png")


def plan_exam(association: Association, *, minutes: int = 60, picture: bytes | None = None) -> Exam:
    """A sitting that is open now. The essay shows the picture, if there is one."""
    quiz = add_quiz(association, title="Final", quiz_type="final_exam")
    if picture is not None:
        shown = f"asset:{add_picture(association, picture)}"
        with association.sign_in("admin") as admin:
            admin.execute("UPDATE quiz_questions SET image_url = %s WHERE quiz_id = %s AND question_type = 'essay'", (shown, quiz))
    machines = []
    with association.sign_in("admin") as admin:
        for name in ("Desk 1", "Desk 2"):
            login = one(admin, "SELECT lms.create_station(%s, %s)", name, verifier(PASSWORD))
            machines.append(Machine(one(admin, "SELECT id FROM lms.stations WHERE name = %s", name), login))
        sitting = one(
            admin,
            "SELECT lms.plan_sitting(%s, 'May', now() - interval '1 hour', now() + interval '1 day', %s, %s)",
            *(quiz, minutes, [association["proctor"]]),
        )
    with association.sign_in("proctor") as proctor:
        room = one(proctor, "SELECT lms.add_sitting_room(%s, 'Aula')", sitting)
        seats = [
            one(proctor, "SELECT lms.roster_seat(%s, %s, %s, %s, 1, 0)", sitting, association[enrollment], room, label)
            for label, enrollment in (("A1", "lea_enrollment"), ("A2", "finn_enrollment"))
        ]
    return Exam(association, quiz, sitting, seats[0], seats[1], machines[0], machines[1])
