"""Two learners with the same passage, side by side; names only where grading is not anonymous."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QAbstractItemModelTester

from desktop.ui.grading.similarity import SimilarityPage
from tests.support.grading import add_work
from tests.ui.accessibility import assert_accessible

SHARED = "A plan that pays first and asks later 🙂 is cheaper for the insured than one which asks first and never pays"


async def test_a_passage_in_common_is_shown_in_both_texts(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    assignment, works = add_work(association, 3, anonymous_grading=True)
    with association.installer() as installer:
        installer.execute("UPDATE assignment_submissions SET submission_text = %s WHERE id = %s", (f"Mine: {SHARED}.", works[0]))
        installer.execute("UPDATE assignment_submissions SET submission_text = NULL, submission_html = %s WHERE id = %s", (f"<p>&lt;No&gt; <b>{SHARED}</b></p>", works[2]))  # fmt: skip # noqa: E501
    desk = sign_in(association.database, association.people["teacher"])
    page = SimilarityPage(desk.context, assignment, association["course"], "Plan design")
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    await until(lambda: page.state == "content" and page.pair is not None, seconds=20)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(page)
    assert [(row.left.key.id, row.right.key.id) for row in page.model.rows] == [(works[0], works[2])]
    assert page.sides[0].name.text() == f"Learner {works[0].hex[:4].upper()}"
    for side in page.sides:
        cursor, marked = side.words.textCursor(), ""
        cursor.setPosition(0)
        while cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor):
            marked += cursor.selectedText() if cursor.charFormat().fontUnderline() else ""
            cursor.clearSelection()
        assert marked == SHARED
    await desk.context.settled()


async def test_a_stranger_to_the_course_compares_nothing(association, sign_in, qtbot, until):
    assignment, _works = add_work(association, 2)
    desk = sign_in(association.database, association.people["finn"])
    page = SimilarityPage(desk.context, assignment, association["course"])
    qtbot.addWidget(page)
    page.show()
    await until(lambda: page.state in {"empty", "error"}, seconds=20)
    assert not page.model.rows
    await desk.context.settled()
