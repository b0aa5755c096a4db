from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from desktop.ui.watchdog import Watchdog


def sleep_on_the_main_thread(seconds: float = 0.15) -> None:
    time.sleep(seconds)


def test_a_stall_is_measured_and_its_cause_named(qtbot: QtBot) -> None:
    dog = Watchdog()
    dog.start()
    qtbot.wait(30)
    sleep_on_the_main_thread()
    qtbot.waitUntil(lambda: bool(dog.stalls))
    dog.stop()
    (stall,) = dog.stalls
    assert stall.milliseconds >= 100
    assert stall.busy < 100, "it slept"
    assert "sleep_on_the_main_thread" in stall.stack
    assert dog.longest_ms >= stall.milliseconds


def test_what_happens_while_it_rests_does_not_count(qtbot: QtBot) -> None:
    dog = Watchdog()
    dog.start()
    qtbot.wait(30)
    dog.stop()
    sleep_on_the_main_thread(1.0)
    dog.start()
    qtbot.wait(30)
    dog.stop()
    assert dog.longest_ms < 900
