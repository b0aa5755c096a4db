"""Attempts to get out, as each real role over plain SQL. One row a case; all must fail.

Whatever a case expects, nothing that it is answered (rows, errors, notices) may hold what the association marked ``SECRET``, and
afterwards every table, role, right and object must be as it was.
"""

# ruff: noqa: E501 -- one case, one line: the table is read downwards

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from desktop.members.scram import verifier
from tests.support.association import Association

REFUSED = frozenset({"42501", "LM001", "LM002"})
"""No right to it, not allowed, or not there for this caller."""
INVALID = frozenset({"LM003", "LM004"})
"""Our own rules say no."""
NOTHING: list[Any] = []
ANYTHING = "anything"

VERIFIER = verifier("x", salt=bytes(16))
"""Always the same, as it is part of the names of cases, and every worker must collect the same names."""
FORGED = {
    "plain password": "letmein",
    "md5": "md5d41d8cd98f00b204e9800998ecf8427e",
    "one iteration": verifier("x", salt=bytes(16), iterations=1),
    "trailing SQL": VERIFIER + "' SUPERUSER --",
    "no keys": "SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA==$:",
    "another line": VERIFIER + "\n",
}


@dataclass(frozen=True)
class Case:
    """``who`` runs ``sql`` (statements separated by a line of their own); the last one meets ``expected``.

    ``expected`` is a set of SQLSTATEs, the rows that are the honest answer, or ANYTHING where only secrets and changes matter.
    """

    name: str
    who: str
    sql: str
    expected: Any = REFUSED

    @property
    def id(self) -> str:
        return f"{self.who}: {self.name}".replace("\n", "; ")


def each(names: str, what: str, sql: str, expected: Any = REFUSED) -> list[Case]:
    return [Case(what, who, sql, expected) for who in names.split()]


def tables(who: str, template: str, names: str, expected: Any = REFUSED) -> list[Case]:
    return [Case(template.replace("TABLE", name), who, template.replace("TABLE", name), expected) for name in names.split()]


def quoted(text: str) -> str:
    """``text`` as an SQL literal on one line."""
    return "E'" + text.replace("'", "''").replace("\n", "\\n") + "'"


EVERY_TABLE = (
    "members member_designations transactions audit_logs courses course_modules lessons lesson_attachments enrollments lesson_progress"
    " course_completions course_reviews live_sessions session_attendance quizzes quiz_questions quiz_attempts quiz_answers assignments"
    " assignment_submissions assignment_reviews lms.member_roles lms.member_logins lms.workspace lms.applied_files lms.certificate_templates lms.certificate_template_versions"
    " lms.row_clocks lms.tombstones lms.push_outcomes lms.module_completions lms.scorm_sessions lms.chunks lms.chunk_uploads lms.assets lms.asset_chunks lms.certificates lms.signing_keys"
    " lms.scorm_objectives lms.scorm_data lms.scorm_attempts lms.scorm_interactions lms.question_versions lms.attempt_delivery lms.attempt_questions lms.regrades lms.session_waiting lms.meeting_accounts lms.privacy_requests lms.video_watching lms.watching_clocks lms.lesson_notes lms.review_votes lms.lesson_imports lms.lesson_media lms.quiz_draws"
    " lms.certificate_log lms.certificate_log_head lms.certificate_deliveries lms.ce_providers lms.ce_approvals lms.ce_filings"
    " lms.assignment_extensions lms.grades lms.grading_claims lms.grading_comments lms.regrade_requests lms.annotations lms.grading_schemes"
    " lms.stations lms.sittings lms.sitting_rooms lms.sitting_proctors lms.seats lms.start_codes lms.seat_sessions lms.heartbeats"
    " lms.seat_commands lms.late_answers lms.incidents lms.incident_heads"
)
INTERNAL_TABLES = (
    "lms.applied_files lms.row_clocks lms.tombstones lms.push_outcomes lms.module_completions lms.chunks lms.chunk_uploads"
    " lms.assets lms.asset_chunks lms.question_versions lms.attempt_delivery lms.attempt_questions"
    " lms.certificate_log_head lms.start_codes lms.seat_sessions lms.annotations lms.grading_schemes"
    " lms.video_watching lms.watching_clocks"
)
ANON_READS = ("member_designations", "courses", "course_modules", "lessons", "lesson_attachments", "lms.workspace")

OTHERS_ROWS = {
    "enrollments": "member_id = %(otto)s",
    "lesson_progress": "enrollment_id = %(otto_enrollment)s",
    "course_completions": "member_id = %(otto)s",
    "session_attendance": "member_id = %(otto)s",
    "lms.scorm_sessions": "enrollment_id = %(otto_enrollment)s",
    "lms.scorm_objectives": "member_id = %(otto)s",
    "lms.scorm_data": "member_id = %(otto)s",
    "lms.scorm_attempts": "enrollment_id = %(otto_enrollment)s",
    "lms.scorm_interactions": "enrollment_id = %(otto_enrollment)s",
    "lms.certificates": "member_id = %(otto)s",
    "transactions": "member_id = %(otto)s",
    "lms.lesson_notes": "member_id = %(otto)s",
    "assignment_submissions": "member_id = %(otto)s",
    "assignment_reviews": "submission_id = %(submission)s",
    "course_reviews": "member_id = %(otto)s",
    "lms.review_votes": "member_id <> lms.current_member_id()",
    "lms.member_roles": "member_id <> lms.current_member_id()",
    "lms.member_logins": "member_id <> lms.current_member_id()",
}

