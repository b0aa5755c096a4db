"""The sequencing request processes SB.2.5 to SB.2.13 of the SN book's pseudo-code: which activity is to be delivered next."""

from __future__ import annotations

from desktop.scorm.sequencing.definition import Action
from desktop.scorm.sequencing.exceptions import Refused, SessionEnds
from desktop.scorm.sequencing.flow import (
    Direction,
    choice_activity_traversal_subprocess,
    choice_flow_subprocess,
    flow_subprocess,
)
from desktop.scorm.sequencing.requests import SequencingRequest
from desktop.scorm.sequencing.rules import precondition
from desktop.scorm.sequencing.tree import Activity, ActivityTree, common_ancestor, is_forward


def sequencing_request_process(tree: ActivityTree, request: SequencingRequest, target: str) -> Activity | None:
    """[SB.2.12] The activity to deliver; None where there is nothing to do. Raises ``Refused`` or ``SessionEnds``. Changes nothing."""
    match request:
        case SequencingRequest.START:
            return start_sequencing_request_process(tree)
        case SequencingRequest.RESUME_ALL:
            return resume_all_sequencing_request_process(tree)
        case SequencingRequest.CONTINUE:
            return continue_sequencing_request_process(tree)
        case SequencingRequest.PREVIOUS:
            return previous_sequencing_request_process(tree)
        case SequencingRequest.CHOICE:
            return choice_sequencing_request_process(tree, tree.activities.get(target))
        case SequencingRequest.JUMP:
            return jump_sequencing_request_process(tree, tree.activities.get(target))
        case SequencingRequest.RETRY:
            return retry_sequencing_request_process(tree)
        case SequencingRequest.EXIT:
            exit_sequencing_request_process(tree)
            return None


def start_sequencing_request_process(tree: ActivityTree) -> Activity:
    """[SB.2.5]"""
    if tree.current is not None:
        raise Refused("SB.2.5-1")
    if tree.root.is_leaf:
        return tree.root
    return flow_subprocess(tree, tree.root, Direction.FORWARD, children=True)


def resume_all_sequencing_request_process(tree: ActivityTree) -> Activity:
    """[SB.2.6]"""
    if tree.current is not None:
        raise Refused("SB.2.6-1")
    if tree.suspended is None:
        raise Refused("SB.2.6-2")
    return tree.suspended


def continue_sequencing_request_process(tree: ActivityTree) -> Activity:
    """[SB.2.7]"""
    current = tree.current
    if current is None:
        raise Refused("SB.2.7-1")
    if current.parent is not None and not current.parent.definition.control.flow:
        raise Refused("SB.2.7-2")
    return flow_subprocess(tree, current, Direction.FORWARD, children=False)


def previous_sequencing_request_process(tree: ActivityTree) -> Activity:
    """[SB.2.8]"""
    current = tree.current
    if current is None:
        raise Refused("SB.2.8-1")
    if current.parent is not None and not current.parent.definition.control.flow:
        raise Refused("SB.2.8-2")
    return flow_subprocess(tree, current, Direction.BACKWARD, children=False)


def choice_sequencing_request_process(tree: ActivityTree, target: Activity | None) -> Activity:
    """[SB.2.9] Raises ``Refused`` (SB.2.9-1 to SB.2.9-9, SB.2.4-1 to SB.2.4-3) where the target may not be chosen."""
    if target is None:
        raise Refused("SB.2.9-1")
    hidden = _hidden_because(tree, target)
    if hidden:
        raise Refused(hidden)
    if target.parent is not None and not target.parent.definition.control.choice:
        raise Refused("SB.2.9-4")
    _check_reach(tree, target)
    if target.is_leaf:
        return target
    try:
        return flow_subprocess(tree, target, Direction.FORWARD, children=True)
    except (Refused, SessionEnds) as reason:
        raise Refused("SB.2.9-9") from reason


def _hidden_because(tree: ActivityTree, activity: Activity) -> str:
    """The exception code where the activity, or one above it, was not selected or is hidden from choice; else nothing."""

    def look() -> str:
        if tree.place(activity) is None:
            return "SB.2.9-2"
        if precondition(tree, activity, Action.HIDDEN_FROM_CHOICE):
            return "SB.2.9-3"
        return _hidden_because(tree, activity.parent) if activity.parent is not None else ""

    return tree.once((activity, "hidden"), look)


