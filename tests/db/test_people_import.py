"""Members and enrolments from tables: every line has its verdict before anything is written, whatever the file looks like."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from desktop.errors import Invalid
from desktop.members.earlier import apply_store, plan_store, read_store
from desktop.members.importing import (
    CHANGE,
    NEW,
    PROBLEM,
    REPEAT,
    SAME,
    Plan,
    apply_enrollments,
    apply_members,
    plan_enrollments,
    plan_members,
)
from desktop.spreadsheets import parse_sheet, read_sheet
from desktop.store.connection import Store
from tests.support.association import Association, one


def ada(association: Association) -> Store:
    return association.database.store(association.people["admin"])


def verdicts(plan: Plan) -> list[tuple[int, str]]:
    return [(row.line, row.verdict) for row in plan.rows]


def test_each_line_of_members_is_judged_before_any_is_written(association: Association) -> None:
    # A file that was put together: UTF-8 and the encoding of old spreadsheets, semicolons, an empty line, a column nobody knows.
    data = (
        "E-Mail;First name;Last name;NPN;Status;Shoe size\n"
        "zoé@example.org;Zoé;Quist;123;active;38\n".replace("é@", "e@")
    ).encode() + (
        "lea@example.org;Léa;Learner;;;\n"
        "\n"
        "ZOE@example.org;Zoe;Again;;;\n"
        "nowhere;No;Body;;;\n"
        "npn@example.org;N;P;12a;;\n"
        "state@example.org;S;T;;gone;\n"
        "nameless@example.org;;;;;\n"
        "=1+1@example.org;Mal;Formed;;;\n"
    ).encode("cp1252")  # fmt: skip
    store = ada(association)
    sheet = parse_sheet(data)
    assert sheet.encodings == ("utf-8", "cp1252")
    plan = store.read(plan_members, sheet)
    assert verdicts(plan) == [
        (2, NEW), (3, CHANGE), (5, REPEAT), (6, PROBLEM), (7, PROBLEM), (8, PROBLEM), (9, PROBLEM), (10, NEW)
    ]  # fmt: skip
    assert plan.ignored == ("Shoe size",)
    assert plan.rows[1].sentence == "Lea → Léa"
    with association.installer() as installer:
        before = one(installer, "SELECT count(*) FROM members")
        assert store.write(apply_members, plan).value == 2
        assert one(installer, "SELECT count(*) FROM members") == before + 2
        assert one(installer, "SELECT first_name FROM members WHERE email = 'lea@example.org'") == "Léa"
        assert one(installer, "SELECT first_name || npn FROM members WHERE email = 'zoe@example.org'") == "Zoé123"
    again = store.read(plan_members, sheet)
    assert again.count(NEW, CHANGE) == 0
    assert verdicts(again)[:2] == [(2, SAME), (3, SAME)]
    assert store.write(apply_members, plan).value == 0, "confirmed twice is written once"
    for wrong in (b"", b"Name,Course\nLea,Health\n", b"\x00\x01\x02\x03"):
        with pytest.raises(Invalid):
            store.read(plan_members, parse_sheet(wrong))


def test_twenty_thousand_lines(association: Association, tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    with Workbook(str(tmp_path / "all.xlsx")) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["Email", "First name", "Last name", "NPN"])
        for at in range(20_000):
            page.write_row(at + 1, 0, [f"m{at % 19_990}@example.org", "Ann", f"Number {at}", at])
    store = ada(association)
    plan = store.read(plan_members, read_sheet(tmp_path / "all.xlsx"))
    assert (plan.count(NEW), plan.count(REPEAT)) == (19_990, 10)
    assert store.write(apply_members, plan).value == 19_990
    with association.installer() as installer:
        installer.execute("ANALYZE members")  # as autovacuum does elsewhere
    lines = ["Email,Cohort", *(f"m{at}@example.org,Spring" for at in range(20_000))]
    enrolling = store.read(plan_enrollments, parse_sheet("\n".join(lines).encode()), association["course"])
    assert (enrolling.count(NEW), enrolling.count(PROBLEM)) == (19_990, 10)
    assert store.write(apply_enrollments, enrolling).value == 19_990
    with association.installer() as installer:
        assert (
            one(installer, "SELECT count(*) FROM enrollments WHERE cohort_name = 'Spring' AND enrollment_source = 'bulk_import'") == 19_990
        )


def test_each_line_of_enrolments_is_judged_by_the_rules_of_its_course(association: Association) -> None:
    store = ada(association)
    with association.installer() as installer:
        installer.execute("UPDATE courses SET max_enrollments = 1 WHERE id = %s", (association["paid"],))
        installer.execute("DELETE FROM enrollments WHERE course_id = %s", (association["paid"],))
        installer.execute("UPDATE enrollments SET status = 'dropped' WHERE id = %s", (association["finn_enrollment"],))
        installer.execute("UPDATE members SET status = 'suspended' WHERE id = %s", (association["proctor"],))
    lines = (
        "E-mail,Course,Cohort\nlea@example.org,health,\nlea@example.org,Health Insurance,Autumn\nlea@example.org,health,Autumn\n"
        "secret-finn@example.org,health,\nlea@example.org,Leading,\nsecret-ada@example.org,Leading,\nlea@example.org,SECRET-draft,\n"
        "lea@example.org,Nothing,\nnobody@example.org,health,\nsecret-pia@example.org,health,\n"
    )
    plan = store.read(plan_enrollments, parse_sheet(lines.encode()))
    assert [row.verdict for row in plan.rows] == [SAME, NEW, REPEAT, CHANGE, NEW, PROBLEM, PROBLEM, PROBLEM, PROBLEM, PROBLEM]
    assert [row.sentence for row in plan.rows][5:7] == ["The course is full.", "This course is not published."]
    assert store.write(apply_enrollments, plan).value == 3
    with association.installer() as installer:
        cohorts = "SELECT array_agg(cohort_name ORDER BY cohort_name) FROM enrollments WHERE member_id = %s AND course_id = %s"
        assert one(installer, cohorts, association["lea"], association["course"]) == ["Autumn", None], "a member in two cohorts"
    with pytest.raises(Invalid, match="no column for the course"):
        store.read(plan_enrollments, parse_sheet(b"E-mail\nlea@example.org\n"))


def test_the_earlier_store_comes_with_a_report_of_every_entry(association: Association, tmp_path: Path) -> None:
    courses = [
        {"id": "c1", "title": "Ethics", "category": "Compliance", "credits": 3},
        {"id": "c2", "title": "Yoga", "category": "Wellness", "ceCredits": "many"},
        {"id": "c1", "title": "Ethics again"},
        {"id": "c3"},
    ]
    enrollments = [
        {"courseId": "c1", "memberEmail": "LEA@example.org", "status": "completed", "progress": 100},
        {"courseId": "c9", "memberEmail": "lea@example.org"},
        {"courseId": "c1", "member": {"email": "ghost@example.org"}},
    ]
    file = tmp_path / "store.json"
    file.write_text(json.dumps({"ams-courses": json.dumps(courses), "ams-enrollments": enrollments, "theme": "dark"}))
    store = ada(association)
    plan = store.read(plan_store, read_store(file))
    assert [row.verdict for row in plan.rows] == [NEW, NEW, REPEAT, PROBLEM, PROBLEM, PROBLEM, PROBLEM]
    assert "“wellness” is not known" in plan.rows[1].sentence
    assert store.write(apply_store, plan).value == 2
    with association.installer() as installer:
        course: UUID = one(installer, "SELECT id FROM courses WHERE slug = 'earlier-c1' AND status = 'draft' AND ce_credits = 3")
        installer.execute("UPDATE courses SET status = 'published' WHERE id = %s", (course,))
        again = store.read(plan_store, read_store(file))
        assert [row.verdict for row in again.rows] == [SAME, SAME, REPEAT, PROBLEM, NEW, PROBLEM, PROBLEM]
        assert "is not believed" in again.rows[4].sentence
        assert store.write(apply_store, again).value == 1
        assert one(installer, "SELECT progress_percentage FROM enrollments WHERE course_id = %s", course) == 0
    for wrong in ("[]", "{}", "{", '{"ams-courses": 3}'):
        file.write_text(wrong)
        with pytest.raises(Invalid):
            read_store(file)