ANSWER_KEYS = [
    *each("lea anon a_stranger a_station", "read the questions", "SELECT * FROM quiz_questions"),
    *each("lea anon", "count the questions", "SELECT count(*) FROM quiz_questions"),
    *each("finn proctor", "read the key of a question", "SELECT correct_answer FROM quiz_questions WHERE id = %(question)s", NOTHING),
    Case("read one column", "lea", "SELECT correct_answer FROM quiz_questions"),
    Case("read the row as a whole", "lea", "SELECT q FROM quiz_questions AS q"),
    Case("compare the key in a WHERE", "lea", "SELECT 1 FROM quiz_questions WHERE correct_answer IS NOT NULL"),
    Case("copy the table", "lea", "COPY quiz_questions TO STDOUT"),
    Case("copy a query", "lea", "COPY (SELECT answer_options FROM quiz_questions) TO STDOUT"),
    Case("copy the table", "finn", "COPY (SELECT * FROM quiz_questions WHERE id = %(question)s) TO STDOUT", NOTHING),
    Case("explain", "lea", "EXPLAIN ANALYZE SELECT * FROM quiz_questions WHERE correct_answer::text LIKE '%%A%%'"),
    Case("explain with values", "finn", "EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM quiz_questions WHERE explanation > 'A'", ANYTHING),
    Case("let an error speak", "finn", "SELECT correct_answer::text::integer FROM quiz_questions WHERE id = %(question)s", NOTHING),
    Case("let an error in a condition speak", "finn",
         "SELECT 1 FROM quiz_questions WHERE id = %(question)s AND (correct_answer ->> 0)::integer = 1", NOTHING),
    Case("let a division speak", "finn",
         "SELECT 1 FROM quiz_questions WHERE id = %(question)s AND 1 / (length(explanation) - 10) > 5", NOTHING),
    *each("lea finn", "read the statistics", "SELECT most_common_vals, histogram_bounds FROM pg_stats WHERE tablename = 'quiz_questions'", NOTHING),
    Case("read the raw statistics", "lea", "SELECT * FROM pg_statistic"),
    Case("through XML", "lea", "SELECT query_to_xml('SELECT * FROM quiz_questions', true, true, '')"),
    Case("through the table as XML", "lea", "SELECT table_to_xml('quiz_questions', true, true, '')", REFUSED | {"0A000"}),
    Case("through a cursor", "lea", "BEGIN\nDECLARE keys CURSOR FOR SELECT * FROM quiz_questions"),
    Case("through a prepared statement", "lea", "PREPARE keys AS SELECT * FROM quiz_questions\nEXECUTE keys"),
    Case("through a subquery", "lea", "SELECT (SELECT correct_answer FROM quiz_questions LIMIT 1) FROM quizzes"),
    Case("through a join", "lea", "SELECT * FROM quizzes JOIN quiz_questions ON quiz_id = quizzes.id"),
    Case("through the rows of answers", "lea", "SELECT * FROM quiz_answers"),
    Case("answers of a course taught by others", "finn", "SELECT * FROM quiz_answers", NOTHING),
    Case("what was regraded", "lea", "SELECT * FROM lms.regrades"),
    *each("finn proctor", "what others regraded", "SELECT * FROM lms.regrades", NOTHING),
    *each("lea finn proctor", "look at what a key would change",
          """SELECT * FROM lms.preview_regrade(%(quiz)s, jsonb_build_array(jsonb_build_object('question', %(question)s::uuid)), NULL)"""),
    *each("lea finn proctor", "regrade",
          """SELECT lms.apply_regrade(%(quiz)s, jsonb_build_array(jsonb_build_object('question', %(question)s::uuid)), NULL, 'x', 0)"""),
    *each("lea finn proctor", "grade by hand", "SELECT lms.grade_by_hand(%(attempt)s, %(question)s, 1, NULL, NULL)"),
    *each("lea teacher proctor", "file a roster", "SELECT lms.file_ce_roster('WA', '{}')"),
    *each("lea teacher", "whose completion is reported", "SELECT * FROM lms.ce_roster"),
    Case("the questions' pictures without an attempt", "lea", "SELECT * FROM lms.get_chunks(%(finn_asset)s, 0, 1)"),
    *each("lea", "own score before it is released", "SELECT score FROM quiz_attempts"),
    Case("the whole attempt", "otto", "SELECT * FROM quiz_attempts"),
    Case("whether one passed", "otto", "SELECT passed FROM quiz_attempts"),
    Case("feedback", "otto", "SELECT instructor_feedback FROM quiz_attempts"),
    Case("an attempt of one's own making", "lea",
         "INSERT INTO quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number, score, passed, status)"
         " VALUES (%(quiz)s, %(lea_enrollment)s, %(lea)s, 1, 100, true, 'graded')"),
    *each("lea otto proctor", "how many have passed", "SELECT passed_count, score_sum FROM quizzes"),
    *each("lea otto proctor", "the average, as it moves", "SELECT avg_score FROM quizzes WHERE id = %(quiz)s"),
    *each("lea finn", "what the options are called", "SELECT seed FROM lms.attempt_delivery"),
    *each("lea teacher", "the versions of questions", "SELECT content FROM lms.question_versions"),
    *each("lea finn proctor anon a_station", "the versions of a question by their function", "SELECT * FROM lms.list_question_versions(%(question)s)"),
    *each("lea finn proctor anon a_station", "the marks of a quiz", "SELECT * FROM lms.get_quiz_marks(%(quiz)s)"),
    *each("lea finn", "the key by its function", "SELECT lms.shown_key('{}', gen_random_uuid())"),
    *each("lea finn", "grade without an attempt", "SELECT lms.grade_objective_answers(%(attempt)s)"),
    *each("lea finn", "the questions of an attempt, with keys", "SELECT * FROM lms.questions_of_attempt(%(attempt)s)"),
    *each("lea finn proctor anon a_station", "the questions of somebody's attempt", "SELECT * FROM lms.get_questions(%(attempt)s)"),
    *each("lea finn proctor anon a_station", "the review of somebody's attempt", "SELECT * FROM lms.get_review(%(attempt)s)"),
    *each("lea finn proctor anon a_station", "the result of somebody's attempt", "SELECT lms.get_result(%(attempt)s)"),
    *each("lea finn proctor anon a_station", "answer in somebody's attempt", "SELECT lms.save_answer(%(attempt)s, %(question)s, 9, '{}')"),
    *each("lea finn proctor anon a_station", "submit somebody's attempt", "SELECT lms.submit_attempt(%(attempt)s)"),
    *each("finn proctor anon a_station", "start for somebody else", "SELECT lms.start_attempt(%(lea_enrollment)s, %(quiz)s)"),
    *each("lea teacher", "more time", "UPDATE lms.attempt_delivery SET deadline = NULL"),
    *each("lea teacher", "end everybody's attempts", "SELECT lms.close_overdue_attempts()"),
    Case("questions of an attempt that may be rolled back", "lea",
         "BEGIN\nSELECT * FROM lms.start_attempt(%(lea_enrollment)s, %(quiz)s) AS a, LATERAL lms.get_questions(a)", REFUSED | INVALID),
    Case("move a question into one's own quiz", "finn", "UPDATE quiz_questions SET quiz_id = %(draft_quiz)s WHERE id = %(question)s"),
    Case("move one's quiz onto a foreign course", "finn", "UPDATE quizzes SET course_id = %(course)s WHERE id = %(draft_quiz)s",
         INVALID),
    Case("move one's quiz onto a foreign lesson", "finn", "UPDATE quizzes SET lesson_id = %(quiz_lesson)s WHERE id = %(draft_quiz)s",
         INVALID),
    Case("a quiz on a foreign lesson", "finn", "INSERT INTO quizzes (lesson_id, title) VALUES (%(quiz_lesson)s, 'x')"),
    Case("a quiz of nobody's", "finn", "INSERT INTO quizzes (title) VALUES ('x')"),
    Case("a question in a foreign quiz", "finn",
         "INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order) VALUES (%(quiz)s, '?', 'essay', 9)"),
    Case("change a foreign question", "finn", "UPDATE quiz_questions SET points = 9 WHERE id = %(question)s", NOTHING),
    Case("delete a foreign question", "finn", "DELETE FROM quiz_questions WHERE id = %(question)s", NOTHING),
    Case("take over a foreign question by a conflict", "finn",
         "INSERT INTO quiz_questions (id, quiz_id, question_text, question_type, question_order)"
         " VALUES (%(question)s, %(draft_quiz)s, '?', 'essay', 9) ON CONFLICT (id) DO UPDATE SET hint = 'x' RETURNING correct_answer"),
    Case("merge", "finn", "MERGE INTO quiz_questions AS q USING (SELECT %(question)s::uuid AS id) AS s ON q.id = s.id"
         " WHEN MATCHED THEN UPDATE SET hint = 'x'", NOTHING),
    Case("passing score of a foreign quiz", "finn", "UPDATE quizzes SET passing_score = 0 WHERE id = %(quiz)s", NOTHING),
    Case("total points", "teacher", "UPDATE quizzes SET total_points = 1 WHERE id = %(quiz)s"),
]  # fmt: skip

OTHER_PEOPLE = [
    *(Case(f"others' rows in {table}", who, f"SELECT * FROM {table} WHERE {where}", NOTHING)
      for table, where in OTHERS_ROWS.items() for who in ("lea", "finn", "proctor")),
    *(Case(f"read {table}", "anon", f"SELECT * FROM {table}") for table in EVERY_TABLE.split() if table not in ANON_READS),
    *(Case(f"read {table}", "a_station", f"SELECT * FROM {table}") for table in EVERY_TABLE.split() if table != "lms.workspace"),
    *(Case(f"rows in {table} for a login that is no member", "a_stranger", f"SELECT * FROM {table}", NOTHING) for table in OTHERS_ROWS),
    *(case for who in ("lea", "teacher", "admin") for case in tables(who, "SELECT * FROM TABLE", INTERNAL_TABLES)),
    *each("lea teacher proctor anon a_stranger", "everybody's record", "SELECT * FROM members"),
    *each("lea teacher proctor", "addresses", "SELECT email FROM members"),
    *each("lea teacher", "telephone numbers", "SELECT phone FROM members"),
    *each("lea teacher", "licences", "SELECT npn, license_number FROM members"),
    Case("guess an address", "lea", "SELECT id FROM members WHERE email LIKE '%%otto%%'"),
    Case("sort by address", "lea", "SELECT id FROM members ORDER BY email"),
    Case("group by address", "teacher", "SELECT count(*) FROM members GROUP BY email"),
    Case("the address by way of the row", "lea", "SELECT to_jsonb(m) FROM members AS m"),
    Case("copy the members", "teacher", "COPY members TO STDOUT"),
    Case("names of other learners", "lea", "SELECT first_name FROM members WHERE id IN (%(otto)s, %(paula)s, %(proctor)s)", NOTHING),
    Case("names of learners of other courses", "finn", "SELECT first_name FROM members WHERE id = %(otto)s", NOTHING),
    Case("others' profile", "lea", "SELECT * FROM lms.my_profile() WHERE id <> lms.current_member_id()", NOTHING),
    Case("a profile of nobody", "a_stranger", "SELECT * FROM lms.my_profile()", NOTHING),
    *each("lea teacher proctor", "the audit log", "SELECT * FROM audit_logs"),
    *each("lea teacher", "who may do what", "SELECT * FROM lms.member_roles WHERE role = 'administrator'", NOTHING),
    Case("instructors, as a learner", "lea", "SELECT * FROM lms.list_instructors()"),
    Case("instructors, as a proctor", "proctor", "SELECT * FROM lms.list_instructors()", NOTHING),
    Case("payments of one's learners", "teacher", "SELECT * FROM transactions", NOTHING),
    *each("lea teacher anon a_stranger", "drafts", "SELECT * FROM courses WHERE status <> 'published'", NOTHING),
    *each("lea teacher anon", "a draft's modules", "SELECT * FROM course_modules WHERE course_id = %(draft)s", NOTHING),
    *each("lea teacher anon", "a draft's lessons, preview or not", "SELECT * FROM lessons WHERE module_id = %(draft_module)s", NOTHING),
    *each("lea teacher anon", "a draft's outline", "SELECT * FROM lms.course_outline(%(draft)s)", NOTHING),
    *each("lea teacher", "a draft's quiz", "SELECT id, title FROM quizzes WHERE course_id = %(draft)s", NOTHING),
    *each("proctor anon a_stranger", "content without enrolment", "SELECT content_html FROM lessons WHERE id = %(text)s", NOTHING),
    *each("proctor anon", "attachments without enrolment", "SELECT * FROM lesson_attachments", NOTHING),
    Case("content before paying", "paula", "SELECT * FROM lessons WHERE NOT is_preview", NOTHING),
    *each("proctor paula a_stranger", "a meeting's password", "SELECT * FROM live_sessions", NOTHING),
    *each("proctor paula", "quizzes without enrolment", "SELECT id, title FROM quizzes", NOTHING),
    *each("proctor paula", "assignments without enrolment", "SELECT * FROM assignments", NOTHING),
    Case("fellow learners", "finn", "SELECT * FROM enrollments WHERE member_id <> %(finn)s", NOTHING),
    Case("holders who did not agree", "anon", "SELECT * FROM public_certificate_verification", NOTHING),
    Case("write through the public view", "anon", "UPDATE public_certificate_verification SET member_name = 'x'", frozenset({"55000"})),
    Case("verify by pattern", "anon", "SELECT public.verify_certificate('CERT-____-%%') ->> 'status'", [("not_found",)]),
    Case("verify nothing", "anon", "SELECT public.verify_certificate(NULL) ->> 'status'", [("not_found",)]),
    Case("how many numbers were guessed", "lea", "SELECT last_value FROM lms.certificate_guesses"),
    Case("forget the guesses", "lea", "SELECT setval('lms.certificate_guesses', 1)"),
    Case("statistics of people", "lea", "SELECT * FROM pg_stats WHERE tablename IN ('members', 'enrollments', 'transactions')", NOTHING),
]  # fmt: skip

