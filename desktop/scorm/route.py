"""Which part of a package is open, which may be opened next, and the record that comes of it.

A route belongs to one launch of a lesson. It takes navigation requests, the learner's or the content's, and answers what is to be shown;
it takes what the content says, and keeps the document that is saved (docs/design.md, "What is recorded"). SCORM 2004 is sequenced by the
activity tree; in SCORM 1.2 the learner chooses, held back by prerequisites only.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.scorm.manifest import Item, Manifest, Organization, Standard
from desktop.scorm.prerequisites import holds
from desktop.scorm.records import DONE, Document, Record, first_to_open, resumed_document, status_of, with_item
from desktop.scorm.sequencing import transfer
from desktop.scorm.sequencing.controls import Controls, Entry, controls
from desktop.scorm.sequencing.definition import Info
from desktop.scorm.sequencing.exceptions import Refused
from desktop.scorm.sequencing.navigation import navigation_request_process
from desktop.scorm.sequencing.overall import overall_sequencing_process
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.selection import prepare_tree
from desktop.scorm.sequencing.tracking import is_completed, is_satisfied, read
from desktop.scorm.sequencing.tree import Activity, ActivityTree, Known

LONGEST_TITLE = 200
"""Characters of an item's title that are kept with its record."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a learner's courses share, as JSON values: global objectives by id, and the stores of ``adl.data`` by target."""

    objectives: Mapping[str, Mapping[str, bool | float | None]] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What a request led to: an ``item`` to show, or the session has ``ended``, or, without either, it waits for the learner to choose.

    ``resumed`` tells whether the item's attempt goes on. ``refusal`` is the code of a request that could not be met (SN, exceptions).
    """

    item: Item | None = None
    resumed: bool = False
    ended: bool = False
    refusal: str = ""


class Route(ABC):
    """One launch's way through a package. Pure: nothing here touches a database or a window."""

    def __init__(self, manifest: Manifest, saved: Document | None) -> None:
        self.organization: Organization = manifest.default
        self.document: Document = resumed_document(saved, manifest.standard, manifest.default)
        self._items = {item.identifier: item for item in reversed(list(self.organization.walk()))}
        self.revision = 0
        """Rises whenever :meth:`controls` or :meth:`status` may answer otherwise than before."""

    @property
    def current(self) -> Item | None:
        """The item that is open."""
        return self._items.get(self.document["current"]) if self.document["current"] else None

    def record(self, identifier: str) -> Record | None:
        """What an item's content said so far."""
        found: Record | None = self.document["items"].get(identifier)
        return found

    def _keep_record(self, identifier: str, record: Record, attempt: int) -> None:
        item = self._items.get(identifier)
        title = item.title if item is not None else ""
        self.document = with_item(self.document, identifier, {**record, "attempt": attempt, "title": title[:LONGEST_TITLE]})

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether the current item's attempt goes on: nothing has ended it yet."""

    @abstractmethod
    def begin(self) -> Step:
        """Where the learner goes on, or starts."""

    @abstractmethod
    def reopen(self) -> Step:
        """The item that was open, once more: its page was lost."""

    @abstractmethod
    def may(self, request: NavigationRequest) -> bool:
        """Whether the request makes sense now. Where it leads is known only once the current attempt has ended."""

    @abstractmethod
    def ask(self, request: NavigationRequest) -> Step:
        """Meet the request. What is open has said its last words by then."""

    @abstractmethod
    def leave(self) -> None:
        """The learner goes away without having asked for anything. Next time they are to find everything as they left it."""

    @abstractmethod
    def launch_values(self) -> dict[str, str]:
        """What sequencing gives to the content of the current item, by element."""

    @abstractmethod
    def says(self, identifier: str, record: Record) -> None:
        """Take over the whole record of an item as its content says it now."""

    @abstractmethod
    def requested(self) -> NavigationRequest | None:
        """What the content of the current item asked for before it ended."""

    @abstractmethod
    def valid_requests(self) -> dict[str, str]:
        """``adl.nav.request_valid.*`` as things stand; empty where nothing can have changed since the last call."""

    @abstractmethod
    def controls(self) -> Controls:
        """What the player offers now."""

    @abstractmethod
    def status(self, identifier: str) -> str:
        """Of any entry of the contents, in the words of SCORM 1.2."""


