"""Our own SCORM 1.2 course as a package: the same bytes, and so the same asset, wherever it is built."""

from __future__ import annotations

import zipfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "resources" / "sample" / "scorm12"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say


def build_sample(target: Path) -> Path:
    """Write the package to ``target`` and return it."""
    with zipfile.ZipFile(target, "w") as package:
        for path in sorted(SOURCE.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(SOURCE).as_posix(), _LONG_AGO)
                entry.create_system = 3  # Unix, so that the field is the same on every system
                entry.external_attr = 0o644 << 16
                # Stored, not deflated: another zlib compresses to other bytes.
                package.writestr(entry, path.read_bytes())
    return target
