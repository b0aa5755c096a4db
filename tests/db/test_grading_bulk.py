"""Many at once against a real server: a table there and back, work as a ZIP file, comments, and grades for missing work."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest

from desktop.errors import Invalid, NotFound
from desktop.grading.bulk import apply_changes, check_table, comment_many, get_table, read_table, write_archive, write_table, zero_missing
from desktop.grading.commands import Mark, Work, WorkFile, extend_assignment, save_grade, submit_assignment
from desktop.grading.learners import page_assignment_learners
from desktop.grading.queries import File, get_submission
from desktop.store.assets import upload
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.association import Association
from tests.support.grading import add_work

CONTROL = JobControl(lambda _done, _detail: None)


@pytest.fixture
def tess(association: Association) -> Store:
    return association.database.store(association.people["teacher"])


def test_marks_go_out_as_a_table_and_come_back_on_their_learners(association: Association, tess: Store, tmp_path: Path) -> None:
    assignment, works = add_work(association, 3)
    tess.write(save_grade, works[0], "first", 0, uuid4(), Mark(Decimal(40), feedback="<p>Go on.</p>", note="Mine", done=True))
    table = tess.read(get_table, assignment)
    assert [(line.submission, line.version, line.score, line.comment) for line in table.lines] == [
        (works[0], 1, Decimal(40), "Go on."),
        (works[1], 0, None, ""),
        (works[2], 0, None, ""),
    ]
    path = tmp_path / "marks.csv"
    text = write_table(table)
    head, *lines = text.splitlines()
    lines.reverse()  # somebody sorted it
    path.write_text("\n".join([head, *(line.replace(",,100,", f",{60 + at},100,") for at, line in enumerate(lines))]), "utf-8")
    checked = check_table(table, read_table(path))
    assert (len(checked.changes), checked.unchanged, checked.problems) == (2, 1, ())
    tess.write(save_grade, works[1], "first", 0, uuid4(), Mark(Decimal(99)))  # at this moment
    applied = apply_changes(CONTROL, tess, checked.changes).value
    assert applied.saved == 1
    assert [why for _learner, why in applied.refused] == ["Somebody has graded this meanwhile."]
    assert [tess.read(get_submission, work).mark.score for work in works] == [Decimal(40), Decimal(99), Decimal(60)]

    done = comment_many(CONTROL, tess, [(works[0], "Ada"), (works[2], "Bao")], "Read page 3 & 4.").value
    assert (done.saved, done.refused) == (2, ())
    first = tess.read(get_submission, works[0]).mark
    assert (first.feedback, first.note, first.done) == ("<p>Go on.</p><p>Read page 3 &amp; 4.</p>", "Mine", True)
    foreign = association.database.store(association.people["finn"])
    with pytest.raises(NotFound):
        foreign.read(get_table, assignment)
    assert comment_many(CONTROL, foreign, [(works[0], "Ada")], "No").value.saved == 0


def test_a_table_of_what_two_people_mark_would_show_one_the_other(association: Association, tess: Store, tmp_path: Path) -> None:
    assignment, _works = add_work(association, 1, second_marking_percentage=50)
    with pytest.raises(Invalid, match="Two people mark"):
        tess.read(get_table, assignment)
    assert write_archive(CONTROL, tess, assignment, tmp_path / "work.zip", lambda file: tmp_path / file.name) == 1


def test_all_work_is_one_archive_with_a_folder_for_each(association: Association, tess: Store, tmp_path: Path) -> None:
    assignment, works = add_work(association, 1, submission_type="both", anonymous_grading=True)
    lea = association.database.store(association.people["lea"])
    (tmp_path / "plan.txt").write_text("A table of costs")
    asset = upload(lea, tmp_path / "plan.txt", "plan.txt", "text/plain", CONTROL)
    named = Work(text="My page", files=(WorkFile(asset, "../../..\\plan.txt"),))
    lea.write(submit_assignment, association["lea_enrollment"], assignment, uuid4(), named)

    def cached(file: File) -> Path:
        return tmp_path / "cache" / str(file.asset)

    path = tmp_path / "work.zip"
    assert write_archive(CONTROL, tess, assignment, path, cached) == 2
    with ZipFile(path) as archive:
        names = archive.namelist()
        assert names[0] == "marks.csv"
        assert not any("Lea Learner" in name or ".." in name for name in names), "nobody's name, and nothing outside its folder"
        first = next(name for name in names if works[0].hex[:8] in name)
        assert archive.read(first) == b"Work of learner 1."
        (file,) = [name for name in names if name.endswith("plan.txt")]
        assert archive.read(file) == b"A table of costs"
    with pytest.raises(Invalid, match="could not be written"):
        write_archive(CONTROL, tess, assignment, tmp_path / "no" / "work.zip", cached)


def test_who_is_missing_gets_a_grade_once_nothing_can_come_any_more(association: Association, tess: Store) -> None:
    assignment, _works = add_work(association, 1)

    def settle(statement: str) -> None:
        with association.installer() as installer:
            installer.execute(f"UPDATE assignments SET {statement} WHERE id = %s".encode(), (assignment,))

    assert tess.write(zero_missing, assignment).value == 0, "it is never due"
    settle("due_date = now() - interval '1 day'")
    assert tess.write(zero_missing, assignment).value == 0, "it may come late"
    settle("late_until = now() - interval '1 hour'")
    tess.write(extend_assignment, assignment, [association["lea_enrollment"]], None, None, 1, "")
    settle("total_points = 80")
    made = tess.write(zero_missing, assignment, Decimal(60)).value
    assert made == 3, "Lea, Otto and Finn"
    assert tess.write(zero_missing, assignment).value == 0
    rows = {row.enrollment: row for row in tess.read(page_assignment_learners, assignment)}
    submission = rows[association["lea_enrollment"]].submission
    assert isinstance(submission, UUID)
    piece = tess.read(get_submission, submission)
    assert (piece.mark.score, piece.mark.done, piece.text, piece.late_seconds) == (Decimal(32), True, None, 0)
    with pytest.raises(Invalid, match="0 to 100 percent"):
        tess.write(zero_missing, assignment, Decimal(101))
    foreign = association.database.store(association.people["finn"])
    with pytest.raises(NotFound):
        foreign.write(zero_missing, assignment)
