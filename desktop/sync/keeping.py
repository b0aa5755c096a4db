"""Courses that are kept on this computer with their files, to be edited where there is no connection; and courses begun there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from desktop.changes import Done
from desktop.errors import Invalid
from desktop.i18n import _
from desktop.store.authored import TABLES
from desktop.store.connection import Store
from desktop.store.draft import Draft, Reader, dump
from desktop.store.replica import ASSET, CheckedOut, Replica
from desktop.sync.exchange import exchange
from desktop.tasks import JobControl


@dataclass(frozen=True, slots=True)
class Kept:
    """A course that is here, how many files it names, how many of them are here, and their size in bytes."""

    course: CheckedOut
    files: int
    here: int
    size: int


def assets_of(reader: Reader, scope: UUID) -> frozenset[str]:
    """The ids of all files that anything in a course names."""
    rows = (row for table in TABLES for row in reader.list_all(table, scope))
    return frozenset(found for row in rows for found in ASSET.findall(dump(dict(row.values))))


def list_kept(replica: Replica) -> tuple[Kept, ...]:
    """Every course that is here, by title."""
    kept = []
    for course in replica.list_checked_out():
        named = replica.read(assets_of, course.scope)
        paths = [path for asset in named if (path := replica.media.find(asset) or replica.file_path(asset)) is not None]
        kept.append(Kept(course, len(named), len(paths), sum(path.stat().st_size for path in paths)))
    return tuple(kept)


def keep(replica: Replica, server: Store, scope: UUID, control: JobControl) -> int:
    """Bring a course here with all its files, and keep it; returns how many files came. Cut off, the next call goes on from there.

    Raises:
        NotAllowed: the course is not one's own to write.
        ServerAway: what is here by then stays.
    """
    replica.check_out(scope, pinned=True)
    exchange(replica, server, scope, control)
    named, media = sorted(replica.read(assets_of, scope)), replica.media
    missing = [asset for asset in named if media.find(asset) is None and replica.file_path(asset) is None]
    for asset in missing:
        media.get(server, asset, control)
    return len(missing)


def take_off(replica: Replica, scope: UUID) -> None:
    """Remove a course and its files from this computer; what another course here names stays, and what has not been sent.

    Raises:
        Conflict: something of the course waits to be sent or settled.
    """
    mine = replica.read(assets_of, scope)
    replica.give_back(scope)
    others = frozenset[str]().union(*(replica.read(assets_of, one.scope) for one in replica.list_checked_out()))
    for asset in mine - others:
        replica.media.forget(asset)


def begin_course(replica: Replica, title: str, category: str, description: str) -> Done[UUID]:
    """A new draft that the author teaches, on this computer; the server makes it when it can be reached."""
    title = title.strip()
    if not title:
        raise Invalid(_("A course needs a title."))
    course = uuid4()

    def begin(draft: Draft) -> UUID:
        values = {"title": title, "slug": f"course-{course.hex[:12]}", "description": description.strip(), "category": category}
        return draft.insert("courses", values, course)

    return replica.edit(course, _("New course"), begin)