FILES = [
    *each("lea teacher proctor", "a file of somebody's draft", "SELECT * FROM lms.get_chunks(%(finn_asset)s, 0, 1)"),
    *each("lea teacher", "what a file is called", "SELECT * FROM lms.describe_asset(%(finn_asset)s)"),
    *each("anon a_station", "files", "SELECT * FROM lms.get_chunks(%(finn_asset)s, 0, 1)"),
    Case("name a file whose hash one knows", "teacher", "UPDATE lessons SET content_url = 'asset:' || %(finn_asset)s WHERE id = %(text)s"),
    Case("name it in an attachment", "teacher",
         "INSERT INTO lesson_attachments (lesson_id, file_name, file_url, file_type) VALUES (%(text)s, 'x', 'asset:' || %(finn_asset)s, 'x')"),
    Case("name it in a course", "teacher",
         "UPDATE courses SET thumbnail_url = 'asset:' || %(finn_asset)s || '/a.png' WHERE id = %(course)s"),
    Case("name it in a question", "teacher", "UPDATE quiz_questions SET image_url = 'asset:' || %(finn_asset)s WHERE id = %(question)s"),
    Case("name it among materials", "teacher",
         "UPDATE live_sessions SET pre_session_materials = jsonb_build_array(jsonb_build_object('file_url', 'asset:' || %(finn_asset)s))"
         " WHERE id = %(session)s"),
    Case("claim a chunk by its hash", "teacher", "SELECT lms.put_asset('x', 'x/y', ARRAY[%(finn_chunk)s::bytea], 19)", INVALID),
    Case("ask whether a chunk is stored", "teacher", "SELECT cardinality(lms.missing_chunks(ARRAY[%(finn_chunk)s::bytea]))", [(1,)]),
    Case("store files without work to hand in", "paula", "SELECT lms.put_chunk('x')"),
    Case("too large a chunk", "teacher", "SELECT lms.put_chunk(convert_to(repeat('x', 1048577), 'UTF8'))", INVALID),
    Case("an id that is a pattern", "lea", "SELECT * FROM lms.describe_asset('%%')"),
]  # fmt: skip

GRADES = [
    *each("lea otto paula anon a_station", "grades that are not released", "SELECT * FROM lms.grades"),
    *each("finn proctor", "grades of a foreign course", "SELECT * FROM lms.grades", NOTHING),
    *each("lea otto", "who grades it now", "SELECT * FROM lms.grading_claims"),
    *each("lea otto", "what graders write again and again", "SELECT * FROM lms.grading_comments"),
    Case("why others have more time", "lea", "SELECT reason FROM lms.assignment_extensions"),
    Case("one's own score, before the release", "otto", "SELECT score, final_score, instructor_feedback_html FROM assignment_submissions",
         [(None, None, None)]),
    Case("grade one's own work by hand", "otto", "UPDATE assignment_submissions SET score = 100, final_score = 100"),
    Case("grade it by the function", "otto", "SELECT lms.save_grade(%(submission)s, 'first', 0, gen_random_uuid(), '{\"score\": 100}')"),
    Case("release it oneself", "otto", "SELECT lms.release_grades(ARRAY[%(submission)s::uuid])"),
    Case("more time for oneself", "otto", "SELECT lms.extend_assignment(%(assignment)s, %(otto_enrollment)s, now(), NULL, 9, '')"),
    Case("give oneself the extension", "otto", "INSERT INTO lms.assignment_extensions (assignment_id, enrollment_id)"
         " VALUES (%(assignment)s, %(otto_enrollment)s)"),
    Case("hand in for another", "lea", "SELECT lms.submit_assignment(%(otto_enrollment)s, %(assignment)s, gen_random_uuid(),"
         " '{\"text\": \"x\"}')"),
    Case("hand in by hand", "lea", "INSERT INTO assignment_submissions (assignment_id, enrollment_id, member_id)"
         " VALUES (%(assignment)s, %(lea_enrollment)s, %(lea)s)"),
    Case("hand in before paying", "paula", "SELECT lms.submit_assignment(%(lea_enrollment)s, %(assignment)s, gen_random_uuid(), '{}')"),
    Case("grade a foreign course", "finn", "SELECT lms.save_grade(%(submission)s, 'first', 1, gen_random_uuid(), '{\"score\": 0}')"),
    Case("return work of a foreign course", "finn", "SELECT lms.return_submission(%(submission)s, true, 'x')"),
    Case("release work of a foreign course", "finn", "SELECT outcome FROM lms.release_grades(ARRAY[%(submission)s::uuid])",
         [("no-such-submission",)]),
    Case("mark a file of a foreign course", "finn", "SELECT lms.keep_annotation(gen_random_uuid(), %(submission)s, '{}')"),
    Case("mark one's own file", "otto", "SELECT lms.keep_annotation(gen_random_uuid(), %(submission)s, '{}')"),
    *each("lea otto finn proctor", "what is marked, before the release", "SELECT * FROM lms.list_annotations(%(submission)s)", NOTHING),
    *each("lea otto finn proctor", "what another rubric would do", "SELECT * FROM lms.rubric_outcomes(%(assignment)s, '[]', 1)"),
    *each("lea otto finn proctor", "another rubric", "SELECT lms.apply_rubric(%(assignment)s, '[]', 1, NULL)"),
    *each("lea otto", "the gradebook", "SELECT * FROM lms.gradebook(%(course)s)"),
    *each("finn proctor", "the gradebook of a foreign course", "SELECT * FROM lms.gradebook(%(course)s)"),
    *each("finn proctor", "what a foreign course is graded by", "SELECT * FROM lms.gradebook_items(%(course)s)"),
    *each("finn proctor", "how a foreign course is graded", "SELECT lms.get_grading_scheme(%(course)s)"),
    *each("finn proctor", "what another scheme would do", "SELECT * FROM lms.grading_scheme_outcomes(%(course)s, NULL)"),
    *each("lea otto finn proctor", "another scheme", "SELECT lms.set_grading_scheme(%(course)s, NULL, NULL)"),
    *each("lea otto teacher", "final grades computed at will", "SELECT lms.refresh_final_grades(ARRAY[%(otto_enrollment)s::uuid])"),
    Case("write a grade by hand", "teacher", "UPDATE lms.grades SET score = 100"),
    Case("a comment for a foreign course", "finn", "INSERT INTO lms.grading_comments (member_id, course_id, comment)"
         " VALUES (%(finn)s, %(course)s, 'x')"),
    Case("a comment in another's name", "finn", "INSERT INTO lms.grading_comments (member_id, comment) VALUES (%(teacher)s, 'x')"),
    Case("ask for a regrade of another's work", "lea", "SELECT lms.request_regrade(%(submission)s, 'x')"),
    *each("lea otto", "what another late rule would do", "SELECT * FROM lms.late_outcomes(%(assignment)s, 1, 'day', 0, 0)"),
    *each("finn proctor", "what it would do elsewhere", "SELECT * FROM lms.late_outcomes(%(assignment)s, 1, 'day', 0, 0)", NOTHING),
    *each("lea otto finn proctor", "another late rule", "SELECT lms.apply_late_rule(%(assignment)s, 1, 'day', 0, 0, NULL)"),
    *each("lea otto finn proctor", "grade who is missing", "SELECT lms.grade_missing(%(assignment)s, 100)"),
    *each("lea otto finn proctor", "deal out work to review", "SELECT lms.assign_peer_reviews(%(assignment)s)"),
    *each("lea finn proctor", "work that one was not given to review", "SELECT * FROM lms.list_my_reviews(%(assignment)s)", NOTHING),
    *each("lea finn proctor", "what others' work was reviewed with", "SELECT * FROM lms.list_received_reviews(%(submission)s)", NOTHING),
    Case("write a review by hand", "otto", "INSERT INTO assignment_reviews (submission_id, reviewer_id) VALUES (%(submission)s, %(otto)s)"),
    Case("change a review by hand", "otto", "UPDATE assignment_reviews SET score = 100"),
    Case("read whom one reviews through the helper", "otto", "SELECT lms.my_review(gen_random_uuid())"),
]  # fmt: skip

