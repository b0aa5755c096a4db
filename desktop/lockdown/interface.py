"""What a platform can hold, and how it says so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from desktop.i18n import N_, _


class Kept(StrEnum):
    """How far something is kept from happening. ``FAILED``: this platform can prevent it, but was refused just now."""

    PREVENTED = "prevented"
    NOTICED = "noticed"
    NEITHER = "neither"
    FAILED = "failed"


KEPT_NAMES = {
    Kept.PREVENTED: N_("prevented"),
    Kept.NOTICED: N_("noticed"),
    Kept.NEITHER: N_("neither prevented nor noticed"),
    Kept.FAILED: N_("could not be prevented"),
}

WAYS = {
    "switch": N_("Switching to another program by keys"),
    "system": N_("Keys of the system itself"),
    "displays": N_("Using another display"),
    "capture": N_("Pictures and recordings of the screen"),
    "clipboard": N_("Bringing text in, or taking it out, by the clipboard"),
    "print": N_("Printing"),
    "remote": N_("Sitting somewhere else, over a remote session"),
    "second_device": N_("Another computer, a telephone, paper, other people"),
}
"""The ways out of an exam that are told apart, each with its name."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What is done about one of :data:`WAYS`. ``remark`` is a sentence for the proctor: how, or why not."""

    way: str
    kept: Kept
    remark: str

    def sentence(self) -> str:
        return _("{way}: {kept}. {remark}").format(way=_(WAYS[self.way]), kept=_(KEPT_NAMES[self.kept]), remark=self.remark).strip()


class Lockdown(ABC):
    """The hold of one platform on one process. Used on the thread that the windows belong to."""

    platform: ClassVar[str]

    @abstractmethod
    def engage(self, windows: Sequence[int]) -> None:
        """Hold the keyboard for these windows, named as the platform names windows; the first is where it goes."""

    def hold(self) -> None:  # noqa: B027 - most platforms hold by themselves
        """Take back what another program may have taken. Cheap; called several times a second."""

    @abstractmethod
    def release(self) -> None:
        """Give everything back; again is no error."""

    @property
    @abstractmethod
    def locked(self) -> bool:
        """Whether everything is held now that this platform can hold."""

    @abstractmethod
    def capabilities(self) -> tuple[Capability, ...]:
        """One for each of :data:`WAYS`, as things are now."""


def common(capture: Capability, switch: Capability, system: Capability, remote: Capability) -> tuple[Capability, ...]:
    """The capabilities of a platform, completed by those that are the same everywhere."""
    return (
        switch,
        system,
        Capability("displays", Kept.PREVENTED, _("Every display is covered; one that appears is covered and noted.")),
        capture,
        Capability("clipboard", Kept.NOTICED, _("It is emptied at the start; what another program puts on it is noted.")),
        Capability("print", Kept.NOTICED, _("The station prints nothing. The key is noted; what another program prints is not seen.")),
        remote,
        Capability("second_device", Kept.NEITHER, _("Only the people in the room can see that.")),
    )


class NoLockdown(Lockdown):
    """A platform on which nothing can be held: the station is a full-screen window there, and says so."""

    platform = "none"

    def __init__(self) -> None:
        self._engaged = False

    def engage(self, windows: Sequence[int]) -> None:
        self._engaged = bool(windows)

    def release(self) -> None:
        self._engaged = False

    @property
    def locked(self) -> bool:
        return self._engaged

    def capabilities(self) -> tuple[Capability, ...]:
        why = _("This platform gives programs no hold on it.")
        return common(
            Capability("capture", Kept.NEITHER, why),
            Capability("switch", Kept.NOTICED, _("Leaving is noted.")),
            Capability("system", Kept.NEITHER, why),
            Capability("remote", Kept.NOTICED, _("What the session says of itself is noted.")),
        )
