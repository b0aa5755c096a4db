"""Which version this copy of the application is."""

from __future__ import annotations

import re
from pathlib import Path

from desktop import __version__

FILE = Path(__file__).resolve().parents[1] / "version.txt"
"""In a built application: what :func:`version_of_build` said when it was made."""

_DESCRIBED = re.compile(r"(?:v(?P<release>[\d.]+)-(?P<commits>\d+)-g)?(?P<commit>[0-9a-f]+)(?P<dirty>-dirty)?")


def application_version() -> str:
    """Of this copy: with its commit in a built application, the number in the source elsewhere."""
    try:
        return FILE.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return __version__


def version_of_build(described: str, release: str = __version__) -> str:
    """The version of what is built from a commit, as PEP 440 writes it.

    ``described`` is what ``git describe --always --long --dirty --match 'v*'`` says, or nothing where there is no git; ``release`` counts
    until there is a tag. A tagged commit is its release; any other has its distance and its name behind a plus.
    """
    found = _DESCRIBED.fullmatch(described.strip())
    if found is None:
        return release
    base, commits = found["release"] or release, found["commits"]
    if commits == "0" and not found["dirty"]:
        return base
    local = [part for part in (commits, f"g{found['commit']}", "dirty" if found["dirty"] else "") if part]
    return f"{base}+{'.'.join(local)}"
