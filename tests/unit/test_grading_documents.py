"""Office documents of strangers: what they are by their contents, and a converter that may fail, hang or lie."""

from __future__ import annotations

import os
import shutil
import sys
import time
import zipfile
from pathlib import Path

import pytest

from desktop.errors import Cancelled, Invalid
from desktop.grading import documents
from desktop.grading.documents import COMPOUND_MAGIC, ConversionFailed, check_document, convert, is_media
from desktop.tasks import JobControl


def package(path, **parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/"), text)
    return path


@pytest.fixture
def document(tmp_path):
    """A document of a word processor, as far as it is looked at here."""
    return package(tmp_path / "essay.docx", **{"[Content_Types].xml": "<Types/>", "word__document.xml": "<document/>"})


@pytest.fixture
def control():
    return JobControl(lambda _done, _detail: None)


def test_a_document_is_known_by_its_contents(tmp_path, document):
    check_document(document)
    check_document(package(tmp_path / "talk.odp", mimetype="application/vnd.oasis.opendocument.presentation"))
    for name, contents in (("old.doc", COMPOUND_MAGIC + b"\0" * 500), ("plain.rtf", b"{\\rtf1 Hello}")):
        (tmp_path / name).write_bytes(contents)
        check_document(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("text.docx", b"My essay, which I only renamed"),
        ("program.doc", b"MZ\x90\x00 a program"),
        ("page.rtf", b"<html>"),
        ("empty.pptx", b""),
        ("cut.docx", b"PK\x03\x04 the rest never came"),
    ],
)
def test_what_is_something_else_is_said_to_be_none(tmp_path, name, contents):
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(Invalid, match=f"{name.partition('.')[2]} document, and is none"):
        check_document(tmp_path / name)


def test_a_zip_of_another_kind_a_password_and_a_bomb_are_told(tmp_path, document, monkeypatch):
    for ending in (".pptx", ".odt"):
        with pytest.raises(Invalid, match="and is none"):
            check_document(Path(shutil.copy(document, document.with_suffix(ending))))
    (tmp_path / "secret.docx").write_bytes(COMPOUND_MAGIC + bytes(500))
    with pytest.raises(Invalid, match="has a password"):
        check_document(tmp_path / "secret.docx")
    monkeypatch.setattr(documents, "LARGEST_UNPACKED", 1 << 20)
    bomb = package(tmp_path / "bomb.docx", **{"[Content_Types].xml": "<Types/>", "word__document.xml": bytes(2 << 20)})
    assert bomb.stat().st_size < 1 << 14
    with pytest.raises(Invalid, match="larger than 1 GB"):
        check_document(bomb)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's script stands where the converter would")
class TestConverting:
    @pytest.fixture
    def converter(self, tmp_path):
        """``converter(script)``: a program that is called as LibreOffice is; ``$out`` and ``$document`` are what it was given."""

        def converter(script):
            path = tmp_path / "soffice"
            path.write_text(
                '#!/bin/sh\nout=; previous=; for word; do [ "$previous" = --outdir ] && out=$word; previous=$word; document=$word; done\n'
                f'mkdir -p "$out"\n{script}\n'
            )
            path.chmod(0o755)
            return path

        return converter

    def test_a_pdf_is_there_once_it_is_whole_and_nothing_else_is_left(self, document, converter, control, tmp_path, monkeypatch):
        monkeypatch.setenv("PGPASSWORD", "of the one who grades")
        (tmp_path / "cache").mkdir()
        target = tmp_path / "cache" / "essay.pdf"
        seen = 'grep -c DisableMacrosExecution "$HOME/profile/user/registrymodifications.xcu" > "$out/document.pdf.txt"'
        script = f'{seen}\n(printf "%%PDF-1.7 "; basename "$document"; cat "$out/document.pdf.txt"; env) > "$out/document.pdf"'
        convert(control, converter(script), document, target)
        first, second, *environment = target.read_text().splitlines()
        assert (first, second) == ("%PDF-1.7 document.docx", "1"), "an author's file name is no argument, and macros are off"
        assert not any("of the one who grades" in line for line in environment)
        assert list(target.parent.iterdir()) == [target]

    @pytest.mark.parametrize("script", ["exit 1", 'echo "<html>" > "$out/document.pdf"', 'ln -s /etc/hostname "$out/document.pdf"'])
    def test_what_is_no_pdf_is_none(self, document, converter, control, tmp_path, script):
        with pytest.raises(ConversionFailed, match="could not make a PDF"):
            convert(control, converter(script), document, tmp_path / "essay.pdf")
        assert not (tmp_path / "essay.pdf").exists()

    def test_one_that_hangs_is_stopped_with_what_it_started(self, document, converter, control, tmp_path):
        hangs = converter(f"sleep 600 & echo $! > {tmp_path}/child; wait")
        with pytest.raises(ConversionFailed, match="took longer"):
            convert(control, hangs, document, tmp_path / "essay.pdf", seconds=1)
        assert ended(int((tmp_path / "child").read_text()))

    def test_cancelling_stops_it(self, document, converter, control, tmp_path):
        control.cancel()
        with pytest.raises(Cancelled):
            convert(control, converter("sleep 600"), document, tmp_path / "essay.pdf")
        assert not list(tmp_path.glob("convert-*"))

    def test_what_is_none_never_reaches_it(self, converter, control, tmp_path):
        (tmp_path / "text.docx").write_text("only renamed")
        with pytest.raises(Invalid):
            convert(control, converter(f"touch {tmp_path}/called"), tmp_path / "text.docx", tmp_path / "text.pdf")
        assert not (tmp_path / "called").exists()


def ended(pid):
    """Whether a process is gone, or waits only to be noted as gone, within 20 s."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            status = Path(f"/proc/{pid}/stat")
            if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("head", "right"),
    [
        (b"ID3\x04" + b"\0" * 20, True),
        (b"\xff\xfb\x90\x00", True),
        (b"\x00\x00\x00\x20ftypisom", True),
        (b"RIFF\x24\x00\x00\x00WAVE", True),
        (b"\x1a\x45\xdf\xa3", True),
        (b"RIFF\x24\x00\x00\x00WEBP", False),
        (b"#EXTM3U\nhttp://127.0.0.1/", False),
        (b"ffconcat version 1.0", False),
        (b"", False),
    ],
)
def test_a_recording_is_one_by_its_contents(tmp_path, head, right):
    path = tmp_path / "talk.mp4"
    path.write_bytes(head)
    assert is_media(path) is right
