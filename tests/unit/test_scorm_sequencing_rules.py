"""What a manifest can say about sequencing, rule by rule, each in the smallest course that shows it (SCORM 2004 4th Edition, SN)."""

from __future__ import annotations

import pytest

from desktop.scorm.sequencing import transfer
from desktop.scorm.sequencing.controls import controls, is_valid
from desktop.scorm.sequencing.definition import Info
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.tracking import is_completed, is_satisfied, read
from desktop.scorm.sequencing.tree import ActivityTree
from tests.support.scorm_trees import FLOW, ask, cluster, delivered, leaf, rule, says, tree_of


def choose(tree: ActivityTree, name: str) -> str:
    return delivered(ask(tree, Navigation.CHOICE, name))


def may_choose(tree: ActivityTree) -> str:
    """The entries of the contents that lead somewhere, without the current one and clusters."""
    leaves = {activity.identifier for activity in tree.root.walk_all() if activity.is_leaf}
    shown = controls(tree)
    return "".join(one.identifier for one in shown.contents if one.selectable and one.identifier in leaves - {shown.current})


def threshold(minimum: float, weight: float = 1.0) -> str:
    return f'<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="{minimum}" progressWeight="{weight}"/>'


# --- constraints on choice --------------------------------------------------------------------------------------------------------------


def test_a_constrained_cluster_lets_one_choose_only_what_is_next_to_it() -> None:
    constrained = FLOW + '<adlseq:constrainedChoiceConsiderations constrainChoice="true"/>'
    tree = tree_of(FLOW, leaf("a"), leaf("b"), cluster("c", constrained, leaf("d"), leaf("e")), leaf("f"), leaf("g"))
    assert choose(tree, "d") == "d"
    assert may_choose(tree) == "bef"
    assert choose(tree, "g") == "SB.2.9-8"


def test_what_prevents_activation_cannot_be_entered_by_choice() -> None:
    guarded = FLOW + '<adlseq:constrainedChoiceConsiderations preventActivation="true"/>'
    tree = tree_of(FLOW, leaf("a"), cluster("b", guarded, leaf("c"), leaf("d")))
    ask(tree, Navigation.START)
    assert choose(tree, "d") == "SB.2.9-6"
    assert delivered(ask(tree, Navigation.CONTINUE)) == "c"
    assert may_choose(tree) == "ad"


def test_choice_exit_keeps_the_learner_inside() -> None:
    tree = tree_of(FLOW, leaf("a"), cluster("b", '<imsss:controlMode flow="true" choiceExit="false"/>', leaf("c"), leaf("d")))
    assert choose(tree, "c") == "c"
    assert may_choose(tree) == "d"
    assert choose(tree, "a") == "NB.2.1-8"
    ask(tree, Navigation.EXIT)
    assert not tree.activities["c"].active


def test_forward_only_closes_the_way_back_by_button_and_by_choice() -> None:
    tree = tree_of('<imsss:controlMode flow="true" forwardOnly="true"/>', leaf("a"), leaf("b"), leaf("c"))
    assert choose(tree, "b") == "b"
    assert delivered(ask(tree, Navigation.PREVIOUS)) == "NB.2.1-5"
    assert choose(tree, "a") == "SB.2.4-2"
    assert may_choose(tree) == "c"


def test_a_forward_only_cluster_is_entered_from_behind_at_its_beginning() -> None:
    tree = tree_of(FLOW, cluster("a", '<imsss:controlMode flow="true" forwardOnly="true"/>', leaf("b"), leaf("c")), leaf("d"))
    assert choose(tree, "d") == "d"
    assert delivered(ask(tree, Navigation.PREVIOUS)) == "b"


def test_what_is_hidden_from_choice_is_in_no_contents_with_all_below_it() -> None:
    tree = tree_of(FLOW, leaf("a"), cluster("b", FLOW + rule("pre", "always", "hiddenFromChoice"), leaf("c")), leaf("d"))
    ask(tree, Navigation.START)
    assert [one.identifier for one in controls(tree).contents] == ["root", "a", "d"]
    assert choose(tree, "c") == "SB.2.9-3"
    assert delivered(ask(tree, Navigation.CONTINUE)) == "c"


# --- jump -------------------------------------------------------------------------------------------------------------------------------


