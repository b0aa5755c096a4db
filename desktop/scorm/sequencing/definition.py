"""What a manifest says about sequencing: the Sequencing Definition Model (SN chapter 3), with the defaults of the book."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Info(StrEnum):
    """What is known about an objective, and can be shared through a global one. Unknown values are absent, never stored."""

    SATISFIED = "satisfied"
    MEASURE = "measure"
    """−1…1"""
    RAW = "raw"
    MIN = "min"
    MAX = "max"
    COMPLETED = "completed"
    PROGRESS = "progress"
    """0…1"""


OBJECTIVE_INFO = frozenset({Info.SATISFIED, Info.MEASURE, Info.RAW, Info.MIN, Info.MAX})
"""What is information on the objective; the rest is on the progress of the attempt (SN 4.2.1)."""


class Condition(StrEnum):
    """Conditions of sequencing rules (SN 3.4.2) and of rollup rules (SN 3.7.3)."""

    SATISFIED = "satisfied"
    OBJECTIVE_STATUS_KNOWN = "objectiveStatusKnown"
    OBJECTIVE_MEASURE_KNOWN = "objectiveMeasureKnown"
    OBJECTIVE_MEASURE_GREATER_THAN = "objectiveMeasureGreaterThan"
    OBJECTIVE_MEASURE_LESS_THAN = "objectiveMeasureLessThan"
    COMPLETED = "completed"
    ACTIVITY_PROGRESS_KNOWN = "activityProgressKnown"
    ATTEMPTED = "attempted"
    ATTEMPT_LIMIT_EXCEEDED = "attemptLimitExceeded"
    TIME_LIMIT_EXCEEDED = "timeLimitExceeded"
    OUTSIDE_AVAILABLE_TIME_RANGE = "outsideAvailableTimeRange"
    ALWAYS = "always"


class Action(StrEnum):
    """Actions of sequencing rules (SN 3.4.3 to 3.4.5)."""

    SKIP = "skip"
    DISABLED = "disabled"
    HIDDEN_FROM_CHOICE = "hiddenFromChoice"
    STOP_FORWARD_TRAVERSAL = "stopForwardTraversal"
    EXIT_PARENT = "exitParent"
    EXIT_ALL = "exitAll"
    RETRY = "retry"
    RETRY_ALL = "retryAll"
    CONTINUE = "continue"
    PREVIOUS = "previous"
    EXIT = "exit"


class Combination(StrEnum):
    """How the conditions of one rule are combined."""

    ALL = "all"
    ANY = "any"


class ChildActivitySet(StrEnum):
    """How many of the children must fulfil a rollup rule's conditions (SN 3.7.2)."""

    ALL = "all"
    ANY = "any"
    NONE = "none"
    AT_LEAST_COUNT = "atLeastCount"
    AT_LEAST_PERCENT = "atLeastPercent"


class RollupAction(StrEnum):
    SATISFIED = "satisfied"
    NOT_SATISFIED = "notSatisfied"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"


class Required(StrEnum):
    """When a child counts in its parent's rollup (SN 3.7.6)."""

    ALWAYS = "always"
    IF_ATTEMPTED = "ifAttempted"
    IF_NOT_SKIPPED = "ifNotSkipped"
    IF_NOT_SUSPENDED = "ifNotSuspended"


class Timing(StrEnum):
    """When children are selected or put into random order (SN 3.11)."""

    NEVER = "never"
    ONCE = "once"
    ON_EACH_NEW_ATTEMPT = "onEachNewAttempt"


@dataclass(frozen=True, slots=True)
class ControlMode:
    """Sequencing Control Modes (SN 3.2) and the constraints on choice (SN 3.3)."""

    choice: bool = True
    choice_exit: bool = True
    flow: bool = False
    forward_only: bool = False
    use_current_attempt_objective_info: bool = True
    use_current_attempt_progress_info: bool = True
    prevent_activation: bool = False
    constrain_choice: bool = False


