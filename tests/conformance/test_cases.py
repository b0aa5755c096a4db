"""ADL's cases as a test. Other cases may be put beside them: nothing here knows one by its name."""

from __future__ import annotations

import copy

import pytest

from tests.conformance.cases import DATA, all_cases, replay_all
from tests.conformance.replay import Learner, run_case
from tests.support.scorm_runtime import Runtime

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared test data is not here (LMS_TEST_DATA)")

PASSED_SO_FAR = 116
"""docs/design.md says what is the matter with the one that is left."""


@needs_data
def test_no_fewer_cases_pass_than_before(qapp: object) -> None:
    failing = {name: faults[0][:300] for name, faults in replay_all(Runtime()) if faults}
    passed = sum(1 for _name in DATA.glob("manifests/*.xml")) - len(failing)
    assert passed >= PASSED_SO_FAR, failing


@needs_data
@pytest.mark.parametrize(("primary", "other", "skipped"), [("0.3", "0.7", True), ("0.41", "0.61", False), ("0.39", "0.59", False)])
def test_the_case_that_is_left_lacks_two_steps_and_passes_with_them(qapp: object, primary: str, other: str, skipped: bool) -> None:
    """MS-07: whether Activity 7 is skipped depends on two measures that Activity 6 is to set, and of which its transcript says nothing."""
    case, manifest = next((case, manifest) for name, case, manifest in all_cases() if name == "MS-07")
    case = copy.deepcopy(case)
    case["launches"][3]["steps"][1:1] = [
        {"call": "SetValue", "element": element, "value": value, "returns": "true", "error": "0"}
        for element, value in (("cmi.score.scaled", primary), ("cmi.objectives.&obj1&.score.scaled", other))
    ]
    faults = run_case(Runtime(), case, manifest, Learner())
    assert faults == ([] if skipped else ["launch 5 (activity 8, visit 1): 7 was delivered"])
