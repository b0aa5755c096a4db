"""Seconds of a video count when the server's clock allows them, each once, and are never taken away again."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.errors import Invalid
from desktop.learning.notes import delete_note, list_notes, write_note
from desktop.learning.watching import Spans, get_played, list_heat, merged, record_time, record_watching, seconds
from desktop.store.connection import Store
from tests.support.association import Association

LENGTH = 600


@pytest.fixture
def film(association: Association) -> UUID:
    """The association's first lesson, as a film of ten minutes that Lea has opened."""
    lesson: UUID = association["text"]
    with association.installer() as installer:
        installer.execute(
            "UPDATE lessons SET lesson_type = 'video', video_duration_seconds = %s, completion_criteria = 'video_watched' WHERE id = %s",
            (LENGTH, lesson),
        )
    open_film(association)
    return lesson


STORES: dict[tuple[str, str], Store] = {}


def store(association: Association, name: str) -> Store:
    """One per person and database: each keeps connections."""
    key = (association.database.address.database, name)
    if key not in STORES:
        STORES[key] = association.database.store(association.people[name])
    return STORES[key]


def open_film(association: Association) -> None:
    with association.sign_in("lea") as lea:
        lea.execute("SELECT lms.open_lesson(%s, %s)", (association["lea_enrollment"], association["text"]))


def pass_time(association: Association, seconds: float) -> None:
    with association.installer() as installer:
        installer.execute("UPDATE lms.watching_clocks SET reported_at = reported_at - make_interval(secs => %s)", (seconds,))


def report(association: Association, *spans: tuple[int, int], position: int = 0) -> None:
    store(association, "lea").write(record_watching, association["lea_enrollment"], association["text"], position, spans)


def played(association: Association) -> Spans:
    return store(association, "lea").read(get_played, association["lea_enrollment"], association["text"])


def progress(association: Association) -> tuple[Any, ...]:
    with association.installer() as installer:
        row = installer.execute(
            "SELECT video_watched_seconds, video_completion_percentage::float, status, video_position_seconds FROM lesson_progress"
            " WHERE lesson_id = %s AND enrollment_id = %s",
            (association["text"], association["lea_enrollment"]),
        ).fetchone()
    assert row is not None
    return row


def test_a_film_is_completed_by_watching_nine_tenths_of_it(association: Association, film: UUID) -> None:
    for start in range(0, 540, 60):
        assert progress(association)[2] == "in_progress"
        pass_time(association, 60)
        report(association, (start, start + 60), position=start + 60)
    assert progress(association) == (540, 90.0, "completed", 540)
    assert played(association) == ((0, 540),)


def test_who_claims_more_than_time_allows_gains_nothing(association: Association, film: UUID) -> None:
    report(association, (0, LENGTH), position=590)
    assert progress(association) == (0, 0.0, "in_progress", 590)
    pass_time(association, 100)
    report(association, (0, 205))
    assert played(association) == ()
    report(association, (0, 200))  # twice as fast as time
    assert played(association) == ((0, 200),)
    report(association, (200, 202))
    assert played(association) == ((0, 200),)


def test_seeking_to_the_end_is_not_watching(association: Association, film: UUID) -> None:
    pass_time(association, 1000)
    report(association, (0, 10), (595, 600), position=600)
    assert progress(association) == (15, 2.5, "in_progress", 600)


def test_what_was_watched_twice_counts_once_and_takes_its_time(association: Association, film: UUID) -> None:
    for _again in range(3):
        pass_time(association, 30)
        report(association, (0, 60))
    assert progress(association)[0] == 60
    report(association, (60, 120))
    assert progress(association)[0] == 60


def test_two_films_are_not_watched_in_one_time(association: Association, film: UUID) -> None:
    with association.installer() as installer:
        installer.execute("UPDATE lessons SET lesson_type = 'video', video_duration_seconds = 600 WHERE id = %s", (association["preview"],))
    with association.sign_in("lea") as lea:
        lea.execute("SELECT lms.open_lesson(%s, %s)", (association["lea_enrollment"], association["preview"]))
    pass_time(association, 60)
    report(association, (0, 120))
    store(association, "lea").write(record_watching, association["lea_enrollment"], association["preview"], 0, ((0, 120),))
    assert played(association) == ((0, 120),)
    assert store(association, "lea").read(get_played, association["lea_enrollment"], association["preview"]) == ()


def test_opening_a_lesson_again_starts_the_clock_again(association: Association, film: UUID) -> None:
    pass_time(association, 86_400)
    open_film(association)
    report(association, (0, LENGTH))
    assert progress(association)[0] == 0


def test_a_shorter_film_in_its_place_takes_nothing_away(association: Association, film: UUID) -> None:
    pass_time(association, 200)
    report(association, (0, 400))
    with association.installer() as installer:
        installer.execute("UPDATE lessons SET video_duration_seconds = 1200 WHERE id = %s", (film,))
    report(association, position=10)
    assert progress(association)[:2] == (400, 66.67)


