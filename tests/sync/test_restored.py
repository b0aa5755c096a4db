"""A server that is put back to an earlier state, for real: a dump, more work, the dump again."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg.types.json import Jsonb

from desktop import cli
from desktop.sync.loop import Status, Sync
from desktop.sync.outbox_file import import_outbox
from desktop.sync.restored import list_restored
from tests.sync.conftest import Author, Workshop

TABLES = ("public.lessons", "lms.row_clocks", "lms.tombstones", "lms.push_outcomes")


def synced(author: Author) -> Status:
    sync = Sync(author.replica, author.store, lambda _status: None)
    try:
        sync.start()
        return sync.sync_now()
    finally:
        sync.stop()


def remember(dsn: str) -> Callable[[], None]:
    """The lessons and clocks as they are now; called, they are so again, as after a restore to this moment."""
    with psycopg.connect(dsn) as connection:
        rows = {table: connection.execute(f"SELECT to_jsonb(t) FROM {table} AS t".encode()).fetchall() for table in TABLES}

    def restore() -> None:
        with psycopg.connect(dsn) as connection:
            connection.execute("SET session_replication_role = replica")
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}".encode())
                for (row,) in rows[table]:
                    connection.execute(f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s)).*".encode(), (Jsonb(row),))

    return restore


def test_what_was_beyond_a_restored_server_is_kept_and_brought_back(workshop: Workshop) -> None:
    ada, (terms, duties) = workshop.ada, workshop.lessons
    ada.sync()
    assert synced(ada).restored == 0
    restore = remember(workshop.db.dsn)
    ada.set("lessons", terms, title="Acknowledged")
    added = ada.replica.edit(
        workshop.course,
        "Add",
        lambda draft: draft.insert("lessons", {"module_id": str(workshop.module), "title": "New", "lesson_type": "text"}),
    ).value
    assert synced(ada) == Status()
    ada.set("lessons", duties, title="Not sent yet")
    restore()

    status = synced(ada)
    assert (status.waiting, status.conflicts, status.restored, status.error) == (0, 0, 1, None)
    assert "The server was restored" in status.sentence()
    assert ada.titles() == ["Terms", "Not sent yet"], "the server's state, and what had not been sent"
    (file,) = list_restored(ada.replica)
    assert import_outbox(ada.replica, file).changes == 2
    file.unlink()
    assert synced(ada) == Status()
    assert ada.titles() == ["Acknowledged", "Not sent yet", "New"]
    assert ada.lesson(added).values["title"] == "New"
    workshop.ben.sync()
    assert workshop.ben.titles() == ["Acknowledged", "Not sent yet", "New"]


def test_a_restore_is_noticed_by_its_epoch_where_the_clock_has_gone_on(workshop: Workshop) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ben.sync()
    ada.sync()
    synced(ada)
    restore = remember(workshop.db.dsn)
    ada.set("lessons", terms, title="Acknowledged")
    synced(ada)
    restore()
    for title in ("One", "Two", "Three"):
        ben.set("lessons", terms, description=title)
        ben.sync()
    assert cli.main(["server", "restored", workshop.db.dsn]) == 0
    status = synced(ada)
    assert (status.restored, ada.lesson(terms).values["title"], ada.lesson(terms).values["description"]) == (1, "Terms", "Three")
    assert synced(ada).restored == 1, "until somebody looks at it, and once for each restore"
    assert len(list_restored(ada.replica)) == 1
