"""A film really played: where it was left, at its speed, with what is said in it, and counted as it was played."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from desktop.learning.notes import list_notes
from desktop.learning.watching import get_played, list_heat, seconds
from desktop.store.assets import asset_url, upload
from desktop.tasks import JobControl
from desktop.ui.learning.lesson import LessonPage
from tests.support.clips import make_clip
from tests.ui.accessibility import assert_accessible

SPOKEN = "WEBVTT\n\n00:00.000 --> 00:01.000\nWelcome\n\n00:01.000 --> 00:02.000\nDeductibles\n\n00:02.000 --> 00:03.000\nGoodbye\n"
LEFT = Qt.MouseButton.LeftButton

pytestmark = [
    # What a computer without a sound service and without a graphics card says.
    pytest.mark.qt_log_ignore("PulseAudioService|No audio device detected|No RHI backend", extend=True),
]
SECONDS = 3


@pytest.fixture
def film(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    """``page, desk = await film(criteria=…)``: Lea opens the association's first lesson, which is a film of three seconds with captions."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    clip = make_clip(tmp_path / "film.mp4", seconds=SECONDS)
    (tmp_path / "film.en.vtt").write_text(SPOKEN)
    (tmp_path / "picture.png").write_bytes(b"")
    teacher = association.database.store(association.people["teacher"])
    control = JobControl(lambda _progress, _detail: None)
    stored, spoken = (upload(teacher, path, path.name, "x/y", control) for path in (clip, tmp_path / "film.en.vtt"))

    async def open_film(*, ready=True, **columns):
        values = {
            "lesson_type": "video",
            "content_url": asset_url(stored),
            "video_duration_seconds": SECONDS,
            "completion_criteria": "video_watched",
            "description": "0:00 Welcome\n0:01 Deductibles",
        } | columns
        with association.sign_in("teacher") as tess:
            sets = psycopg.sql.SQL(", ").join(psycopg.sql.SQL("{} = {}").format(psycopg.sql.Identifier(k), v) for k, v in values.items())
            tess.execute(psycopg.sql.SQL("UPDATE lessons SET {} WHERE id = {}").format(sets, association["text"]))
            tess.execute(
                "INSERT INTO lesson_attachments (lesson_id, file_name, file_url, file_type) VALUES (%s, 'film.en.vtt', %s, 'text/vtt')",
                (association["text"], asset_url(spoken)),
            )
        desk = sign_in(association.database, association.people["lea"])
        page: Any = LessonPage(desk.context, association["course"], association["text"], association["lea_enrollment"])
        qtbot.addWidget(page)
        page.resize(1200, 760)
        page.show()
        await until(lambda: page.state in {"content", "error"} and not page.loading, seconds=15)
        assert page.state == "content"
        await until(lambda: page.video.length > 0 or not ready)
        return page, desk

    return open_film


def played(desk, association):
    return desk.context.store.read(get_played, association["lea_enrollment"], association["text"])


async def test_a_film_that_is_watched_completes_its_lesson_and_its_author_sees_where(film, association, sign_in, until, qtbot):
    page, desk = await film()
    assert_accessible(page)
    qtbot.mouseClick(page.video.play_button, LEFT)
    await until(lambda: page.video.playing)
    await until(lambda: not page.video.playing, seconds=15)
    await until(page.done_pill.isVisible)
    assert seconds(played(desk, association)) >= SECONDS * 0.9
    assert page.video.timeline.watched
    heat = association.database.store(association.people["teacher"]).read(list_heat, association["text"], 3)
    assert [part.viewers for part in heat] == [1, 1, 1]
    await desk.context.settled()

    page.hide()
    author = sign_in(association.database, association.people["teacher"])
    preview: Any = LessonPage(author.context, association["course"], association["text"])
    qtbot.addWidget(preview)
    preview.resize(1200, 760)
    preview.show()
    await until(lambda: preview.state == "content" and preview.video.heat.isVisible(), seconds=15)
    assert preview.video.heat.accessibleName().startswith("Watched by 1 learner.")
    await author.context.settled()


async def test_jumping_to_the_end_is_not_watching(film, association, until, qtbot):
    page, desk = await film()
    page.video.stage.setFocus()
    QTest.keyClick(page.video.stage, Qt.Key.Key_9)
    await until(lambda: page.video.position > 2.5)
    QTest.keyClick(page.video.stage, Qt.Key.Key_Space)
    await until(lambda: page.video.playing)
    await until(lambda: not page.video.playing, seconds=15)
    await desk.context.settled()
    assert seconds(played(desk, association)) <= 1
    assert not page.done_pill.isVisible()


