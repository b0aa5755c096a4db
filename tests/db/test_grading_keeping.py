"""Two graders, their computers, a network that fails and a server that forgets to answer: every score ends on its learner, none is lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from desktop.errors import ServerAway
from desktop.grading.commands import Mark, save_grade
from desktop.grading.keeping import Answer, GradeJournal, Outcome, send_left, send_waiting
from desktop.grading.queries import get_essay, get_submission, list_queue, list_tasks
from desktop.questions.commands import save_answer, start_attempt, submit_attempt
from desktop.questions.queries import list_questions
from desktop.store.connection import Store
from tests.support.association import Association
from tests.support.grading import add_work
from tests.support.quizzes import add_quiz

WORKS = 3
number = st.integers(0, WORKS - 1)
who = st.sampled_from(["tess", "cora"])
scores = st.integers(0, 100).map(Decimal)


class Line:
    """A way to the server that can be cut, before a request reaches it or before its answer comes back."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cut = ""

    def read(self, fn: Callable[..., Any], /, *arguments: Any) -> Any:
        if self.cut:
            raise ServerAway("The server cannot be reached.")
        return self.store.read(fn, *arguments)

    def write(self, fn: Callable[..., Any], /, *arguments: Any) -> Any:
        if self.cut == "before":
            raise ServerAway("The server cannot be reached.")
        done = self.store.write(fn, *arguments)
        if self.cut == "after":
            raise ServerAway("The server cannot be reached.")
        return done


