"""The rules of trying again, without waiting for any of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import NotAllowed, ServerAway
from desktop.store.link import FIRST_SECONDS, JITTER, LONGEST_SECONDS, Link, LinkState

AWAY = ServerAway("The server cannot be reached.")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fail_when_due(link: Link, clock: Clock) -> float:
    """Let the next try fail, and return how long the pause after it is."""
    clock.now += link.seconds_left
    link.failed(AWAY)
    return link.seconds_left


def test_pauses_double_up_to_a_minute() -> None:
    clock = Clock()
    link = Link(clock=clock, chance=lambda: 0.0)
    assert [fail_when_due(link, clock) for _ in range(9)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_chance_shortens_a_pause_by_a_quarter_at_most(chances: list[float]) -> None:
    clock = Clock()
    coming = iter(chances)
    link = Link(clock=clock, chance=lambda: next(coming))
    for number, _chance in enumerate(chances):
        full = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0**number)
        assert full * (1 - JITTER) - 1e-6 <= fail_when_due(link, clock) <= full + 1e-6


def test_several_calls_that_fail_on_one_outage_are_one_failure() -> None:
    link = Link(clock=Clock(), chance=lambda: 0.0)
    for _call in range(10):
        assert link.failed(AWAY)
    assert link.failures == 1
    assert link.seconds_left == 1


def test_an_answer_ends_the_outage_and_the_next_one_starts_from_the_beginning() -> None:
    clock = Clock()
    link = Link(clock=clock, chance=lambda: 0.0)
    for _ in range(5):
        fail_when_due(link, clock)
    link.succeeded()
    assert (link.state, link.seconds_left, link.due, link.error) == (LinkState.UP, 0, False, None)
    assert fail_when_due(link, clock) == 1


def test_being_refused_is_not_being_away() -> None:
    link = Link(clock=Clock())
    assert not link.failed(NotAllowed("You may not do that."))
    assert link.state is LinkState.UP


def test_it_is_due_when_its_time_has_come_or_somebody_asks() -> None:
    clock = Clock()
    link = Link(clock=clock, chance=lambda: 0.0)
    assert not link.due
    link.failed(AWAY)
    assert not link.due
    link.retry_now()
    assert link.due
    link.failed(AWAY)
    clock.now += 2
    assert link.due


def test_views_hear_of_changes_and_can_say_them() -> None:
    heard: list[str] = []
    clock = Clock()
    link = Link(clock=clock, chance=lambda: 0.0, listeners=[lambda link: heard.append(link.sentence())])
    link.succeeded()
    link.failed(AWAY)
    link.failed(AWAY)
    link.retry_now()
    link.succeeded()
    assert heard == [
        "The server cannot be reached. Trying again in 1 second.",
        "The server cannot be reached. Trying again…",
        "Connected",
    ]
