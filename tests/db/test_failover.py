"""The primary killed in the middle of an exam and of a sync, a standby that answers reports, a pooler, a restore to a point in time."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.errors import ServerAway
from desktop.exams.station import ExamJournal, Station
from desktop.store.cipher import new_key
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.store.replica import Draft, Replica
from desktop.sync.exchange import exchange
from tests.support.association import PASSWORD, Association, found, one
from tests.support.exams import plan_exam
from tests.support.postgres import TEMPLATE, Database, Server, hand_over, scratch_cluster, started
from tests.support.replication import PATIENCE, REPLICATED, Worker, base_backup, find_pooler, kill, pooler, promote, standby_of

FAILOVERS = int(os.environ.get("LMS_FAILOVERS", "1"))


def on_both(database: Database, standby: Server) -> Dsn:
    """The address of a workspace with two hosts, as an administrator would give it."""
    hosts = (*database.address.hosts, *standby.address("x").hosts)
    return replace(database.address, hosts=hosts, options={"target_session_attrs": "read-write"})


@pytest.mark.parametrize("seed", range(FAILOVERS))
def test_a_failover_in_an_exam_and_a_sync_loses_nothing_that_was_acknowledged(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    with started(REPLICATED) as primary, standby_of(primary) as standby:
        association = found(Database(primary.clone(TEMPLATE)))
        exam = plan_exam(association)
        address = on_both(association.database, standby)

        journal = ExamJournal(tmp_path / "station.sqlite3")
        machine = Store(address.with_(user=exam.desk.login, password=PASSWORD), connections=1)
        station = Station(machine, journal)
        exam.act("check_in_seat")
        assert station.enter(exam.code()) == "entered"
        exam.act("authorize_seat")
        station.begin()
        questions = [given.id for given in station.questions()]
        typed: dict[UUID, str] = {}

        def answer() -> bool:
            question = chance.choice(questions)
            typed[question] = f"<p>{len(typed)} {chance.random()}</p>"
            station.type(question, {"html": typed[question]})
            return station.send() == 0

        teacher = association.people["teacher"]
        author = Store(address.with_(user=teacher.login, password=teacher.password))
        replica = Replica(tmp_path / "replica", teacher.member_id, new_key())
        course = association["course"]
        exchange(replica, author, course)
        written: list[UUID] = []
        sent: set[UUID] = set()

        def write() -> bool:
            def add(draft: Draft) -> UUID:
                return draft.insert(
                    "lessons", {"module_id": str(association["module"]), "title": f"Lesson {len(written)}", "lesson_type": "text"}
                )

            written.append(replica.edit(course, "Add", add).value)
            try:
                exchange(replica, author, course)
            except ServerAway:
                return False
            sent.update(written)
            return True

        workers = [Worker(answer), Worker(write)]
        for worker in workers:
            worker.reach(chance.randint(10, 40))
        kill(primary)
        time.sleep(chance.random())
        there = set(sent)
        promote(standby)
        with standby.connect(association.database.address.database) as connection:
            kept = {row[0] for row in connection.execute("SELECT id FROM public.lessons")}
        assert there <= kept, "what an author was told is stored is on the standby"
        for worker in workers:
            worker.reach(worker.acknowledged + 10)
            worker.stop()
            assert worker.outages > 0, "the failover was noticed"

        deadline = time.monotonic() + PATIENCE
        while station.send():
            assert time.monotonic() < deadline
        receipt = station.submit()
        exchange(replica, author, course)
        with standby.connect(association.database.address.database) as connection:
            stored = dict(
                connection.execute(
                    "SELECT qa.question_id, qa.answer_data ->> 'html' FROM public.quiz_answers AS qa"
                    " JOIN lms.seats AS s ON s.attempt_id = qa.quiz_attempt_id WHERE s.id = %s",
                    (exam.seat,),
                ).fetchall()
            )
            titles = connection.execute("SELECT title FROM public.lessons WHERE id = ANY(%s)", (written,)).fetchall()
        assert stored == typed, "byte for byte what the candidate typed"
        assert (receipt.answers, receipt.quarantined) == (len(typed), 0)
        assert sorted(title for (title,) in titles) == sorted(f"Lesson {number}" for number in range(len(written))), "each once"
        assert replica.conflicts() == []
        replica.close()
        journal.close()
        for store in (machine, author):
            store.close()
        association.database.close()


def where(session: Session) -> bool:
    """Whether a standby answers."""
    answer: bool = session.execute(sa.text("SELECT pg_is_in_recovery()")).scalar_one()
    return answer


def test_reports_are_read_from_the_standby_while_there_is_one() -> None:
    with started(REPLICATED) as primary, standby_of(primary) as standby:
        association = found(Database(primary.clone(TEMPLATE)))
        admin = association.people["admin"]
        with Store(on_both(association.database, standby).with_(user=admin.login, password=admin.password)) as store:
            assert store.read(where) is False
            deadline = time.monotonic() + PATIENCE
            while not store.report(where):  # the standby has written the log down before it has read it
                assert time.monotonic() < deadline
                time.sleep(0.05)
            kill(standby)
            assert store.report(where) is False, "without it the primary answers"
        alone = association.database.store(admin)
        assert alone.report(where) is False
        association.database.close()


def test_a_restore_to_a_point_in_time_ends_right_there() -> None:
    archiving = {"archive_mode": "on", "archive_command": 'test ! -f "../archive/%f" && cp "%p" "../archive/%f"'}
    with started(REPLICATED | archiving) as server, scratch_cluster() as restored:
        archive = server.cluster.folder / "archive"
        archive.mkdir()
        hand_over(server.cluster)
        association = found(Database(server.clone(TEMPLATE)))
        base_backup(server, restored)
        with association.installer() as installer:
            installer.execute("UPDATE courses SET title = 'Before the mistake'")
            installer.execute("SELECT pg_create_restore_point('before the mistake')")
            installer.execute("UPDATE courses SET title = 'The mistake'")
            archived = one(installer, "SELECT pg_walfile_name(pg_switch_wal())")
        deadline = time.monotonic() + PATIENCE
        while not (archive / archived).exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with (restored.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(f"restore_command = 'cp \"{archive}/%f\" \"%p\"'\nrecovery_target_name = 'before the mistake'\n")
            conf.write("recovery_target_action = 'promote'\narchive_mode = 'off'\n")
        (restored.data / "recovery.signal").touch()
        copy = Server(restored, restored.start())
        with psycopg.connect(copy.address(association.database.address.database).conninfo(), autocommit=True) as connection:
            while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert connection.execute("SELECT DISTINCT title FROM courses").fetchall() == [("Before the mistake",)]
        association.database.close()


@pytest.fixture(scope="module")
def crowd() -> Iterator[tuple[Server, Association]]:
    with started() as server:
        association = found(Database(server.clone(TEMPLATE)))
        yield server, association
        association.database.close()


@pytest.mark.skipif(find_pooler() is None, reason="PgBouncer is not on this system")
def test_a_pooler_in_session_mode_carries_everybody(crowd: tuple[Server, Association]) -> None:
    server, association = crowd

    def me(session: Session) -> tuple[UUID, str]:
        row = session.execute(sa.text("SELECT lms.current_member_id(), current_setting('statement_timeout')")).one()
        return row[0], row[1]

    with pooler(server) as port:
        address = replace(association.database.address, hosts=(replace(association.database.address.hosts[0], port=port),))
        for turn in range(3):
            for name in ("lea", "teacher", "admin"):
                person = association.people[name]
                with Store(address.with_(user=person.login, password=person.password), statement_seconds=20 + turn) as store:
                    assert store.read(me) == (person.member_id, f"{20 + turn}s"), "nobody finds another's session"
