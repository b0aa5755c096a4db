"""`nabip-lms verify certificate`: by number, on the terminal."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from desktop import cli
from desktop.certificates.audit import AuditScope, save_bundle
from desktop.certificates.commands import add_key, draw, issue, revoke
from desktop.certificates.keys import make_key
from desktop.certificates.queries import get_certificate
from desktop.certificates.template import load_template
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import complete_course
from tests.support.postgres import Database


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner", first_name="Amara", last_name="Okafor"))


def test_a_certificate_is_verified_by_its_number(
    db: Database, learner: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    administrator = db.add_person("administrator")
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", administrator.password)
    place = ["--workspace", str(db.address.with_(user=administrator.login))]
    certificate = learner.write(issue, complete_course(db, learner)).value
    number = learner.read(get_certificate, certificate).snapshot.number

    assert cli.main(["verify", "certificate", number, *place]) == 0
    assert capsys.readouterr().out == f"{number}: Amara Okafor, Ethics\nThis certificate is valid.\n"

    db.store(administrator).write(revoke, certificate, "Issued by mistake")
    assert cli.main(["verify", "certificate", number, *place]) == 1
    assert "revoked" in capsys.readouterr().out

    assert cli.main(["verify", "certificate", "CERT-2026-00000000", *place]) == 1
    assert capsys.readouterr().out == "No certificate has this number.\n"
    assert cli.main(["verify", "certificate", str(tmp_path / "gone.pdf"), *place]) == 1
    assert capsys.readouterr().err.startswith("There is no file ")


def test_a_file_is_held_against_the_record_and_what_was_changed_is_named(
    db: Database, learner: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    administrator = db.add_person("administrator")
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", administrator.password)
    place = ["--workspace", str(db.address.with_(user=administrator.login))]
    certificate = learner.read(get_certificate, learner.write(issue, complete_course(db, learner)).value)
    genuine, forged, other = tmp_path / "genuine.pdf", tmp_path / "forged.pdf", tmp_path / "other.pdf"
    genuine.write_bytes(draw(certificate, load_template()))
    forged.write_bytes(draw(replace(certificate, snapshot=replace(certificate.snapshot, member_name="Eve Okafor")), load_template()))
    other.write_bytes(b"Dear Sir")

    assert cli.main(["verify", "certificate", str(genuine), *place]) == 0
    assert capsys.readouterr().out.endswith("This certificate is valid.\n")

    assert cli.main(["verify", "certificate", str(forged), *place]) == 1
    said = capsys.readouterr().out
    assert "name: printed “Eve Okafor”, on record “Amara Okafor”" in said
    assert said.endswith("This file was changed. It differs from the record in: name.\n")

    assert cli.main(["verify", "certificate", str(other), *place]) == 1
    assert capsys.readouterr().err.startswith("other.pdf cannot be read as a PDF.\n")


def test_an_audit_bundle_is_verified_with_the_record_and_without(
    db: Database, learner: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person = db.add_person("administrator")
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", person.password)
    place = ["--workspace", str(db.address.with_(user=person.login))]
    administrator, key, bundle = db.store(person), make_key("Association"), tmp_path / "audit.zip"
    administrator.write(add_key, key.public)
    learner.write(issue, complete_course(db, learner))
    scope = AuditScope(date(2001, 1, 1), date(2100, 1, 1))
    save_bundle(JobControl(lambda _share, _detail: None), administrator, scope, key, bundle)

    for how in (place, ["--offline"]):
        assert cli.main(["verify", "bundle", str(bundle), *how]) == 0
        said = capsys.readouterr().out
        assert said.endswith(": certificates issued from 2001-01-01 to 2100-01-01: 1\nThis bundle is whole, and Association made it.\n")
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("extra.csv", "")
    assert cli.main(["verify", "bundle", str(bundle), "--offline"]) == 1
    assert capsys.readouterr().out.startswith("extra.csv was added.\n")
