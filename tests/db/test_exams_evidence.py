"""The log of a sitting's incidents as a signed file, what finds out whoever changed it, and the report of a sitting."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from desktop import cli
from desktop.certificates.commands import add_key, distrust_key
from desktop.certificates.custody import keep
from desktop.certificates.keys import SigningKey, make_key
from desktop.certificates.sealing import Seal
from desktop.errors import Invalid, NotFound
from desktop.exams.evidence import save_incidents, verify_incidents
from desktop.exams.report import SittingReport, as_csv, draw_report, get_sitting_report, incident_table, save_xlsx, seat_table
from desktop.store.connection import Store
from tests.support.association import Association
from tests.support.exams import Exam, plan_exam


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keys that are remembered are remembered here."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def planned(shared_association: Association) -> Exam:
    """Lea writes with more time, something was noticed, and Finn did not come."""
    exam = plan_exam(shared_association)
    with shared_association.installer() as installer:
        installer.execute("UPDATE lms.seats SET time_factor = 1.5 WHERE id = %s", (exam.seat,))
    token = exam.begin()
    with exam.at(exam.desk) as station, shared_association.sign_in("proctor") as proctor:
        for kind, severity in (("focus_lost", "low"), ("display_added", "high")):
            station.execute("SELECT lms.report_incident(%s, %s, %s, '{\"seconds\": 4}', now())", (token, kind, severity))
        proctor.execute(
            "SELECT lms.note_incident(%s, NULL, 'note', 'info', %s)", (exam.sitting, json.dumps({"text": "=Fire alarm, 你好 \U0001f600"}))
        )
    exam.act("add_seat_time", 7, "Fire alarm")
    exam.act("mark_seat_absent", seat=exam.other_seat)
    return exam


@pytest.fixture(scope="module")
def key(planned: Exam) -> SigningKey:
    key = make_key("Association of Testers")
    with Store(planned.association.conninfo("admin")) as administrator:
        administrator.write(add_key, key.public)
    return key


@pytest.fixture(scope="module")
def made(planned: Exam, key: SigningKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("incidents") / "May.json"
    with Store(planned.association.conninfo("proctor")) as supervisor:
        save_incidents(supervisor, planned.sitting, key, path)
    return path


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """One's own copy of the signed file."""
    return Path(shutil.copy(made, tmp_path))


@pytest.fixture
def proctor(planned: Exam) -> Iterator[Store]:
    with Store(planned.association.conninfo("proctor")) as store:
        yield store


@pytest.fixture
def exam(planned: Exam, key: SigningKey, association: Association) -> Exam:
    """Another database with the same, for who changes it."""
    return replace(planned, association=association)


def test_the_file_holds_with_the_record_and_without(proctor: Store, file: Path) -> None:
    found = verify_incidents(proctor, file)
    assert (found.good, found.flaws, found.title, found.head.number) == (True, (), "May", 3)
    assert found.sentence() == "This log of incidents is whole, and Association of Testers made it."
    assert verify_incidents(None, file) == found


def drop(number: int) -> Callable[[list[Any]], None]:
    return lambda entries: entries.pop(number - 1)


def edit(entries: list[Any]) -> None:
    entries[0]["entry"] = entries[0]["entry"].replace("focus_lost", "nothing")


def swap(entries: list[Any]) -> None:
    entries[0], entries[1] = entries[1], entries[0]


def repeat(entries: list[Any]) -> None:
    entries.append({**entries[-1], "number": 4})


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (edit, "Entry 1 was changed, or one before it was exchanged."),
        (drop(1), "Entry 1 is missing."),
        (drop(2), "Entry 2 is missing."),
        (drop(3), "The log ends before entry 3, which was its last."),
        (swap, "Entry 1 is missing."),
        (repeat, "Entry 4 was changed, or one before it was exchanged."),
        (list.clear, "The log ends before entry 3, which was its last."),
    ],
    ids=["edited", "first deleted", "deleted", "cut off", "reordered", "inserted", "emptied"],
)
def test_what_was_done_to_it_is_named(file: Path, change: Callable[[list[Any]], None], flaw: str) -> None:
    values = json.loads(file.read_text("utf-8"))
    change(values["entries"])
    file.write_text(json.dumps(values), "utf-8")
    found = verify_incidents(None, file)
    assert (found.good, found.flaws) == (False, (flaw,))
    assert found.sentence() == "This log of incidents is not as it was made."


def test_whoever_moves_the_head_along_is_found_out_by_the_signature(proctor: Store, file: Path) -> None:
    values = json.loads(file.read_text("utf-8"))
    values["entries"].pop()
    last = values["entries"][-1]
    values["statement"] = json.dumps(json.loads(values["statement"]) | {"number": last["number"], "hash": last["hash"]})
    file.write_text(json.dumps(values), "utf-8")
    found = verify_incidents(proctor, file)
    assert (found.good, found.seal, found.flaws) == (False, Seal.CHANGED, ())


def test_whose_it_is_decides_what_it_is_worth(exam: Exam, key: SigningKey, file: Path) -> None:
    proctor = exam.association.database.store(exam.association.people["proctor"])
    for other, seal in ((None, Seal.NONE), (make_key("Somebody"), Seal.STRANGER)):
        path = file.with_name(f"{seal.value}.json")
        save_incidents(proctor, exam.sitting, other, path)
        assert (verify_incidents(proctor, path).seal, verify_incidents(proctor, path).good) == (seal, False)
    administrator = exam.association.database.store(exam.association.people["admin"])
    administrator.write(distrust_key, key.public.key_id, datetime(2020, 1, 1, tzinfo=UTC))
    assert verify_incidents(proctor, file).seal is Seal.DISTRUSTED