def route_of(manifest: Manifest, saved: Document | None, shared: Shared) -> Route:
    """The route for a package: sequenced where its standard knows sequencing."""
    return SequencedRoute(manifest, saved, shared) if manifest.standard is Standard.SCORM_2004 else FreeRoute(manifest, saved)


class FreeRoute(Route):
    """SCORM 1.2 and AICC: any item whose prerequisites are met may be chosen; Continue and Previous follow the contents."""

    def __init__(self, manifest: Manifest, saved: Document | None) -> None:
        super().__init__(manifest, saved)
        self._way = self.organization.launchable

    @property
    def is_open(self) -> bool:
        return self.current is not None

    def begin(self) -> Step:
        opened = first_to_open(self.document, [item for item in self._way if self._is_free(item)])
        self.document = {**self.document, "current": ""}
        return self._show(opened)

    def reopen(self) -> Step:
        return self._show(self.current)

    def may(self, request: NavigationRequest) -> bool:
        return request.kind in (Navigation.EXIT_ALL, Navigation.SUSPEND_ALL) or self._target(request) is not None

    def ask(self, request: NavigationRequest) -> Step:
        if request.kind in (Navigation.EXIT_ALL, Navigation.SUSPEND_ALL):
            return Step(ended=True)
        return self._show(self._target(request))

    def leave(self) -> None:
        """Whether an attempt goes on is the content's to say in SCORM 1.2."""

    def launch_values(self) -> dict[str, str]:
        return {}

    def says(self, identifier: str, record: Record) -> None:
        before = status_of(self.document, identifier)
        self._keep_record(identifier, record, attempt=1)
        self.revision += before != status_of(self.document, identifier)

    def requested(self) -> NavigationRequest | None:
        record = self.record(self.document["current"])
        over = record is not None and record["finished"] and record["cmi"].get("cmi.core.exit") in ("time-out", "logout")
        return NavigationRequest(Navigation.EXIT_ALL) if over else None

    def valid_requests(self) -> dict[str, str]:
        return {}

    def controls(self) -> Controls:
        several = len(self._way) > 1
        return Controls(
            current=self.document["current"],
            can_continue=self.may(NavigationRequest(Navigation.CONTINUE)),
            can_go_back=self.may(NavigationRequest(Navigation.PREVIOUS)),
            shows_continue=several,
            shows_previous=several,
            shows_exit=True,
            shows_suspend=False,
            contents=tuple(self._entries(self.organization.items, 0)),
        )

    def status(self, identifier: str) -> str:
        item = self._items.get(identifier)
        return status_of(self.document, identifier) if item is not None and item.resource else ""

    def _show(self, item: Item | None) -> Step:
        if item is None:
            return Step(refusal="prerequisites")
        self.document = {**self.document, "current": item.identifier}
        return Step(item, resumed=self.record(item.identifier) is not None)

    def _target(self, request: NavigationRequest) -> Item | None:
        if request.kind is Navigation.CHOICE:
            item = self._items.get(request.target)
            return item if item is not None and item.resource is not None and self._is_free(item) else None
        if request.kind not in (Navigation.CONTINUE, Navigation.PREVIOUS):
            return None
        way = list(self._way if request.kind is Navigation.CONTINUE else reversed(self._way))
        here = next((n for n, item in enumerate(way) if item.identifier == self.document["current"]), -1)
        return next((item for item in way[here + 1 :] if item.visible and self._is_free(item)), None)

    def _is_free(self, item: Item) -> bool:
        present = item.resource is not None and item.resource.present
        return present and holds(item.prerequisites, self._word)

    def _word(self, identifier: str) -> str:
        """An item's status. A heading, which AICC calls a block, is complete once all below it are."""
        item = self._items.get(identifier)
        if item is None or item.resource is not None:
            return status_of(self.document, identifier)
        words = {status_of(self.document, one.identifier) for one in item.walk() if one.resource is not None}
        return "completed" if words and words <= DONE else "not attempted" if words <= {"not attempted"} else "incomplete"

    def _entries(self, items: tuple[Item, ...], depth: int) -> list[Entry]:
        entries = []
        for item in items:
            entries.append(Entry(item.identifier, item.title, depth, item.visible, bool(item.resource) and self._is_free(item)))
            entries += self._entries(item.children, depth + 1)
        return entries


