"""One's own submission as it was handed in, with what its graders marked on it once it is released or returned."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.grading.own_work import Handed
from desktop.grading.queries import File, Piece, WorkKey
from desktop.i18n import _
from desktop.ui.context import Context
from desktop.ui.dates import moment_text
from desktop.ui.grading.work import WorkView
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px


class OwnWorkPage(Page):
    """``context.open("own-work", handed=…, title=…, course=…, assignment=…, enrollment=…, file=0)``: ``file`` is the one shown first."""

    shows: ClassVar[frozenset[str]] = frozenset()  # what was handed in does not change

    def __init__(
        self, context: Context, handed: Handed, title: str, course: UUID, assignment: UUID, enrollment: UUID, file: int = 0,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        self.handed, self._file = handed, file
        self._back = {"course": course, "assignment": assignment, "enrollment": enrollment}
        self._of = title
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return self._of, lambda: self.context.open("assignment", **self._back)

    def build(self) -> QWidget:
        self.work = WorkView(self.context, marking=False)
        content = QWidget()
        around = QVBoxLayout(content)
        around.setContentsMargins(px(20), 0, px(20), px(12))
        around.addWidget(self.work)
        return content

    async def refresh(self) -> Empty | None:
        handed = self.handed
        self.set_title(_("Handed in: number {number}").format(number=handed.number), moment_text(handed.submitted_at))
        files = tuple(File(one.name, one.asset, one.size, one.media_type) for one in handed.files)
        self.work.show_piece(
            Piece(
                WorkKey(handed.id), self._of, None, self.context.identity.member_id, handed.number, handed.submitted_at,
                handed.late_seconds, handed.status, Decimal(0), text=handed.text or None, url=handed.url or None, files=files,
            )
        )  # fmt: skip
        self.work.parts[len(self.work.parts) - len(files) + self._file].click()
        return None
