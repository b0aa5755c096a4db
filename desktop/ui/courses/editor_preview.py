"""A lesson as a learner sees it, at the width of any device: sanitized as it will be, without scripts, with the rules that lock it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QTextBrowser, QWidget
from shiboken6 import delete

from desktop.courses.draft import LESSONS, MODULES, Draft
from desktop.courses.richtext import sanitize
from desktop.courses.vocabulary import LESSON_TYPES, label
from desktop.i18n import N_, _
from desktop.ui.context import Context
from desktop.ui.courses.editor_session import CourseSession
from desktop.ui.dates import date_text
from desktop.ui.player.warm import may_start
from desktop.ui.theme import px
from desktop.ui.widgets.fields import SegmentedControl
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.richtext import look
from desktop.ui.widgets.richtext_page import Files, TextHandler, TextPage, address, new_profile
from desktop.ui.widgets.surfaces import Dialog

WIDTHS = {"phone": (N_("Phone"), 375), "tablet": (N_("Tablet"), 768), "desktop": (N_("Computer"), 1024)}
"""Pixels at nominal text."""


class PreviewDialog(Dialog):
    """Any lesson, any width."""

    def __init__(self, context: Context, session: CourseSession, files: Files, row: UUID | None, parent: QWidget) -> None:
        super().__init__(_("Preview as a learner"), "", parent, width=420)
        self._session = session
        self.lessons = QComboBox()
        self.lessons.setAccessibleName(_("Lesson"))
        for lesson in session.draft.lessons:
            self.lessons.addItem(lesson["title"], str(lesson["id"]))
        self.lessons.setCurrentIndex(max(0, self.lessons.findData(str(row))))
        self.widths = SegmentedControl(_("Device"), tuple((name, _(words), "") for name, (words, _px) in WIDTHS.items()))
        self.widths.set_value("desktop")
        self.rule = Label("", token="muted", wrap=True)
        head = QHBoxLayout()
        head.addWidget(self.lessons, 1)
        head.addWidget(self.widths)
        self.body.addLayout(head)
        self.body.addWidget(self.rule)
        self._page: TextPage | None = None
        if may_start():
            self._handler = TextHandler(files, lambda coroutine: context.spawn(coroutine, self), self)
            self._profile = new_profile(self._handler, self)
            self._page = TextPage(self._profile, scripts=False)
            self.view: QWidget = QWebEngineView(self)
            self.view.setPage(self._page)
        else:
            self.view = QTextBrowser()
        self.view.setAccessibleName(_("Lesson as a learner sees it"))
        self.view.setMinimumHeight(px(420))
        self.body.addWidget(self.view, 1, Qt.AlignmentFlag.AlignHCenter)
        self.add_button(_("Close"), "primary", self.close)
        self.lessons.currentIndexChanged.connect(lambda _index: self.show_lesson())
        self.widths.chosen.connect(lambda _value: self.fit())
        self.fit()
        self.show_lesson()

    def fit(self) -> None:
        """Give the lesson the width of the device."""
        self.view.setFixedWidth(px(WIDTHS[self.widths.value][1]))
        self.adjustSize()

    def show_lesson(self) -> None:
        chosen = self.lessons.currentData()
        if chosen is None:
            return
        lesson = self._session.draft.row(LESSONS, UUID(chosen))
        self.rule.setText(rule_of(self._session.draft, lesson))
        html = document(lesson)
        if self._page is not None:
            self._handler.document = html.encode()
            self._page.load(address("text.html"))
        else:
            self.view.setHtml(html)  # type: ignore[attr-defined]

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._page is not None:
            page, self._page = self._page, None
            for part in (self.view, page, self._profile):  # in the order that Chromium needs
                delete(part)
        self.deleteLater()

    def reject(self) -> None:
        self.close()


def rule_of(draft: Draft, lesson: Mapping[str, Any]) -> str:
    """When a learner may open the lesson, in a sentence."""
    module = draft.row(MODULES, lesson["module_id"])
    parts = []
    if module["unlock_date"] is not None:
        parts.append(_("opens on {date}").format(date=date_text(module["unlock_date"])))
    before = draft.rows[MODULES].get(module["unlock_after_module_id"])
    if before is not None:
        parts.append(_("opens after the module “{title}”").format(title=before["title"]))
    first = draft.rows[LESSONS].get(lesson["unlock_after_lesson_id"])
    if first is not None:
        parts.append(_("opens after “{title}”").format(title=first["title"]))
    if lesson["is_preview"] or module["is_preview"]:
        parts.append(_("open to everybody"))
    return "; ".join(parts) or _("Open from the start to everybody who is enrolled.")


def document(lesson: Mapping[str, Any]) -> str:
    """The lesson as a page of its own, without scripts."""
    variables, dark = look()
    style = "".join(f"--{name}: {value};" for name, value in variables.items())
    address_ = lesson["content_url"] or ""
    match lesson["lesson_type"]:
        case "text":
            body = sanitize(lesson["content_html"] or "")
        case "video" if address_.startswith("asset:"):
            body = f'<video controls src="{escape(address_)}"></video>'
        case kind:
            body = f"<p>{escape(label(LESSON_TYPES, kind))}: {escape(address_)}</p>"
    shown = body.replace('"asset:', '"/asset/')
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self'\">"
        f'<link rel="stylesheet" href="/lesson.css"><style>:root {{ {style} color-scheme: {"dark" if dark else "light"}; }} '
        f"body {{ padding: 1.2em; }}</style></head><body><h1>{escape(str(lesson['title']))}</h1>{shown}</body></html>"
    )
