"""Every column of the source document that an author could write has a place in the editor, and says what is wrong with a value."""

from __future__ import annotations

import re

import pytest

from desktop.courses.draft import ATTACHMENTS, COURSES, LESSONS, MODULES
from desktop.courses.fields import SECTIONS, field_of
from desktop.store.authored import TABLES
from tests.support.data import TEST_DATA
from tests.support.drafts import draft

DOCUMENT = TEST_DATA.parent / "spec" / "lms-database-architecture.md"

ELSEWHERE = {
    COURSES: {
        **dict.fromkeys(("status", "published_at", "archived_at"), "Publish, Take out and Archive"),
        **dict.fromkeys(("scorm_package_url", "scorm_version"), "the import of a whole package"),
        **dict.fromkeys(("total_enrollments", "active_enrollments", "completion_count", "completion_rate"), "counted by triggers"),
        **dict.fromkeys(("avg_rating", "total_reviews"), "counted by triggers"),
        **dict.fromkeys(("id", "created_by", "created_at", "updated_at"), "set by the server"),
    },
    MODULES: {
        **dict.fromkeys(("course_id", "module_order"), "its place in the outline"),
        "completion_count": "counted by triggers",
        **dict.fromkeys(("id", "created_at", "updated_at"), "set by the server"),
    },
    LESSONS: {
        **dict.fromkeys(("module_id", "lesson_order"), "its place in the outline"),
        "content_html": "the text editor",
        **dict.fromkeys(("scorm_manifest_url", "scorm_version"), "read from the package"),
        **dict.fromkeys(("views_count", "avg_completion_rate"), "counted by triggers"),
        **dict.fromkeys(("id", "created_at", "updated_at"), "set by the server"),
    },
    ATTACHMENTS: {
        **dict.fromkeys(("lesson_id", "attachment_order"), "the lesson's list of attachments"),
        **dict.fromkeys(("file_url", "file_type", "file_size_bytes"), "the file that is attached"),
        "download_count": "counted by triggers",
        **dict.fromkeys(("id", "created_at"), "set by the server"),
    },
}
"""The columns that no form holds, and where they come from."""


def declared(table: str) -> set[str]:
    fields = [field for section in SECTIONS[table] for field in section.fields]
    return {column for field in fields for column in (field.column, *field.also)}


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the source document is not beside the test data")
@pytest.mark.parametrize("table", ELSEWHERE)
def test_every_column_of_the_document_has_its_place(table: str) -> None:
    (body,) = re.findall(rf"^CREATE TABLE {table} \(\n(.*?)^\);", DOCUMENT.read_text(), flags=re.DOTALL | re.MULTILINE)
    columns = set(re.findall(r"^  ([a-z_]+) [a-z]", body, flags=re.MULTILINE))
    assert len(columns) > 10
    assert declared(table) | ELSEWHERE[table].keys() == columns
    assert not declared(table) & ELSEWHERE[table].keys()


@pytest.mark.parametrize("table", ELSEWHERE)
def test_what_a_form_holds_can_be_kept(table: str) -> None:
    kept = {*TABLES[table].columns, *TABLES[table].shown}
    assert declared(table) <= kept


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("health-basics-2", ""),
        ("", "A course needs an address."),
        ("Health", "Small letters and digits, with single hyphens between them."),
        ("a--b", "Small letters and digits, with single hyphens between them."),
        ("קורס", "Small letters and digits, with single hyphens between them."),
    ],
)
def test_an_address_is_one_that_the_web_understands(address: str, problem: str) -> None:
    made = draft(("Basics", ("One",)))
    field = field_of(COURSES, "slug")
    assert field is not None
    assert field.problem(address, made.course, made) == problem
