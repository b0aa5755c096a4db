"""Two learners with the same passage, side by side; names only where grading is not anonymous."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QAbstractItemModelTester

from desktop.grading.queries import ESSAYS
from desktop.store.assets import asset_url, upload
from desktop.tasks import JobControl
from desktop.ui.grading.grader import GraderPage
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


async def test_files_count_with_their_words(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    assignment, works = add_work(association, 2)
    teacher = association.database.store(association.people["teacher"])
    (tmp_path / "essay.txt").write_text(f"From my file: {SHARED}.", "utf-8")
    asset = upload(teacher, tmp_path / "essay.txt", "essay.txt", "text/plain", JobControl(lambda _progress, _detail: None))
    with association.installer() as installer:
        installer.execute("UPDATE assignment_submissions SET submission_text = %s WHERE id = %s", (f"Mine: {SHARED}.", works[0]))
        installer.execute(
            "UPDATE assignment_submissions SET submission_text = NULL, file_attachments = %s WHERE id = %s",
            (Jsonb([{"file_name": "My essay.txt", "file_url": asset_url(asset), "file_size_bytes": 1}]), works[1]),
        )
    desk = sign_in(association.database, association.people["teacher"])
    for _again in range(2):  # the second time from what was kept
        page: Any = SimilarityPage(desk.context, assignment, association["course"], "Plan design")
        qtbot.addWidget(page)
        page.show()
        await until(lambda page=page: page.state == "content" and page.pair is not None, seconds=20)
        assert page.pair.right.text.startswith("[My essay.txt]\nFrom my file")
        assert len(page.model.rows) == 1
    await desk.context.settled()


async def test_essays_of_a_quiz_are_compared_question_by_question(association, sign_in, qtbot, until):
    with association.installer() as installer:
        installer.execute("UPDATE quiz_questions SET question_type = 'essay' WHERE id = %s", (association["question"],))
        attempt, answer = "INSERT INTO quiz_attempts (quiz_id, enrollment_id, member_id, attempt_number, status, submitted_at)", {}
        for name, words in (
            ("lea", f"I say: {SHARED}!"),
            ("finn", f"And I say {SHARED.lower()}"),
            ("otto", "Nothing of the kind was said"),
        ):
            row = installer.execute(
                f"{attempt} VALUES (%s, %s, %s, 9, 'submitted', now()) RETURNING id",
                (association["quiz"], association[f"{name}_enrollment"], association[name]),
            ).fetchone()
            answer[name] = row[0]
            installer.execute(
                "INSERT INTO quiz_answers (quiz_attempt_id, question_id, answer_data) VALUES (%s, %s, %s)",
                (row[0], association["question"], Jsonb({"text": words})),
            )
    desk = sign_in(association.database, association.people["teacher"])
    page: Any = SimilarityPage(desk.context, association["quiz"], association["course"], "Check", kind=ESSAYS)
    qtbot.addWidget(page)
    page.show()
    await until(lambda: page.state == "content" and page.pair is not None, seconds=20)
    assert [{row.left.key.id, row.right.key.id} for row in page.model.rows] == [{answer["lea"], answer["finn"]}]
    page.open_work(0)
    place, arguments = desk.opened[-1]
    assert (place, arguments["kind"], arguments["question"]) == ("grader", ESSAYS, association["question"])
    grader = GraderPage(desk.context, **arguments)
    qtbot.addWidget(grader)
    grader.show()
    await until(lambda: grader.state == "content" and grader.current is not None and not grader.loading, seconds=20)
    assert grader.current == page.pair.left.key
    await desk.context.settled()
