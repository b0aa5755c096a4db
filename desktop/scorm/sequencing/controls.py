"""Which navigation requests would be met now: what ``adl.nav.request_valid`` answers and which controls a player offers (SN chapter 5).

A request counts as valid where the book's own processes find something to deliver, looked at without ending the current attempt first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desktop.scorm.sequencing.definition import Action
from desktop.scorm.sequencing.delivery import delivery_request_process
from desktop.scorm.sequencing.exceptions import Refused, SessionEnds
from desktop.scorm.sequencing.navigation import navigation_request_process
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.rules import precondition
from desktop.scorm.sequencing.sequencing import sequencing_request_process
from desktop.scorm.sequencing.tree import Activity, ActivityTree


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents. ``selectable`` where choosing it would be met."""

    identifier: str
    title: str
    depth: int
    visible: bool
    selectable: bool


@dataclass(frozen=True, slots=True)
class Controls:
    """What the player offers while an activity is delivered, or while it waits for a choice."""

    current: str
    can_continue: bool
    can_go_back: bool
    shows_continue: bool
    shows_previous: bool
    shows_exit: bool
    shows_suspend: bool
    contents: tuple[Entry, ...]

    @property
    def can_choose(self) -> bool:
        """Whether the contents lead anywhere else."""
        return any(entry.visible and entry.selectable and entry.identifier != self.current for entry in self.contents)


def is_valid(tree: ActivityTree, request: NavigationRequest) -> bool:
    """Whether the request would be met."""
    try:
        _termination, sequencing = navigation_request_process(tree, request)
        activity = sequencing_request_process(tree, sequencing, request.target) if sequencing is not None else None
        if activity is not None:
            delivery_request_process(tree, activity)
    except Refused:
        return False
    except SessionEnds:
        return True
    return True


def controls(tree: ActivityTree) -> Controls:
    """For the current state of the tree."""
    with tree.unchanged():
        return _controls(tree)


def _controls(tree: ActivityTree) -> Controls:
    hidden = tree.current.definition.hidden_controls if tree.current is not None else frozenset[str]()
    can_continue = tree.current is not None and tree.current.parent is not None and tree.current.parent.definition.control.flow
    can_go_back = is_valid(tree, NavigationRequest(Navigation.PREVIOUS))
    return Controls(
        current=tree.current.identifier if tree.current is not None else "",
        can_continue=can_continue,
        can_go_back=can_go_back,
        shows_continue="continue" not in hidden,
        shows_previous="previous" not in hidden,
        shows_exit="exit" not in hidden and "exitAll" not in hidden,
        shows_suspend="suspendAll" not in hidden,
        contents=tuple(_entries(tree, tree.root, 0)),
    )


def _entries(tree: ActivityTree, activity: Activity, depth: int) -> Iterator[Entry]:
    if precondition(tree, activity, Action.HIDDEN_FROM_CHOICE):
        return
    yield Entry(
        activity.identifier,
        activity.title,
        depth,
        activity.item is None or activity.item.visible,
        is_valid(tree, NavigationRequest(Navigation.CHOICE, activity.identifier)),
    )
    for child in activity.available:
        yield from _entries(tree, child, depth + 1)
