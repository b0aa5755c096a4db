"""A Common Cartridge becomes a course, and a course becomes packages that we read again ourselves."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from desktop.courses.cartridge import import_cartridge
from desktop.courses.draft import LESSONS, Draft
from desktop.courses.export import Format, export
from desktop.courses.report import Fate
from desktop.errors import Invalid
from desktop.questions import qti1_writer
from desktop.questions.assessment import WrittenAssessment, read_assessment
from desktop.questions.model import Essay, MultipleChoice, Option, Question, Text
from desktop.questions.storage import from_row
from desktop.scorm.manifest import Standard
from desktop.scorm.package import unpack
from desktop.tasks import JobControl
from tests.support.drafts import attach, draft, find, shape

DATA = Path(os.environ.get("LMS_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))

MANIFEST = """<?xml version="1.0"?>
<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imsccv1p2/imscp_v1p1">
<metadata><schema>IMS Common Cartridge</schema><schemaversion>1.2.0</schemaversion></metadata>
<organizations><organization identifier="o" structure="rooted-hierarchy"><item identifier="root">
  <item identifier="w1"><title>Week 1</title>
    <item identifier="i1" identifierref="page"><title>Welcome</title></item>
    <item identifier="i2"><title>Reading list</title><item identifier="i3" identifierref="link"><title/></item></item>
    <item identifier="i4" identifierref="slides"><title>Slides</title></item>
    <item identifier="i5" identifierref="talk"><title>Introduce yourself</title></item>
    <item identifier="i6" identifierref="nowhere"><title>Lost</title></item>
    <item identifier="i7" identifierref="sheet"><title>Worksheet</title></item>
  </item>
</item></organization></organizations>
<resources>
  <resource identifier="page" type="webcontent" href="wiki_content/welcome.html"><file href="wiki_content/welcome.html"/></resource>
  <resource identifier="link" type="imswl_xmlv1p2"><file href="link.xml"/></resource>
  <resource identifier="slides" type="webcontent" href="web_resources/slides.pdf"><file href="web_resources/slides.pdf"/></resource>
  <resource identifier="talk" type="imsdt_xmlv1p2"><file href="talk.xml"/></resource>
  <resource identifier="sheet" type="webcontent" href="web_resources/sheet.xlsx"><file href="web_resources/sheet.xlsx"/></resource>
  <resource identifier="logo" type="webcontent" href="web_resources/Logo.png"><file href="web_resources/Logo.png"/></resource>
  <resource identifier="extra" type="webcontent" href="web_resources/notes.txt"><file href="web_resources/notes.txt"/></resource>
