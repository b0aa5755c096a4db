"""Rollup: the processes RB.1.1 to RB.1.5 of the SN book's pseudo-code."""

from __future__ import annotations

from collections.abc import Callable

from desktop.scorm.sequencing.definition import (
    Action,
    ChildActivitySet,
    Condition,
    Info,
    Required,
    RollupAction,
    RollupCondition,
    RollupRule,
)
from desktop.scorm.sequencing.rules import activity_condition, combine, precondition
from desktop.scorm.sequencing.tracking import is_completed, is_satisfied, read, write
from desktop.scorm.sequencing.tree import Activity, ActivityTree

# What applies where a cluster has no rules of its own (SN 4.6.5, 4.6.6): done when every child is, not done once every child has a say.
_DEFAULT_SATISFIED = RollupRule(RollupAction.SATISFIED, (RollupCondition(Condition.SATISFIED),))
_DEFAULT_NOT_SATISFIED = RollupRule(RollupAction.NOT_SATISFIED, (RollupCondition(Condition.OBJECTIVE_STATUS_KNOWN),))
_DEFAULT_COMPLETED = RollupRule(RollupAction.COMPLETED, (RollupCondition(Condition.COMPLETED),))
_DEFAULT_INCOMPLETE = RollupRule(RollupAction.INCOMPLETE, (RollupCondition(Condition.ACTIVITY_PROGRESS_KNOWN),))

_ABOUT_OBJECTIVES = frozenset({RollupAction.SATISFIED, RollupAction.NOT_SATISFIED})


def overall_rollup_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.5] Roll up from the activity to the root; then from whoever reads a global objective that has changed on the way."""
    _roll_up(tree, activity)
    # Clusters may write what other clusters read: each round settles one step of such a chain, so there are no more than objectives.
    for _round in range(len(tree.objectives)):
        if not tree.written:
            return
        written, tree.written = tree.written, set()
        for reader in tree.root.walk_all():
            if any(one.target in written and one.reads for objective in reader.definition.all_objectives for one in objective.maps):
                _roll_up(tree, reader)
    tree.written.clear()


def _roll_up(tree: ActivityTree, activity: Activity) -> None:
    for one in activity.path_to_root():
        if not one.is_leaf:
            measure_rollup_process(tree, one)
            completion_measure_rollup_process(tree, one)
            objective_rollup_process(tree, one)
            activity_progress_rollup_process(tree, one)


def measure_rollup_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.1.a] The weighted mean of the children's measures; a child without one counts as 0."""
    weighted = [
        (read(tree, child, child.primary, Info.MEASURE), child.definition.rollup.objective_measure_weight)
        for child in _contributors(activity)
    ]
    write(tree, activity, activity.primary, Info.MEASURE, _weighted_mean(weighted))


def completion_measure_rollup_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.1.b] The weighted mean of the children's progress measures."""
    weighted = [(read(tree, child, child.primary, Info.PROGRESS), child.definition.completion.weight) for child in _contributors(activity)]
    write(tree, activity, activity.primary, Info.PROGRESS, _weighted_mean(weighted))


def _contributors(activity: Activity) -> list[Activity]:
    return [child for child in activity.available if child.tracked]


def _weighted_mean(weighted: list[tuple[bool | float | None, float]]) -> float | None:
    total = sum(weight for _value, weight in weighted)
    known = [value * weight for value, weight in weighted if value is not None]
    return sum(known) / total if known and total > 0 else None


def objective_rollup_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.2] By the measure where the objective says so, else by rules."""
    if activity.primary.satisfied_by_measure:
        objective_rollup_using_measure_process(tree, activity)
    else:
        objective_rollup_using_rules_process(tree, activity)


def objective_rollup_using_measure_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.2.a] The comparison itself is made on reading (``tracking.read``), as a measure may come from a global objective."""
    write(tree, activity, activity.primary, Info.SATISFIED, is_satisfied(tree, activity))


