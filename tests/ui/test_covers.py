"""Covers are painted beside the GUI thread, and look the same wherever that is."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.ui.courses import cover
from desktop.ui.courses.cover import STYLES, Covers, Wanted, cover_image

COURSE = UUID("5c3f0a51-0f5e-4c3b-9a35-6d4f4f6f2a10")


def wanted(category: str = "compliance") -> Wanted:
    return Wanted(category, COURSE, 160, 90, 1.0, (8.0, 8.0))


def drawn(covers: Covers, what: Wanted) -> QImage:
    image = QImage(160, 90, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    covers.draw(painter, QPointF(0, 0), what)
    painter.end()
    return image


def test_the_first_look_shows_the_ground_and_the_next_the_cover(qtbot, monkeypatch):
    threads = []

    def noting(what: Wanted) -> QImage:
        threads.append(threading.current_thread())
        return cover_image(what)

    monkeypatch.setattr(cover, "cover_image", noting)
    covers = Covers()
    with qtbot.waitSignal(covers.painted):
        first = drawn(covers, wanted())
        drawn(covers, wanted())
    second = drawn(covers, wanted())
    assert first.pixelColor(80, 45) == STYLES["compliance"].start
    assert first.pixelColor(0, 0).alpha() == second.pixelColor(0, 0).alpha() == 0, "corners are round from the start"
    assert second == cover_image(wanted())
    assert len(threads) == 1, "asked for twice, painted once"
    assert threads[0] is not threading.main_thread()


def test_only_so_many_are_kept(qtbot, monkeypatch):
    monkeypatch.setattr(cover, "KEPT", 2)
    covers = Covers()
    for category in ("compliance", "leadership", "technology"):
        with qtbot.waitSignal(covers.painted):
            drawn(covers, wanted(category))
    with qtbot.waitSignal(covers.painted):
        drawn(covers, wanted("compliance"))


@pytest.mark.parametrize("category", [*STYLES, "unheard of"])
def test_a_course_keeps_its_face_and_no_two_are_alike(qapp, category):
    other = Wanted(category, UUID(int=7), 160, 90, 1.0, (8.0, 8.0))
    assert cover_image(wanted(category)) == cover_image(wanted(category)) != cover_image(other)
