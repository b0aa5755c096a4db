"""The Overall Sequencing Process OP.1 of the SN book's pseudo-code: from what the learner or the content asks for to what is delivered."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.scorm.sequencing.delivery import content_delivery_environment_process, delivery_request_process
from desktop.scorm.sequencing.exceptions import Refused, SessionEnds
from desktop.scorm.sequencing.navigation import navigation_request_process
from desktop.scorm.sequencing.requests import NavigationRequest
from desktop.scorm.sequencing.sequencing import sequencing_request_process
from desktop.scorm.sequencing.termination import end_attempt_process, terminate_descendent_attempts_process, termination_request_process
from desktop.scorm.sequencing.tree import Activity, ActivityTree, common_ancestor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a navigation request led to.

    ``delivered`` is the activity to launch, ``resumed`` tells whether its attempt goes on. Without one, the session has ``ended`` or
    waits for another request. ``exception`` is the code of the refusal, empty where there was none.
    """

    delivered: Activity | None = None
    resumed: bool = False
    ended: bool = False
    exception: str = ""


def overall_sequencing_process(tree: ActivityTree, request: NavigationRequest) -> Outcome:
    """[OP.1] One round of it. A refused navigation or termination request leaves the current activity as it was."""
    try:
        termination, sequencing = navigation_request_process(tree, request)
        if termination is not None:
            # A rule or a termination that asks for something else has the last word.
            sequencing = termination_request_process(tree, termination) or sequencing
        if sequencing is None:
            return Outcome()
        activity = sequencing_request_process(tree, sequencing, request.target)
        if activity is None:
            return Outcome()
        delivery_request_process(tree, activity)
        return Outcome(activity, content_delivery_environment_process(tree, activity))
    except Refused as refusal:
        if refusal.code == "SB.2.9-9":
            _stay_at(tree, tree.activities[request.target])
        return Outcome(exception=refusal.code)
    except SessionEnds:
        _end_session(tree)
        return Outcome(ended=True)


def _stay_at(tree: ActivityTree, target: Activity) -> None:
    """The last step of SB.2.9: a cluster was chosen in which nothing can be delivered. It is current, so that one can choose from there."""
    common = tree.root if tree.current is None else common_ancestor(tree.current, target)
    terminate_descendent_attempts_process(tree, common)
    end_attempt_process(tree, common)
    tree.current = target


def _end_session(tree: ActivityTree) -> None:
    """Whatever attempts are still open end with the session; those that were suspended stay so."""
    terminate_descendent_attempts_process(tree, tree.root)
    if tree.root.active:
        end_attempt_process(tree, tree.root)
    tree.current = None
