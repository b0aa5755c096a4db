"""A package becomes lessons: one or one for each part, with its report, its media converted beside it, and replaced by a new version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.changes import Done
from desktop.errors import Cancelled, NotAllowed, NotFound
from desktop.learning.commands import enroll
from desktop.scorm.cache import arriving, import_package, package_of_lesson
from desktop.scorm.commands import Choice, add_lessons, begin_session, remove_lessons, replace_package, save_session
from desktop.scorm.conversion import convert_waiting
from desktop.scorm.journal import Save
from desktop.scorm.queries import get_scorm_lesson, list_imports, list_waiting_media
from desktop.scorm.records import resumed_document, status_of
from desktop.store import assets
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.clips import codecs_of, make_clip
from tests.support.courses import add_course, add_module
from tests.support.postgres import Database, Person
from tests.support.scorm_packages import make_package

DONE = {"cmi.core.lesson_status": "passed"}
PAGES = {"one.html": "1", "two.html": "2", "three.html": "3"}


def quiet() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


@dataclass
class Desk:
    """An instructor with an empty course, and a learner in it."""

    db: Database
    instructor: Person
    learner: Person
    course: UUID
    module: UUID
    enrollment: UUID
    cache: Path

    @property
    def store(self) -> Store:
        return self.db.store(self.instructor)

    def take(self, source: Path, choice: Choice | None = None) -> tuple[UUID, ...]:
        with arriving(source, self.cache, quiet()) as arrived:
            imported = arrived.store(self.store, self.cache, quiet())
            return self.store.write(add_lessons, self.module, imported, choice or Choice()).value


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    instructor, learner = db.add_person("instructor"), db.add_person()
    course = add_course(db, instructor_id=instructor.member_id)
    enrollment = db.store(learner).write(enroll, course).value
    return Desk(db, instructor, learner, course, add_module(db, course), enrollment, tmp_path / "cache")


def execute(session: Session, statement: str) -> Done[None]:
    session.execute(text(statement))
    return Done(None)


def titles_of(desk: Desk, lesson: UUID) -> list[str]:
    """What a learner finds in a lesson."""
    store = desk.db.store(desk.learner)
    found = store.read(get_scorm_lesson, lesson, desk.enrollment)
    return [item.title for item in package_of_lesson(store, found, desk.cache, quiet()).manifest.default.launchable]


# --- lessons ----------------------------------------------------------------------------------------------------------------------------


def test_a_package_becomes_one_lesson_or_one_for_each_part(desk: Desk, tmp_path: Path) -> None:
    source = make_package(tmp_path / "parts.zip", PAGES)
    (whole,) = desk.take(source)
    parts = desk.take(source, Choice(per_item=True))
    assert titles_of(desk, whole) == list(PAGES)
    assert [titles_of(desk, part) for part in parts] == [["one.html"], ["two.html"], ["three.html"]]


def test_an_organization_that_is_not_the_default_can_be_chosen(desk: Desk, tmp_path: Path) -> None:
    second = '<organization identifier="long way/2"><title>Long</title><item identifier="x" identifierref="r2"><title>Only</title></item>'
    source = make_package(tmp_path / "two.zip", PAGES, organizations=second + "</organization>")
    (lesson,) = desk.take(source, Choice("long way/2"))
    (part,) = desk.take(source, Choice("long way/2", per_item=True))
    assert titles_of(desk, lesson) == titles_of(desk, part) == ["Only"]


def test_removing_what_an_import_added_is_one_step(desk: Desk, tmp_path: Path) -> None:
    parts = desk.take(make_package(tmp_path / "parts.zip", PAGES), Choice(per_item=True))
    desk.store.write(remove_lessons, parts)
    with psycopg.connect(desk.db.dsn) as connection:
        assert connection.execute("SELECT count(*) FROM lms.lesson_imports").fetchone() == (0,)


# --- the report -------------------------------------------------------------------------------------------------------------------------


def test_the_report_is_kept_with_the_lesson_for_those_who_teach_it(desk: Desk, tmp_path: Path) -> None:
    source = make_package(tmp_path / "odd.zip", {"Here.html": "x"}, version="7.3")
    (lesson,) = desk.take(source)
    (record,) = desk.store.read(list_imports, lesson)
    assert (record.version, record.file_name, record.standard) == (1, "odd.zip", "SCORM 1.2")
    assert [(remark.code, remark.where) for remark in record.report.remarks] == [("schemaversion", "7.3")]
    with pytest.raises(NotAllowed):
        desk.db.store(desk.learner).read(list_imports, lesson)
    other = desk.db.add_person("instructor")
    assert desk.db.store(other).read(list_imports, lesson) == ()


def test_nobody_writes_a_report_in_another_name_or_changes_one(desk: Desk, tmp_path: Path) -> None:
    (lesson,) = desk.take(make_package(tmp_path / "x.zip", PAGES))
    values = f"('{lesson}', 9, 'asset:x', 'f', 's', '[]', '{desk.learner.member_id}')"
    for statement in (
        f"INSERT INTO lms.lesson_imports (lesson_id, version, package_url, file_name, standard, report, imported_by) VALUES {values}",
        "UPDATE lms.lesson_imports SET report = '[]'",
        "DELETE FROM lms.lesson_imports",
    ):
        with pytest.raises(NotAllowed):
            desk.store.write(execute, statement)


# --- media ------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def film(desk: Desk, tmp_path: Path) -> UUID:
    clip = make_clip(tmp_path / "film.mp4").read_bytes()
    source = make_package(tmp_path / "film.zip", PAGES, files={"media/film.mp4": clip, "media/broken.mov": clip[:1500]})
    (lesson,) = desk.take(source)
    return lesson


def test_media_wait_until_they_are_converted_and_are_then_the_learners_too(desk: Desk, film: UUID, tmp_path: Path) -> None:
    learner = desk.db.store(desk.learner)
    assert [one.path for one in desk.store.read(list_waiting_media)] == ["media/film.mp4"]
    assert learner.read(get_scorm_lesson, film, desk.enrollment).media == {}  # playable meanwhile, as it is
    assert convert_waiting(quiet(), desk.store, desk.cache).value == 1
    assert desk.store.read(list_waiting_media) == ()
    (record,) = desk.store.read(list_imports, film)
    assert (record.media, record.waiting, record.failures) == (1, 0, ())
    package = package_of_lesson(learner, learner.read(get_scorm_lesson, film, desk.enrollment), tmp_path / "elsewhere", quiet())
    assert codecs_of(package.converted["media/film.mp4"]) == ["vp9", "opus"]
    assert codecs_of(package.folder / "media/film.mp4") == ["h264", "aac"]
    stranger = desk.db.store(desk.db.add_person())
    with pytest.raises(NotFound):
        stranger.read(assets.describe, package.converted["media/film.mp4"].stem)


def test_a_conversion_that_was_cut_off_begins_again(desk: Desk, film: UUID) -> None:
    control = JobControl(lambda _fraction, _detail: control.cancel())
    with pytest.raises(Cancelled):
        convert_waiting(control, desk.store, desk.cache)
    assert [path.name for path in desk.cache.iterdir() if path.name.startswith(".")] == []
    assert convert_waiting(quiet(), desk.store, desk.cache).value == 1


def test_what_cannot_be_converted_says_why_and_is_not_tried_again(desk: Desk, film: UUID) -> None:
    (waiting,) = desk.store.read(list_waiting_media)
    (desk.cache / waiting.package_id / waiting.path).write_bytes(b"\0" * 1000)
    assert convert_waiting(quiet(), desk.store, desk.cache).value == 0
    (record,) = desk.store.read(list_imports, film)
    ((path, reason),) = record.failures
    assert path == "media/film.mp4"
    assert reason
    assert desk.store.read(list_waiting_media) == ()


def test_another_instructor_converts_only_what_they_teach(desk: Desk, film: UUID) -> None:
    other = desk.db.store(desk.db.add_person("instructor"))
    assert other.read(list_waiting_media) == ()


# --- another version --------------------------------------------------------------------------------------------------------------------


def test_a_new_version_takes_the_place_of_the_old_with_a_report_of_its_own(desk: Desk, tmp_path: Path) -> None:
    lesson, _package = import_package(desk.store, make_package(tmp_path / "v1.zip", PAGES), desk.module, desk.cache, quiet()).value
    learner, session = desk.db.store(desk.learner), uuid4()
    learner.write(begin_session, desk.enrollment, lesson, session)
    document = {"standard": "1.2", "required": ["i0", "i1", "i2"], "current": "i0", "items": {"i0": {"finished": True, "cmi": DONE}}}
    learner.write(save_session, Save(session, 1, document, 5))
    with arriving(make_package(tmp_path / "v2.zip", {"one.html": "1", "four.html": "4"}), desk.cache, quiet()) as arrived:
        desk.store.write(replace_package, lesson, arrived.store(desk.store, desk.cache, quiet()), "")
    found = learner.read(get_scorm_lesson, lesson, desk.enrollment)
    manifest = package_of_lesson(learner, found, desk.cache, quiet()).manifest
    resumed = resumed_document(found.record, manifest.standard, manifest.default)
    assert (resumed["required"], status_of(resumed, "i0"), status_of(resumed, "i1")) == (["i0", "i1"], "passed", "not attempted")
    assert titles_of(desk, lesson) == ["one.html", "four.html"]
    assert [(record.version, record.file_name) for record in desk.store.read(list_imports, lesson)] == [(2, "v2.zip"), (1, "v1.zip")]


def test_only_who_teaches_the_lesson_replaces_its_package(desk: Desk, tmp_path: Path) -> None:
    (lesson,) = desk.take(make_package(tmp_path / "v1.zip", PAGES))
    other = desk.db.store(desk.db.add_person("instructor"))
    with arriving(make_package(tmp_path / "v2.zip", PAGES), desk.cache, quiet()) as arrived:
        imported = arrived.store(other, desk.cache, quiet())
        with pytest.raises(NotFound):
            other.write(replace_package, lesson, imported, "")