WRITES = [
    *(case for who in ("lea", "a_stranger") for case in tables(who, "DELETE FROM TABLE", EVERY_TABLE.replace(" lms.lesson_notes", ""))),
    *each("lea teacher admin a_stranger", "others' notes", "DELETE FROM lms.lesson_notes", NOTHING),
    *tables("admin", "TRUNCATE TABLE CASCADE", EVERY_TABLE),
    *tables("lea", "INSERT INTO TABLE DEFAULT VALUES", EVERY_TABLE),
    *(Case(f"take {table} over", who, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
      for table in ("enrollments", "quiz_questions") for who in ("lea", "admin")),
    *(Case(f"own {column}", "lea", f"UPDATE enrollments SET {column} = {value} WHERE id = %(lea_enrollment)s") for column, value in {
        "status": "'completed'", "completed_at": "now()", "progress_percentage": "100", "lessons_completed": "99", "final_grade": "100",
        "certificate_number": "'CERT-2026-AAAAAAAA'", "certificate_issued": "true", "amount_paid": "999", "expires_at": "NULL",
        "transaction_id": "NULL", "course_id": "%(paid)s", "member_id": "%(otto)s", "started_at": "now()",
    }.items()),
    *(Case(f"own {column} in a lesson", "lea", f"UPDATE lesson_progress SET {column} = {value}") for column, value in {
        "status": "'completed'", "completed_at": "now()", "scorm_score": "100", "video_watched_seconds": "9999", "time_spent_seconds": "9999",
        "video_completion_percentage": "100", "scorm_cmi_data": "'{}'", "started_at": "'2020-01-01'",
    }.items()),
    Case("an enrolment of one's own making", "paula", "INSERT INTO enrollments (course_id, member_id) VALUES (%(course)s, %(paula)s)"),
    Case("progress of one's own making", "lea",
         "INSERT INTO lesson_progress (enrollment_id, lesson_id, status) VALUES (%(lea_enrollment)s, %(text)s, 'completed')"
         " ON CONFLICT (enrollment_id, lesson_id) DO UPDATE SET status = 'completed'"),
    Case("a completion of one's own making", "lea",
         "INSERT INTO course_completions (enrollment_id, course_id, member_id, completed_at, ce_credits)"
         " VALUES (%(lea_enrollment)s, %(course)s, %(lea)s, now(), 99)"),
    *each("lea teacher admin", "a certificate of one's own making",
          "INSERT INTO lms.certificates (certificate_number, enrollment_id, member_id, course_id, member_name, course_title, ce_credits,"
          " issuer_name, completed_at) VALUES ('CERT-2026-AAAAAAAA', %(lea_enrollment)s, %(lea)s, %(course)s, 'L', 'H', 3, 'N', now())"),
    *each("otto teacher", "read the log of certificates", "SELECT * FROM lms.certificate_log"),
    *each("teacher admin", "edit the log of certificates", "UPDATE lms.certificate_log SET entry = replace(entry, 'a', 'b')"),
    *each("teacher admin", "cut the log of certificates", "DELETE FROM lms.certificate_log"),
    *each("teacher admin", "append to the log of certificates",
          "SELECT lms.append_to_certificate_log(c, 'issued', now()) FROM lms.certificates AS c"),
    *each("otto teacher admin", "a certificate's name", "UPDATE lms.certificates SET member_name = 'x'"),
    *each("teacher admin", "a certificate's status", "UPDATE lms.certificates SET status = 'revoked'"),
    *each("teacher admin", "an enrolment's status by hand", "UPDATE enrollments SET status = 'completed' WHERE id = %(lea_enrollment)s"),
    *each("teacher admin", "a grade by hand", "UPDATE enrollments SET final_grade = 100 WHERE id = %(lea_enrollment)s"),
    *each("teacher admin", "progress by hand", "UPDATE lesson_progress SET status = 'completed'"),
    *each("teacher admin", "attempts by hand", "UPDATE quiz_attempts SET score = 100"),
    *each("paula teacher admin", "a payment by hand", "UPDATE transactions SET status = 'completed'"),
    *each("teacher admin", "rewrite the audit log", "UPDATE audit_logs SET action = 'update'"),
    *each("teacher admin", "cut the audit log", "DELETE FROM audit_logs"),
    *each("teacher admin", "add to the audit log", "INSERT INTO audit_logs (action, table_name) VALUES ('update', 'members')"),
    *each("lea teacher admin", "a role by hand", "INSERT INTO lms.member_roles (member_id, role) VALUES (%(lea)s, 'administrator')"),
    *each("lea teacher admin", "another's login by hand", "UPDATE lms.member_logins SET member_id = %(admin)s WHERE member_id = %(lea)s"),
    *each("lea teacher", "one's own name", "UPDATE members SET last_name = 'x' WHERE id = lms.current_member_id()"),
    Case("another's name", "teacher", "UPDATE members SET last_name = 'x' WHERE id = %(lea)s"),
    Case("a new member", "teacher", "INSERT INTO members (first_name, last_name, email) VALUES ('a', 'b', 'a@b')"),
    Case("delete a member", "admin", "DELETE FROM members WHERE id = %(lea)s"),
    Case("engagement score", "admin", "UPDATE members SET engagement_score = 1"),
    Case("an approved review of one's own", "lea",
         "INSERT INTO course_reviews (course_id, member_id, rating, is_approved) VALUES (%(course)s, %(lea)s, 5, true)"),
    *each("paula finn", "review what one has not begun", "SELECT lms.write_review(%(course)s, 1, NULL, 'Never been there')", INVALID),
    Case("six stars", "lea", "SELECT lms.write_review(%(course)s, 6, NULL, NULL)", INVALID),
    Case("find one's own review helpful", "otto", "SELECT lms.vote_review(%(review)s, true)"),
    Case("find helpful what one may not read", "lea", "SELECT lms.vote_review(%(review)s, true)"),
    Case("vote by hand", "lea", "INSERT INTO lms.review_votes (review_id, member_id, helpful) VALUES (%(review)s, %(lea)s, true)"),
    Case("approve one's own review", "otto", "UPDATE course_reviews SET is_approved = true"),
    Case("approve a review", "teacher", "UPDATE course_reviews SET is_approved = true"),
    Case("moderate in another's name", "admin", "UPDATE course_reviews SET is_approved = true, moderated_by = %(teacher)s"),
    Case("change what a review says", "admin", "UPDATE course_reviews SET rating = 5"),
    *each("lea proctor", "a course", "INSERT INTO courses (title, slug, description, category, instructor_id)"
          " VALUES ('x', 'x', 'x', 'technology', lms.current_member_id())"),
    Case("a course in another's name", "finn",
         "INSERT INTO courses (title, slug, description, category, instructor_id) VALUES ('x', 'x', 'x', 'technology', %(teacher)s)"),
    Case("a course that is published at once", "finn",
         "INSERT INTO courses (title, slug, description, category, instructor_id, status)"
         " VALUES ('x', 'x', 'x', 'technology', %(finn)s, 'published')"),
    Case("publish by hand", "finn", "UPDATE courses SET status = 'published' WHERE id = %(draft)s"),
    Case("counts of one's course", "teacher", "UPDATE courses SET total_enrollments = 999 WHERE id = %(course)s"),
    Case("rating of one's course", "teacher", "UPDATE courses SET avg_rating = 5 WHERE id = %(course)s"),
    Case("version of one's course", "teacher", "UPDATE courses SET row_version = 0 WHERE id = %(course)s"),
    Case("make oneself the primary instructor", "cora", "UPDATE courses SET instructor_id = %(cora)s WHERE id = %(course)s"),
    Case("give one's course away by hand", "finn", "UPDATE courses SET co_instructors = ARRAY[%(lea)s::uuid] WHERE id = %(draft)s"),
    *(Case(f"change {what} of a foreign course", "finn", sql, NOTHING) for what, sql in {
        "the title": "UPDATE courses SET title = 'x' WHERE id = %(course)s",
        "the price": "UPDATE courses SET price = 0 WHERE id = %(paid)s",
        "a module": "UPDATE course_modules SET title = 'x' WHERE id = %(module)s",
        "a lesson": "UPDATE lessons SET title = 'x' WHERE id = %(text)s",
        "an attachment": "UPDATE lesson_attachments SET file_url = 'x' WHERE id = %(attachment)s",
        "a live session": "UPDATE live_sessions SET meeting_url = 'x'",
        "an assignment": "UPDATE assignments SET title = 'x'",
    }.items()),
    *(Case(f"delete {table} of a foreign course", "finn", f"DELETE FROM {table} WHERE id = %({row})s", NOTHING) for table, row in {
        "courses": "course", "course_modules": "module", "lessons": "text", "lesson_attachments": "attachment", "live_sessions": "session",
        "assignments": "assignment", "quizzes": "quiz",
    }.items()),
    *(Case(f"add {what} to a foreign course", "finn", sql) for what, sql in {
        "a module": "INSERT INTO course_modules (course_id, title, module_order) VALUES (%(course)s, 'x', 9)",
        "a lesson": "INSERT INTO lessons (module_id, title, lesson_type, lesson_order) VALUES (%(module)s, 'x', 'text', 9)",
        "an attachment": "INSERT INTO lesson_attachments (lesson_id, file_name, file_url, file_type) VALUES (%(text)s, 'x', 'x', 'x')",
        "a live session": "INSERT INTO live_sessions (course_id, title, session_date, duration_minutes, meeting_url, instructor_id)"
                          " VALUES (%(course)s, 'x', now(), 1, 'x', %(finn)s)",
        "an assignment": "INSERT INTO assignments (course_id, title, description) VALUES (%(course)s, 'x', 'x')",
    }.items()),
    Case("move one's lesson into a foreign course", "finn", "UPDATE lessons SET module_id = %(module)s WHERE id = %(draft_lesson)s",
         INVALID),
    Case("hang an assignment on a foreign lesson", "finn",
         "INSERT INTO assignments (course_id, lesson_id, title, description) VALUES (%(draft)s, %(text)s, 'x', 'x')", INVALID),
    Case("take over a foreign lesson by a conflict", "finn",
         "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order) VALUES (%(text)s, %(draft_module)s, 'x', 'text', 9)"
         " ON CONFLICT (id) DO UPDATE SET content_html = 'x' RETURNING content_html"),
    Case("delete a published course", "teacher", "DELETE FROM courses WHERE id = %(course)s", NOTHING),
    Case("an old copy through FOR UPDATE", "lea", "SELECT * FROM enrollments FOR UPDATE"),
]  # fmt: skip

FUNCTIONS = [
    *(Case(f"another's {what}", "lea", f"SELECT {call}") for what, call in {
        "lesson": "lms.open_lesson(%(otto_enrollment)s, %(text)s)",
        "completion": "lms.complete_lesson(%(otto_enrollment)s, %(text)s)",
        "video": "lms.record_watching(%(otto_enrollment)s, %(text)s, 1, '{[0,1)}')",
        "time": "lms.record_time(%(otto_enrollment)s, %(text)s, 1)",
        "launch": "lms.begin_scorm(%(otto_enrollment)s, %(scorm)s, gen_random_uuid())",
        "record": "lms.save_scorm(%(otto_session)s, 99, '{\"items\": {}, \"required\": []}', 0)",
        "session": "lms.end_scorm(%(otto_session)s)",
        "enrolment": "lms.set_enrollment_status(%(otto_enrollment)s, 'dropped')",
        "certificate": "lms.issue_certificate(%(otto_enrollment)s)",
    }.items()),
    Case("another's session id", "lea", "SELECT lms.begin_scorm(%(lea_enrollment)s, %(scorm)s, %(otto_session)s)", INVALID),
    Case("a lesson of another course", "lea", "SELECT lms.open_lesson(%(lea_enrollment)s, %(draft_lesson)s)"),
    Case("a lesson that is locked", "lea", "SELECT lms.open_lesson(%(lea_enrollment)s, %(locked)s)", INVALID),
    Case("complete what was never opened", "lea", "SELECT lms.complete_lesson(%(lea_enrollment)s, %(text)s)", INVALID),
    Case("complete a package by hand", "lea", "SELECT lms.complete_lesson(%(lea_enrollment)s, %(scorm)s)", INVALID),
    Case("a video without an end", "lea", "SELECT lms.record_watching(%(lea_enrollment)s, %(text)s, 1, '{[0,)}')", INVALID),
    Case("time in a package", "lea", "SELECT lms.record_time(%(lea_enrollment)s, %(scorm)s, 60)", INVALID),
    *each("lea finn", "where others stop in a video", "SELECT * FROM lms.video_heat(%(text)s, 10)"),
    Case("what another watched", "lea", "SELECT lms.watching(%(otto_enrollment)s, %(text)s)", [(None,)]),
    *each("teacher admin", "notes of a learner", "SELECT body FROM lms.lesson_notes", NOTHING),
    Case("a note in another's name", "lea",
         "INSERT INTO lms.lesson_notes (member_id, lesson_id, body) VALUES (%(otto)s, %(text)s, 'x')"),
    Case("a note beside what is not open", "lea",
         "INSERT INTO lms.lesson_notes (member_id, lesson_id, body) VALUES (%(lea)s, %(draft_lesson)s, 'x')"),
    Case("give a note away", "lea", "UPDATE lms.lesson_notes SET member_id = %(otto)s"),
    Case("start the clock earlier", "lea", "SELECT lms.start_watching(%(lea)s)"),
    Case("use up another's time", "lea", "SELECT lms.believe_watched(%(otto)s, 1)"),
    Case("a video that is none", "lea", "SELECT lms.record_watching(%(lea_enrollment)s, %(scorm)s, 1, '{[0,99999)}')", INVALID),
    Case("a record that is none", "lea", "SELECT lms.save_scorm(%(lea_session)s, 1, '[]', 0)", INVALID),
    Case("a record without a number", "lea", "SELECT lms.save_scorm(%(lea_session)s, NULL, '{\"items\": {}, \"required\": []}', 0)", INVALID),
    Case("an enormous record", "lea",
         "SELECT lms.save_scorm(%(lea_session)s, 1, jsonb_build_object('items', '{}'::jsonb, 'required', jsonb_build_array(repeat('x', 9000000))), 0)",
         INVALID),
    Case("learn before paying", "paula", "SELECT lms.open_lesson(%(paula_enrollment)s, %(text)s)"),
    Case("confirm one's own payment", "paula", "SELECT lms.confirm_payment(%(paula_enrollment)s)"),
    *each("lea otto teacher proctor", "a payment that is said to have failed", "SELECT lms.end_payment(%(transaction)s, 'failed', 'x')"),
    Case("a payment that turns into money", "admin", "SELECT lms.end_payment(%(transaction)s, 'completed', 'x')", INVALID),
    Case("confirm a payment as an instructor", "teacher", "SELECT lms.confirm_payment(%(paula_enrollment)s)"),
    Case("what a draft would cost", "lea", "SELECT * FROM lms.enrollment_terms(%(draft)s)", NOTHING),
    Case("lift one's own suspension", "paula", "SELECT lms.set_enrollment_status(%(paula_enrollment)s, 'enrolled')"),
    Case("lift a suspension that waits for money", "teacher", "SELECT lms.set_enrollment_status(%(paula_enrollment)s, 'enrolled')", INVALID),
    Case("enrol again to avoid paying", "paula", "SELECT lms.enroll(%(paid)s)", INVALID),
    Case("complete one's own enrolment", "lea", "SELECT lms.set_enrollment_status(%(lea_enrollment)s, 'completed')"),
    Case("complete a learner's enrolment", "teacher", "SELECT lms.set_enrollment_status(%(lea_enrollment)s, 'completed')", INVALID),
    Case("enrol in a draft", "lea", "SELECT lms.enroll(%(draft)s)"),
    *each("anon a_stranger a_station", "enrol as nobody", "SELECT lms.enroll(%(course)s)"),
    Case("a certificate of what is not completed", "lea", "SELECT lms.issue_certificate(%(lea_enrollment)s)", INVALID),
    Case("a certificate of what is not completed", "admin", "SELECT lms.issue_certificate(%(lea_enrollment)s)", INVALID),
    *each("teacher finn proctor", "a certificate for somebody else", "SELECT lms.issue_certificate(%(otto_enrollment)s)"),
    *each("otto teacher proctor", "revoke", "SELECT lms.revoke_certificate(%(certificate)s, 'x')"),
    *each("otto teacher", "reissue", "SELECT lms.reissue_certificate(%(certificate)s)"),
    *each("otto teacher", "swap the PDF", "SELECT lms.file_certificate(%(certificate)s, %(finn_asset)s, 'AAAAAAAAAAAA')"),
    Case("file a PDF signed by a key that nobody knows", "admin",
         "SELECT lms.file_certificate(%(certificate)s, repeat('0', 64), 'AAAAAAAAAAAA')", INVALID),
    *each("otto teacher proctor", "a signing key of one's own", "SELECT lms.add_signing_key('AAAAAAAAAAAA', 'x', 'x')"),
    *each("otto teacher proctor", "distrust the key", "SELECT lms.distrust_signing_key('AAAAAAAAAAAA', now())"),
    *each("otto teacher admin", "write a signing key", "INSERT INTO lms.signing_keys (id, name, public_keys) VALUES ('AAAAAAAAAAAA', 'x', 'x')"),
    *each("otto teacher admin", "forget a signing key", "DELETE FROM lms.signing_keys"),
    *(Case(f"{call} on a foreign course", who, f"SELECT lms.{call}") for who in ("lea", "finn", "proctor") for call in (
        "enroll_member(%(course)s, %(paula)s, 'bulk_import')", "enroll_members(%(course)s, ARRAY[%(paula)s::uuid], 'bulk_import')",
        "publish_course(%(course)s)", "unpublish_course(%(course)s)", "archive_course(%(course)s)",
        "set_instructors(%(course)s, %(finn)s, '{}')",
    )),
    Case("what a foreign course lacks", "teacher", "SELECT * FROM lms.publish_problems(%(draft)s)"),
    Case("push the primary instructor out", "cora", "SELECT lms.set_instructors(%(course)s, %(cora)s, '{}')"),
    Case("a learner as instructor", "teacher", "SELECT lms.set_instructors(%(course)s, %(lea)s, '{}')", INVALID),
    Case("locked lessons of others", "lea", "SELECT * FROM lms.locked_lessons(%(finn_enrollment)s)", NOTHING),
    *(Case(f"call the inner {call}", who, f"SELECT lms.{call}") for who in ("lea", "admin") for call in (
        "settle_enrollment(%(lea_enrollment)s)", "finish_lesson(%(lea_enrollment)s, %(scorm)s)", "lock_open_enrollment(%(lea_enrollment)s)",
        "write_certificate((SELECT e FROM enrollments AS e LIMIT 1), NULL)", "register_login(%(lea)s, 'x')", "mark_login(%(lea)s, true)",
        "login_groups(%(lea)s)", "follow_roles(%(lea)s)", "register_verifier(%(lea)s, 'x')", "protect('enrollments')", "random_code(8)",
        "may_administer()", "require_administrator()", "has_chunk('x', %(lea)s)", "may_read_asset('x')",
        "next_row_version(%(course)s, 'course')", "member_roles_changed()",
    )),
    Case("draw a certificate number", "admin", "SELECT public.generate_certificate_number()"),
    Case("write the audit log by its trigger", "admin", "SELECT public.log_audit_trail()"),
]  # fmt: skip

ROLES = [
    *(Case(f"{call}", who, f"SELECT lms.{call}") for who in ("lea", "teacher", "proctor", "a_stranger") for call in (
        "grant_role(lms.current_member_id(), 'administrator')", "revoke_role(%(admin)s, 'administrator')",
        "create_login(%(lea)s, '" + VERIFIER + "')", "disable_login(%(admin)s)", "enable_login(%(admin)s)",
        "set_verifier(%(admin)s, '" + VERIFIER + "')",
    )),
    *(Case(f"a forged verifier: {name}", "admin", f"SELECT lms.set_verifier(%(admin)s, {quoted(text)})", INVALID)
      for name, text in FORGED.items()),
    Case("a verifier that is NULL", "admin", "SELECT lms.set_verifier(%(admin)s, NULL)", INVALID),
    Case("a forged verifier of one's own", "lea", "SELECT lms.set_verifier(%(lea)s, 'letmein')", INVALID),
    Case("a role that is none", "admin", "SELECT lms.grant_role(%(lea)s, 'superuser')", INVALID),
    Case("a login for nobody", "admin", "SELECT lms.create_login(gen_random_uuid(), '" + VERIFIER + "')"),
    *(Case(f"SET ROLE {role}", who, f"SET ROLE {role}") for who in ("lea", "teacher")
      for role in ("lms_owner", "lms_administrator", "lms_station", "anon", "installer", "authenticator", "pg_read_all_data")),
    *(Case(f"SET ROLE {role}", "admin", f"SET ROLE {role}") for role in ("lms_owner", "installer", "pg_execute_server_program")),
    *each("lea admin", "SET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION installer"),
    *(Case(sql, who, sql) for who in ("lea", "admin") for sql in (
        "CREATE ROLE evil SUPERUSER LOGIN", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE CURRENT_USER CREATEROLE",
        "ALTER ROLE CURRENT_USER BYPASSRLS", "ALTER ROLE CURRENT_USER CONNECTION LIMIT -1", "ALTER ROLE installer PASSWORD 'x'",
        "ALTER ROLE authenticator PASSWORD 'x'", "GRANT lms_owner TO CURRENT_USER", "GRANT lms_administrator TO authenticator",
        "REVOKE lms_member FROM authenticator", "REASSIGN OWNED BY lms_owner TO CURRENT_USER", "DROP OWNED BY lms_owner",
        "ALTER DEFAULT PRIVILEGES FOR ROLE lms_owner GRANT ALL ON TABLES TO PUBLIC", "DROP ROLE authenticator",
        "COMMENT ON TABLE enrollments IS 'x'", "ALTER SYSTEM SET log_statement = 'all'",
    )),
    Case("grant what one has", "lea", "GRANT SELECT ON enrollments TO anon", ANYTHING),
    Case("grant what one has to all", "admin", "GRANT ALL ON members TO PUBLIC", ANYTHING),
]  # fmt: skip

IDENTITY = [
    *(Case(f"claims by {how}", "lea", f"{how}\nSELECT lms.current_member_id() = %(lea)s, lms.my_roles()", [(True, ["learner"])]) for how in (
        """SELECT set_config('request.jwt.claims', '{"sub": "' || %(admin)s || '"}', false)""",
        """SELECT set_config('request.jwt.claims', '{"sub": "' || %(admin)s || '", "role": "service_role"}', false)""",
        """SELECT set_config('request.jwt.claim.sub', %(admin)s::text, false)""",
        """SELECT set_config('application_name', 'authenticator', false)""",
        "SET ROLE lms_member",
    )),
    Case("claims of nobody", "anon",
         """SELECT set_config('request.jwt.claims', '{"sub": "00000000-0000-0000-0000-000000000000"}', false)
SELECT lms.current_member_id()""", [(None,)]),
    Case("claims and then write", "anon",
         """SELECT set_config('request.jwt.claims', '{"sub": "' || %(admin)s || '"}', false)\nSELECT lms.grant_role(%(lea)s, 'proctor')"""),
    *(Case(f"{name} = {value}", "lea", f"SET {name} = {value}") for name, value in {
        "session_replication_role": "replica", "log_statement": "'none'", "session_preload_libraries": "'evil'", "lo_compat_privileges": "on",
        "dynamic_library_path": "'/tmp'", "role": "lms_owner", "session_authorization": "installer",
        "allow_system_table_mods": "on", "temp_tablespaces": "'pg_global'", "zero_damaged_pages": "on",
    }.items()),
    Case("row_security off", "lea", "SET row_security = off\nSELECT * FROM enrollments"),
    Case("row_security off", "admin", "SET row_security = off\nSELECT * FROM enrollments"),
    Case("set_config('role')", "lea", "SELECT set_config('role', 'lms_owner', false)"),
    *(Case(sql, who, sql) for who in ("lea", "admin") for sql in (
        "CREATE TEMP TABLE members (id uuid)", "CREATE TABLE public.x (id integer)", "CREATE TABLE lms.x (id integer)",
        "CREATE SCHEMA evil", "CREATE VIEW public.x AS SELECT 1", "CREATE MATERIALIZED VIEW public.x AS SELECT 1", "CREATE SEQUENCE public.x",
        "CREATE TYPE public.x AS (a integer)", "CREATE DOMAIN lms.x AS text",
        "CREATE FUNCTION public.x() RETURNS integer LANGUAGE sql RETURN 1", "CREATE FUNCTION lms.x() RETURNS integer LANGUAGE sql RETURN 1",
        "CREATE FUNCTION pg_temp.x() RETURNS integer LANGUAGE sql RETURN 1", "SELECT 1 INTO TEMP x",
        "CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)", "CREATE CAST (text AS uuid) WITH INOUT",
        "CREATE OR REPLACE FUNCTION lms.has_role(p_role text) RETURNS boolean LANGUAGE sql RETURN true",
        "ALTER FUNCTION lms.has_role(text) OWNER TO CURRENT_USER", "DROP FUNCTION lms.has_role(text)",
        "CREATE TRIGGER x AFTER UPDATE ON enrollments FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE x AS ON SELECT TO enrollments DO INSTEAD NOTHING", "CREATE POLICY x ON enrollments USING (true)",
        "DROP POLICY own ON enrollments", "ALTER POLICY own ON enrollments USING (true)", "ALTER TABLE members ADD COLUMN x integer",
        "CREATE INDEX ON members (email)", "CREATE STATISTICS public.x ON first_name, last_name FROM members", "CREATE PUBLICATION x FOR ALL TABLES",
        "CREATE EVENT TRIGGER x ON ddl_command_end EXECUTE FUNCTION suppress_redundant_updates_trigger()", "CREATE DATABASE evil",
        "BEGIN\nLOCK TABLE enrollments IN SHARE MODE", "BEGIN\nLOCK TABLE audit_logs IN ACCESS EXCLUSIVE MODE", "REINDEX TABLE members",
        "CLUSTER members USING members_pkey",
    )),
    Case("lock out the authors", "lea", "BEGIN\nLOCK TABLE quiz_questions IN ACCESS EXCLUSIVE MODE"),
    Case("an extension", "admin", "CREATE EXTENSION dblink", REFUSED | {"0A000"}),
    Case("a language", "admin", "CREATE LANGUAGE plpython3u", REFUSED | {"0A000", "42704", "58P01"}),
    Case("dblink", "lea", "SELECT * FROM dblink('', 'SELECT 1') AS t (x integer)", frozenset({"42883"})),
    Case("a DO block changes role", "lea", "DO $$ BEGIN EXECUTE 'SET ROLE lms_owner'; END $$"),
    Case("a DO block writes", "lea", "DO $$ BEGIN UPDATE enrollments SET status = 'completed'; END $$"),
    Case("a DO block hides its errors", "lea",
         "DO $$ BEGIN UPDATE enrollments SET status = 'completed'; EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%%', SQLERRM; END $$", ANYTHING),
    Case("a prepared transaction", "lea", "BEGIN\nSELECT lms.enroll(%(paid)s)\nPREPARE TRANSACTION 'x'", ANYTHING),
]  # fmt: skip

SERVER = [
    *(Case(sql, who, sql) for who in ("lea", "admin") for sql in (
        "SELECT lo_create(0)", "SELECT lo_creat(-1)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_import('/etc/passwd')", "SELECT lo_export(1, '/tmp/stolen')",
        "SELECT pg_read_file('/etc/passwd')", "SELECT pg_read_binary_file('PG_VERSION')", "SELECT pg_ls_dir('.')", "SELECT pg_stat_file('PG_VERSION')",
        "COPY members FROM '/etc/passwd'", "COPY (SELECT 1) TO '/tmp/stolen'", "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT * FROM pg_authid", "SELECT * FROM pg_shadow", "SELECT * FROM pg_hba_file_rules", "SELECT * FROM pg_file_settings",
        "SELECT * FROM pg_subscription", "SELECT * FROM pg_largeobject", "SELECT pg_reload_conf()", "SELECT pg_switch_wal()", "SELECT pg_rotate_logfile()",
        "SELECT pg_create_physical_replication_slot('x')", "SELECT pg_ls_logdir()", "SHOW data_directory", "SHOW hba_file", "CHECKPOINT",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'installer'", "LOAD 'auto_explain'",
    )),
    *each("lea teacher admin", "what others are running",
          "SELECT query FROM pg_stat_activity WHERE usename <> session_user AND coalesce(query, '') NOT IN ('', '<insufficient privilege>')", NOTHING),
    *each("lea admin", "where others come from", "SELECT client_addr FROM pg_stat_activity WHERE usename <> session_user AND client_addr IS NOT NULL",
          NOTHING),
    Case("another's prepared statements", "lea", "SELECT * FROM pg_prepared_statements", NOTHING),
    Case("listen to the workspace", "lea", "LISTEN lms\nSELECT lms.open_lesson(%(otto_enrollment)s, %(text)s)"),
]  # fmt: skip

ROLLED_BACK = [
    *(Case(f"{what}, read and rolled back", who, f"BEGIN\n{sql}\nROLLBACK", ANYTHING) for who, what, sql in (
        ("lea", "completion", ("SELECT lms.open_lesson(%(lea_enrollment)s, %(text)s)\nSELECT lms.complete_lesson(%(lea_enrollment)s, %(text)s)\n"
                              "SELECT status FROM enrollments")),
        ("lea", "a score", ("SELECT lms.save_scorm(%(lea_session)s, 1, '{\"standard\": \"1.2\", \"required\": [\"a\"], \"items\": {\"a\": {\"cmi\": "
                           "{\"cmi.core.lesson_status\": \"passed\"}}}}', 0)\nSELECT score FROM quiz_attempts")),
        ("proctor", "an enrolment", "SELECT lms.enroll(%(course)s)\nSELECT * FROM quizzes"),
        ("proctor", "an enrolment and the key", "SELECT lms.enroll(%(course)s)\nSELECT correct_answer FROM quiz_questions"),
        ("paula", "a second enrolment", "SELECT lms.set_enrollment_status(%(paula_enrollment)s, 'dropped')\nSELECT lms.enroll(%(paid)s)"),
        ("cora", "an unpublished course", "SELECT lms.unpublish_course(%(course)s)\nSELECT * FROM lms.publish_problems(%(course)s)"),
        ("admin", "a login", "SELECT lms.disable_login(%(finn)s)"),
    )),
    Case("a guess of a number, un-counted", "anon", "BEGIN\nSELECT public.verify_certificate('CERT-2026-ZZZZZZZZ')\nROLLBACK", ANYTHING),
]  # fmt: skip

STOLEN = (
    "jsonb_build_array(jsonb_build_object('op', gen_random_uuid(), 'table', 'quiz_questions', 'row', %(draft_question)s, 'kind', 'update',"
    " 'set', '{\"hint\": \"x\"}'::jsonb, 'seen', '{\"hint\": \"y\"}'::jsonb))"
)
COURSES_OFFLINE = [
    *each("lea otto proctor finn a_stranger a_station anon", "take a course away", "SELECT * FROM lms.pull(%(course)s)"),
    *each("lea proctor finn a_stranger a_station anon", "send changes", "SELECT lms.push(%(course)s, '[]')"),
    *each("teacher cora", "take somebody else's draft away", "SELECT * FROM lms.pull(%(draft)s, 0)"),
    *each("teacher cora", "send changes to somebody else's draft", "SELECT lms.push(%(draft)s, '[]')"),
    *each("teacher cora", "take a bank away", "SELECT * FROM lms.pull(%(draft_quiz)s)"),
    *each("teacher finn", "read outcomes", "SELECT * FROM lms.push_outcomes"),
    Case("see how far a draft is", "teacher", "SELECT * FROM lms.clocks(ARRAY[%(draft)s]::uuid[])", NOTHING),
    Case("send a change to a row of another course", "teacher", f"BEGIN\nSELECT lms.push(%(course)s, {STOLEN})\nROLLBACK", ANYTHING),
    Case("send what is no change", "teacher", "SELECT lms.push(%(course)s, '{}')", INVALID),
    Case("write a column that is not an author's", "teacher",
         "SELECT lms.push(%(course)s, '[{\"op\": \"00000000-0000-0000-0000-000000000001\", \"table\": \"courses\","
         " \"row\": \"00000000-0000-0000-0000-000000000001\", \"kind\": \"update\", \"set\": {\"status\": \"published\"}, \"seen\": {}}]')",
         INVALID),
    Case("write a table that is not an author's", "teacher",
         "SELECT lms.push(%(course)s, '[{\"op\": \"00000000-0000-0000-0000-000000000001\", \"table\": \"members\","
         " \"row\": \"00000000-0000-0000-0000-000000000001\", \"kind\": \"delete\"}]')", INVALID),
]  # fmt: skip

CASES = [*COURSES_OFFLINE, *ANSWER_KEYS, *OTHER_PEOPLE, *FILES, *GRADES, *WRITES, *FUNCTIONS, *ROLES, *IDENTITY, *SERVER, *ROLLED_BACK]

SAME_ANSWER = {
    "enrol": ("lea", "SELECT lms.enroll(%(target)s)", "draft"),
    "certificate": ("lea", "SELECT lms.issue_certificate(%(target)s)", "otto_enrollment"),
    "open a lesson": ("lea", "SELECT lms.open_lesson(%(target)s, %(text)s)", "otto_enrollment"),
    "change an enrolment": ("finn", "SELECT lms.set_enrollment_status(%(target)s, 'dropped')", "otto_enrollment"),
    "save a record": ("lea", "SELECT lms.save_scorm(%(target)s, 1, '{}', 0)", "otto_session"),
    "publish": ("teacher", "SELECT lms.publish_course(%(target)s)", "draft"),
    "add a lesson": ("teacher", "INSERT INTO lessons (module_id, title, lesson_type, lesson_order) VALUES (%(target)s, 'x', 'text', 1)",
                     "draft_module"),
    "add a question": ("teacher", ("INSERT INTO quiz_questions (quiz_id, question_text, question_type, question_order)"
                                  " VALUES (%(target)s, '?', 'essay', 9)"), "draft_quiz"),
    "attach a file": ("teacher", "INSERT INTO lesson_attachments (lesson_id, file_name, file_url, file_type) VALUES (%(target)s, 'x', 'x', 'x')",
                      "draft_lesson"),
    "disable a login": ("teacher", "SELECT lms.disable_login(%(target)s)", "lea"),
    "take a course away": ("teacher", "SELECT * FROM lms.pull(%(target)s)", "draft"),
    "send changes": ("teacher", "SELECT lms.push(%(target)s, '[]')", "draft"),
    "read the versions of a question": ("teacher", "SELECT * FROM lms.list_question_versions(%(target)s)", "draft_question"),
    "read the marks of a quiz": ("teacher", "SELECT * FROM lms.get_quiz_marks(%(target)s)", "draft_quiz"),
    "read a file": ("teacher", "SELECT * FROM lms.get_chunks(encode(sha256(%(target)s::text::bytea), 'hex'), 0, 1)", "draft"),
}  # fmt: skip
"""Calls that must answer alike for what exists but is hidden and for what does not exist: who, statement, the hidden one."""


@dataclass
class Outcome:
    """What a case was answered: the last statement's rows or error, and all text that came back."""

    rows: list[Any]
    state: str | None
    message: str
    text: str


@dataclass
class Sessions:
    """A session a person, kept from case to case and cleaned between them."""

    association: Association
    stack: ExitStack
    connections: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    def attempt(self, who: str, sql: str, **more: UUID) -> Outcome:
        """Run the statements of ``sql`` one after the other, each however the one before ended."""
        people = {name: person.member_id for name, person in self.association.people.items()}
        values = {**self.association.ids, **people, **more}
        connection = self._session(who)
        said: list[str] = []

        def listen(notice: psycopg.errors.Diagnostic) -> None:
            said.append(notice.message_primary or "")

        connection.add_notice_handler(listen)
        outcome = Outcome([], None, "", "")
        with psycopg.ClientCursor(connection) as cursor:
            for statement in sql.split("\n"):
                outcome = _run(cursor, statement, values)
                said.append(outcome.text)
            connection.remove_notice_handler(listen)
            cursor.execute("ROLLBACK")
            cursor.execute("DISCARD ALL")
            if who == "anon":
                cursor.execute("SET ROLE anon")
        return Outcome(outcome.rows, outcome.state, outcome.message, "\n".join(said))

    def _session(self, who: str) -> psycopg.Connection[Any]:
        """The one there is, or a new one where an administrator's case has ended it."""
        try:
            self.connections[who].execute("SELECT 1", prepare=False)
        except (KeyError, psycopg.OperationalError):
            self.connections[who] = self.stack.enter_context(self.association.sign_in(who))
        return self.connections[who]


@pytest.fixture(scope="module")
def analyzed(shared_association: Association) -> Association:
    with shared_association.installer() as installer:
        installer.execute("ANALYZE")
    return shared_association


@pytest.fixture(scope="module")
def watcher(analyzed: Association) -> Iterator[psycopg.Connection[Any]]:
    with analyzed.installer() as connection:
        yield connection


@pytest.fixture(scope="module")
def sessions(analyzed: Association) -> Iterator[Sessions]:
    with ExitStack() as stack:
        yield Sessions(analyzed, stack)


@pytest.fixture(scope="module")
def at_first(watcher: psycopg.Connection[Any]) -> list[Any]:
    return everything(watcher)


def test_the_cases_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """The README names this number; a case is added, never dropped."""
    with capsys.disabled():
        print(f" {len(CASES) + len(SAME_ANSWER)} security cases", end=" ")
    assert len(CASES) + len(SAME_ANSWER) >= 600
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids)), sorted(name for name in set(ids) if ids.count(name) > 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_no_way_out(sessions: Sessions, watcher: psycopg.Connection[Any], at_first: list[Any], case: Case) -> None:
    outcome = sessions.attempt(case.who, case.sql)
    assert "SECRET" not in outcome.text
    assert everything(watcher) == at_first
    if isinstance(case.expected, frozenset):
        assert outcome.state in case.expected, f"{outcome.state} {outcome.message} {outcome.rows}"
    elif case.expected is not ANYTHING:
        assert (outcome.rows, outcome.state) == (case.expected, None), outcome.message


@pytest.mark.parametrize(("who", "sql", "hidden"), SAME_ANSWER.values(), ids=SAME_ANSWER.keys())
def test_what_is_hidden_answers_like_what_is_not_there(sessions: Sessions, who: str, sql: str, hidden: str) -> None:
    there = sessions.attempt(who, sql, target=sessions.association[hidden])
    nowhere = sessions.attempt(who, sql, target=uuid4())
    assert there.state is not None
    assert (there.state, there.message) == (nowhere.state, nowhere.message)


# The rights as a whole, against tests/db/test_security_rights.txt


def test_rights_are_those_that_were_agreed(watcher: psycopg.Connection[Any], pytestconfig: pytest.Config) -> None:
    """Every table, group and verb, and every function; ``*`` marks rights on some columns only. A change is a change of that file."""
    expected = (pytestconfig.rootpath / "tests" / "db" / "test_security_rights.txt").read_text(encoding="utf-8").splitlines()
    assert rights(watcher) == expected


def rights(connection: psycopg.Connection[Any]) -> list[str]:
    return [line for query in (TABLE_RIGHTS, FUNCTION_RIGHTS) for (line,) in connection.execute(query)]


def test_row_security_is_forced_everywhere(watcher: psycopg.Connection[Any]) -> None:
    loose = watcher.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace IN ('public'::regnamespace, 'lms'::regnamespace)"
        " AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS ("
        "   SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = 'owner' AND p.polroles = ARRAY['lms_owner'::regrole::oid]))"
    ).fetchall()
    assert loose == []


