"""The gradebook: what counts, by which weights, and final grades that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from desktop.errors import Conflict, Invalid, NotFound
from desktop.grading.commands import Mark, release_grades, save_grade
from desktop.grading.gradebook import (
    Entry,
    Item,
    Part,
    Scheme,
    begin_scheme,
    get_gradebook,
    get_scheme,
    look_at_scheme,
    set_scheme,
    write_scheme,
)
from desktop.grading.what_if import apply_rule, get_rule, look_at_rule
from tests.support.association import Association, one
from tests.support.grading import add_work


def entry_of(association: Association, enrollment: UUID) -> Entry:
    gradebook = association.database.store(association.people["teacher"]).read(get_gradebook, association["course"])
    return next(entry for entry in gradebook.entries if entry.enrollment == enrollment)


def test_each_kind_of_item_has_its_score(association: Association) -> None:
    assignment, works = add_work(association, 2)
    tess = association.database.store(association.people["teacher"])
    with association.installer() as installer:
        enrollment = one(installer, "SELECT enrollment_id FROM assignment_submissions WHERE id = %s", works[0])
        installer.execute(
            """
            WITH me AS (SELECT id, member_id FROM enrollments WHERE id = %(enrollment)s),
            tried AS (
              INSERT INTO quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number, status, score)
              SELECT %(quiz)s, id, member_id, n, status, score
              FROM me, (VALUES (1, 'graded', 55), (2, 'graded', 75), (3, 'in_progress', NULL)) AS attempt (n, status, score)
            ), held AS (
              INSERT INTO live_sessions (
                course_id, title, session_date, duration_minutes, meeting_url, instructor_id, status
              )
              SELECT %(course)s, title, now() + day * interval '1 day', 60, 'https://meet.example.org', %(teacher)s, status
              FROM (
                VALUES ('Before', -9, 'completed'), ('First', 1, 'completed'), ('Second', 2, 'completed'), ('Ahead', 3, 'scheduled')
              ) AS s (title, day, status)
              RETURNING id, title
            ), came AS (
              INSERT INTO session_attendance (session_id, enrollment_id, member_id, attended)
              SELECT held.id, me.id, me.member_id, true FROM held, me WHERE held.title = 'First'
            )
            INSERT INTO lesson_progress (enrollment_id, lesson_id, scorm_score) SELECT id, %(scorm)s, 90 FROM me
            """,
            {name: association[name] for name in ("quiz", "course", "teacher", "scorm")} | {"enrollment": enrollment},
        )
    tess.write(save_grade, works[0], "first", 0, uuid4(), Mark(Decimal(80)))
    quiz, scorm, course = association["quiz"], association["scorm"], association["course"]
    before = entry_of(association, enrollment)
    assert before.scores == {quiz: 75, scorm: 90, course: 50}, "the best attempt; what is not released is nobody's grade yet"
    assert before.grade == Decimal("82.50"), "the mean of what counts without a scheme: attendance does not"
    tess.write(release_grades, works[:1])
    after = entry_of(association, enrollment)
    assert (after.scores[assignment], after.grade, after.final_grade) == (Decimal(80), Decimal("81.67"), None)

    gradebook = tess.read(get_gradebook, course)
    kinds = {item.id: item.kind for item in gradebook.items}
    assert (kinds[quiz], kinds[scorm], kinds[assignment], kinds[course]) == ("quiz", "scorm", "assignment", "attendance")
    assert gradebook.items[-1] == Item("attendance", course, "Live sessions attended")
    with pytest.raises(NotFound, match="teach no such course"):
        association.database.store(association.people["finn"]).read(get_gradebook, course)


def test_a_scheme_is_shown_before_it_is_set_and_does_what_it_showed(association: Association) -> None:
    essay, works = add_work(association, 3)
    plan, plans = add_work(association, 0)
    del plans
    tess = association.database.store(association.people["teacher"])
    course = association["course"]
    with association.installer() as installer:
        mine = one(installer, "SELECT enrollment_id FROM assignment_submissions WHERE id = %s", works[0])
        installer.execute(
            "INSERT INTO assignment_submissions (assignment_id, enrollment_id, member_id, submission_text)"
            " SELECT %s, id, member_id, 'My plan' FROM enrollments WHERE id = %s",
            (plan, mine),
        )
        second = one(installer, "SELECT id FROM assignment_submissions WHERE assignment_id = %s", plan)
        installer.execute("UPDATE enrollments SET status = 'completed', completed_at = now() WHERE id = %s", (mine,))
    for work, score in ((works[0], 50), (second, 100), (works[1], 70)):
        tess.write(save_grade, work, "first", 0, uuid4(), Mark(Decimal(score)))
    tess.write(release_grades, [works[0], second, works[1]])
    assert entry_of(association, mine).final_grade == 75, "released after the course was completed, it counts"

    assert tess.read(get_scheme, course) is None
    scheme = Scheme((Part("Essays", Decimal(1), 0, ((essay, Decimal(1)),)), Part("Plans", Decimal(3), 0, ((plan, Decimal(1)),))))
    seen = tess.read(look_at_scheme, course, scheme)
    assert {one.enrollment: (one.completed, one.before, one.after) for one in seen.changed if one.enrollment == mine} == {
        mine: (True, Decimal(75), Decimal("87.50"))
    }
    assert entry_of(association, mine).final_grade == 75, "nothing has changed yet"
    tess.write(save_grade, works[2], "first", 0, uuid4(), Mark(Decimal(10)))
    tess.write(release_grades, [works[2]])
    with pytest.raises(Conflict, match="since you looked"):
        tess.write(set_scheme, seen)
    seen = tess.read(look_at_scheme, course, scheme)
    assert tess.write(set_scheme, seen).value == sum(one.completed for one in seen.changed)
    assert tess.read(get_scheme, course) == scheme
    assert entry_of(association, mine).final_grade == Decimal("87.50")
    assert tess.read(look_at_scheme, course, scheme).changed == ()

    lowest = replace(scheme, parts=(Part("All", Decimal(1), 1, ((essay, Decimal(1)), (plan, Decimal(1)))),))
    outcomes = {one.enrollment: one.after for one in tess.read(look_at_scheme, course, lowest).outcomes}
    assert outcomes[mine] == 100, "the lowest is left out"
    with association.installer() as installer:
        other = one(installer, "SELECT enrollment_id FROM assignment_submissions WHERE id = %s", works[1])
        logged = one(installer, "SELECT count(*) FROM audit_logs WHERE table_name = 'lms.grading_schemes'")
    assert outcomes[other] == 70, "but never all"
    assert logged == 1
    strict = {one.enrollment: one.after for one in tess.read(look_at_scheme, course, replace(scheme, missing_is_zero=True)).outcomes}
    assert (strict[mine], strict[other]) == (Decimal("87.50"), Decimal("17.50"))
    tess.write(set_scheme, tess.read(look_at_scheme, course, None))
    assert tess.read(get_scheme, course) is None
    assert entry_of(association, mine).final_grade == 75


def test_a_final_grade_follows_corrections(association: Association) -> None:
    assignment, works = add_work(association, 1, late_penalty_percentage=10)
    tess = association.database.store(association.people["teacher"])
    with association.installer() as installer:
        installer.execute("UPDATE assignment_submissions SET late_seconds = 86400, is_late = true WHERE id = %s", (works[0],))
        installer.execute("UPDATE assignments SET due_date = now() - interval '31 days' WHERE id = %s", (assignment,))
        enrollment = one(installer, "SELECT enrollment_id FROM assignment_submissions WHERE id = %s", works[0])
        installer.execute("UPDATE enrollments SET status = 'completed', completed_at = now() WHERE id = %s", (enrollment,))
    tess.write(save_grade, works[0], "first", 0, uuid4(), Mark(Decimal(80)))
    tess.write(release_grades, works)
    assert entry_of(association, enrollment).final_grade == 70
    rule = replace(tess.read(get_rule, assignment), grace_minutes=10_000)
    tess.write(apply_rule, tess.read(look_at_rule, assignment, rule))
    assert entry_of(association, enrollment).final_grade == 80
    with association.installer() as installer:
        assert one(installer, "SELECT final_grade FROM course_completions WHERE enrollment_id = %s", enrollment) == 80


ITEM = uuid4()
SOUND = Part("Everything", items=((ITEM, Decimal(1)),))
BAD = {
    "1 to 50 groups": Scheme(()),
    "needs a name": Scheme((replace(SOUND, name=" "),)),
    "group's weight": Scheme((replace(SOUND, weight=Decimal(0)),)),
    "leaves out": Scheme((replace(SOUND, drop=-1),)),
    "A weight in a group": Scheme((replace(SOUND, items=((ITEM, Decimal(2000)),)),)),
    "no longer there": Scheme((replace(SOUND, items=((uuid4(), Decimal(1)),)),)),
    "in two groups": Scheme((SOUND, SOUND)),
    "Put something": Scheme((replace(SOUND, items=()),)),
}


@pytest.mark.parametrize("sentence", BAD)
def test_what_is_no_scheme_is_told(shared_association: Association, sentence: str) -> None:
    quiz = shared_association["quiz"]
    scheme = BAD[sentence]
    parts = tuple(replace(part, items=tuple((quiz if id == ITEM else id, weight) for id, weight in part.items)) for part in scheme.parts)
    tess = shared_association.database.store(shared_association.people["teacher"])
    with pytest.raises(Invalid, match=sentence):
        tess.read(look_at_scheme, shared_association["course"], Scheme(parts))


def test_a_scheme_to_begin_with_changes_nothing(shared_association: Association) -> None:
    tess = shared_association.database.store(shared_association.people["teacher"])
    course = shared_association["course"]
    gradebook = tess.read(get_gradebook, course)
    assert tess.read(look_at_scheme, course, begin_scheme(gradebook.items)).changed == ()


IDS = tuple(UUID(int=number) for number in range(1, 6))
weights = st.decimals(Decimal("0.01"), Decimal(1000), places=2)
schemes = st.builds(
    lambda placed, parts, zero: Scheme(
        tuple(
            replace(part, items=tuple((id, weight) for id, (at, weight) in zip(IDS, placed, strict=True) if at == number))
            for number, part in enumerate(parts)
        ),
        zero,
    ),
    st.lists(st.tuples(st.integers(0, 3), weights), min_size=5, max_size=5),
    st.lists(st.builds(Part, st.just("x"), weights, st.integers(0, 3)), min_size=3, max_size=3),
    st.booleans(),
)
scores = st.dictionaries(st.sampled_from(IDS), st.decimals(0, 100, places=2))


def grade(scheme: Scheme, scores: Mapping[UUID, Decimal]) -> Decimal | None:
    """The rule as docs/grading.md says it."""
    total, weight = Decimal(0), Decimal(0)
    for part in scheme.parts:
        there = [(scores.get(id, Decimal(0)), w) for id, w in part.items if id in scores or scheme.missing_is_zero]
        there = sorted(there, key=lambda pair: pair[0])
        kept = there[min(part.drop, len(there) - 1) :] if there else []
        if kept:
            total += part.weight * sum(score * w for score, w in kept) / sum(w for _score, w in kept)
            weight += part.weight
    return min((total / weight), Decimal(100)).quantize(Decimal("0.01"), ROUND_HALF_UP) if weight else None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scheme=schemes, given_scores=st.lists(scores, min_size=3, max_size=3))
def test_grades_are_those_of_the_rule(shared_association: Association, scheme: Scheme, given_scores: list[dict[UUID, Decimal]]) -> None:
    """Among equal scores the one with the lower id is left out first; the oracle sorts alike, as ids here go up with the items."""
    course = shared_association["course"]
    with shared_association.installer() as installer, installer.transaction(force_rollback=True):
        installer.execute("DELETE FROM lms.grading_schemes")
        installer.execute(
            "INSERT INTO assignments (id, course_id, title, description) SELECT id, %s, 'x', 'x' FROM unnest(%s::uuid[]) AS id",
            (course, list(IDS)),
        )
        people = installer.execute(
            """
            WITH p AS (
              INSERT INTO members (first_name, last_name, email) SELECT 'P', n, n || '@grades.example.org' FROM generate_series(1, 3) AS n
              RETURNING id
            )
            INSERT INTO enrollments (course_id, member_id) SELECT %s, id FROM p RETURNING id, member_id
            """,
            (course,),
        ).fetchall()
        for (enrollment, member), each in zip(people, given_scores, strict=True):
            for id, score in each.items():
                installer.execute(
                    "INSERT INTO assignment_submissions"
                    " (assignment_id, enrollment_id, member_id, status, score, final_score, grade_percentage)"
                    " VALUES (%s, %s, %s, 'graded', %s, %s, %s)",
                    (id, enrollment, member, score, score, score),
                )
        rows = installer.execute(
            "SELECT enrollment_id, grade FROM lms.weighted_grades(%s, %s, %s)",
            (course, [row[0] for row in people], Jsonb(write_scheme(scheme))),
        ).fetchall()
    computed = dict(rows)
    for (enrollment, _member), each in zip(people, given_scores, strict=True):
        expected = grade(scheme, each)
        assert computed.get(enrollment) == expected or (expected is not None and abs(computed[enrollment] - expected) <= Decimal("0.01"))
