"""SCORM 2004 sequencing, by the processes of the SN book; trees are written as manifests and read by the real reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.scorm.sequencing import transfer
from desktop.scorm.sequencing.controls import controls
from desktop.scorm.sequencing.definition import Combination, Info
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.rollup import overall_rollup_process
from desktop.scorm.sequencing.rules import combine
from desktop.scorm.sequencing.tracking import is_completed, is_satisfied, read, write
from tests.support.scorm_trees import FLOW, ask, cluster, delivered, leaf, rule, says, tree_of

# --- navigation and sequencing requests -------------------------------------------------------------------------------------------------


def test_continue_walks_the_leaves_in_order_and_then_ends_the_session() -> None:
    tree = tree_of(FLOW, leaf("a"), cluster("b", FLOW, leaf("c"), leaf("d")))
    walk = [ask(tree, Navigation.START)] + [ask(tree, Navigation.CONTINUE) for _ in range(3)]
    assert [delivered(one) for one in walk] == ["a", "c", "d", "ended"]
    assert tree.current is None
    assert not any(activity.active for activity in tree.root.walk())


@pytest.mark.parametrize(
    ("kind", "target", "code"),
    [
        (Navigation.START, "", "NB.2.1-1"),
        (Navigation.RESUME_ALL, "", "NB.2.1-1"),
        (Navigation.CHOICE, "nowhere", "NB.2.1-11"),
        (Navigation.JUMP, "nowhere", "NB.2.1-11"),
        (Navigation.PREVIOUS, "", "SB.2.1-3"),
    ],
)
def test_requests_that_cannot_be_met_give_the_exception_of_the_book(kind: Navigation, target: str, code: str) -> None:
    tree = tree_of(FLOW, leaf("a"), leaf("b"))
    ask(tree, Navigation.START)
    assert delivered(ask(tree, kind, target)) == code


@pytest.mark.parametrize("kind", [Navigation.CONTINUE, Navigation.PREVIOUS, Navigation.EXIT, Navigation.SUSPEND_ALL, Navigation.ABANDON])
def test_nothing_can_be_left_before_anything_is_open(kind: Navigation) -> None:
    assert delivered(ask(tree_of(FLOW, leaf("a")), kind)) == "NB.2.1-2"


@pytest.mark.parametrize(
    ("mode", "request_", "code"),
    [
        ('choice="false" flow="true"', Navigation.CHOICE, "NB.2.1-10"),
        ('choiceExit="true"', Navigation.CONTINUE, "NB.2.1-4"),
        ('flow="true" forwardOnly="true"', Navigation.PREVIOUS, "NB.2.1-5"),
    ],
)
def test_control_modes(mode: str, request_: Navigation, code: str) -> None:
    tree = tree_of(f"<imsss:controlMode {mode}/>", leaf("a"), leaf("b"))
    if delivered(ask(tree, Navigation.START)) != "a":
        ask(tree, Navigation.CHOICE, "a")
    assert delivered(ask(tree, request_, "b")) == code


def test_a_cluster_is_chosen_by_what_flows_in_it() -> None:
    tree = tree_of("", cluster("b", FLOW, leaf("c"), leaf("d")), cluster("e", "", leaf("f")))
    assert delivered(ask(tree, Navigation.CHOICE, "b")) == "c"
    assert delivered(ask(tree, Navigation.CHOICE, "e")) == "SB.2.9-9"
    assert delivered(ask(tree, Navigation.CHOICE, "f")) == "f"


@pytest.mark.parametrize(
    ("action", "request_", "answer"),
    [
        ("skip", "continue", "c"),
        ("disabled", "continue", "SB.2.2-2"),
        ("disabled", "choice", "DB.1.1-3"),
        ("hiddenFromChoice", "choice", "SB.2.9-3"),
    ],
)
def test_preconditions(action: str, request_: str, answer: str) -> None:
    tree = tree_of(FLOW, leaf("a"), leaf("b", rule("pre", "always", action)), leaf("c"))
    ask(tree, Navigation.START)
    assert delivered(ask(tree, Navigation(request_), "b")) == answer


def test_stop_forward_traversal_lets_nobody_choose_past_it() -> None:
    tree = tree_of(FLOW, leaf("a", rule("pre", "always", "stopForwardTraversal")), leaf("b"))
    ask(tree, Navigation.START)
    assert delivered(ask(tree, Navigation.CHOICE, "b")) == "SB.2.4-1"


@pytest.mark.parametrize(
    ("action", "answer"), [("retry", "a"), ("continue", "b"), ("exitAll", "ended"), ("retryAll", "a"), ("exitParent", "ended")]
)
def test_postconditions_overrule_what_was_asked_for(action: str, answer: str) -> None:
    tree = tree_of(FLOW, leaf("a", rule("post", "always", action)), leaf("b"))
    ask(tree, Navigation.START)
    assert delivered(ask(tree, Navigation.EXIT)) == answer


def test_an_exit_rule_ends_the_cluster_and_its_postcondition_follows() -> None:
    done = rule("exit", "completed", "exit")
    tree = tree_of(FLOW, cluster("b", FLOW + done, leaf("c")), leaf("d"))
    ask(tree, Navigation.START)
    says(tree, completion_status="completed")
    ask(tree, Navigation.EXIT)
    assert tree.current is tree.activities["b"]
    assert not tree.current.active


def test_an_attempt_limit_is_kept() -> None:
    tree = tree_of(FLOW, leaf("a", '<imsss:limitConditions attemptLimit="1"/>'), leaf("b"))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert delivered(ask(tree, Navigation.PREVIOUS)) == "SB.2.2-2"


# --- suspend and resume -----------------------------------------------------------------------------------------------------------------


def test_a_suspended_course_goes_on_in_another_process() -> None:
    items = (leaf("a"), cluster("b", FLOW, leaf("c"), leaf("d")))
    tree = tree_of(FLOW, *items, attributes='adlseq:objectivesGlobalToSystem="false"')
    ask(tree, Navigation.START)
    says(tree, **{"success_status": "failed", "score.scaled": "0.25"})
    ask(tree, Navigation.CONTINUE)
    assert ask(tree, Navigation.SUSPEND_ALL).ended
    again = tree_of(FLOW, *items, attributes='adlseq:objectivesGlobalToSystem="false"')
    again.restore(json.loads(json.dumps(tree.to_json())))
    assert again.to_json() == tree.to_json()
    outcome = ask(again, Navigation.RESUME_ALL)
    assert (delivered(outcome), outcome.resumed) == ("c", True)
    assert is_satisfied(again, again.activities["a"]) is False
    assert again.activities["c"].attempts == 1


# --- tracking and rollup ----------------------------------------------------------------------------------------------------------------


def test_what_the_content_leaves_open_is_done_unless_it_says_that_it_is_unknown() -> None:
    tree = tree_of(FLOW, leaf("a"), leaf("b"), leaf("c", '<imsss:deliveryControls completionSetByContent="true"/>'), leaf("d"))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    says(tree, completion_status="unknown")
    ask(tree, Navigation.CONTINUE)
    ask(tree, Navigation.CONTINUE)
    assert [is_completed(tree, tree.activities[name]) for name in "abcd"] == [True, None, None, None]


def objective(writes: str) -> str:
    """A primary objective that reads the status of the global objective "g" and perhaps writes it."""
    return f"""<imsss:objectives><imsss:primaryObjective objectiveID="o"><imsss:mapInfo targetObjectiveID="g"
      writeSatisfiedStatus="{writes}"/></imsss:primaryObjective></imsss:objectives>"""


def test_a_global_objective_carries_a_status_to_another_activity() -> None:
    tree = tree_of(FLOW, leaf("a", objective("true")), leaf("b", objective("false") + rule("pre", "satisfied", "skip")), leaf("c"))
    ask(tree, Navigation.START)
    says(tree, success_status="passed")
    assert tree.objectives == {"g": {Info.SATISFIED: True}}
    assert delivered(ask(tree, Navigation.CONTINUE)) == "c"


def test_a_status_that_is_read_is_the_global_one_even_while_it_is_unknown() -> None:
    tree = tree_of(FLOW, leaf("a", objective("false")), leaf("b"))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert tree.activities["a"].known["o"][Info.SATISFIED] is True  # taken to be satisfied, as the content said nothing
    assert is_satisfied(tree, tree.activities["a"]) is None


def test_global_objectives_hear_that_a_status_is_unknown_again() -> None:
    tree = tree_of(FLOW, leaf("a", objective("true")), leaf("b"))
    ask(tree, Navigation.START)
    says(tree, success_status="passed")
    says(tree, success_status="unknown")
    assert tree.objectives == {"g": {Info.SATISFIED: None}}


@pytest.mark.parametrize("current_only", [True, False])
def test_a_new_attempt_on_a_cluster_forgets_its_children_unless_it_says_otherwise(current_only: bool) -> None:
    flag = str(current_only).lower()
    mode = f'<imsss:controlMode flow="true" useCurrentAttemptObjectiveInfo="{flag}" useCurrentAttemptProgressInfo="{flag}"/>'
    tree = tree_of(mode + rule("post", "always", "retry"), leaf("a"), leaf("b", rule("post", "always", "exitParent")))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert delivered(ask(tree, Navigation.CONTINUE)) == "a"
    b = tree.activities["b"]
    assert (is_completed(tree, b), is_satisfied(tree, b)) == ((None, None) if current_only else (True, True))
    assert b.attempts == 1


def test_what_is_found_out_about_a_cluster_without_an_attempt_on_it_counts() -> None:
    when_all = """<imsss:rollupRules><imsss:rollupRule childActivitySet="all"><imsss:rollupConditions>
      <imsss:rollupCondition condition="satisfied"/></imsss:rollupConditions><imsss:rollupAction action="completed"/>
      </imsss:rollupRule></imsss:rollupRules>"""
    skipped = cluster("c", FLOW + rule("pre", "completed", "skip") + when_all, leaf("d", objective("false")), leaf("e", objective("false")))
    tree = tree_of(FLOW, leaf("a", objective("true")), skipped, leaf("f"))
    ask(tree, Navigation.START)
    says(tree, success_status="passed")
    assert delivered(ask(tree, Navigation.CONTINUE)) == "f"


def test_an_abandoned_attempt_leaves_nothing_behind() -> None:
    tree = tree_of(FLOW, leaf("a", objective("true")), leaf("b"))
    ask(tree, Navigation.START)
    says(tree, success_status="passed", completion_status="completed", exit="suspend")
    ask(tree, Navigation.ABANDON)
    a = tree.activities["a"]
    assert (is_satisfied(tree, a), is_completed(tree, a), a.suspended, a.active) == (None, None, False, False)
    assert tree.objectives == {"g": {Info.SATISFIED: None}}


def test_what_is_not_tracked_does_not_count() -> None:
    untracked = '<imsss:deliveryControls tracked="false"/>'
    tree = tree_of(FLOW, leaf("a"), leaf("b", untracked))
    ask(tree, Navigation.START)
    ask(tree, Navigation.CONTINUE)
    assert (is_completed(tree, tree.root), is_satisfied(tree, tree.root)) == (True, True)


def test_all_or_none_of_no_children_hold_and_some_do_not() -> None:
    def when(children: str) -> str:
        return f"""<imsss:rollupRules><imsss:rollupRule childActivitySet="{children}" minimumCount="0" minimumPercent="0">
          <imsss:rollupConditions><imsss:rollupCondition condition="completed"/></imsss:rollupConditions>
          <imsss:rollupAction action="satisfied"/></imsss:rollupRule></imsss:rollupRules>"""

    uncounted = leaf("a", '<imsss:rollupRules rollupObjectiveSatisfied="false"/>')
    holds = {}
    for children in ("all", "none", "any", "atLeastCount", "atLeastPercent"):
        tree = tree_of(FLOW + when(children), uncounted)
        overall_rollup_process(tree, tree.root.children[0])
        holds[children] = is_satisfied(tree, tree.root)
    assert holds == {"all": True, "none": True, "any": None, "atLeastCount": None, "atLeastPercent": None}


@given(st.lists(st.tuples(st.none() | st.floats(-1, 1), st.integers(0, 4)), min_size=1, max_size=6))
def test_a_measure_rolls_up_as_the_weighted_mean(children: list[tuple[float | None, int]]) -> None:
    items = [leaf(f"i{n}", f'<imsss:rollupRules objectiveMeasureWeight="{weight}"/>') for n, (_measure, weight) in enumerate(children)]
    tree = tree_of(FLOW, *items)
    for child, (measure, _weight) in zip(tree.root.children, children, strict=True):
        write(tree, child, child.primary, Info.MEASURE, measure)
    overall_rollup_process(tree, tree.root.children[0])
    total = sum(weight for _measure, weight in children)
    rolled = read(tree, tree.root, tree.root.primary, Info.MEASURE)
    if total == 0 or all(measure is None for measure, _weight in children):
        assert rolled is None
    else:
        assert rolled == pytest.approx(sum((measure or 0) * weight for measure, weight in children) / total)


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=6))
def test_a_cluster_is_done_when_all_are_and_not_done_once_all_have_a_say(statuses: list[bool | None]) -> None:
    tree = tree_of(FLOW, *(leaf(f"i{n}") for n in range(len(statuses))))
    for child, status in zip(tree.root.children, statuses, strict=True):
        write(tree, child, child.primary, Info.COMPLETED, status)
        write(tree, child, child.primary, Info.SATISFIED, status)
    overall_rollup_process(tree, tree.root.children[0])
    before = tree.to_json()
    overall_rollup_process(tree, tree.root.children[-1])
    expected = None if None in statuses else all(statuses)
    assert is_completed(tree, tree.root) is expected
    assert is_satisfied(tree, tree.root) is expected
    assert tree.to_json() == before


@pytest.mark.parametrize(
    ("values", "all_", "any_"),
    [
        ([], None, None),
        ([True, None], None, True),
        ([False, None], False, None),
        ([True, True], True, True),
        ([False, False], False, False),
    ],
)
def test_unknown_conditions_decide_only_where_they_cannot_matter(values: list[bool | None], all_: bool | None, any_: bool | None) -> None:
    assert combine(values, Combination.ALL) is all_
    assert combine(values, Combination.ANY) is any_


# --- selection, controls, transfer ------------------------------------------------------------------------------------------------------


@given(st.integers(0, 1000))
def test_selection_takes_so_many_children_and_keeps_their_order(seed: int) -> None:
    tree = tree_of('<imsss:randomizationControls selectionTiming="once" selectCount="2"/>', *(leaf(name) for name in "abcd"), seed=seed)
    chosen = [child.identifier for child in tree.root.available]
    assert len(chosen) == 2
    assert chosen == sorted(chosen)


def test_the_player_is_told_what_can_be_asked_for() -> None:
    tree = tree_of(FLOW, leaf("a"), leaf("b", rule("pre", "always", "hiddenFromChoice")), leaf("c"))
    ask(tree, Navigation.START)
    shown = controls(tree)
    assert (shown.can_continue, shown.can_go_back, shown.can_choose) == (True, False, True)
    assert [entry.identifier for entry in shown.contents] == ["root", "a", "c"]
    valid = transfer.valid_requests(tree)
    assert valid["adl.nav.request_valid.choice.{target=c}"] == "true"
    assert valid["adl.nav.request_valid.choice.{target=b}"] == "false"


def test_shared_data_goes_from_one_launch_to_the_next() -> None:
    def shared(writes: str) -> str:
        return f'<adlcp:data><adlcp:map targetID="t" writeSharedData="{writes}"/></adlcp:data>'

    tree = tree_of(FLOW, leaf("a", beside=shared("true")), leaf("b", beside=shared("false")))
    ask(tree, Navigation.START)
    transfer.store_data(tree, tree.activities["a"], {"adl.data.0.id": "t", "adl.data.0.store": "notes"}, {})
    ask(tree, Navigation.CONTINUE)
    values = transfer.launch_values(tree, tree.activities["b"], resumed=False)
    assert (values["adl.data.0.store"], values["adl.data.0.access"]) == ("notes", "r")


@pytest.mark.parametrize(
    ("cmi", "request_"),
    [
        ({}, None),
        ({"adl.nav.request": "_none_"}, None),
        ({"adl.nav.request": "{target=a.1}jump"}, NavigationRequest(Navigation.JUMP, "a.1")),
        ({"adl.nav.request": "suspendAll"}, NavigationRequest(Navigation.SUSPEND_ALL)),
        ({"adl.nav.request": "continue", "cmi.exit": "time-out"}, NavigationRequest(Navigation.EXIT_ALL)),
    ],
)
def test_what_the_content_asks_for(cmi: dict[str, str], request_: NavigationRequest | None) -> None:
    tree = tree_of(FLOW, leaf("a"), leaf("b"))
    ask(tree, Navigation.START)
    assert transfer.requested(tree, cmi) == request_


def test_who_has_nothing_to_press_goes_on() -> None:
    hidden = """<adlnav:presentation xmlns:adlnav="http://www.adlnet.org/xsd/adlnav_v1p3"><adlnav:navigationInterface>
      <adlnav:hideLMSUI>continue</adlnav:hideLMSUI></adlnav:navigationInterface></adlnav:presentation>"""
    tree = tree_of('<imsss:controlMode choice="false" flow="true"/>', leaf("a", beside=hidden), leaf("b"))
    ask(tree, Navigation.START)
    assert transfer.requested(tree, {"cmi.exit": "suspend"}) == NavigationRequest(Navigation.CONTINUE)
    ask(tree, Navigation.CONTINUE)
    assert transfer.requested(tree, {"cmi.exit": "suspend"}) is None
