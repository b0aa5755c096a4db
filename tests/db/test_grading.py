"""Handing in, grading and releasing, by the functions that the application calls, as the people who call them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from desktop.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound
from desktop.grading.commands import (
    Mark,
    Receipt,
    Work,
    WorkFile,
    answer_regrade,
    claim_submission,
    extend_assignment,
    release_grades,
    request_regrade,
    return_submission,
    save_grade,
    submit_assignment,
)
from desktop.grading.late import LatePolicy
from desktop.learning.commands import complete_lesson, open_lesson
from desktop.store.connection import Store
from tests.support.association import Association, one
from tests.support.postgres import TEMPLATE, Server

RUBRIC = [
    {"id": "facts", "criterion": "Facts", "points": 60, "levels": [{"id": "all", "points": 60}, {"id": "some", "points": 30}]},
    {"id": "style", "criterion": "Style", "points": 40},
]


class Desk:
    """The association's assignment, Lea who learns, and Tess and Cora who teach."""

    def __init__(self, association: Association) -> None:
        self.association = association
        self.assignment: UUID = association["assignment"]
        self.lea, self.otto, self.tess, self.cora, self.finn = (
            association.database.store(association.people[name]) for name in ("lea", "otto", "teacher", "cora", "finn")
        )

    def settle(self, **columns: Any) -> None:
        """The assignment's terms, as its authors wrote them."""
        self.run(
            f"UPDATE assignments SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s", *columns.values(), self.assignment
        )

    def run(self, statement: str, *values: Any) -> None:
        with self.association.installer() as installer:
            installer.execute(statement.encode(), values)

    def value(self, statement: str, *values: Any) -> Any:
        with self.association.installer() as installer:
            return one(installer, statement, *values)

    def hand_in(self, work: Work | None = None, key: UUID | None = None) -> Receipt:
        work = work or Work(text="What I found")
        return self.lea.write(submit_assignment, self.association["lea_enrollment"], self.assignment, key or uuid4(), work).value

    def upload(self, name: str, data: bytes) -> WorkFile:
        """Lea stores a file."""
        with self.association.sign_in("lea") as lea:
            chunk = one(lea, "SELECT lms.put_chunk(%s)", data)
            asset = one(lea, "SELECT lms.put_asset(%s, 'application/pdf', ARRAY[%s::bytea], %s)", name, chunk, len(data))
        return WorkFile(asset, name)

    def grade(self, store: Store, submission: UUID, score: float, seen: int = 0, stage: str = "first", **fields: Any) -> int:
        return store.write(save_grade, submission, stage, seen, uuid4(), Mark(Decimal(str(score)), **fields)).value

    def release(self, *submissions: UUID) -> dict[UUID, str]:
        return self.tess.write(release_grades, submissions).value

    def shown(self, submission: UUID) -> tuple[Any, ...]:
        """What Lea sees of her own work."""
        with self.association.sign_in("lea") as lea:
            statement = (
                "SELECT status, score, late_penalty_applied, final_score, instructor_feedback_html, rubric_scores, graded_by"
                " FROM assignment_submissions WHERE id = %s"
            )
            row = lea.execute(statement, (submission,)).fetchone()
        assert row is not None
        return tuple(row)


@pytest.fixture
def desk(association: Association) -> Desk:
    desk = Desk(association)
    desk.settle(submission_type="both", rubric=Jsonb(RUBRIC))
    return desk


def refused(kind: type[LmsError], words: str) -> Any:
    return pytest.raises(kind, match=words)


# Handing in


def test_a_receipt_says_what_the_server_has_and_sending_again_is_handing_in_once(desk: Desk) -> None:
    key = uuid4()
    file = desk.upload("Report.PDF", b"%PDF-1.7 work")
    first = desk.hand_in(Work(text="See the file.", files=(file,)), key)
    assert desk.hand_in(Work(text="Something else"), key) == first
    assert (first.number, first.late_seconds, len(first.digest)) == (1, 0, 64)
    stored = desk.value("SELECT file_attachments FROM assignment_submissions WHERE id = %s", first.submission)
    assert stored == [
        {"file_name": "Report.PDF", "file_url": f"asset:{file.asset}", "file_size": 13, "media_type": "application/pdf"},
    ]
    with desk.association.sign_in("teacher") as tess:  # who grades may read it, who teaches elsewhere may not
        assert one(tess, "SELECT data FROM lms.get_chunks(%s, 0, 1)", file.asset) == b"%PDF-1.7 work"
    with desk.association.sign_in("finn") as finn, pytest.raises(psycopg.Error):
        finn.execute("SELECT * FROM lms.get_chunks(%s, 0, 1)", (file.asset,))


