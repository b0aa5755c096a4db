"""The activity tree with what is tracked about it (SN chapters 2 and 4), and its state as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from desktop.scorm.manifest import Item, Organization
from desktop.scorm.sequencing.definition import Info, Objective, Sequencing

type Known = dict[Info, bool | float | None]
"""What is known about one objective. What nobody said is absent; None means that the content said it is unknown, which is final."""

type State = dict[str, Any]


class Activity:
    """One activity. Its definition never changes; everything else is the Tracking Model's and the Activity State Model's.

    ``available`` are the children that were selected, in the order in which they are offered. ``attempts`` counts the attempts; the
    book's Activity Progress Status is true from the first one on. ``known`` is the progress information of each objective by its
    id, in which completion and its measure belong to the objective too (4th Edition): those of the primary one are the activity's.
    """

    __slots__ = (
        "active", "attempts", "available", "children", "definition", "depth", "identifier", "item", "known", "parent", "suspended", "title",
    )  # fmt: skip

    def __init__(self, identifier: str, title: str, definition: Sequencing, item: Item | None, parent: Activity | None) -> None:
        self.identifier, self.title, self.definition, self.item, self.parent = identifier, title, definition, item, parent
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.children: list[Activity] = []
        self.available: list[Activity] = []
        self.active = False
        self.suspended = False
        self.attempts = 0
        self.known: dict[str, Known] = {objective.identifier: {} for objective in definition.all_objectives}

    def __repr__(self) -> str:
        return f"<Activity {self.identifier}>"

    @property
    def is_leaf(self) -> bool:
        return not self.children

    @property
    def tracked(self) -> bool:
        return self.definition.delivery.tracked

    @property
    def primary(self) -> Objective:
        return self.definition.primary

    def objective(self, identifier: str) -> Objective | None:
        """The local objective of this id; the primary one for the empty id, as a rule that names none means that one."""
        if not identifier:
            return self.primary
        return next((one for one in self.definition.all_objectives if one.identifier == identifier), None)

    def path_to_root(self) -> Iterator[Activity]:
        """This activity and all above it, the root last."""
        activity: Activity | None = self
        while activity is not None:
            yield activity
            activity = activity.parent

    def walk(self) -> Iterator[Activity]:
        """This activity and all below it that are available, in preorder."""
        yield self
        for child in self.available:
            yield from child.walk()

    def walk_all(self) -> Iterator[Activity]:
        """The same, with what was not selected."""
        yield self
        for child in self.children:
            yield from child.walk_all()


class ActivityTree:
    """The activities of one organization for one learner.

    ``system_objectives`` and ``system_data`` are what the learner's courses share: used and changed in place where the organization
    has its objectives or its data "global to system" (CAM 3.4.1), else the tree keeps its own. ``random`` decides selection and order.
    """

    def __init__(
        self,
        organization: Organization,
        system_objectives: dict[str, Known] | None = None,
        system_data: dict[str, str] | None = None,
        random: Random | None = None,
    ) -> None:
        self.root = Activity(organization.identifier, organization.title, organization.sequencing, None, None)
        _grow(self.root, organization.items)
        self.activities = {activity.identifier: activity for activity in reversed(list(self.root.walk_all()))}
        self.current: Activity | None = None
        self.suspended: Activity | None = None
        self.objectives_are_shared = organization.objectives_global_to_system
        self.data_is_shared = organization.shared_data_global_to_system
        self.objectives: dict[str, Known] = {} if system_objectives is None or not self.objectives_are_shared else system_objectives
        self.data: dict[str, str] = {} if system_data is None or not self.data_is_shared else system_data
        self.random = random or Random()
        self.written: set[str] = set()
        """Global objectives that were written since the last rollup: who reads them rolls up as well (SN 4.6.1)."""
        self._noted: dict[object, Any] | None = None

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """For many questions about the tree as it stands: what their answers share is worked out once (:meth:`once`)."""
        outer = self._noted
        self._noted = outer if outer is not None else {}
        try:
            yield
        finally:
            self._noted = outer

    def once[T](self, key: object, work: Callable[[], T]) -> T:
        """What ``work()`` comes to, from the note under ``key`` where the tree is :meth:`unchanged` and somebody asked before."""
        if self._noted is None:
            return work()
        if key not in self._noted:
            self._noted[key] = work()
        answer: T = self._noted[key]
        return answer

    def is_selected(self, activity: Activity) -> bool:
        """Whether the activity is part of the tree now: neither it nor anything above it was left out by a selection."""
        above = activity.parent
        return above is None or self.once((activity, "selected"), lambda: self.place(activity) is not None and self.is_selected(above))

    def place(self, activity: Activity) -> int | None:
        """Where the activity stands among its available siblings; None where it was not selected."""
        siblings = [activity] if activity.parent is None else activity.parent.available
        if self._noted is None:
            return siblings.index(activity) if activity in siblings else None
        places = self.once((activity.parent, "places"), lambda: {one: index for index, one in enumerate(siblings)})
        return places.get(activity)

    def to_json(self) -> State:
        """The state as JSON values. What the learner's courses share is no part of it."""
        return {
            "current": self.current.identifier if self.current else None,
            "suspended": self.suspended.identifier if self.suspended else None,
            "objectives": {} if self.objectives_are_shared else _plain(self.objectives),
            "data": {} if self.data_is_shared else dict(self.data),
            "activities": {activity.identifier: _state_of(activity) for activity in self.root.walk_all() if _is_touched(activity)},
        }

    def restore(self, state: State) -> None:
        """Go on from ``to_json``'s answer. Activities that the package no longer has are forgotten, new ones begin untouched."""
        for identifier, saved in state["activities"].items():
            activity = self.activities.get(identifier)
            if activity is not None:
                _restore(activity, saved)
        self.current = self.activities.get(state["current"] or "")
        self.suspended = self.activities.get(state["suspended"] or "")
        if not self.objectives_are_shared:
            self.objectives.update(_known(state["objectives"]))
        if not self.data_is_shared:
            self.data.update(state["data"])


