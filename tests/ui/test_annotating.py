"""Marking a PDF by mouse and by keys; a copy has the marks in its pages, read by other readers than wrote it."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QColor
from PySide6.QtPdf import QPdfDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from reportlab.pdfgen.canvas import Canvas

from desktop.errors import Invalid
from desktop.grading.annotations import COLOURS, DRAWING, HIGHLIGHT, NOTE, Annotation, keep_annotation, list_annotations, stored
from desktop.grading.commands import Mark, Work, release_grades, save_grade, submit_assignment
from desktop.grading.flattening import flatten
from desktop.grading.queries import get_submission
from desktop.ui.grading.handing_in import AssignmentPage
from desktop.ui.grading.marks import draw_marks
from desktop.ui.grading.own_work import OwnWorkPage
from desktop.ui.grading.work import WorkView
from tests.support.grading import put_file
from tests.ui.accessibility import assert_accessible


def pdf(*turns, password=None):
    """A page for each of these rotations, in a box that does not begin at 0."""
    buffer = BytesIO()
    canvas = Canvas(buffer, encrypt=password)
    for turn in turns:
        canvas.setPageSize((400, 600))
        canvas.setCropBox((50, 100, 350, 500))
        canvas.drawString(100, 300, "As handed in")
        canvas.setPageRotation(turn)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(path):
    """The file by Qt's reader, and each of its pages."""
    document = QPdfDocument()
    document.load(str(path))
    assert document.error() is QPdfDocument.Error.None_
    return document, [document.pagePointSize(page) for page in range(document.pageCount())]


def colour_at(document, page, x, y):
    """What is seen at this part of the page."""
    size = document.pagePointSize(page).toSize()
    image = document.render(page, size)
    colour = image.pixelColor(round(x * size.width()), round(y * size.height()))
    part = colour.alphaF()
    return QColor.fromRgbF(*(value * part + 1 - part for value in (colour.redF(), colour.greenF(), colour.blueF())))


def test_a_copy_has_the_marks_where_they_were_made_on_turned_pages_too(qtbot, tmp_path):
    source, target = tmp_path / "work.pdf", tmp_path / "copy.pdf"
    data = pdf(0, 90, 180, 270)
    source.write_bytes(data)
    _document, sizes = read(source)
    work = uuid4()
    marks = [
        Annotation(work, "x", HIGHLIGHT, page, (((0.1, 0.1), (0.3, 0.2)),), COLOURS[3], "Größe, größer" if page == 0 else "")
        for page in range(4)
    ]
    marks.append(Annotation(work, "x", DRAWING, 2, (((0.5, 0.9), (0.9, 0.9)),), COLOURS[2]))
    flatten(source, draw_marks(sizes, marks), target)
    copy, copied = read(target)
    assert copied[:4] == sizes
    assert len(copied) == 5, "what was written is on a page of its own"
    for page in range(4):
        inside, outside = colour_at(copy, page, 0.25, 0.17), colour_at(copy, page, 0.6, 0.6)
        assert inside.red() > inside.blue() + 30, page
        assert outside == QColor(Qt.GlobalColor.white), page
    blue = colour_at(copy, 2, 0.7, 0.9)
    assert blue.blue() > blue.red() + 30
    assert copy.getAllText(0).text().startswith("As handed in")
    assert "Größe, größer" in copy.getAllText(4).text()
    assert source.read_bytes() == data, "the file itself stays as it was handed in"
    with target.open("rb") as file:
        reader = PdfFileReader(file)
        assert reader.root["/Pages"]["/Count"] == 5
        assert "/Annots" not in reader.root["/Pages"]["/Kids"][0], "drawn into the page, to be seen by every reader"


@pytest.mark.parametrize(("data", "words"), [(pdf(0, password="secret"), "has a password"), (b"%PDF-1.7 no", "none that can be read")], ids=["password", "broken"])  # fmt: skip # noqa: E501
def test_a_file_that_cannot_be_read_is_said_in_a_sentence(tmp_path, data, words):
    source = tmp_path / "work.pdf"
    source.write_bytes(data)
    with pytest.raises(Invalid, match=words):
        flatten(source, draw_marks([QSizeF(100, 100)], []), tmp_path / "copy.pdf")


