"""The cases, as they lie in the test data."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.replay import Case, Learner, run_case
from tests.support.scorm_runtime import Runtime

_SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
DATA = Path(os.environ.get("LMS_TEST_DATA", _SHARED)) / "scorm" / "adl-2004-4th"


def all_cases() -> Iterator[tuple[str, Case, bytes]]:
    """Each case by its id, with its manifest."""
    for name, case in json.loads((DATA / "transcripts.json").read_text("utf-8")).items():
        yield name, case, (DATA / "manifests" / f"{name}.xml").read_bytes()


def replay_all(runtime: Runtime) -> Iterator[tuple[str, list[str]]]:
    """Each case with what went wrong in it, all as one learner."""
    learner = Learner()
    for name, case, manifest in all_cases():
        try:
            faults = run_case(runtime, case, manifest, learner)
        except (KeyError, StopIteration, RuntimeError) as error:  # RuntimeError: what a StopIteration becomes in a generator
            faults = [f"the case cannot be followed: {error!r}"]
        yield name, faults
