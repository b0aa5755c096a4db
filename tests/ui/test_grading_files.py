"""Files that were handed in, as a grader sees them: recordings are played, documents shown as PDF, and what is none is said."""

from __future__ import annotations

import sys
import wave
import zipfile
from dataclasses import replace
from uuid import uuid4

import pytest
from PySide6.QtMultimedia import QMediaPlayer
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from desktop.grading.queries import File, get_submission
from desktop.ui.grading.work import WorkView, work_path
from tests.support.grading import add_work


@pytest.fixture
def shown(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    """``await shown(name, write)``: the view of work once that file, which ``write(path)`` made, is shown in it; nothing is fetched."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    _assignment, works = add_work(association, 1)
    desk = sign_in(association.database, association.people["teacher"])
    view = WorkView(desk.context)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()

    async def shown(name, write):
        piece = await desk.context.read(get_submission, works[0])
        file = File(name, uuid4().hex, 1000, "")
        path = work_path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
        view.show_piece(replace(piece, text=None, html=None, files=(file,)))
        await until(lambda: "is on its way" not in view.other_words.text() or view.stack.currentWidget() is not view.other, seconds=20)
        await desk.context.settled()
        return view

    return shown


def recording(path):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000 * 3))


def essay(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<document/>")


def locked(path):
    canvas = Canvas(str(path), encrypt=StandardEncryption("of its author"))
    canvas.drawString(72, 720, "Nobody else reads this")
    canvas.save()


@pytest.mark.qt_log_ignore("PulseAudioService", extend=True)  # a computer without a sound service has silence
async def test_a_recording_is_played_here(shown, until):
    view = await shown("interview.wav", recording)
    player = view.stack.currentWidget()
    await until(lambda: player.player.duration() == 3000, seconds=20)
    assert player.time.text() == "0:00 / 0:03"
    assert player.player.playbackState() is QMediaPlayer.PlaybackState.StoppedState, "only once somebody asks"
    player.slider.setValue(2000)
    await until(lambda: player.time.text() == "0:02 / 0:03", seconds=20)

    view = await shown("list.mp4", lambda path: path.write_text("#EXTM3U\nhttp://127.0.0.1:9/secret"))
    assert "is none that can be played" in view.other_words.text()
    assert player.player.source().isEmpty(), "the file before is let go"


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's script stands where the converter would")
async def test_a_document_is_shown_as_pdf_where_there_is_a_converter(shown, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    view = await shown("essay.docx", essay)
    assert "once LibreOffice is installed" in view.other_words.text()
    assert view.open_button.isVisible()

    canvas = Canvas(str(tmp_path / "made.pdf"))
    canvas.drawString(72, 720, "An essay")
    canvas.save()
    (tmp_path / "programs").mkdir()
    program = tmp_path / "programs" / "soffice"
    program.write_text(
        '#!/bin/sh\nfor word; do [ "$previous" = --outdir ] && out=$word; previous=$word; done\n'
        f'/bin/mkdir "$out"\n/bin/cp "{tmp_path}/made.pdf" "$out/document.pdf"\n'
    )
    program.chmod(0o755)
    view = await shown("essay.docx", essay)
    assert view.stack.currentWidget() is view._printed
    assert view.pdf.getAllText(0).text().strip() == "An essay"

    view = await shown("renamed.docx", lambda path: path.write_text("only renamed"))
    assert "renamed.docx: This file says that it is a docx document, and is none." in view.other_words.text()
    assert view.open_button.isHidden(), "it is handed to no other program"


async def test_a_pdf_with_a_password_is_said(shown):
    view = await shown("report.pdf", locked)
    assert view.other_words.text() == "report.pdf has a password. Ask its author for a copy without one."
