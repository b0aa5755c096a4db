"""Sequencing rules and limits: the utility processes UP.1, UP.2 and UP.5 of the SN book's pseudo-code."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.scorm.sequencing.definition import Action, Combination, Condition, Info, Rule, RuleCondition
from desktop.scorm.sequencing.tracking import is_completed, is_satisfied, read
from desktop.scorm.sequencing.tree import Activity, ActivityTree


def limit_conditions_check_process(activity: Activity) -> bool:
    """[UP.1] Whether a new attempt would break the attempt limit. Durations need not be looked at (SN 3.6, 4th Edition)."""
    if not activity.tracked or activity.active or activity.suspended:
        return False
    return attempt_limit_exceeded(activity)


def attempt_limit_exceeded(activity: Activity) -> bool:
    limit = activity.definition.attempt_limit
    return limit is not None and activity.attempts >= limit


def sequencing_rules_check_process(
    tree: ActivityTree, activity: Activity, rules: Iterable[Rule], actions: frozenset[Action]
) -> Action | None:
    """[UP.2] The action of the first of the rules with such an action whose conditions hold."""
    return next((rule.action for rule in rules if rule.action in actions and sequencing_rule_check_subprocess(tree, activity, rule)), None)


def sequencing_rule_check_subprocess(tree: ActivityTree, activity: Activity, rule: Rule) -> bool:
    """[UP.2.1] Whether the rule's conditions hold. What is unknown does not hold, negated or not."""
    values = [_negated(_evaluate(tree, activity, one), one.negated) for one in rule.conditions]
    return combine(values, rule.combination) is True


def check_activity_process(tree: ActivityTree, activity: Activity) -> bool:
    """[UP.5] True where the activity may not be delivered: disabled, or out of attempts."""
    return precondition(tree, activity, Action.DISABLED) or limit_conditions_check_process(activity)


def precondition(tree: ActivityTree, activity: Activity, action: Action) -> bool:
    """Whether a precondition rule with this action holds."""
    if not activity.definition.preconditions:
        return False
    return tree.once(
        (activity, action),
        lambda: sequencing_rules_check_process(tree, activity, activity.definition.preconditions, frozenset({action})) is not None,
    )


def combine(values: list[bool | None], combination: Combination) -> bool | None:
    """Three-valued all or any; unknown for no conditions at all."""
    if not values:
        return None
    decisive = combination is Combination.ANY
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def _negated(value: bool | None, negated: bool) -> bool | None:
    return None if value is None else value is not negated


def _evaluate(tree: ActivityTree, activity: Activity, condition: RuleCondition) -> bool | None:
    objective = activity.objective(condition.objective)
    if objective is None:
        return None
    measure = read(tree, activity, objective, Info.MEASURE)
    match condition.condition:
        case Condition.ALWAYS:
            return True
        case Condition.SATISFIED:
            return is_satisfied(tree, activity, objective)
        case Condition.OBJECTIVE_STATUS_KNOWN:
            return is_satisfied(tree, activity, objective) is not None
        case Condition.OBJECTIVE_MEASURE_KNOWN:
            return measure is not None
        case Condition.OBJECTIVE_MEASURE_GREATER_THAN:
            return None if measure is None else measure > condition.threshold
        case Condition.OBJECTIVE_MEASURE_LESS_THAN:
            return None if measure is None else measure < condition.threshold
        case Condition.COMPLETED:
            return is_completed(tree, activity, objective)
        case Condition.ACTIVITY_PROGRESS_KNOWN:
            return is_completed(tree, activity, objective) is not None
    return activity_condition(activity, condition.condition)


def activity_condition(activity: Activity, condition: Condition) -> bool:
    """The conditions on attempts and time, which ask about the activity and no objective. Those on time never hold (SN 3.6)."""
    match condition:
        case Condition.ATTEMPTED:
            return activity.attempts > 0
        case Condition.ATTEMPT_LIMIT_EXCEEDED:
            return attempt_limit_exceeded(activity)
    return False
