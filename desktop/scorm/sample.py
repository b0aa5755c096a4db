"""Our own SCORM 1.2 course as a package: the same bytes, and so the same asset, wherever it is built."""

from __future__ import annotations

from pathlib import Path

from desktop.store.sample import RESOURCES, package


def build_sample(target: Path) -> Path:
    """Write the package to ``target`` and return it."""
    target.write_bytes(package(RESOURCES / "scorm12"))
    return target
