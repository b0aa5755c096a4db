"""The cases, as they lie in the test data."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.replay import Learner, run_case
from tests.support.scorm_runtime import Runtime

_SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
DATA = Path(os.environ.get("LMS_TEST_DATA", _SHARED)) / "scorm" / "adl-2004-4th"


def replay_all(runtime: Runtime) -> Iterator[tuple[str, list[str]]]:
    """Each case by its id with what went wrong in it, all as one learner."""
    learner = Learner()
    for name, case in json.loads((DATA / "transcripts.json").read_text("utf-8")).items():
        yield name, run_case(runtime, case, (DATA / "manifests" / f"{name}.xml").read_bytes(), learner)
