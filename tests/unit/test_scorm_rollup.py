"""Rollup, by what must hold whatever the children say; and a session, by what must hold after whatever was asked for."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.scorm.sequencing.controls import controls, is_valid
from desktop.scorm.sequencing.definition import Info
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.rollup import overall_rollup_process
from desktop.scorm.sequencing.tracking import is_completed, is_satisfied, read, write
from desktop.scorm.sequencing.tree import ActivityTree
from tests.support.scorm_trees import FLOW, ask, cluster, delivered, leaf, rule, says, tree_of

few = settings(max_examples=40)
"""Each example reads manifests."""


@dataclass(frozen=True)
class Child:
    """What is known of a child, and whether it counts."""

    status: bool | None
    measure: float | None
    attempted: bool
    tracked: bool
    counts: bool


children = st.lists(
    st.builds(
        Child, st.sampled_from([True, False, None]), st.none() | st.floats(-1, 1), st.booleans(), st.sampled_from([True, True, False]),
        st.sampled_from([True, True, False]),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def rolled(family: list[Child], rollup: str = "") -> ActivityTree:
    """A cluster of these children, rolled up."""

    def about(child: Child) -> str:
        tracked, counts = str(child.tracked).lower(), str(child.counts).lower()
        rules = f'<imsss:rollupRules rollupObjectiveSatisfied="{counts}" rollupProgressCompletion="{counts}"/>'
        return f'{rules}<imsss:deliveryControls tracked="{tracked}"/>'

    tree = tree_of(FLOW + rollup, *(leaf(f"i{n}", about(child)) for n, child in enumerate(family)))
    for activity, child in zip(tree.root.children, family, strict=True):
        activity.attempts = int(child.attempted)
        write(tree, activity, activity.primary, Info.SATISFIED, child.status)
        write(tree, activity, activity.primary, Info.COMPLETED, child.status)
        write(tree, activity, activity.primary, Info.MEASURE, child.measure)
    overall_rollup_process(tree, tree.root.children[0])
    return tree


def outcome(tree: ActivityTree) -> tuple[bool | None, bool | None, object]:
    measure = read(tree, tree.root, tree.root.primary, Info.MEASURE)
    return is_satisfied(tree, tree.root), is_completed(tree, tree.root), None if measure is None else round(float(measure), 9)


@few
@given(children, st.randoms(use_true_random=False))
def test_the_order_of_the_children_does_not_matter(family: list[Child], random: Random) -> None:
    shuffled = list(family)
    random.shuffle(shuffled)
    assert outcome(rolled(family)) == outcome(rolled(shuffled))


@few
@given(children)
def test_what_does_not_count_changes_nothing(family: list[Child]) -> None:
    counting = [child for child in family if child.tracked and child.counts]
    if counting:
        assert outcome(rolled(family))[:2] == outcome(rolled(counting))[:2]


@few
@given(children, st.integers(0, 5))
def test_a_child_that_does_better_never_makes_it_worse(family: list[Child], which: int) -> None:
    which %= len(family)
    better = [Child(True, c.measure, c.attempted, c.tracked, c.counts) if n == which else c for n, c in enumerate(family)]
    if outcome(rolled(family))[0]:
        assert outcome(rolled(better))[0]


@few
@given(children)
def test_a_mean_lies_between_what_it_is_made_of(family: list[Child]) -> None:
    measures = [child.measure or 0.0 for child in family if child.tracked]
    mean = outcome(rolled(family))[2]
    if mean is not None:
        assert isinstance(mean, float)
        assert min(measures) - 1e-6 <= mean <= max(measures) + 1e-6


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("set_", ["all", "any", "none", "atLeastCount", "atLeastPercent"])
@few
@given(family=children, count=st.integers(1, 4), percent=st.sampled_from([0.25, 0.5, 0.75, 1.0]))
def test_a_rule_counts_those_that_count(family: list[Child], count: int, percent: float, set_: str, negated: bool) -> None:
    operator = 'operator="not"' if negated else ""
    tree = rolled(
        family,
        f"""<imsss:rollupRules><imsss:rollupRule childActivitySet="{set_}" minimumCount="{count}" minimumPercent="{percent}">
          <imsss:rollupConditions><imsss:rollupCondition {operator} condition="completed"/></imsss:rollupConditions>
          <imsss:rollupAction action="satisfied"/></imsss:rollupRule></imsss:rollupRules>""",
    )
    said = [child.status for child in family if child.tracked and child.counts]
    true = sum(status is not None and status is not negated for status in said)
    false = sum(status is not None and status is negated for status in said)
    holds = {
        "all": true == len(said),
        "any": true > 0,
        "none": false == len(said),
        "atLeastCount": true >= count,
        "atLeastPercent": bool(said) and true / len(said) >= percent,
    }[set_]
    assert (is_satisfied(tree, tree.root) is True) is holds


# --- sessions ---------------------------------------------------------------------------------------------------------------------------

NAMES = ("root", "a", "b", "c", "d", "e", "f", "g")
requests = st.lists(
    st.tuples(
        st.sampled_from([*Navigation]), st.sampled_from(NAMES),
        st.sampled_from([{}, {"completion_status": "completed"}, {"success_status": "failed"}, {"exit": "suspend"}]),
    ),
    max_size=25,
)  # fmt: skip


def a_course(*, rules: bool) -> ActivityTree:
    limited = '<imsss:limitConditions attemptLimit="2"/>' if rules else ""
    skip, retry = (rule("pre", "completed", "skip"), rule("post", "completed", "retry")) if rules else ("", "")
    return tree_of(
        FLOW, leaf("a"), cluster("b", FLOW + retry, leaf("c", skip), leaf("d", limited), seed_cluster(skip)), leaf("g"),
    )  # fmt: skip


def seed_cluster(skip: str) -> str:
    return cluster("e", FLOW, leaf("f", skip))


def is_sound(tree: ActivityTree) -> None:
    active = [activity for activity in tree.root.walk_all() if activity.active]
    leaves = [activity for activity in active if activity.is_leaf]
    assert len(leaves) <= 1
    assert all(one.parent is None or one.parent.active for one in active)
    if leaves:
        assert tree.current is leaves[0]
    assert tree.suspended is None or all(one.suspended and not one.active for one in tree.suspended.path_to_root())


@few
@given(asked=requests, rules=st.booleans())
def test_a_session_is_sound_after_every_request_and_goes_on_elsewhere_as_here(
    asked: list[tuple[Navigation, str, dict[str, str]]], rules: bool
) -> None:
    here, elsewhere = a_course(rules=rules), a_course(rules=rules)
    for kind, target, words in asked:
        if here.current is not None and here.current.active:
            says(here, **words)
            says(elsewhere, **words)
        outcomes = [delivered(ask(tree, kind, target)) for tree in (here, elsewhere)]
        assert outcomes[0] == outcomes[1]
        is_sound(here)
        state = json.loads(json.dumps(here.to_json()))
        elsewhere = a_course(rules=rules)
        elsewhere.restore(state)
        assert elsewhere.to_json() == here.to_json()
        assert controls(elsewhere) == controls(here)


@few
@given(asked=requests)
def test_what_is_offered_is_met_where_no_rules_interfere(asked: list[tuple[Navigation, str, dict[str, str]]]) -> None:
    tree = a_course(rules=False)
    ask(tree, Navigation.START)
    for (kind, target, _words), name in zip(asked, itertools.cycle(NAMES)):
        request = NavigationRequest(Navigation.CHOICE, name)
        before = tree.to_json()
        offered = is_valid(tree, request)
        assert tree.to_json() == before  # looking changes nothing
        result = ask(tree, Navigation.CHOICE, name)
        assert offered is (result.delivered is not None)
        ask(tree, kind, target)
