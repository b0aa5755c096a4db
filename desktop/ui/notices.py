"""Saying something to the person without stopping them.

:class:`Notices` is what the rest of the program speaks to; :class:`~desktop.ui.widgets.notices.NoticeStack` shows them over the window.
Good news leaves by itself, or when the person moves on; an error stays until it is dismissed.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Signal

from desktop.errors import Cancelled, LmsError
from desktop.i18n import _

log = logging.getLogger(__name__)


class Tone(Enum):
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: a sentence, what can be done, technical details to copy, and perhaps one button."""

    tone: Tone
    message: str
    remedy: str = ""
    details: str = ""
    button: str = ""
    pressed: Callable[[], object] | None = None

    @property
    def lasting(self) -> bool:
        """True where it stays until it is dismissed."""
        return self.tone in (Tone.BAD, Tone.WARN)


class Notices(QObject):
    """Where messages go."""

    posted = Signal(object)

    def info(self, message: str, *, button: str = "", pressed: Callable[[], object] | None = None) -> None:
        self.post(Notice(Tone.INFO, message, button=button, pressed=pressed))

    def done(self, message: str, *, button: str = "", pressed: Callable[[], object] | None = None) -> None:
        """Something the person asked for has happened ("Published.")."""
        self.post(Notice(Tone.GOOD, message, button=button, pressed=pressed))

    def warn(self, message: str, *, remedy: str = "", details: str = "") -> None:
        self.post(Notice(Tone.WARN, message, remedy, details))

    def error(self, error: BaseException) -> None:
        """Something failed. What we foresaw is shown in its own words; anything else as the defect it is. Cancelling is no error."""
        if isinstance(error, Cancelled):
            return
        message, remedy, details = explain(error)
        self.post(Notice(Tone.BAD, message, remedy, details))

    def post(self, notice: Notice) -> None:
        self.posted.emit(notice)


def explain(error: BaseException) -> tuple[str, str, str]:
    """An error as message, remedy and details, for any place that shows one. Defects are logged with their trace."""
    if isinstance(error, LmsError):
        return error.message, error.remedy, f"{error.code}: {error.details or error.message}"
    log.error("defect", exc_info=error)
    trace = "".join(traceback.format_exception(error))
    return (
        _("Something in this program went wrong."),
        _("Nothing you did caused it. Copy the details and send them to whoever supports you."),
        trace,
    )
