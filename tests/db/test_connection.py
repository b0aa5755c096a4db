"""Stores: transactions, cancelling, and what errors of the server mean to a person."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from desktop import errors
from desktop.store.connection import Store, check_version
from desktop.tasks import JobControl, Tasks, working_on
from tests.support.postgres import Database


def run(session: Session, statement: str, /, **parameters: Any) -> Any:
    result = session.execute(text(statement), parameters)
    return result.scalar() if isinstance(result, CursorResult) and result.returns_rows else None


def test_a_read_cannot_write(db: Database) -> None:
    with pytest.raises(errors.ReadOnly):
        db.superuser.read(run, "CREATE TABLE public.notes (id integer)")


def test_a_read_sees_one_moment(db: Database) -> None:
    def count_twice(session: Session) -> tuple[int, int]:
        first = run(session, "SELECT count(*) FROM public.notes")
        db.superuser.write(run, "INSERT INTO public.notes VALUES (1)")
        return first, run(session, "SELECT count(*) FROM public.notes")

    db.superuser.write(run, "CREATE TABLE public.notes (id integer)")
    assert db.superuser.read(count_twice) == (0, 0)
    assert db.superuser.read(run, "SELECT count(*) FROM public.notes") == 1


def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    def write_then_fail(session: Session) -> None:
        run(session, "INSERT INTO public.notes VALUES (1)")
        raise errors.Invalid("No")

    db.superuser.write(run, "CREATE TABLE public.notes (id integer)")
    with pytest.raises(errors.Invalid, match="No"):
        db.superuser.write(write_then_fail)
    assert db.superuser.read(run, "SELECT count(*) FROM public.notes") == 0


@pytest.mark.parametrize(
    ("state", "kind"),
    [("LM001", errors.NotAllowed), ("LM002", errors.NotFound), ("LM003", errors.Invalid), ("LM004", errors.Conflict)],
)
def test_our_own_functions_speak_for_themselves(db: Database, state: str, kind: type[errors.LmsError]) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'The course is full.', HINT = 'course-full'; END $$"
    with pytest.raises(kind, match="The course is full") as caught:
        db.superuser.write(run, statement)
    assert caught.value.details == f"{state} course-full"


def test_a_wrong_password_is_refused(db: Database) -> None:
    with Store(db.address.with_(password="wrong")) as store, pytest.raises(errors.SignInRefused) as caught:
        store.read(run, "SELECT 1")
    assert "wrong" not in caught.value.details
    assert caught.value.remedy


def test_an_unknown_user_is_refused_alike(db: Database) -> None:
    with Store(db.address.with_(user="nobody_here")) as store, pytest.raises(errors.SignInRefused):
        store.read(run, "SELECT 1")


def test_an_unknown_database_is_named_so(db: Database) -> None:
    with Store(db.address.with_(database="elsewhere")) as store, pytest.raises(errors.DatabaseUnknown):
        store.read(run, "SELECT 1")


def test_nobody_listening_is_a_server_away() -> None:
    with Store("postgresql://someone@127.0.0.1:1/lms") as store, pytest.raises(errors.ServerAway):
        store.read(run, "SELECT 1")


@pytest.mark.parametrize("version", [140012, 190000])
def test_versions_that_no_test_ran_on_are_refused(version: int) -> None:
    with pytest.raises(errors.ServerUnsupported, match="15 to 18"):
        check_version(version)


def test_waiting_for_somebody_elses_lock_ends(db: Database) -> None:
    def hold_then_let_another_try(session: Session) -> None:
        run(session, "SELECT pg_advisory_xact_lock(1)")
        with Store(db.address, lock_seconds=0.1) as other, pytest.raises(errors.TookTooLong):
            other.write(run, "SELECT pg_advisory_xact_lock(1)")

    db.superuser.write(hold_then_let_another_try)


def test_a_statement_has_a_time_limit(db: Database) -> None:
    with Store(db.address, statement_seconds=0.1) as store, pytest.raises(errors.TookTooLong):
        store.read(run, "SELECT pg_sleep(30)")


def test_cancelling_a_job_stops_what_the_server_does_for_it(db: Database) -> None:
    async def cancel_while_it_sleeps() -> None:
        tasks = Tasks()
        job = asyncio.create_task(tasks.job("Sleep", lambda _control: db.superuser.read(run, "SELECT pg_sleep(30)")))
        await asyncio.sleep(0.3)
        for running in tasks.jobs.values():
            running.cancel()
        with pytest.raises(errors.Cancelled):
            await job
        tasks.close()

    started = time.monotonic()
    asyncio.run(cancel_while_it_sleeps())
    assert time.monotonic() - started < 15
    assert db.superuser.read(run, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)' AND state = 'active'") == 0


def test_nothing_starts_once_its_job_is_cancelled(db: Database) -> None:
    control = JobControl(lambda _fraction, _detail: None)
    control.cancel()
    with working_on(control), pytest.raises(errors.Cancelled):
        db.superuser.write(run, "CREATE TABLE public.notes (id integer)")
    assert db.superuser.read(run, "SELECT to_regclass('public.notes') IS NULL")


@pytest.mark.parametrize("then", ["SELECT 1", None], ids=["another statement", "the commit"])
def test_a_job_that_is_cancelled_between_statements_leaves_nothing(db: Database, then: str | None) -> None:
    def work(session: Session) -> None:
        run(session, "CREATE TABLE public.notes (id integer)")
        control.cancel()
        if then:
            run(session, then)

    control = JobControl(lambda _fraction, _detail: None)
    with working_on(control), pytest.raises(errors.Cancelled):
        db.superuser.write(work)
    assert db.superuser.read(run, "SELECT to_regclass('public.notes') IS NULL")


def test_a_store_keeps_to_its_connections(db: Database) -> None:
    with Store(db.address, connections=2) as store:
        threads = [threading.Thread(target=store.read, args=(run, "SELECT pg_sleep(0.05)")) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        mine = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'nabip-lms'"
        assert store.read(run, mine) == 2


def test_what_is_in_use_when_a_store_is_closed_is_closed_as_it_comes_back(db: Database) -> None:
    store = Store(db.address)

    def close_meanwhile(session: Session) -> Any:
        store.close()
        return run(session, "SELECT pg_backend_pid()")

    pid = store.read(close_meanwhile)
    gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"
    deadline = time.monotonic() + 5
    while db.superuser.read(run, gone, pid=pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_connection_that_the_server_ended_is_replaced(db: Database) -> None:
    with Store(db.address, connections=1) as store:
        victim = store.read(run, "SELECT pg_backend_pid()")
        db.superuser.write(run, "SELECT pg_terminate_backend(:victim)", victim=victim)
        with pytest.raises(errors.ServerAway):
            store.read(run, "SELECT 1")
        assert store.read(run, "SELECT 1") == 1


def test_a_person_is_who_the_server_says(db: Database) -> None:
    person = db.add_person("learner", "instructor")
    store = db.store(person)
    assert store.read(run, "SELECT session_user") == person.login
    assert store.read(run, "SELECT lms.current_member_id()") == person.member_id