@pytest.mark.parametrize(
    ("terms", "work", "words"),
    [
        ({"submission_type": "text_entry"}, Work(text=" "), "Write your text first"),
        ({"submission_type": "text_entry"}, Work(url="https://a.example"), "Write your text first"),
        ({"submission_type": "url_submission"}, Work(url="a.example"), "Give the whole address"),
        ({"submission_type": "url_submission"}, Work(url="https://a.example/a b"), "Give the whole address"),
        ({"submission_type": "url_submission"}, Work(url="javascript:alert(1)"), "Give the whole address"),
        ({"submission_type": "file_upload"}, Work(text="x"), "Add the file"),
        ({"submission_type": "both"}, Work(), "Write your text, or add the file"),
        ({"submission_type": "both"}, Work(text="x" * 2_000_001), "too long"),
        ({"available_from": datetime(2999, 1, 1, tzinfo=UTC)}, Work(text="x"), "not open yet"),
        ({"due_date": datetime(2001, 1, 1, tzinfo=UTC), "late_submission_allowed": False}, Work(text="x"), "time to hand this in is over"),
        ({"late_until": datetime(2001, 1, 1, tzinfo=UTC)}, Work(text="x"), "time to hand this in is over"),
    ],
)
def test_what_an_assignment_does_not_take_is_refused_in_a_sentence(desk: Desk, terms: dict[str, Any], work: Work, words: str) -> None:
    desk.settle(**terms)
    with refused(Invalid, words):
        desk.hand_in(work)


def test_files_are_of_the_types_and_the_size_that_the_assignment_takes(desk: Desk) -> None:
    desk.settle(allowed_file_types=["pdf", ".DOCX"], max_file_size_mb=1, max_submissions=9)
    small = desk.upload("work.docx", b"x")
    assert desk.hand_in(Work(files=(small,))).number == 1
    with refused(Invalid, "“work.exe” is of no type that this assignment takes: pdf, .DOCX"):
        desk.hand_in(Work(files=(WorkFile(small.asset, "work.exe"),)))
    desk.run("UPDATE lms.assets SET size = 2147483648 WHERE id = %s", small.asset)  # 2 GiB, as an upload in chunks would have made it
    with refused(Invalid, "“work.docx” is larger than the 1 MB"):
        desk.hand_in(Work(files=(small,)))
    with refused(NotFound, "has to be sent first"):
        desk.hand_in(Work(files=(WorkFile(desk.association["finn_asset"], "a.pdf"),)))


def test_twenty_submissions_at_once_at_a_limit_of_one_are_one(desk: Desk) -> None:
    at_once = Barrier(20)

    def hand_in(_number: int) -> str:
        with desk.association.sign_in("lea") as lea:
            at_once.wait(timeout=60)
            try:
                lea.execute(
                    "SELECT lms.submit_assignment(%s, %s, %s, %s)",
                    (desk.association["lea_enrollment"], desk.assignment, uuid4(), Jsonb({"text": "x"})),
                )
            except psycopg.Error as error:
                return str(error.diag.message_hint)
            return "handed in"

    # A person may have few connections; this is about one who found a way around that
    desk.run(f"ALTER ROLE {desk.association.people['lea'].login} CONNECTION LIMIT 30")
    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(hand_in, range(20))) == ["handed in", *["not-submitted"] * 19]


def test_more_time_and_one_more_attempt_for_one_learner(desk: Desk) -> None:
    due = datetime.now(UTC) - timedelta(days=3)
    desk.settle(due_date=due, late_penalty_percentage=10)
    lea = [desk.association["lea_enrollment"]]
    receipt = desk.hand_in()
    assert receipt.late_seconds // 86_400 == 3
    with refused(Invalid, "as often as it may"):
        desk.hand_in()
    desk.grade(desk.tess, receipt.submission, 80)
    desk.release(receipt.submission)
    assert desk.shown(receipt.submission)[1:4] == (80, 40, 40)
    two_days = due + timedelta(days=2)
    assert desk.tess.write(extend_assignment, desk.assignment, lea, two_days, None, 1, "Ill").value == 1
    assert desk.shown(receipt.submission)[1:4] == (80, 20, 60), "by the new date"
    assert desk.hand_in().number == 2
    assert desk.tess.write(extend_assignment, desk.assignment, lea).value == 2, "taken back: both are later again"
    with refused(NotFound, "no such learner"):
        desk.finn.write(extend_assignment, desk.assignment, lea, two_days)


