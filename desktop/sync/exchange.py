"""One exchange with the server: seal, send, finish. Each step may be the last one before a crash, and all may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from desktop.errors import NotAllowed
from desktop.store.replica import Replica
from desktop.sync.commands import push
from desktop.sync.queries import pull

if TYPE_CHECKING:
    from desktop.store.connection import Store


def exchange(replica: Replica, store: Store, scope: UUID) -> None:
    """Send everything of a course that waits, batch by batch, and bring it up to date.

    A course that is refused becomes read-only, and stays what it is otherwise: :class:`NotAllowed` passes.
    """
    try:
        while True:
            batch = replica.seal(scope)
            if not batch.operations:
                replica.finish((), store.read(pull, scope, batch.since))
                break
            replica.finish(*store.write(push, batch))
            if not replica.pending(scope):
                break
    except NotAllowed:
        replica.revoke(scope)
        raise
    replica.revoke(scope, revoked=False)
