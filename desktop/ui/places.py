"""The places a person can go to: what the left rail lists, and the pages that open from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.ui.page import Page


@dataclass(frozen=True, slots=True)
class Place:
    """A declaration. ``page(context, **arguments)`` makes the page; ``text`` is marked with ``N_``.

    Places in the rail take no arguments. Any other names its ``parent`` in the rail, which stays lit while it is open.
    ``roles`` empty means everybody; else one of them is needed.
    """

    id: str
    text: str
    icon: str
    page: Callable[..., Page]
    roles: frozenset[str] = frozenset()
    section: str = ""
    parent: str = ""

    @property
    def in_rail(self) -> bool:
        return not self.parent


class Places:
    """The places that one person may see."""

    def __init__(self, places: Iterable[Place], roles: frozenset[str]) -> None:
        self._places: dict[str, Place] = {}
        for place in places:
            if place.id in self._places:
                raise ValueError(f"two places are called {place.id}")
            if not place.roles or place.roles & roles:
                self._places[place.id] = place

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def __contains__(self, place_id: str) -> bool:
        return place_id in self._places

    def __getitem__(self, place_id: str) -> Place:
        return self._places[place_id]

    def rail(self) -> list[Place]:
        return [place for place in self if place.in_rail]

    def rail_of(self, place_id: str) -> str:
        """The id of the rail's place that is lit while ``place_id`` is open."""
        seen = place_id
        while self._places[seen].parent in self._places:
            seen = self._places[seen].parent
        return seen
