"""A bounded part of ``./lms conformance --browser``: the first of ADL's cases, from the importer to the controls on the screen."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from tests.conformance.browser import Desk
from tests.conformance.cases import DATA, all_cases
from tests.support.postgres import Database

CASES = 15


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared test data is not here (LMS_TEST_DATA)")
@pytest.mark.timeout(300)
def test_cases_pass_on_the_screen_as_well(
    db: Database, loop: asyncio.AbstractEventLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    desk = Desk(db, tmp_path)
    faults = {}
    for name, case, manifest in itertools.islice(all_cases(), CASES):
        faults[name] = loop.run_until_complete(desk.run_case(name, case, manifest))
    desk.close()
    assert {name: found for name, found in faults.items() if found} == {}
