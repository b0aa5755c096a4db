"""A small association: a person in each role, two courses, and what they have done. What must stay hidden is marked ``SECRET``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from desktop.members.scram import verifier
from tests.support.postgres import TEMPLATE, Database, Person, Server

PASSWORD = "correct horse battery"
SECRET_FILE = b"SECRET-FILE of Finn"
ROWS = (
    *("course", "draft", "paid", "module", "draft_module", "quiz", "question", "draft_quiz", "draft_question", "attachment"),
    *("text", "quiz_lesson", "scorm", "locked", "preview", "draft_lesson"),
    *("lea_enrollment", "otto_enrollment", "finn_enrollment", "transaction"),
    *("attempt", "answer", "assignment", "submission", "review", "session"),
)


@dataclass(frozen=True)
class Association:
    """The people by role, and the ids of what a test speaks about.

    ``course`` is published, taught by ``teacher`` and ``cora``; ``draft`` is ``finn``'s. ``lea`` is in the middle of the course, ``otto``
    has completed it and holds a certificate, ``paula`` has yet to pay. ``finn`` teaches elsewhere and learns here.
    """

    database: Database
    people: dict[str, Person]
    ids: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.people[name].member_id if name in self.people else self.ids[name]

    @contextmanager
    def sign_in(self, name: str) -> Iterator[psycopg.Connection[Any]]:
        """A plain connection, each statement its own transaction. ``anon`` comes as PostgREST's requests do."""
        with psycopg.connect(self.conninfo(name), autocommit=True) as connection:
            if name == "anon":
                connection.execute("SET ROLE anon")
            yield connection

    @contextmanager
    def installer(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.database.dsn, autocommit=True) as connection:
            yield connection

    def conninfo(self, name: str) -> str:
        address = self.database.address
        if name in self.people:
            person = self.people[name]
            return address.with_(user=person.login, password=person.password).conninfo()
        return address.with_(user="authenticator" if name == "anon" else name, password=PASSWORD).conninfo()


@pytest.fixture(scope="module")
def shared_association(postgres_server: Server) -> Iterator[Association]:
    """One association for all tests of a module that leave it as it was."""
    with postgres_server.roles_kept():
        database = Database(postgres_server.clone(TEMPLATE))
        try:
            yield found(database)
        finally:
            database.close()
            postgres_server.drop(database.address.database)


@pytest.fixture
def association(postgres_server: Server, shared_association: Association) -> Iterator[Association]:
    """A copy of the module's association, to do with as the test likes."""
    with postgres_server.roles_kept():
        database = Database(postgres_server.clone(shared_association.database.address.database))
        try:
            yield Association(database, shared_association.people, shared_association.ids)
        finally:
            database.close()
            postgres_server.drop(database.address.database)


def found(database: Database) -> Association:
    """Found the association in an empty workspace."""
    people = {
        "lea": database.add_person(first_name="Lea", last_name="Learner", email="lea@example.org"),
        "otto": database.add_person(first_name="Otto", last_name="Other", email="SECRET-otto@example.org"),
        "paula": database.add_person(first_name="Paula", last_name="Payer", email="SECRET-paula@example.org"),
        "teacher": database.add_person("instructor", first_name="Tess", last_name="Teacher", email="SECRET-tess@example.org"),
        "cora": database.add_person("instructor", first_name="Cora", last_name="Colleague", email="SECRET-cora@example.org"),
        "finn": database.add_person("instructor", first_name="Finn", last_name="Foreign", email="SECRET-finn@example.org"),
        "proctor": database.add_person("proctor", first_name="Pia", last_name="Proctor", email="SECRET-pia@example.org"),
        "admin": database.add_person("administrator", first_name="Ada", last_name="Admin", email="SECRET-ada@example.org"),
    }
    ids: dict[str, Any] = {name: uuid4() for name in ROWS}
    with psycopg.connect(database.dsn) as connection:
        for role, group in (("authenticator", "anon"), ("a_stranger", "lms_member"), ("a_station", "lms_station")):
            inherit = "NOINHERIT" if role == "authenticator" else "INHERIT"
            connection.execute(f"CREATE ROLE {role} LOGIN {inherit} PASSWORD '{verifier(PASSWORD)}'")
            connection.execute(f"GRANT {group} TO {role}")
        connection.execute(f"GRANT CONNECT ON DATABASE {database.address.database} TO authenticator")
        values = {**ids, **{name: person.member_id for name, person in people.items()}}
        connection.execute("INSERT INTO lms.workspace (name) VALUES ('Test Association') ON CONFLICT DO NOTHING")
        for statement in WORLD.split(";\n"):
            if statement.strip():
                connection.execute(statement, values)
    association = Association(database, people, ids)
    _learn(association)
    return association


