"""A launch against the real server: what the content committed is what the rows hold, whatever happens to the connection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.errors import Invalid, NotAllowed, ServerAway
from desktop.learning.commands import enroll
from desktop.scorm import commands
from desktop.scorm.cache import import_package, package_of
from desktop.scorm.errors import PackageError
from desktop.scorm.journal import Journal, Save
from desktop.scorm.queries import get_scorm_lesson
from desktop.scorm.recorder import Outcome, Recorder, send_left, send_waiting
from desktop.scorm.records import Document, new_document, with_item
from desktop.scorm.sample import build_sample
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import add_course, add_module
from tests.support.postgres import Database, Person


def quiet() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


@dataclass
class Course:
    """A published course whose one lesson is our sample package, an instructor and an enrolled learner."""

    db: Database
    instructor: Person
    learner: Person
    lesson: UUID
    enrollment: UUID
    document: Document
    cache: Path

    @property
    def store(self) -> Store:
        return self.db.store(self.learner)

    def progress(self) -> Any:
        return self.db.superuser.read(_progress, self.enrollment)


def _progress(session: Session, enrollment: UUID) -> Any:
    return session.execute(
        text(
            "SELECT p.status, p.scorm_cmi_data, p.scorm_completion_status, p.scorm_score, p.time_spent_seconds, e.progress_percentage,"
            " e.status AS enrollment_status FROM public.lesson_progress AS p JOIN public.enrollments AS e ON e.id = p.enrollment_id"
            " WHERE p.enrollment_id = :enrollment"
        ),
        {"enrollment": enrollment},
    ).one()


@pytest.fixture
def course(db: Database, tmp_path: Path) -> Course:
    instructor, learner = db.add_person("instructor"), db.add_person()
    course = add_course(db, instructor_id=instructor.member_id)
    module = add_module(db, course)
    cache = tmp_path / "cache"
    done = import_package(db.store(instructor), build_sample(tmp_path / "sample.zip"), module, cache, quiet())
    lesson, package = done.value
    enrollment = db.store(learner).write(enroll, course).value
    document = new_document(package.manifest.standard, package.manifest.default)
    return Course(db, instructor, learner, lesson, enrollment, document, cache)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite3")
    yield journal
    journal.close()


def said(document: Document, **cmi: str) -> Document:
    item = document["required"][0]
    names = {"status": "cmi.core.lesson_status", "raw": "cmi.core.score.raw", "location": "cmi.core.lesson_location"}
    return with_item(document, item, {"finished": False, "cmi": {names[name]: value for name, value in cmi.items()}})


def begin(course: Course, store: Store) -> UUID:
    session_id = uuid4()
    store.write(commands.begin_session, course.enrollment, course.lesson, session_id)
    return session_id


def test_an_imported_package_is_a_lesson_that_a_learner_can_fetch(course: Course, tmp_path: Path) -> None:
    lesson = course.store.read(get_scorm_lesson, course.lesson, course.enrollment)
    assert (lesson.title, lesson.record) == ("Welcome to Health Benefits", None)
    elsewhere = package_of(course.store, lesson.asset_id, tmp_path / "another machine", quiet())
    again = package_of(course.store, lesson.asset_id, tmp_path / "another machine", quiet())
    assert elsewhere.paths
    assert sorted(again.paths) == sorted(elsewhere.paths)
    assert not [path for path in (tmp_path / "another machine").iterdir() if path.name != lesson.asset_id]


def test_a_refused_package_leaves_no_lesson_and_no_file(course: Course, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK nonsense")
    before = sorted(course.cache.iterdir())
    with pytest.raises(PackageError):
        import_package(course.db.store(course.instructor), bad, uuid4(), course.cache, quiet())
    assert sorted(course.cache.iterdir()) == before


def test_a_learner_imports_nothing(course: Course, tmp_path: Path) -> None:
    with pytest.raises((NotAllowed, Invalid)):
        import_package(course.store, build_sample(tmp_path / "mine.zip"), uuid4(), tmp_path / "cache2", quiet())
    assert list((tmp_path / "cache2").iterdir()) == []


def test_saves_become_rows_completion_and_score(course: Course, journal: Journal) -> None:
    store = course.store
    recorder = Recorder(store, journal, begin(course, store))
    first = said(course.document, status="incomplete", location="2")
    assert recorder.save(Save(recorder.session_id, 1, first, 5)) is Outcome.SAVED
    row = course.progress()
    assert (row.status, row.scorm_completion_status, row.scorm_score) == ("in_progress", "incomplete", None)
    assert row.scorm_cmi_data == first

    last = said(course.document, status="passed", raw="80")
    assert recorder.save(Save(recorder.session_id, 2, last, 9)) is Outcome.SAVED
    row = course.progress()
    assert (row.status, row.scorm_completion_status, float(row.scorm_score)) == ("completed", "passed", 80.0)
    assert row.scorm_cmi_data == last
    assert float(row.progress_percentage) == 100.0
    assert store.read(get_scorm_lesson, course.lesson, course.enrollment).record == last


def test_an_older_save_never_overwrites_a_newer_one(course: Course, journal: Journal) -> None:
    store = course.store
    recorder = Recorder(store, journal, begin(course, store))
    newer, older = said(course.document, location="5"), said(course.document, location="4")
    recorder.save(Save(recorder.session_id, 7, newer, 5))
    assert recorder.save(Save(recorder.session_id, 6, older, 5)) is Outcome.SAVED
    assert course.progress().scorm_cmi_data == newer


def test_a_later_launch_takes_over(course: Course, journal: Journal) -> None:
    store = course.store
    first = Recorder(store, journal, begin(course, store))
    first.save(Save(first.session_id, 1, said(course.document, location="1"), 1))
    second = Recorder(store, journal, begin(course, store))
    second.save(Save(second.session_id, 1, said(course.document, location="8"), 1))
    assert first.save(Save(first.session_id, 2, said(course.document, location="2"), 2)) is Outcome.SUPERSEDED
    assert course.progress().scorm_cmi_data == said(course.document, location="8")


class Away:
    """A store whose server cannot be reached for a while. The rest is the real one."""

    def __init__(self, store: Store) -> None:
        self.store, self.away = store, True

    def write(self, fn: Any, *arguments: Any) -> Any:
        if self.away:
            raise ServerAway("The server cannot be reached.")
        return self.store.write(fn, *arguments)


def test_while_the_server_is_away_saves_are_kept_and_sent_in_order_later(course: Course, journal: Journal) -> None:
    session_id = begin(course, course.store)
    away = Away(course.store)
    recorder = Recorder(away, journal, session_id)  # type: ignore[arg-type]
    for sequence in range(1, 4):
        document = said(course.document, location=str(sequence))
        assert recorder.save(Save(session_id, sequence, document, sequence)) is Outcome.KEPT
    assert [save.sequence for save in journal.waiting()] == [1, 2, 3]
    assert recorder.retry() is Outcome.KEPT
    away.away = False
    # Until a retry has gone through, new saves wait behind the old ones.
    assert recorder.save(Save(session_id, 4, said(course.document, location="4"), 4)) is Outcome.KEPT
    assert recorder.retry() is Outcome.SAVED
    assert journal.waiting() == []
    assert course.progress().scorm_cmi_data == said(course.document, location="4")
    assert recorder.save(Save(session_id, 5, said(course.document, location="5"), 5)) is Outcome.SAVED


def test_what_a_killed_process_kept_is_sent_by_the_next_one(course: Course, tmp_path: Path) -> None:
    session_id = begin(course, course.store)
    document = said(course.document, location="9")
    first = Journal(tmp_path / "kept.sqlite3")
    first.keep(Save(session_id, 3, document, 20))
    # No close: the process was killed. The next one opens the same file.
    second = Journal(tmp_path / "kept.sqlite3")
    assert send_waiting(course.store, second) is Outcome.SAVED
    assert second.waiting() == []
    assert course.progress().scorm_cmi_data == document
    first.close()
    second.close()


def test_what_waits_is_sent_without_a_launch_and_who_left_nothing_gets_no_file(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite3"
    assert send_left(course.store, path) is Outcome.SAVED
    assert not path.exists()
    document = said(course.document, location="7")
    with closing(Journal(path)) as journal:
        journal.keep(Save(begin(course, course.store), 1, document, 1))
        assert send_left(course.store, path) is Outcome.SAVED
        assert journal.waiting() == []
    assert course.progress().scorm_cmi_data == document


def test_what_the_server_refuses_for_good_does_not_hold_up_the_rest(course: Course, journal: Journal) -> None:
    stale = begin(course, course.store)
    current = begin(course, course.store)
    journal.keep(Save(stale, 1, said(course.document, location="1"), 1))
    journal.keep(Save(current, 1, {"items": "no record"}, 1))
    journal.keep(Save(current, 2, said(course.document, location="2"), 1))
    journal.keep(Save(uuid4(), 1, course.document, 1))
    send_waiting(course.store, journal)
    assert len(journal.waiting()) == 1  # a session of a workspace that is not this one
    assert course.progress().scorm_cmi_data == said(course.document, location="2")


def test_time_counts_once_and_no_more_than_has_passed(course: Course, journal: Journal) -> None:
    store = course.store
    recorder = Recorder(store, journal, begin(course, store))
    for sequence in range(1, 5):
        recorder.save(Save(recorder.session_id, sequence, said(course.document, location=str(sequence)), 100_000))
    assert course.progress().time_spent_seconds <= 10


def test_nobody_saves_in_the_session_of_another(course: Course, journal: Journal) -> None:
    session_id = begin(course, course.store)
    other = Recorder(course.db.store(course.db.add_person()), journal, session_id)
    with pytest.raises(Exception, match="no such session"):
        other.save(Save(session_id, 1, said(course.document, status="passed"), 1))
    assert json.dumps(course.progress().scorm_cmi_data) in ("null", "{}")
