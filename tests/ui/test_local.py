"""The page "On this computer": what waits, and conflicts settled side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.changes import Changes
from desktop.store.connection import Store
from desktop.store.dsn import Dsn, Host
from desktop.store.operations import Delta, Outcome, Pulled
from desktop.store.replica import Draft, Replica
from desktop.sync.loop import Sync
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.everything import ACTIONS
from desktop.ui.sync.conflicts import ConflictBar, FieldChoice
from desktop.ui.sync.page import LocalPage, SyncCard
from tests.ui.accessibility import assert_accessible
from tests.ui.conftest import Until

COURSE = UUID(int=1)
MODULE = UUID(int=2)


@pytest.fixture
def replica(tmp_path: Path, context: Context) -> Iterator[Replica]:
    """A module whose title is "Duties" there, and "Rights" by this author, who started from "Ethics"."""
    replica = Replica(tmp_path, uuid4(), "ab" * 32)
    course = {"title": "Ethics for brokers"}
    module = {"course_id": str(COURSE), "title": "Ethics", "position": 1.0}
    replica.finish((), Delta(COURSE, None, 1, (Pulled("courses", COURSE, 1, course), Pulled("course_modules", MODULE, 1, module))))
    replica.edit(COURSE, "Rename", Draft.update, "course_modules", MODULE, {"title": "Rights"})
    context.replica = replica
    context.actions = ActionRegistry(ACTIONS, context.identity.roles)
    yield replica
    replica.close()


def lose(replica: Replica) -> None:
    """The server answers that somebody was faster."""
    (operation,) = replica.seal(COURSE).operations
    fields = {"title": {"mine": "Rights", "theirs": "Duties"}}
    theirs = {"course_id": str(COURSE), "title": "Duties", "position": 1.0}
    replica.finish([Outcome(operation.id, "conflict", fields)], Delta(COURSE, 1, 2, (Pulled("course_modules", MODULE, 2, theirs),)))


def press(page: LocalPage, text: str) -> None:
    (button,) = [one for one in page.findChildren(QPushButton) if one.text() == text and one.isVisibleTo(page)]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def opened(context: Context, until: Until) -> LocalPage:
    page = LocalPage(context)
    page.resize(1000, 700)
    page.show()
    await until(lambda: page.state == "content" and not page.loading)
    return page


async def test_what_waits_is_said(context: Context, replica: Replica, until: Until) -> None:
    page = await opened(context, until)
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "Ethics for brokers" in said
    assert "1 change waits to be sent" in said
    page.close()


@pytest.mark.parametrize(("button", "title"), [("Keep mine", "Rights"), ("Keep theirs", "Duties"), ("Use this text", "Rights and duties")])
async def test_a_conflict_is_settled_side_by_side(context: Context, replica: Replica, until: Until, button: str, title: str) -> None:
    lose(replica)
    page = await opened(context, until)
    assert_accessible(page)
    (choice,) = page.findChildren(FieldChoice)
    choice.merged.setPlainText("Rights and duties")
    press(page, button)
    await until(lambda: not replica.conflicts())
    assert replica.read(lambda reader: reader.get("course_modules", MODULE))["title"] == title
    await until(lambda: (shown := page.column.widget()) is not None and not shown.findChildren(FieldChoice))
    page.close()


async def test_the_editor_of_a_course_says_that_something_is_to_be_settled_and_settles_it_there(
    context: Context, replica: Replica, until: Until, qtbot: QtBot
) -> None:
    bar = ConflictBar(context, COURSE)
    frame = QWidget()
    QVBoxLayout(frame).addWidget(bar)
    qtbot.addWidget(frame)
    frame.resize(700, 500)
    frame.show()
    await bar.look()
    assert not bar.isVisible(), "there is nothing to settle"
    lose(replica)
    context.broadcast(Changes.of("conflicts"))
    await until(bar.isVisible, seconds=20)
    assert bar.words.text() == "Somebody else wrote one thing here differently than you. Both are kept until you choose."
    QTest.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    dialog = bar.dialog
    assert dialog is not None
    await until(lambda: bool(dialog.findChildren(FieldChoice)), seconds=20)
    assert_accessible(dialog)
    (theirs,) = [one for one in dialog.findChildren(QPushButton) if one.text() == "Keep theirs"]
    QTest.mouseClick(theirs, Qt.MouseButton.LeftButton)
    await until(lambda: not dialog.isVisible() and not bar.isVisible(), seconds=20)
    assert replica.read(lambda reader: reader.get("course_modules", MODULE))["title"] == "Duties"
    await context.settled()


async def test_the_page_says_since_when_and_why_not(context: Context, replica: Replica, until: Until) -> None:
    nobody = Store(Dsn((Host("127.0.0.1", 1),), "nowhere", user="nobody", password="nothing"))
    context.sync = sync = Sync(replica, nobody, lambda _status: None)
    try:
        page = await opened(context, until)
        (card,) = page.findChildren(SyncCard)
        assert (card.state.text(), card.since.text(), card.error.isVisibleTo(page)) == (
            "Everything is saved", "Not exchanged with the server since the application was started.", False,
        )  # fmt: skip
        sync.start()
        context.spawn(page.sync_now())
        await until(lambda: any(shown.error.isVisibleTo(page) for shown in page.findChildren(SyncCard)), seconds=30)
        (card,) = [shown for shown in page.findChildren(SyncCard) if shown.error.isVisibleTo(page)]
        assert "server" in card.error.text()
        assert card.retry_button.isVisibleTo(page)
        assert card.state.text() == "Saved here · 1 waiting to send"
        page.close()
        await context.settled()
    finally:
        sync.stop()
        nobody.close()