def test_policies_are_meant_for_groups_and_check_what_is_written(watcher: psycopg.Connection[Any]) -> None:
    assert watcher.execute("SELECT tablename, policyname FROM pg_policies WHERE 'public' = ANY (roles)").fetchall() == []
    unchecked = watcher.execute(
        "SELECT tablename, policyname FROM pg_policies WHERE cmd IN ('ALL', 'INSERT', 'UPDATE') AND with_check IS NULL"
    )
    assert unchecked.fetchall() == []


def test_policies_compute_their_functions_once(watcher: psycopg.Connection[Any]) -> None:
    """A function of ours outside a subquery would run once a row: 3,484 ms instead of 11.5 ms on 500,000."""
    bare = re.compile(r"(?<!SELECT )\blms\.\w+\(")
    for table, policy, qual, check in watcher.execute("SELECT tablename, policyname, qual, with_check FROM pg_policies"):
        for text in (qual, check):
            assert not bare.search(text or ""), (table, policy, text)


def test_definer_functions_cannot_be_misled(watcher: psycopg.Connection[Any]) -> None:
    loose = watcher.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc AS p WHERE p.pronamespace IN ('public'::regnamespace, 'lms'::regnamespace)"
        " AND ((p.prosecdef AND NOT coalesce('search_path=\"\"' = ANY (p.proconfig), false))"
        "   OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee = 0))"
    ).fetchall()
    assert loose == []


