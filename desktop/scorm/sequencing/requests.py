"""The requests that the processes pass to each other (SN 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Navigation(StrEnum):
    """Navigation requests, in the words of ``adl.nav.request`` where that has them."""

    START = "start"
    RESUME_ALL = "resumeAll"
    CONTINUE = "continue"
    PREVIOUS = "previous"
    CHOICE = "choice"
    JUMP = "jump"
    EXIT = "exit"
    EXIT_ALL = "exitAll"
    ABANDON = "abandon"
    ABANDON_ALL = "abandonAll"
    SUSPEND_ALL = "suspendAll"


class Termination(Enum):
    EXIT = "exit"
    EXIT_ALL = "exitAll"
    ABANDON = "abandon"
    ABANDON_ALL = "abandonAll"
    SUSPEND_ALL = "suspendAll"


class SequencingRequest(Enum):
    START = "start"
    RESUME_ALL = "resumeAll"
    CONTINUE = "continue"
    PREVIOUS = "previous"
    CHOICE = "choice"
    JUMP = "jump"
    RETRY = "retry"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class NavigationRequest:
    """What the learner or the content asks for. ``target`` is the activity's identifier, for choice and jump."""

    kind: Navigation
    target: str = ""
