"""The loop of a station that runs: what is typed arrives by itself, what a proctor does reaches the candidate, outages come and go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from desktop.errors import NotFound
from desktop.exams.exam_loop import ExamLoop, Standing
from desktop.exams.queries import SeatCommand
from desktop.store.assets import CHUNK
from tests.support.association import Association
from tests.support.exams import Desk, Exam, add_picture, plan_exam

PICTURE = bytes(range(256)) * 5000
"""Of two chunks."""


@pytest.fixture(scope="module")
def exam(shared_association: Association) -> Exam:
    return plan_exam(shared_association, picture=PICTURE)


@pytest.fixture
def desk(exam: Exam, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(exam, exam.desk, tmp_path)
    yield desk
    desk.close()


class Heard:
    """What the loop said."""

    def __init__(self, desk: Desk) -> None:
        self.standings: list[Standing] = []
        self.commands: list[SeatCommand] = []
        self.loop = ExamLoop(desk.station, self.standings.append, self.commands.append)

    async def until(self, condition: Callable[[Standing], object]) -> Standing:
        for _turn in range(2000):
            if self.loop.standing is not None and condition(self.loop.standing):
                return self.loop.standing
            await asyncio.sleep(0.01)
        pytest.fail(f"did not happen; the last was {self.loop.standing}")


def test_a_running_seat_saves_hears_its_proctor_and_outlasts_an_outage(exam: Exam, desk: Desk) -> None:
    asyncio.run(_one_exam(exam, desk))


async def _one_exam(exam: Exam, desk: Desk) -> None:
    heard = Heard(desk)
    loop = heard.loop
    assert await loop.resume() is None
    exam.act("check_in_seat")
    assert await loop.enter("0" * 13) == "wrong"
    assert await loop.enter(exam.code()) == "entered"
    loop.start()
    exam.act("authorize_seat")
    await heard.until(lambda now: now.delivery == "authorized")
    await loop.begin()
    essay = next(given for given in await loop.questions() if given.question["type"] == "essay")
    assert essay.points > 0
    began = heard.loop.standing
    assert began is not None
    assert began.seconds_left is not None
    assert 3500 < began.seconds_left <= 3600

    # Typing arrives by itself, as it was typed last
    for words in ("O", "On", "Once"):
        loop.type(essay.id, {"html": f"<p>{words}</p>"})
    await heard.until(lambda _now: desk.exam_answers() == {essay.id: "<p>Once</p>"})

    # What the proctor does reaches the station that runs
    exam.act("add_seat_time", 10, "The fire alarm")
    with exam.association.sign_in("proctor") as proctor:
        proctor.execute("SELECT lms.message_seat(%s, 'Ten minutes more for all of you')", (exam.seat,))
    longer = await heard.until(lambda now: (now.seconds_left or 0) > 3700)
    assert longer.ends is not None
    assert 590 < longer.ends - (began.ends or 0) < 610
    await heard.until(lambda _now: [one.command for one in heard.commands][-2:] == ["time", "message"])
    assert heard.commands[-1].body == {"text": "Ten minutes more for all of you"}

    # Off the network: everything is kept, nothing is lost
    desk.unplug()
    loop.type(essay.id, {"html": "<p>Offline</p>"})
    await loop.flag(essay.id, True)
    await loop.notice("focus_lost", "low", {"seconds": 3})
    await heard.until(lambda now: not now.online and now.waiting == 1)
    desk.plug_in()
    await heard.until(lambda now: now.online and now.waiting == 0)
    assert desk.exam_answers() == {essay.id: "<p>Offline</p>"}
    await heard.until(lambda _now: not desk.journal.noticed() and not desk.journal.flagged())
    assert [one.flagged for one in await loop.questions() if one.id == essay.id] == [True]
    with exam.association.sign_in("proctor") as proctor:
        kinds = proctor.execute("SELECT kind, severity FROM lms.incidents WHERE seat_id = %s", (exam.seat,)).fetchall()
    assert kinds == [("focus_lost", "low")]

    # A pause, with no deadline in it; a crash; and at the same question again
    exam.act("pause_seat", "A question for the office")
    assert (await heard.until(lambda now: now.delivery == "paused")).ends is None
    exam.act("resume_seat")
    await heard.until(lambda now: now.delivery == "active")
    await loop.look_at(essay.id, essay.number)
    loop.type(essay.id, {"html": "<p>Offline, and the end</p>"})
    commands = len(heard.commands)
    await loop.stop()
    desk.crash()
    heard = Heard(desk)
    state = await heard.loop.resume()
    assert state is not None
    assert (state.delivery, state.candidate, state.minutes) == ("active", "Lea Learner", 60)
    assert await heard.loop.place() == essay.id
    heard.loop.start()
    receipt = await heard.loop.submit()
    assert (receipt.answers, receipt.quarantined) == (1, 0)
    assert (await heard.until(lambda now: now.delivery == "submitted")).ended
    assert desk.exam_answers() == {essay.id: "<p>Offline, and the end</p>"}
    assert len(heard.commands) < commands, "what was carried out before the crash does not come again"
    began_to_stop = time.monotonic()
    await heard.loop.stop()
    assert time.monotonic() - began_to_stop < 10


def test_a_station_sees_the_pictures_of_its_questions_and_no_other_file(exam: Exam, desk: Desk) -> None:
    other = add_picture(exam.association, b"somebody's certificate")
    exam.act("check_in_seat", seat=exam.other_seat)
    assert desk.station.enter(exam.code(exam.other_seat)) == "entered"
    exam.act("authorize_seat", seat=exam.other_seat)
    asset = sha256(b"".join(sha256(PICTURE[at : at + CHUNK]).digest() for at in range(0, len(PICTURE), CHUNK))).hexdigest()
    with pytest.raises(NotFound):
        desk.station.picture(asset)  # not before it begins
    desk.station.begin()
    essay = next(given for given in desk.station.questions() if given.question["type"] == "essay")
    assert essay.question["image"] == f"asset:{asset}"
    assert desk.station.picture(asset) == PICTURE
    for wrong in (other, "%", ""):
        with pytest.raises(NotFound):
            desk.station.picture(wrong)
    exam.act("pause_seat", seat=exam.other_seat)
    with pytest.raises(NotFound):
        desk.station.picture(asset)