def test_views_ask_with_the_rights_of_whoever_reads(watcher: psycopg.Connection[Any]) -> None:
    definers = watcher.execute(
        "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('public'::regnamespace, 'lms'::regnamespace) AND c.relkind IN ('v', 'm')"
        " AND NOT coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false)"
    ).fetchall()
    assert definers == [("public_certificate_verification",)]


def test_nobody_is_the_owner(watcher: psycopg.Connection[Any]) -> None:
    logins = watcher.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND pg_has_role(oid, 'lms_owner', 'MEMBER')")
    assert logins.fetchall() == []
    assert watcher.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'lms_owner'").fetchone() == (False,)


def _run(cursor: psycopg.ClientCursor[Any], statement: str, values: dict[str, Any]) -> Outcome:
    try:
        if statement.startswith("COPY") and statement.endswith("STDOUT"):
            with cursor.copy(statement, values) as copy:
                rows: list[Any] = [bytes(block) for block in copy]
        else:
            cursor.execute(statement, values)
            rows = cursor.fetchall() if cursor.description else [cursor.rowcount] * (cursor.rowcount > 0)
    except psycopg.Error as error:
        diag = error.diag
        text = " ".join(filter(None, (diag.message_primary, diag.message_detail, diag.message_hint, diag.context)))
        return Outcome([], error.sqlstate, diag.message_primary or str(error), text)
    return Outcome(rows, None, "", repr(rows))