def objective_rollup_using_rules_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.2.b] Not satisfied first, so that satisfied has the last word. Where no rule holds, all stays as it was."""
    _apply(tree, activity, Info.SATISFIED, (_DEFAULT_NOT_SATISFIED, _DEFAULT_SATISFIED))


def activity_progress_rollup_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.3] By the progress measure where the completion threshold says so, else by rules."""
    if activity.definition.completion.by_measure:
        activity_progress_rollup_using_measure_process(tree, activity)
    else:
        activity_progress_rollup_using_rules_process(tree, activity)


def activity_progress_rollup_using_measure_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.3.a]"""
    progress = read(tree, activity, activity.primary, Info.PROGRESS)
    write(
        tree, activity, activity.primary, Info.COMPLETED, None if progress is None else progress >= activity.definition.completion.minimum
    )


def activity_progress_rollup_using_rules_process(tree: ActivityTree, activity: Activity) -> None:
    """[RB.1.3.b] Incomplete first, so that completed has the last word."""
    _apply(tree, activity, Info.COMPLETED, (_DEFAULT_INCOMPLETE, _DEFAULT_COMPLETED))


def _apply(tree: ActivityTree, activity: Activity, info: Info, defaults: tuple[RollupRule, RollupRule]) -> None:
    negative, positive = (rule.action for rule in defaults)
    rules = [rule for rule in activity.definition.rollup.rules if rule.action in (negative, positive)] or list(defaults)
    for action in (negative, positive):
        if any(rollup_rule_check_subprocess(tree, activity, rule) for rule in rules if rule.action is action):
            write(tree, activity, activity.primary, info, action is positive)


def rollup_rule_check_subprocess(tree: ActivityTree, activity: Activity, rule: RollupRule) -> bool:
    """[RB.1.4] Whether the rule holds for as many children as it asks for. Where no child counts, all of them and none of them do."""
    values = [
        evaluate_rollup_conditions_subprocess(tree, child, rule)
        for child in activity.available
        if child.tracked and check_child_for_rollup_subprocess(tree, child, rule.action)
    ]
    true = values.count(True)
    match rule.children:
        case ChildActivitySet.ALL:
            return true == len(values)
        case ChildActivitySet.ANY:
            return true > 0
        case ChildActivitySet.NONE:
            return values.count(False) == len(values)
        case ChildActivitySet.AT_LEAST_COUNT:
            return bool(values) and true >= rule.count
        case ChildActivitySet.AT_LEAST_PERCENT:
            return bool(values) and true / len(values) >= rule.percent


def evaluate_rollup_conditions_subprocess(tree: ActivityTree, child: Activity, rule: RollupRule) -> bool | None:
    """[RB.1.4.1] Whether the rule's conditions hold for one child; None where that is unknown."""
    return combine([_evaluate(tree, child, condition) for condition in rule.conditions], rule.combination)


def _evaluate(tree: ActivityTree, child: Activity, condition: RollupCondition) -> bool | None:
    ask = _CONDITIONS.get(condition.condition)
    value = ask(tree, child) if ask is not None else activity_condition(child, condition.condition)
    return None if value is None else value is not condition.negated


_CONDITIONS: dict[Condition, Callable[[ActivityTree, Activity], bool | None]] = {
    Condition.SATISFIED: is_satisfied,
    Condition.OBJECTIVE_STATUS_KNOWN: lambda tree, child: is_satisfied(tree, child) is not None,
    Condition.OBJECTIVE_MEASURE_KNOWN: lambda tree, child: read(tree, child, child.primary, Info.MEASURE) is not None,
    Condition.COMPLETED: is_completed,
    Condition.ACTIVITY_PROGRESS_KNOWN: lambda tree, child: is_completed(tree, child) is not None,
}


def check_child_for_rollup_subprocess(tree: ActivityTree, child: Activity, action: RollupAction) -> bool:
    """[RB.1.4.2] Whether the child counts in a rollup of this kind, by its own wish and by what has happened to it."""
    rollup = child.definition.rollup
    if not (rollup.objective_satisfied if action in _ABOUT_OBJECTIVES else rollup.progress_completion):
        return False
    match rollup.required_for(action):
        case Required.IF_NOT_SUSPENDED:
            return child.attempts > 0 and not child.suspended
        case Required.IF_ATTEMPTED:
            return child.attempts > 0
        case Required.IF_NOT_SKIPPED:
            return not precondition(tree, child, Action.SKIP)
    return True
