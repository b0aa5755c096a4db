"""What the player offers is asked of every activity of a tree, and much of it worked out once for all: that must not change one answer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.scorm.sequencing import sequencing
from desktop.scorm.sequencing.controls import controls
from desktop.scorm.sequencing.definition import Action
from desktop.scorm.sequencing.exceptions import Refused, SessionEnds
from desktop.scorm.sequencing.flow import Direction, choice_activity_traversal_subprocess, choice_flow_subprocess, flow_subprocess
from desktop.scorm.sequencing.requests import Navigation
from desktop.scorm.sequencing.rules import check_activity_process, precondition
from desktop.scorm.sequencing.transfer import valid_requests
from desktop.scorm.sequencing.tree import Activity, ActivityTree
from tests.support.scorm_trees import FLOW, ask, cluster, leaf, rule, says, tree_of

# --- the book, one question at a time ---------------------------------------------------------------------------------------------------


def may_be_chosen(tree: ActivityTree, target: Activity) -> bool:
    """NB.2.1 for a choice, SB.2.9 and DB.1.1 as they are written, from the beginning for each target."""
    try:
        chosen = _by_the_book(tree, target)
    except (Refused, SessionEnds):
        return False
    return not any(check_activity_process(tree, one) for one in chosen.path_to_root())


def _by_the_book(tree: ActivityTree, target: Activity) -> Activity:
    current, way = tree.current, list(target.path_to_root())
    _require(target.parent is None or target.parent.definition.control.choice)
    for one in way:
        _require(one.parent is None or one in one.parent.available)
        _require(not precondition(tree, one, Action.HIDDEN_FROM_CHOICE))
    left = [one for one in current.path_to_root() if one not in way] if current is not None else []
    common = tree.root if current is None else next(one for one in current.path_to_root() if one in way)
    # What is left must let go: by NB.2.1 only while it is active, by SB.2.9 in any case unless it is a sibling or above.
    siblings = current is not None and current is not target and current.parent is not None and current.parent is target.parent
    leaving = [current] if siblings and current is not None else left
    _require(not any(one.active and not one.definition.control.choice_exit for one in leaving))
    if current is target:
        pass
    elif siblings and current is not None and current.parent is not None:
        row = current.parent.available
        start, end = row.index(current), row.index(target)
        direction = Direction.FORWARD if end > start else Direction.BACKWARD
        for index in range(start, end, direction.value):
            choice_activity_traversal_subprocess(tree, row[index], direction)
    elif current is None or current is common:
        _descend(tree, way, common, Direction.FORWARD)
    elif target is common:
        above = [*left, target]
        _require(all(one.definition.control.choice_exit for one in above[:-1]))
    else:
        _require(all(one.definition.control.choice_exit for one in left))
        constrained = next((one for one in left if not one.is_leaf and one.definition.control.constrain_choice), None)
        order = list(tree.root.walk())
        if constrained is not None:
            direction = Direction.FORWARD if order.index(target) > order.index(constrained) else Direction.BACKWARD
            consider = choice_flow_subprocess(constrained, direction)
            _require(consider in way or constrained in way)
        _descend(tree, way, common, Direction.FORWARD if order.index(target) > order.index(current) else Direction.BACKWARD)
    return target if target.is_leaf else flow_subprocess(tree, target, Direction.FORWARD, children=True)


def _descend(tree: ActivityTree, way: list[Activity], common: Activity, direction: Direction) -> None:
    for one in reversed(way[1 : way.index(common) + 1]):
        if direction is Direction.FORWARD:
            choice_activity_traversal_subprocess(tree, one, direction)
        _require(one.active or one is common or not one.definition.control.prevent_activation)


def _require(condition: bool) -> None:
    if not condition:
        raise Refused("not offered")


# --- any tree ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """An activity of a tree to be: what is said of its sequencing, and what is below it."""

    sequencing: str
    below: tuple[Shape, ...] = ()


def _mostly(common: str, *rare: str) -> st.SearchStrategy[str]:
    return st.sampled_from([common] * 3 + list(rare))


_modes = st.builds(
    '<imsss:controlMode flow="true" choice="{}" choiceExit="{}" forwardOnly="{}"/>'.format,
    _mostly("true", "false"), _mostly("true", "false"), _mostly("false", "true"),
)  # fmt: skip
_rules = st.just("") | st.builds(
    rule, st.just("pre"), st.sampled_from(["always", "completed"]),
    st.sampled_from(["skip", "hiddenFromChoice", "stopForwardTraversal", "disabled"]),
)  # fmt: skip
_limits = _mostly("", '<imsss:limitConditions attemptLimit="1"/>')
_selections = _mostly(
    "",
    '<imsss:randomizationControls selectionTiming="once" selectCount="2"/>',
    """<imsss:randomizationControls selectionTiming="onEachNewAttempt" selectCount="2" reorderChildren="true"
        randomizationTiming="onEachNewAttempt"/>""",
)
_considered = _mostly(
    "",
    '<adlseq:constrainedChoiceConsiderations constrainChoice="true"/>',
    '<adlseq:constrainedChoiceConsiderations preventActivation="true"/>',
)
_leaves = st.builds(Shape, st.builds("{}{}".format, _rules, _limits))
_clusters = st.recursive(
    _leaves,
    lambda below: st.builds(
        Shape,
        st.builds("{}{}{}{}".format, _modes, _rules, _selections, _considered),
        st.lists(below, min_size=1, max_size=5).map(tuple),
    ),
    max_leaves=14,
)
shapes = st.builds(Shape, st.builds("{}{}".format, _modes, _selections), st.lists(_clusters, min_size=1, max_size=6).map(tuple))


def grow(shape: Shape) -> ActivityTree:
    names = iter(range(1000))

    def written(one: Shape) -> str:
        name = f"a{next(names)}"
        return cluster(name, one.sequencing, *map(written, one.below)) if one.below else leaf(name, one.sequencing)

    return tree_of(shape.sequencing, *map(written, shape.below))


steps = st.lists(st.tuples(st.sampled_from([*Navigation]), st.integers(0, 20), st.sampled_from(["completed", "incomplete"])), max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(shape=shapes, asked=steps)
def test_what_is_offered_is_what_the_book_says_of_each_activity_by_itself(shape: Shape, asked: list[tuple[Navigation, int, str]]) -> None:
    tree = grow(shape)
    names = list(tree.activities)
    for kind, target, status in [(Navigation.START, 0, ""), *asked]:
        if tree.current is not None and tree.current.active and status:
            says(tree, completion_status=status)
        ask(tree, kind, names[target % len(names)])
        book = {one.identifier: may_be_chosen(tree, one) for one in tree.activities.values()}
        assert {entry.identifier: entry.selectable for entry in controls(tree).contents}.items() <= book.items()
        told = valid_requests(tree)
        assert {name: told[f"adl.nav.request_valid.choice.{{target={name}}}"] == "true" for name in names} == book


# --- how much is looked at --------------------------------------------------------------------------------------------------------------


def test_twice_the_activities_side_by_side_are_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: siblings that a choice passes on its way."""
    passed: list[Activity] = []

    def counted(tree: ActivityTree, activity: Activity, direction: Direction) -> None:
        passed.append(activity)
        choice_activity_traversal_subprocess(tree, activity, direction)

    monkeypatch.setattr(sequencing, "choice_activity_traversal_subprocess", counted)

    def looks(size: int) -> int:
        tree = tree_of(FLOW, *(leaf(f"c{n}", rule("pre", "completed", "stopForwardTraversal")) for n in range(size)))
        ask(tree, Navigation.START)
        passed.clear()
        assert len(controls(tree).contents) == size + 1
        return len(passed)

    assert 0 < looks(80) <= 2.2 * looks(40)
