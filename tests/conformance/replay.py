"""A case: a manifest and what a learner and a scripted SCO do with it, replayed through the reader, the sequencing and the data model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from desktop.scorm.manifest import Item, Manifest, Organization, Standard, read_manifest
from desktop.scorm.records import launch_values
from desktop.scorm.report import ImportReport
from desktop.scorm.sequencing import transfer
from desktop.scorm.sequencing.controls import controls
from desktop.scorm.sequencing.overall import Outcome, overall_sequencing_process
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.selection import prepare_tree
from desktop.scorm.sequencing.tree import Activity, ActivityTree, Known
from tests.conformance.steps import replay
from tests.support.scorm_runtime import Runtime

type Launch = dict[str, Any]
type Case = dict[str, Any]


@dataclass(slots=True)
class Learner:
    """What one learner keeps from course to course."""

    objectives: dict[str, Known] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)


def run_case(runtime: Runtime, case: Case, manifest: bytes, learner: Learner) -> list[str]:
    """Everything that went otherwise than the case says, in order. It ends where another activity is delivered, or none."""
    return list(_Course(runtime, read_manifest(manifest, [], ImportReport()), learner).run(case))


class _Course:
    def __init__(self, runtime: Runtime, manifest: Manifest, learner: Learner) -> None:
        self.runtime, self.manifest, self.learner = runtime, manifest, learner
        self.tree = self._tree()
        prepare_tree(self.tree)
        self.records: dict[str, dict[str, Any]] = {}

    def _tree(self) -> ActivityTree:
        return ActivityTree(self.manifest.default, self.learner.objectives, self.learner.data)

    def run(self, case: Case) -> Iterator[str]:
        outcome = self._open(case["start"])
        overruled = ""
        for number, launch in enumerate(case["launches"]):
            where = f"launch {number + 1} (activity {launch['act']}, visit {launch['visit']})"
            if overruled == launch["act"] != _act(outcome.delivered):
                continue
            if self.tree.current is None and outcome.exception.startswith("SB.2.2"):
                # The course waits for a choice; the instructions that go with the case name the activity.
                outcome = self._ask(Navigation.CHOICE, next(one.identifier for one in self.tree.root.walk() if _act(one) == launch["act"]))
            activity = outcome.delivered
            if activity is None or _act(activity) != launch["act"]:
                yield f"{where}: {_act(activity) or outcome} was delivered"
                return
            cmi, faults = self._visit(activity, launch, resumed=outcome.resumed)
            yield from (f"{where}: {fault}" for fault in faults)
            overruled = overruled_activity(self.tree, self.manifest.default, launch)
            outcome, fault = self._go_on(launch["navigation_after"] or "", cmi, last=launch is case["launches"][-1])
            if fault:
                yield f"{where}: {fault}"

    def _open(self, start: str) -> Outcome:
        if self.tree.suspended is not None:
            return self._ask(Navigation.RESUME_ALL)
        return self._ask(Navigation.START) if start == "." else self._ask(Navigation.CHOICE, self._titled(start))

    def _reopen(self) -> Outcome:
        """The course is left and launched again, by another process as far as it can tell."""
        if self.tree.current is not None:
            self._ask(Navigation.EXIT_ALL)
        state = self.tree.to_json()
        self.tree = self._tree()
        self.tree.restore(state)
        return self._open(".")

    def _ask(self, kind: Navigation, target: str = "") -> Outcome:
        return overall_sequencing_process(self.tree, NavigationRequest(kind, target))

    def _visit(self, activity: Activity, launch: Launch, *, resumed: bool) -> tuple[dict[str, str], list[str]]:
        """What the SCO recorded, and what went wrong while it was open. An asset says nothing."""
        faults = list(self._answers(launch))
        assert activity.item is not None
        assert activity.item.resource is not None
        if not activity.item.resource.is_sco:
            return {}, faults
        given = transfer.launch_values(self.tree, activity, resumed=resumed)
        values = launch_values(Standard.SCORM_2004, activity.item, "id-1", "Doe, Jane", preview=False) | given
        session = self.runtime.session("2004", values, self.records.get(activity.identifier) if resumed else None)
        for number, step in enumerate(launch["steps"]):
            got = replay(session, step)
            if got:
                faults.append(f"step {number + 1}: {str(step)[:300]} got {got[:300]}")
        session("Terminate", "")
        self.records[activity.identifier] = session.record
        transfer.store_data(self.tree, activity, session.record["cmi"], given)
        return session.record["cmi"], faults

    def _answers(self, launch: Launch) -> Iterator[str]:
        for question, expected in zip(launch["ui_questions"] or (), launch["ui_answers"] or (), strict=True):
            answer = self._answer(question)
            if answer != expected:
                yield f"{question}: {answer}"

    def _answer(self, question: str) -> str:
        shown = controls(self.tree)

        def entry(title: str) -> bool | None:
            found = next((one for one in shown.contents if one.identifier == self._titled(title) and one.visible), None)
            return found.selectable if found is not None else None

        usable = {
            "continue": shown.shows_continue and shown.can_continue,
            "previous": shown.shows_previous and shown.can_go_back,
            "exit": shown.shows_exit,
            "suspendAll": shown.shows_suspend,
            "toc": shown.can_choose,
        }
        return answer_to(question, usable, entry)

    def _go_on(self, navigation: str, cmi: dict[str, str], *, last: bool) -> tuple[Outcome, str]:
        """After the SCO: what the learner asks for, or else what the SCO asked for. With the fault, where the session had to end."""
        kind, _mark, title = navigation.partition("~")
        chosen = re.fullmatch(r"(?:DMI|API)t(\d+)", kind)
        if chosen:
            test = next(one for one in self.tree.root.walk() if one.title.endswith(f"Implementation Test {chosen[1]}"))
            return self._ask(Navigation.CHOICE, test.identifier), ""
        if kind in ("Choice", "ChoiceExit"):
            return self._ask(Navigation.CHOICE, self._titled(title)), ""
        if kind in ("Continue", "Previous"):
            return self._ask(Navigation(kind.lower())), ""
        if kind == "TRIGExitAll":
            return self._ask(Navigation.EXIT_ALL), ""
        if kind.startswith("Suspend"):
            self._ask(Navigation.SUSPEND_ALL)
            return self._reopen(), ""
        if kind.startswith("ContinueExit"):
            ended = self._ask(Navigation.CONTINUE).ended
            return self._reopen(), "" if ended else "the session goes on"
        if kind.startswith("Exit"):
            return self._ask(Navigation.EXIT_ALL) if last else self._reopen(), ""
        request = transfer.requested(self.tree, cmi)
        outcome = overall_sequencing_process(self.tree, request) if request is not None else Outcome()
        if kind in ("AutoTest", "HasEnded"):
            return outcome, "" if outcome.ended else "the session goes on"
        return self._reopen() if kind.startswith("Relaunch") else outcome, ""

    def _titled(self, title: str) -> str:
        if title.startswith("the activity that corresponds to the root of"):
            return self.tree.root.identifier
        return next(one.identifier for one in self.tree.root.walk_all() if one.title == title)


def answer_to(question: str, usable: dict[str, bool], entry: Callable[[str], bool | None]) -> str:
    """Y or N. ``usable`` tells of each control whether it is there and can be used; ``entry`` of a title in the contents whether it can be
    chosen, None where it is not there."""
    what, _at, title = question.partition("@")
    control, _dot, state = what.partition(".")
    if title:
        found = entry(title)
        yes = found is not None if state == "visible" else bool(found)
    else:
        yes = usable[control] is not (state == "disabled")
    return "Y" if yes else "N"


def overruled_activity(tree: ActivityTree, organization: Organization, launch: Launch) -> str:
    """The activity that the SCO asked for while the learner chose another one, which is what counts (RTE 4.4.1); empty where there is none.

    A case may list it all the same, as the trap for players that obey the SCO: its script leads back.
    """
    request = transfer.requested(tree, {step["element"]: step["value"] for step in launch["steps"] if step["call"] == "SetValue"})
    if request is None or not (launch["navigation_after"] or "").startswith("Choice~"):
        return ""
    other = ActivityTree(organization, deepcopy(tree.objectives), dict(tree.data))
    other.restore(tree.to_json())
    return _act(overall_sequencing_process(other, request).delivered)


def act_of(item: Item | None) -> str:
    """The number that the case gives to an activity; empty for none."""
    match = re.search(r"[?&]act=(\d+)", item.launch) if item is not None else None
    return match[1] if match else item.identifier if item is not None else ""


def _act(activity: Activity | None) -> str:
    return act_of(activity.item) if activity is not None else ""
