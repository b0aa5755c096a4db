"""The first page and the connection dialog, with real clicks and keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.errors import LmsError, NotAllowed, ServerAway, StorageFull
from desktop.store.link import Link
from desktop.store.workspaces import Diagnosis, Kind, Workspace
from desktop.tasks import JobControl
from desktop.ui.workspaces.connection import ConnectionDialog
from desktop.ui.workspaces.new import NewWorkspace, NewWorkspaceDialog
from desktop.ui.workspaces.people import Person, PersonButton
from desktop.ui.workspaces.start import StartPage
from tests.ui.accessibility import assert_accessible
from tests.ui.conftest import Until

PEOPLE = (Person("ada", "Ada Okafor", "Administrator"), Person("linh", "Nguyễn Thị Linh", "Learner"))


@pytest.fixture
def start(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(1024, 640)
    page.show()
    return page


def test_one_click_signs_in_a_sample_person(start: StartPage, qtbot: QtBot) -> None:
    start.show_people(PEOPLE)
    button = start.findChild(PersonButton, "person.linh")
    assert button is not None
    with qtbot.waitSignal(start.person_chosen) as chosen:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen.args == [PEOPLE[1]]


def test_a_sample_person_is_chosen_from_the_keyboard(start: StartPage, qtbot: QtBot) -> None:
    start.show_people(PEOPLE)
    button = start.findChild(PersonButton, "person.ada")
    assert button is not None
    button.setFocus()
    with qtbot.waitSignal(start.person_chosen):
        QTest.keyClick(button, Qt.Key.Key_Space)


def test_name_and_password_are_entered_with_the_return_key(start: StartPage, qtbot: QtBot) -> None:
    start.show_credentials("NABIP Academy", "ada")
    QTest.keyClicks(start.credentials.password, "correct horse")
    with qtbot.waitSignal(start.entered) as entered:
        QTest.keyClick(start.credentials.password, Qt.Key.Key_Return)
    assert entered.args == ["ada", "correct horse", False]


def test_an_empty_password_is_asked_for_and_not_sent(start: StartPage, qtbot: QtBot) -> None:
    start.show_credentials("NABIP Academy", "ada")
    with qtbot.assertNotEmitted(start.entered):
        qtbot.mouseClick(start.credentials.button, Qt.MouseButton.LeftButton)


def test_a_refused_password_is_said_in_place_and_the_name_stays(start: StartPage) -> None:
    start.show_credentials("NABIP Academy", "ada")
    QTest.keyClicks(start.credentials.password, "wrong")
    start.refuse(NotAllowed("Name or password is wrong."))
    assert start.state == "credentials"
    assert start.credentials.problem.text() == "Name or password is wrong."
    assert start.credentials.user.text() == "ada"
    QTest.keyClicks(start.credentials.password, "x")
    assert not start.credentials.problem.isVisible()


def test_a_server_that_is_away_counts_down_and_can_be_asked_again(start: StartPage, qtbot: QtBot) -> None:
    now = 0.0
    link = Link(clock=lambda: now, chance=lambda: 0.0)
    error = ServerAway("The server cannot be reached.")
    link.failed(error)
    start.show_away(link, error)
    assert start.state == "trouble"
    assert "1 second" in start._lead.text()
    with qtbot.waitSignal(start.retry):
        qtbot.mouseClick(start._trouble.retry_button, Qt.MouseButton.LeftButton)


def test_the_choice_of_workspace_appears_with_the_second_one(start: StartPage) -> None:
    one, two = Workspace("1", "Sample", Kind.EMBEDDED), Workspace("2", "Academy", Kind.REMOTE)
    start.set_workspaces((one,), "1")
    assert not start.workspaces.isVisible()
    start.set_workspaces((one, two), "2")
    assert start.workspaces.isVisible()
    assert start.workspaces.currentText() == "Academy"


class Server:
    """What the dialog is given: makes workspaces as the store does, answers tests with what it is told."""

    def __init__(self) -> None:
        self.answer = Diagnosis()
        self.asked: list[tuple[Workspace, str, str]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def make(self, name: str, address: str, pooler: bool, ca_file: str) -> Workspace:
        return Workspace.remote(name, address, pooler=pooler, ca_file=ca_file)

    async def test(self, workspace: Workspace, user: str, password: str) -> Diagnosis:
        await asyncio.sleep(0)
        self.asked.append((workspace, user, password))
        return self.answer

    def spawn(self, work: Awaitable[None]) -> Any:
        self.tasks.append(asyncio.ensure_future(work))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def dialog(qtbot: QtBot, server: Server, loop: asyncio.AbstractEventLoop) -> ConnectionDialog:
    dialog = ConnectionDialog(server.make, server.test, server.spawn)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


async def test_an_address_that_is_none_is_refused_in_place(dialog: ConnectionDialog, qtbot: QtBot, until: Until) -> None:
    dialog.name.setText("Academy")
    dialog.address.setText("not an address")
    qtbot.mouseClick(dialog.test_button, Qt.MouseButton.LeftButton)
    await until(lambda: dialog.findings.lines)
    assert "not the address of a database" in dialog.findings.lines[0]
    assert dialog.isVisible()


async def test_a_test_says_step_by_step_what_it_found(dialog: ConnectionDialog, qtbot: QtBot, server: Server, until: Until) -> None:
    problem: LmsError = NotAllowed("Name or password is wrong.", remedy="Check both.")
    server.answer = Diagnosis(host="db.example.org:5432", encrypted=True, verified=True, server_version="18.4", problem=problem)
    dialog.name.setText("Academy")
    dialog.address.setText("postgresql://ada@db.example.org/lms")
    qtbot.mouseClick(dialog.connect_button, Qt.MouseButton.LeftButton)
    await until(lambda: len(dialog.findings.lines) == 3)
    reached, secure, wrong = dialog.findings.lines
    assert "db.example.org:5432" in reached
    assert "proved who it is" in secure
    assert wrong == "✗ Name or password is wrong. Check both."
    assert dialog.isVisible()


async def test_connecting_hands_over_what_was_proven(dialog: ConnectionDialog, qtbot: QtBot, server: Server, until: Until) -> None:
    server.answer = Diagnosis(host="db.example.org:5432", encrypted=True, verified=True, workspace="Academy", person="Ada Okafor")
    heard: list[tuple[object, ...]] = []
    dialog.connected.connect(lambda *given: heard.append(given))
    dialog.name.setText("Academy")
    dialog.address.setText("postgresql://ada@db.example.org/lms")
    dialog.password.setText("correct horse")
    qtbot.mouseClick(dialog.connect_button, Qt.MouseButton.LeftButton)
    await until(lambda: heard)
    workspace, user, password, remember = heard[0]
    assert isinstance(workspace, Workspace)
    assert workspace.sslmode == "verify-full"
    assert (user, password, remember) == ("ada", "correct horse", False)
    assert server.asked == [(workspace, "ada", "correct horse")]
    assert not dialog.isVisible()


# A workspace of one's own


class Builder:
    """What the dialog is given: makes workspaces once it is told to, or fails, or is cancelled."""

    def __init__(self) -> None:
        self.asked: list[NewWorkspace] = []
        self.fails: LmsError | None = None
        self.done = asyncio.Event()
        self.cancelled = False
        self.tasks: list[asyncio.Task[None]] = []

    async def make(self, new: NewWorkspace, control: JobControl) -> str:
        self.asked.append(new)
        with control.stopping(self.stop):
            await self.done.wait()
        control.check()
        if self.fails is not None:
            raise self.fails
        return "made"

    def stop(self) -> None:
        self.cancelled = True
        self.done.set()

    def spawn(self, work: Awaitable[None]) -> None:
        self.tasks.append(asyncio.ensure_future(work))


@pytest.fixture
def builder(loop: asyncio.AbstractEventLoop) -> Builder:
    return Builder()


@pytest.fixture
def new(qtbot: QtBot, builder: Builder, qapp: QApplication) -> NewWorkspaceDialog:
    dialog = NewWorkspaceDialog(builder.make, builder.spawn)
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.activateWindow()
    return dialog


def fill_in(dialog: NewWorkspaceDialog, **other: str) -> None:
    """With the keyboard alone: Tab from field to field."""
    given = {"association": "Prairie Health", "first_name": "Ann", "last_name": "Lee", "email": "ann@prairie.example"}
    dialog.association.setFocus()
    for name, text in {**given, "password": "correct horse battery", **other}.items():
        field = dialog.focusWidget()
        assert field is getattr(dialog, name), f"Tab leads to {name}"
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Tab)


async def test_a_workspace_is_made_with_the_keyboard_alone(new: NewWorkspaceDialog, builder: Builder, until: Until) -> None:
    heard: list[tuple[object, ...]] = []
    new.made.connect(lambda *given: heard.append(given))
    fill_in(new)
    builder.done.set()
    QTest.keyClick(new.focusWidget(), Qt.Key.Key_Return)
    await until(lambda: heard)
    asked = NewWorkspace("Prairie Health", "Ann", "Lee", "ann@prairie.example", "correct horse battery", remember=True)
    assert heard == [(asked, "made")]
    assert not new.isVisible()


@pytest.mark.parametrize(
    ("field", "text", "problem", "mended"),
    [
        ("association", " ", "Give the association a name.", "P"),
        ("first_name", "", "An administrator needs a first name.", "A"),
        ("last_name", "", "An administrator needs a last name.", "L"),
        ("email", "ann@", "This is not an e-mail address.", "prairie.example"),
        ("password", "short", "A password needs at least 12 characters.", " but longer"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_until_it_is_right(
    new: NewWorkspaceDialog, qtbot: QtBot, builder: Builder, field: str, text: str, problem: str, mended: str
) -> None:
    fill_in(new, **{field: text})
    qtbot.mouseClick(new.create_button, Qt.MouseButton.LeftButton)
    line = getattr(new, field)
    (row,) = (row for row in new.rows if row.problem)
    assert (row.field, row.problem) == (line, problem)
    assert new.focusWidget() is line
    assert line.accessibleDescription() == problem
    QTest.keyClicks(line, mended)
    assert row.problem == ""
    assert builder.asked == []


async def test_what_went_wrong_while_making_is_said_and_can_be_tried_again(
    new: NewWorkspaceDialog, qtbot: QtBot, builder: Builder, until: Until
) -> None:
    builder.fails = StorageFull("There is no space left.", remedy="Make some room.")
    fill_in(new)
    qtbot.mouseClick(new.create_button, Qt.MouseButton.LeftButton)
    await until(lambda: builder.asked)
    assert new.progress.isVisible()
    assert not new.create_button.isEnabled()
    builder.done.set()
    await until(new.problem.isVisible)
    assert new.problem.text() == "There is no space left. Make some room."
    assert new.association.text() == "Prairie Health"
    builder.fails = None
    with qtbot.waitSignal(new.made):
        qtbot.mouseClick(new.create_button, Qt.MouseButton.LeftButton)
        await until(lambda: not new.isVisible())


async def test_cancelling_while_it_is_made_stops_the_making(new: NewWorkspaceDialog, qtbot: QtBot, builder: Builder, until: Until) -> None:
    fill_in(new)
    qtbot.mouseClick(new.create_button, Qt.MouseButton.LeftButton)
    await until(lambda: builder.asked)
    with qtbot.assertNotEmitted(new.made):
        qtbot.mouseClick(new.cancel_button, Qt.MouseButton.LeftButton)
        await until(builder.tasks[0].done)
    assert builder.cancelled
    assert not new.isVisible()


async def test_every_field_of_the_dialogs_has_a_name_and_tab_reaches_it(
    new: NewWorkspaceDialog, dialog: ConnectionDialog, start: StartPage
) -> None:
    start.show_people(PEOPLE)
    for window in (new, dialog, start):
        assert_accessible(window)