async def test_marks_are_made_by_mouse_and_by_keys_and_the_server_has_them(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    with association.installer() as installer:
        installer.execute("UPDATE assignments SET submission_type = 'both'")
    file = put_file(association, "lea", "Report.pdf", pdf(0, 0))
    lea = association.database.store(association.people["lea"])
    receipt = lea.write(submit_assignment, association["lea_enrollment"], association["assignment"], uuid4(), Work(files=(file,))).value
    desk = sign_in(association.database, association.people["teacher"])
    tess = association.database.store(association.people["teacher"])

    def there():
        return [(each.kind, each.page, each.words, each.colour) for each in tess.read(list_annotations, receipt.submission)]

    view = WorkView(desk.context)
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_piece(tess.read(get_submission, receipt.submission))
    pages = view.pages
    await until(lambda: view.stack.currentWidget() is pages and pages.isEnabled(), seconds=20)
    assert_accessible(view)

    def chosen():
        return next(each for each in pages.sheets.annotations if each.id == pages.sheets.current)

    pages.tools[HIGHLIGHT].click()
    place = pages.sheets.place(0)
    corner, end = (QPointF(place.x() + place.width() * x, place.y() + place.height() * x).toPoint() for x in (0.1, 0.2))
    QTest.mousePress(pages.sheets, Qt.MouseButton.LeftButton, pos=corner)
    QTest.mouseMove(pages.sheets, end)
    QTest.mouseRelease(pages.sheets, Qt.MouseButton.LeftButton, pos=end)
    await until(lambda: there() == [(HIGHLIGHT, 0, "", COLOURS[0])], seconds=20)

    pages.note_button.click()
    QTest.keyClicks(pages.words, "Why so?")
    await until(lambda: (NOTE, 0, "Why so?", COLOURS[0]) in there(), seconds=20)
    before = chosen().strokes
    QTest.keyClick(pages.sheets, Qt.Key.Key_Right)
    assert chosen().strokes != before
    pages.colours.setCurrentIndex(1)
    assert "Why so?" in pages.sheets.accessibleDescription()
    for _step in range(3):  # its colour, its place, its words at once
        pages.undo_button.click()
    await until(lambda: (NOTE, 0, "", COLOURS[0]) in there(), seconds=20)
    QTest.keyClicks(pages.sheets, "[")
    assert chosen().kind == HIGHLIGHT
    QTest.keyClick(pages.sheets, Qt.Key.Key_Delete)
    await until(lambda: there() == [(NOTE, 0, "", COLOURS[0])], seconds=20)

    await view.save_copy(next((tmp_path).rglob("*.pdf")), tmp_path / "copy.pdf")
    assert len(read(tmp_path / "copy.pdf")[1]) == 2
    await desk.context.settled()


async def test_a_learner_sees_what_was_marked_once_it_is_released_and_changes_nothing(
    association, sign_in, qtbot, until, tmp_path, monkeypatch
):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    file = put_file(association, "lea", "Report.pdf", pdf(0))
    lea = association.database.store(association.people["lea"])
    receipt = lea.write(submit_assignment, association["lea_enrollment"], association["assignment"], uuid4(), Work(files=(file,))).value
    tess = association.database.store(association.people["teacher"])
    mark = Annotation(receipt.submission, file.asset, NOTE, 0, (((0.5, 0.5),),), COLOURS[1], "Where is this from?")
    tess.write(keep_annotation, mark.id, receipt.submission, stored(mark))
    desk = sign_in(association.database, association.people["lea"])
    opened = []
    desk.context.opened.connect(lambda place, arguments: opened.append((place, arguments)))

    async def see():
        """The file, by its link on the page of the assignment."""
        page = AssignmentPage(
            desk.context, association["course"], assignment=association["assignment"], enrollment=association["lea_enrollment"]
        )
        qtbot.addWidget(page)
        page.resize(900, 900)
        page.show()
        await until(lambda: page.state == "content" and not page.loading, seconds=20)
        next(one for one in page.findChildren(QPushButton) if one.text().startswith("Report.pdf")).click()
        place, arguments = opened[-1]
        assert place == "own-work"
        own = OwnWorkPage(desk.context, **arguments)
        qtbot.addWidget(own)
        own.resize(900, 800)
        own.show()
        await until(lambda: own.state == "content", seconds=20)
        pages = own.work.pages
        await until(lambda: own.work.stack.currentWidget() is pages and pages.isEnabled(), seconds=20)
        return own

    before = await see()
    assert before.work.pages.sheets.annotations == [], "not before the release"
    before.close()
    tess.write(save_grade, receipt.submission, "first", 0, uuid4(), Mark(Decimal(50)))
    tess.write(release_grades, [receipt.submission])
    after = await see()
    assert_accessible(after)
    pages = after.work.pages
    assert [(one.words, one.author, one.mine) for one in pages.sheets.annotations] == [("Where is this from?", "", False)]
    QTest.keyClicks(pages.sheets, "]")
    assert pages.words.text() == "Where is this from?"
    assert not pages.words.isEnabled()
    QTest.keyClick(pages.sheets, Qt.Key.Key_Delete)
    assert not any(tool.isVisible() for tool in pages.tools.values())
    assert len(pages.sheets.annotations) == 1
    await desk.context.settled()
