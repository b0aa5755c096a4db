"""`nabip-lms import FILE`: a package becomes a draft course of the person who signs in."""

from __future__ import annotations

import zipfile
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from desktop import cli
from desktop.courses import queries
from tests.support.postgres import Database, Person
from tests.support.scorm_packages import make_package

MANIFEST = """<?xml version="1.0"?>
<manifest identifier="lighthouse" version="1.0" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
          xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
  <organizations default="course">
    <organization identifier="course"><title>Keeping a lighthouse</title>
      <item identifier="one" identifierref="page"><title>The lamp</title></item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="page" type="webcontent" adlcp:scormtype="sco" href="lamp.html"><file href="lamp.html"/></resource>
  </resources>
</manifest>
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "lighthouse.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("imsmanifest.xml", MANIFEST)
        archive.writestr("lamp.html", "<!doctype html><title>The lamp</title>")
    return path


@pytest.fixture
def instructor(db: Database) -> Person:
    return db.add_person("instructor")


@pytest.fixture
def place(db: Database, instructor: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments that lead to the test's database; the application's folders are the test's own."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PGPASSWORD", instructor.password)
    return ["--workspace", str(db.address.with_(user=instructor.login))]


def titles(db: Database) -> list[str]:
    with psycopg.connect(db.dsn) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM public.courses ORDER BY title")]


def test_a_package_becomes_a_draft_course(
    db: Database, instructor: Person, package: Path, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["import", str(package), *place]) == 0
    course_id = UUID(capsys.readouterr().out.split()[-1])
    store = db.store(instructor)
    course = store.read(queries.get_course, course_id)
    assert (course.title, course.status) == ("Keeping a lighthouse", "draft")
    _modules, lessons = store.read(queries.list_outline, course_id, None)
    assert [lesson.lesson_type for lesson in lessons] == ["scorm"]


def test_the_title_can_be_given(db: Database, package: Path, place: list[str]) -> None:
    assert cli.main(["import", str(package), "--title", "Lamps", "--category", "compliance", *place]) == 0
    assert titles(db) == ["Lamps"]


def test_a_folder_becomes_a_lesson_for_each_part(db: Database, tmp_path: Path, place: list[str]) -> None:
    with zipfile.ZipFile(make_package(tmp_path / "parts.zip", {"one.html": "1", "two.html": "2"})) as archive:
        archive.extractall(tmp_path / "parts")
    assert cli.main(["import", str(tmp_path / "parts"), "--lesson-per-item", *place]) == 0
    with psycopg.connect(db.dsn) as connection:
        assert connection.execute("SELECT title FROM public.lessons ORDER BY lesson_order").fetchall() == [("one.html",), ("two.html",)]


def test_what_is_no_package_leaves_nothing(db: Database, tmp_path: Path, place: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    letter = tmp_path / "letter.zip"
    letter.write_text("Dear Sir or Madam")
    assert cli.main(["import", str(letter), *place]) == 1
    assert cli.main(["import", str(tmp_path / "nowhere.zip"), *place]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("There is no file ")
    assert titles(db) == []


def test_a_learner_may_not_import(db: Database, package: Path, place: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    learner = db.add_person("learner")
    monkeypatch.setenv("PGPASSWORD", learner.password)
    assert cli.main(["import", str(package), *place, "--user", learner.login]) == 1
    assert titles(db) == []


def test_without_any_workspace_it_says_what_to_do(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    assert cli.main(["import", str(package)]) == 1
    assert capsys.readouterr().err.startswith("There is no workspace yet. Open the application once")
