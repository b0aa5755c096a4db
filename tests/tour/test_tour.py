"""The tour as a test: the whole application, in a process of its own, through the main job."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest


@pytest.mark.xdist_group("chromium")
@pytest.mark.timeout(300)
def test_the_main_job_from_import_to_verified_certificate(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = subprocess.run(
        [sys.executable, "-m", "tests.tour", "--out", str(out)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    outcome = summary["outcome"]
    assert (outcome["lesson_status"], outcome["lesson_score"]) == ("completed", 100.0)
    assert (outcome["enrolment_status"], outcome["enrolment_progress"]) == ("completed", 100.0)
    assert outcome["verified"] == "valid"
    with pypdfium2.PdfDocument(out / f"{outcome['certificate_number']}.pdf") as certificate:
        assert len(certificate) == 1
    assert len(summary["pictures"]) == len(set(summary["pictures"])) > 20
    assert all((out / name).stat().st_size > 10_000 for name in summary["pictures"])
