"""The gradebook on screen: everybody's scores, weights that show what they would change, and the book as a file."""

from __future__ import annotations

import csv
from decimal import Decimal
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from python_calamine import CalamineWorkbook

from desktop.grading.commands import Mark, release_grades, save_grade
from desktop.grading.gradebook import get_scheme
from desktop.ui.grading.gradebook import GradebookPage
from desktop.ui.grading.weights import WeightsPage
from tests.support.grading import add_work
from tests.ui.accessibility import assert_accessible

LONG = "A paper on how a self-funded plan is explained to people who have never read one, with sources"


@pytest.fixture
def graded(association):
    """Two assignments; three learners have 50, 70 and 90 in the first, and the first of them 100 in the second and the course completed."""
    essay, works = add_work(association, 3, title="=SUM(1)")
    paper, _none = add_work(association, 0, title=LONG)
    tess = association.database.store(association.people["teacher"])
    with association.installer() as installer:
        installer.execute(
            "INSERT INTO assignment_submissions (assignment_id, enrollment_id, member_id, submission_text)"
            " SELECT %s, enrollment_id, member_id, 'x' FROM assignment_submissions WHERE id = %s",
            (paper, works[0]),
        )
        installer.execute(
            "UPDATE enrollments SET status = 'completed', completed_at = now() FROM assignment_submissions AS s"
            " WHERE s.id = %s AND enrollments.id = s.enrollment_id",
            (works[0],),
        )
        last = installer.execute("SELECT id FROM assignment_submissions WHERE assignment_id = %s", (paper,)).fetchone()
    assert last is not None
    works.append(last[0])
    for work, score in zip(works, (50, 70, 90, 100), strict=True):
        tess.write(save_grade, work, "first", 0, uuid4(), Mark(Decimal(score)))
    tess.write(release_grades, works)
    return essay, paper


def cells(page, name):
    row = next(at for at, entry in enumerate(page.model.rows) if entry.name == name)
    titles = [page.model.headerData(at, Qt.Orientation.Horizontal) for at in range(page.model.columnCount())]
    return {title: page.model.index(row, at).data() for at, title in enumerate(titles)}


async def test_everybodys_scores_are_there_and_go_into_a_file(association, graded, sign_in, qtbot, until, tmp_path):
    desk = sign_in(association.database, association.people["teacher"])
    page = GradebookPage(desk.context, association["course"])
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=20)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(page)
    first = cells(page, "Learner 1")
    assert (first["State"], first["Grade"], first["Final grade"], first["=SUM(1)"], first[LONG]) == ("Completed", "75", "75", "50", "100")
    assert (cells(page, "Learner 2")["Grade"], cells(page, "Learner 2")[LONG]) == ("70", "")
    page.search.setText("learner 3")
    page.search.searched.emit("learner 3")
    assert [row.name for row in page.model.rows] == ["Learner 3"]
    page.search.setText("nobody at all")
    page.search.searched.emit("nobody at all")
    assert page.views.currentWidget() is page.nothing

    await page.export(tmp_path / "book.csv")
    await page.export(tmp_path / "book.xlsx")
    assert page.gradebook is not None
    lines = list(csv.reader((tmp_path / "book.csv").read_text("utf-8-sig").splitlines()))
    assert len(lines) == 1 + len(page.gradebook.entries), "whoever is searched for, all are in it"
    assert "'=SUM(1)" in lines[0], "no spreadsheet computes a title"
    sheet = CalamineWorkbook.from_path(str(tmp_path / "book.xlsx")).get_sheet_by_index(0).to_python()
    rows = {line[0]: dict(zip(sheet[0], line, strict=True)) for line in sheet[1:]}
    assert (rows["Learner 1"]["Final grade"], rows["Learner 2"][LONG], rows["Learner 3"]["=SUM(1)"]) == (75.0, "", 90.0)
    await desk.context.settled()


async def test_weights_show_whose_grade_would_change_and_then_do_it(association, graded, sign_in, qtbot, until):
    essay, paper = graded
    desk = sign_in(association.database, association.people["teacher"])
    opened = []
    desk.context.opened.connect(lambda place, _arguments: opened.append(place))
    page = WeightsPage(desk.context, association["course"])
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    await until(lambda: page.seen is not None, seconds=20)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(page)
    names = [card.part.name for card in page.cards]
    assert "Assignments" in names
    assert not page.model.rows, "as it begins, nothing changes"

    card = page.cards[names.index("Assignments")]
    at = [id for id, _weight in card.part.items].index(paper)
    card.weights[at].selectAll()
    qtbot.keyClicks(card.weights[at], "3")
    await until(lambda: page.seen is not None and page.seen.changed, seconds=20)
    assert [(row.name, row.before, row.after) for row in page.model.rows] == [("Learner 1", Decimal(75), Decimal("87.50"))]
    assert "1 of them is final" in page.summary.text()

    qtbot.mouseClick(card.remove_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.seen is not None or "group" in page.summary.text(), seconds=20)
    assert LONG in page.left.text(), "what is not counted is said"
    qtbot.mouseClick(page.add_button, Qt.MouseButton.LeftButton)
    added = page.cards[-1]
    qtbot.keyClicks(added.name, "Papers")
    next(action for action in added.menu.actions() if action.text() == LONG).trigger()
    assert page.cards[-1].part == page.scheme.parts[-1]
    page.zero.click()
    await until(lambda: page.seen is not None and page.seen.scheme == page.wanted, seconds=20)
    assert {row.name: row.after for row in page.model.rows if row.name.startswith("Learner ")}["Learner 1"] == Decimal("33.33"), (
        "two other groups are 0"
    )
    await page.apply()
    stored = association.database.store(association.people["teacher"]).read(get_scheme, association["course"])
    assert stored == page.wanted
    assert stored.parts[-1].name == "Papers"
    assert stored.missing_is_zero
    assert essay not in {id for part in stored.parts for id, _weight in part.items}
    assert opened == ["gradebook"]
    await desk.context.settled()