def test_a_jump_goes_where_no_choice_may_go_but_not_to_what_is_disabled() -> None:
    closed = '<imsss:controlMode choice="false" flow="true"/>'
    tree = tree_of(closed, leaf("a"), cluster("b", closed, leaf("c"), leaf("d", rule("pre", "always", "disabled"))))
    ask(tree, Navigation.START)
    valid = {name: is_valid(tree, NavigationRequest(Navigation.JUMP, name)) for name in "bcd"}
    assert valid == {"b": False, "c": True, "d": False}
    assert delivered(ask(tree, Navigation.JUMP, "c")) == "c"


# --- postconditions ---------------------------------------------------------------------------------------------------------------------


def test_retry_until_it_is_passed_or_the_attempts_are_used_up() -> None:
    unless_passed = """<imsss:sequencingRules><imsss:postConditionRule><imsss:ruleConditions>
      <imsss:ruleCondition operator="not" condition="satisfied"/><imsss:ruleCondition operator="not" condition="attemptLimitExceeded"/>
      </imsss:ruleConditions><imsss:ruleAction action="retry"/></imsss:postConditionRule></imsss:sequencingRules>
      <imsss:limitConditions attemptLimit="3"/>"""
    tree = tree_of(FLOW, leaf("test", unless_passed), leaf("after"))
    ask(tree, Navigation.START)
    went = []
    for _attempt in range(3):
        says(tree, success_status="failed")
        went.append(delivered(ask(tree, Navigation.CONTINUE)))
    assert went == ["test", "test", "after"]
    assert tree.activities["test"].attempts == 3


def test_a_postcondition_of_previous_goes_back() -> None:
    tree = tree_of(FLOW, leaf("a"), leaf("b", rule("post", "always", "previous")), leaf("c"))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert delivered(ask(tree, Navigation.CONTINUE)) == "a"


def test_a_suspended_activity_is_left_without_its_postconditions() -> None:
    tree = tree_of(FLOW, leaf("a", rule("post", "always", "retry")), leaf("b"))
    ask(tree, Navigation.START)
    says(tree, exit="suspend")
    assert delivered(ask(tree, Navigation.CONTINUE)) == "b"


def test_exit_parent_goes_on_from_the_parent_whose_postconditions_count() -> None:
    inner = cluster("b", FLOW + rule("post", "always", "continue"), leaf("c", rule("post", "always", "exitParent")), leaf("d"))
    tree = tree_of(FLOW, inner, leaf("e"))
    ask(tree, Navigation.START)
    assert delivered(ask(tree, Navigation.EXIT)) == "e"


def test_retry_all_begins_the_course_anew() -> None:
    course = (leaf("a"), leaf("b", rule("post", "always", "retryAll")))
    tree = tree_of(FLOW, *course, attributes='adlseq:objectivesGlobalToSystem="false"')
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert delivered(ask(tree, Navigation.CONTINUE)) == "a"
    assert tree.root.attempts == 2
    assert is_completed(tree, tree.activities["b"]) is None


# --- completion by measure --------------------------------------------------------------------------------------------------------------


def test_progress_rolls_up_by_weight_and_completes_by_the_threshold() -> None:
    parts = (leaf("a", beside=threshold(1.0, weight=3)), leaf("b", beside=threshold(1.0)))
    tree = tree_of(FLOW, f'<item identifier="c"><title>c</title>{"".join(parts)}{threshold(0.7)}'
                         f"<imsss:sequencing>{FLOW}</imsss:sequencing></item>")  # fmt: skip
    ask(tree, Navigation.START)
    says(tree, progress_measure="1.0")
    ask(tree, Navigation.CONTINUE)
    c = tree.activities["c"]
    assert read(tree, c, c.primary, Info.PROGRESS) == pytest.approx(0.75)
    assert is_completed(tree, c) is True


def test_without_a_measure_nothing_is_known_of_completion_by_measure() -> None:
    tree = tree_of(FLOW, leaf("a", beside=threshold(0.5)), leaf("b"))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert is_completed(tree, tree.activities["a"]) is None


