"""Grading on a train: a queue with its files is taken along, graded without the server, and what met a colleague's grade is settled."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from reportlab.pdfgen.canvas import Canvas

from desktop.grading.annotations import NOTE, Annotation, keep_annotation, list_annotations, stored
from desktop.grading.commands import Mark, Work, WorkFile, save_grade, submit_assignment
from desktop.grading.taken import TakenWork
from desktop.store.assets import upload
from desktop.store.cipher import new_key
from desktop.store.dsn import Host
from desktop.store.replica import Replica
from desktop.tasks import JobControl
from desktop.ui.grading.grader import GraderPage
from desktop.ui.grading.page import GradingPage
from desktop.ui.grading.work import work_path
from tests.support.grading import add_work

KEY = new_key()


@pytest.fixture
def desk(association, sign_in, tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    desk = sign_in(association.database, association.people["teacher"])
    replica = Replica(tmp_path / "replica", association.people["teacher"].member_id, KEY)
    desk.context.replica = replica
    yield desk
    replica.close()


@pytest.fixture
def open_page(desk, qtbot, until):
    async def open_page(kind, *arguments):
        page = kind(desk.context, *arguments)
        qtbot.addWidget(page)
        page.resize(1280, 800)
        page.show()
        desk.context.actions.set_current(page)
        await until(lambda: page.state in {"content", "error", "empty"} and not page.loading, seconds=20)
        return page

    return open_page


def give(page, score):
    page.form.score.setFocus()
    page.form.score.selectAll()
    QTest.keyClicks(page.form.score, str(score))


async def test_a_queue_is_taken_along_graded_without_the_server_and_sent_when_it_is_back(desk, open_page, association, until, tmp_path):
    assignment, works = add_work(association, 3, submission_type="both")
    lea = association.database.store(association.people["lea"])
    plan = Canvas(str(tmp_path / "plan.pdf"))
    plan.drawString(72, 720, "A table of costs")
    plan.save()
    asset = upload(lea, tmp_path / "plan.pdf", "plan.pdf", "application/pdf", JobControl(lambda _done, _detail: None))
    work = Work(text="My page", files=(WorkFile(asset, "plan.pdf"),))
    works.append(lea.write(submit_assignment, association["lea_enrollment"], assignment, uuid4(), work).value.submission)

    cora = association.database.store(association.people["cora"])
    seen = Annotation(works[-1], asset, NOTE, 0, (((0.5, 0.5),),), words="Whose costs?")
    cora.write(keep_annotation, seen.id, seen.submission, stored(seen))

    tasks = await open_page(GradingPage)
    at = next(number for number, row in enumerate(tasks.model.rows) if row.id == assignment)
    task = tasks.model.rows[at]
    tasks.table.selectRow(at)
    await tasks.take()
    assert "4 pieces of work" in desk.notices[-1].message
    await until(lambda: not tasks.loading and tasks.model.data(tasks.model.index(at, 6)).startswith("4 since"), seconds=20)

    store, dsn = desk.context.store, desk.context.store.dsn
    store.move(replace(dsn, hosts=(Host("127.0.0.1", 1),)))  # the train leaves
    store.close()
    tasks.reload()
    await until(lambda: not tasks.loading and tasks.header.subtitle.startswith("Without the server"), seconds=20)
    assert [row.id for row in tasks.model.rows] == [assignment]

    page = await open_page(GraderPage, task.id, task.kind, task.course_id, task.title)
    assert page.away
    assert [row.id for row in page.queue.rows] == works
    for score, following in zip((40, 50, 60), works[1:], strict=True):
        await until(lambda: page.form.piece is not None and page.form.isEnabled() and page.form.piece.key == page.current, seconds=20)
        give(page, score)
        page.go(1)
        await until(lambda following=following: page.form.piece.key.id == following and page.form.isEnabled(), seconds=20)
    assert work_path(page.form.piece.files[0]).exists(), "files come along"
    marks = page.work.pages.sheets
    page.work.parts[1].click()
    await until(lambda: page.work.pages.isEnabled() and [each.words for each in marks.annotations] == ["Whose costs?"], seconds=20)
    marks.add(NOTE, 0, [marks.place(0).center()])
    QTest.keyClicks(page.work.pages.words, "Of the year")
    await until(lambda: page.work.annotations.waiting == 1, seconds=20)
    await until(lambda: page.saver.away, seconds=20)

    cora.write(save_grade, works[1], "first", 0, uuid4(), Mark(score=page.form.piece.points, feedback="<p>All of it.</p>"))
    later = await open_page(GraderPage, task.id, task.kind, task.course_id, task.title)  # in another window
    await until(lambda: [row.score for row in later.queue.rows[:3]] == [40, 50, 60], seconds=20)

    store.move(dsn)
    await until(lambda: [each.words for each in cora.read(list_annotations, works[-1])] == ["Whose costs?", "Of the year"], seconds=30)
    await until(lambda: page.work.annotations.waiting == 0, seconds=20)
    with closing(TakenWork(*desk.context.replica.beside("taken"))) as taken:
        assert [each.words for each in taken.annotations(works[-1])] == ["Whose costs?", "Of the year"], "also what was sent since"
    await until(lambda: later.saver.waiting == page.saver.waiting == 1 and not later.away, seconds=30)
    with association.installer() as installer:
        graded = dict(installer.execute("SELECT submission_id, score FROM lms.grades WHERE assignment_id = %s", (assignment,)).fetchall())
    assert graded == {works[0]: 40, works[1]: 100, works[2]: 60}, "nobody is overwritten"
    later._select(1)
    await until(later.conflict.isVisible, seconds=20)
    assert "Yours: 50 of 100" in later.conflict_words.text()
    QTest.mouseClick(later.keep_button, Qt.MouseButton.LeftButton)
    await until(lambda: later.saver.waiting == 0, seconds=20)
    with association.installer() as installer:
        found = installer.execute("SELECT score, version FROM lms.grades WHERE submission_id = %s", (works[1],)).fetchone()
    assert found == (50, 2)
    await desk.context.settled()
    kept = await later.takings.piece(later.queue.rows[1].key)
    assert (kept.version, kept.mark.score) == (2, 50), "who goes on without the server goes on from there"

    tasks.reload()
    await until(lambda: not tasks.loading, seconds=20)
    tasks.table.selectRow(next(number for number, row in enumerate(tasks.model.rows) if row.id == assignment))
    await tasks.give_back()
    assert await later.takings.queues() == ()
    with closing(TakenWork(*desk.context.replica.beside("taken"))) as taken:
        assert taken.annotations(works[-1]) == ()
    path, key = desk.context.replica.beside("taken")
    assert b"Work of learner" not in path.read_bytes(), "it is other people's work"
    path.write_bytes(b"no database")
    TakenWork(path, key).close()  # begun anew
    assert await later.takings.queues() == ()
    await desk.context.settled()
