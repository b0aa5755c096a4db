"""A certificate held before the camera. The frames are made here; what happens to them is what happens to a camera's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from PySide6.QtMultimedia import QVideoFrame

from desktop.certificates.commands import add_key, issue
from desktop.certificates.keys import make_key
from desktop.certificates.press import draw_signed
from desktop.certificates.preview import rasterize
from desktop.certificates.queries import get_certificate
from desktop.certificates.template import load_template
from desktop.ui.certificates.camera import CameraDialog
from desktop.ui.certificates.verification import VerifyPanel
from tests.support.courses import complete_course
from tests.ui.accessibility import assert_accessible

pytestmark = pytest.mark.qt_log_ignore("No RHI backend")
"""Offscreen there is no graphics card to turn frames into pictures."""


@pytest.fixture
def learner(db, sign_in):
    return sign_in(db, db.add_person("learner", first_name="Amara", last_name="Okafor"))


def held_up(pdf: bytes) -> QImage:
    """The lower right of the page on a grey table, a little turned, as a camera of 1280 × 720 sees it."""
    raster = rasterize(pdf, 2600)
    page = QImage(raster.pixels, raster.width, raster.height, raster.stride, QImage.Format.Format_RGB32)
    corner = page.copy(page.width() * 3 // 4, page.height() * 7 // 10, page.width() // 4, page.height() * 3 // 10)
    frame = QImage(1280, 720, QImage.Format.Format_RGB32)
    frame.fill(QColor("#8a8a86"))
    painter = QPainter(frame)
    painter.drawImage(240, 60, corner.transformed(QTransform().rotate(7)))
    painter.end()
    return frame


@pytest.mark.parametrize("changed", [False, True])
async def test_a_code_before_the_camera_is_judged_by_its_signature_and_the_record(db, learner, sign_in, qtbot, until, changed):
    key = make_key("Sample association")
    sign_in(db, db.add_person("administrator")).context.store.write(add_key, key.public)
    store = learner.context.store
    certificate = store.read(get_certificate, store.write(issue, complete_course(db, store)).value)
    signing = make_key("Somebody else") if changed else key
    frame = held_up(await learner.context.tasks.run(draw_signed, certificate, load_template(), signing))

    panel = VerifyPanel(learner.context)
    qtbot.addWidget(panel)
    panel.resize(700, 700)
    panel.show()
    dialog = CameraDialog(learner.context, None, panel)
    dialog.scanned.connect(lambda code: learner.context.spawn(panel._code(code), panel))
    empty = QImage(640, 480, QImage.Format.Format_RGB32)
    empty.fill(QColor("white"))
    dialog.reader.sink.setVideoFrame(QVideoFrame(empty))
    await until(lambda: not dialog.reader._busy, seconds=20)
    assert panel.answer.verdict == "", "nothing to see"
    dialog.reader.sink.setVideoFrame(QVideoFrame(frame))
    await until(lambda: panel.answer.verdict != "", seconds=20)
    assert panel.answer.verdict == ("changed" if changed else "valid")
    assert certificate.snapshot.ce_credits == Decimal("1.5")
    await learner.context.settled()


async def test_without_a_camera_it_says_so_and_what_to_do(learner, qtbot):
    panel = VerifyPanel(learner.context)
    qtbot.addWidget(panel)
    dialog = CameraDialog(learner.context, None, panel)
    dialog.open()
    assert dialog.trouble.text().startswith("There is no camera on this computer. A picture of the code can be dropped")
    assert_accessible(dialog)
    dialog.reject()
