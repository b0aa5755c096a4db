"""The zip of a package: what is in it, checked before a byte is written.

Every entry's name, kind and size is judged from the central directory. While an entry is unpacked, ``zipfile`` stops at the size that the
directory declares and compares the checksum, so what was judged is what is written.
"""

from __future__ import annotations

import lzma
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop.i18n import _
from desktop.scorm.errors import (
    DuplicateName,
    LinkInPackage,
    NameNotPortable,
    NotAPackage,
    PackageBomb,
    PackageDamaged,
    PackageEncrypted,
    PackageTooLarge,
    PathEscapes,
)
from desktop.scorm.report import ImportReport


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may be at most. The ratio counts only above ``ratio_from`` bytes: short texts compress absurdly well."""

    files: int = 50_000
    bytes: int = 8 << 30
    ratio: int = 200
    ratio_from: int = 64 << 20
    depth: int = 40
    name_bytes: int = 200


# Names that Windows gives to devices, whatever follows the first dot (Microsoft, "Naming Files, Paths, and Namespaces").
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"|?*]')
_DRIVE = re.compile(r"[A-Za-z]:")
# Traces that file managers leave in a zip.
_LITTER = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}
_BLOCK = 1 << 20
_LOCAL_HEADER = 30  # bytes of a local file header without name and extra field (APPNOTE 4.3.7)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the package: its path with ``/``, relative to the zip's root, and where ``zipfile`` finds it."""

    path: str
    info: zipfile.ZipInfo


class Archive:
    """An opened zip whose entries have passed every check. A context manager."""

    def __init__(self, path: Path, report: ImportReport, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
            raise NotAPackage(
                _("“{name}” is not a zip file.").format(name=path.name),
                remedy=_("Choose the package as the authoring tool exported it."),
                details=str(error),
            ) from error
        try:
            self.entries = _judge(self._zip.infolist(), path.stat().st_size, report, limits)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._zip.close()

    def blocks(self, entry: Entry) -> Iterator[bytes]:
        """The entry's bytes, a mebibyte at a time. Raises :class:`PackageDamaged` where they are not what the directory says."""
        try:
            with self._zip.open(entry.info) as stream:
                while block := stream.read(_BLOCK):
                    yield block
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, UnicodeDecodeError) as error:
            raise _damaged(entry, error) from error
        except OSError as error:
            if error.errno is not None:
                raise  # the disk's trouble, not the package's; bzip2 reports damage without a number
            raise _damaged(entry, error) from error


def _damaged(entry: Entry, error: Exception) -> PackageDamaged:
    return PackageDamaged(
        _("The package is damaged: “{name}” cannot be unpacked.").format(name=entry.path),
        remedy=_("Export or download the package again."),
        details=str(error),
    )


def _judge(infos: list[zipfile.ZipInfo], zip_size: int, report: ImportReport, limits: Limits) -> list[Entry]:
    if len(infos) > limits.files:
        raise PackageTooLarge(_("The package has {n} files; at most {max} are allowed.").format(n=len(infos), max=limits.files))
    total = sum(info.file_size for info in infos)
    if total > limits.ratio_from and total > limits.ratio * max(zip_size, 1):
        raise PackageBomb(_("Unpacked, the package would be {n} times its size. It was not opened.").format(n=total // max(zip_size, 1)))
    if total > limits.bytes:
        raise PackageTooLarge(
            _("The package would take {n} GB; at most {max} GB are allowed.").format(n=total >> 30, max=limits.bytes >> 30)
        )
    _refuse_overlaps(infos)

    entries: list[Entry] = []
    taken: dict[str, str] = {}  # folded path -> path, for files
    folders: dict[str, str] = {}  # folded path -> path, for the folders that files imply
    for info in infos:
        path, is_folder = _path_of(info, report, limits)
        parts = path.split("/")
        litter = next((n for n, part in enumerate(parts, 1) if part.casefold() in _LITTER), 0)
        if litter:
            report.note("litter", "/".join(parts[:litter]), _("A file manager's own files were left out."))
            continue
        if info.flag_bits & 0x1:
            raise PackageEncrypted(
                _("The package is protected by a password."), remedy=_("Export it without a password."), details=info.filename
            )
        if not is_folder:
            folded = _folded(path)
            if folded in taken or folded in folders:
                raise _duplicate(path, taken.get(folded) or folders[folded])
            taken[folded] = path
            entries.append(Entry(path, info))
            parts = parts[:-1]
        for depth in range(len(parts), 0, -1):
            folder = "/".join(parts[:depth])
            folded = _folded(folder)
            if folded in taken:
                raise _duplicate(folder, taken[folded])
            if folded in folders:
                break
            folders[folded] = folder
    if not entries:
        raise NotAPackage(_("The zip file is empty."))
    return entries


def _path_of(info: zipfile.ZipInfo, report: ImportReport, limits: Limits) -> tuple[str, bool]:
    """The entry's path, ``/``-separated and without empty parts, and whether it is a folder. Raises for a path we never follow."""
    name = info.orig_filename
    if "\\" in name:
        report.warn("backslash", name, _("The path is written with backslashes; it was read as a folder path."))
        name = name.replace("\\", "/")
    if name.startswith("/") or _DRIVE.match(name):
        raise PathEscapes(_("The package holds a file with an absolute path, “{name}”. It was not opened.").format(name=name))
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise PathEscapes(_("The package holds a file that would be written outside of it, “{name}”. It was not opened.").format(name=name))
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise LinkInPackage(_("The package holds a link, “{name}”. It was not opened.").format(name=name))
    if not parts or len(parts) > limits.depth:
        raise NameNotPortable(_("The package holds a file with an impossible path, “{name}”.").format(name=name[:80]))
    for part in parts:
        if (
            _FORBIDDEN.search(part)
            or _DEVICES.fullmatch(part)
            or part[-1] in " ."
            or len(part.encode("utf-8", "surrogatepass")) > limits.name_bytes
        ):
            raise NameNotPortable(
                _("The package holds a file whose name does not work on every system, “{name}”.").format(name=part[:80]),
                remedy=_("Rename the file in the authoring tool and export the package again."),
            )
    return "/".join(parts), name.endswith("/") or stat.S_ISDIR(mode)


def _refuse_overlaps(infos: list[zipfile.ZipInfo]) -> None:
    """Entries that share bytes are how a small zip without any odd ratio grows without end."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise PackageBomb(_("The package's files overlap inside the zip. It was not opened."), details=info.filename)
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _duplicate(path: str, other: str) -> DuplicateName:
    return DuplicateName(
        _("The package holds “{one}” and “{two}”, which are the same file on some systems.").format(one=other, two=path),
        remedy=_("Rename one of them and export the package again."),
    )


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