def _learn(association: Association) -> None:
    """What came about by the functions that people use."""
    ids = association.ids
    with association.sign_in("otto") as otto:
        for lesson in ("text", "scorm", "quiz_lesson"):
            otto.execute("SELECT lms.open_lesson(%s, %s)", (ids["otto_enrollment"], ids[lesson]))
        otto.execute("SELECT lms.complete_lesson(%s, %s)", (ids["otto_enrollment"], ids["text"]))
        otto.execute("SELECT lms.complete_lesson(%s, %s)", (ids["otto_enrollment"], ids["quiz_lesson"]))
        session = uuid4()
        otto.execute("SELECT lms.begin_scorm(%s, %s, %s)", (ids["otto_enrollment"], ids["scorm"], session))
        cmi = scorm_record("passed", 88)
        otto.execute("SELECT lms.save_scorm(%s, 1, %s, 5)", (session, cmi))
        otto.execute("SELECT lms.open_lesson(%s, %s)", (ids["otto_enrollment"], ids["locked"]))
        otto.execute("SELECT lms.complete_lesson(%s, %s)", (ids["otto_enrollment"], ids["locked"]))
        ids["otto_session"] = session
        ids["certificate"] = one(otto, "SELECT lms.issue_certificate(%s)", ids["otto_enrollment"])
        ids["certificate_number"] = one(otto, "SELECT certificate_number FROM lms.certificates")
    with association.sign_in("lea") as lea:
        lea.execute("SELECT lms.open_lesson(%s, %s)", (ids["lea_enrollment"], ids["scorm"]))
        ids["lea_session"] = uuid4()
        lea.execute("SELECT lms.begin_scorm(%s, %s, %s)", (ids["lea_enrollment"], ids["scorm"], ids["lea_session"]))
    with association.sign_in("paula") as paula:
        ids["paula_enrollment"] = one(paula, "SELECT lms.enroll(%s)", ids["paid"])
    with association.sign_in("finn") as finn:
        ids["finn_chunk"] = one(finn, "SELECT lms.put_chunk(%s)", SECRET_FILE)
        put = "SELECT lms.put_asset('SECRET-notes.txt', 'text/plain', ARRAY[%s::bytea], %s)"
        ids["finn_asset"] = one(finn, put, ids["finn_chunk"], len(SECRET_FILE))
        finn.execute("UPDATE lessons SET content_url = 'asset:' || %s WHERE id = %s", (ids["finn_asset"], ids["draft_lesson"]))


def one(connection: psycopg.Connection[Any], statement: str, *parameters: Any) -> Any:
    """The one value that ``statement`` answers."""
    row = connection.execute(statement, parameters or None).fetchone()
    assert row is not None
    return row[0]


def scorm_record(status: str, score: float | None = None, *, item: str = "item_1") -> str:
    """A record of one SCO in SCORM 1.2, as the player writes it, with an interaction and something that courses share."""
    cmi = {"cmi.core.lesson_status": status, "cmi.interactions.0.id": "SECRET-question"}
    cmi |= {} if score is None else {"cmi.core.score.raw": str(score)}
    shared = {"objectives": {"SECRET-objective": {"satisfied": True}}, "data": {"SECRET-target": "SECRET-store"}}
    items = {item: {"finished": True, "cmi": cmi}}
    return json.dumps({"standard": "1.2", "required": [item], "current": item, "items": items, "shared": shared})


