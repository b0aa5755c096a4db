"""A built application in the menu of a Linux desktop, for the person who asks for it.

Windows and macOS make such an entry from the program and its bundle themselves. The file's form: Desktop Entry Specification 1.5; where it
and the icon belong: XDG Base Directory Specification and Icon Theme Specification.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.settings import APPLICATION

ICON = Path(__file__).resolve().parents[1] / "resources" / "application" / "application.svg"


def add() -> Path:
    """Write the entry and its icon. Returns the entry's path. Raises ``Invalid`` where there is no program that it could start."""
    if sys.platform != "linux" or not getattr(sys, "frozen", False):
        raise Invalid(_("Only a built copy of the application on Linux can be put into the menu."))
    entry, picture = _places()
    for place in (entry, picture):
        place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ICON, picture)
    entry.write_text(entry_text(sys.executable), encoding="utf-8")
    return entry


def remove() -> None:
    for place in _places():
        place.unlink(missing_ok=True)


def entry_text(program: str) -> str:
    """What the entry says. ``program`` is quoted as the specification asks ("The Exec key"), first for Exec and then for the file."""
    quoted = program
    for special in ("\\", '"', "`", "$"):
        quoted = quoted.replace(special, f"\\{special}")
    command = quoted.replace("\\", "\\\\").replace("%", "%%")
    lines = {
        "Type": "Application",
        "Name": "NABIP LMS",
        "Comment": _("Courses, exams and certificates of an association"),
        "Exec": f'"{command}"',
        "Icon": APPLICATION,
        "Categories": "Education;Office;Qt;",
        "StartupWMClass": APPLICATION,
    }
    return "\n".join(["[Desktop Entry]", *(f"{name}={value}" for name, value in lines.items()), ""])


def _places() -> tuple[Path, Path]:
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "applications" / f"{APPLICATION}.desktop", data / "icons" / "hicolor" / "scalable" / "apps" / f"{APPLICATION}.svg"
