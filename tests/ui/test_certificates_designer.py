"""Certificates designed on the page: begun from one that comes with the application, changed by mouse and by keys, saved as a version."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.certificates.designs import add_design, get_design, list_designs, recall_draft, save_design
from desktop.certificates.template import Box, Panel, Paper, Text, load_template
from desktop.errors import Conflict
from desktop.ui.certificates.designer import DesignerPage
from desktop.ui.certificates.designs import DescribeDialog, DesignsPage, NewDesignDialog
from desktop.ui.certificates.versions import VersionsDialog
from tests.ui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def administrator(db, sign_in):
    db.add_person("learner", first_name="Maximiliane Philippa Theodora", last_name="Featherstonehaugh")
    db.add_person("learner", first_name="Bo", last_name="Li")
    return sign_in(db, db.add_person("administrator"))


@pytest.fixture
def show(qtbot, until):
    async def show(page):
        qtbot.addWidget(page)
        page.context.actions.set_current(page)
        page.context.undo.activate(page.document)
        page.resize(1280, 800)
        page.show()
        await until(lambda: page.state in ("content", "empty", "error") and not page.loading)
        return page

    return show


@pytest.fixture
def design(administrator):
    return administrator.context.store.write(add_design, "Ours", load_template()).value


async def drawn(page, until):
    await until(lambda: page.trial is not None and not page._drawing, seconds=30)


def number_of(page, text):
    return next(number for number, one in enumerate(page.sketch.elements) if isinstance(one, Text) and one.text == text)


def drag(qtbot, canvas, begin, way, modifiers=Qt.KeyboardModifier.ControlModifier):
    """With Ctrl nothing snaps."""
    qtbot.mousePress(canvas, LEFT, Qt.KeyboardModifier.NoModifier, begin)
    for part in (0.5, 1.0):
        qtbot.mouseMove(canvas, begin + QPoint(round(way.x() * part), round(way.y() * part)))
    at = QPointF(begin + way)
    QApplication.sendEvent(canvas, QMouseEvent(QEvent.Type.MouseMove, at, canvas.mapToGlobal(at), LEFT, LEFT, modifiers))
    qtbot.mouseRelease(canvas, LEFT, modifiers, begin + way)


async def test_what_is_dragged_is_drawn_where_it_was_let_go_and_each_step_has_a_name(administrator, show, design, qtbot, until):
    page = await show(DesignerPage(administrator.context, design=design))
    await drawn(page, until)
    page.zoom.setCurrentIndex(page.zoom.findData(1.0))
    canvas, name = page.canvas, number_of(page, "{name}")
    before = page.sketch.elements[name].box
    qtbot.mouseClick(canvas, LEFT, pos=canvas.rect_of(before).center().toPoint())
    assert canvas.chosen == {name}
    drag(qtbot, canvas, canvas.rect_of(before).center().toPoint(), QPoint(30, -12))
    after = page.sketch.elements[name].box
    assert (after.left - before.left, after.bottom - before.bottom) == (30, 12)
    await drawn(page, until)

    # On the page that is printed the name stands in that box, and the picture of it is that page.
    with pypdfium2.PdfDocument(page.trial.pdf) as document:
        words = document[0].get_textpage()
        begin, count = words.search(page.names.currentText()).get_next()
        boxes = [words.get_charbox(one) for one in range(begin, begin + count)]
    middle = (min(one[0] for one in boxes) + max(one[2] for one in boxes)) / 2
    assert middle == pytest.approx(after.centre[0], abs=2)
    assert all(after.bottom - 6 <= one[1] and one[3] <= after.top + 6 for one in boxes)

    stack = administrator.context.undo.active
    assert stack.undo_name == "Move"
    qtbot.mouseClick(canvas, LEFT, pos=canvas.handle("rt").center().toPoint())  # takes hold of it, and lets go: no step
    drag(qtbot, canvas, canvas.handle("r").center().toPoint(), QPoint(-20, 0))
    assert (stack.undo_name, page.sketch.elements[name].box.right) == ("Resize", after.right - 20)
    for _turn in range(2):
        administrator.context.actions.run("edit.undo")
        await until(lambda: not stack._busy)
    await until(lambda: page.sketch.elements[name].box == before)
    administrator.context.actions.run("edit.redo")
    await until(lambda: page.sketch.elements[name].box == after)
    await drawn(page, until)
    await administrator.context.settled()


async def test_everything_can_be_done_with_keys(administrator, show, design, qtbot, until):
    page = await show(DesignerPage(administrator.context, design=design))
    await drawn(page, until)
    canvas, stack = page.canvas, administrator.context.undo.active
    assert_accessible(page)
    count = len(page.sketch.elements)
    canvas.choose(frozenset({number_of(page, "{issuer}")}))
    (issuer,) = canvas.chosen
    before = page.sketch.elements[issuer].box
    for _turn in range(3):
        qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.sketch.elements[issuer].box == Box(before.left + 3, before.bottom + 10, before.right + 4, before.top + 10)
    assert len(stack._undo) == 2, "keys that go on are one step"
    qtbot.keyClick(canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert (len(page.sketch.elements), canvas.chosen) == (count + 1, {count})
    qtbot.keyClick(canvas, Qt.Key.Key_PageDown)
    assert canvas.chosen == {count - 1}
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert (len(page.sketch.elements), canvas.chosen, stack.undo_name) == (count, frozenset(), "Remove")
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.chosen == {1}
    assert [item.text() for item in page.elements.selectedItems()] == ["Border"]
    qtbot.keyClick(page.elements, Qt.Key.Key_Home)
    assert canvas.chosen == {count - 1}
    await drawn(page, until)
    await administrator.context.settled()


async def test_properties_are_checked_and_findings_lead_to_what_is_wrong(administrator, show, design, qtbot, until):
    page = await show(DesignerPage(administrator.context, design=design))
    name = number_of(page, "{name}")
    page.canvas.choose(frozenset({name}))
    words = page.properties.fields["text"]
    assert isinstance(words, QLineEdit)
    words.setText("{salary}")
    words.textEdited.emit("{salary}")
    assert page.properties.trouble.text() == "There is no field “salary”."
    assert page.sketch.elements[name].text == "{name}", "what cannot be drawn is not taken"
    page.properties.fields["width"].setValue(60)
    page.canvas.choose(frozenset({number_of(page, "{number}")}))
    qtbot.keyClick(page.canvas, Qt.Key.Key_Delete)
    page.names.setCurrentText("ខ្មែរ")
    await until(lambda: any("cannot print" in page.findings.item(row).text() for row in range(page.findings.count())), seconds=30)
    page.names.setCurrentText("Александра Иванова")
    await until(lambda: any("does not fit" in page.findings.item(row).text() for row in range(page.findings.count())), seconds=30)
    found = [page.findings.item(row) for row in range(page.findings.count())]
    assert "shows {number} once" in found[0].text(), "what keeps it from being used comes first"
    page.findings.itemActivated.emit(next(one for one in found if "does not fit" in one.text()))
    assert page.canvas.chosen == {name}
    administrator.context.actions.run("designer.save")
    await until(lambda: any("shows {number} once" in notice.message for notice in administrator.notices))
    assert administrator.context.store.read(get_design, design).version == 1
    await administrator.context.settled()


async def test_a_version_is_saved_and_what_is_not_saved_is_still_there_the_next_time(administrator, show, design, until):
    page = await show(DesignerPage(administrator.context, design=design))
    page._add(Panel(Box(-10, -10, 10, 10), "accent"))
    await page.save()
    saved = administrator.context.store.read(get_design, design)
    assert (saved.version, saved.template.elements[-1].kind, recall_draft(design)) == (2, "panel", None)
    page.properties.sheet_given.emit("Paper", page.sketch.on(Paper.A4_UPRIGHT))
    await until(lambda: recall_draft(design) is not None)
    await drawn(page, until)
    again = await show(DesignerPage(administrator.context, design=design))
    assert again.sketch.paper is Paper.A4_UPRIGHT
    assert administrator.context.store.read(get_design, design).template.paper is Paper.LETTER
    await drawn(again, until)

    # Somebody else saves another version: nothing of theirs is overwritten, and what is here can be kept beside it.
    administrator.context.store.write(save_design, design, 2, load_template("modern"))
    with pytest.raises(Conflict, match="meanwhile"):
        await again.save()
    await again.save_as("Ours, upright")
    kept = {row.name: administrator.context.store.read(get_design, row.id) for row in administrator.context.store.read(list_designs)}
    assert kept["Ours, upright"].template.paper is Paper.A4_UPRIGHT
    assert kept["Ours"].template.version == load_template("modern").version
    assert recall_draft(design) is None
    await administrator.context.settled()


async def test_designs_are_begun_named_used_and_removed(administrator, show, until, qtbot):
    opened = []
    administrator.context.opened.connect(lambda place, arguments: opened.append((place, arguments)))
    page = await show(DesignsPage(administrator.context))
    assert page.state == "empty"
    dialog = NewDesignDialog(administrator.context, page)
    dialog.open()
    dialog.name.setText("Gala")
    dialog.paper.setCurrentIndex(dialog.paper.findData(Paper.A4_UPRIGHT.name))
    dialog.give()
    await until(lambda: bool(opened))
    await until(lambda: page.state == "content" and not page.loading)
    QAbstractItemModelTester(page.designs, QAbstractItemModelTester.FailureReportingMode.Fatal)
    (row,) = administrator.context.store.read(list_designs)
    assert opened == [("designer", {"design": row.id})]
    page.table.selectRow(0)
    administrator.context.actions.run("designs.describe")
    await until(lambda: page.findChild(DescribeDialog) is not None)
    describe = page.findChild(DescribeDialog)
    describe.usual.setChecked(True)
    describe.give()
    await until(lambda: page.designs.rows[0].is_default)
    assert_accessible(page)
    await administrator.context.settled()


async def test_an_earlier_version_is_looked_at_and_gone_on_with_as_one_step(administrator, show, design, qtbot, until):
    first = load_template()
    later = replace(first, elements=(*first.elements[:-1], Panel(Box(0, 0, 40, 40)), first.elements[-1]))
    administrator.context.store.write(save_design, design, 1, later)
    page = await show(DesignerPage(administrator.context, design=design))
    await drawn(page, until)
    administrator.context.actions.run("designer.versions")
    (dialog,) = page.findChildren(VersionsDialog)
    await until(dialog.restore.isEnabled, seconds=30)
    assert [dialog.versions.item(row).text().splitlines()[0] for row in range(2)] == ["Version 2", "Version 1"]
    assert_accessible(dialog)
    newest = dialog.page.pixmap().toImage()
    dialog.versions.setCurrentRow(1)
    await until(lambda: dialog.page.pixmap().toImage() != newest, seconds=30)
    qtbot.mouseClick(dialog.restore, LEFT)
    assert page.sketch.finished() == first
    assert administrator.context.undo.active.undo_name == "Version 1"
    administrator.context.actions.run("edit.undo")
    await until(lambda: page.sketch.finished() == later)
    await drawn(page, until)
    await administrator.context.settled()


async def test_a_picture_that_is_let_go_over_the_page_lies_there(administrator, show, design, until, tmp_path):
    page = await show(DesignerPage(administrator.context, design=design))
    await drawn(page, until)
    picture, words = tmp_path / "seal.PNG", tmp_path / "seal.txt"
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(picture))
    words.write_text("no picture")
    count, place = len(page.sketch.elements), page.canvas.rect_of(Box(100, 200, 140, 240)).center()

    def let_go(*files):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
        enter.ignore()
        QApplication.sendEvent(page.canvas, enter)
        if enter.isAccepted():
            drop = QDropEvent(place, Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(page.canvas, drop)
        return enter.isAccepted()

    assert not let_go(words)
    assert let_go(words, picture)
    assert len(page.sketch.elements) == count + 1
    assert page.canvas.chosen == {count}
    assert page.sketch.elements[count].box.centre == pytest.approx((120, 220), abs=1)
    picture.write_bytes(picture.read_bytes()[:40])
    let_go(picture)
    assert len(page.sketch.elements) == count + 1, "what is no picture is refused"
    assert "PNG or a JPEG" in administrator.notices[-1].message
    await drawn(page, until)
    await administrator.context.settled()