def test_a_lesson_with_an_assignment_is_completed_once_it_is_handed_in(desk: Desk) -> None:
    lesson = desk.association["text"]
    desk.run("UPDATE lessons SET lesson_type = 'assignment' WHERE id = %s", lesson)
    desk.settle(lesson_id=lesson)
    enrollment = desk.association["lea_enrollment"]
    desk.lea.write(open_lesson, enrollment, lesson)
    with refused(Invalid, "Hand in its assignment first"):
        desk.lea.write(complete_lesson, enrollment, lesson)
    desk.hand_in()
    desk.lea.write(complete_lesson, enrollment, lesson)


# Grading


def test_a_learner_sees_nothing_before_the_release_and_the_penalty_with_it(desk: Desk) -> None:
    desk.settle(due_date=datetime.now(UTC) - timedelta(hours=30), late_penalty_percentage=10, late_penalty_floor=75)
    work = desk.hand_in().submission
    assert desk.shown(work) == ("submitted", None, 0, None, None, None, None)
    rubric = {"facts": {"level": "all", "points": 60}, "style": {"points": 30}}
    version = desk.grade(desk.tess, work, 90, feedback="<p>Good</p>", note="SECRET doubt", rubric=rubric)
    assert desk.shown(work) == ("grading", None, 0, None, None, None, None)
    assert desk.release(work) == {work: "released"}
    status, score, penalty, final, feedback, scores, by = desk.shown(work)
    assert (status, score, penalty, final) == ("graded", 90, 15, 75), "two days begun cost 20, the floor leaves 75"
    assert (feedback, scores, by) == ("<p>Good</p>", rubric, desk.association["teacher"])
    assert desk.release(work) == {work: "released-before"}
    desk.grade(desk.tess, work, 95, version, feedback="Better")
    assert desk.shown(work)[1] == 90, "a change is the graders' own until it is released"
    assert desk.release(work, UUID(int=0)) == {work: "released", UUID(int=0): "no-such-submission"}
    assert desk.shown(work)[1:5] == (95, 20, 75, "Better")


def test_of_two_graders_the_second_is_told_and_a_lost_answer_is_no_second_save(desk: Desk) -> None:
    work = desk.hand_in().submission
    key = uuid4()
    for _twice in range(2):
        assert desk.tess.write(save_grade, work, "first", 0, key, Mark(Decimal(70))).value == 1
    with refused(Conflict, "Somebody else has graded this work meanwhile"):
        desk.grade(desk.cora, work, 60)
    assert desk.grade(desk.cora, work, 65, seen=1) == 2
    assert desk.value("SELECT score FROM lms.grades WHERE submission_id = %s", work) == 65
    assert desk.value("SELECT grader_id FROM lms.grades WHERE submission_id = %s", work) == desk.association["cora"]


@pytest.mark.parametrize(
    ("score", "rubric", "words"),
    [
        (100.01, {}, "worth 0 to 100 points"),
        (-1, {}, "worth 0 to 100 points"),
        (50, {"facts": {"points": 61}}, "no scores by the rubric"),
        (50, {"other": {"points": 1}}, "no scores by the rubric"),
        (50, {"facts": {"points": "many"}}, "no scores by the rubric"),
    ],
)
def test_a_score_is_within_the_points_of_the_assignment_and_its_rubric(desk: Desk, score: float, rubric: Any, words: str) -> None:
    work = desk.hand_in().submission
    with refused(Invalid, words):
        desk.grade(desk.tess, work, score, rubric=rubric)


def test_nobody_grades_their_own_work_or_that_of_foreign_courses(desk: Desk) -> None:
    work = desk.hand_in().submission
    desk.run(
        "UPDATE courses SET co_instructors = co_instructors || %s::uuid WHERE id = %s", desk.association["lea"], desk.association["course"]
    )
    desk.run("INSERT INTO lms.member_roles (member_id, role) VALUES (%s, 'instructor')", desk.association["lea"])
    with refused(NotFound, "no such work"):
        desk.grade(desk.finn, work, 100)
    assert desk.finn.write(claim_submission, work).value is None
    desk.grade(desk.tess, work, 100)
    assert desk.finn.write(release_grades, [work]).value == {work: "no-such-submission"}
    desk.run(f"GRANT lms_staff TO {desk.association.people['lea'].login}")
    with refused(NotAllowed, "Somebody else has to grade your own work"):
        desk.grade(desk.lea, work, 100)


