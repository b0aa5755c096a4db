"""The server is killed in the middle of pushes, again and again, and comes back: every edit arrives, and none twice."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from uuid import UUID

import pytest

from desktop.errors import ServerAway
from desktop.store.connection import Store
from desktop.store.replica import Draft, Replica
from desktop.sync.exchange import exchange
from tests.support.courses import add_course, add_module
from tests.support.postgres import TEMPLATE, Database, started
from tests.support.replication import Worker, kill
from tests.sync.conftest import KEY

KILLS = 3
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of Unix")
def test_no_edit_is_lost_or_doubled_when_the_server_is_killed_in_a_push(tmp_path: Path) -> None:
    chance = random.Random(11)
    with started(DURABLE) as server:
        db = Database(server.clone(TEMPLATE))
        ada = db.add_person("instructor")
        course = add_course(db, "Ethics", instructor_id=ada.member_id)
        module = add_module(db, course)
        store = Store(db.address.with_(user=ada.login, password=ada.password))
        replica = Replica(tmp_path / "replica", ada.member_id, KEY)
        exchange(replica, store, course)
        lessons: list[UUID] = []

        def work() -> bool:
            """An edit of an earlier lesson and a few new ones, which one push takes."""

            def write(draft: Draft) -> None:
                if lessons:
                    draft.update("lessons", lessons[-1], {"description": f"Edited at {len(lessons)}"})
                for _new in range(20):
                    values = {"module_id": str(module), "title": f"Lesson {len(lessons)}", "lesson_type": "text"}
                    lessons.append(draft.insert("lessons", values))

            replica.edit(course, "Write", write)
            try:
                exchange(replica, store, course)
            except ServerAway:
                return False
            return True

        worker = Worker(work)
        for _kill in range(KILLS):
            worker.reach(worker.acknowledged + 2 + chance.randint(0, 3))
            kill(server)
            server.cluster.start(port=server.port)
        worker.reach(worker.acknowledged + 2)
        worker.stop()
        exchange(replica, store, course)
        assert replica.waiting() == 0
        assert replica.conflicts() == []
        with server.connect(db.address.database) as connection:
            there = connection.execute("SELECT id, title FROM public.lessons ORDER BY position").fetchall()
        assert there == [(lesson, f"Lesson {number}") for number, lesson in enumerate(lessons)], "in the order in which they were written"
        here = replica.read(lambda reader: {row.id: row.values["description"] for row in reader.list_all("lessons", course)})
        with server.connect(db.address.database) as connection:
            assert dict(connection.execute("SELECT id, description FROM public.lessons").fetchall()) == here
        replica.close()
        store.close()
        db.close()
