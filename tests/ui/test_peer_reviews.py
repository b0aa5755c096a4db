"""Reviewing the work of others: from the assignment's page to what its author reads."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel

from desktop.grading.commands import Work, submit_assignment
from desktop.grading.peer_reviews import assign_peer_reviews
from desktop.ui.grading.handing_in import AssignmentPage
from desktop.ui.grading.peer_reviews import PeerReviewsPage
from desktop.ui.widgets.buttons import Button
from tests.ui.accessibility import assert_accessible

RUBRIC = [
    {"id": "c1", "criterion": "Evidence", "points": 6, "levels": [{"id": "l1", "title": "Sources named", "points": 6}]},
    {"id": "c2", "criterion": "Style", "points": 4},
]


@pytest.fixture
def dealt(association):
    """An assignment that Lea, Otto and Finn have handed in, dealt out: each reviews the two others."""
    assignment = uuid4()
    with association.installer() as installer:
        installer.execute(
            "INSERT INTO assignments (id, course_id, title, description, submission_type, total_points, rubric, enable_peer_review)"
            " VALUES (%s, %s, 'A plan', '', 'text_entry', 10, %s, true)",
            (assignment, association["course"], json.dumps(RUBRIC)),
        )
    for name in ("lea", "otto", "finn"):
        store = association.database.store(association.people[name])
        store.write(submit_assignment, association[f"{name}_enrollment"], assignment, uuid4(), Work(text=f"By {name}"))
    association.database.store(association.people["teacher"]).write(assign_peer_reviews, assignment)
    return assignment


@pytest.fixture
def open_page(association, dealt, sign_in, qtbot, until, tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))

    async def open_page(kind, person):
        desk = sign_in(association.database, association.people[person])
        page = kind(desk.context, association["course"], assignment=dealt, enrollment=association[f"{person}_enrollment"])
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        desk.context.actions.set_current(page)
        await until(lambda: page.state in {"content", "empty", "error"} and not page.loading, seconds=20)
        assert page.state == "content", [notice.message for notice in desk.notices]
        return page, desk

    return open_page


def shown(widget):
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


async def test_two_works_are_reviewed_however_fast_one_goes_on_and_their_authors_read_it_without_a_name(open_page, until, qtbot):
    task, desk = await open_page(AssignmentPage, "lea")
    assert "0 of 2 handed in" in shown(task)
    qtbot.mouseClick(task.findChildren(Button, "review-others")[0], Qt.MouseButton.LeftButton)
    assert desk.opened[-1][0] == "peer-reviews"

    page, desk = await open_page(PeerReviewsPage, "lea")
    assert_accessible(page)
    assert {page.list.item(at).text() for at in range(2)} == {"Work 1 · To review", "Work 2 · To review"}
    works = []
    for words in ("Well put.", "Sources are missing."):
        works.append(page.form.piece.text.removeprefix("By "))
        page.form.give(1)
        page.form.cards[1].points.setFocus()
        QTest.keyClicks(page.form.cards[1].points, "3")
        assert page.form.score.text() == "9", "the sum of the criteria"
        page.form.feedback.setFocus()
        QTest.keyClicks(page.form.feedback, words)
        desk.context.actions.run("peer-reviews.next")  # at once: nothing has been saved yet
    assert sorted(works) == ["finn", "otto"]
    assert await page.flush()
    assert [page.list.item(at).text().split(" · ")[1] for at in range(2)] == ["Begun", "Begun"]

    page.go(-1)
    assert page.form.feedback.toPlainText() == "Well put."
    page.hand_in_button.click()
    page.findChildren(QDialog)[-1].accept()
    await until(lambda: page.list.item(0).text().endswith("Handed in"), seconds=20)
    assert not page.form.isEnabled()
    await page.context.settled()

    for author, expected in ((works[0], True), (works[1], False)):
        own, _desk = await open_page(AssignmentPage, author)
        assert ("Review 1" in shown(own)) is expected
        assert ("Well put." in shown(own)) is expected
        assert "Lea" not in shown(own)
        assert "Sources are missing." not in shown(own), "that one is a draft"
        await own.context.settled()