def _check_reach(tree: ActivityTree, target: Activity) -> None:
    """Steps 5 to 11 of SB.2.9: the way from the current activity to the target must be open."""
    current = tree.current
    common = tree.root if current is None else common_ancestor(current, target)
    if current is target:
        return
    if current is not None and target.parent is not None and current.parent is target.parent:
        _check_siblings(tree, current, target)
    elif current is None or current is common:
        _check_descent(tree, common, target, Direction.FORWARD)
    elif target is common:
        _check_ascent(current, target)
    else:
        _check_constraints(tree, current, common, target)
        _check_descent(tree, common, target, Direction.FORWARD if is_forward(tree, current, target) else Direction.BACKWARD)


def _check_siblings(tree: ActivityTree, current: Activity, target: Activity) -> None:
    start, end = tree.place(current), tree.place(target)
    if start is None or end is None:
        raise Refused("SB.2.9-5")
    direction = Direction.FORWARD if end > start else Direction.BACKWARD
    barrier = tree.once((current, direction), lambda: _find_barrier(tree, current, direction))
    if barrier is not None and (end - barrier[0]) * direction.value > 0:
        raise Refused(barrier[1])


def _find_barrier(tree: ActivityTree, current: Activity, direction: Direction) -> tuple[int, str] | None:
    """The place of the first sibling, from the current activity on, that a choice may reach but not pass, and the exception code."""
    place = tree.place(current)
    assert current.parent is not None
    assert place is not None
    siblings = current.parent.available
    for index in range(place, len(siblings) if direction is Direction.FORWARD else -1, direction.value):
        try:
            choice_activity_traversal_subprocess(tree, siblings[index], direction)
        except Refused as reason:
            return index, reason.code
    return None


def _check_descent(tree: ActivityTree, common: Activity, target: Activity, direction: Direction) -> None:
    """From the common ancestor down to the target's parent."""
    way: list[Activity] = []
    for one in target.path_to_root():
        if one is not target:
            way.append(one)
        if one is common:
            break
    for one in reversed(way):
        if direction is Direction.FORWARD:
            choice_activity_traversal_subprocess(tree, one, direction)
        if not one.active and one is not common and one.definition.control.prevent_activation:
            raise Refused("SB.2.9-6")


def _check_ascent(current: Activity, target: Activity) -> None:
    for one in current.path_to_root():
        if one is target:
            return
        if not one.definition.control.choice_exit:
            raise Refused("SB.2.9-7")


def _check_constraints(tree: ActivityTree, current: Activity, common: Activity, target: Activity) -> None:
    """Choice exit and constrained choice of what is left, lowest first. A constraint binds a cluster: a leaf has nothing to keep one in."""
    constrained = None
    for one in current.path_to_root():
        if one is common:
            break
        if not one.definition.control.choice_exit:
            raise Refused("SB.2.9-7")
        if constrained is None and not one.is_leaf and one.definition.control.constrain_choice:
            constrained = one
    if constrained is None:
        return
    direction = Direction.FORWARD if is_forward(tree, constrained, target) else Direction.BACKWARD
    consider = choice_flow_subprocess(constrained, direction)
    if not _is_within(target, consider) and not _is_within(target, constrained):
        raise Refused("SB.2.9-8")


def _is_within(activity: Activity, ancestor: Activity) -> bool:
    return ancestor in activity.path_to_root()


def retry_sequencing_request_process(tree: ActivityTree) -> Activity:
    """[SB.2.10]"""
    current = tree.current
    if current is None:
        raise Refused("SB.2.10-1")
    if current.active or current.suspended:
        raise Refused("SB.2.10-2")
    if current.is_leaf:
        return current
    try:
        return flow_subprocess(tree, current, Direction.FORWARD, children=True)
    except Refused as reason:
        raise Refused("SB.2.10-3") from reason


def exit_sequencing_request_process(tree: ActivityTree) -> None:
    """[SB.2.11] Ends the session where the root has been exited."""
    if tree.current is None:
        raise Refused("SB.2.11-1")
    if tree.current.active:
        raise Refused("SB.2.11-2")
    if tree.current is tree.root:
        raise SessionEnds


def jump_sequencing_request_process(tree: ActivityTree, target: Activity | None) -> Activity:
    """[SB.2.13]"""
    if tree.current is None or target is None:
        raise Refused("SB.2.13-1")
    return target
