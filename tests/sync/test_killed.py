"""Two authors in one course, whose processes are killed at any moment: every edit that a replica took is somewhere."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from uuid import UUID

import pytest

from desktop.store.replica import Replica
from desktop.sync.exchange import exchange
from tests.support.courses import add_course, add_module
from tests.support.postgres import Database
from tests.sync.killed import KEY, LONGEST_LIFE_SECONDS, Author, Entry, Orders, titles

KILLS = int(os.environ.get("LMS_SYNC_KILLS", "16"))

HISTORY = """
CREATE TABLE public.said (row_id uuid NOT NULL, title text NOT NULL);
CREATE FUNCTION public.note_title() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
AS $$ BEGIN INSERT INTO public.said VALUES (NEW.id, NEW.title); RETURN NULL; END $$;
CREATE TRIGGER note_title AFTER INSERT OR UPDATE OF title ON public.lessons FOR EACH ROW EXECUTE FUNCTION public.note_title();
"""


@pytest.mark.skipif(sys.platform == "win32", reason="lives are forked, so that each begins with everything imported")
@pytest.mark.timeout(0)
def test_no_edit_is_lost_by_kills(db: Database, tmp_path: Path) -> None:
    people = [db.add_person("instructor") for _author in range(2)]
    course = add_course(db, "Ethics", instructor_id=people[0].member_id, co_instructors=[people[1].member_id])
    add_module(db, course)
    db.superuser.write(lambda session: session.connection().exec_driver_sql(HISTORY))
    authors = []
    for person in people:
        dsn = db.address.with_(user=person.login, password=person.password).conninfo()
        folder = tmp_path / str(person.member_id)
        authors.append(Author.at_work(Orders(dsn, str(course), str(person.member_id), str(folder), f"{folder}.ledger"), tmp_path))
    chance = random.Random(0)
    killed = 0
    while killed < KILLS:
        for author in authors:
            author.order_life(chance.uniform(0.02, LONGEST_LIFE_SECONDS))
        for author in authors:
            assert author.end_of_life() == "killed", "a life that ended by itself: a defect"
            killed += 1
    for author in authors:
        author.close()

    replicas = [Replica(Path(author.orders.folder), UUID(author.orders.member), KEY) for author in authors]
    try:
        for _round in range(2):
            for person, replica in zip(people, replicas, strict=True):
                exchange(replica, db.store(person), course)
        said = {
            (row, title)
            for row, title in db.superuser.read(lambda session: session.connection().exec_driver_sql("SELECT * FROM said").fetchall())
        }
        assert titles(replicas[0], course) == titles(replicas[1], course)
        taken = 0
        for author, replica in zip(authors, replicas, strict=True):
            assert not replica.notice, "a kill damages no file"
            lost = {(one.id, field.mine) for one in replica.conflicts() for field in one.fields if field.name == "title"}
            last: dict[UUID, list[Entry]] = {}
            for entry in author.ledger():
                if entry.taken:
                    taken += 1
                    last[entry.row] = [entry]  # what was before, its author wrote over
                else:
                    last.setdefault(entry.row, []).append(entry)  # it may have been taken, and written over the one before
            for row, entries in last.items():
                if entries[0].taken:
                    assert any(one.value is None or (row, one.value) in said | lost for one in entries), f"lost: {entries}"
        assert taken > KILLS / 2
    finally:
        for replica in replicas:
            replica.close()