class Grader:
    """One grader's computer. ``shown`` is each work as it was last read; ``thought`` what they last gave, and still mean."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.line = Line(store)
        self.path = folder / "grades.sqlite3"
        self.journal = GradeJournal(self.path)
        self.thought: dict[UUID, Decimal] = {}

    def send(self) -> list[Answer]:
        return send_waiting(cast("Store", self.line), self.journal)

    def restart(self) -> None:
        """Without a word: the process is killed."""
        self.journal.close()
        self.journal = GradeJournal(self.path)


class Graders(RuleBasedStateMachine):
    association: Association
    stores: dict[str, Store]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.assignment, self.works = add_work(self.association, WORKS)
        self.people = {}
        for name, store in self.stores.items():
            (self.folder / name).mkdir()
            self.people[name] = Grader(store, self.folder / name)

    @rule(who=who, number=number, score=scores)
    def grade(self, who: str, number: int, score: Decimal) -> None:
        """Look at a work, if the line allows it as it is now, and give a score."""
        grader, work = self.people[who], self.works[number]
        piece = grader.line.store.read(get_submission, work)
        grader.journal.keep(piece, Mark(score))
        grader.thought[work] = score

    @rule(who=who)
    def send(self, who: str) -> None:
        for answer in self.people[who].send():
            assert answer.outcome in (Outcome.SAVED, Outcome.CONFLICT, Outcome.AWAY)

    @rule(who=who, cut=st.sampled_from(["before", "after", ""]))
    def cut(self, who: str, cut: str) -> None:
        self.people[who].line.cut = cut

    @rule(who=who)
    def kill(self, who: str) -> None:
        self.people[who].restart()

    @rule(who=who, mine=st.booleans())
    def settle(self, who: str, mine: bool) -> None:
        grader = self.people[who]
        for kept in grader.journal.waiting():
            if kept.held == "conflict":
                theirs = grader.line.store.read(get_submission, kept.key.id)
                if mine:
                    grader.journal.insist(theirs)
                else:
                    grader.journal.drop(kept.key)
                    del grader.thought[kept.key.id]

    @invariant()
    def what_is_not_there_is_kept(self) -> None:
        """What a grader means is on the server, or in their journal, or was replaced by a colleague who had seen it."""
        for grader in self.people.values():
            waiting = {kept.key.id: kept.mark.score for kept in grader.journal.waiting()}
            for work, score in grader.thought.items():
                assert work not in waiting or waiting[work] == score, "the last word is what waits"

    def teardown(self) -> None:
        for grader in self.people.values():
            grader.line.cut = ""
        for _round in range(6):
            for grader in self.people.values():
                grader.send()
                self._insist(grader)
        stored = {row.id: row.score for row in self.stores["tess"].read(list_queue, self.assignment)}
        meant = [grader.thought for grader in self.people.values()]
        for work in self.works:
            given = {thought[work] for thought in meant if work in thought}
            if given:
                assert stored[work] in given, "a score of this work's, and of no other"
        assert all(not grader.journal.waiting() for grader in self.people.values()), "nothing is left behind"
        for grader in self.people.values():
            grader.journal.close()
        shutil.rmtree(self.folder)

    def _insist(self, grader: Grader) -> None:
        for kept in grader.journal.waiting():
            if kept.held == "conflict":
                grader.journal.insist(grader.line.store.read(get_submission, kept.key.id))


@pytest.fixture
def stores(association: Association) -> Iterator[dict[str, Store]]:
    with (
        association.database.store(association.people["teacher"]) as tess,
        association.database.store(association.people["cora"]) as cora,
    ):
        yield {"tess": tess, "cora": cora}


def test_two_graders_and_a_network_that_fails(association: Association, stores: dict[str, Store]) -> None:
    Graders.association, Graders.stores = association, stores
    run_state_machine_as_test(
        Graders,
        settings=settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), database=None),
    )


def test_an_essay_whose_acknowledgement_was_lost_is_graded_once(association: Association, stores: dict[str, Store], tmp_path: Path) -> None:
    quiz = add_quiz(association, kinds=("essay",))
    with association.database.store(association.people["lea"]) as lea:
        attempt = lea.write(start_attempt, association["lea_enrollment"], quiz).value
        (asked,) = lea.read(list_questions, attempt)
        lea.write(save_answer, attempt, asked.id, 1, {"text": "People stay."})
        lea.write(submit_attempt, attempt)
    grader = Grader(stores["tess"], tmp_path)
    piece = stores["tess"].read(get_essay, attempt, asked.id)
    assert (piece.text, piece.points) == ("People stay.", Decimal(1))
    assert piece.mark.score is None
    grader.journal.keep(piece, Mark(Decimal(1), feedback="Yes."))
    grader.line.cut = "after"
    assert [answer.outcome for answer in grader.send()] == [Outcome.AWAY]
    grader.restart()
    grader.line.cut = ""
    assert [answer.outcome for answer in grader.send()] == [Outcome.SAVED]
    grader.journal.keep(stores["cora"].read(get_essay, attempt, asked.id), Mark(Decimal(0)))
    again = Grader(stores["cora"], tmp_path / "cora")
    again.journal.keep(piece, Mark(Decimal("0.5")))
    assert [answer.outcome for answer in again.send()] == [Outcome.CONFLICT]
    assert [kept.mark.score for kept in again.journal.waiting()] == [Decimal("0.5")], "and stays where it was typed"
    grader.journal.close()
    again.journal.close()


def test_what_an_outage_left_is_sent_without_opening_a_queue(association: Association, stores: dict[str, Store], tmp_path: Path) -> None:
    _assignment, works = add_work(association, 2)
    path = tmp_path / "grades.sqlite3"
    assert send_left(stores["tess"], path) == 0
    journal = GradeJournal(path)
    for work, score in zip(works, (70, 80), strict=True):
        journal.keep(stores["tess"].read(get_submission, work), Mark(Decimal(score)))
    journal.close()
    stores["cora"].write(save_grade, works[1], "first", 0, uuid4(), Mark(Decimal(90)))
    assert send_left(stores["tess"], path) == 1, "the other waits for somebody to choose"
    assert [stores["tess"].read(get_submission, work).mark.score for work in works] == [Decimal(70), Decimal(90)]
    assert send_left(stores["tess"], path) == 0


def test_what_the_server_refuses_stays_until_it_is_changed(association: Association, stores: dict[str, Store], tmp_path: Path) -> None:
    _assignment, (work,) = add_work(association, 1)
    grader = Grader(stores["tess"], tmp_path)
    piece = stores["tess"].read(get_submission, work)
    grader.journal.keep(piece, Mark(Decimal(101), feedback="<p>Long words</p>"))
    (answer,) = grader.send()
    assert (answer.outcome, str(answer.error)) == (Outcome.REFUSED, "This assignment is worth 0 to 100 points.")
    assert grader.send() == [], "it is not sent again and again"
    grader.restart()
    assert [kept.mark.feedback for kept in grader.journal.waiting()] == ["<p>Long words</p>"]
    grader.journal.keep(piece, Mark(Decimal(100), feedback="<p>Long words</p>"))
    assert [answer.outcome for answer in grader.send()] == [Outcome.SAVED]
    grader.journal.close()


def test_the_queue_has_the_last_work_of_each_and_says_how_far_it_is(association: Association, stores: dict[str, Store]) -> None:
    assignment, works = add_work(association, 3)
    with association.installer() as installer:
        installer.execute(
            "INSERT INTO assignment_submissions (assignment_id, enrollment_id, member_id, submission_number, submission_text)"
            " SELECT assignment_id, enrollment_id, member_id, 2, 'Better' FROM assignment_submissions WHERE id = %s",
            (works[0],),
        )
    tess = stores["tess"]
    tess.write(save_grade, works[1], "first", 0, works[1], Mark(Decimal(5)))
    tess.write(save_grade, works[2], "first", 0, works[2], Mark(Decimal(6), done=True))
    rows = tess.read(list_queue, assignment)
    assert [(row.name, row.number, row.state, row.score) for row in rows] == [
        ("Learner 2", 1, "begun", 5), ("Learner 3", 1, "done", 6), ("Learner 1", 2, "waiting", None),
    ]  # fmt: skip
    (task,) = [task for task in tess.read(list_tasks) if task.id == assignment]
    assert (task.total, task.waiting, task.ready) == (3, 2, 1)
