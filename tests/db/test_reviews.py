"""Reviews: once a learner who has begun, read before they are shown, found helpful once a member, and counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from desktop.courses.queries import list_reviews
from desktop.courses.reviews import (
    OwnReview,
    Standing,
    count_waiting,
    delete_review,
    get_own_review,
    list_own_votes,
    list_queue,
    moderate,
    vote_review,
    write_review,
)
from desktop.errors import Invalid, NotFound
from desktop.store.connection import Store
from tests.support.association import Association


@pytest.fixture
def people(association: Association) -> dict[str, Store]:
    """Lea is in the middle of the course, Otto has completed it and reviewed it with one star; nobody has decided about that."""
    return {name: association.database.store(association.people[name]) for name in ("lea", "otto", "finn", "paula", "admin", "teacher")}


def figures(association: Association) -> Any:
    with association.installer() as installer:
        row: Any = installer.execute("SELECT total_reviews, avg_rating FROM courses WHERE id = %s", (association["course"],)).fetchone()
    return row[0], row[1]


def test_words_wait_and_stars_alone_count_at_once(association: Association, people: dict[str, Store]) -> None:
    course, lea = association["course"], people["lea"]
    lea.write(write_review, course, 4, " ", "")
    assert lea.read(get_own_review, course) == OwnReview(4, None, None, Standing.APPROVED)
    assert figures(association) == (1, 4)
    lea.write(write_review, course, 5, "Clear", "It helped me at work.")
    assert lea.read(get_own_review, course) == OwnReview(5, "Clear", "It helped me at work.", Standing.WAITING)
    assert figures(association) == (0, None)
    assert people["otto"].read(list_reviews, course).shown == ()

    admin = people["admin"]
    assert admin.read(count_waiting) == 2
    assert [row.author for row in admin.read(list_queue, Standing.WAITING)] == ["Otto Other", "Lea Learner"]
    hers = admin.read(list_queue, Standing.WAITING)[1].id
    done = admin.write(moderate, hers, True, True)
    assert figures(association) == (1, 5)
    (shown,) = people["otto"].read(list_reviews, course).shown
    assert (shown.title, shown.featured, shown.mine) == ("Clear", True, False)

    lea.write(write_review, course, 3, "Clear", "It helped me at work.")
    assert figures(association) == (1, 3), "other stars, the same words: nothing to read again"
    lea.write(write_review, course, 3, "Clear", "Other words")
    assert figures(association) == (0, None)
    lea.write(delete_review, course)
    assert lea.read(get_own_review, course) is None
    assert done.undo is not None


def test_a_decision_can_be_undone_and_a_refusal_is_no_approval(association: Association, people: dict[str, Store]) -> None:
    admin, review = people["admin"], association["review"]
    done = admin.write(moderate, review, False)
    assert people["otto"].read(get_own_review, association["course"]).standing is Standing.REFUSED  # type: ignore[union-attr]
    assert [row.id for row in admin.read(list_queue, Standing.REFUSED)] == [review]
    admin.write(moderate, review, True)
    assert figures(association) == (1, 1)
    assert done.undo is not None
    admin.write(done.undo.command, *done.undo.arguments)
    assert figures(association) == (0, None)
    assert people["lea"].read(list_queue, Standing.REFUSED) == ()


@pytest.mark.parametrize("who", ["finn", "paula", "teacher"])
def test_only_who_has_begun_reviews(association: Association, people: dict[str, Store], who: str) -> None:
    with pytest.raises(Invalid, match="Begin the course"):
        people[who].write(write_review, association["course"], 5, "", "")


def test_each_member_finds_a_review_helpful_once(association: Association, people: dict[str, Store]) -> None:
    review, course = association["review"], association["course"]
    with pytest.raises(NotFound):
        people["lea"].write(vote_review, review, True)
    people["admin"].write(moderate, review, True)
    for _again in range(2):
        people["lea"].write(vote_review, review, True)
    people["finn"].write(vote_review, review, False)
    assert people["lea"].read(list_own_votes, course) == {review: True}
    (row,) = people["admin"].read(list_queue, Standing.APPROVED)
    assert (row.helpful, row.not_helpful) == (1, 1)
    people["lea"].write(vote_review, review, None)
    (row,) = people["admin"].read(list_queue, Standing.APPROVED)
    assert (row.helpful, row.not_helpful) == (0, 1)


def test_votes_at_the_same_moment_are_all_counted(association: Association, people: dict[str, Store]) -> None:
    review: UUID = association["review"]
    people["admin"].write(moderate, review, True)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda name: people[name].write(vote_review, review, True), ("lea", "finn", "paula", "teacher")))
    (row,) = people["admin"].read(list_queue, Standing.APPROVED)
    assert row.helpful == 4
