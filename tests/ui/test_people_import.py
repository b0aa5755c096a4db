"""The import of people on screen: each line with what becomes of it, nothing written until it is confirmed; and a member's whole record."""

from __future__ import annotations

import json

from PySide6.QtTest import QAbstractItemModelTester

from desktop.members.queries import MemberFilter, count_members
from desktop.ui.members.importing import ImportPage
from desktop.ui.members.page import PeoplePage
from desktop.ui.members.records import MergeDialog, RequestsDialog, export
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from tests.ui.accessibility import assert_accessible


async def test_a_table_is_shown_line_by_line_and_then_imported(association, sign_in, qtbot, until, tmp_path):
    desk = sign_in(association.database, association.people["admin"])
    page = ImportPage(desk.context)
    qtbot.addWidget(page)
    page.resize(1100, 640)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=20)
    assert_accessible(page)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    file = tmp_path / "people.csv"
    file.write_text(
        "E-mail,First name,Last name,Shoe\nnew@example.org,Nora,New,38\nlea@example.org,Lea,Lärner,\nbad,Bad,Line,\nnew@example.org,N,N,\n"
    )
    await page.read(file)
    assert [row.verdict for row in page.model.rows] == ["new", "change", "problem", "repeat"]
    assert "Nothing is written yet." in page.summary.text()
    assert "Shoe" in page.summary.text()
    store = association.database.store(association.people["admin"])
    assert store.read(count_members, MemberFilter(email="new@")) == 0
    page.verdict.choose("problem")
    assert [row.who for row in page.model.rows] == ["Bad Line"]
    page.verdict.clear()
    await page.apply()
    assert store.read(count_members, MemberFilter(email="new@")) == 1
    assert desk.notices[-1].message == "1 is new."

    page.kinds.set_value("enrollments")
    page.kinds.chosen.emit("enrollments")
    file.write_text("E-mail\nnew@example.org\nnobody@example.org\n")
    await page.read(file)
    assert any("no column for the course" in words.text() for words in page.nothing.findChildren(Label))
    page.course.setCurrentText("Health Insurance")
    await until(lambda: page.plan is not None, seconds=20)
    assert [row.verdict for row in page.model.rows] == ["new", "problem"]
    await desk.context.settled()


async def test_a_duplicate_is_merged_after_a_look_and_a_record_is_saved(association, sign_in, qtbot, until, tmp_path):
    desk = sign_in(association.database, association.people["admin"])
    page = PeoplePage(desk.context)
    qtbot.addWidget(page)
    page.resize(1200, 900)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=20)
    await page.panel.show_member(association["lea"])
    assert_accessible(page)
    member = page.panel.member
    assert member is not None
    dialog = MergeDialog(member, page)
    dialog.open()
    dialog.email.setText("secret-proctor@example.org")
    dialog.give()
    await until(lambda: "no other member" in dialog.trouble.text(), seconds=20)
    dialog.email.setText("secret-pia@example.org")
    dialog.give()
    await until(lambda: dialog.ready is not None, seconds=20)
    assert "There is no way back." in dialog.told.text()
    dialog.give()
    await until(lambda: "Both can sign in" in dialog.trouble.text(), seconds=20)
    dialog.reject()
    asking = RequestsDialog(member, page)
    asking.open()
    assert_accessible(asking)
    asking.give()
    await until(lambda: [b for b in asking.findChildren(Button) if b.text() == "Answered"], seconds=20)
    next(b for b in asking.findChildren(Button) if b.text() == "Answered").click()
    await until(lambda: [words for words in asking.findChildren(Label) if words.text().startswith("answered")], seconds=20)
    asking.reject()
    await export(member, page, tmp_path / "lea.json")
    assert json.loads((tmp_path / "lea.json").read_text("utf-8"))["public.members"][0]["last_name"] == "Learner"
    await desk.context.settled()
