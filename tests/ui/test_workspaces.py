"""The first page and the connection dialog, with real clicks and keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.errors import LmsError, NotAllowed, ServerAway
from desktop.store.link import Link
from desktop.store.workspaces import Diagnosis, Kind, Workspace
from desktop.ui.workspaces.connection import ConnectionDialog
from desktop.ui.workspaces.people import Person, PersonButton
from desktop.ui.workspaces.start import StartPage
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


def every_focusable_widget_has_a_name(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in root.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not widget.accessibleName() and not widget.objectName().startswith("qt_")
    ]


def test_everything_that_takes_the_focus_has_a_name(start: StartPage) -> None:
    start.show_people(PEOPLE)
    assert every_focusable_widget_has_a_name(start) == []


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