def test_a_log_that_was_written_anew_is_found_out_by_an_old_file(exam: Exam, file: Path) -> None:
    proctor = exam.association.database.store(exam.association.people["proctor"])
    with exam.association.installer() as installer:
        installer.execute("SET session_replication_role = replica")
        installer.execute("DELETE FROM lms.incidents WHERE number = 3")
        installer.execute("UPDATE lms.incident_heads AS h SET number = 2, hash = i.hash FROM lms.incidents AS i WHERE i.number = 2")
    assert proctor.read(get_sitting_report, exam.sitting).log.flaw == ""  # it is whole, only not what it was
    found = verify_incidents(proctor, file)
    assert (found.good, found.flaws) == (False, ("The log on record was written anew since: it no longer holds entry 3.",))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"statement": "{}", "signature": null, "entries": []}', "\x00"])
def test_what_is_no_log_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    with pytest.raises(Invalid, match=r"x\.json is no log of incidents"):
        verify_incidents(None, path)


def test_others_get_neither_log_nor_report(planned: Exam, tmp_path: Path) -> None:
    with Store(planned.association.conninfo("teacher")) as teacher:
        with pytest.raises(NotFound):
            save_incidents(teacher, planned.sitting, None, tmp_path / "x.json")
        with pytest.raises(NotFound):
            teacher.read(get_sitting_report, planned.sitting)
    assert list(tmp_path.glob("x*")) == []


@pytest.fixture
def report(planned: Exam, proctor: Store) -> SittingReport:
    return proctor.read(get_sitting_report, planned.sitting)


def test_the_report_says_who_came_what_they_were_granted_and_what_was_noticed(report: SittingReport) -> None:
    finn, lea = report.seats
    assert (finn.name.split(",")[1], finn.delivery, finn.began_at) == (" Finn", "absent", None)
    assert (lea.delivery, lea.accommodation, lea.incident_minutes, lea.incidents) == ("active", "1.5 × time", 7, 2)
    assert report.attendance == (("Writing", 1), ("Absent", 1))
    assert [(one.kind, one.severity, one.name == lea.name) for one in report.incidents] == [
        ("focus_lost", "low", True),
        ("display_added", "high", True),
        ("note", "info", False),
    ]
    assert report.chain() == "The log of incidents holds: 3 entries."


def test_it_is_printed_with_whatever_a_station_sent(report: SittingReport) -> None:
    pages = pypdfium2.PdfDocument(draw_report(report))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pages)
    granted = "1.5 × time, 7 minutes for incidents"
    for words in ("May", "Finn", "display added", "Fire alarm, 你好 ?", report.log.head.hash.hex()):
        assert words in text
    assert granted in " ".join(text.split())
    many = replace(report, seats=report.seats * 60, incidents=report.incidents * 60)
    assert len(pypdfium2.PdfDocument(draw_report(many))) > 8


def test_the_tables_hold_the_same_and_nothing_in_them_is_computed(report: SittingReport, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    save_xlsx(report, path)
    book = CalamineWorkbook.from_path(path)
    seats, incidents = (book.get_sheet_by_name(name).to_python() for name in ("Seats", "Incidents"))
    assert [row[0] for row in seats] == ["Name", *(seat.name for seat in report.seats)]
    assert [row[9:11] for row in seats[1:]] == [[0, 0], [0, 7]]
    assert incidents[3][6] == "=Fire alarm, 你好 \U0001f600"
    rows = list(csv.reader(io.StringIO(as_csv(incident_table(report)))))
    assert rows[3][6] == "'=Fire alarm, 你好 \U0001f600"
    assert [row[0] for row in csv.reader(io.StringIO(as_csv(seat_table(report))))] == [row[0] for row in seats]


def test_on_the_terminal(
    planned: Exam, key: SigningKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person = planned.association.people["proctor"]
    monkeypatch.setenv("PGPASSWORD", person.password)
    place = ["--workspace", str(planned.association.database.address.with_(user=person.login, password=""))]
    log = tmp_path / "log.json"
    assert cli.main(["sitting", "incidents", str(planned.sitting), str(log), *place]) == 0
    assert capsys.readouterr().err == "Not signed: the association's key is not on this computer.\n"
    keep(key)
    assert cli.main(["sitting", "incidents", str(planned.sitting), str(log), *place]) == 0
    assert cli.main(["verify", "incidents", str(log), *place]) == 0
    assert capsys.readouterr().out.endswith("This log of incidents is whole, and Association of Testers made it.\n")
    log.write_text(log.read_text("utf-8").replace("display_added", "nothing_added"), "utf-8")
    assert cli.main(["verify", "incidents", str(log), "--offline"]) == 1
    assert capsys.readouterr().out.startswith("Entry 2 was changed")
    for name in ("report.pdf", "report.csv", "report.xlsx"):
        assert cli.main(["sitting", "report", str(planned.sitting), str(tmp_path / name), *place]) == 0
        assert (tmp_path / name).stat().st_size > 100
    assert cli.main(["sitting", "report", str(planned.sitting), str(tmp_path / "report.doc"), *place]) == 1
