"""The proof that replicas converge and lose nothing: docs/design.md, "Courses offline". ``./lms prove sync`` runs it at length."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync import model
from tests.sync.mutants import REPLICAS, SERVERS
from tests.sync.real import RealGame
from tests.sync.world import Game, World, play

COUNT = int(os.environ.get("LMS_SYNC_GAMES", "0"))
"""How many games to play; 0: a few, the same ones each time."""
PARTS = range(6 if COUNT else 1)
"""A long proof is played in parts, so that every core has something to do."""


def games(few: int) -> settings:
    return settings(
        max_examples=COUNT // len(PARTS) or few,
        stateful_step_count=40,
        suppress_health_check=list(HealthCheck),
        derandomize=not COUNT,
        deadline=None,
    )


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.timeout(0)
def test_the_model_converges(part: int) -> None:
    run_state_machine_as_test(Game, settings=games(100))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.timeout(0)
def test_the_real_replica_converges(part: int) -> None:
    run_state_machine_as_test(RealGame, settings=games(15))


@pytest.mark.parametrize("mutant", [*REPLICAS, *SERVERS], ids=lambda mutant: mutant.__name__)
def test_each_mutant_is_found_out(mutant: Any) -> None:
    class Mutated(Game):
        def make_world(self) -> World:
            return World(model.Replica, mutant) if issubclass(mutant, model.Server) else World(mutant)

    def hunt() -> None:
        for seed in range(5000):
            play(Mutated(), seed)

    with pytest.raises((AssertionError, KeyError)):
        hunt()
