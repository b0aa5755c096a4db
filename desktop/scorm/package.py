"""Import of a package: checked, unpacked into a new folder, and read.

``unpack`` either leaves the complete folder under its name or nothing at all: it works in a folder beside it that is renamed at the end,
and removed after any failure or cancel. Those that a killed process left are removed by the next import.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from desktop.i18n import _
from desktop.scorm.archive import Archive, Entry, Limits
from desktop.scorm.errors import ManifestMissing
from desktop.scorm.manifest import MANIFEST, Manifest, read_manifest
from desktop.scorm.report import ImportReport
from desktop.tasks import JobControl

_PART = ".unpacking-"
_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Package:
    """An unpacked package: where it lies, what its manifest says, what was tolerated, its files (relative, ``/``) and its size in bytes."""

    folder: Path
    manifest: Manifest
    report: ImportReport
    paths: tuple[str, ...]
    bytes: int


def unpack(source: Path, folder: Path, control: JobControl, limits: Limits | None = None) -> Package:
    """Check the zip ``source`` and unpack it into the new ``folder``. Raises ``PackageError``, ``Cancelled`` or ``OSError``."""
    report = ImportReport()
    with Archive(source, report, limits or Limits()) as archive:
        root, entries = _under_manifest(archive.entries, report)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        part = Path(tempfile.mkdtemp(prefix=_PART, dir=folder.parent))
        try:
            size = _write(archive, entries, part, control)
            paths = [path for path, _entry in entries]
            manifest = read_manifest((part / _manifest_name(paths)).read_bytes(), paths, report)
            part.rename(folder)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    if root:
        report.note("wrapper-folder", root, _("The package lies in a folder of its own inside the zip."))
    return Package(folder, manifest, report, tuple(paths), size)


def read_unpacked(folder: Path) -> Package:
    """Read a folder that :func:`unpack` made earlier, with the same remarks about its manifest."""
    report = ImportReport()
    files = [path for path in folder.rglob("*") if path.is_file()]
    paths = [path.relative_to(folder).as_posix() for path in files]
    manifest = read_manifest((folder / _manifest_name(paths)).read_bytes(), paths, report)
    return Package(folder, manifest, report, tuple(paths), sum(path.stat().st_size for path in files))


def _manifest_name(paths: list[str]) -> str:
    return next(path for path in paths if path.casefold() == MANIFEST)


def _under_manifest(entries: list[Entry], report: ImportReport) -> tuple[str, list[tuple[str, Entry]]]:
    """The folder that holds the manifest, and the entries below it with their paths relative to it."""
    manifests = [entry.path for entry in entries if PurePosixPath(entry.path).name.casefold() == MANIFEST]
    if not manifests:
        inner = next((entry.path for entry in entries if entry.path.casefold().endswith(".zip")), None)
        raise ManifestMissing(
            _("The zip file holds no imsmanifest.xml, so it is not a SCORM package."),
            remedy=_("It holds another zip, “{name}”: unpack it and import that one.").format(name=inner)
            if inner
            else _("Export the course as SCORM 1.2 or SCORM 2004."),
        )
    chosen = min(manifests, key=lambda path: (path.count("/"), path))
    if PurePosixPath(chosen).name != MANIFEST:
        report.warn("manifest-case", chosen, _("The manifest's name is not written in lower case."))
    prefix = chosen[: -len(MANIFEST)]
    inside = [(entry.path[len(prefix) :], entry) for entry in entries if entry.path.startswith(prefix)]
    if len(inside) < len(entries):
        report.warn(
            "outside-wrapper",
            prefix,
            _("{n} files lie outside the manifest's folder and were left out.").format(n=len(entries) - len(inside)),
        )
    return prefix, inside


def _write(archive: Archive, entries: list[tuple[str, Entry]], part: Path, control: JobControl) -> int:
    total = sum(entry.info.file_size for _path, entry in entries) or 1
    step = max(total // 100, 1)
    done = next_report = 0
    made = {""}
    for path, entry in entries:
        parent = path.rpartition("/")[0]
        if parent not in made:
            (part / parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        control.check()
        with open(part / path, "xb", buffering=0) as target:
            for block in archive.blocks(entry):
                target.write(block)
                done += len(block)
                if done >= next_report:
                    control.report(done, total, path)
                    next_report = done + step
    return done


def _sweep(parent: Path) -> None:
    """Remove what an import that was killed left behind; one that still runs is younger than a day."""
    for left in parent.glob(f"{_PART}*"):
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