def everything(connection: psycopg.Connection[Any]) -> list[Any]:
    """A digest of every row, role, right and object that an attempt could change."""
    tables = connection.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace IN ('public'::regnamespace, 'lms'::regnamespace)"
        " AND c.relkind = 'r' ORDER BY 1"
    ).fetchall()
    rows = " UNION ALL ".join(f"SELECT '{name}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} AS t" for (name,) in tables)
    return connection.execute(f"{rows} UNION ALL {CATALOGUE}").fetchall()


CATALOGUE = """
SELECT 'roles', md5(string_agg(a::text, '|' ORDER BY a.rolname)) FROM pg_authid AS a
UNION ALL SELECT 'groups', md5(string_agg(format('%s %s', roleid, member), '|' ORDER BY roleid, member)) FROM pg_auth_members
UNION ALL SELECT 'objects', md5(string_agg(format('%s %s %s %s', oid, relowner, relacl, relrowsecurity), '|' ORDER BY oid)) FROM pg_class
  WHERE relnamespace NOT IN ('pg_toast'::regnamespace, 'pg_catalog'::regnamespace, 'information_schema'::regnamespace)
UNION ALL SELECT 'functions', md5(string_agg(format('%s %s %s %s', oid, proowner, proacl, md5(prosrc)), '|' ORDER BY oid)) FROM pg_proc
  WHERE pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
UNION ALL SELECT 'policies', md5(string_agg(p::text, '|' ORDER BY oid)) FROM pg_policy AS p
UNION ALL SELECT 'triggers', md5(string_agg(t::text, '|' ORDER BY oid)) FROM pg_trigger AS t
UNION ALL SELECT 'schemas', md5(string_agg(n::text, '|' ORDER BY oid)) FROM pg_namespace AS n
UNION ALL SELECT 'databases', md5(string_agg(format('%s %s', datname, datacl), '|' ORDER BY oid)) FROM pg_database
UNION ALL SELECT 'settings', md5(string_agg(s::text, '|' ORDER BY s::text)) FROM pg_db_role_setting AS s
UNION ALL SELECT 'large objects', count(*)::text FROM pg_largeobject_metadata
"""

