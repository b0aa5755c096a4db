"""The association's designs: which one a certificate gets, that it keeps it, and that a page drawn by any of them can be read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from desktop.certificates.commands import add_key, draw, get_pdf, issue, reissue, sign_unsigned
from desktop.certificates.custody import recall_keys
from desktop.certificates.designs import (
    add_design,
    describe_design,
    get_design,
    list_designs,
    list_trying_names,
    list_versions,
    read_design,
    remove_design,
    save_design,
)
from desktop.certificates.keys import make_key
from desktop.certificates.preview import page_size
from desktop.certificates.queries import CertificateFilter, get_certificate, list_signing_keys, page_certificates
from desktop.certificates.template import Paper, Template, load_template
from desktop.certificates.verify import judge, verify_file
from desktop.errors import Conflict, Invalid, NotAllowed
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import complete_course
from tests.support.postgres import Database

MODERN = load_template("modern", Paper.A4_UPRIGHT)


def moved(template: Template, by: float) -> Template:
    """The same with everything at another place."""
    boxes = [replace(one.box, bottom=one.box.bottom + by, top=one.box.top + by) for one in template.elements]
    return replace(template, elements=tuple(replace(one, box=box) for one, box in zip(template.elements, boxes, strict=True)))


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner", first_name="Amara", last_name="Okafor"))


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


def add(administrator: Store, name: str, template: Template, *, usual: bool = False) -> UUID:
    design = administrator.write(add_design, name, template).value
    administrator.write(describe_design, design, name, is_default=usual, designation_id=None)
    return design


def test_a_certificate_keeps_the_version_that_it_was_issued_with(db: Database, learner: Store, administrator: Store) -> None:
    design = add(administrator, "Upright", MODERN, usual=True)
    certificate = administrator.read(get_certificate, learner.write(issue, complete_course(db, learner)).value)
    before = get_pdf(learner, certificate)
    assert page_size(before) == pytest.approx(Paper.A4_UPRIGHT.value, abs=0.1)

    assert administrator.write(save_design, design, 1, replace(MODERN, signatory="The new Director")).value == 2
    assert get_pdf(learner, certificate) == before, "as it was printed"
    newer = administrator.read(get_certificate, administrator.write(reissue, certificate.id).value)
    assert newer.design_id not in {None, certificate.design_id}
    assert administrator.read(read_design, newer.design_id).signatory == "The new Director"
    assert [version.number for version in administrator.read(list_versions, design)] == [2, 1]
    with pytest.raises(Invalid, match="in use"):
        administrator.write(remove_design, design)


def test_a_course_names_its_design_else_its_designation_does_else_the_usual_one_is_taken(
    db: Database, learner: Store, administrator: Store
) -> None:
    usual, other, own = (
        add(administrator, name, replace(MODERN, monogram=name[0])) for name in ("Usual one", "Of the designation", "Course's own")
    )

    def issued(title: str, **columns: object) -> str:
        enrollment = complete_course(db, learner, title)
        with psycopg.connect(db.dsn) as installer:
            for column, value in columns.items():
                installer.execute(f"UPDATE courses SET {column} = %s WHERE title = %s", (value, title))
        certificate = learner.read(get_certificate, learner.write(issue, enrollment).value)
        return learner.read(read_design, certificate.design_id).monogram

    with psycopg.connect(db.dsn) as installer:
        row = installer.execute("INSERT INTO member_designations (code, name) VALUES ('REBC', 'Benefits') RETURNING id").fetchone()
    assert row is not None
    assert issued("None yet") == load_template().monogram
    administrator.write(describe_design, usual, "Usual one", is_default=True, designation_id=None)
    administrator.write(describe_design, other, "Of the designation", is_default=False, designation_id=row[0])
    assert issued("Plain") == "U"
    assert issued("Designated", designation_id=row[0]) == "O"
    assert issued("Own", designation_id=row[0], certificate_template_id=own) == "C"
    assert [(one.name, one.courses, one.issued) for one in administrator.read(list_designs)] == [
        ("Usual one", 0, 1),
        ("Course's own", 1, 1),
        ("Of the designation", 0, 1),
    ]


def test_a_page_is_read_by_the_design_that_it_was_drawn_by_with_the_record_and_without(
    db: Database, learner: Store, administrator: Store, tmp_path: Path
) -> None:
    key = make_key("Sample association")
    administrator.write(add_key, key.public)
    design = add(administrator, "Moved", moved(load_template(), 10.0), usual=True)
    learner.write(issue, complete_course(db, learner))
    assert sign_unsigned(JobControl(lambda _share, _detail: None), administrator, key).value.signed == 1
    (row,) = learner.read(page_certificates, CertificateFilter())
    certificate = learner.read(get_certificate, row.id)
    signed, plain, forged = tmp_path / "signed.pdf", tmp_path / "plain.pdf", tmp_path / "forged.pdf"
    template = administrator.read(read_design, certificate.design_id)
    signed.write_bytes(get_pdf(learner, certificate))
    plain.write_bytes(draw(certificate, template))
    forged.write_bytes(draw(replace(certificate, snapshot=replace(certificate.snapshot, member_name="Eve Okafor")), template))

    # A computer that never met the design: the signature says that the page is whole, and the code what it says.
    unknown = judge(signed, administrator.read(list_signing_keys), None)
    assert unknown.status == "signed"
    assert {field.key: field.printed for field in unknown.fields}["member_name"] is None

    assert verify_file(learner, signed).status == "valid"
    assert verify_file(learner, plain).status == "valid"
    assert verify_file(learner, forged).status == "changed"
    offline = judge(signed, recall_keys(), None)
    assert (offline.status, {field.key: field.printed for field in offline.fields}["member_name"]) == ("signed", "Amara Okafor")
    assert administrator.read(get_design, design).version == 1


def test_two_who_change_a_design_at_once_do_not_overwrite_each_other(administrator: Store, learner: Store) -> None:
    design = add(administrator, "Ours", MODERN)
    administrator.write(save_design, design, 1, replace(MODERN, monogram="A"))
    with pytest.raises(Conflict, match="meanwhile"):
        administrator.write(save_design, design, 1, replace(MODERN, monogram="B"))
    with pytest.raises(Invalid, match="Another design has this name"):
        administrator.write(add_design, "Ours", MODERN)
    with pytest.raises(NotAllowed):
        learner.write(add_design, "Mine", MODERN)
    assert administrator.read(get_design, design).template.monogram == "A"
    administrator.write(remove_design, design)
    assert administrator.read(list_designs) == ()


def test_a_design_is_tried_with_real_names(db: Database, administrator: Store) -> None:
    db.add_person("learner", first_name="Wolfeschlegelsteinhausenbergerdorff", last_name="Papadopoulou-Konstantinidou")
    db.add_person("learner", first_name="Q", last_name="Z")
    names = administrator.read(list_trying_names)
    assert (names.shortest, "Wolfeschlegel" in names.longest) == ("Q Z", True)
