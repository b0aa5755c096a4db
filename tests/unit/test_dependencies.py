"""A fresh machine has what `pyproject.toml` declares, and no more: what comes along with something else may go with it."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def imported(source: Path) -> Iterator[str]:
    """The top-level names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def undeclared(folder: str, declared: list[str]) -> dict[str, list[str]]:
    names = {canonicalize_name(Requirement(one).name) for one in declared}
    providers = packages_distributions()
    found: dict[str, list[str]] = {}
    for source in sorted((ROOT / folder).rglob("*.py")):
        for module in set(imported(source)) - sys.stdlib_module_names - {"desktop", "tests"}:
            if not names & {canonicalize_name(provider) for provider in providers.get(module, [])}:
                found.setdefault(module, []).append(str(source.relative_to(ROOT)))
    return found


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"]
    assert undeclared("desktop", runtime) == {}
    assert undeclared("tests", [*runtime, *project["dependency-groups"]["dev"]]) == {}


def test_the_locks_hold_what_is_declared_and_name_no_index() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, dev = project["project"]["dependencies"], project["dependency-groups"]["dev"]
    groups = project["dependency-groups"]
    for lock, declared in (("runtime", runtime), ("dev", [*runtime, *dev]), ("uv", groups["setup"]), ("node", groups["node"])):
        text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        locked = {canonicalize_name(line.partition("==")[0]) for line in text.splitlines() if line[:1].isalnum()}
        assert {canonicalize_name(Requirement(one).name) for one in declared} <= locked
        assert "://" not in text
        assert "index-url" not in text
