"""Office documents of learners as PDF, by LibreOffice where this computer has it; and what a file is by its contents.

Nothing of such a file is trusted. It is looked at before anything opens it, and opened by a process of its own, with a profile that is made
for this one time (no macros, no active contents, nothing fetched from elsewhere), a time limit and a look at what comes out.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from desktop.errors import Invalid, LmsError
from desktop.i18n import _
from desktop.tasks import JobControl

CONVERSION_SECONDS = 90.0
LARGEST_UNPACKED = 1 << 30
"""Bytes of all parts of a document; one that says more is not opened."""
LARGEST_PDF = 500 << 20

PACKAGES = {".docx": "word/", ".pptx": "ppt/", ".xlsx": "xl/"}
"""Office Open XML (ECMA-376, part 2): a ZIP with ``[Content_Types].xml`` and the parts of its kind."""
OPEN_DOCUMENTS = {".odt": "text", ".odp": "presentation", ".ods": "spreadsheet"}
"""OpenDocument 1.3, part 2, section 3.3: a ZIP whose part ``mimetype`` says what it is."""
COMPOUND = frozenset({".doc", ".ppt", ".xls"})
COMPOUND_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
RICH_TEXT = ".rtf"
OFFICE = frozenset({*PACKAGES, *OPEN_DOCUMENTS, *COMPOUND, RICH_TEXT})

AUDIO = frozenset({".aac", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"})
VIDEO = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".ogv", ".webm"})

PLACES = {
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    "win32": (r"C:\Program Files\LibreOffice\program\soffice.exe", r"C:\Program Files (x86)\LibreOffice\program\soffice.exe"),
}
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}</oor:items>
"""
ITEM = """<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>
"""
SAFEST = {"DisableMacrosExecution": "true", "MacroSecurityLevel": "3", "DisableActiveContent": "true", "BlockUntrustedRefererLinks": "true"}


class ConversionFailed(LmsError):
    """The converter made no PDF of a document, or not in time."""

    code = "conversion-failed"


def check_document(path: Path) -> None:
    """Look whether an office document is what its ending says.

    Raises:
        Invalid: it is something else, it is damaged, or its parts are larger than :data:`LARGEST_UNPACKED`.
    """
    ending = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(8)
    if ending in PACKAGES and head == COMPOUND_MAGIC:  # [MS-OFFCRYPTO] 2.3: what is encrypted is kept in a compound file
        raise Invalid(_("This document has a password."), remedy=_("Ask its author for a copy without one."))
    if ending in COMPOUND:
        right = head == COMPOUND_MAGIC
    elif ending == RICH_TEXT:
        right = head.startswith(b"{\\rtf")
    else:
        right = _is_package(path, ending)
    if not right:
        raise Invalid(
            _("This file says that it is a {kind} document, and is none.").format(kind=ending[1:]),
            remedy=_("Ask its author to save it once more, or for a PDF."),
        )


def _is_package(path: Path, ending: str) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise Invalid(_("This document would be larger than 1 GB, once unpacked; it is not opened."))
            if ending in OPEN_DOCUMENTS:
                with package.open("mimetype") as part:
                    return part.read(100).strip() == f"application/vnd.oasis.opendocument.{OPEN_DOCUMENTS[ending]}".encode()
            names = {part.filename for part in parts}
            return "[Content_Types].xml" in names and any(name.startswith(PACKAGES[ending]) for name in names)
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError, OSError):
        return False  # no ZIP, one without the part, or one with a password


def is_media(path: Path) -> bool:
    """Whether the file is in one of the containers that are played here.

    A list of addresses that is called a film is not: a player would go there.
    """
    with path.open("rb") as file:
        head = file.read(12)
    frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0  # MPEG audio, ADTS
    box = head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free")  # ISO 14496-12, QuickTime
    riff = head[:4] == b"RIFF" and head[8:12] in (b"WAVE", b"AVI ")
    return frame or box or riff or head.startswith((b"ID3", b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3"))


def find_converter() -> Path | None:
    """LibreOffice's program on this computer; None where there is none."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return next((path for path in map(Path, PLACES.get(sys.platform, ())) if path.is_file()), None)


def convert(control: JobControl, /, converter: Path, source: Path, target: Path, seconds: float = CONVERSION_SECONDS) -> None:
    """Make a PDF of a document. ``target`` is there only once it is whole.

    Raises:
        Invalid: the document is not what its name says.
        ConversionFailed: no PDF came out within ``seconds``.
        Cancelled: the person cancelled; the converter is stopped.
    """
    check_document(source)
    with tempfile.TemporaryDirectory(prefix="convert-", dir=target.parent, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        items = "".join(ITEM.format(name=name, value=value) for name, value in SAFEST.items())
        (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(items=items), "utf-8")
        document = folder / f"document{source.suffix.lower()}"  # whatever its author called it, it is no option of a command
        shutil.copyfile(source, document)
        command = [str(converter), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck", "--nodefault"]
        _run([*command, "--convert-to", "pdf", "--outdir", str(folder / "out"), str(document)], folder, control, seconds)
        made = folder / "out" / "document.pdf"
        if not _is_pdf(made):
            raise ConversionFailed(
                _("LibreOffice could not make a PDF of this document."), remedy=_("It may have a password; open it in another program.")
            )
        made.replace(target)


def _is_pdf(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_PDF:
        return False
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


def _run(command: list[str], folder: Path, control: JobControl, seconds: float) -> None:
    """In a group of processes of its own, all of which are ended with it."""
    keep = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "SYSTEMDRIVE", "PROGRAMFILES", "PROGRAMDATA", "WINDIR")
    here = {name: os.environ[name] for name in keep if name in os.environ}
    here |= {"HOME": str(folder), "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=here,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
    )
    end = time.monotonic() + seconds
    try:
        while True:
            try:
                process.wait(0.1)
                return
            except subprocess.TimeoutExpired:
                control.check()
                if time.monotonic() > end:
                    raise ConversionFailed(
                        _("LibreOffice took longer than {n} seconds for this document and was stopped.").format(n=round(seconds)),
                        remedy=_("Open it in another program."),
                    ) from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The converter starts another program of its own, which would go on without it."""
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False, timeout=20)
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.poll()  # all of them have ended
    process.wait(20)
