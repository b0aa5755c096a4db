"""Members as records: duplicates become one with everything they have, inspection, erasure that keeps what the law has us keep."""

from __future__ import annotations

import json

import pytest

from desktop.errors import Conflict, Invalid, NotAllowed
from desktop.members.commands import disable_login
from desktop.members.queries import MemberFilter, count_members
from desktop.members.records import (
    answer_privacy_request,
    count_rows,
    erase_member,
    expire_enrollments,
    export_record,
    merge_members,
    record_privacy_request,
    transfer_enrollment,
)
from tests.support.association import Association, one

UNTIED = {
    "audit_logs.member_id": "the log outlives its members and is never rewritten",
}
"""Columns that may hold a member's id without referring to one, and why a merge leaves them alone."""


def test_everything_a_duplicate_has_becomes_the_others(association: Association) -> None:
    store = association.database.store
    ada, kept, duplicate = store(association.people["admin"]), association["lea"], association["otto"]
    counted = {(row.source, row.column): row.amount for row in ada.read(count_rows, duplicate)}
    assert counted[("public.enrollments", "member_id")] == counted[("lms.certificates", "member_id")] == 1
    with pytest.raises(Invalid, match="Both can sign in"):
        ada.write(merge_members, kept, duplicate)
    ada.write(disable_login, duplicate)
    with association.installer() as installer:
        installer.execute(
            "UPDATE courses SET co_instructors = co_instructors || %s::uuid WHERE id = %s", (duplicate, association["course"])
        )
        installer.execute("INSERT INTO lms.member_roles (member_id, role) VALUES (%s, 'proctor')", (duplicate,))
        before = {
            name: one(installer, f"SELECT count(*) FROM {name}") for name in ("enrollments", "lms.certificates", "session_attendance")
        }
        moved = ada.write(merge_members, kept, duplicate).value
        assert moved > 8
        left = installer.execute("SELECT r.source::text, r.column_name FROM lms.member_references() AS r").fetchall()
        still = {
            f"{source}.{column}"
            for source, column in left
            if one(installer, f"SELECT count(*) FROM {source} WHERE {column} = %s", duplicate)
        }
        assert still == {"lms.member_logins.member_id", "lms.watching_clocks.member_id"}, (
            "a member has one login (disabled here) and one clock"
        )
        assert {name: one(installer, f"SELECT count(*) FROM {name}") for name in before} == before, "nothing is lost"
        assert one(installer, "SELECT member_id FROM lms.certificates WHERE id = %s", association["certificate"]) == kept
        assert one(installer, "SELECT member_name FROM lms.certificates WHERE id = %s", association["certificate"]) == "Otto Other"
        assert one(installer, "SELECT co_instructors @> ARRAY[%s::uuid] FROM courses WHERE id = %s", kept, association["course"])
        cohorts = (
            "SELECT array_agg(cohort_name IS NULL ORDER BY cohort_name IS NULL) FROM enrollments WHERE member_id = %s AND course_id = %s"
        )
        assert one(installer, cohorts, kept, association["course"]) == [False, True], "two enrolments in one course stay two"
        assert one(installer, "SELECT status || merged_into::text FROM members WHERE id = %s", duplicate) == f"inactive{kept}"
    with association.sign_in("lea") as lea:
        assert one(lea, "SELECT array_agg(role ORDER BY role) FROM lms.member_roles") == ["learner", "proctor"]
        assert one(lea, "SELECT count(*) FROM lms.certificates") == 1
    for again in ((kept, duplicate), (kept, kept), (duplicate, kept)):
        with pytest.raises(Invalid, match="not two members"):
            ada.write(merge_members, *again)
    assert ada.read(count_members, MemberFilter(text="Otto")) == 0, "a duplicate is no member of the list any more"
    with association.installer() as installer:
        installer.execute("SET ROLE lms_owner")
        with pytest.raises(Exception, match="never changed"):
            installer.execute("UPDATE lms.certificates SET member_id = %s WHERE id = %s", (association["cora"], association["certificate"]))


