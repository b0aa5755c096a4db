"""Writing a lesson's text in a real Chromium: real keys, real clipboard, real drops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.errors import Invalid
from desktop.settings import SPELLING_WORDS
from desktop.ui.context import Context
from desktop.ui.widgets.richtext import RichText
from desktop.ui.widgets.richtext_page import BUNDLE
from desktop.ui.widgets.spelling import dictionaries, language_name
from tests.player.conftest import until
from tests.ui.conftest import context, settings, tasks

__all__ = ["context", "settings", "tasks"]

pytestmark = pytest.mark.skipif(not BUNDLE.exists(), reason="the text editor is not built here; ./lms does it")


@dataclass
class Folder:
    """Pictures are kept in a folder."""

    folder: Path
    names: list[str] = field(default_factory=list)
    full: bool = False

    async def store(self, data: bytes, name: str, media_type: str) -> str:
        assert media_type == "image/png"
        if self.full:
            raise Invalid("The disk is full.")
        asset = sha256(data).hexdigest()
        (self.folder / asset).write_bytes(data)
        self.names.append(name)
        return f"asset:{asset}"

    async def path(self, asset: str) -> Path:
        return self.folder / asset


@dataclass
class Writing:
    """An editor on the screen, and the hands of an author."""

    editor: RichText
    files: Folder
    edits: list[tuple[object, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.editor.edited.connect(lambda key, html, _before: self.edits.append((key, html)))

    @property
    def hands(self) -> QWidget:
        target = self.editor.view.focusProxy()
        assert target is not None
        return target

    async def open(self, html: str = "", key: object = 1) -> None:
        await self.editor.show_text(key, lambda: html)
        assert self.editor.rich, self.editor.notice_text.text()
        self.editor.focus_text()
        await self.js("LessonText.focus()")
        while not await self.js("document.hasFocus() && document.activeElement.classList.contains('ProseMirror-focused')"):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)  # ProseMirror puts the cursor in its place 20 ms after it got the focus

    def type(self, text: str) -> None:
        for character in text:
            if character == "\n":
                QTest.keyClick(self.hands, Qt.Key.Key_Return)
            else:
                QTest.keyClicks(self.hands, character)

    def press(self, keys: str) -> None:
        combination = QKeySequence(keys)[0]  # type: ignore[index]
        QTest.keyClick(self.hands, combination.key(), combination.keyboardModifiers())

    async def reads(self, html: str) -> None:
        """Wait until the application has been told that the text is ``html``."""
        for _turn in range(300):
            if self.editor.html == html:
                return
            await asyncio.sleep(0.02)
        assert self.editor.html == html

    async def js(self, program: str) -> Any:
        assert self.editor.page is not None
        future = asyncio.get_running_loop().create_future()
        self.editor.page.runJavaScript(f"JSON.stringify(({program}) ?? null)", future.set_result)
        return json.loads(await asyncio.wait_for(future, 10))

    async def paste(self, data: QMimeData) -> None:
        QGuiApplication.clipboard().setMimeData(data)
        self.press("Ctrl+V")


@pytest.fixture
def write(loop: asyncio.AbstractEventLoop, context: Context, tmp_path: Path) -> Iterator[Callable[[], Awaitable[Writing]]]:
    """``await write()``: an editor that is open, and is taken down in order after the test."""
    made: list[RichText] = []

    async def start() -> Writing:
        files = Folder(tmp_path)
        editor = RichText(context, files, "Lesson text")
        editor.resize(1000, 700)
        editor.show()
        made.append(editor)
        return Writing(editor, files)

    yield start
    for editor in made:
        loop.run_until_complete(editor.close_editor())
        editor.close()
        editor.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


type Write = Callable[[], Awaitable[Writing]]


async def test_what_is_typed_arrives_as_clean_html(write: Write) -> None:
    writing = await write()
    await writing.open()
    writing.press("Ctrl+B")
    writing.type("Deductible")
    writing.press("Ctrl+B")
    writing.type(" means\nyours")
    await writing.reads("<p><strong>Deductible</strong> means</p><p>yours</p>")
    assert {key for key, _html in writing.edits} == {1}


async def test_lists_headings_and_quotations_by_keys_alone(write: Write) -> None:
    writing = await write()
    await writing.open()
    writing.type("## Plans\n- one\nsub")
    writing.press("Tab")
    writing.type("\n")
    await writing.reads("<h2>Plans</h2><ul><li>one<ul><li>sub</li><li></li></ul></li></ul>")
    writing.press("Ctrl+Z")
    await until(lambda: "<li></li>" not in writing.editor.html)


async def test_saving_never_moves_the_cursor(write: Write) -> None:
    """What was saved comes back, as from a store, while the author goes on in the middle of a word."""
    writing = await write()
    stored = ["<p>abcdef</p>"]

    def save(key: object, html: str, _before: str) -> None:
        stored[0] = html
        writing.editor._context.spawn(writing.editor.show_text(key, lambda: stored[0]))

    writing.editor.edited.connect(save)
    await writing.open(stored[0])
    writing.press("Home")
    for _step in range(3):
        writing.press("Right")
    for number in range(1, 10):
        writing.type(str(number))
        if number % 3 == 0:
            await writing.reads(f"<p>abc{'123456789'[:number]}def</p>")
    # However late it comes: what it answers is asked for at its turn, with all in it that was typed meanwhile.
    late = [writing.editor.show_text(1, lambda: stored[0]) for _turn in range(5)]
    writing.type("x")
    for one in late:
        await one
    await writing.reads("<p>abc123456789xdef</p>")


async def test_texts_that_follow_each_other_quickly_are_no_edits(write: Write) -> None:
    """Each text asks the page for the last keys of the one before, whose words for the same may be others than another program's."""
    writing = await write()
    texts = ["<ul><li><p>a <b>b</b></p></li></ul>", "", "<p>c<br></p>", "<p><i>d</i></p>"]
    await writing.open(texts[0])
    await asyncio.gather(*(writing.editor.show_text(number, partial(str, text)) for number, text in enumerate(texts * 3)))
    await writing.editor.flush()
    assert writing.edits == []


