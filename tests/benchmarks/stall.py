"""The longest time that the main thread kept a person waiting anywhere in the tour, and the steps that kept them longest."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.application import ROOT
from tests.benchmarks.report import Line

BUDGET_MS = 50.0
PATIENCE_SECONDS = 600
WORST = 5


def measure() -> Iterator[Line]:
    with tempfile.TemporaryDirectory(prefix="lms-bench-tour-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.tour", "--out", folder],
            cwd=ROOT, capture_output=True, timeout=PATIENCE_SECONDS, check=False, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the tour lost its way:\n{done.stdout}{done.stderr}")
        yield from lines(json.loads(Path(folder, "summary.json").read_text(encoding="utf-8")))


def lines(summary: dict[str, Any]) -> Iterator[Line]:
    """What a tour's ``summary.json`` says of stalls."""
    yield Line("longest stall of the tour", summary["longest_stall_ms"], "ms", budget=BUDGET_MS)
    worst = sorted(summary["steps"], key=lambda step: -step["longest_stall_ms"])[:WORST]
    for step in worst:
        yield Line(f"  {step['step']}", step["longest_stall_ms"], "ms")
