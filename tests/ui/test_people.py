"""People, as an administrator of the sample association clicks through them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton

from desktop.members.queries import get_identity
from desktop.store.connection import Store
from desktop.ui.members.page import AddMemberDialog, PasswordDialog, PeoplePage, new_password


@pytest.fixture
def open_people(qtbot, sign_in, sample, until):
    async def open_people():
        desk = sign_in(sample, sample.people["ada"])
        page = PeoplePage(desk.context)
        qtbot.addWidget(page)
        page.resize(1200, 800)
        page.show()
        await until(lambda: page.state == "content" and not page.loading)
        return page, desk

    return open_people


def names(page: PeoplePage) -> list[str]:
    return [row.name for at in range(page.model.rowCount()) if (row := page.model.row(at)) is not None]


async def choose(page: PeoplePage, name: str, until) -> None:
    page.table.selectRow(names(page).index(name))
    await until(lambda: page.panel.member is not None and page.panel.member.name == name)


def button(page: PeoplePage, text: str) -> QPushButton:
    return next(found for found in page.panel.findChildren(QPushButton) if found.text() == text and not found.isHidden())


async def test_lists_everybody_and_finds_them_by_name(open_people, qtbot, until):
    page, _desk = await open_people()
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert page.model.rowCount() > 20
    qtbot.keyClicks(page.search, "nakam")
    await until(lambda: names(page) == ["Grace Nakamura"] and not page.loading)


async def test_chips_narrow_by_role_and_login(open_people, until):
    page, _desk = await open_people()
    page.role_chip.choose("administrator")
    await until(lambda: not page.loading and 0 < page.model.rowCount() < 5)
    assert all("administrator" in page.model.row(at).roles for at in range(page.model.rowCount()))
    page.role_chip.clear()
    page.login_chip.choose(False)
    await until(lambda: not page.loading and "Grace Nakamura" in names(page))
    assert all(page.model.row(at).login is None for at in range(page.model.rowCount()))


async def test_a_role_is_given_with_a_click_and_taken_back_with_undo(open_people, qtbot, until):
    page, desk = await open_people()
    await choose(page, "Grace Nakamura", until)
    qtbot.mouseClick(page.panel.roles["proctor"], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    await until(lambda: [grant.role for grant in page.panel.member.roles if grant.role != "learner"] == ["proctor"])
    assert desk.context.undo.active.undo_name == "Grant role"
    await desk.context.undo_last()
    await until(lambda: not [grant for grant in page.panel.member.roles if grant.role != "learner"])


async def test_a_new_login_really_signs_in_and_its_password_is_shown_once(open_people, qtbot, until, sample):
    page, _desk = await open_people()
    await choose(page, "Grace Nakamura", until)
    qtbot.mouseClick(button(page, "Create login"), Qt.MouseButton.LeftButton)
    await until(lambda: page.findChildren(PasswordDialog))
    (dialog,) = page.findChildren(PasswordDialog)
    await until(lambda: page.panel.member.login is not None)
    login = page.panel.member.login.role_name
    with Store(sample.address.with_(user=login, password=dialog.password), connections=1) as store:
        assert store.read(get_identity).name == "Grace Nakamura"


async def test_a_member_is_added_and_a_wrong_address_is_said_at_the_field(open_people, qtbot, until):
    page, desk = await open_people()
    before = page.model.rowCount()
    desk.context.actions.set_current(page)
    desk.context.actions.run("member.add")
    (dialog,) = page.findChildren(AddMemberDialog)
    dialog.first_name.setText("Zoë")  # QTest types ASCII only
    qtbot.keyClicks(dialog.last_name, "Quist")
    qtbot.keyClicks(dialog.email, "nowhere")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert dialog.trouble.text() == "A member needs an e-mail address."
    dialog.email.setText("zoe@example.org")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    await until(lambda: page.model.rowCount() == before + 1 and desk.notices)
    assert desk.notices[-1].message == "Zoë Quist was added."


def test_passwords_are_long_and_never_alike():
    made = {new_password() for _try in range(200)}
    assert len(made) == 200
    assert {len(password) for password in made} == {23}