async def test_an_edit_says_what_its_author_saw(write: Write) -> None:
    writing = await write()
    seen: list[str] = []
    writing.editor.edited.connect(lambda _key, _html, before: seen.append(before))
    await writing.open("<p><b>a</b></p>")
    writing.press("Ctrl+End")
    writing.type("b")
    await writing.reads("<p><strong>ab</strong></p>")
    writing.type("c")
    await writing.reads("<p><strong>abc</strong></p>")
    assert seen == ["<p><b>a</b></p>", "<p><strong>ab</strong></p>"]


async def test_opening_is_no_change(write: Write) -> None:
    """Another program's words for the same are left until a person changes something."""
    writing = await write()
    await writing.open("<ul><li><p>a <b>b</b></p></li></ul>")
    assert await writing.editor.flush() == "<ul><li><p>a <b>b</b></p></li></ul>"
    assert writing.edits == []
    writing.press("Ctrl+End")
    writing.type("c")
    await writing.reads("<ul><li>a <strong>bc</strong></li></ul>")


async def test_another_text_gets_nothing_of_the_first_and_no_history(write: Write) -> None:
    writing = await write()
    await writing.open("<p>first</p>", key="a")
    writing.press("End")
    writing.type("!")
    asked: list[str] = []
    writing.editor.history_asked.connect(asked.append)
    await writing.open("<p>second</p>", key="b")
    writing.press("Ctrl+Z")  # nothing to take back in this text: it is the course's turn
    await until(lambda: asked == ["undo"])
    assert writing.edits == [("a", "<p>first!</p>")]
    assert writing.editor.html == "<p>second</p>"


async def test_a_text_that_would_lose_something_opens_as_source(write: Write) -> None:
    source = '<figure><img src="asset:1" alt="A"><figcaption>One</figcaption></figure>'
    writing = await write()
    await writing.editor.show_text(1, lambda: source)
    assert not writing.editor.rich
    assert "<figcaption>, <figure>" in writing.editor.notice_text.text()
    assert writing.editor.source.toPlainText() == source
    assert writing.edits == []
    QTest.mouseClick(writing.editor.convert_button, Qt.MouseButton.LeftButton)
    await until(lambda: writing.editor.rich)
    assert "figure" not in writing.editor.html
    assert "One" in writing.editor.html


async def test_source_and_look_are_one_text(write: Write) -> None:
    writing = await write()
    await writing.open("<p>one</p>")
    QTest.mouseClick(writing.editor.source_button, Qt.MouseButton.LeftButton)
    await until(lambda: not writing.editor.rich)
    QTest.keyClick(writing.editor.source, Qt.Key.Key_End)
    QTest.keyClicks(writing.editor.source, '<p onclick="x()">two</p>')
    await writing.reads("<p>one</p><p>two</p>")
    assert "onclick on <p>" in writing.editor.notice_text.text()
    assert "onclick" in writing.editor.source.toPlainText()  # what was typed stays in sight
    QTest.mouseClick(writing.editor.source_button, Qt.MouseButton.LeftButton)
    await until(lambda: writing.editor.rich)
    assert writing.editor.html == "<p>one</p><p>two</p>"


