"""Peer review: who reviews whom, who learns what of whom, and when; and the list of an assignment's learners."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from desktop.errors import Invalid, NotFound
from desktop.grading.commands import Work, extend_assignment, submit_assignment
from desktop.grading.learners import (
    LearnerKey,
    count_assignment_learners,
    list_assignment_learner_keys,
    page_assignment_learners,
)
from desktop.grading.peer_reviews import assign_peer_reviews, list_my_reviews, list_received_reviews, save_review
from desktop.grading.rubric import Given
from desktop.store.connection import Store
from tests.support.association import Association, one

RUBRIC = '[{"id": "c", "criterion": "Clarity", "points": 10, "levels": [{"id": "l", "title": "Clear", "points": 10}]}]'


class Class:
    """Learners of one assignment with peer review, two reviews each."""

    def __init__(self, association: Association, size: int) -> None:
        self.association = association
        self.teacher = association.database.store(association.people["teacher"])
        self.assignment = uuid4()
        self.members: list[tuple[Store, UUID, UUID]] = []
        self.run(
            "INSERT INTO assignments (id, course_id, title, description, submission_type, total_points, rubric, enable_peer_review)"
            " VALUES (%s, %s, 'Review', 'Each other', 'text_entry', 10, %s, true)",
            self.assignment,
            association["course"],
            RUBRIC,
        )
        for number in range(size):
            self.join(f"Lerner {number}")

    def run(self, statement: str, *values: Any) -> None:
        with self.association.installer() as installer:
            installer.execute(statement.encode(), values)

    def join(self, name: str) -> None:
        """Somebody comes, and hands in."""
        person = self.association.database.add_person(first_name=name, last_name="Peer", email=f"{uuid4()}@example.org")
        enrollment = uuid4()
        self.run(
            "INSERT INTO enrollments (id, course_id, member_id) VALUES (%s, %s, %s)",
            enrollment,
            self.association["course"],
            person.member_id,
        )
        store = self.association.database.store(person)
        self.members.append((store, person.member_id, enrollment))
        store.write(submit_assignment, enrollment, self.assignment, uuid4(), Work(text=f"By {name}"))

    def deal(self) -> int:
        return self.teacher.write(assign_peer_reviews, self.assignment).value

    def reviews(self) -> list[tuple[UUID, UUID]]:
        """Who reviews whose."""
        with self.association.installer() as installer:
            return installer.execute(
                "SELECT r.reviewer_id, s.member_id FROM assignment_reviews AS r"
                " JOIN assignment_submissions AS s ON s.id = r.submission_id WHERE s.assignment_id = %s",
                (self.assignment,),
            ).fetchall()


@pytest.mark.parametrize(("size", "each"), [(1, 0), (2, 1), (3, 2), (7, 2)])
def test_everybody_reviews_and_is_reviewed_as_often_and_nobody_their_own(association: Association, size: int, each: int) -> None:
    group = Class(association, size)
    assert group.deal() == size * each
    assert group.deal() == 0, "again is nothing new"
    pairs = group.reviews()
    assert all(reviewer != author for reviewer, author in pairs)
    assert len(set(pairs)) == len(pairs)
    for counted in (Counter(reviewer for reviewer, _author in pairs), Counter(author for _reviewer, author in pairs)):
        assert set(counted.values()) <= {each}
        assert len(counted) == (size if each else 0)


def test_who_comes_late_gets_and_gives_as_many_while_nobody_who_was_there_loses_any(association: Association) -> None:
    group = Class(association, 4)
    group.deal()
    before = set(group.reviews())
    group.join("Late")
    group.deal()
    after = set(group.reviews())
    assert before <= after
    late = group.members[-1][1]
    assert Counter(reviewer for reviewer, _author in after)[late] == 2
    assert Counter(author for _reviewer, author in after)[late] == 2


def test_neither_side_learns_a_name_and_what_is_written_comes_when_the_time_is_over(association: Association) -> None:
    group = Class(association, 3)
    group.deal()
    (reviewer, reviewer_id, _), *_others = group.members
    first, second = reviewer.read(list_my_reviews, group.assignment)
    assert (first.author, first.status, first.text[:3]) == ("", "assigned", "By ")
    given = {"c": Given(Decimal(8), "", "Shorter.")}
    reviewer.write(save_review, first.id, None, given, "", False)
    assert reviewer.read(list_my_reviews, group.assignment)[0].given == given
    with pytest.raises(Invalid, match="Give points first"):
        reviewer.write(save_review, first.id, None, given, "", True)
    with pytest.raises(Invalid, match="0 to 10 points"):
        reviewer.write(save_review, first.id, Decimal(11), {}, "", True)
    assert reviewer.write(save_review, first.id, Decimal(8), given, "Well put.", True).value == "submitted"
    with pytest.raises(Invalid, match="already"):
        reviewer.write(save_review, first.id, Decimal(1), given, "Or not.", True)

    author, author_id, _ = next(one for one in group.members if first.text.endswith(_name(group, one[1])))
    with group.association.installer() as installer:
        submission = one(installer, "SELECT id FROM assignment_submissions WHERE member_id = %s", author_id)
    with pytest.raises(NotFound, match="no such review"):
        author.write(save_review, first.id, Decimal(10), {}, "", True)
    (received,) = author.read(list_received_reviews, submission)
    assert (received.reviewer, received.score, received.feedback) == ("", Decimal(8), "Well put.")
    assert reviewer.read(list_received_reviews, submission) == (), "the author's alone"
    group.run("UPDATE assignments SET peer_reviews_due = now() + interval '1 day' WHERE id = %s", group.assignment)
    assert author.read(list_received_reviews, submission) == ()
    group.run("UPDATE assignments SET peer_reviews_due = now() - interval '1 day', peer_reviews_anonymous = false")
    assert author.read(list_received_reviews, submission)[0].reviewer == f"{_name(group, reviewer_id)} Peer"
    with pytest.raises(Invalid, match="time to review is over"):
        reviewer.write(save_review, second.id, Decimal(5), {}, "", True)
    foreign = association.database.store(association.people["finn"])
    with pytest.raises(NotFound):
        foreign.write(assign_peer_reviews, group.assignment)


def _name(group: Class, member: UUID) -> str:
    with group.association.installer() as installer:
        return str(one(installer, "SELECT first_name FROM members WHERE id = %s", member))


def test_the_list_of_learners_has_their_dates_their_work_and_a_tally_of_reviews(association: Association) -> None:
    group = Class(association, 3)
    group.deal()
    (store, _member, enrollment), *_others = group.members
    due = datetime(2026, 5, 1, 12, tzinfo=UTC)
    group.teacher.write(extend_assignment, group.assignment, [enrollment], due, due + timedelta(days=2), 1, "Ill")
    (review, _second) = store.read(list_my_reviews, group.assignment)
    store.write(save_review, review.id, Decimal(7), {}, "", True)
    rows = group.teacher.read(page_assignment_learners, group.assignment, "peer")
    assert len(rows) == group.teacher.read(count_assignment_learners, group.assignment, "peer") == 3
    row = next(row for row in rows if row.enrollment == enrollment)
    assert (row.due, row.extra, row.reason, row.handed, row.dealt, row.written) == (due, 1, "Ill", 1, 2, 1)
    assert sum(row.received for row in rows) == 1
    assert [row.average for row in rows if row.received] == [7]
    group.run("UPDATE assignments SET anonymous_grading = true WHERE id = %s", group.assignment)
    rows = group.teacher.read(page_assignment_learners, group.assignment)
    assert [row.average for row in rows if row.received] == [None]
    names = [(row.last_name, row.first_name) for row in rows]
    assert names == sorted(names)
    first = LearnerKey(rows[0].last_name, rows[0].first_name, rows[0].enrollment)
    assert group.teacher.read(list_assignment_learner_keys, group.assignment, "", 1)[0] == first
    assert group.teacher.read(page_assignment_learners, group.assignment, "", first) == rows[1:]
    foreign = association.database.store(association.people["finn"])
    assert foreign.read(count_assignment_learners, group.assignment) == 1, "himself, who learns here and teaches elsewhere"
