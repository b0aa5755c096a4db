"""A bounded part of ``./lms prove scorm``: the ways out that end the application or its server."""

from __future__ import annotations

import sys

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from tests.scorm_proof.proof import Way, application_killed, application_quit, postgres_stopped, prove


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and process groups are of Unix")
@pytest.mark.timeout(300)
def test_nothing_that_a_lesson_says_is_lost_whichever_way_it_is_left() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # nothing here may touch that of whoever runs the tests
    ways: tuple[Way, ...] = (postgres_stopped, application_quit, application_killed)
    lines: list[str] = []
    try:
        passed, total = prove(
            1, ways=ways, seed=1, behind=30.0, say=lines.append
        )  # what was committed counts; seconds are for quiet machines
    finally:
        keyring.set_keyring(before)
    assert passed == total, lines