async def test_a_pasted_picture_is_stored_and_named(write: Write) -> None:
    writing = await write()
    await writing.open("<p>See</p>")
    writing.press("Ctrl+End")
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    data = QMimeData()
    data.setImageData(picture)
    await writing.paste(data)
    await until(lambda: "<img" in writing.editor.html)
    assert writing.editor.html.startswith('<p>See<img src="asset:')
    assert len(writing.files.names) == 1
    assert await writing.js("document.querySelector('#text img').alt") == ""
    assert "alt" not in writing.editor.html  # nobody has said what it shows


async def test_a_picture_that_cannot_be_stored_is_said(write: Write, context: Context) -> None:
    said: list[Any] = []
    context.notices.posted.connect(said.append)
    writing = await write()
    writing.files.full = True
    await writing.open("<p>x</p>")
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    data = QMimeData()
    data.setImageData(picture)
    await writing.paste(data)
    await until(lambda: said)
    assert said[0].message == "The disk is full."
    assert writing.editor.html == "<p>x</p>"


async def test_a_dropped_picture_lands_in_the_text(write: Write, tmp_path: Path) -> None:
    writing = await write()
    await writing.open("<p>Here</p>")
    file = tmp_path / "chart.png"
    picture = QImage(6, 6, QImage.Format.Format_RGB32)
    picture.fill(QColor("navy"))
    assert picture.save(str(file))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    box = await writing.js("(r => [r.left + 20, r.top + 8])(document.querySelector('#text p').getBoundingClientRect())")
    point = QPoint(round(box[0]), round(box[1]))
    actions, buttons, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QCoreApplication.sendEvent(writing.hands, QDragEnterEvent(QPointF(point), actions, data, buttons, none))
    QCoreApplication.sendEvent(writing.hands, QDragMoveEvent(QPointF(point), actions, data, buttons, none))
    await asyncio.sleep(0.2)
    QCoreApplication.sendEvent(writing.hands, QDropEvent(QPointF(point), actions, data, buttons, none))
    await until(lambda: "<img" in writing.editor.html)
    assert writing.files.names == ["chart.png"]


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {margin:0}</style></head><body>
<!--StartFragment--><h2 style='mso-outline-level:2'>Cost <span style='color:red'>sharing</span><o:p></o:p></h2>
<p class=MsoNormal style='margin-bottom:8.0pt'>A <b>copay</b> is <span lang=EN-US style='font-weight:bold'>fixed</span>.<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><!--[if !supportLists]-->
<span style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;</span></span><!--[endif]-->First</p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><![if !supportLists]>
<span style='mso-list:Ignore'>o<span>&nbsp;</span></span><![endif]>Inner</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.<span>&nbsp;</span></span>Second</p>
<p class=MsoNormal><img width=10 src="file:///C:/Users/a/clip_image001.png"></p><p class=MsoNormal>&nbsp;</p>
<!--EndFragment--></body></html>"""


async def test_a_word_document_is_pasted_as_what_it_means(write: Write, context: Context) -> None:
    said: list[Any] = []
    context.notices.posted.connect(said.append)
    writing = await write()
    await writing.open()
    data = QMimeData()
    data.setHtml(WORD)
    await writing.paste(data)
    await writing.reads(
        "<h2>Cost sharing</h2><p>A <strong>copay</strong> is <strong>fixed</strong>.</p>"
        "<ol><li>First<ul><li>Inner</li></ul></li><li>Second</li></ol>"
    )
    assert "1 picture could not be pasted" in said[0].message


async def test_right_to_left_text_stays_as_it_was_typed(write: Write) -> None:
    writing = await write()
    await writing.open('<p dir="rtl">שלום עולם</p>')
    writing.press("Ctrl+End")
    writing.type(" 2026")
    await writing.reads('<p dir="rtl">שלום עולם 2026</p>')
    assert await writing.js("getComputedStyle(document.querySelector('#text p')).direction") == "rtl"


async def test_tables_and_callouts_from_the_toolbar(write: Write) -> None:
    writing = await write()
    await writing.open("<p>Mind the window.</p>")
    writing.editor.run("callout", "warning")
    await writing.reads('<aside class="callout callout-warning"><p>Mind the window.</p></aside>')
    writing.press("Ctrl+End")
    writing.editor.run("callout", "warning")
    await writing.reads("<p>Mind the window.</p>")
    writing.type("\n")
    writing.editor.run("table", [2, 2])
    await until(lambda: "<table>" in writing.editor.html)
    assert writing.editor.html.count("<th>") == 2
    assert "<thead>" in writing.editor.html
    assert "style" not in writing.editor.html


async def test_nothing_reaches_the_network(write: Write) -> None:
    writing = await write()
    await writing.open('<p>x<img src="https://example.invalid/a.png" alt="gone"></p>')
    assert await writing.js("fetch('https://example.invalid/').then(() => 1).catch(() => 2) && 3") == 3
    assert writing.editor.html == '<p>x<img src="https://example.invalid/a.png" alt="gone"></p>'


async def test_the_words_of_the_toolbar(write: Write) -> None:
    from tests.ui.accessibility import assert_accessible

    writing = await write()
    await writing.open("<p>x</p>")
    assert_accessible(writing.editor.toolbar)
    assert writing.editor.buttons["bold"].toolTip() == "Bold  (Ctrl+B)"
    writing.press("Ctrl+A")
    writing.press("Ctrl+B")
    await until(writing.editor.buttons["bold"].isChecked)


# Spelling


async def marked(writing: Writing, expected: list[str]) -> None:
    found = None
    for _turn in range(300):
        found = await writing.js("LessonText.misspelt()")
        if found == expected:
            return
        await asyncio.sleep(0.02)
    assert found == expected


async def test_words_that_the_dictionary_does_not_know_are_marked(write: Write) -> None:
    writing = await write()
    await writing.open(
        "<p>A deductable is the amount that you’re to pay befor NABIP pays at https://exampel.org/teh, form 1095x.</p>"
        '<pre><code>teh = 1</code></pre><p><code>teh</code> and <span lang="de">Krankenversicherung</span></p>'
    )
    await marked(writing, ["deductable", "befor"])
    assert "deductable" in writing.editor.html
    assert "misspelt" not in writing.editor.html


async def test_a_word_is_marked_once_it_is_finished(write: Write) -> None:
    writing = await write()
    await writing.open()
    shown = "document.querySelectorAll('.misspelt').length"
    writing.type("Recieve")
    await marked(writing, ["Recieve"])
    assert await writing.js(shown) == 0
    writing.type(" it")
    await writing.reads("<p>Recieve it</p>")
    assert await writing.js(shown) == 1


async def test_a_suggestion_takes_the_words_place_by_mouse_and_by_key(write: Write, context: Context) -> None:
    writing = await write()
    said: list[Any] = []
    context.notices.posted.connect(said.append)
    await writing.open("<p>You <strong>recieve</strong> the benifits.</p>")
    await marked(writing, ["recieve", "benifits"])
    box = await writing.js("(({left, top, width, height}) => [left + width / 2, top + height / 2])(document.querySelector('.misspelt').getBoundingClientRect())")  # fmt: skip # noqa: E501
    QTest.mouseClick(writing.hands, Qt.MouseButton.RightButton, pos=QPoint(round(box[0]), round(box[1])))
    await take_offer(writing, "receive")
    await writing.reads("<p>You <strong>receive</strong> the benifits.</p>")
    writing.press("F7")
    await take_offer(writing, "Add “benifits” to the dictionary")
    await marked(writing, [])
    assert context.settings.get(SPELLING_WORDS) == "benifits"
    writing.press("F7")
    await until(lambda: said)
    assert "finds nothing" in said[0].message


async def take_offer(writing: Writing, text: str) -> None:
    """Choose an entry of the menu beside a misspelt word."""
    await until(lambda: writing.editor.offer is not None)
    menu, writing.editor.offer = writing.editor.offer, None
    assert menu is not None
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


async def test_another_dictionary_and_none(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    folder = tmp_path / "data" / "dictionaries"
    folder.mkdir(parents=True)
    (folder / "es_MX.aff").write_bytes(b"SET ISO8859-1\nSFX S Y 1\nSFX S 0 s .\n")
    (folder / "es_MX.dic").write_bytes("2\nprima/S\naño/S\n".encode("latin-1"))
    assert dictionaries().keys() >= {"es_MX", "en_US"}
    assert language_name("es_MX") == "español de México"
    writing = await write()
    await writing.open("<p>primas años premium</p>")
    await marked(writing, ["primas", "años"])
    writing.editor._choose_dictionary("es_MX")
    await marked(writing, ["premium"])
    writing.editor._choose_dictionary("")
    await marked(writing, [])
    writing.editor._fill_spelling()
    assert [action.text() for action in writing.editor.spelling_button.menu().actions() if action.isChecked()] == ["No spelling check"]
