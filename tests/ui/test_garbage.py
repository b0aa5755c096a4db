"""Objects of Qt are deleted on the GUI thread, whichever thread allocates."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.ui.garbage import MainThreadCollector


@pytest.fixture
def collector(qtbot: QtBot) -> Iterator[MainThreadCollector]:
    collector = MainThreadCollector()
    yield collector
    collector.stop()
    gc.disable()  # as it was: the interface's tests collect between tests


class Knot(QObject):
    """Refers to itself, so that only the cycle collector can free it; notes on which thread it went."""

    def __init__(self, went: list[int]) -> None:
        super().__init__()
        self.itself = self
        self._went = went

    def __del__(self) -> None:
        self._went.append(threading.get_ident())


def test_a_busy_worker_deletes_nothing_of_qt(qtbot: QtBot, collector: MainThreadCollector) -> None:
    went: list[int] = []
    for _knot in range(50):
        Knot(went)
    worker = threading.Thread(target=lambda: [[[] for _inner in range(100)] for _outer in range(2000)])
    worker.start()
    worker.join()
    assert went == []
    junk: list[list[int]] = [[] for _one in range(5000)]  # enough for a collection to be due
    qtbot.waitUntil(lambda: len(went) == 50, timeout=5000)
    assert set(went) == {threading.get_ident()}
    assert len(junk) == 5000


def test_nothing_is_collected_before_it_is_due(collector: MainThreadCollector) -> None:
    gc.collect()
    assert collector.collect_due() is None


def test_what_is_settled_is_looked_at_no_more(collector: MainThreadCollector) -> None:
    collector.settle()
    assert gc.get_freeze_count() > 10_000


def test_collection_is_given_back_at_the_end(qtbot: QtBot) -> None:
    collector = MainThreadCollector()
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    gc.disable()
