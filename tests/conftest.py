"""What holds for every test: no display, no sandbox where Chromium could not start with one, and examples that do not change."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Nothing here may touch the keyring of whoever runs the tests, nor find there what another test left.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

# The suite is the same on each run; `./lms prove` is where new examples are looked for. Shared machines make deadlines lie.
settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")

pytest_plugins = ["tests.support.postgres", "tests.support.association"]
