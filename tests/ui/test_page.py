"""A page: what it shows while it loads, when there is nothing, when it fails, and after somebody changed something."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from shiboken6 import delete

from desktop.changes import Changes, Done, Undo
from desktop.errors import Conflict, ServerAway
from desktop.ui.actions import Action
from desktop.ui.context import Context
from desktop.ui.page import FLICKER_MS, Empty, Page, in_turns, polish


class Lessons(Page):
    title = "Lessons"
    shows: ClassVar[frozenset[str]] = frozenset({"lessons"})

    def __init__(self, context: Context, fetch) -> None:
        self.fetch = fetch
        self.refreshed = 0
        super().__init__(context)

    def build(self) -> QWidget:
        self.label = QLabel()
        return self.label

    async def refresh(self) -> Empty | None:
        lessons = await self.context.read(self.fetch)
        self.refreshed += 1
        if not lessons:
            return Empty("This course has no lessons yet.", "Add a lesson", pressed=lambda: self.setProperty("asked", True))
        self.label.setText(", ".join(lessons))
        return None


def shown[P: Page](qtbot, page: P) -> P:
    qtbot.addWidget(page)
    page.resize(800, 600)
    page.show()
    return page


async def test_shows_its_content_without_a_skeleton_when_it_is_quick(qtbot, context, until):
    seen = []
    page = shown(qtbot, Lessons(context, lambda _session: ["Ethics"]))
    page._stack.currentChanged.connect(lambda _index: seen.append(page.state))
    await until(lambda: page.state == "content")
    assert page.label.text() == "Ethics"
    assert "loading" not in seen


async def test_shows_a_skeleton_when_reading_takes_its_time(qtbot, context, until):
    arrived = threading.Event()
    page = shown(qtbot, Lessons(context, lambda _session: arrived.wait(5) and ["Ethics"]))
    assert page.state == "blank"
    await until(lambda: page.state == "loading", seconds=FLICKER_MS / 1000 + 2)
    arrived.set()
    await until(lambda: page.state == "content")


async def test_an_empty_page_has_one_sentence_and_one_button(qtbot, context, until):
    page = shown(qtbot, Lessons(context, lambda _session: []))
    await until(lambda: page.state == "empty")
    assert page._empty.sentence == "This course has no lessons yet."
    qtbot.mouseClick(page._empty.button, Qt.MouseButton.LeftButton)
    assert page.property("asked")


async def test_an_error_is_shown_in_place_and_retry_reads_again(qtbot, context, heard, until):
    answers = [ServerAway("The server cannot be reached.", details="timeout after 10 s"), ["Ethics"]]

    def fetch(_session):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    page = shown(qtbot, Lessons(context, fetch))
    await until(lambda: page.state == "error")
    assert page._error.sentence == "The server cannot be reached."
    qtbot.mouseClick(page._error.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "server-away: timeout after 10 s"
    qtbot.mouseClick(page._error.retry_button, Qt.MouseButton.LeftButton)
    await until(lambda: page.state == "content")
    assert heard.notices == []


async def test_refreshes_only_for_what_it_shows_and_later_when_hidden(qtbot, context, until):
    page = shown(qtbot, Lessons(context, lambda _session: ["Ethics"]))
    await until(lambda: page.refreshed == 1 and not page.loading)
    context.broadcast(Changes.of("members"))
    assert not page.loading
    context.broadcast(Changes.of("lessons"))
    await until(lambda: page.refreshed == 2 and not page.loading)
    page.hide()
    context.broadcast(Changes.of("lessons"))
    assert not page.loading
    page.show()
    await until(lambda: page.refreshed == 3)


async def test_changes_during_a_refresh_lead_to_one_more(qtbot, context, until):
    reading, arrived = threading.Event(), threading.Event()

    def fetch(_session):
        reading.set()
        assert arrived.wait(5)
        return ["Ethics"]

    page = shown(qtbot, Lessons(context, fetch))
    await until(reading.is_set)
    for _ in range(5):
        context.broadcast(Changes.of("lessons"))
    arrived.set()
    await until(lambda: page.state == "content" and not page.loading)
    assert page.refreshed == 2


async def test_a_deleted_page_cancels_what_it_started(qtbot, context, heard, until):
    arrived = threading.Event()
    page = Lessons(context, lambda _session: arrived.wait(5) and ["Ethics"])
    page.show()
    task = page._loading
    assert task is not None
    page.deleteLater()
    await until(task.done)
    arrived.set()
    assert task.cancelled()
    assert heard.notices == []


async def test_an_action_runs_the_handler_of_the_current_page(qtbot, context, heard, until):
    context.actions.add(Action("lesson.add", "Add lesson", "Ctrl+N"))
    page = shown(qtbot, Lessons(context, lambda _session: ["Ethics"]))

    async def fails() -> None:
        raise Conflict("Somebody else renamed it.")

    page.on("lesson.add", fails)
    action = context.actions.qaction("lesson.add")
    assert not action.isEnabled()
    context.actions.set_current(page)
    assert action.isEnabled()
    action.trigger()
    await until(lambda: heard.notices)
    assert heard.last.message == "Somebody else renamed it."


def rename(names: list[str], new: str) -> Done[None]:
    old, names[:] = names[0], [new]
    return Done(None, Changes.of("lessons"), Undo("Rename lesson", rename, (old,)))


async def test_a_command_can_be_undone_and_redone(context):
    names = context.store.session = ["Ethics"]
    changes: list[Changes] = []
    context.changed.connect(changes.append)
    await context.write(rename, "Ethics 2")
    assert context.undo.active.undo_name == "Rename lesson"
    await context.undo_last()
    assert names == ["Ethics"]
    assert (context.undo.active.undo_name, context.undo.active.redo_name) == (None, "Rename lesson")
    await context.redo_last()
    assert names == ["Ethics 2"]
    assert len(changes) == 3


async def test_each_document_has_its_own_undo(context):
    context.store.session = ["Ethics"]
    context.undo.activate(("course", 1))
    await context.write(rename, "Ethics 2")
    context.undo.activate(("course", 2))
    assert context.undo.active.undo_name is None
    context.undo.activate(("course", 1))
    assert context.undo.active.undo_name == "Rename lesson"


async def test_making_many_widgets_lets_the_window_answer_in_between(qtbot, context, until):
    class Long(Page):
        def build(self) -> QWidget:
            self.holder = QWidget()
            QVBoxLayout(self.holder)
            return self.holder

        async def refresh(self) -> None:
            def make(number: int) -> QWidget:
                time.sleep(0.002)
                return QLabel(str(number))

            for label in await in_turns(make, range(100)):
                label.setParent(self.holder)

    page = Long(context)
    qtbot.addWidget(page)
    beats = []
    beat = QTimer()
    beat.setInterval(0)
    beat.timeout.connect(lambda: beats.append(time.perf_counter()))
    beat.start()
    page.show()
    await until(lambda: page.state == "content")
    beat.stop()
    assert len(page.holder.findChildren(QLabel)) == 100
    assert len(beats) > 8, "a fifth of a second of work, in turns of 12 ms"


async def test_what_ended_meanwhile_is_not_polished(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    doomed = QLabel("gone", holder)
    stays = QLabel("here", holder)
    polishing = asyncio.ensure_future(polish(holder))
    delete(doomed)
    await polishing
    assert stays.testAttribute(Qt.WidgetAttribute.WA_WState_Polished)
