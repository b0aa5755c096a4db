"""Dictionaries of the spelling check: American English comes along, others are those that the computer has.

They are Hunspell's: an ``.aff`` with the rules and a ``.dic`` with the words. Chromium's own check would want them in a form of its own,
whose converter is not part of Qt for Python.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from PySide6.QtCore import QLocale

from desktop.settings import data_folder

BUNDLED = Path(__file__).resolve().parents[3] / "resources" / "editor"
"""``lms`` puts ``en_US`` there when it makes the text editor."""
_NAME = re.compile(r"[a-z]{2,3}(?:_[A-Za-z0-9]{2,8})*")


def folders() -> tuple[Path, ...]:
    """Where dictionaries are looked for; the first that has one of a language wins. One's own go into ``dictionaries`` beside the data."""
    of_system = (
        (Path.home() / "Library" / "Spelling", Path("/Library/Spelling"))
        if sys.platform == "darwin"
        else (Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts"), Path("/usr/share/myspell"))
    )
    return (data_folder() / "dictionaries", BUNDLED, *of_system)


def dictionaries() -> dict[str, Path]:
    """The ``.aff`` of each language that there is a dictionary of: by its name, as ``en_US``."""
    found: dict[str, Path] = {}
    for folder in folders():
        for aff in sorted(folder.glob("*.aff")) if folder.is_dir() else ():
            if _NAME.fullmatch(aff.stem) and aff.with_suffix(".dic").is_file():
                found.setdefault(aff.stem, aff)
    return found


def language_name(name: str) -> str:
    """``en_US`` as its speakers call it."""
    locale = QLocale(name)
    country = locale.nativeTerritoryName() if "_" in name else ""
    language = locale.nativeLanguageName() or name
    return f"{language} ({country})" if country and country not in language else language


def read(file_name: str) -> bytes | None:
    """A dictionary's file, as ``en_US.dic``, in UTF-8, whatever its rules say it is written in. None where there is none."""
    name, _dot, kind = file_name.rpartition(".")
    aff = dictionaries().get(name)
    if aff is None or kind not in ("aff", "dic"):
        return None
    rules = aff.read_bytes()
    said = re.search(rb"^SET\s+(\S+)", rules, re.MULTILINE)
    encoding = said.group(1).decode("ascii", "replace") if said else "iso-8859-1"
    data = rules if kind == "aff" else aff.with_suffix(".dic").read_bytes()
    try:
        return data.decode(encoding.replace("microsoft-", ""), "replace").encode()
    except LookupError:
        return data