async def test_it_goes_on_where_it_was_left(film, association, until, qtbot):
    page, desk = await film(video_duration_seconds=60)
    with association.installer() as installer:
        installer.execute("UPDATE lesson_progress SET video_position_seconds = 1")
    page.hide()
    page.video._resume = 0
    again: Any = LessonPage(desk.context, association["course"], association["text"], association["lea_enrollment"])
    qtbot.addWidget(again)
    again.show()
    await until(lambda: again.state == "content" and again.video.length > 0, seconds=15)
    await desk.context.settled()
    assert again.video.position == 0  # so near to the end of three seconds it begins anew
    page.show()
    await until(lambda: page._film is not None and not page.loading)
    await desk.context.settled()


async def test_keys_captions_chapters_and_speed(film, until, qtbot):
    page, desk = await film()
    video = page.video
    video.stage.setFocus()
    for key in "c>>":
        QTest.keyClicks(video.stage, key)
    assert video.speed_button.text() == "1.5×"
    assert video.captions_button.isChecked()
    assert video.stage.words == "Welcome"
    QTest.keyClick(video.stage, Qt.Key.Key_M)
    assert video.sound.isMuted()
    chapters = [action.text() for action in video.chapters_button.menu().actions()]
    assert chapters == ["0:00  Welcome", "0:01  Deductibles"]
    video.chapters_button.menu().actions()[1].trigger()
    await until(lambda: video.position >= 1)
    assert video.chapter.text() == "Deductibles"
    await until(lambda: video.stage.words == "Deductibles")
    assert page.beside.transcript.lines.item(1).font().bold()
    page.beside.transcript.lines.itemClicked.emit(page.beside.transcript.lines.item(2))
    await until(lambda: video.position >= 2)
    video.toggle_full_screen()
    assert video._full.isVisible()
    QTest.keyClick(video._full, Qt.Key.Key_Escape)
    assert video.body.isVisible()
    assert video.body.parent() is video
    await desk.context.settled()


async def test_a_film_that_its_author_did_not_want_skipped_has_no_way_to(film, qtbot):
    page, desk = await film(enable_video_controls=False)
    page.video.stage.setFocus()
    QTest.keyClick(page.video.stage, Qt.Key.Key_End)
    assert page.video.position == 0
    assert not page.video.timeline.isEnabled()
    assert page.video.play_button.isEnabled()
    await desk.context.settled()


async def test_notes_know_their_moment_and_lead_back(film, association, until, qtbot):
    page, desk = await film()
    page.beside.show_panel("notes")
    page.video.seek(2)
    await until(lambda: page.video.position >= 2)
    notes = page.beside.notes
    QTest.keyClicks(notes.field, "Ask Tess")
    assert notes.hint.text() == "At 0:02"
    page.video.seek(0)
    QTest.keyClick(notes.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: [note.body for note in notes.notes] == ["Ask Tess"])
    notes.sought.emit(2.0)
    await until(lambda: page.video.position >= 2)
    QTest.keyClicks(notes.field, "and this was not added yet")
    page.hide()
    await desk.context.settled()
    assert len(desk.context.store.read(list_notes, association["text"])) == 2


@pytest.mark.qt_log_ignore("Could not open media", extend=True)  # as the page says, too
async def test_a_film_that_is_none_says_so(film, association, until, tmp_path):
    teacher = association.database.store(association.people["teacher"])
    (tmp_path / "no.mp4").write_bytes(b"This is no film at all. " * 100)
    broken = upload(teacher, tmp_path / "no.mp4", "no.mp4", "video/mp4", JobControl(lambda _progress, _detail: None))
    page, desk = await film(ready=False, content_url=asset_url(broken))
    await until(lambda: "cannot be played" in page.video.trouble.text())
    assert page.video.trouble.isVisible()
    await desk.context.settled()


async def test_pictures_of_a_text_are_shown(association, sign_in, qtbot, until, tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    picture = QImage(2000, 100, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    picture.save(str(tmp_path / "wide.png"))
    teacher = association.database.store(association.people["teacher"])
    asset = upload(teacher, tmp_path / "wide.png", "wide.png", "image/png", JobControl(lambda _progress, _detail: None))
    with association.sign_in("teacher") as tess:
        tess.execute("UPDATE lessons SET content_html = %s WHERE id = %s", (f'<p>Look:</p><img src="asset:{asset}">', association["text"]))
    desk = sign_in(association.database, association.people["lea"])
    page = LessonPage(desk.context, association["course"], association["text"], association["lea_enrollment"])
    qtbot.addWidget(page)
    page.resize(1200, 760)
    page.show()
    await until(lambda: page.state == "content" and not page.reading.wanted, seconds=15)
    shown = page.reading.grab().toImage()
    assert any(shown.pixelColor(x, y) == Qt.GlobalColor.red for x in range(0, shown.width(), 40) for y in range(0, shown.height(), 20))
    await desk.context.settled()
