"""Stations, cables and the server die, and no answer is lost. ``./lms prove exam`` runs it with 1,000 faults."""

from __future__ import annotations

from tests.exam_proof.proof import prove

FAULTS = 20


def test_no_answer_is_lost_whatever_is_killed() -> None:
    found = prove(FAULTS, seed=3)
    assert found.wrong == [], found
    assert found.faults.total() >= FAULTS
    assert found.faults["server killed"] > 0
    assert found.typed > 0  # how many depends on how busy the computer is
