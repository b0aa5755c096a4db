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
from desktop.errors import Invalid
from desktop.store.assets import upload
from desktop.store.connection import Store
from desktop.store.dsn import Dsn, Host
from desktop.store.operations import Delta, Operation, Outcome, Pulled
from desktop.store.replica import Draft, Replica
from desktop.sync.loop import Sync
from desktop.sync.outbox_file import export_outbox, write_operations
from desktop.sync.restored import list_restored
from desktop.tasks import JobControl
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.everything import ACTIONS
from desktop.ui.notices import Notice
from desktop.ui.sync.conflicts import ConflictBar, FieldChoice
from desktop.ui.sync.keeping import keep_course
from desktop.ui.sync.page import LocalPage, SyncCard
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.surfaces import Dialog
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


async def test_a_course_is_kept_with_its_files_and_taken_off_from_its_card(association, sign_in, qtbot, until, tmp_path):
    """Before a real server: Tess keeps her course, edits nothing, and takes it off again."""
    tess = association.people["teacher"]
    desk = sign_in(association.database, tess)
    desk.context.replica = replica = Replica(tmp_path / "replica", tess.member_id, "ab" * 32)
    course = association["course"]
    (tmp_path / "film.mp4").write_bytes(b"film" * 100_000)
    store = association.database.store(tess)
    asset = upload(store, tmp_path / "film.mp4", "film.mp4", "video/mp4", JobControl(lambda _fraction, _detail: None))
    with association.installer() as installer:
        installer.execute("UPDATE lessons SET content_url = %s WHERE id = %s", (f"asset:{asset}", association["text"]))
    await keep_course(desk.context, course, "Ethics")
    assert "on this computer with its files" in desk.notices[-1].message
    page = LocalPage(desk.context)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=20)
    assert_accessible(page)
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "1 of 1 file is here" in said
    assert any(pill.accessibleName() == "Kept offline" for pill in page.findChildren(StatusPill))
    press(page, "Take off this computer…")
    dialog = next(one for one in page.findChildren(Dialog) if one.isVisible())
    dialog.accept()
    await until(lambda: page.state == "empty", seconds=20)
    assert replica.media.find(asset) is None
    await desk.context.settled()
    replica.close()


async def test_changes_from_a_file_are_taken_and_a_wrong_file_is_named(context, replica, until, tmp_path):
    file = tmp_path / "changes.json"
    assert export_outbox(replica, file, COURSE) == 1
    page = await opened(context, until)
    told: list[Notice] = []
    context.notices.posted.connect(told.append)
    await page.import_changes(file)
    assert told[-1].message == "0 changes were taken. 1 was here already."
    with pytest.raises(Invalid, match="holds no changes"):
        await page.import_changes(tmp_path / "nowhere.json")
    page.close()
    await context.settled()


async def test_what_was_beyond_a_restored_server_is_brought_back_from_its_card(context, replica, until):
    (operation,) = replica.pending(COURSE)
    folder = replica.folder / f"{replica.member}.restored"
    folder.mkdir()
    again = Operation(uuid4(), "course_modules", MODULE, "update", {"title": "Before the restore"}, {"title": "Ethics"})
    write_operations(folder / "2026-05-02 14.03 Ethics.json", COURSE, replica.member, [operation, again])
    page = await opened(context, until)
    assert_accessible(page)
    assert any("2026-05-02 14.03 Ethics" in label.text() for label in page.findChildren(QLabel))
    press(page, "Bring it back")
    await until(lambda: not list_restored(replica) and not page.loading, seconds=20)
    assert replica.read(lambda reader: reader.get("course_modules", MODULE))["title"] == "Before the restore"
    page.close()
    await context.settled()