</resources></manifest>"""
WELCOME = """<html><head><title>Welcome</title></head><body><div class="page"><h2 style="color: red">Hello</h2>
<img src="$IMS-CC-FILEBASE$/logo.png?canvas_download=1" alt="Our logo"><a href="$WIKI_REFERENCE$/pages/more">More</a>
<script>alert(1)</script></div></body></html>"""


@pytest.fixture
def cartridge(tmp_path: Path) -> Path:
    path = tmp_path / "course.imscc"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("imsmanifest.xml", MANIFEST)
        archive.writestr("wiki_content/welcome.html", WELCOME)
        archive.writestr("link.xml", '<webLink><title>The act</title><url href="https://example.org/act"/></webLink>')
        archive.writestr("web_resources/slides.pdf", "%PDF-1.4")
        archive.writestr("talk.xml", "<topic><title>T</title><text texttype='text/html'>&lt;p&gt;Who are you?&lt;/p&gt;</text></topic>")
        archive.writestr("web_resources/sheet.xlsx", "cells")
        archive.writestr("web_resources/Logo.png", b"\x89PNG")
        archive.writestr("web_resources/notes.txt", "notes")
    return path


def keep(data: bytes, name: str, media_type: str) -> str:
    assert name
    assert media_type
    return sha256(data).hexdigest()


def test_everything_becomes_a_lesson_or_a_line(cartridge: Path) -> None:
    made = draft(("Before", ("One",)))
    step, report = import_cartridge(cartridge, made, keep, read_assessment)
    made.apply(step)
    assert shape(made) == [("Before", ["One"]), ("Week 1", ["Welcome", "The act", "Slides", "Introduce yourself", "Worksheet"])]
    welcome = made.row(LESSONS, find(made, "Welcome"))["content_html"]
    assert f'src="asset:{sha256(b"\x89PNG").hexdigest()}"' in welcome
    assert "<h2>Hello</h2>" in welcome
    assert "More" in welcome
    assert "<a" not in welcome
    assert "script" not in welcome
    kinds = {lesson["title"]: (lesson["lesson_type"], lesson["content_url"]) for lesson in made.lessons}
    assert kinds["The act"] == ("external_link", "https://example.org/act")
    assert kinds["Slides"][0] == "pdf"
    assert [row["file_name"] for row in made.attachments_of(find(made, "Worksheet"))] == ["sheet.xlsx"]
    dropped = {line.what for line in report.of(Fate.DROPPED)}
    assert dropped == {"Lost", "web_resources/notes.txt"}
    changed = " ".join(f"{line.what}: {line.why}" for line in report.of(Fate.CHANGED))
    assert "<script>, class on <div>, color on <h2>" in changed
    assert "1 link led into the other system" in changed
    made.apply(step.inverse)
    assert shape(made) == [("Before", ["One"])]


def test_a_cartridge_of_canvas() -> None:
    folder = DATA / "questions" / "canvas-qti" / "canvas_cartridge"
    if not folder.is_dir():
        pytest.skip("the shared test data is not here (LMS_TEST_DATA)")
    made = draft()
    step, report = import_cartridge(folder, made, keep, read_assessment)
    made.apply(step)
    assert step.name == "Import “Canvas Cartridge”"
    assert shape(made) == [("Quizzes", ["Every Canvas Interaction"])]
    assert next(made.lessons)["lesson_type"] == "quiz"
    told = {line.what: line for line in report.lines}
    assert told["course_settings/canvas_export.txt"].fate is Fate.DROPPED
    rows = {table: [change for change in step.changes if change.table == table] for table in ("quizzes", "quiz_questions")}
    quiz, bank = (change.after for change in rows["quizzes"])
    assert quiz is not None
    assert bank is not None
    assert (quiz["title"], quiz["lesson_id"], quiz["max_attempts"], quiz["shuffle_answers"]) == (
        "Every Canvas Interaction", next(made.lessons)["id"], 1, False,
    )  # fmt: skip
    assert quiz["description"] == "This quiz contains a simple example of every canvas interaction type."
    assert bank["is_bank"]
    of_quiz = [change.after for change in rows["quiz_questions"] if change.after and change.after["quiz_id"] == rows["quizzes"][0].id]
    kinds = [row["question_type"] for row in of_quiz]
    assert {"multiple_choice", "true_false", "multiple_answer", "short_answer", "essay", "fill_blank", "matching"} <= set(kinds)
    assert [row["position"] for row in of_quiz] == [float(number) for number in range(1, len(of_quiz) + 1)]
    assert all(line.fate is not Fate.KEPT or line.why for line in report.lines)
    told_of = [line for line in report.lines if line.what.startswith("Every Canvas Interaction: Question")]
    assert len(told_of) >= len(of_quiz)


@pytest.mark.parametrize("content", [b"no zip", None])
def test_what_is_no_cartridge_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.imscc"
    if content is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "hello")
    else:
        path.write_bytes(content)
    with pytest.raises(Invalid, match="no cartridge"):
        import_cartridge(path, draft(), keep, read_assessment)


def test_a_bomb_and_a_path_out_of_the_zip_are_lines_of_the_report(tmp_path: Path) -> None:
    path = tmp_path / "x.imscc"
    resources = "".join(
        f'<resource identifier="r{number}" type="webcontent" href="{name}"/>'
        for number, name in enumerate(("big.html", "../../etc/passwd.html"))
    )
    items = "".join(f'<item identifierref="r{number}"><title>L{number}</title></item>' for number in range(2))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        organization = f"<organizations><organization><item><title>M</title>{items}</item></organization></organizations>"
        archive.writestr("imsmanifest.xml", f"<manifest>{organization}<resources>{resources}</resources></manifest>")
        archive.writestr("big.html", b"0" * (6 << 20))
    made = draft()
    step, report = import_cartridge(path, made, keep, read_assessment)
    made.apply(step)
    assert [line.what for line in report.of(Fate.DROPPED)] == ["L0", "L1", "big.html", "../../etc/passwd.html"][:2]


# Export


def no_quiz(_lesson: UUID, _identifier: str, _address: Callable[[str], str]) -> None:
    """A quiz that asks nothing yet."""


@pytest.fixture
def full(tmp_path: Path) -> tuple[Draft, Path]:
    """A course with everything that can leave, and something that cannot."""
    files = tmp_path / "assets"
    files.mkdir()
    for name, data in (("pic", b"\x89PNG...."), ("film", b"\x1aE\xdf\xa3...."), ("doc", b"%PDF-1.4"), ("1", b"words")):
        (files / name).write_bytes(data)
    made = draft(("Basics & more", ("Text <1>", "Film", "Paper", "Link")), ("Exam", ("Quiz",)))
    rows = {lesson["title"]: lesson for lesson in made.lessons}
    rows["Text <1>"]["content_html"] = '<p>Look: <img src="asset:pic" alt="A chart"></p>'
    rows["Film"].update(lesson_type="video", content_url="asset:film", content_html=None)
    rows["Paper"].update(lesson_type="pdf", content_url="asset:doc", content_html=None)
    rows["Link"].update(lesson_type="external_link", content_url="https://example.org/?a=1&b=2", content_html=None)
    rows["Quiz"].update(lesson_type="quiz", content_html=None)
    attach(made, rows["Text <1>"]["id"], "notes.txt")
    return made, files


@pytest.mark.parametrize(("form", "standard"), [(Format.SCORM_12, Standard.SCORM_12), (Format.SCORM_2004, Standard.SCORM_2004)])
def test_our_own_importer_takes_the_package_without_a_remark(
    full: tuple[Draft, Path], tmp_path: Path, form: Format, standard: Standard
) -> None:
    made, files = full
    target = tmp_path / "out.zip"
    report = export(made, form, target, lambda asset: files / asset, no_quiz)
    assert {line.what for line in report.of(Fate.DROPPED)} == {"Quiz", "Exam"}
    package = unpack(target, tmp_path / "package", JobControl(lambda _done, _detail: None))
    assert package.manifest.standard is standard
    assert [item.title for item in package.manifest.default.launchable] == ["Text <1>", "Film", "Paper", "Link"]
    assert package.report.remarks == []
    page = (package.folder / "pages" / "lesson_1_1.html").read_text("utf-8")
    assert '<img src="../files/pic.png" alt="A chart">' in page
    assert "../files/1.txt" in page


def test_a_cartridge_comes_back_as_it_left(full: tuple[Draft, Path], tmp_path: Path) -> None:
    made, files = full
    target = tmp_path / "out.imscc"
    asset = "a" * 64
    asked = [
        Question(Text("Which?"), MultipleChoice((Option("a", Text("Iron"), True), Option("b", Text("Wood")))), points=Decimal(2)),
        Question(Text("Look", f'<p>Look <img src="asset:{asset}" alt=""></p>'), Essay()),
    ]
    (files / asset).write_bytes(b"\x89PNG....")

    def write_quiz(lesson: UUID, identifier: str, address: Callable[[str], str]) -> WrittenAssessment:
        assert lesson == find(made, "Quiz")
        data = qti1_writer.write(identifier, "Quiz", None, asked, address).data
        return WrittenAssessment("Quiz", data, (("changed", "", "Look at it."),))

    left = export(made, Format.CARTRIDGE, target, lambda name: files / name, write_quiz)
    assert ("Quiz", "Look at it.") in [(line.what, line.why) for line in left.of(Fate.CHANGED)]
    again = draft()
    step, report = import_cartridge(target, again, keep, read_assessment)
    again.apply(step)
    assert shape(again) == [("Basics & more", ["Text <1>", "Film", "Paper", "Link"]), ("Exam", ["Quiz"])]
    assert report.of(Fate.DROPPED) == []
    rows = [change.after for change in step.changes if change.table == "quiz_questions"]
    assert [from_row(row).type_name for row in rows if row is not None] == ["multiple_choice", "essay"]
    assert from_row(rows[0] or {}) == asked[0]
    assert "asset:" in str(rows[1]), "the picture came along"
    assert asset not in str(rows[1]), "under the name that the workspace gives it"


def test_a_file_that_cannot_be_had_and_a_place_that_cannot_be_written(full: tuple[Draft, Path], tmp_path: Path) -> None:
    made, files = full

    def fetch(asset: str) -> Path:
        if asset == "film":
            raise Invalid("The film is not here.")
        return files / asset

    report = export(made, Format.SCORM_12, tmp_path / "out.zip", fetch, no_quiz)
    assert ("Film", "The film is not here.") in [(line.what, line.why) for line in report.of(Fate.DROPPED)]
    with pytest.raises(Invalid, match="could not be written"):
        export(made, Format.SCORM_12, tmp_path / "nowhere" / "out.zip", fetch, no_quiz)
    with pytest.raises(Invalid, match="Nothing in this course"):
        export(draft(), Format.SCORM_12, tmp_path / "empty.zip", fetch, no_quiz)
    assert not list(tmp_path.glob("*.part"))
