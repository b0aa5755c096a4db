"""A server that was put back to an earlier state: a replica takes its state over, and keeps what it had beyond that as a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from desktop.store.replica import Replica
from desktop.sync.outbox_file import write_operations
from desktop.sync.queries import get_epoch, pull

if TYPE_CHECKING:
    from desktop.store.connection import Store

EPOCH = "epoch"
UNFIT = re.compile(r"[^\w \-]+")


def list_restored(replica: Replica) -> tuple[Path, ...]:
    """The files of what this computer had beyond a restored server, oldest first."""
    return tuple(sorted(_folder(replica).glob("*.json")))


def follow_restore(replica: Replica, server: Store, clocks: Mapping[UUID, int], now: datetime) -> bool:
    """Whether the server was restored since the replica last heard of it; if so, every course here is as the server has it now.

    It is known by the epoch, which ``server restored`` changes, and by a clock that went back, for whoever forgot to. What waits to be
    sent stays and is sent; what had been acknowledged and is not on the server any more is in a file for each course
    (:func:`list_restored`), to be imported or thrown away.
    """
    epoch, known = str(server.read(get_epoch)), replica.recall(EPOCH)
    here = [one for one in replica.list_checked_out() if one.clock is not None and one.scope in clocks]
    back = [one for one in here if one.clock is not None and clocks[one.scope] < one.clock]
    if known is None and not back:
        replica.remember(EPOCH, epoch)
        return False
    courses = here if known is not None and known != epoch else back
    for one in courses:
        beyond = replica.rewind(server.read(pull, one.scope, None))
        if beyond:
            name = f"{now:%Y-%m-%d %H.%M} {UNFIT.sub('', one.title)[:80].strip() or one.scope}.json"
            _folder(replica).mkdir(mode=0o700, exist_ok=True)
            write_operations(_folder(replica) / name, one.scope, replica.member, beyond)
    replica.remember(EPOCH, epoch)
    return bool(courses)


def _folder(replica: Replica) -> Path:
    return replica.folder / f"{replica.member}.restored"