@dataclass(frozen=True, slots=True)
class RuleCondition:
    """One condition of a sequencing rule. ``objective`` is a local objective's id, empty for the primary one."""

    condition: Condition
    negated: bool = False
    objective: str = ""
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A sequencing rule: ``action`` applies where the conditions hold."""

    action: Action
    conditions: tuple[RuleCondition, ...]
    combination: Combination = Combination.ALL


@dataclass(frozen=True, slots=True)
class RollupCondition:
    condition: Condition
    negated: bool = False


@dataclass(frozen=True, slots=True)
class RollupRule:
    """``count`` goes with ``atLeastCount``, ``percent`` (0…1) with ``atLeastPercent``."""

    action: RollupAction
    conditions: tuple[RollupCondition, ...]
    combination: Combination = Combination.ANY
    children: ChildActivitySet = ChildActivitySet.ALL
    count: int = 0
    percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Rollup:
    """Rollup Controls and Rules (SN 3.7). ``required`` lists only what differs from ``always``."""

    objective_satisfied: bool = True
    progress_completion: bool = True
    objective_measure_weight: float = 1.0
    rules: tuple[RollupRule, ...] = ()
    required: tuple[tuple[RollupAction, Required], ...] = ()
    measure_satisfaction_if_active: bool = True

    def required_for(self, action: RollupAction) -> Required:
        return dict(self.required).get(action, Required.ALWAYS)


@dataclass(frozen=True, slots=True)
class ObjectiveMap:
    """Which parts of a global objective a local one reads and writes (SN 3.10)."""

    target: str
    reads: frozenset[Info]
    writes: frozenset[Info]


@dataclass(frozen=True, slots=True)
class Objective:
    """A local objective. ``minimum`` is the measure that satisfies it, where the measure decides."""

    identifier: str = ""
    satisfied_by_measure: bool = False
    minimum: float = 1.0
    maps: tuple[ObjectiveMap, ...] = ()


@dataclass(frozen=True, slots=True)
class CompletionThreshold:
    """Whether a progress measure decides completion, from which measure on, and its weight in the parent (SN 3.8, CAM 3.4.1)."""

    by_measure: bool = False
    minimum: float = 1.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Selection:
    """Selection and Randomization Controls (SN 3.11, 3.12). ``count`` is how many children are taken, none: all."""

    timing: Timing = Timing.NEVER
    count: int | None = None
    randomization: Timing = Timing.NEVER
    reorder: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivery Controls (SN 3.13)."""

    tracked: bool = True
    completion_set_by_content: bool = False
    objective_set_by_content: bool = False


@dataclass(frozen=True, slots=True)
class DataMap:
    """A bucket of data that activities share, by the name they share it under (CAM 3.4.1.13)."""

    target: str
    reads: bool = True
    writes: bool = True


@dataclass(frozen=True, slots=True)
class Sequencing:
    """All of it for one activity.

    ``primary`` is the objective that contributes to rollup: there is always one, with or without an identifier.
    ``attempt_limit`` is the only limit condition that SCORM asks for; durations are the content's to watch (SN 3.6).
    ``hidden_controls`` are the navigation controls that are not shown while the activity is delivered (CAM 5.2).
    """

    control: ControlMode = ControlMode()
    preconditions: tuple[Rule, ...] = ()
    postconditions: tuple[Rule, ...] = ()
    exit_rules: tuple[Rule, ...] = ()
    attempt_limit: int | None = None
    attempt_duration_limit: str = ""
    rollup: Rollup = Rollup()
    primary: Objective = Objective()
    objectives: tuple[Objective, ...] = ()
    completion: CompletionThreshold = CompletionThreshold()
    selection: Selection = Selection()
    delivery: Delivery = Delivery()
    data: tuple[DataMap, ...] = ()
    hidden_controls: frozenset[str] = field(default=frozenset())

    @property
    def all_objectives(self) -> tuple[Objective, ...]:
        """The primary objective first."""
        return (self.primary, *self.objectives)