WORLD = """
UPDATE members SET phone = 'SECRET-phone', npn = '123', license_number = 'SECRET-licence' WHERE id <> %(lea)s;

INSERT INTO courses (id, title, slug, description, category, status, published_at, instructor_id, co_instructors, created_by, ce_credits)
VALUES (%(course)s, 'Health Insurance', 'health', 'All of it', 'health_benefits', 'published', now(), %(teacher)s, ARRAY[%(cora)s::uuid],
  %(teacher)s, 3);
INSERT INTO courses (id, title, slug, description, category, status, instructor_id)
VALUES (%(draft)s, 'SECRET-draft', 'secret-draft', 'Not yet', 'technology', 'draft', %(finn)s);
INSERT INTO courses (id, title, slug, description, category, status, published_at, instructor_id, pricing_type, price, member_price)
VALUES (%(paid)s, 'Leading', 'leading', 'For money', 'leadership', 'published', now(), %(teacher)s, 'paid', 299, 199);

INSERT INTO course_modules (id, course_id, title, module_order) VALUES
  (%(module)s, %(course)s, 'Start', 1), (%(draft_module)s, %(draft)s, 'SECRET-module', 1);
INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order, content_html, completion_criteria, is_preview) VALUES
  (%(text)s, %(module)s, 'Read', 'text', 1, 'SECRET-CONTENT', 'marked_complete', false),
  (%(quiz_lesson)s, %(module)s, 'Answer', 'quiz', 2, NULL, 'quiz_passed', false),
  (%(scorm)s, %(module)s, 'Play', 'scorm', 3, NULL, 'scorm_completed', false),
  (%(locked)s, %(module)s, 'Last', 'text', 4, 'SECRET-CONTENT', 'marked_complete', false),
  (%(preview)s, %(module)s, 'Look', 'text', 5, 'Come in', 'marked_complete', true),
  (%(draft_lesson)s, %(draft_module)s, 'SECRET-lesson', 'pdf', 1, NULL, 'marked_complete', true);
UPDATE lessons SET unlock_after_lesson_id = %(text)s WHERE id = %(locked)s;
UPDATE lessons SET require_completion = false WHERE id = %(preview)s;
INSERT INTO lesson_attachments (id, lesson_id, file_name, file_url, file_type)
VALUES (%(attachment)s, %(text)s, 'SECRET-handout.pdf', 'https://example.org/SECRET', 'application/pdf');

INSERT INTO quizzes (id, course_id, lesson_id, title, show_correct_answers) VALUES
  (%(quiz)s, %(course)s, %(quiz_lesson)s, 'Check', 'never'), (%(draft_quiz)s, %(draft)s, NULL, 'SECRET-quiz', 'never');
INSERT INTO quiz_questions (id, quiz_id, question_text, question_type, question_order, answer_options, correct_answer, explanation) VALUES
  (%(question)s, %(quiz)s, 'Which?', 'multiple_choice', 1, '[{"id": "a", "text": "A", "is_correct": false},
    {"id": "b", "text": "B", "is_correct": true}]', '"SECRET-KEY"', 'SECRET-WHY'),
  (%(draft_question)s, %(draft_quiz)s, 'SECRET-question', 'essay', 1, '[]', '"SECRET-KEY"', NULL);

INSERT INTO enrollments (id, course_id, member_id) VALUES
  (%(lea_enrollment)s, %(course)s, %(lea)s), (%(otto_enrollment)s, %(course)s, %(otto)s), (%(finn_enrollment)s, %(course)s, %(finn)s);
INSERT INTO quiz_attempts (id, quiz_id, enrollment_id, member_id, attempt_number, status, score, passed, submitted_at, instructor_feedback)
VALUES (%(attempt)s, %(quiz)s, %(otto_enrollment)s, %(otto)s, 1, 'graded', 77, true, now(), 'SECRET-feedback');
INSERT INTO quiz_answers (id, quiz_attempt_id, question_id, answer_data, is_correct)
VALUES (%(answer)s, %(attempt)s, %(question)s, '{"selected": "SECRET-ANSWER"}', true);

INSERT INTO assignments (id, course_id, title, description) VALUES (%(assignment)s, %(course)s, 'Write', 'A page');
INSERT INTO assignment_submissions (id, assignment_id, enrollment_id, member_id, submission_text)
VALUES (%(submission)s, %(assignment)s, %(otto_enrollment)s, %(otto)s, 'SECRET-WORK');
INSERT INTO lms.grades (submission_id, assignment_id, stage, grader_id, score, feedback_html, private_note)
VALUES (%(submission)s, %(assignment)s, 'first', %(teacher)s, 55, 'SECRET-FEEDBACK', 'SECRET-NOTE');
INSERT INTO assignment_reviews (submission_id, reviewer_id, status, feedback_html)
VALUES (%(submission)s, %(teacher)s, 'submitted', 'SECRET-REVIEW');
INSERT INTO course_reviews (id, course_id, member_id, rating, review_text) VALUES (%(review)s, %(course)s, %(otto)s, 1, 'SECRET-OPINION');
INSERT INTO live_sessions (id, course_id, title, session_date, duration_minutes, meeting_url, meeting_password, instructor_id)
VALUES (%(session)s, %(course)s, 'Meet', now(), 60, 'https://example.org/meet', 'SECRET-MEETING', %(teacher)s);
INSERT INTO session_attendance (session_id, enrollment_id, member_id, duration_minutes)
VALUES (%(session)s, %(otto_enrollment)s, %(otto)s, 60);
INSERT INTO lms.lesson_notes (member_id, lesson_id, body) VALUES (%(otto)s, %(text)s, 'SECRET-THOUGHT');
INSERT INTO transactions (id, member_id, amount, description) VALUES (%(transaction)s, %(otto)s, 10, 'SECRET-PAYMENT')
"""
