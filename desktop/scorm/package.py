"""Import of a package: checked, unpacked into a new folder, and read.

``unpack`` either leaves the complete folder under its name or nothing at all: it works in a scratch folder beside it, and renames at the
end. A package is a zip with an ``imsmanifest.xml`` or with an AICC course in it; ``as_zip`` makes one of a folder.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from desktop.i18n import _
from desktop.scorm.aicc import find_course, read_aicc
from desktop.scorm.archive import Archive, Entry, Limits
from desktop.scorm.errors import LinkInPackage, ManifestMissing, NestedPackage, PackageTooLarge
from desktop.scorm.manifest import MANIFEST, Manifest, read_manifest
from desktop.scorm.report import ImportReport
from desktop.scorm.scratch import scratch
from desktop.tasks import JobControl

_BLOCK = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Package:
    """An unpacked package: where it lies, what its manifest says, what was tolerated, its files (relative, ``/``) and its size in bytes.

    ``converted`` are the files to play instead of some of its own, by the paths of those.
    """

    folder: Path
    manifest: Manifest
    report: ImportReport
    paths: tuple[str, ...]
    bytes: int
    converted: Mapping[str, Path] = field(default_factory=dict)


def unpack(source: Path, folder: Path, control: JobControl, limits: Limits | None = None) -> Package:
    """Check the zip ``source`` and unpack it into the new ``folder``. Raises ``PackageError``, ``Cancelled`` or ``OSError``."""
    report = ImportReport()
    with Archive(source, report, limits or Limits()) as archive:
        entries = _under_manifest(archive.entries, report)
        with scratch(folder.parent) as room:
            part = room / "package"
            part.mkdir()
            size = _write(archive, entries, part, control)
            paths = [path for path, _entry in entries]
            manifest = _read(part, paths, report)
            part.rename(folder)
    return Package(folder, manifest, report, tuple(paths), size)


def read_unpacked(folder: Path) -> Package:
    """Read a folder that :func:`unpack` made earlier, with the same remarks about its manifest."""
    report = ImportReport()
    files = [path for path in folder.rglob("*") if path.is_file()]
    paths = [path.relative_to(folder).as_posix() for path in files]
    return Package(folder, _read(folder, paths, report), report, tuple(paths), sum(path.stat().st_size for path in files))


def as_zip(folder: Path, target: Path, control: JobControl, limits: Limits | None = None) -> Path:
    """Pack a course that lies unpacked in ``folder`` into the zip ``target``: the same bytes for the same files.

    Links are not followed. Raises ``LinkInPackage``, ``PackageTooLarge``, ``Cancelled`` or ``OSError``; the target is then half-made.
    """
    limits = limits or Limits()
    files: list[tuple[str, os.stat_result]] = []
    total = 0
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted([*folders, *names]):
            path = Path(where, name)
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                continue
            if not stat.S_ISREG(status.st_mode):
                raise LinkInPackage(_("The folder holds a link, “{name}”. It was not opened.").format(name=name))
            files.append((path.relative_to(folder).as_posix(), status))
            total += status.st_size
        if len(files) > limits.files or total > limits.bytes:
            raise PackageTooLarge(_("The folder holds more than a package may; is it the right one?"))
    done = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for name, status in files:
            info = zipfile.ZipInfo(name, _EPOCH)
            with open(folder / name, "rb") as source, package.open(info, "w", force_zip64=status.st_size >= 1 << 31) as sink:
                while block := source.read(_BLOCK):
                    sink.write(block)
                    done += len(block)
                    control.report(done, total, name)
    return target


def _read(folder: Path, paths: list[str], report: ImportReport) -> Manifest:
    """What the files of the package say, whichever standard they follow."""

    def read(path: str) -> bytes:
        return (folder / path).read_bytes()

    manifest = next((path for path in paths if path.casefold() == MANIFEST), None)
    if manifest is not None:
        return read_manifest(read(manifest), paths, report, read)
    course = find_course((path for path in paths if "/" not in path), report)
    assert course is not None  # or it would not have been unpacked
    return read_aicc(course, read, paths, report)


def _under_manifest(entries: list[Entry], report: ImportReport) -> list[tuple[str, Entry]]:
    """The entries below the folder that holds the manifest, or the AICC course, with their paths relative to it."""
    paths = [entry.path for entry in entries]
    manifests = [path for path in paths if PurePosixPath(path).name.casefold() == MANIFEST]
    if manifests:
        chosen = min(manifests, key=lambda path: (path.count("/"), path))
        if PurePosixPath(chosen).name != MANIFEST:
            report.warn("manifest-case", chosen, _("The manifest's name is not written in lower case."))
        prefix = chosen[: -len(MANIFEST)]
    else:
        course = find_course(paths, ImportReport())
        if course is None:
            raise _no_course(paths)
        prefix = course.folder
    inside = [(entry.path[len(prefix) :], entry) for entry in entries if entry.path.startswith(prefix)]
    if prefix:
        report.note("wrapper-folder", prefix, _("The package lies in a folder of its own inside the zip."))
    if len(inside) < len(entries):
        report.warn(
            "outside-wrapper",
            prefix,
            _("{n} files lie outside the manifest's folder and were left out.").format(n=len(entries) - len(inside)),
        )
    return inside


def _no_course(paths: list[str]) -> ManifestMissing:
    inner = next((path for path in paths if PurePosixPath(path).suffix.lower() in (".zip", ".pif")), None)
    if inner is not None:
        return NestedPackage(
            _("The zip file holds no course, but another zip, “{name}”.").format(name=inner),
            remedy=_("Unpack it and import the one inside."),
        )
    return ManifestMissing(
        _("The zip file holds no imsmanifest.xml, so it is not a SCORM package, and no AICC course either."),
        remedy=_("Export the course as SCORM 1.2, SCORM 2004 or AICC."),
    )


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
