"""What a command changed, so that a view refreshes only for what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Changes:
    """Kinds of rows (table names) that changed and, where they are few, which ones. No ids means any of that kind."""

    kinds: frozenset[str]
    ids: frozenset[UUID] = frozenset()

    @staticmethod
    def of(*kinds: str, ids: tuple[UUID, ...] = ()) -> Changes:
        return Changes(frozenset(kinds), frozenset(ids))

    def touch(self, shown: frozenset[str]) -> bool:
        """True when a view that shows rows of the kinds ``shown`` is out of date."""
        return bool(self.kinds & shown)


@dataclass(frozen=True)
class Undo:
    """The inverse of a command: its name for the menu ("Rename lesson") and what to run, ``command(session, *arguments)``.

    A ``local`` one is about what is on this computer (a replica): it is called without a session.
    """

    name: str
    command: Callable[..., Done[Any]]
    arguments: tuple[Any, ...] = ()
    local: bool = False


@dataclass(frozen=True)
class Done[T]:
    """What every command returns: its value, what it changed and, where undo is offered, its inverse."""

    value: T
    changes: Changes = field(default_factory=lambda: Changes(frozenset()))
    undo: Undo | None = None