def test_no_column_with_members_is_forgotten(shared_association: Association) -> None:
    with shared_association.installer() as installer:
        loose = installer.execute(
            """
            SELECT replace(c.relname || '.' || a.attname, 'public.', '')
            FROM pg_attribute AS a
            JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'lms'::regnamespace)
            WHERE a.atttypid = 'uuid'::regtype AND a.attnum > 0 AND a.attname ~ '(member|_by$|actor|author|grader|reviewer|instructor)'
              AND NOT EXISTS (SELECT FROM lms.member_references() AS r WHERE r.source = c.oid AND r.column_name = a.attname)
            """
        ).fetchall()
    assert {name for (name,) in loose} == set(UNTIED)


def test_a_record_is_given_out_whole_and_without_what_is_not_theirs(association: Association) -> None:
    ada = association.database.store(association.people["admin"])
    request = ada.write(record_privacy_request, association["otto"], "inspection", "By letter").value
    record = json.loads(ada.read(export_record, association["otto"]))
    assert {"public.members", "public.lesson_progress", "public.quiz_answers", "public.assignment_submissions", "lms.certificates"} <= set(
        record
    )
    text = json.dumps(record)
    assert [word for word in ("SECRET-WORK", "SECRET-ANSWER", "SECRET-FEEDBACK") if word not in text] == []
    assert [word for word in ("SECRET-NOTE", "SECRET-KEY", "Lea") if word in text] == []
    ada.write(answer_privacy_request, request, "Sent as a file")
    with pytest.raises(Exception, match="no such open request"):
        ada.write(answer_privacy_request, request, "Again")
    for name in ("lea", "teacher"):
        with pytest.raises(NotAllowed):
            association.database.store(association.people[name]).read(export_record, association["otto"])


def test_erasure_takes_the_person_away_and_keeps_the_record(association: Association) -> None:
    ada, otto = association.database.store(association.people["admin"]), association["otto"]
    request = ada.write(record_privacy_request, otto, "inspection", None).value
    with pytest.raises(Invalid, match=r"34 CFR 99\.10"):
        ada.write(erase_member, otto)
    ada.write(answer_privacy_request, request, None)
    with pytest.raises(Invalid, match="payment is pending"):
        ada.write(erase_member, otto)
    with association.installer() as installer:
        installer.execute("UPDATE transactions SET status = 'completed'")
    with pytest.raises(Invalid, match="login"):
        ada.write(erase_member, otto)
    ada.write(disable_login, otto)
    ada.write(erase_member, otto)
    with association.installer() as installer:
        row = installer.execute("SELECT first_name, email, phone FROM members WHERE id = %s", (otto,)).fetchone()
        assert row == ("Erased", f"{otto}@erased.invalid", None)
        logged = one(installer, "SELECT string_agg(concat(old_values, new_values), '') FROM audit_logs WHERE row_id = %s", otto)
        assert [word for word in ("SECRET-otto", "Otto") if word in logged] == []
        assert one(installer, "SELECT member_name FROM lms.certificates WHERE member_id = %s", otto) == "Otto Other", "as it was issued"
        assert one(installer, "SELECT final_grade IS NOT NULL AND status = 'completed' FROM enrollments WHERE member_id = %s", otto)
        verified = one(installer, "SELECT verify_certificate(%s)", association["certificate_number"])
        assert verified["status"] == "valid"
    with pytest.raises(Invalid, match="no such member"):
        ada.write(erase_member, otto)


def test_cohorts_and_expiry(association: Association) -> None:
    tess, ada = (association.database.store(association.people[name]) for name in ("teacher", "admin"))
    mine = association["lea_enrollment"]
    tess.write(transfer_enrollment, mine, " Autumn ")
    with association.installer() as installer:
        installer.execute("INSERT INTO enrollments (course_id, member_id) VALUES (%s, %s)", (association["course"], association["lea"]))
        with pytest.raises(Conflict, match="in that cohort already"):
            tess.write(transfer_enrollment, mine, None)
        installer.execute("UPDATE enrollments SET expires_at = now() WHERE id = %s", (mine,))
        assert ada.write(expire_enrollments).value == 1
        assert one(installer, "SELECT status || cohort_name FROM enrollments WHERE id = %s", mine) == "expiredAutumn"
    with pytest.raises(NotAllowed):
        tess.write(expire_enrollments)