TABLE_RIGHTS = """
SELECT format('%s %s: %s', t.name, r.name, coalesce(string_agg(
  v.verb || CASE WHEN has_table_privilege(r.oid, t.oid, v.verb) THEN '' ELSE '*' END, ' ' ORDER BY v.place), '-'))
FROM (
  SELECT c.oid, format('%s.%s', c.relnamespace::regnamespace, c.relname) AS name
  FROM pg_class AS c
  WHERE c.relnamespace IN ('public'::regnamespace, 'lms'::regnamespace) AND c.relkind IN ('r', 'v', 'p')
) AS t
CROSS JOIN (
  SELECT oid, rolname AS name FROM pg_roles WHERE rolname IN ('anon', 'lms_member', 'lms_staff', 'lms_administrator', 'lms_station')
) AS r
LEFT JOIN (VALUES (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE'), (4, 'DELETE'), (5, 'TRUNCATE'), (6, 'TRIGGER'), (7, 'REFERENCES')) AS v (place, verb)
  ON has_table_privilege(r.oid, t.oid, v.verb)
  OR (v.verb IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(r.oid, t.oid, v.verb))
GROUP BY t.name, r.name
ORDER BY t.name COLLATE "C", r.name COLLATE "C"
"""

FUNCTION_RIGHTS = """
SELECT format('%s.%s(%s): %s', p.pronamespace::regnamespace, p.proname, pg_get_function_identity_arguments(p.oid),
  string_agg(r.rolname, ' ' ORDER BY r.rolname COLLATE "C"))
FROM pg_proc AS p
JOIN pg_roles AS r ON r.rolname IN ('anon', 'lms_member', 'lms_staff', 'lms_administrator', 'lms_station')
  AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
WHERE p.pronamespace IN ('public'::regnamespace, 'lms'::regnamespace)
GROUP BY p.oid, p.pronamespace, p.proname
ORDER BY p.pronamespace::regnamespace::text COLLATE "C", p.proname COLLATE "C", pg_get_function_identity_arguments(p.oid) COLLATE "C"
"""
