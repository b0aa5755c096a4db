"""Reading and writing what is known about objectives, through their maps to global ones (SN 3.10, 4.2)."""

from __future__ import annotations

from desktop.scorm.sequencing.definition import OBJECTIVE_INFO, Info, Objective
from desktop.scorm.sequencing.tree import Activity, ActivityTree


def read(tree: ActivityTree, activity: Activity, objective: Objective, info: Info) -> bool | float | None:
    """What a rule sees of an objective; None where it is unknown.

    What is read from a global objective stands for the activity's own information: the status and the scores even while they are
    unknown there, completion and progress once they are known. Where the measure decides, being satisfied follows from the measure, and
    being completed from the progress, wherever these come from (SN 4.2.1.4, 4.2.1.5). Of an activity that is not tracked nothing is known.
    """
    return derived(tree, activity, objective, info) if activity.tracked else None


def derived(tree: ActivityTree, activity: Activity, objective: Objective, info: Info) -> bool | float | None:
    """The same for the content of an activity, which may look at global objectives even where it is not tracked."""
    if info is Info.SATISFIED and objective.satisfied_by_measure:
        if activity.active and not activity.definition.rollup.measure_satisfaction_if_active:
            return None
        measure = recorded(tree, activity, objective, Info.MEASURE)
        return None if measure is None else measure >= objective.minimum
    threshold = activity.definition.completion
    if info is Info.COMPLETED and objective is activity.primary and threshold.by_measure:
        progress = recorded(tree, activity, objective, Info.PROGRESS)
        return None if progress is None else progress >= threshold.minimum
    return recorded(tree, activity, objective, info)


def recorded(tree: ActivityTree, activity: Activity, objective: Objective, info: Info) -> bool | float | None:
    """What somebody said of an objective, without what follows from a measure."""
    for one in objective.maps:
        if info in one.reads:
            value = tree.objectives.get(one.target, {}).get(info)
            if value is not None or info in OBJECTIVE_INFO:
                return value
    return activity.known[objective.identifier].get(info)


def write(tree: ActivityTree, activity: Activity, objective: Objective, info: Info, value: bool | float | None) -> None:
    """Keep what the content or a rollup found out, here and in the global objectives that are mapped for writing.

    Unknown (None) takes back what was known here before; that nothing is known yet is not passed on.
    """
    known = activity.known[objective.identifier]
    before, known[info] = known.get(info), value
    if value is not None or before is not None:
        share(tree, objective, info, value)


def share(tree: ActivityTree, objective: Objective, info: Info, value: bool | float | None) -> None:
    """Tell the global objectives that are mapped for writing. Those that change are noted in ``tree.written``."""
    for one in objective.maps:
        if info in one.writes:
            shared = tree.objectives.setdefault(one.target, {})
            if shared.get(info) != value:
                shared[info] = value
                tree.written.add(one.target)


def is_open(activity: Activity, info: Info) -> bool:
    """Whether the content said nothing of the activity's primary objective in this attempt, not even that this is unknown."""
    return info not in activity.known[activity.primary.identifier]


def is_satisfied(tree: ActivityTree, activity: Activity, objective: Objective | None = None) -> bool | None:
    """Whether the objective, or else the activity's primary one, is satisfied; None where that is unknown."""
    value = read(tree, activity, objective or activity.primary, Info.SATISFIED)
    return None if value is None else bool(value)


def is_completed(tree: ActivityTree, activity: Activity, objective: Objective | None = None) -> bool | None:
    """Whether the activity, or one of its objectives, is completed; None where that is unknown."""
    value = read(tree, activity, objective or activity.primary, Info.COMPLETED)
    return None if value is None else bool(value)
