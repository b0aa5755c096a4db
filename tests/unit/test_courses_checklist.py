"""What an author is told of a course while editing it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop.courses.checklist import State, Surroundings, checklist, lesson_state, module_state, waits_for_itself
from desktop.courses.draft import LESSONS, Draft
from tests.support.drafts import COURSE, draft, find

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUIET = Surroundings()


def codes(made: Draft, around: Surroundings = QUIET) -> list[str]:
    return [problem.code for problem in checklist(made, NOW, around)]


def change(made: Draft, title: str, **values: object) -> Draft:
    row_id = find(made, title)
    made.rows[str(made.table_of(row_id))][row_id].update(values)
    return made


def test_a_complete_course_has_an_empty_checklist() -> None:
    assert codes(draft(("Basics", ("One", "Two")))) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"description": " "}, "no-description"),
        ({"instructor_id": None}, "no-instructor"),
        ({"pricing_type": "paid"}, "no-price"),
        ({"price": 5}, "free"),
        ({"pricing_type": "paid", "price": 5, "member_price": 6}, "member-price"),
        ({"short_description": None}, "summary"),
        ({"learning_objectives": []}, "objectives"),
        ({"allow_enrollment": False}, "closed"),
        ({"enrollment_end_date": NOW}, "ended"),
        ({"ce_credits": 2}, "credits"),
    ],
)
def test_what_is_wrong_with_the_course(values: dict[str, object], code: str) -> None:
    (problem,) = checklist(draft(("Basics", ("One",)), **values), NOW, QUIET)
    assert problem.code == code
    assert problem.table == "courses"
    assert problem.column in COURSE


def test_credits_stand_on_something_that_is_assessed() -> None:
    made = change(draft(("Basics", ("One",)), ce_credits=2), "One", lesson_type="quiz", completion_criteria="quiz_passed")
    assert codes(made, Surroundings(questions={find(made, "One"): 3})) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"content_html": "<p>&nbsp;</p>"}, "no-text"),
        ({"lesson_type": "pdf"}, "no-content"),
        ({"lesson_type": "external_link", "content_url": "example"}, "link"),
        ({"lesson_type": "external_link", "content_url": "https://example.org/a b"}, "link"),
        ({"lesson_type": "embedded_content", "content_url": "https://evil.example/x", "content_html": None}, "embed"),
        ({"lesson_type": "pdf", "content_url": "asset:gone"}, "media"),
        ({"lesson_type": "quiz"}, "no-quiz"),
        ({"completion_criteria": "video_watched"}, "no-duration"),
        ({"completion_criteria": "scorm_completed"}, "not-scorm"),
        ({"completion_criteria": "time_spent"}, "no-time"),
        ({"lesson_type": "assignment"}, "no-assignment"),
        ({"lesson_type": "live_session"}, "no-session"),
        ({"lesson_type": "video", "content_url": "asset:here"}, "transcript"),
        ({"content_html": '<p><img src="asset:here"></p>'}, "alt"),
        ({"content_html": '<p><img src="asset:here" alt="IMG_2041.JPG"></p>'}, "alt"),
        ({"content_html": '<p><img src="asset:gone" alt="A chart"></p>'}, "media"),
        ({"content_html": '<p><img src="https://example.org/a.png" alt="A chart"></p>'}, "media"),
        ({"content_html": '<p><img src="file:///C:/a.png" alt="A chart"></p>'}, "media"),
        ({"content_html": "<h2>A</h2><h4>B</h4>"}, "heading"),
        ({"content_html": "<h1>A</h1>"}, "heading"),
        ({"content_html": '<p><a href="https://example.org">Click here</a></p>'}, "link-text"),
        ({"content_html": '<p><a href="#nowhere">The end</a></p>'}, "link"),
        ({"content_html": '<p><a href="page2.html">Next page</a></p>'}, "link"),
        ({"content_html": "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>"}, "table"),
        ({"content_html": '<p style="color: #999">pale</p>'}, "contrast"),
        ({"content_html": '<div style="background: navy"><font color="blue">dim</font></div>'}, "contrast"),
        ({"content_html": '<video src="asset:here" title="Tour"></video>'}, "captions"),
    ],
)
def test_what_is_wrong_with_a_lesson(values: dict[str, object], code: str) -> None:
    made = change(draft(("Basics", ("One",))), "One", **values)
    found = checklist(made, NOW, Surroundings(assets={"here"}, live_sessions=0))
    assert [problem.code for problem in found] == [code]
    assert found[0].row == find(made, "One")


@pytest.mark.parametrize(
    "html",
    [
        '<p><img src="asset:here" alt=""></p>',
        '<h2 id="end">A</h2><h3>B</h3><h2>C</h2><p><a href="#end">To the top</a> <a href="mailto:a@example.org">Write to us</a></p>',
        "<table><tr><th>a</th></tr><tr><td>b</td></tr></table>",
        '<p style="color: #555">dark enough</p>',
    ],
)
def test_what_is_right_is_not_blamed(html: str) -> None:
    assert codes(change(draft(("Basics", ("One",))), "One", content_html=html), Surroundings(assets={"here"})) == []


def test_a_ring_of_lessons_and_modules_is_told_once_by_its_titles() -> None:
    """One waits for Four; Four is in a module that waits for Basics, where One is required."""
    made = draft(("Basics", ("One", "Two")), ("More", ("Four",)))
    change(made, "One", unlock_after_lesson_id=find(made, "Four"))
    change(made, "More", unlock_after_module_id=find(made, "Basics"))
    (problem,) = checklist(made, NOW, QUIET)
    assert (problem.code, problem.blocking) == ("unlock", True)
    assert "“One”" in problem.message
    assert "“More”" in problem.message
    change(made, "One", require_completion=False)
    assert codes(made) == []


def test_an_unlock_rule_that_would_close_a_ring_is_known_before() -> None:
    made = draft(("Basics", ("One", "Two")))
    change(made, "Two", unlock_after_lesson_id=find(made, "One"))
    assert waits_for_itself(made, LESSONS, find(made, "One"), find(made, "Two"))
    assert not waits_for_itself(made, LESSONS, find(made, "One"), None)
    assert made.row(LESSONS, find(made, "One"))["unlock_after_lesson_id"] is None


def test_rules_that_never_or_always_hold() -> None:
    made = draft(("Basics", ("One",)), ("More", ("Four",)), course_end_date=NOW)
    change(made, "More", unlock_date=NOW + timedelta(days=1), unlock_after_module_id=find(made, "Basics"))
    change(made, "One", require_completion=False)
    assert codes(made) == ["unlock-date", "unlock-open"]


def test_how_far_a_lesson_is() -> None:
    made = draft(("Basics", ("One",)))
    states = []
    for html in (None, "<p> </p>", "<p>Text</p>"):
        change(made, "One", content_html=html)
        states.append(lesson_state(made, made.row(LESSONS, find(made, "One")), QUIET))
    assert states == [State.DRAFT, State.INCOMPLETE, State.READY]
    assert module_state([]) is module_state([State.DRAFT]) is State.DRAFT
    assert module_state([State.READY, State.DRAFT]) is State.INCOMPLETE
    assert module_state([State.READY, State.READY]) is State.READY
