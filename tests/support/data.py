"""Inputs and known answers of other projects: beside the checkout, or where ``LMS_TEST_DATA`` points. Tests skip without them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TEST_DATA = Path(os.environ.get("LMS_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def needs_data(folder: str) -> pytest.MarkDecorator:
    """A mark for what reads ``folder`` of the test data."""
    return pytest.mark.skipif(not (TEST_DATA / folder).is_dir(), reason=f"the shared test data is not here (LMS_TEST_DATA): {folder}")
