"""Courses kept with their files, taken off again, begun without a server; and changes that travel as a file."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest

from desktop.errors import Conflict, Invalid, NotAllowed
from desktop.store.assets import upload
from desktop.sync.exchange import exchange
from desktop.sync.keeping import begin_course, keep, list_kept, take_off
from desktop.sync.outbox_file import Taken, export_outbox, import_outbox
from desktop.tasks import JobControl
from tests.sync.conftest import Workshop


def quiet() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


def put(workshop: Workshop, path: Path, data: bytes) -> str:
    """A file that Ben has sent, as rows name it."""
    path.write_bytes(data)
    return f"asset:{upload(workshop.ben.store, path, path.name, 'application/octet-stream', quiet())}"


def test_a_course_is_kept_with_its_files_and_taken_off_with_them(workshop: Workshop, tmp_path: Path) -> None:
    ada, ben, (terms, duties) = workshop.ada, workshop.ben, workshop.lessons
    ben.sync()
    film, picture = put(workshop, tmp_path / "film.mp4", b"film" * 1000), put(workshop, tmp_path / "a.png", b"picture")
    ben.set("lessons", terms, content_url=film)
    ben.set("lessons", duties, content_html=f'<p><img src="{picture}" alt=""></p>')
    ben.sync()
    assert keep(ada.replica, ada.store, workshop.course, quiet()) == 2
    (kept,) = list_kept(ada.replica)
    assert (kept.course.title, kept.course.pinned, kept.files, kept.here, kept.size) == ("Ethics", True, 2, 2, 4007)
    assert keep(ada.replica, ada.store, workshop.course, quiet()) == 0, "nothing is brought twice"

    attached = {"lesson_id": str(terms), "file_name": "b", "file_type": "pdf", "file_url": put(workshop, tmp_path / "b", b"b")}
    ben.replica.edit(workshop.course, "Attach", lambda draft: draft.insert("lesson_attachments", attached))
    ben.sync()
    assert ben.replica.conflicts() == []
    ada.sync()
    (kept,) = list_kept(ada.replica)
    assert (kept.files, kept.here) == (3, 2), "what others added since is missing, and said"
    assert keep(ada.replica, ada.store, workshop.course, quiet()) == 1

    ada.set("lessons", terms, title="Edited")
    with pytest.raises(Conflict, match="have not reached the server"):
        take_off(ada.replica, workshop.course)
    ada.sync()
    take_off(ada.replica, workshop.course)
    assert list_kept(ada.replica) == ()
    assert list((ada.replica.folder / "media").iterdir()) == []


def test_a_stranger_can_keep_nothing(workshop: Workshop) -> None:
    stranger = workshop.db.add_person("instructor")
    replica = workshop.open_replica(stranger)
    with pytest.raises(NotAllowed):
        keep(replica, workshop.db.store(stranger), workshop.course, quiet())


def test_a_course_that_is_begun_without_a_server_is_there_later(workshop: Workshop) -> None:
    ada = workshop.ada
    course = begin_course(ada.replica, " On a train ", "compliance", "").value
    assert [one.course.title for one in list_kept(ada.replica)] == ["On a train"]
    exchange(ada.replica, ada.store, course)
    assert ada.replica.waiting() == 0
    row = ada.replica.read(lambda reader: reader.get("courses", course))
    assert (row["title"], row["status"], row["instructor_id"]) == ("On a train", "draft", str(ada.person.member_id))
    with pytest.raises(Invalid, match="needs a title"):
        begin_course(ada.replica, " ", "compliance", "")


def test_what_was_exported_is_taken_by_a_colleague_once(workshop: Workshop, tmp_path: Path) -> None:
    ada, ben, (terms, duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    ben.sync()
    ben.set("lessons", terms, title="Ben's terms")
    ben.set("lessons", duties, description="Ben's words")
    file = tmp_path / "changes.json"
    assert export_outbox(ben.replica, file, workshop.course) == 2
    ada.set("lessons", duties, description="Ada's words")
    ada.sync()

    assert import_outbox(ada.replica, file) == Taken(workshop.course, 2, 0, 0)
    assert import_outbox(ada.replica, file) == Taken(workshop.course, 0, 2, 0)
    assert ada.titles() == ["Ben's terms", "Duties"]
    ada = workshop.reopened(ada)
    ada.sync()
    assert ada.titles() == ["Ben's terms", "Duties"]
    (conflict,) = ada.replica.conflicts()
    (field,) = conflict.fields
    assert (field.seen, field.mine, field.theirs) == (None, "Ben's words", "Ada's words"), "nothing is overwritten that Ben had not seen"
    assert import_outbox(ada.replica, file).changes == 2
    ada.sync()
    assert ada.titles() == ["Ben's terms", "Duties"], "sent again, it is answered as before"
    ben.sync()
    assert ben.titles() == ["Ben's terms", "Duties"]


def test_what_lost_travels_too_and_is_asked_again(workshop: Workshop, tmp_path: Path) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    ben.sync()
    ada.set("lessons", terms, title="By Ada")
    ben.set("lessons", terms, title="By Ben")
    ada.sync()
    ben.sync()
    file = tmp_path / "lost.json"
    assert export_outbox(ben.replica, file, workshop.course) == 1
    fresh = workshop.open_replica(workshop.db.add_person("instructor"))  # of somebody else, who cannot write here
    assert import_outbox(fresh, file).changes == 1
    (conflict,) = ben.replica.conflicts()
    ben.replica.discard(conflict)
    assert ben.replica.conflicts() == []
    assert import_outbox(ben.replica, file) == Taken(workshop.course, 1, 0, 0)
    ben.sync()
    (conflict,) = ben.replica.conflicts()
    assert [(one.mine, one.theirs) for one in conflict.fields] == [("By Ben", "By Ada")]


SOUND = {"course": str(uuid4()), "author": str(uuid4()), "changes": [], "conflicts": []}
CHANGE = {"op": str(uuid4()), "table": "lessons", "row": str(uuid4()), "kind": "update", "set": {"title": "x"}, "seen": {}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        json.dumps(SOUND | {"course": "x"}),
        json.dumps(SOUND | {"changes": [CHANGE | {"table": "members"}]}),
        json.dumps(SOUND | {"changes": [CHANGE | {"set": {"status": "published", "no_such": 1}}]}),
        json.dumps(SOUND | {"changes": [CHANGE | {"kind": "truncate"}]}),
    ],
    ids=["nothing", "a list", "an object", "no course", "no table of ours", "no column of ours", "no kind of change"],
)
def test_a_file_that_makes_no_sense_changes_nothing(workshop: Workshop, tmp_path: Path, content: str) -> None:
    file = tmp_path / "changes.json"
    file.write_text(content, "utf-8")
    with pytest.raises(Invalid, match="holds no changes to a course"):
        import_outbox(workshop.ada.replica, file)
    assert workshop.ada.replica.waiting() == 0


def test_a_picture_that_was_put_in_offline_goes_before_the_text_that_names_it(workshop: Workshop, tmp_path: Path) -> None:
    ada, ben, (terms, _duties) = workshop.ada, workshop.ben, workshop.lessons
    ada.sync()
    (tmp_path / "a.png").write_bytes(b"picture")
    asset = ada.replica.media.keep(tmp_path / "a.png", "a.png", "image/png", quiet())
    ada.set("lessons", terms, content_html=f'<p><img src="asset:{asset}" alt=""></p>')
    ada.sync()
    assert (ada.replica.waiting(), ada.replica.conflicts(), ada.replica.media.waiting()) == (0, [], [])
    assert keep(ben.replica, ben.store, workshop.course, quiet()) == 1
    found = ben.replica.media.find(asset)
    assert found is not None
    assert found.read_bytes() == b"picture"
