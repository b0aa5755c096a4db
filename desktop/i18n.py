"""Translation of everything a person reads.

gettext serves all layers alike, the ones that may not import Qt included. Strings are looked up when they are shown, so write
``_("…")`` inside functions; a module-level table marks its strings with :func:`N_` and translates them where it shows them.
"""

from __future__ import annotations

import gettext
from pathlib import Path

DOMAIN = "nabip-lms"
LOCALES = Path(__file__).resolve().parent.parent / "resources" / "translations"

_current: gettext.NullTranslations = gettext.NullTranslations()


def use_language(language: str) -> None:
    """Translate from now on into ``language`` (a gettext name such as ``es``); unknown languages fall back to English."""
    global _current
    _current = gettext.translation(DOMAIN, LOCALES, [language], fallback=True)


def _(message: str) -> str:
    return _current.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    return _current.ngettext(singular, plural, count)


def N_(message: str) -> str:
    """Mark a string for translation without translating it yet."""
    return message
