"""The thread that keeps replica and server together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from desktop.changes import Changes
from desktop.errors import NotAllowed, ReadOnly
from desktop.store.assets import asset_of, fetch
from desktop.sync import loop
from desktop.sync.loop import Status, Sync
from desktop.sync.outbox_file import export_outbox
from desktop.tasks import JobControl
from tests.support.courses import add_lesson
from tests.sync.conftest import Author, Workshop

PATIENCE = 60.0


@dataclass
class Watch:
    """Waits until what a sync says, or a replica tells, is as wanted."""

    seen: list[object] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, what: object) -> None:
        with self.changed:
            self.seen.append(what)
            self.changed.notify_all()

    def until(self, wanted: Callable[[], bool]) -> bool:
        with self.changed:
            return self.changed.wait_for(wanted, PATIENCE)


@pytest.fixture
def running() -> Iterator[Callable[[Author, Watch], Sync]]:
    started: list[Sync] = []

    def start(author: Author, watch: Watch) -> Sync:
        author.replica.check_out(author.course)
        sync = Sync(author.replica, author.store, watch)
        sync.start()
        started.append(sync)
        return sync

    yield start
    for sync in started:
        sync.stop()


def test_what_one_author_writes_the_other_sees_without_asking(workshop: Workshop, running: Callable[[Author, Watch], Sync]) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    said, told = Watch(), Watch()
    ben.replica.listeners.append(told)
    first = running(ada, said)
    running(ben, Watch())
    first.sync_now()
    assert told.until(lambda: ben.titles() == ["Terms", "Duties"])
    ada.set("lessons", terms, title="Terms and words")
    assert told.until(lambda: "Terms and words" in ben.titles())
    assert Changes.of("lessons", ids=(terms,)) in told.seen
    assert said.until(lambda: bool(said.seen) and said.seen[-1] == Status())
    assert first.sync_now().sentence() == "Everything is saved"


def test_the_server_tells_authors_of_each_others_writing(
    workshop: Workshop, running: Callable[[Author, Watch], Sync], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "POLL_SECONDS", 10 * PATIENCE)  # who hears nothing learns nothing
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    told = Watch()
    ben.replica.listeners.append(told)
    running(ada, Watch()).sync_now()
    running(ben, Watch()).sync_now()
    assert told.until(lambda: ben.titles() == ["Terms", "Duties"])
    ada.set("lessons", terms, title="Terms and words")
    assert told.until(lambda: "Terms and words" in ben.titles())

    workshop.db.superuser.write(lambda session: session.connection().exec_driver_sql(CUT_LISTENERS))
    ada.set("lessons", terms, title="Words")
    assert told.until(lambda: "Words" in ben.titles()), "a connection that was lost is made again, and what was missed is fetched"


CUT_LISTENERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND starts_with(query, 'LISTEN')"


def test_an_author_who_is_dismissed_keeps_what_was_not_sent(
    workshop: Workshop, running: Callable[[Author, Watch], Sync], tmp_path: Path
) -> None:
    ben, (terms, _duties) = workshop.ben, workshop.lessons
    ben.sync()
    ben.set("lessons", terms, title="Ben's last words")
    workshop.db.superuser.write(lambda session: session.connection().exec_driver_sql("UPDATE courses SET co_instructors = '{}'"))
    sync = running(ben, Watch())
    status = sync.sync_now()
    assert isinstance(status.error, NotAllowed)
    assert status.sentence() == "Saved here · 1 waiting to send"
    assert ben.titles() == ["Ben's last words", "Duties"]
    with pytest.raises(ReadOnly):
        ben.set("lessons", terms, title="More")
    assert export_outbox(ben.replica, tmp_path / "kept.json", workshop.course) == 1
    assert "Ben's last words" in (tmp_path / "kept.json").read_text("utf-8")

    workshop.db.superuser.write(
        lambda session: session.connection().exec_driver_sql("UPDATE courses SET co_instructors = ARRAY[%s::uuid]", (ben.person.member_id,))
    )
    add_lesson(workshop.db, workshop.module, "Added meanwhile", 3)
    assert sync.sync_now() == Status()
    assert ben.titles() == ["Ben's last words", "Duties", "Added meanwhile"]


def test_a_file_arrives_before_the_lesson_that_names_it(workshop: Workshop, tmp_path: Path) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    source = tmp_path / "slides.pdf"
    source.write_bytes(b"%PDF slides" * 200_000)
    control = JobControl(lambda _fraction, _detail: None)
    url = ada.replica.keep_file(source, "slides.pdf", "application/pdf", control)
    source.unlink()  # the copy is ours
    ada.set("lessons", terms, content_url=url)
    ada = workshop.reopened(ada)
    ada.sync()
    assert ada.replica.conflicts() == []
    ben.sync()
    asset = asset_of(ben.lesson(terms)["content_url"])
    assert asset is not None
    assert fetch(ben.store, asset, tmp_path / "there.pdf", control).read_bytes() == b"%PDF slides" * 200_000
