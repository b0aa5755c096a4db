"""The delivery processes DB.1.1, DB.2 and DB.2.1 of the SN book's pseudo-code."""

from __future__ import annotations

from desktop.scorm.sequencing.definition import OBJECTIVE_INFO
from desktop.scorm.sequencing.exceptions import Refused
from desktop.scorm.sequencing.rules import check_activity_process
from desktop.scorm.sequencing.termination import terminate_descendent_attempts_process
from desktop.scorm.sequencing.tree import Activity, ActivityTree, common_ancestor


def delivery_request_process(tree: ActivityTree, activity: Activity) -> None:
    """[DB.1.1] Raises ``Refused`` (DB.1.1-1, DB.1.1-3) where the activity cannot be delivered."""
    if not activity.is_leaf:
        raise Refused("DB.1.1-1")
    if _is_barred(tree, activity):
        raise Refused("DB.1.1-3")


def _is_barred(tree: ActivityTree, activity: Activity) -> bool:
    """Whether the activity, or one above it, may not be delivered."""
    above = activity.parent
    return tree.once(
        (activity, "barred"), lambda: check_activity_process(tree, activity) or (above is not None and _is_barred(tree, above))
    )


def content_delivery_environment_process(tree: ActivityTree, activity: Activity) -> bool:
    """[DB.2] Begin or take up the attempts down to the activity, which is current then. Answers whether its attempt goes on."""
    if tree.current is not None and tree.current.active:
        raise Refused("DB.2-1")
    if activity is not tree.suspended:
        clear_suspended_activity_subprocess(tree, activity)
    terminate_descendent_attempts_process(tree, activity)
    resumed = activity.suspended
    for one in reversed(list(activity.path_to_root())):
        if not one.active:
            if one.suspended:
                one.suspended = False
            else:
                _begin_attempt(tree, one)
            one.active = True
    tree.current = activity
    tree.suspended = None
    return resumed


def clear_suspended_activity_subprocess(tree: ActivityTree, activity: Activity) -> None:
    """[DB.2.1] Something else than what was suspended is delivered: what stands between the two is suspended no more."""
    if tree.suspended is None:
        return
    common = common_ancestor(tree.suspended, activity)
    for one in tree.suspended.path_to_root():
        one.suspended = any(child.suspended for child in one.children)
        if one is common:
            break
    tree.suspended = None


def _begin_attempt(tree: ActivityTree, activity: Activity) -> None:
    """A new attempt knows nothing yet (SN 4.2.1)."""
    if not activity.tracked:
        return
    activity.attempts += 1
    for known in activity.known.values():
        known.clear()
    if activity is tree.root and not tree.objectives_are_shared:
        tree.objectives.clear()
    if activity is tree.root and not tree.data_is_shared:
        tree.data.clear()
    _forget_earlier_attempts(activity)


def _forget_earlier_attempts(cluster: Activity) -> None:
    """Of the children counts what is found out during the cluster's current attempt, unless its control modes say otherwise (SN 3.2.5)."""
    control = cluster.definition.control
    for child in cluster.children:
        for known in child.known.values():
            for info in list(known):
                if control.use_current_attempt_objective_info if info in OBJECTIVE_INFO else control.use_current_attempt_progress_info:
                    del known[info]
        _forget_earlier_attempts(child)
