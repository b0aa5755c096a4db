"""Between the run-time data model of a SCO and what is tracked about its activity (SN 4.2, RTE 4.2): a pure mapping, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from desktop.scorm.sequencing.controls import controls, is_valid
from desktop.scorm.sequencing.definition import Info
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.tracking import derived, read, recorded, share, write
from desktop.scorm.sequencing.tree import Activity, ActivityTree

type Value = bool | float | None

# Below "cmi." for the primary objective, below "cmi.objectives.n." for the others.
_ELEMENTS = {
    Info.SATISFIED: "success_status",
    Info.COMPLETED: "completion_status",
    Info.MEASURE: "score.scaled",
    Info.RAW: "score.raw",
    Info.MIN: "score.min",
    Info.MAX: "score.max",
    Info.PROGRESS: "progress_measure",
}
_WORDS = {Info.SATISFIED: ("passed", "failed"), Info.COMPLETED: ("completed", "incomplete")}
_TARGETED = re.compile(r"\{target=(?P<target>[^}]*)\}(?P<kind>choice|jump)")


def launch_values(tree: ActivityTree, activity: Activity, *, resumed: bool) -> dict[str, str]:
    """What sequencing gives to a launch of the activity that has just been delivered, by element.

    That is what is known of its objectives, the data it shares (with ``adl.data.n.access``, which is for the run-time only) and which
    navigation requests are valid.
    """
    values = {"cmi.entry": "resume" if resumed else "ab-initio"}
    named = [objective for objective in activity.definition.all_objectives if objective.identifier]
    for index, objective in enumerate(named):
        prefix = f"cmi.objectives.{index}."
        values[prefix + "id"] = objective.identifier
        values |= _known_values(tree, activity, prefix, objective.identifier)
    for index, shared in enumerate(activity.definition.data):
        prefix = f"adl.data.{index}."
        values[prefix + "id"] = shared.target
        values[prefix + "access"] = "r" * shared.reads + "w" * shared.writes
        if shared.target in tree.data:
            values[prefix + "store"] = tree.data[shared.target]
    return values | valid_requests(tree)


def _known_values(tree: ActivityTree, activity: Activity, prefix: str, identifier: str) -> dict[str, str]:
    objective = activity.objective(identifier)
    assert objective is not None
    # Whether it is completed was settled where the progress was made: the threshold of this activity has no say in what others did.
    known = {info: (recorded if info is Info.COMPLETED else derived)(tree, activity, objective, info) for info in _ELEMENTS}
    return {prefix + _ELEMENTS[info]: _written(info, value) for info, value in known.items() if value is not None}


def valid_requests(tree: ActivityTree) -> dict[str, str]:
    """``adl.nav.request_valid.*`` as things stand now (RTE 4.4.2)."""
    with tree.unchanged():
        return {f"adl.nav.request_valid.{name}": "true" if is_valid(tree, request) else "false" for name, request in _requests(tree)}


def _requests(tree: ActivityTree) -> Iterator[tuple[str, NavigationRequest]]:
    yield "continue", NavigationRequest(Navigation.CONTINUE)
    yield "previous", NavigationRequest(Navigation.PREVIOUS)
    for identifier in tree.activities:
        for kind in (Navigation.CHOICE, Navigation.JUMP):
            yield f"{kind}.{{target={identifier}}}", NavigationRequest(kind, identifier)


def store_data(tree: ActivityTree, activity: Activity, cmi: Mapping[str, str], given: Mapping[str, str]) -> None:
    """Take over what a SCO's session recorded. ``given`` are its ``launch_values``: what it left as it was is not its own word.

    Nothing is taken from an activity that is not tracked, except for the data it shares. Call it before the request that ends the
    attempt is processed; a commit in between does no harm.
    """
    _store_shared(tree, cmi)
    if not activity.tracked:
        return
    activity.suspended = cmi.get("cmi.exit") == "suspend"
    for (identifier, info), value in _said(activity, cmi, given).items():
        objective = activity.objective(identifier)
        if objective is not None:
            write(tree, activity, objective, info, value)
            share(tree, objective, info, value)  # that something is unknown is a word, too, when the content says it
    # What follows from a measure is passed on to global objectives as well, whichever way the measure came.
    by_measure = {Info.SATISFIED: activity.primary.satisfied_by_measure, Info.COMPLETED: activity.definition.completion.by_measure}
    for info, follows in by_measure.items():
        value = read(tree, activity, activity.primary, info) if follows else None
        if value is not None:
            write(tree, activity, activity.primary, info, value)


def _said(activity: Activity, cmi: Mapping[str, str], given: Mapping[str, str]) -> dict[tuple[str, Info], Value]:
    """What was said of each objective. The primary one may also be among ``cmi.objectives``; what is said of the
    SCO itself has the last word, be it that this is unknown."""
    said: dict[tuple[str, Info], Value] = {}
    for name, identifier in cmi.items():
        if re.fullmatch(r"cmi\.objectives\.\d+\.id", name):
            for info, value in _changed(cmi, given, name.removesuffix("id")):
                said[identifier, info] = value
    for info, value in _changed(cmi, given, "cmi."):
        said[activity.primary.identifier, info] = value
    return said


def _changed(cmi: Mapping[str, str], given: Mapping[str, str], prefix: str) -> Iterator[tuple[Info, Value]]:
    for info, element in _ELEMENTS.items():
        name = prefix + element
        if name in cmi and cmi[name] != given.get(name):
            yield info, _read(info, cmi[name])


def _store_shared(tree: ActivityTree, cmi: Mapping[str, str]) -> None:
    for name, identifier in cmi.items():
        if re.fullmatch(r"adl\.data\.\d+\.id", name):
            value = cmi.get(name.removesuffix("id") + "store")
            if value is not None:
                tree.data[identifier] = value


def requested(tree: ActivityTree, cmi: Mapping[str, str]) -> NavigationRequest | None:
    """What is to follow a SCO that has terminated by itself: what it asked for (RTE 4.4.1); a session that timed out or was logged out
    ends all (RTE 4.2.8).

    Where it asked for nothing, the learner decides. One who has nothing to decide with goes on: the activity hides Continue although
    the course flows, and the contents lead nowhere else.
    """
    if cmi.get("cmi.exit") in ("time-out", "logout"):
        return NavigationRequest(Navigation.EXIT_ALL)
    request = cmi.get("adl.nav.request", "_none_")
    if request == "_none_":
        return NavigationRequest(Navigation.CONTINUE) if _is_stuck(tree) else None
    match = _TARGETED.fullmatch(request)
    if match:
        return NavigationRequest(Navigation(match["kind"]), match["target"])
    return NavigationRequest(Navigation(request))


def _is_stuck(tree: ActivityTree) -> bool:
    shown = controls(tree)
    leads_on = any(one.visible and one.selectable and one.identifier not in (shown.current, tree.root.identifier) for one in shown.contents)
    return shown.can_continue and not shown.shows_continue and not leads_on


def _written(info: Info, value: bool | float) -> str:
    if info in _WORDS:
        yes, no = _WORDS[info]
        return yes if value else no
    return f"{value:.7f}".rstrip("0").rstrip(".")


def _read(info: Info, text: str) -> Value:
    if info in _WORDS:
        yes, _no = _WORDS[info]
        return None if text == "unknown" else text == yes
    return float(text) if text else None
