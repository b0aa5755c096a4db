"""An editor for a lesson's text: what you see, or its source.

The text is written in Chromium (:mod:`desktop.ui.widgets.richtext_page`); toolbar, dialogs and the source view are Qt's. A change goes out
by :attr:`RichText.edited` within a second of the last key, and nothing is ever written into the page while a person works in it, so the
cursor stays where it is. A text with markup that the editor would lose is opened as source and says so: it is changed only by a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import mimetypes
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import delete

from desktop.courses.richtext import CALLOUTS, losses, sanitize, summary
from desktop.errors import LmsError
from desktop.i18n import N_, _, ngettext
from desktop.settings import SPELLING, SPELLING_WORDS
from desktop.ui.context import Context
from desktop.ui.player.warm import may_start
from desktop.ui.theme import FAMILY, Role, px, theme
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.fields import FlowLayout
from desktop.ui.widgets.labels import Label, Picture
from desktop.ui.widgets.richtext_dialogs import LinkDialog, PictureDialog
from desktop.ui.widgets.richtext_page import BUNDLE, SCHEME, Files, TextHandler, TextPage, address, new_profile
from desktop.ui.widgets.spelling import dictionaries, language_name

SOURCE_PAUSE_MS = 350
START_SECONDS = 20.0
VARIABLES = {
    "canvas": "canvas", "text": "text", "muted": "muted", "line": "line", "line-strong": "line_strong", "accent": "accent_text",
    "sunken": "sunken", "good": "good", "good-soft": "good_soft", "warn": "warn", "warn-soft": "warn_soft", "bad": "bad",
    "bad-soft": "bad_soft", "info": "info", "info-soft": "info_soft",
}  # fmt: skip
"""Variables of ``lesson.css`` and the tokens that they take."""

CALLOUT_NAMES = {"note": N_("Note"), "tip": N_("Tip"), "important": N_("Important"), "warning": N_("Warning")}

# command, icon, name, shortcut as the page knows it, the state that lights the button
BUTTONS: tuple[tuple[str, str, str, str, str], ...] = (
    ("bold", "bold", N_("Bold"), "Ctrl+B", "bold"),
    ("italic", "italic", N_("Italic"), "Ctrl+I", "italic"),
    ("underline", "underline", N_("Underline"), "Ctrl+U", "underline"),
    ("strike", "strike", N_("Strikethrough"), "Ctrl+Shift+S", "strike"),
    ("code", "code", N_("Code"), "Ctrl+E", "code"),
    ("bulletList", "list", N_("Bulleted list"), "Ctrl+Shift+8", "bulletList"),
    ("orderedList", "numbers", N_("Numbered list"), "Ctrl+Shift+7", "orderedList"),
    ("blockquote", "quote", N_("Quotation"), "Ctrl+Shift+B", "blockquote"),
)


def look() -> tuple[dict[str, str], bool]:
    """The variables of ``lesson.css`` in the colours in force, and whether these are dark."""
    body = theme().font(Role.BODY)
    values = {name: theme().colour(token).name() for name, token in VARIABLES.items()}
    values["size"] = f"{round(body.pixelSize() * 1.1)}px"
    values["family"] = f'"{FAMILY}", sans-serif'
    return values, theme().colour("canvas").lightness() < theme().colour("text").lightness()


@dataclass(slots=True)
class Opened:
    """A text that the page was given. ``said`` is how its owner knows it, ``heard`` how the page wrote it last: in other words perhaps,
    which is no change; None until the page has answered for the first time."""

    key: Hashable
    said: str
    heard: str | None = None
    early: str | None = None
    """What it wrote before that answer came."""


REMEMBERED = 8
"""Texts whose last keys may still be on their way."""


class RichText(QWidget):
    """``await show_text(key, read)`` opens a text; :attr:`edited` says how it reads now. Close it with :meth:`close_editor`."""

    edited = Signal(object, str, str)
    """The key of the text, its HTML, sanitized, and what that was made of: the text that its author had before their eyes."""
    history_asked = Signal(str)
    """``undo`` or ``redo`` beyond what the text itself remembers."""
    left = Signal(bool)
    """Escape: the keyboard wants to go on (True) or back (False)."""

    def __init__(self, context: Context, files: Files | None, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._files = files
        self._label = label
        self._key: Hashable = None
        self._html = ""
        self._opened: dict[int, Opened] = {}  # the texts that were opened last, by the number that the page knows them by
        self._number = 0  # of the text that is open
        self._state: dict[str, Any] = {}
        self._ready: asyncio.Future[None] | None = None
        self.offer: QMenu | None = None
        self._turn = asyncio.Lock()
        self.page: TextPage | None = None
        self._make_source()
        self._make_toolbar()
        self._make_notice()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.source)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(px(20), 0, px(12), 0)
        head.addWidget(self.toolbar)
        head.addWidget(self.notice)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        self.unavailable = _why_unavailable()
        if self.unavailable:
            self._say(self.unavailable)
        else:
            self._make_page()
        self._set_rich(False)
        theme().changed.connect(self._restyle)

    # What the application calls

    @property
    def html(self) -> str:
        """The text as it was last heard of; :meth:`flush` asks."""
        return self._html

    @property
    def rich(self) -> bool:
        """True where the text is shown as it looks, False for its source."""
        return self.stack.currentWidget() is not self.source

    async def show_text(self, key: Hashable, read: Callable[[], str], *, editable: bool = True) -> None:
        """Open the text ``key``, or take another state of the one that is open. What was typed before goes out first.

        ``read`` is asked only then, so that it answers with that typing in it: what comes back from a store late never takes a word
        away or moves a cursor.
        """
        await self.flush()
        html = read()
        if key == self._key and html == self._html:
            return
        self._key, self._html = key, html
        self._say("")
        self.source.setReadOnly(not editable)
        self._put_source(html)
        if self.unavailable:
            self._say(self.unavailable)
        else:
            await self._open_rich(editable=editable)

    async def flush(self) -> str:
        """Have what was typed go out now. Returns the text."""
        if self.rich:
            found = await self._js("JSON.stringify(window.LessonText ? LessonText.flush() : null)")
            if found is not None:
                self._page_changed(found)
        elif self._source_pause.isActive():
            self._source_typed()
        return self._html

    async def close_editor(self) -> None:
        """Flush, and take page and profile down in the order that Chromium needs."""
        await self.flush()
        if self.page is not None:
            page, self.page = self.page, None
            for part in (self.view, page, self._profile):
                delete(part)

    def run(self, command: str, argument: Any = None) -> None:
        """Do what a button of the toolbar does, and give the text the focus."""
        if self.page is not None and self.rich:
            self.view.setFocus()
            self.page.runJavaScript(f"LessonText.run({json.dumps(command)}, {json.dumps(argument)})")

    def find_text(self, text: str) -> None:
        """Mark the next occurrence of ``text``."""
        if self.page is not None and self.rich:
            self.page.findText(text)
        else:
            self.source.find(text)

    def focus_text(self) -> None:
        if self.page is not None and self.rich:
            self.view.setFocus()
            self.page.runJavaScript("LessonText.focus()")
        else:
            self.source.setFocus()

    # Making

    def _make_source(self) -> None:
        self.source = QPlainTextEdit()
        self.source.setFrameShape(QFrame.Shape.NoFrame)
        self.source.setAccessibleName(_("{label}: source").format(label=self._label))
        self.source.setTabChangesFocus(True)
        self.source.setFont(theme().monospace())
        self._source_pause = QTimer(self)
        self._source_pause.setSingleShot(True)
        self._source_pause.setInterval(SOURCE_PAUSE_MS)
        self._source_pause.timeout.connect(self._source_typed)
        self.source.textChanged.connect(self._source_pause.start)

    def _make_toolbar(self) -> None:
        self.toolbar = QWidget()
        self.toolbar.setAccessibleName(_("Formatting"))
        flow = FlowLayout(self.toolbar, 2)
        self._flow = flow
        self.style_box = QComboBox()
        self.style_box.setAccessibleName(_("Paragraph style"))
        self.style_box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for level, name in ((0, _("Paragraph")), (2, _("Heading 2")), (3, _("Heading 3")), (4, _("Heading 4"))):
            self.style_box.addItem(name, level)
        self.style_box.activated.connect(lambda _index: self.run("heading", self.style_box.currentData()))
        flow.addWidget(self.style_box)
        self.buttons: dict[str, IconButton] = {}
        for command, icon_name, name, shortcut, lit in BUTTONS:
            button = IconButton(icon_name, f"{_(name)}  ({shortcut})")
            button.setAccessibleName(_(name))
            button.setCheckable(True)
            button.clicked.connect(lambda _checked, command=command: self.run(command))
            self.buttons[lit] = button
            flow.addWidget(button)
        self.callout_button = self._menu_button("callout", _("Call-out"), [(_(CALLOUT_NAMES[kind]), "callout", kind) for kind in CALLOUTS])
        self.link_button = self._tool("link", _("Link"), "Ctrl+K", self._ask_link)
        self.picture_button = self._tool("picture", _("Picture"), "", self._ask_picture)
        self.media_button = self._tool("video", _("Film or sound"), "", self._ask_media)
        self.table_button = self._menu_button(
            "table",
            _("Table"),
            [
                (_("Insert table"), "table", [3, 3]),
                (_("Add row"), "rowAfter", None),
                (_("Add column"), "columnAfter", None),
                (_("Header row"), "headerRow", None),
                (_("Merge or split cells"), "mergeCells", None),
                (_("Delete row"), "deleteRow", None),
                (_("Delete column"), "deleteColumn", None),
                (_("Delete table"), "deleteTable", None),
            ],
        )
        self.more_button = self._menu_button(
            "more",
            _("More formatting"),
            [
                (_("Subscript"), "subscript", None),
                (_("Superscript"), "superscript", None),
                (_("Block of code"), "codeBlock", None),
                (_("Line"), "rule", None),
                (_("Right to left"), "direction", None),
                (_("Clear formatting"), "clear", None),
            ],
        )
        self.spelling_button = IconButton("spelling", _("Spelling"))
        self.spelling_button.setMenu(QMenu(self.spelling_button))
        self.spelling_button.menu().aboutToShow.connect(self._fill_spelling)
        self.spelling_button.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        flow.addWidget(self.spelling_button)
        self.undo_button = self._tool("undo", _("Undo typing"), "Ctrl+Z", lambda: self.run("undo"))
        self.redo_button = self._tool("redo", _("Redo typing"), "Ctrl+Shift+Z", lambda: self.run("redo"))
        self.source_button = Button(_("Source"), "plain")
        self.source_button.setCheckable(True)
        self.source_button.clicked.connect(lambda checked: self._context.spawn(self._switch(source=checked), self))
        flow.addWidget(self.source_button)

    def _tool(self, icon_name: str, name: str, shortcut: str, pressed: Callable[[], object]) -> IconButton:
        button = IconButton(icon_name, f"{name}  ({shortcut})" if shortcut else name)
        button.setAccessibleName(name)
        button.clicked.connect(lambda _checked: pressed())
        self._flow.addWidget(button)
        return button

    def _menu_button(self, icon_name: str, name: str, entries: list[tuple[str, str, Any]]) -> IconButton:
        button = IconButton(icon_name, name)
        menu = QMenu(button)
        for text, command, argument in entries:
            menu.addAction(text, partial(self.run, command, argument))
        button.setMenu(menu)
        button.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self._flow.addWidget(button)
        return button

    def _make_notice(self) -> None:
        self.notice = QFrame()
        self.notice.setProperty("card", True)
        self.notice_text = Label("", wrap=True)
        self.convert_button = Button(_("Edit without it"), "quiet")
        self.convert_button.clicked.connect(lambda: self._context.spawn(self._convert(), self))
        row = QHBoxLayout(self.notice)
        row.setContentsMargins(px(12), px(8), px(12), px(8))
        row.setSpacing(px(10))
        row.addWidget(Picture("info", "info"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.notice_text, 1)
        row.addWidget(self.convert_button, 0, Qt.AlignmentFlag.AlignTop)
        self.notice.hide()

    def _make_page(self) -> None:
        self.handler = TextHandler(self._files, lambda coroutine: self._context.spawn(coroutine, self), self)
        self.handler.posted.connect(self._posted)
        self.handler.refused.connect(self._context.notices.error)
        self._profile = new_profile(self.handler, self)
        self.view = QWebEngineView(self)
        self.view.setAccessibleName(self._label)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.page = TextPage(self._profile, scripts=True)
        self.page.setParent(self)
        self._profile.setParent(self)  # children go in order: the page before its profile
        self.page.setBackgroundColor(theme().colour("canvas"))
        self.page.renderProcessTerminated.connect(self._process_ended)
        self.view.setPage(self.page)
        self.stack.addWidget(self.view)
        self._load()

    def _load(self) -> None:
        assert self.page is not None
        self._ready = asyncio.get_running_loop().create_future()
        self.page.load(address("editor.html"))

    # The page

    async def _open_rich(self, *, editable: bool, accept_losses: bool = False) -> None:
        """Give the text to the page; where it would lose something, stay with the source and say what."""
        async with self._turn:
            if self._ready is None or self.page is None:
                return
            try:
                await asyncio.wait_for(asyncio.shield(self._ready), START_SECONDS)
            except TimeoutError:
                self._say(_("The editor did not start. The source can be edited meanwhile."))
                return
            source = self._html
            given = sanitize(source)
            self._number += 1
            number = self._number
            opened = self._opened[number] = Opened(self._key, source)
            self._opened.pop(number - REMEMBERED, None)
            made = await self._js(f"JSON.stringify(LessonText.show({number}, {json.dumps(given)}, {json.dumps(editable)}))")
            if made is None:
                return
            opened.heard = sanitize(made)
            lost = losses(source, opened.heard)
            if lost and not accept_losses:
                self._set_rich(False)
                self._say(
                    _("This text holds what the editor cannot keep: {what}. Nothing was changed: edit its source here.").format(
                        what=summary(lost)
                    ),
                    convert=editable,
                )
                return
            self._say("")
            self._set_rich(True)
            if lost:
                self._take(opened.heard)
            if opened.early is not None:
                self._page_changed({"text": number, "html": opened.early})

    async def _convert(self) -> None:
        await self._open_rich(editable=True, accept_losses=True)

    async def _switch(self, *, source: bool) -> None:
        await self.flush()
        if source:
            self._put_source(self._html)
            self._set_rich(False)
            self.source.setFocus()
        else:
            await self._open_rich(editable=not self.source.isReadOnly())
            self.focus_text()

    def _set_rich(self, rich: bool) -> None:
        if rich and self.page is not None:
            self.stack.setCurrentWidget(self.view)
        else:
            self.stack.setCurrentWidget(self.source)
        for index in range(self._flow.count()):
            item = self._flow.itemAt(index)
            widget = item.widget() if item else None
            if widget is not None and widget is not self.source_button:
                widget.setEnabled(rich)
        self.source_button.setChecked(not rich)
        self.source_button.setEnabled(not self.unavailable)

    def _posted(self, message: dict[str, Any]) -> None:
        match message.get("kind"):
            case "ready":
                self._start()
            case "changed":
                self._page_changed(message)
            case "state":
                self._show_state(message)
            case "asked":
                self._asked(str(message["what"]))
            case "misspelt":
                self._offer(message)
            case "word":
                if message["pictures"]:
                    self._context.notices.warn(
                        ngettext(
                            "{n} picture could not be pasted: Word keeps it in a file of its own.",
                            "{n} pictures could not be pasted: Word keeps them in files of their own.",
                            message["pictures"],
                        ).format(n=message["pictures"]),
                        remedy=_("Save the document as a web page and drop the pictures here."),
                    )
            case "lost":
                self._context.notices.warn(
                    _("A picture could not be pasted."), remedy=_("Save it as a file and drop it here."), details=str(message.get("from"))
                )

    def _start(self) -> None:
        if self.page is None:
            return
        options = {"label": self._label, "placeholder": _("Write, paste, or drop a picture")}
        self.page.runJavaScript(f"LessonText.start({json.dumps(options)})")
        self._restyle()
        self._use_dictionary()
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _page_changed(self, message: dict[str, Any]) -> None:
        """Keys travel on another way than calls do: the last ones may belong to the text that was open before.

        Whatever reads as it was heard last is no change, however late it comes.
        """
        number, html = message["text"], sanitize(message["html"])
        opened = self._opened.get(number)
        if opened is None or html == opened.heard:
            return
        if opened.heard is None:
            opened.early = html
            return
        before, opened.said, opened.heard = opened.said, html, html
        if number == self._number:
            if self.rich:
                self._take(html)
            return
        self.edited.emit(opened.key, html, before)
        if opened.key == self._key:  # typed into a state of it that has been replaced meanwhile: it is shown as its owner has it now
            self._html = ""
            self._context.spawn(self.show_text(opened.key, lambda: html), self)

    def _take(self, html: str) -> None:
        clean = sanitize(html)
        if clean != self._html:
            before, self._html = self._html, clean
            self.edited.emit(self._key, clean, before)

    def _show_state(self, state: dict[str, Any]) -> None:
        self._state = state
        for name, button in self.buttons.items():
            button.setChecked(name in state["active"])
        self.style_box.setCurrentIndex(max(0, self.style_box.findData(state["heading"])))
        self.undo_button.setEnabled(self.rich and state["undo"])
        self.redo_button.setEnabled(self.rich and state["redo"])

    def _asked(self, what: str) -> None:
        match what:
            case "undo" | "redo":
                self.history_asked.emit(what)
            case "link":
                self._ask_link()
            case "toolbar":
                self.style_box.setFocus(Qt.FocusReason.TabFocusReason)
            case "no-misspelt":
                self._context.notices.info(_("The spelling check finds nothing in this text."))
            case "next":
                self.left.emit(True)
            case "previous":
                self.left.emit(False)

    async def _js(self, program: str) -> Any:
        """What ``program`` gives, as JSON; None where the page is gone or hangs."""
        if self.page is None:
            return None
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.page.runJavaScript(program, lambda value: None if answer.done() else answer.set_result(value))
        with contextlib.suppress(TimeoutError):
            text = await asyncio.wait_for(answer, START_SECONDS)
            return json.loads(text) if text else None
        return None

    def _process_ended(self, status: QWebEnginePage.RenderProcessTerminationStatus, _code: int) -> None:
        if self.page is None or status == QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            return
        self._context.notices.warn(_("The text editor stopped and was started again. What you wrote until a second ago is safe."))
        self._load()
        self._context.spawn(self._open_rich(editable=not self.source.isReadOnly()), self)

    def _restyle(self) -> None:
        self.source.setFont(theme().monospace())
        if self.page is not None:
            variables, dark = look()
            self.page.setBackgroundColor(theme().colour("canvas"))
            self.page.runJavaScript(f"window.LessonText && LessonText.look({json.dumps(variables)}, {json.dumps(dark)})")

    # The source

    def _put_source(self, html: str) -> None:
        self.source.blockSignals(True)
        self.source.setPlainText(html)
        self.source.blockSignals(False)

    def _source_typed(self) -> None:
        """What was typed goes out sanitized; the source stays as it was typed, and what of it will not be kept is said at once."""
        self._source_pause.stop()
        typed = self.source.toPlainText()
        clean = sanitize(typed)
        lost = losses(typed, clean)
        self._say(_("Not kept when a learner opens it: {what}.").format(what=summary(lost)) if lost else self.unavailable)
        self._take(clean)

    def _say(self, sentence: str, *, convert: bool = False) -> None:
        self.notice_text.setText(sentence)
        self.convert_button.setVisible(convert)
        self.notice.setVisible(bool(sentence))

    # Spelling

    def _use_dictionary(self) -> None:
        """Have the page check with the dictionary that was chosen, if this computer has it."""
        if self.page is not None:
            chosen = self._context.settings.get(SPELLING)
            language = chosen if chosen in dictionaries() else ""
            self.page.runJavaScript(f"LessonText.dictionary({json.dumps(language)}, {json.dumps(self._own_words())})")

    def _own_words(self) -> list[str]:
        return [word for word in self._context.settings.get(SPELLING_WORDS).split("\n") if word]

    def _fill_spelling(self) -> None:
        menu, chosen = self.spelling_button.menu(), self._context.settings.get(SPELLING)
        menu.clear()
        following = menu.addAction(_("Next misspelt word"), self.next_misspelt)
        following.setShortcut(QKeySequence("F7"))
        menu.addSeparator()
        for name in ("", *dictionaries()):
            action = menu.addAction(language_name(name) if name else _("No spelling check"), partial(self._choose_dictionary, name))
            action.setCheckable(True)
            action.setChecked(name == chosen)

    def _choose_dictionary(self, name: str) -> None:
        self._context.settings.set(SPELLING, name)
        self._use_dictionary()

    def next_misspelt(self) -> None:
        """Select the next word that the dictionary does not know, and offer what it could be."""
        self._context.spawn(self._next_misspelt(), self)

    async def _next_misspelt(self) -> None:
        self.view.setFocus()
        if await self._js("JSON.stringify(LessonText.nextMisspelt())") is False:
            self._asked("no-misspelt")

    def _offer(self, found: dict[str, Any]) -> None:
        """Beside a misspelt word: what it could be, and that it is none."""
        self.offer = menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        place = json.dumps({"from": found["from"], "to": found["to"], "word": found["word"]})
        for word in found["suggestions"]:
            menu.addAction(word, partial(self._run_js, f"LessonText.replaceWord({place}, {json.dumps(word)})"))
        if not found["suggestions"]:
            menu.addAction(_("No suggestions")).setEnabled(False)
        menu.addSeparator()
        menu.addAction(_("Add “{word}” to the dictionary").format(word=found["word"]), partial(self._learn, found["word"]))
        scale = self.view.zoomFactor()
        menu.popup(self.view.mapToGlobal(QPoint(round(found["x"] * scale), round(found["y"] * scale))))

    def _learn(self, word: str) -> None:
        self._context.settings.set(SPELLING_WORDS, "\n".join(dict.fromkeys((*self._own_words(), word))))
        self._run_js(f"LessonText.learn({json.dumps(word)})")

    def _run_js(self, program: str) -> None:
        if self.page is not None:
            self.page.runJavaScript(program)

    # Asking

    def _ask_link(self) -> None:
        self._context.spawn(self._link(), self)

    async def _link(self) -> None:
        selected = await self._js("JSON.stringify(LessonText.selectedText())")
        dialog = LinkDialog(self._state.get("link", ""), selected or "", self)
        dialog.given.connect(lambda href, text: self.run("linkedText", [href, text]) if text else self.run("link", href))
        dialog.open()

    def _ask_picture(self) -> None:
        if chosen := self._state.get("picture"):
            dialog = PictureDialog(chosen.get("alt"), self)
            dialog.given.connect(lambda alt: self.run("pictureDetails", {"alt": alt}))
            dialog.open()
        else:
            self._choose_file(_("Insert a picture"), _("Pictures (*.png *.jpg *.jpeg *.gif *.webp *.svg *.avif)"), self._insert_picture)

    def _ask_media(self) -> None:
        files = _("Films and sounds (*.webm *.mp4 *.ogg *.opus *.mp3 *.wav *.flac)")
        self._choose_file(_("Insert a film or a sound"), files, self._insert_media)

    def _choose_file(self, title: str, files: str, chosen: Callable[[Path], Any]) -> None:
        dialog = QFileDialog(self, title, "", files)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._context.spawn(chosen(Path(path)), self))
        dialog.open()

    async def _insert_picture(self, path: Path) -> None:
        src = await self._stored(path)
        dialog = PictureDialog(None, self)
        dialog.given.connect(lambda alt: self.run("picture", {"src": src, "alt": alt}))
        dialog.rejected.connect(lambda: self.run("picture", {"src": src}))
        dialog.open()

    async def _insert_media(self, path: Path) -> None:
        kind = "audio" if (mimetypes.guess_type(path.name)[0] or "").startswith("audio/") else "video"
        self.run("media", {"kind": kind, "src": await self._stored(path), "title": path.stem})

    async def _stored(self, path: Path) -> str:
        if self._files is None:
            raise LmsError(_("Files cannot be kept here."))
        data = await self._context.tasks.run(path.read_bytes)
        return await self._files.store(data, path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream")

    # Qt's

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.toolbar.setFixedHeight(self._flow.heightForWidth(self.width() - px(32)) + px(8))


def _why_unavailable() -> str:
    """Why texts can be edited as source only; empty where Chromium and the editor are there."""
    if not BUNDLE.exists():
        return _("The text editor was not built when this computer was set up. Edit the source here; ./lms tries again when it starts.")
    if not may_start():
        return _("As root Chromium does not start, so that only the source can be edited here.")
    return ""


__all__ = ["SCHEME", "Files", "RichText", "look"]
