"""What graders mark on files: whose it is, who sees it when, and that a crash, an outage and a new version of the file lose nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Invalid, NotAllowed, ServerAway
from desktop.grading.annotations import (
    DRAWING,
    HIGHLIGHT,
    NOTE,
    Annotation,
    AnnotationJournal,
    keep_annotation,
    list_annotations,
    read_annotations,
    send_left,
    send_waiting,
    stored,
    stroke,
)
from desktop.grading.commands import Mark, Work, release_grades, return_submission, save_grade, submit_assignment
from tests.support.association import Association
from tests.support.grading import put_file

CHILD = """
import sys, time
from pathlib import Path
from uuid import UUID
from desktop.grading.annotations import Annotation, AnnotationJournal
journal = AnnotationJournal(Path(sys.argv[1]))
for n in range(3):
    journal.keep(Annotation(UUID(sys.argv[2]), sys.argv[3], "note", n, (((0.5, 0.5),),), words=f"Note {n}"))
print("kept", flush=True)
time.sleep(60)
"""


@pytest.fixture
def work(association: Association) -> Any:
    """Lea handed in a file; ``store(name)`` is a person's, ``asset`` the file's."""
    with association.installer() as installer:
        installer.execute("UPDATE assignments SET submission_type = 'both', max_submissions = 3")

    class Handed:
        def store(self, name: str) -> Any:
            return association.database.store(association.people[name])

        def hand_in(self, data: bytes) -> tuple[UUID, str]:
            file = put_file(association, "lea", "Report.pdf", data)
            lea, assignment = self.store("lea"), association["assignment"]
            receipt = lea.write(submit_assignment, association["lea_enrollment"], assignment, uuid4(), Work(files=(file,))).value
            return receipt.submission, file.asset

    handed = Handed()
    handed.submission, handed.asset = handed.hand_in(b"%PDF-1.7 first")  # type: ignore[attr-defined]
    return handed


def note(work: Any, **changes: Any) -> Annotation:
    return replace(Annotation(work.submission, work.asset, NOTE, 0, (((0.25, 0.5),),), words="Look here"), **changes)


def keep(store: Any, annotation: Annotation) -> None:
    store.write(keep_annotation, annotation.id, annotation.submission, stored(annotation))


def test_graders_see_it_at_once_and_its_author_once_it_is_released(work: Any) -> None:
    tess, cora, lea = (work.store(name) for name in ("teacher", "cora", "lea"))
    marked = note(work)
    keep(tess, marked)
    keep(tess, marked)
    (seen,) = cora.read(list_annotations, work.submission)
    assert (seen.id, seen.mine, seen.author != "", seen.words) == (marked.id, False, True, "Look here")
    assert lea.read(list_annotations, work.submission) == ()
    with pytest.raises(NotAllowed, match="Somebody else"):
        keep(cora, replace(marked, words="No"))
    tess.write(save_grade, work.submission, "first", 0, uuid4(), Mark(score=None, done=True))
    tess.write(save_grade, work.submission, "first", 1, uuid4(), Mark(Decimal(80), done=True))
    tess.write(release_grades, [work.submission])
    (learnt,) = lea.read(list_annotations, work.submission)
    assert (learnt.words, learnt.author, learnt.strokes) == ("Look here", "", (((0.25, 0.5),),))


def test_of_two_markers_neither_sees_what_the_other_wrote_before_both_have_finished(work: Any, association: Association) -> None:
    with association.installer() as installer:
        installer.execute("UPDATE assignments SET second_marking_percentage = 100")
    tess, cora = work.store("teacher"), work.store("cora")
    keep(tess, note(work))
    assert cora.read(list_annotations, work.submission) == ()
    for store, stage in ((tess, "first"), (cora, "second")):
        store.write(save_grade, work.submission, stage, 0, uuid4(), Mark(Decimal(80), done=True))
    assert len(cora.read(list_annotations, work.submission)) == 1


NOTHING_TO_MARK: tuple[dict[str, Any], ...] = (
    {"strokes": (((0.5, 1.01),),)},
    {"strokes": (((0.5, float(2)),),)},
    {"strokes": ()},
    {"strokes": ((),)},
    {"page": -1},
    {"colour": "red"},
    {"kind": "script"},
    {"asset": "0" * 64},
    {"words": "x" * 10_001},
)


def test_what_is_nothing_to_mark_is_refused(work: Any) -> None:
    tess, taken = work.store("teacher"), []
    for changes in NOTHING_TO_MARK:
        try:
            keep(tess, note(work, id=uuid4(), **changes))
        except Invalid:
            continue
        taken.append(changes)
    assert taken == []
    assert tess.read(list_annotations, work.submission) == ()
    keep(tess, note(work))  # the same without any of them


def test_a_new_version_of_the_file_begins_clean_and_the_old_one_keeps_its_own(work: Any) -> None:
    tess = work.store("teacher")
    first = note(work)
    keep(tess, first)
    tess.write(return_submission, work.submission, True, "Once more, please.")
    second, asset = work.hand_in(b"%PDF-1.7 second")
    assert asset != work.asset
    assert tess.read(list_annotations, second) == ()
    keep(tess, note(work, submission=second, asset=asset, id=uuid4(), words="Better"))
    assert [each.words for each in tess.read(list_annotations, work.submission)] == ["Look here"]
    with pytest.raises(Invalid):  # the old file is not part of the new submission
        keep(tess, note(work, submission=second, id=uuid4()))


def test_what_was_marked_survives_a_kill_and_is_sent_once(work: Any, tmp_path: Path) -> None:
    path = tmp_path / "annotations.sqlite3"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path), str(work.submission), work.asset], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "kept\n"
    os.kill(child.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    child.wait(20)
    child.stdout.close()
    journal, tess = AnnotationJournal(path), work.store("teacher")
    try:
        before = read_annotations(tess, journal, work.submission)
        assert [each.words for each in before] == ["Note 0", "Note 1", "Note 2"]
        journal.keep(before[1], gone=True)
        assert send_waiting(tess, journal) == []
        assert journal.waiting() == []
        assert [each.words for each in tess.read(list_annotations, work.submission)] == ["Note 0", "Note 2"]
    finally:
        journal.close()


def test_an_outage_keeps_it_and_a_lost_answer_makes_no_second_one(work: Any, tmp_path: Path) -> None:
    tess = work.store("teacher")

    class Away:
        """The server does what it is told, and its answer never comes."""

        def write(self, *call: Any) -> None:
            tess.write(*call)
            raise ServerAway("The server cannot be reached.")

        def read(self, *_call: Any) -> None:
            raise ServerAway("The server cannot be reached.")

    away: Any = Away()
    journal = AnnotationJournal(tmp_path / "annotations.sqlite3")
    try:
        marked = note(work)
        journal.keep(marked)
        assert send_waiting(away, journal) == []
        journal.keep(replace(marked, words="Look here again"))
        assert [each.words for each in read_annotations(away, journal, work.submission)] == ["Look here again"]
        assert send_waiting(tess, journal) == []
        assert [each.words for each in tess.read(list_annotations, work.submission)] == ["Look here again"]
        journal.keep(note(work, id=uuid4(), asset="0" * 64))
        journal.keep(note(work, id=uuid4(), words="After it"))
        assert [error.message for error in send_waiting(tess, journal)] == ["This file is not part of the work."]
        assert [each.held for each in journal.waiting()] == ["This file is not part of the work."]
        assert len(tess.read(list_annotations, work.submission)) == 2
        journal.keep(note(work, id=uuid4(), words="Left for tomorrow"))
    finally:
        journal.close()
    send_left(tess, tmp_path / "annotations.sqlite3")  # at the next sign-in, without opening the work
    assert {each.words for each in tess.read(list_annotations, work.submission)} == {"Look here again", "After it", "Left for tomorrow"}


points = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(st.lists(points, min_size=1, max_size=5), st.floats(-2, 2), st.floats(-2, 2), st.sampled_from([HIGHLIGHT, DRAWING]))
def test_nothing_is_moved_over_the_edge_of_the_page(line: list[tuple[float, float]], across: float, down: float, kind: str) -> None:
    moved = Annotation(uuid4(), "x", kind, 0, (stroke(line),)).moved(across, down)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in moved.strokes[0])