@pytest.mark.parametrize("claim", ["{[0,)}", "{(,5)}", "{[-3,5)}", None])
def test_what_is_no_part_of_a_film_is_refused(association: Association, film: UUID, claim: str | None) -> None:
    with association.sign_in("lea") as lea, pytest.raises(psycopg.DatabaseError) as refused:
        lea.execute("SELECT lms.record_watching(%s, %s, 0, %s::int4multirange)", (association["lea_enrollment"], film, claim))
    assert refused.value.sqlstate == "LM003"


CLAIMS = st.lists(
    st.tuples(st.integers(0, 90), st.lists(st.tuples(st.integers(0, 650), st.integers(1, 200)), max_size=4)), min_size=1, max_size=12
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(claims=CLAIMS)
def test_nobody_watches_more_than_twice_the_time_and_progress_never_falls(association: Association, film: UUID, claims: Any) -> None:
    """Any sequence of reports, honest or not: seconds believed ≤ 2 × time, unique, inside of the film; the percentage only grows."""
    with association.installer() as installer:
        installer.execute("DELETE FROM lms.video_watching")
        installer.execute("UPDATE lesson_progress SET video_completion_percentage = 0, video_watched_seconds = 0")
    open_film(association)
    time, before, believed = 0, 0.0, set[int]()
    for wait, lengths in claims:
        spans = tuple((start, start + length) for start, length in lengths)
        time += wait
        pass_time(association, wait)
        report(association, *spans)
        now = {second for start, end in played(association) for second in range(start, end)}
        assert believed <= now <= set(range(LENGTH))
        assert now - believed <= {second for start, end in spans for second in range(start, end)}
        percentage = progress(association)[1]
        assert percentage >= before
        assert percentage == pytest.approx(min(100.0, 100 * len(now) / LENGTH), abs=0.01)
        before, believed = percentage, now
    assert len(believed) <= 2 * time + 60  # the test itself takes time, too


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda two: (min(two), max(two))), max_size=8)


@given(SPANS)
def test_spans_merge_as_sets_do(spans: list[tuple[int, int]]) -> None:
    whole = merged(spans)
    assert {s for start, end in whole for s in range(int(start), int(end))} == {s for start, end in spans for s in range(start, end)}
    assert all(start < end for start, end in whole)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(whole))
    assert seconds(whole) == len({s for start, end in spans for s in range(start, end)})


def test_authors_see_where_learners_stop_and_what_they_play_again(association: Association, film: UUID) -> None:
    pass_time(association, 600)
    report(association, (0, 300))
    report(association, (60, 120))
    heat = store(association, "teacher").read(list_heat, film, 10)
    assert [(part.viewers, part.again) for part in heat] == [(1, 0), (1, 1), *[(1, 0)] * 3, *[(0, 0)] * 5]


# Time


def test_time_in_a_lesson_completes_what_asks_for_time(association: Association) -> None:
    lesson, enrollment = association["text"], association["lea_enrollment"]
    with association.installer() as installer:
        installer.execute("UPDATE lessons SET completion_criteria = 'time_spent', min_time_seconds = 90 WHERE id = %s", (lesson,))
    open_film(association)
    lea, status = (
        store(association, "lea"),
        "SELECT time_spent_seconds, status FROM lesson_progress WHERE enrollment_id = %s AND lesson_id = %s",
    )
    with association.installer() as installer:
        for expected in ((30, "in_progress"), (60, "in_progress"), (90, "completed")):
            installer.execute("UPDATE lesson_progress SET last_accessed_at = last_accessed_at - interval '30 seconds'")
            lea.write(record_time, enrollment, lesson, 30)
            row = installer.execute(status, (enrollment, lesson)).fetchone()
            assert row is not None
            assert row[1] == expected[1]
            assert abs(row[0] - expected[0]) <= 2
        installer.execute("UPDATE lesson_progress SET last_accessed_at = last_accessed_at - interval '1 day'")
        lea.write(record_time, enrollment, lesson, 86_400)
        row = installer.execute(status, (enrollment, lesson)).fetchone()
        assert row is not None
        assert row[0] <= 152  # a minute more


# Notes


def test_notes_belong_to_their_writer(association: Association) -> None:
    lea, lesson = store(association, "lea"), association["text"]
    first = lea.write(write_note, lesson, "Ask about deductibles", at_seconds=61).value
    lea.write(write_note, lesson, "The whole chapter again", None)
    lea.write(write_note, lesson, "Ask about co-insurance", at_seconds=61, note_id=first)
    notes = lea.read(list_notes, lesson)
    assert [(note.body, note.at_seconds) for note in notes] == [("Ask about co-insurance", 61), ("The whole chapter again", None)]
    assert store(association, "teacher").read(list_notes, lesson) == ()
    done = lea.write(delete_note, first)
    assert len(lea.read(list_notes, lesson)) == 1
    assert done.undo is not None
    lea.write(done.undo.command, *done.undo.arguments)
    assert {note.body for note in lea.read(list_notes, lesson)} == {"Ask about co-insurance", "The whole chapter again"}


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 20_001])
def test_a_note_says_something_and_not_too_much(association: Association, body: str) -> None:
    with pytest.raises(Invalid):
        store(association, "lea").write(write_note, association["text"], body, None)
