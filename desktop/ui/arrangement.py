"""How a person arranged things: widths and order of columns, size of the window. Kept with their settings, and so written behind.

A table does not know whose settings there are; :func:`keep_in` says it once. Until then it is remembered for as long as the program runs.
"""

from __future__ import annotations

from desktop.settings import Settings

_memory: dict[str, str] = {}
_settings: list[Settings] = []


def keep_in(settings: Settings) -> None:
    """From now on everything is kept in ``settings``."""
    _settings[:] = [settings]


def keep(name: str, state: str) -> None:
    if _settings:
        _settings[0].keep(name, state)
    else:
        _memory[name] = state


def kept(name: str) -> str:
    """What was kept under ``name``, or nothing."""
    return _settings[0].kept(name) if _settings else _memory.get(name, "")