def test_two_mark_blindly_then_agree(desk: Desk) -> None:
    desk.settle(second_marking_percentage=100)
    work = desk.hand_in().submission

    def seen_by(name: str) -> list[Any]:
        with desk.association.sign_in(name) as reader:
            return reader.execute("SELECT stage, score FROM lms.grades WHERE submission_id = %s ORDER BY stage", (work,)).fetchall()

    first = desk.grade(desk.tess, work, 50)
    assert (seen_by("teacher"), seen_by("cora"), seen_by("admin")) == ([("first", 50)], [], [])
    with refused(Invalid, "Two different people"):
        desk.grade(desk.tess, work, 50, stage="second")
    desk.grade(desk.cora, work, 90, stage="second", done=True)
    with refused(Invalid, "Both markers have to finish"):
        desk.grade(desk.tess, work, 70, stage="agreed")
    assert desk.release(work) == {work: "not-agreed"}
    desk.grade(desk.tess, work, 50, first, done=True)
    assert seen_by("cora") == [("first", 50), ("second", 90)]
    desk.grade(desk.cora, work, 70, stage="agreed")
    assert desk.release(work) == {work: "released"}
    assert desk.shown(work)[1] == 70


def test_a_sample_is_the_same_for_everybody_and_about_as_large_as_asked(desk: Desk) -> None:
    sample = (
        "SELECT count(*) FROM generate_series(1, 2000) AS n, assignments AS a WHERE a.id = %s AND lms.second_marked(a, md5(n::text)::uuid)"
    )
    sizes = []
    for percentage in (0, 10, 100):
        desk.settle(second_marking_percentage=percentage)
        sizes.append(desk.value(sample, desk.assignment))
    assert (sizes[0], sizes[2]) == (0, 2000)
    assert 150 < sizes[1] < 250


def test_who_has_it_in_front_of_them_is_said_and_keeps_nobody_out(desk: Desk) -> None:
    work = desk.hand_in().submission
    assert desk.tess.write(claim_submission, work).value == desk.association["teacher"]
    assert desk.cora.write(claim_submission, work).value == desk.association["teacher"]
    desk.tess.write(claim_submission, work, 0)
    assert desk.cora.write(claim_submission, work).value == desk.association["cora"]


def test_work_is_asked_for_once_more_beyond_date_and_number(desk: Desk) -> None:
    work = desk.hand_in().submission
    desk.settle(late_until=datetime.now(UTC))
    desk.tess.write(return_submission, work, True, "<p>Add the figures.</p>")
    assert desk.shown(work)[0] == "resubmission_requested"
    again = desk.hand_in()
    assert again.number == 2
    with refused(Invalid, "time to hand this in is over"):
        desk.hand_in()
    with refused(Invalid, "a later version"):
        desk.tess.write(return_submission, work, True, "")


def test_a_learner_asks_to_have_it_looked_at_again_and_is_answered_once(desk: Desk) -> None:
    work = desk.hand_in().submission
    with refused(NotFound, "no such graded work"):
        desk.lea.write(request_regrade, work, "Please")
    desk.grade(desk.tess, work, 50)
    desk.release(work)
    request = desk.lea.write(request_regrade, work, "Page two was missed.").value
    assert desk.lea.write(request_regrade, work, "Page two and three were missed.").value == request
    with refused(NotFound, "no such graded work"):
        desk.otto.write(request_regrade, work, "Mine")
    with refused(NotFound, "no such work"):
        desk.finn.write(answer_regrade, request, True, "")
    desk.tess.write(answer_regrade, request, False, "They were read.")
    with refused(Conflict, "answered already"):
        desk.cora.write(answer_regrade, request, True, "")
    with desk.association.sign_in("lea") as lea:
        assert lea.execute("SELECT status, answer FROM lms.regrade_requests").fetchall() == [("unchanged", "They were read.")]


# The rule of lateness


@pytest.fixture(scope="module")
def server(postgres_server: Server) -> Iterator[psycopg.Connection[Any]]:
    with postgres_server.roles_kept():
        name = postgres_server.clone(TEMPLATE)
        try:
            with psycopg.connect(name.conninfo(), autocommit=True) as connection:
                yield connection
        finally:
            postgres_server.drop(name.database)


money = st.decimals(0, 1000, places=2)


@given(
    st.builds(
        LatePolicy, st.decimals(0, 100, places=2), st.sampled_from(["hour", "day"]), st.decimals(0, 100, places=2), st.integers(0, 600)
    ),
    money,
    money,
    st.integers(-100, 10_000_000),
)
def test_the_server_takes_what_the_application_says_it_will(
    server: psycopg.Connection[Any], policy: LatePolicy, possible: Decimal, score: Decimal, seconds: int
) -> None:
    due = datetime(2026, 11, 1, 5, tzinfo=UTC)
    submitted = due + timedelta(seconds=seconds)
    late = one(server, "SELECT lms.late_seconds(%s, %s, %s)", submitted, due, policy.grace_minutes)
    assert late == policy.late_seconds(submitted, due)
    values = (possible, score, late, policy.percentage, policy.interval, policy.floor)
    assert one(server, "SELECT lms.late_deduction(%s, %s, %s, %s, %s, %s)", *values) == policy.deduction(possible, score, late)