def test_a_measure_decides_only_once_the_attempt_is_over_where_it_is_said_so() -> None:
    by_measure = """<imsss:objectives><imsss:primaryObjective objectiveID="o" satisfiedByMeasure="true">
      <imsss:minNormalizedMeasure>0.5</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives>
      <adlseq:rollupConsiderations measureSatisfactionIfActive="false"/>"""
    tree = tree_of(FLOW, leaf("a", by_measure), leaf("b"))
    ask(tree, Navigation.START)
    says(tree, **{"score.scaled": "0.6"})
    a = tree.activities["a"]
    assert is_satisfied(tree, a) is None
    ask(tree, Navigation.CONTINUE)
    assert is_satisfied(tree, a) is True


# --- rollup considerations --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("required", "completed"), [("always", False), ("ifAttempted", True), ("ifNotSuspended", True), ("ifNotSkipped", True)]
)
def test_a_child_may_count_only_if_something_was_done_with_it(required: str, completed: bool) -> None:
    optional = f'<adlseq:rollupConsiderations requiredForCompleted="{required}"/>' + rule("pre", "always", "skip")
    tree = tree_of(FLOW, cluster("c", FLOW, leaf("a"), leaf("b", optional)))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert (is_completed(tree, tree.activities["c"]) is True) is completed


# --- what activities share --------------------------------------------------------------------------------------------------------------


def test_every_part_of_an_objective_can_be_shared_4th_edition() -> None:
    def objective(direction: str) -> str:
        parts = ("RawScore", "MinScore", "MaxScore", "CompletionStatus", "ProgressMeasure")
        flags = " ".join(f'{direction}{part}="true"' for part in parts)
        return f"""<imsss:objectives><imsss:primaryObjective/><imsss:objective objectiveID="o"/></imsss:objectives>
          <adlseq:objectives><adlseq:objective objectiveID="o"><adlseq:mapInfo targetObjectiveID="g" {flags}/></adlseq:objective>
          </adlseq:objectives>"""

    tree = tree_of(FLOW, leaf("a", objective("write")), leaf("b", objective("read")))
    ask(tree, Navigation.START)
    said = {"score.raw": "7", "score.min": "1", "score.max": "9", "completion_status": "incomplete", "progress_measure": "0.25"}
    says(tree, **{"objectives.0.id": "o", **{f"objectives.0.{name}": value for name, value in said.items()}})
    ask(tree, Navigation.CONTINUE)
    values = transfer.launch_values(tree, tree.activities["b"], resumed=False)
    assert {name: values[f"cmi.objectives.0.{name}"] for name in said} == said


def test_a_rule_may_ask_for_the_completion_of_an_objective_4th_edition() -> None:
    shared = """<imsss:objectives><imsss:primaryObjective objectiveID="p"/><imsss:objective objectiveID="o"/></imsss:objectives>
      <adlseq:objectives><adlseq:objective objectiveID="o"><adlseq:mapInfo targetObjectiveID="g" writeCompletionStatus="true"/>
      </adlseq:objective></adlseq:objectives>"""
    skip = rule("pre", 'completed" referencedObjective="o', "skip")
    tree = tree_of(FLOW, leaf("a", shared), leaf("b", shared + skip), leaf("c"))
    ask(tree, Navigation.START)
    says(tree, **{"objectives.0.id": "o", "objectives.0.completion_status": "completed"})
    assert delivered(ask(tree, Navigation.CONTINUE)) == "c"


# --- selection and order ----------------------------------------------------------------------------------------------------------------


def test_each_new_attempt_selects_and_orders_anew_and_a_resumed_one_does_not() -> None:
    controls_ = """<imsss:randomizationControls selectCount="3" selectionTiming="onEachNewAttempt" reorderChildren="true"
      randomizationTiming="onEachNewAttempt"/>"""
    tree = tree_of(FLOW + controls_, *(leaf(f"i{n}") for n in range(8)), seed=7)
    orders = set()
    for _attempt in range(12):
        ask(tree, Navigation.START)
        orders.add(tuple(one.identifier for one in tree.root.available))
        ask(tree, Navigation.EXIT_ALL)
    assert len(orders) > 6
    assert all(len(order) == 3 for order in orders)
    ask(tree, Navigation.START)
    before = list(tree.root.available)
    ask(tree, Navigation.SUSPEND_ALL)
    ask(tree, Navigation.RESUME_ALL)
    assert tree.root.available == before