class SequencedRoute(Route):
    """SCORM 2004: the activity tree decides."""

    def __init__(self, manifest: Manifest, saved: Document | None, shared: Shared) -> None:
        super().__init__(manifest, saved)
        objectives: dict[str, Known] = {name: {Info(info): value for info, value in one.items()} for name, one in shared.objectives.items()}
        self.tree = ActivityTree(self.organization, objectives, dict(shared.data))
        self._before = copy.deepcopy((self.tree.objectives, self.tree.data))
        self._given: dict[str, str] = {}
        self._words: tuple[object, ...] = ()
        self._news = False

    @property
    def is_open(self) -> bool:
        return self._active() is not None

    def begin(self) -> Step:
        saved = self.document.get("tree")
        if saved is None:
            prepare_tree(self.tree)
        else:
            self.tree.restore(saved)
            if self.tree.current is not None:  # the session before was cut off
                overall_sequencing_process(self.tree, NavigationRequest(Navigation.SUSPEND_ALL))
        step = self.ask(NavigationRequest(Navigation.RESUME_ALL)) if self.tree.suspended is not None else Step()
        if step.item is None:
            step = self.ask(NavigationRequest(Navigation.START))
        leaves = self.organization.launchable
        if step.item is None and not step.ended and len(leaves) == 1:  # what else could the learner choose
            step = self.ask(NavigationRequest(Navigation.CHOICE, leaves[0].identifier))
        return step

    def reopen(self) -> Step:
        activity = self._active()
        if activity is None or activity.item is None:
            return Step()
        return self._delivered(activity, resumed=self.record(activity.identifier) is not None)

    def may(self, request: NavigationRequest) -> bool:
        try:
            navigation_request_process(self.tree, request)
        except Refused:
            return False
        return True

    def ask(self, request: NavigationRequest) -> Step:
        if request.kind is Navigation.EXIT_ALL:
            self._keep_what_was_cut_off()
        outcome = overall_sequencing_process(self.tree, request)
        if outcome.delivered is not None and outcome.delivered.item is not None:
            return self._delivered(outcome.delivered, resumed=outcome.resumed)
        self._keep()
        return Step(ended=outcome.ended, refusal=outcome.exception)

    def leave(self) -> None:
        if self.tree.current is None:
            return
        alone = len(self.organization.launchable) == 1
        self.ask(NavigationRequest(Navigation.EXIT_ALL if alone and self._has_finished() else Navigation.SUSPEND_ALL))

    def launch_values(self) -> dict[str, str]:
        return self._given

    def says(self, identifier: str, record: Record) -> None:
        activity = self.tree.activities.get(identifier)
        if activity is None or activity is not self.tree.current or activity.item is None:
            return  # a late word of what is over
        self._keep_record(identifier, record, self._attempt(activity))
        if activity.item.resource is not None and activity.item.resource.is_sco:
            transfer.store_data(self.tree, activity, record["cmi"], self._given)
        words = _words(record)
        if words != self._words:
            self._words = words
            self._keep()

    def requested(self) -> NavigationRequest | None:
        record = self.record(self.document["current"])
        return transfer.requested(self.tree, record["cmi"]) if record is not None and record["finished"] else None

    def valid_requests(self) -> dict[str, str]:
        news, self._news = self._news, False
        return transfer.valid_requests(self.tree) if news else {}

    def controls(self) -> Controls:
        return controls(self.tree)

    def status(self, identifier: str) -> str:
        activity = self.tree.activities.get(identifier)
        if activity is None or not (activity.attempts or self.record(identifier)):
            return "not attempted"
        satisfied, completed = is_satisfied(self.tree, activity), is_completed(self.tree, activity)
        if satisfied is not None:
            return "passed" if satisfied else "failed"
        return "completed" if completed else "incomplete"

    # how it works

    def _active(self) -> Activity | None:
        return self.tree.current if self.tree.current is not None and self.tree.current.active else None

    def _delivered(self, activity: Activity, *, resumed: bool) -> Step:
        assert activity.item is not None
        self._given = transfer.launch_values(self.tree, activity, resumed=resumed)
        self._words = _words(self.record(activity.identifier) if resumed else None)
        if not resumed:
            items = dict(self.document["items"])
            items.pop(activity.identifier, None)
            attempts = {**self.document.get("attempts", {}), activity.identifier: self._attempt(activity) + (not activity.tracked)}
            self.document = {**self.document, "items": items, "attempts": attempts}
        self.document = {**self.document, "current": activity.identifier}
        self._keep()
        self._news = False  # they are among the launch values
        return Step(activity.item, resumed=resumed)

    def _attempt(self, activity: Activity) -> int:
        """Which attempt on the activity this is; the tree counts only what it tracks."""
        counted: int = self.document.get("attempts", {}).get(activity.identifier, 0)
        return max(activity.attempts, 1) if activity.tracked else counted

    def _has_finished(self) -> bool:
        """The content of the current activity said that it is over, and not that it is to be resumed."""
        activity = self._active()
        record = self.record(activity.identifier) if activity is not None else None
        return record is not None and record["finished"] and record["cmi"].get("cmi.exit") != "suspend"

    def _keep_what_was_cut_off(self) -> None:
        """Content that began to speak and never ended would lose its attempt with the session; it is resumed instead."""
        activity = self._active()
        record = self.record(activity.identifier) if activity is not None else None
        if activity is not None and record is not None and not record["finished"]:
            activity.suspended = True

    def _keep(self) -> None:
        """Put what is tracked into the document."""
        self._news = True
        self.revision += 1
        objectives, data = self._before
        self.document = {
            **self.document,
            "tree": self.tree.to_json(),
            "summary": self._summary(),
            "shared": {
                "objectives": {
                    name: {info.value: value for info, value in known.items()}
                    for name, known in self.tree.objectives.items()
                    if self.tree.objectives_are_shared and known != objectives.get(name)
                },
                "data": {
                    name: text for name, text in self.tree.data.items() if self.tree.data_is_shared and text != data.get(name)
                },
            },
        }  # fmt: skip

    def _summary(self) -> dict[str, str | float | None]:
        """What the root comes to, as if the session ended now: until an attempt ends, nothing of it is rolled up."""
        tree = self.tree
        if self._active() is not None:
            tree = ActivityTree(self.organization, copy.deepcopy(self.tree.objectives), dict(self.tree.data))
            tree.restore(self.tree.to_json())
            kind = Navigation.EXIT_ALL if self._has_finished() else Navigation.SUSPEND_ALL
            overall_sequencing_process(tree, NavigationRequest(kind))
        satisfied, completed = is_satisfied(tree, tree.root), is_completed(tree, tree.root)
        measure = read(tree, tree.root, tree.root.primary, Info.MEASURE)
        return {
            "completion": "unknown" if completed is None else "completed" if completed else "incomplete",
            "success": "unknown" if satisfied is None else "passed" if satisfied else "failed",
            "scaled": None if measure is None else round(float(measure), 7),
        }


# What sequencing looks at; the rest of a record is the content's own business.
_TRACKED = ("cmi.completion_status", "cmi.success_status", "cmi.score.", "cmi.progress_measure", "cmi.exit", "cmi.objectives.", "adl.")


def _words(record: Record | None) -> tuple[object, ...]:
    if record is None:
        return (False,)
    return (record["finished"], *((name, value) for name, value in sorted(record["cmi"].items()) if name.startswith(_TRACKED)))
