"""What the functions of the main job allow, compute and refuse (docs/design.md, "Functions of the main job")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from desktop.members.scram import verifier
from tests.support.association import Association, one, scorm_record


@pytest.fixture
def lea(association: Association) -> Iterator[psycopg.Connection[Any]]:
    with association.sign_in("lea") as connection:
        yield connection


@pytest.fixture
def admin(association: Association) -> Iterator[psycopg.Connection[Any]]:
    with association.sign_in("admin") as connection:
        yield connection


def refused(connection: psycopg.Connection[Any], hint: str, statement: str, *parameters: Any) -> None:
    """``statement`` fails with our own error whose stable code is ``hint``."""
    with pytest.raises(psycopg.Error) as error:
        connection.execute(statement, parameters)
    assert error.value.diag.message_hint == hint, error.value


def row(connection: psycopg.Connection[Any], statement: str, *parameters: Any) -> tuple[Any, ...]:
    """The one row that ``statement`` answers."""
    found_row = connection.execute(statement, parameters or None).fetchone()
    assert found_row is not None
    return found_row


def progress(association: Association, enrollment: str, lesson: str) -> tuple[Any, ...]:
    with association.installer() as installer:
        row = installer.execute(
            "SELECT status, scorm_score, scorm_completion_status, time_spent_seconds FROM lesson_progress"
            " WHERE enrollment_id = %s AND lesson_id = %s",
            (association[enrollment], association[lesson]),
        ).fetchone()
    assert row is not None
    return row


# Identity and logins


def test_each_person_is_who_they_logged_in_as(association: Association) -> None:
    for name, roles in {
        "lea": ["learner"],
        "teacher": ["learner", "instructor"],
        "proctor": ["learner", "proctor"],
        "admin": ["learner", "administrator"],
    }.items():
        with association.sign_in(name) as connection:
            assert connection.execute("SELECT lms.current_member_id(), lms.my_roles()").fetchone() == (association[name], roles)


def test_a_login_that_is_no_member_is_nobody(association: Association) -> None:
    with association.sign_in("a_stranger") as stranger:
        assert stranger.execute("SELECT lms.current_member_id(), lms.my_roles()").fetchone() == (None, [])


def test_claims_count_on_the_connection_of_the_service_that_checks_them(association: Association) -> None:
    with association.sign_in("anon") as web:
        web.execute("SELECT set_config('request.jwt.claims', %s, false)", (json.dumps({"sub": str(association["lea"])}),))
        assert one(web, "SELECT lms.current_member_id()") == association["lea"]


def test_groups_follow_roles_in_a_session_that_is_open(association: Association, lea: psycopg.Connection[Any]) -> None:
    groups = (
        "SELECT array_agg(g ORDER BY g) FROM unnest(ARRAY['lms_member', 'lms_staff', 'lms_administrator']) AS g"
        " WHERE pg_has_role(g, 'MEMBER')"
    )
    with association.sign_in("admin") as admin:
        assert one(lea, groups) == ["lms_member"]
        admin.execute("SELECT lms.grant_role(%s, 'instructor')", (association["lea"],))
        assert one(lea, groups) == ["lms_member", "lms_staff"]
        admin.execute("SELECT lms.grant_role(%s, 'administrator')", (association["lea"],))
        assert one(lea, groups) == ["lms_administrator", "lms_member", "lms_staff"]
        admin.execute("SELECT lms.revoke_role(%s, 'administrator'), lms.revoke_role(%s, 'instructor')", (association["lea"],) * 2)
        assert one(lea, groups) == ["lms_member"]


def test_a_role_that_is_rolled_back_leaves_no_group(association: Association, admin: psycopg.Connection[Any]) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("SELECT lms.grant_role(%s, 'administrator')", (association["lea"],))
    with association.sign_in("lea") as lea:
        assert one(lea, "SELECT pg_has_role('lms_staff', 'MEMBER')") is False


def test_a_password_is_set_by_its_verifier(association: Association, admin: psycopg.Connection[Any]) -> None:
    admin.execute("SELECT lms.set_verifier(%s, %s)", (association["lea"], verifier("naïve café")))
    assert one(admin, "SELECT count(*) FROM audit_logs WHERE action = 'login.set_verifier' AND row_id = %s", association["lea"]) == 1
    login = association.people["lea"].login
    with psycopg.connect(association.database.address.with_(user=login, password="naïve café").conninfo()) as connection:
        assert one(connection, "SELECT lms.current_member_id()") == association["lea"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(association.conninfo("lea"))


def test_disabling_a_login_ends_its_sessions(
    association: Association, admin: psycopg.Connection[Any], lea: psycopg.Connection[Any]
) -> None:
    admin.execute("SELECT lms.disable_login(%s)", (association["lea"],))
    with pytest.raises(psycopg.OperationalError):
        lea.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="not permitted"):
        psycopg.connect(association.conninfo("lea"))
    admin.execute("SELECT lms.enable_login(%s)", (association["lea"],))
    with association.sign_in("lea") as again:
        assert one(again, "SELECT lms.current_member_id()") == association["lea"]


def test_a_session_that_outlives_its_login_has_no_rights(association: Association, lea: psycopg.Connection[Any]) -> None:
    """One that connected between the check and the commit, say."""
    with association.installer() as installer:
        installer.execute("UPDATE lms.member_logins SET disabled_at = now() WHERE member_id = %s", (association["lea"],))
    assert one(lea, "SELECT lms.current_member_id()") is None
    assert one(lea, "SELECT count(*) FROM enrollments") == 0


def test_a_member_has_one_login(association: Association, admin: psycopg.Connection[Any]) -> None:
    refused(admin, "login-exists", "SELECT lms.create_login(%s, %s)", association["lea"], verifier("x"))


def test_administrators_cannot_lock_themselves_out(association: Association, admin: psycopg.Connection[Any]) -> None:
    refused(admin, "own-login", "SELECT lms.disable_login(%s)", association["admin"])
    refused(admin, "own-role", "SELECT lms.revoke_role(%s, 'administrator')", association["admin"])


# Enrolment


def test_enrolling_in_a_free_course(association: Association) -> None:
    with association.sign_in("proctor") as connection:
        enrollment = one(connection, "SELECT lms.enroll(%s)", association["course"])
        assert connection.execute("SELECT id, status, total_lessons FROM enrollments").fetchall() == [(enrollment, "enrolled", 5)]
        refused(connection, "already-enrolled", "SELECT lms.enroll(%s)", association["course"])


def test_a_paid_course_opens_once_the_payment_is_confirmed(association: Association, admin: psycopg.Connection[Any]) -> None:
    with association.sign_in("paula") as paula:
        assert paula.execute("SELECT status, amount_paid FROM enrollments").fetchone() == ("suspended", 0)
        assert paula.execute("SELECT status, amount FROM transactions").fetchone() == ("pending", 199)
        refused(paula, "enrollment-closed", "SELECT lms.open_lesson(%s, %s)", association["paula_enrollment"], association["text"])
        admin.execute("SELECT lms.confirm_payment(%s)", (association["paula_enrollment"],))
        assert paula.execute("SELECT status, amount_paid FROM enrollments").fetchone() == ("enrolled", 199)
        refused(admin, "no-pending-payment", "SELECT lms.confirm_payment(%s)", association["paula_enrollment"])


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("status = 'draft'", "no-such-course"),
        ("allow_enrollment = false", "enrollment-closed"),
        ("enrollment_start_date = now() + interval '1 day'", "enrollment-not-open"),
        ("enrollment_end_date = now() - interval '1 day'", "enrollment-over"),
        ("course_end_date = now() - interval '1 day'", "enrollment-over"),
        ("max_enrollments = 3", "course-full"),
        ("prerequisites = jsonb_build_array((SELECT p.id FROM courses AS p WHERE p.slug = 'leading'))", "prerequisites"),
    ],
)
def test_a_course_admits_by_its_rules(association: Association, change: str, hint: str) -> None:
    with association.installer() as installer:
        installer.execute(f"UPDATE courses SET {change} WHERE id = %s", (association["course"],))
    with association.sign_in("proctor") as connection:
        refused(connection, hint, "SELECT lms.enroll(%s)", association["course"])


def test_members_only(association: Association) -> None:
    with association.installer() as installer:
        installer.execute("UPDATE courses SET pricing_type = 'member_only' WHERE id = %s", (association["course"],))
        installer.execute("UPDATE members SET status = 'lapsed' WHERE id = %s", (association["paula"],))
    with association.sign_in("paula") as paula:
        refused(paula, "members-in-good-standing", "SELECT lms.enroll(%s)", association["course"])


def test_a_suspended_member_enrols_in_nothing(association: Association, admin: psycopg.Connection[Any]) -> None:
    admin.execute("UPDATE members SET status = 'suspended' WHERE id = %s", (association["proctor"],))
    with association.sign_in("proctor") as connection:
        refused(connection, "membership-suspended", "SELECT lms.enroll(%s)", association["course"])


def test_who_dropped_out_comes_back_to_the_same_enrolment(association: Association, lea: psycopg.Connection[Any]) -> None:
    lea.execute("SELECT lms.set_enrollment_status(%s, 'dropped')", (association["lea_enrollment"],))
    refused(lea, "enrollment-closed", "SELECT lms.open_lesson(%s, %s)", association["lea_enrollment"], association["text"])
    assert one(lea, "SELECT lms.enroll(%s)", association["course"]) == association["lea_enrollment"]
    assert one(lea, "SELECT status FROM enrollments") == "in_progress"


def test_two_who_want_the_last_seat(association: Association) -> None:
    with association.installer() as installer:
        installer.execute("UPDATE courses SET max_enrollments = 4 WHERE id = %s", (association["course"],))
    with association.sign_in("proctor") as first, association.sign_in("cora") as second:
        first.execute("BEGIN")
        first.execute("SELECT lms.enroll(%s)", (association["course"],))
        second.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            second.execute("SELECT lms.enroll(%s)", (association["course"],))
        first.execute("COMMIT")
        refused(second, "course-full", "SELECT lms.enroll(%s)", association["course"])


def test_staff_enrol_many_at_once(association: Association) -> None:
    everybody = [person.member_id for person in association.people.values()]
    with association.sign_in("cora") as cora:
        assert one(cora, "SELECT lms.enroll_members(%s, %s, 'bulk_import')", association["course"], [*everybody, uuid4()]) == 5
        assert one(cora, "SELECT count(*) FROM enrollments WHERE course_id = %s", association["course"]) == 8
        refused(cora, "already-enrolled", "SELECT lms.enroll_member(%s, %s, 'bulk_import')", association["course"], association["lea"])
        one(cora, "SELECT lms.enroll_member(%s, %s, 'bulk_import', 'Spring')", association["course"], association["lea"])


def test_a_completed_enrolment_stays_completed(association: Association, admin: psycopg.Connection[Any]) -> None:
    refused(admin, "enrollment-completed", "SELECT lms.set_enrollment_status(%s, 'dropped')", association["otto_enrollment"])
    refused(admin, "no-such-status", "SELECT lms.set_enrollment_status(%s, 'completed')", association["lea_enrollment"])


# Lessons


def test_opening_a_lesson_starts_the_course_and_moves_the_resume_point(association: Association, lea: psycopg.Connection[Any]) -> None:
    lea.execute("SELECT lms.open_lesson(%s, %s)", (association["lea_enrollment"], association["text"]))
    lea.execute("SELECT lms.open_lesson(%s, %s)", (association["lea_enrollment"], association["text"]))
    assert lea.execute("SELECT status, current_lesson_id, started_at IS NOT NULL FROM enrollments").fetchone() == (
        "in_progress",
        association["text"],
        True,
    )
    assert one(lea, "SELECT access_count FROM lesson_progress WHERE lesson_id = %s", association["text"]) == 2


def test_a_lesson_unlocks_when_the_one_before_is_completed(association: Association, lea: psycopg.Connection[Any]) -> None:
    enrollment = association["lea_enrollment"]
    assert one(lea, "SELECT array_agg(l) FROM lms.locked_lessons(%s) AS l", enrollment) == [association["locked"]]
    refused(lea, "lesson-locked", "SELECT lms.open_lesson(%s, %s)", enrollment, association["locked"])
    lea.execute("SELECT lms.open_lesson(%s, %s)", (enrollment, association["text"]))
    lea.execute("SELECT lms.complete_lesson(%s, %s)", (enrollment, association["text"]))
    lea.execute("SELECT lms.open_lesson(%s, %s)", (enrollment, association["locked"]))


def test_modules_lock_by_date_and_by_the_module_before(association: Association, lea: psycopg.Connection[Any]) -> None:
    second, lesson = uuid4(), uuid4()
    with association.sign_in("teacher") as teacher:
        teacher.execute(
            "INSERT INTO course_modules (id, course_id, title, module_order, unlock_after_module_id) VALUES (%s, %s, 'Two', 2, %s)",
            (second, association["course"], association["module"]),
        )
        teacher.execute(
            "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order) VALUES (%s, %s, 'Later', 'text', 1)", (lesson, second)
        )
        refused(lea, "lesson-locked", "SELECT lms.open_lesson(%s, %s)", association["lea_enrollment"], lesson)
        teacher.execute(
            "UPDATE course_modules SET unlock_after_module_id = NULL, unlock_date = now() + interval '1 day' WHERE id = %s", (second,)
        )
        refused(lea, "lesson-locked", "SELECT lms.open_lesson(%s, %s)", association["lea_enrollment"], lesson)
        teacher.execute("UPDATE course_modules SET unlock_date = now() WHERE id = %s", (second,))
    lea.execute("SELECT lms.open_lesson(%s, %s)", (association["lea_enrollment"], lesson))


@pytest.mark.parametrize("criteria", ["video_watched", "quiz_passed", "scorm_completed", "time_spent"])
def test_a_lesson_is_completed_by_its_criteria_only(association: Association, lea: psycopg.Connection[Any], criteria: str) -> None:
    with association.installer() as installer:
        installer.execute(
            "UPDATE lessons SET completion_criteria = %s, min_time_seconds = 3600 WHERE id = %s", (criteria, association["text"])
        )
    enrollment = association["lea_enrollment"]
    refused(lea, "lesson-not-opened", "SELECT lms.complete_lesson(%s, %s)", enrollment, association["text"])
    lea.execute("SELECT lms.open_lesson(%s, %s)", (enrollment, association["text"]))
    refused(lea, "criteria-not-met", "SELECT lms.complete_lesson(%s, %s)", enrollment, association["text"])
    assert progress(association, "lea_enrollment", "text")[0] == "in_progress"


# SCORM


def test_saves_count_once_and_in_order(association: Association, lea: psycopg.Connection[Any]) -> None:
    session = association["lea_session"]
    save = "SELECT lms.save_scorm(%s, %s, %s, %s)"
    assert one(lea, save, session, 2, scorm_record("incomplete", 40), 0) == "saved"
    assert one(lea, save, session, 2, scorm_record("failed", 1), 0) == "stale"
    assert one(lea, save, session, 1, scorm_record("failed", 1), 0) == "stale"
    assert progress(association, "lea_enrollment", "scorm")[:3] == ("in_progress", 40, "incomplete")
    assert one(lea, save, session, 3, scorm_record("passed", 90), 0) == "saved"
    assert progress(association, "lea_enrollment", "scorm")[:3] == ("completed", 90, "passed")


def test_a_later_launch_takes_over(association: Association, lea: psycopg.Connection[Any]) -> None:
    later = uuid4()
    lea.execute("SELECT lms.begin_scorm(%s, %s, %s)", (association["lea_enrollment"], association["scorm"], later))
    lea.execute("SELECT lms.begin_scorm(%s, %s, %s)", (association["lea_enrollment"], association["scorm"], later))
    assert one(lea, "SELECT lms.save_scorm(%s, 9, %s, 0)", association["lea_session"], scorm_record("passed")) == "superseded"
    assert one(lea, "SELECT lms.save_scorm(%s, 1, %s, 0)", later, scorm_record("incomplete")) == "saved"
    begin = "SELECT lms.begin_scorm(%s, %s, %s)"
    refused(lea, "session-used", begin, association["lea_enrollment"], association["scorm"], association["lea_session"])


def test_a_session_lasts_no_longer_than_the_clock_says(association: Association, lea: psycopg.Connection[Any]) -> None:
    session = association["lea_session"]
    lea.execute("SELECT lms.save_scorm(%s, 1, %s, 99999)", (session, scorm_record("incomplete")))
    assert progress(association, "lea_enrollment", "scorm")[3] < 60
    with association.installer() as installer:
        installer.execute("UPDATE lms.scorm_sessions SET begun_at = begun_at - interval '1 hour' WHERE id = %s", (session,))
    lea.execute("SELECT lms.save_scorm(%s, 2, %s, 1800)", (session, scorm_record("incomplete")))
    lea.execute("SELECT lms.save_scorm(%s, 3, %s, 1800)", (session, scorm_record("incomplete")))
    assert progress(association, "lea_enrollment", "scorm")[3] == 1800


def test_what_was_completed_stays_completed_and_the_best_score_counts(association: Association) -> None:
    with association.sign_in("otto") as otto:
        otto.execute("SELECT lms.save_scorm(%s, 5, %s, 6)", (association["otto_session"], scorm_record("incomplete", 10)))
    assert progress(association, "otto_enrollment", "scorm")[:3] == ("completed", 88, "passed")


# Completion and certificates


def test_a_course_is_completed_with_its_last_required_lesson(association: Association) -> None:
    with association.sign_in("otto") as otto:
        assert otto.execute("SELECT status, final_grade, completed_at IS NOT NULL, progress_percentage FROM enrollments").fetchone() == (
            "completed",
            82.5,  # the mean of 88 for the package and 77 for the quiz
            True,
            80,
        )
        assert otto.execute("SELECT ce_credits, final_grade FROM course_completions").fetchone() == (3, 82.5)


def test_a_certificate_is_a_snapshot(association: Association, admin: psycopg.Connection[Any]) -> None:
    admin.execute("UPDATE members SET last_name = 'Married' WHERE id = %s", (association["otto"],))
    with association.sign_in("anon") as anybody:
        answer = one(anybody, "SELECT public.verify_certificate(%s)", association["certificate_number"].lower())
    assert (answer["valid"], answer["status"], answer["member_name"], answer["course_title"], answer["ce_credits"]) == (
        True,
        "valid",
        "Otto Other",
        "Health Insurance",
        3,
    )


def test_issuing_again_gives_the_same_certificate(association: Association, admin: psycopg.Connection[Any]) -> None:
    assert one(admin, "SELECT lms.issue_certificate(%s)", association["otto_enrollment"]) == association["certificate"]


def test_a_reissue_supersedes(association: Association, admin: psycopg.Connection[Any]) -> None:
    admin.execute("UPDATE members SET last_name = 'Married' WHERE id = %s", (association["otto"],))
    new = one(admin, "SELECT lms.reissue_certificate(%s)", association["certificate"])
    number = one(admin, "SELECT certificate_number FROM lms.certificates WHERE id = %s", new)
    assert one(admin, "SELECT public.verify_certificate(%s) ->> 'status'", association["certificate_number"]) == "superseded"
    assert one(admin, "SELECT public.verify_certificate(%s) ->> 'member_name'", number) == "Otto Married"
    assert one(admin, "SELECT certificate_number FROM enrollments WHERE id = %s", association["otto_enrollment"]) == number


def test_a_revoked_certificate_says_so_and_only_an_administrator_issues_another(
    association: Association, admin: psycopg.Connection[Any]
) -> None:
    refused(admin, "reason-missing", "SELECT lms.revoke_certificate(%s, ' ')", association["certificate"])
    admin.execute("SELECT lms.revoke_certificate(%s, 'Plagiarism')", (association["certificate"],))
    answer = one(admin, "SELECT public.verify_certificate(%s)", association["certificate_number"])
    assert (answer["valid"], answer["status"]) == (False, "revoked")
    with association.sign_in("otto") as otto:
        refused(otto, "certificate-revoked", "SELECT lms.issue_certificate(%s)", association["otto_enrollment"])
    assert one(admin, "SELECT lms.issue_certificate(%s)", association["otto_enrollment"]) != association["certificate"]


def test_an_expired_certificate_says_so(association: Association, admin: psycopg.Connection[Any]) -> None:
    with association.installer() as installer:
        soon = "UPDATE enrollments SET expires_at = now() + interval '1 second' WHERE id = %s"
        installer.execute(soon, (association["otto_enrollment"],))
        new = one(installer, "SELECT lms.reissue_certificate(%s)", association["certificate"])
        number = one(installer, "SELECT certificate_number FROM lms.certificates WHERE id = %s", new)
        installer.execute("SELECT pg_sleep(1.1)")
    assert one(admin, "SELECT public.verify_certificate(%s) ->> 'status'", number) == "expired"


def test_only_those_who_agreed_are_listed(association: Association) -> None:
    listed = "SELECT array_agg(certificate_number) FROM public.public_certificate_verification"
    with association.sign_in("anon") as anybody, association.sign_in("otto") as otto:
        assert one(anybody, listed) is None
        otto.execute("SELECT lms.update_my_profile('1', 'UTC', true)")
        assert one(anybody, listed) == [association["certificate_number"]]


def test_numbers_that_nobody_has_are_counted_through_a_rollback(association: Association) -> None:
    with association.sign_in("anon") as anybody, association.installer() as installer:
        anybody.execute("BEGIN")
        assert one(anybody, "SELECT public.verify_certificate('CERT-2026-00000000') ->> 'status'") == "not_found"
        anybody.execute("ROLLBACK")
        assert one(installer, "SELECT last_value FROM lms.certificate_guesses WHERE is_called") == 1


def test_a_number_can_be_verified_in_a_read_only_transaction(association: Association) -> None:
    with association.sign_in("anon") as anybody:
        anybody.execute("SET default_transaction_read_only = on")
        assert one(anybody, "SELECT public.verify_certificate('CERT-2026-00000000') ->> 'status'") == "not_found"
        assert one(anybody, "SELECT public.verify_certificate(%s) ->> 'status'", association["certificate_number"]) == "valid"


# Publishing


def test_a_course_is_published_once_nothing_stands_in_the_way(association: Association) -> None:
    with association.sign_in("finn") as finn:
        finn.execute("UPDATE lessons SET content_url = NULL WHERE id = %s", (association["draft_lesson"],))
        assert finn.execute("SELECT code, lesson_id FROM lms.publish_problems(%s)", (association["draft"],)).fetchall() == [
            ("no-content", association["draft_lesson"])
        ]
        refused(finn, "not-ready-to-publish", "SELECT lms.publish_course(%s)", association["draft"])
        finn.execute("UPDATE lessons SET content_url = 'https://example.org/a.pdf' WHERE id = %s", (association["draft_lesson"],))
        finn.execute("SELECT lms.publish_course(%s)", (association["draft"],))
    with association.sign_in("anon") as anybody:
        assert one(anybody, "SELECT count(*) FROM courses WHERE id = %s", association["draft"]) == 1


def test_an_unpublished_course_is_closed_and_an_archived_one_stays_open_to_its_learners(
    association: Association, lea: psycopg.Connection[Any]
) -> None:
    content = "SELECT count(*) FROM lessons WHERE id = %s"
    with association.sign_in("cora") as cora:
        cora.execute("SELECT lms.unpublish_course(%s)", (association["course"],))
        assert one(lea, content, association["text"]) == 0
        cora.execute("SELECT lms.archive_course(%s)", (association["course"],))
        assert one(lea, content, association["text"]) == 1
    with association.sign_in("proctor") as other:
        assert one(other, "SELECT count(*) FROM courses WHERE id = %s", association["course"]) == 0


def test_an_instructor_begins_a_course_of_their_own(association: Association) -> None:
    with association.sign_in("cora") as cora:
        course = one(
            cora,
            "INSERT INTO courses (title, slug, description, category, instructor_id)"
            " VALUES ('New', 'new', 'x', 'technology', %s) RETURNING id",
            association["cora"],
        )
        module = one(cora, "INSERT INTO course_modules (course_id, title, module_order) VALUES (%s, 'One', 1) RETURNING id", course)
        lesson = one(
            cora,
            "INSERT INTO lessons (module_id, title, lesson_type, lesson_order, content_html) VALUES (%s, 'L', 'text', 1, 'x') RETURNING id",
            module,
        )
        quiz = one(cora, "INSERT INTO quizzes (course_id, lesson_id, title) VALUES (%s, %s, 'Q') RETURNING id", course, lesson)
        one(
            cora,
            "INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order) VALUES (%s, '?', 'essay', 1) RETURNING id",
            quiz,
        )
        cora.execute("SELECT lms.set_instructors(%s, %s, ARRAY[%s])", (course, association["cora"], association["finn"]))
        cora.execute("SELECT lms.publish_course(%s)", (course,))
    with association.sign_in("finn") as finn:
        assert one(finn, "SELECT count(*) FROM quiz_questions WHERE quiz_id = %s", quiz) == 1
    with association.sign_in("lea") as lea:
        assert lea.execute("SELECT module_title, lesson_title FROM lms.course_outline(%s)", (course,)).fetchall() == [("One", "L")]


def test_an_instructor_edits_what_they_teach_and_the_server_counts(association: Association) -> None:
    """Each statement fires definer triggers, which must work with an instructor's rights as with the owner's."""
    with association.sign_in("cora") as cora:
        before = row(cora, "SELECT total_lessons, progress_percentage FROM enrollments WHERE id = %s", association["otto_enrollment"])
        cora.execute("UPDATE courses SET title = 'Healthier' WHERE id = %s", (association["course"],))
        cora.execute("DELETE FROM lessons WHERE id = %s", (association["preview"],))
        cora.execute("UPDATE quiz_questions SET points = 5 WHERE id = %s", (association["question"],))
        cora.execute("DELETE FROM lesson_attachments WHERE id = %s", (association["attachment"],))
        cora.execute("UPDATE live_sessions SET title = 'Meet again' WHERE id = %s", (association["session"],))
        cora.execute("UPDATE assignments SET title = 'Write more' WHERE id = %s", (association["assignment"],))
        after = row(cora, "SELECT total_lessons, progress_percentage FROM enrollments WHERE id = %s", association["otto_enrollment"])
        assert (before, after) == ((5, 80), (4, 100))
        assert one(cora, "SELECT total_points FROM quizzes WHERE id = %s", association["quiz"]) == 5
    with association.installer() as installer:
        assert one(installer, "SELECT count(*) FROM lms.tombstones") == 2
        assert one(installer, "SELECT count(*) FROM audit_logs WHERE member_id = %s AND table_name = 'courses'", association["cora"]) == 1


def test_an_administrator_keeps_what_all_share(association: Association, admin: psycopg.Connection[Any]) -> None:
    one(admin, "INSERT INTO member_designations (code, name) VALUES ('REBC', 'Benefits Consultant') RETURNING id")
    one(admin, "INSERT INTO lms.certificate_templates (name, definition) VALUES ('Plain', '{}') RETURNING id")
    one(admin, "INSERT INTO quizzes (title) VALUES ('A question bank') RETURNING id")
    one(admin, "UPDATE lms.workspace SET name = 'NABIP' RETURNING name")
    moderate = "UPDATE course_reviews SET is_approved = true, moderated_by = %s, moderated_at = now() WHERE id = %s"
    admin.execute(moderate, (association["admin"], association["review"]))
    with association.sign_in("lea") as lea:
        assert one(lea, "SELECT avg_rating FROM courses WHERE id = %s", association["course"]) == 1
        assert one(lea, "SELECT count(*) FROM course_reviews") == 1


# Assets


def test_who_may_read_the_row_may_read_the_file(association: Association, lea: psycopg.Connection[Any]) -> None:
    data = b"a handout"
    with association.sign_in("teacher") as teacher:
        chunk = one(teacher, "SELECT lms.put_chunk(%s)", data)
        asset = one(teacher, "SELECT lms.put_asset('a.txt', 'text/plain', ARRAY[%s::bytea], 9)", chunk)
        refused(lea, "no-such-asset", "SELECT * FROM lms.describe_asset(%s)", asset)
        teacher.execute("UPDATE lessons SET content_url = %s WHERE id = %s", (f"asset:{asset}/index.html", association["text"]))
        assert one(lea, "SELECT data FROM lms.get_chunks(%s, 0, 1)", asset) == data
        assert lea.execute("SELECT name, size, chunks FROM lms.describe_asset(%s)", (asset,)).fetchone() == ("a.txt", 9, [chunk])
    with association.sign_in("proctor") as other:
        refused(other, "no-such-asset", "SELECT * FROM lms.get_chunks(%s, 0, 1)", asset)


def test_bytes_are_skipped_only_where_one_may_read_them(association: Association) -> None:
    with association.sign_in("teacher") as teacher:
        chunk = association["finn_chunk"]
        assert one(teacher, "SELECT lms.missing_chunks(ARRAY[%s::bytea])", chunk) == [chunk]
        refused(teacher, "chunks-missing", "SELECT lms.put_asset('x', 'y/z', ARRAY[%s::bytea], 19)", chunk)
        assert one(teacher, "SELECT lms.put_chunk(%s)", b"SECRET-FILE of Finn") == chunk
        assert one(teacher, "SELECT lms.missing_chunks(ARRAY[%s::bytea])", chunk) == []


def test_chunks_must_add_up(association: Association) -> None:
    with association.sign_in("teacher") as teacher:
        short = one(teacher, "SELECT lms.put_chunk('abc')")
        refused(teacher, "wrong-size", "SELECT lms.put_asset('x', 'y/z', ARRAY[%s::bytea], 4)", short)
        refused(teacher, "wrong-size", "SELECT lms.put_asset('x', 'y/z', ARRAY[%s::bytea, %s::bytea], 6)", short, short)
        empty = one(teacher, "SELECT lms.put_asset('x', 'y/z', '{}'::bytea[], 0)")
        assert empty == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
