"""The words of files as learners hand them in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from desktop.grading import wording
from desktop.grading.wording import words_in

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
TEXT = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'


def package(**parts: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/") + ".xml", content)
    return data.getvalue()


def pdf(*pages: str, password: str | None = None) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data, letter, encrypt=password)
    for words in pages:
        canvas.drawString(72, 700, words)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


DOCX = package(
    word__document=f"<w:d {WORD}><w:p><w:r><w:t>A plan that </w:t></w:r><w:r><w:t>pays first</w:t></w:r></w:p><w:p/>"
    "<w:p><w:t>asks later</w:t></w:p></w:d>",
    word__footnotes=f"<w:f {WORD}><w:p><w:t>a note</w:t></w:p></w:f>",
    word__styles=f"<w:s {WORD}><w:p><w:t>no words of theirs</w:t></w:p></w:s>",
)
PPTX = package(
    ppt__slides__slide10=f"<s {DRAWING}><a:p><a:r><a:t>tenth</a:t></a:r></a:p></s>",
    ppt__slides__slide2=f"<s {DRAWING}><a:p><a:t>second</a:t></a:p></s>",
)
ODT = package(content=f"<o {TEXT}><text:h>Head</text:h><text:p>Body <text:span>here</text:span></text:p></o>")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("essay.DOCX", DOCX, "A plan that pays first\nasks later\na note"),
        ("talk.pptx", PPTX, "second\ntenth"),
        ("essay.odt", ODT, "Head\nBody here"),
        ("essay.txt", "Prämie\n".encode("utf-16"), "Prämie\n"),
        ("page.html", b"<p>Fish &amp; <b>chips</b></p>", " Fish &  chips  "),
        ("picture.png", b"\x89PNG", ""),
        ("noname", b"words", ""),
        ("broken.docx", b"PK\x03\x04 and then nothing", ""),
        ("no.docx", b"not a package", ""),
        ("bad.odt", package(content="<o><p>never closed"), ""),
        ("bomb.docx", package(word__document=f'<!DOCTYPE d [<!ENTITY x "{"x" * 99}">]><d {WORD}><w:p><w:t>&x;</w:t></w:p></d>'), "&x;"),
        ("broken.pdf", b"%PDF-1.7 and then nothing", ""),
        ("locked.pdf", pdf("hidden", password="secret"), ""),
    ],
)
def test_what_a_file_says(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert words_in(path, name) == words


def test_every_page_of_a_pdf_counts(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(pdf("Deductibles first", "Premiums later"))
    assert words_in(tmp_path / "file", "essay.pdf").split() == ["Deductibles", "first", "Premiums", "later"]


def test_what_is_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(DOCX)
    monkeypatch.setattr(wording, "LARGEST", 10)
    assert words_in(tmp_path / "file", "essay.docx") == ""
    monkeypatch.setattr(wording, "LARGEST", 10_000)
    monkeypatch.setattr(wording, "MOST", 6)
    assert words_in(tmp_path / "file", "essay.docx") == "A plan"
