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

COUNT = os.environ.get("LMS_SYNC_EXAMPLES")
"""How many games; without it a few, the same ones each time."""


def games(few: int) -> settings:
    return settings(
        max_examples=int(COUNT or few),
        stateful_step_count=40,
        suppress_health_check=list(HealthCheck),
        derandomize=COUNT is None,
        deadline=None,
    )


@pytest.mark.timeout(0)
def test_the_model_converges() -> None:
    run_state_machine_as_test(Game, settings=games(100))


@pytest.mark.timeout(0)
def test_the_real_replica_converges() -> None:
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