def common_ancestor(one: Activity, other: Activity) -> Activity:
    """The lowest activity that has both below it, or is one of them."""
    while one is not other:
        lower = one if one.depth > other.depth else other
        assert lower.parent is not None
        one, other = lower.parent, other if lower is one else one
    return one


def is_forward(tree: ActivityTree, one: Activity, other: Activity) -> bool:
    """Whether ``other`` comes after ``one`` in a preorder traversal; what was not selected comes in the order of the manifest."""
    return _position(tree, one) < _position(tree, other)


def _position(tree: ActivityTree, activity: Activity) -> tuple[int, ...]:
    """The places on the way down from the root."""
    above = activity.parent
    if above is None:
        return ()

    def find() -> tuple[int, ...]:
        place = tree.place(activity)
        return (*_position(tree, above), above.children.index(activity) if place is None else place)

    return tree.once((activity, "position"), find)


def _grow(parent: Activity, items: tuple[Item, ...]) -> None:
    for item in items:
        child = Activity(item.identifier, item.title, item.sequencing, item, parent)
        _grow(child, item.children)
        parent.children.append(child)
    parent.available = list(parent.children)


def _is_touched(activity: Activity) -> bool:
    return bool(
        activity.attempts
        or activity.active
        or activity.suspended
        or any(activity.known.values())
        or activity.available != activity.children
    )


def _plain(known: dict[str, Known]) -> dict[str, dict[str, bool | float | None]]:
    return {name: {info.value: value for info, value in one.items()} for name, one in known.items()}


def _known(plain: dict[str, dict[str, bool | float | None]]) -> dict[str, Known]:
    return {name: {Info(info): value for info, value in one.items()} for name, one in plain.items()}


def _state_of(activity: Activity) -> State:
    return {
        "active": activity.active,
        "suspended": activity.suspended,
        "attempts": activity.attempts,
        "known": _plain(activity.known),
        "available": [child.identifier for child in activity.available],
    }


def _restore(activity: Activity, saved: State) -> None:
    activity.active, activity.suspended, activity.attempts = saved["active"], saved["suspended"], saved["attempts"]
    known = _known(saved["known"])
    activity.known = {name: known.get(name, {}) for name in activity.known}
    children = {child.identifier: child for child in activity.children}
    if set(saved["available"]) <= set(children):
        activity.available = [children[identifier] for identifier in saved["available"]]
