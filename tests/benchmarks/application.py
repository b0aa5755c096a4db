"""The application in a home of its own, with one workspace whose server stays up, and processes that run it there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop import settings as options
from desktop.settings import Settings
from desktop.store import embedded
from desktop.store.secrets import Secrets
from desktop.store.workspaces import OpenWorkspace, Workspace, Workspaces

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Home:
    """Where the application of a benchmark lives."""

    folder: Path
    workspace: Workspace
    workspaces: Workspaces
    opened: OpenWorkspace

    def remember(self, login: str, password: str) -> None:
        self.workspaces.remember(self.workspace, login, password)

    def sign_in_at_start(self, login: str) -> None:
        """The application will sign in this person, whose password is remembered."""
        settings = Settings(self.folder / "config" / "settings.json")
        settings.set(options.LAST_WORKSPACE, self.workspace.id)
        settings.set(options.LAST_PERSON, login)

    def run(self, module: str, *arguments: str) -> tuple[float, dict[str, Any]]:
        """Run a program of :mod:`tests.benchmarks.children`: when it was started, and what it said."""
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.children.{module}", *arguments],
            cwd=ROOT, env=self._environment(), stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS, check=True, text=True,
        )  # fmt: skip
        said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return start, said

    def _environment(self) -> dict[str, str]:
        # As an installed copy runs: with its modules compiled. The cache is our own, whatever the environment says of bytecode.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"LMS_HOME": str(self.folder), "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"), "QT_QPA_PLATFORM": "offscreen"}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
        return environment


@contextmanager
def home(fill: Callable[[Home], object], *, sample: bool = False) -> Iterator[Home]:
    """A home whose one workspace ``fill`` has filled. Its server stops, and all of it is gone, afterwards."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        workspaces = Workspaces(folder / "config" / "workspaces.json", folder / "data", Secrets(folder / "config" / "secrets.json"))
        workspace = workspaces.add_embedded("Benchmark", sample=sample)
        try:
            with workspaces.open(workspace) as opened:
                made = Home(folder, workspace, workspaces, opened)
                fill(made)
                yield made
        finally:
            embedded.delete(workspaces.folder(workspace))
