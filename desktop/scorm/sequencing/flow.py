"""Walking the tree: the flow and choice traversals SB.2.1 to SB.2.4 and SB.2.9.1, SB.2.9.2 of the SN book's pseudo-code.

Nothing here changes the tree, so that the same walks tell which requests would be valid.
"""

from __future__ import annotations

from enum import Enum

from desktop.scorm.sequencing.definition import Action
from desktop.scorm.sequencing.exceptions import Refused, SessionEnds
from desktop.scorm.sequencing.rules import check_activity_process, precondition
from desktop.scorm.sequencing.tree import Activity, ActivityTree


class Direction(Enum):
    FORWARD = 1
    BACKWARD = -1


def flow_tree_traversal_subprocess(
    tree: ActivityTree, activity: Activity, direction: Direction, before: Direction | None, *, children: bool
) -> tuple[Activity, Direction]:
    """[SB.2.1] The next activity in a preorder walk, and the direction of the walk from there.

    ``before`` is the direction of the walk so far where a cluster that goes forward only turned it round; ``children`` tells whether the
    activity's own children come into question. Raises ``Refused`` (SB.2.1-2 to SB.2.1-4) or ``SessionEnds``.
    """
    siblings = activity.parent.available if activity.parent is not None else [activity]
    turned = before is Direction.BACKWARD and activity is siblings[-1]
    if turned:
        direction, activity = Direction.BACKWARD, siblings[0]
    enter = children and not activity.is_leaf
    if enter and not activity.available:
        raise Refused("SB.2.1-2")
    if direction is Direction.FORWARD:
        if enter:
            return activity.available[0], direction
        return _after(tree, activity), direction
    if activity.parent is None:
        raise Refused("SB.2.1-3")
    if enter:
        if activity.definition.control.forward_only:
            return activity.available[0], Direction.FORWARD
        return activity.available[-1], direction
    if activity.parent.definition.control.forward_only and not turned:
        raise Refused("SB.2.1-4")
    if activity is siblings[0]:
        return flow_tree_traversal_subprocess(tree, activity.parent, direction, None, children=False)
    place = tree.place(activity)
    assert place is not None
    return siblings[place - 1], direction


def _after(tree: ActivityTree, activity: Activity) -> Activity:
    """The next activity that is not below this one."""
    for one in activity.path_to_root():
        place = tree.place(one)
        if one.parent is not None and place is not None and place + 1 < len(one.parent.available):
            return one.parent.available[place + 1]
    raise SessionEnds


def flow_activity_traversal_subprocess(tree: ActivityTree, activity: Activity, direction: Direction, before: Direction | None) -> Activity:
    """[SB.2.2] The activity that can be delivered, from here on in the direction.

    Raises ``Refused`` (SB.2.2-1, SB.2.2-2) or ``SessionEnds``.
    """
    while True:
        if activity.parent is not None and not activity.parent.definition.control.flow:
            raise Refused("SB.2.2-1")
        if precondition(tree, activity, Action.SKIP):
            following, walk = flow_tree_traversal_subprocess(tree, activity, direction, before, children=False)
            if before is Direction.BACKWARD and walk is Direction.BACKWARD:
                direction, before = walk, None
            activity = following
            continue
        if check_activity_process(tree, activity):
            raise Refused("SB.2.2-2")
        if activity.is_leaf:
            return activity
        following, walk = flow_tree_traversal_subprocess(tree, activity, direction, None, children=True)
        before = Direction.BACKWARD if direction is Direction.BACKWARD and walk is Direction.FORWARD else None
        activity, direction = following, walk


def flow_subprocess(tree: ActivityTree, activity: Activity, direction: Direction, *, children: bool) -> Activity:
    """[SB.2.3] The first activity to deliver after this one (or, with ``children``, within it)."""
    following, walk = flow_tree_traversal_subprocess(tree, activity, direction, None, children=children)
    return flow_activity_traversal_subprocess(tree, following, walk, None)


def choice_activity_traversal_subprocess(tree: ActivityTree, activity: Activity, direction: Direction) -> None:
    """[SB.2.4] Raises ``Refused`` (SB.2.4-1 to SB.2.4-3) where a choice may not pass this activity in that direction."""
    if direction is Direction.FORWARD:
        if precondition(tree, activity, Action.STOP_FORWARD_TRAVERSAL):
            raise Refused("SB.2.4-1")
    elif activity.parent is None:
        raise Refused("SB.2.4-3")
    elif activity.parent.definition.control.forward_only:
        raise Refused("SB.2.4-2")


def choice_flow_subprocess(activity: Activity, direction: Direction) -> Activity:
    """[SB.2.9.1] The next activity in the direction, or this one where there is none."""
    return choice_flow_tree_traversal_subprocess(activity, direction) or activity


def choice_flow_tree_traversal_subprocess(activity: Activity, direction: Direction) -> Activity | None:
    """[SB.2.9.2] The next activity outside of this one in the direction; None at the end of the tree."""
    for one in activity.path_to_root():
        if one.parent is None:
            return None
        siblings = one.parent.available
        index = siblings.index(one) + direction.value
        if 0 <= index < len(siblings):
            return siblings[index]
    return None
