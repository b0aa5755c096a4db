"""Answers that wait on this computer's disk: they survive what the application does not, reach the server once, and overwrite nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from desktop.questions.commands import save_answer, start_attempt, submit_attempt
from desktop.questions.journal import AnswerJournal, Typed, send_left
from desktop.questions.queries import Answer, list_questions
from desktop.store.connection import Store
from tests.support.association import Association
from tests.support.quizzes import add_quiz

KILLED = """
import os, signal, sys
from pathlib import Path
from uuid import UUID
from desktop.questions.journal import AnswerJournal, Typed
journal = AnswerJournal(Path(sys.argv[1]))
journal.keep(Typed(UUID(sys.argv[2]), UUID(sys.argv[3]), 1, {"text": "the first half"}))
journal.keep(Typed(UUID(sys.argv[2]), UUID(sys.argv[3]), 2, {"text": "all of it"}))
os.kill(os.getpid(), signal.SIGKILL)
"""


class Lea:
    """A learner with an open attempt at a quiz of one question, and the journal of her computer."""

    def __init__(self, association: Association, store: Store, path: Path) -> None:
        self.store, self.path = store, path
        quiz = add_quiz(association, kinds=("short_answer",))
        self.attempt: UUID = store.write(start_attempt, association["lea_enrollment"], quiz).value
        (self.question,) = (asked.id for asked in store.read(list_questions, self.attempt))

    def typed(self, text: str, sequence: int) -> Typed:
        return Typed(self.attempt, self.question, sequence, {"text": text})

    def leaves(self, *typed: Typed) -> None:
        """What the application had no time to send."""
        with closing(AnswerJournal(self.path)) as journal:
            journal.keep(*typed)

    def saves(self, typed: Typed) -> None:
        """As from another desk."""
        assert self.store.write(save_answer, typed.attempt, typed.question, typed.sequence, typed.answer).value

    @property
    def answer(self) -> Answer | None:
        return self.store.read(list_questions, self.attempt)[0].answer

    @property
    def waiting(self) -> list[Typed]:
        with closing(AnswerJournal(self.path)) as journal:
            return journal.waiting()


@pytest.fixture
def lea(association: Association, tmp_path: Path) -> Iterator[Lea]:
    with association.database.store(association.people["lea"]) as store:
        yield Lea(association, store, tmp_path / "answers.sqlite3")


def test_what_a_killed_application_kept_is_sent_at_the_next_start(lea: Lea) -> None:
    arguments = [sys.executable, "-c", KILLED, str(lea.path), str(lea.attempt), str(lea.question)]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == -9
    assert send_left(lea.store, lea.path) == 0
    assert lea.answer == {"text": "all of it"}
    assert lea.waiting == []


def test_an_answer_whose_acknowledgement_was_lost_counts_as_arrived_even_after_the_attempt(lea: Lea) -> None:
    for over in (False, True):
        lea.leaves(lea.typed("there already", 1))
        if over:
            lea.store.write(submit_attempt, lea.attempt)
        else:
            lea.saves(lea.typed("there already", 1))
        assert send_left(lea.store, lea.path) == 0
        assert lea.waiting == []


def test_what_was_answered_at_another_desk_since_is_not_overwritten(lea: Lea) -> None:
    lea.leaves(lea.typed("here", 1))
    lea.saves(lea.typed("there", 1))
    assert send_left(lea.store, lea.path) == 1
    assert lea.answer == {"text": "there"}
    with closing(AnswerJournal(lea.path)) as journal:
        assert (journal.waiting(), journal.refused(lea.attempt)) == ([], [lea.typed("here", 1)])


def test_what_comes_after_the_attempt_is_set_aside_and_does_not_hold_up_the_rest(association: Association, lea: Lea) -> None:
    again = Lea(association, lea.store, lea.path)
    lea.leaves(lea.typed("too late", 1))
    again.leaves(again.typed("in time", 1))
    unknown = Typed(uuid4(), uuid4(), 1, None)
    lea.leaves(unknown)
    lea.store.write(submit_attempt, lea.attempt)
    assert send_left(lea.store, lea.path) == 1
    assert again.answer == {"text": "in time"}
    assert lea.waiting == [unknown]  # an attempt of a workspace that is not this one


def test_nobody_who_left_nothing_gets_a_file_and_one_that_is_no_database_makes_way(lea: Lea) -> None:
    assert send_left(lea.store, lea.path) == 0
    assert not lea.path.exists()
    lea.path.write_bytes(b"no database" * 100)
    lea.leaves(lea.typed("kept", 1))
    assert lea.waiting == [lea.typed("kept", 1)]
    assert lea.path.with_suffix(".broken").read_bytes().startswith(b"no database")


def test_what_was_typed_since_is_not_forgotten_with_what_arrived(lea: Lea) -> None:
    with closing(AnswerJournal(lea.path)) as journal:
        journal.keep(lea.typed("sent", 1))
        journal.keep(lea.typed("typed meanwhile", 2))
        journal.forget(lea.typed("sent", 1))
        assert journal.waiting() == [lea.typed("typed meanwhile", 2)]
