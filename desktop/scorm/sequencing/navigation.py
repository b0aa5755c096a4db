"""The Navigation Request Process NB.2.1 of the SN book's pseudo-code."""

from __future__ import annotations

from desktop.scorm.sequencing.exceptions import Refused
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest, SequencingRequest, Termination
from desktop.scorm.sequencing.tree import Activity, ActivityTree, common_ancestor

type Requests = tuple[Termination | None, SequencingRequest | None]
"""What a navigation request leads to: what is to be ended first, and what is to be done then."""


def navigation_request_process(tree: ActivityTree, request: NavigationRequest) -> Requests:
    """[NB.2.1] Raises ``Refused`` (NB.2.1-1 to NB.2.1-12) where the request makes no sense now."""
    current = tree.current
    match request.kind:
        case Navigation.START:
            if current is not None:
                raise Refused("NB.2.1-1")
            return None, SequencingRequest.START
        case Navigation.RESUME_ALL:
            if current is not None:
                raise Refused("NB.2.1-1")
            if tree.suspended is None:
                raise Refused("NB.2.1-3")
            return None, SequencingRequest.RESUME_ALL
        case Navigation.CHOICE:
            return _choice(tree, current, request.target)
    if current is None:
        raise Refused("NB.2.1-2")
    match request.kind:
        case Navigation.CONTINUE:
            if current.parent is None or not current.parent.definition.control.flow:
                raise Refused("NB.2.1-4")
            return _ending(current), SequencingRequest.CONTINUE
        case Navigation.PREVIOUS:
            if current.parent is None:
                raise Refused("NB.2.1-6")
            control = current.parent.definition.control
            if not control.flow or control.forward_only:
                raise Refused("NB.2.1-5")
            return _ending(current), SequencingRequest.PREVIOUS
        case Navigation.JUMP:
            target = tree.activities.get(request.target)
            if target is None or not tree.is_selected(target):
                raise Refused("NB.2.1-11")
            return _ending(current), SequencingRequest.JUMP
        case Navigation.EXIT:
            if not current.active:
                raise Refused("NB.2.1-12")
            return Termination.EXIT, SequencingRequest.EXIT
        case Navigation.ABANDON:
            if not current.active:
                raise Refused("NB.2.1-12")
            return Termination.ABANDON, SequencingRequest.EXIT
        case Navigation.EXIT_ALL:
            return Termination.EXIT_ALL, SequencingRequest.EXIT
        case Navigation.ABANDON_ALL:
            return Termination.ABANDON_ALL, SequencingRequest.EXIT
        case Navigation.SUSPEND_ALL:
            return Termination.SUSPEND_ALL, SequencingRequest.EXIT


def _ending(current: Activity) -> Termination | None:
    return Termination.EXIT if current.active else None


def _choice(tree: ActivityTree, current: Activity | None, identifier: str) -> Requests:
    target = tree.activities.get(identifier)
    if target is None:
        raise Refused("NB.2.1-11")
    if target.parent is not None and not target.parent.definition.control.choice:
        raise Refused("NB.2.1-10")
    if current is None:
        return None, SequencingRequest.CHOICE
    if target.parent is not current.parent:
        common = common_ancestor(current, target)
        for one in current.path_to_root():
            if one is common:
                break
            if one.active and not one.definition.control.choice_exit:
                raise Refused("NB.2.1-8")
    elif current.active and not current.definition.control.choice_exit:
        raise Refused("NB.2.1-8")
    return _ending(current), SequencingRequest.CHOICE
