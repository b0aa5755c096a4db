"""One exchange with the server: files, then seal, send, finish. Each step may be the last one before a crash, and all may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from desktop.errors import NotAllowed
from desktop.store.assets import upload
from desktop.store.replica import Replica
from desktop.sync.commands import push
from desktop.sync.queries import pull
from desktop.tasks import JobControl

if TYPE_CHECKING:
    from desktop.store.connection import Store


def exchange(replica: Replica, server: Store, scope: UUID, control: JobControl | None = None) -> None:
    """Send everything of a course that waits, batch by batch, and bring it up to date.

    Files that a batch names go first, as a row may name only what is stored; an upload that was cut off goes on where it stopped. A course
    that is refused becomes read-only, and stays what it is otherwise: :class:`NotAllowed` passes.
    """
    control = control or JobControl(lambda _fraction, _detail: None)
    try:
        while True:
            batch = replica.seal(scope)
            if not batch.operations:
                replica.finish((), server.read(pull, scope, batch.since))
                break
            for file in replica.files_to_send(batch):
                upload(server, file.path, file.name, file.media_type, control)
                replica.file_sent(file.id)
            replica.media.send(server, control, replica.named_files(batch))
            replica.finish(*server.write(push, batch))
            if not replica.pending(scope):
                break
    except NotAllowed:
        replica.revoke(scope)
        raise
    replica.revoke(scope, revoked=False)
