"""Ending attempts: UP.3, UP.4 and the termination request processes TB.2.1 to TB.2.3 of the SN book's pseudo-code."""

from __future__ import annotations

from desktop.scorm.sequencing.definition import Action, Info
from desktop.scorm.sequencing.exceptions import Refused
from desktop.scorm.sequencing.requests import SequencingRequest, Termination
from desktop.scorm.sequencing.rollup import overall_rollup_process
from desktop.scorm.sequencing.rules import sequencing_rules_check_process
from desktop.scorm.sequencing.selection import prepare_next_attempt
from desktop.scorm.sequencing.tracking import is_open, write
from desktop.scorm.sequencing.tree import Activity, ActivityTree, common_ancestor

_POSTCONDITIONS = frozenset(
    {Action.EXIT_PARENT, Action.EXIT_ALL, Action.RETRY, Action.RETRY_ALL, Action.CONTINUE, Action.PREVIOUS},
)


def terminate_descendent_attempts_process(tree: ActivityTree, activity: Activity) -> None:
    """[UP.3] End the attempts between the current activity and what it has in common with the given one, both left out."""
    if tree.current is None:
        return
    common = common_ancestor(tree.current, activity)
    for one in tree.current.path_to_root():
        if one is common:
            return
        if one is not tree.current:
            end_attempt_process(tree, one)


def end_attempt_process(tree: ActivityTree, activity: Activity) -> None:
    """[UP.4] What the content left open about a leaf is taken to be done; a cluster is suspended while one of its children is."""
    if activity.is_leaf:
        if activity.tracked and not activity.suspended:
            delivery = activity.definition.delivery
            if not delivery.completion_set_by_content and is_open(activity, Info.COMPLETED):
                write(tree, activity, activity.primary, Info.COMPLETED, True)
            if not delivery.objective_set_by_content and is_open(activity, Info.SATISFIED):
                write(tree, activity, activity.primary, Info.SATISFIED, True)
    else:
        activity.suspended = any(child.suspended for child in activity.children)
        if activity.active and not activity.suspended:
            prepare_next_attempt(tree, activity)
    activity.active = False
    overall_rollup_process(tree, activity)


def sequencing_exit_action_rules_subprocess(tree: ActivityTree, current: Activity) -> Activity:
    """[TB.2.1] End the attempt on the highest ancestor whose exit rule holds, and answer with what is current then."""
    for one in reversed(list(current.path_to_root())[1:]):
        if sequencing_rules_check_process(tree, one, one.definition.exit_rules, frozenset({Action.EXIT})) is not None:
            terminate_descendent_attempts_process(tree, one)
            end_attempt_process(tree, one)
            tree.current = one
            return one
    return current


def sequencing_postcondition_rules_subprocess(tree: ActivityTree, current: Activity) -> Action | None:
    """[TB.2.2] The action of the first postcondition rule that holds; none for what is suspended."""
    if current.suspended:
        return None
    return sequencing_rules_check_process(tree, current, current.definition.postconditions, _POSTCONDITIONS)


def termination_request_process(tree: ActivityTree, request: Termination) -> SequencingRequest | None:
    """[TB.2.3] Ends what the request ends. Answers the sequencing request that is to follow instead of the one that was asked for.

    Raises ``Refused`` where there is nothing to end (TB.2.3-1 to TB.2.3-6).
    """
    current = tree.current
    if current is None:
        raise Refused("TB.2.3-1")
    if request in (Termination.EXIT, Termination.ABANDON) and not current.active:
        raise Refused("TB.2.3-2")
    match request:
        case Termination.EXIT:
            return _exit(tree, current)
        case Termination.EXIT_ALL:
            return _exit_all(tree, current, None)
        case Termination.SUSPEND_ALL:
            return _suspend_all(tree, current)
        case Termination.ABANDON:
            _discard(tree, current)
            current.active = False
            return None
        case Termination.ABANDON_ALL:
            _discard(tree, current)
            for one in current.path_to_root():
                one.active = False
            tree.current = tree.root
            return SequencingRequest.EXIT


def _exit(tree: ActivityTree, current: Activity) -> SequencingRequest | None:
    end_attempt_process(tree, current)
    current = sequencing_exit_action_rules_subprocess(tree, current)
    while True:
        action = sequencing_postcondition_rules_subprocess(tree, current)
        if action is Action.EXIT_ALL:
            return _exit_all(tree, current, None)
        if action is Action.RETRY_ALL:
            return _exit_all(tree, current, SequencingRequest.RETRY)
        if action is not Action.EXIT_PARENT:
            follow = {
                Action.RETRY: SequencingRequest.RETRY,
                Action.CONTINUE: SequencingRequest.CONTINUE,
                Action.PREVIOUS: SequencingRequest.PREVIOUS,
            }
            chosen = follow.get(action) if action is not None else None
            return SequencingRequest.EXIT if current is tree.root and chosen is not SequencingRequest.RETRY else chosen
        if current.parent is None:
            raise Refused("TB.2.3-4")
        current = tree.current = current.parent
        end_attempt_process(tree, current)


def _exit_all(tree: ActivityTree, current: Activity, then: SequencingRequest | None) -> SequencingRequest:
    if current.active:
        end_attempt_process(tree, current)
    terminate_descendent_attempts_process(tree, tree.root)
    if current is not tree.root or tree.root.active:
        end_attempt_process(tree, tree.root)
    tree.current = tree.root
    return then or SequencingRequest.EXIT


def _discard(tree: ActivityTree, current: Activity) -> None:
    """Of an abandoned attempt nothing is kept: neither what the content said of its objectives nor that it is to be resumed."""
    for objective in current.definition.all_objectives:
        for info in list(current.known[objective.identifier]):
            write(tree, current, objective, info, None)
    current.suspended = False


def _suspend_all(tree: ActivityTree, current: Activity) -> SequencingRequest:
    if current.active or current.suspended:
        overall_rollup_process(tree, current)
        tree.suspended = current
    elif current.parent is not None:
        tree.suspended = current.parent
    else:
        raise Refused("TB.2.3-3")
    for one in tree.suspended.path_to_root():
        one.active = False
        one.suspended = True
    tree.current = tree.root
    return SequencingRequest.EXIT
