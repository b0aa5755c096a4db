"""Another late rule: shown first, then done as it was shown, for what was released already too."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from desktop.errors import Conflict, Invalid, NotFound
from desktop.grading.commands import Mark, release_grades, save_grade
from desktop.grading.late import LatePolicy
from desktop.grading.what_if import apply_rubric, apply_rule, get_rubric, get_rule, look_at_rubric, look_at_rule
from tests.support.association import Association, one
from tests.support.grading import add_work


def test_another_rule_is_shown_before_it_is_done_and_does_what_it_showed(association: Association) -> None:
    assignment, works = add_work(association, 3, late_penalty_percentage=10)
    tess = association.database.store(association.people["teacher"])
    with association.installer() as installer:
        installer.execute(
            "UPDATE assignments SET due_date = (SELECT submitted_at FROM assignment_submissions WHERE id = %s) - interval '90 minutes'"
            " WHERE id = %s",
            (works[0], assignment),
        )
        installer.execute(
            "UPDATE assignment_submissions AS s SET late_seconds = lms.late_seconds(s.submitted_at, a.due_date, 0), is_late = true,"
            " late_days = 1 FROM assignments AS a WHERE a.id = s.assignment_id AND a.id = %s",
            (assignment,),
        )
    for work, score in zip(works[:2], (80, 50), strict=True):
        tess.write(save_grade, work, "first", 0, uuid4(), Mark(Decimal(score)))
    tess.write(release_grades, works[:1])
    now = tess.read(get_rule, assignment)
    assert now == LatePolicy(Decimal(10), "day", Decimal(0), 0)
    assert not tess.read(look_at_rule, assignment, now).changed, "as it is, nothing changes"

    hourly = LatePolicy(Decimal(20), "hour", Decimal(45))
    seen = tess.read(look_at_rule, assignment, hourly)
    assert {one.submission: (one.released, one.before, one.after) for one in seen.changed} == {
        works[0]: (True, Decimal(70), Decimal(45)),
        works[1]: (False, Decimal(40), Decimal(45)),
    }
    with association.installer() as installer:
        assert one(installer, "SELECT final_score FROM assignment_submissions WHERE id = %s", works[0]) == 70, "nothing has changed yet"
    tess.write(save_grade, works[2], "first", 0, uuid4(), Mark(Decimal(10)))
    with pytest.raises(Conflict, match="since you looked"):
        tess.write(apply_rule, seen)
    assert tess.write(apply_rule, tess.read(look_at_rule, assignment, hourly)).value == 1
    assert tess.read(get_rule, assignment) == hourly
    forgiving = replace(hourly, grace_minutes=600)
    tess.write(apply_rule, tess.read(look_at_rule, assignment, forgiving))
    with association.installer() as installer:
        stored = installer.execute(
            "SELECT late_seconds, is_late, late_penalty_applied, final_score, grade_percentage FROM assignment_submissions"
            " WHERE assignment_id = %s ORDER BY submitted_at",
            (assignment,),
        ).fetchall()
    assert stored == [(0, False, 0, 80, 80), (0, False, 0, None, None), (0, False, 0, None, None)]
    with pytest.raises(Invalid, match="no late rule"):
        tess.write(apply_rule, replace(seen, rule=replace(hourly, percentage=Decimal(101))))
    foreign = association.database.store(association.people["finn"])
    assert foreign.read(look_at_rule, assignment, hourly).outcomes == ()
    with pytest.raises(NotFound):
        foreign.write(apply_rule, seen)


def test_another_rubric_is_shown_before_it_is_done(association: Association) -> None:
    assignment, works = add_work(association, 4, rubric=True)
    tess = association.database.store(association.people["teacher"])
    given: dict[UUID, tuple[Decimal, dict[str, dict[str, Any]]]] = {
        works[0]: (Decimal(95), {"facts": {"level": "all", "points": 60}, "style": {"points": 35}}),  # 35 was typed
        works[1]: (Decimal(50), {"facts": {"level": "some", "points": 30}, "style": {"points": 10}}),  # 10 more by hand
        works[2]: (Decimal(70), {"facts": {"level": "some", "points": 30}, "style": {"level": "good", "points": 40}}),
    }
    for work, (score, scores) in given.items():
        tess.write(save_grade, work, "first", 0, uuid4(), Mark(score, rubric=scores))
    tess.write(release_grades, works[:2])

    rubric, total = tess.read(get_rubric, assignment)
    assert total == 100
    assert not tess.read(look_at_rubric, assignment, rubric, total).changed, "as it is, nothing changes"
    facts, style = rubric
    kinder = replace(facts, levels=(facts.levels[0], replace(facts.levels[1], points=Decimal(45))))
    other = (kinder, replace(style, points=Decimal(30), levels=(replace(style.levels[0], points=Decimal(30)),)))
    seen = tess.read(look_at_rubric, assignment, other, Decimal(90))
    assert {one.submission: (one.released, one.before, one.after) for one in seen.changed} == {
        works[0]: (True, Decimal(95), Decimal(90)),
        works[1]: (True, Decimal(50), Decimal(65)),
        works[2]: (False, Decimal(70), Decimal(75)),
    }
    tess.write(save_grade, works[3], "first", 0, uuid4(), Mark(Decimal(1)))
    with pytest.raises(Conflict, match="since you looked"):
        tess.write(apply_rubric, seen)
    assert tess.write(apply_rubric, tess.read(look_at_rubric, assignment, other, Decimal(90))).value == 3
    assert tess.read(get_rubric, assignment) == (other, Decimal(90))
    with association.installer() as installer:
        stored = installer.execute(
            """
            SELECT s.final_score, s.grade_percentage, g.score, (g.rubric_scores #>> '{facts,points}')::numeric, g.version,
              g.released_version
            FROM assignment_submissions AS s JOIN lms.grades AS g ON g.submission_id = s.id
            WHERE s.assignment_id = %s
            ORDER BY s.submitted_at
            """,
            (assignment,),
        ).fetchall()
    assert stored == [
        (90, 100, 90, 60, 2, 2),
        (65, Decimal("72.22"), 65, 45, 2, 2),
        (None, None, 75, 45, 2, None),
        (None, None, 1, None, 1, None),
    ]
    assert not tess.read(look_at_rubric, assignment, other, Decimal(90)).changed
    with pytest.raises(Invalid, match="other criteria"):
        tess.read(look_at_rubric, assignment, other[:1], Decimal(90))
    with pytest.raises(Invalid, match="No level"):
        tess.read(look_at_rubric, assignment, (kinder, replace(style, points=Decimal(10))), Decimal(90))
    with pytest.raises(Conflict, match="graded this work meanwhile"):
        tess.write(save_grade, works[2], "first", 1, uuid4(), Mark(Decimal(2)))
