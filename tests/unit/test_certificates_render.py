"""The page that is printed: what it holds, that it is the same each time, and names of every length and many scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from desktop.certificates.render import render
from desktop.certificates.shaping import shape
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import SHIPPED, Paper, Template, load_template
from desktop.certificates.typeset import ROMAN, line
from desktop.certificates.verify import ComparedField, read_page
from desktop.errors import Invalid

SNAPSHOT = Snapshot(
    number="CERT-2026-7K3M9QXZ",
    issuer_name="National Association of Benefits and Insurance Professionals",
    member_name="Amara Okafor, REBC",
    course_title="Health Insurance Fundamentals",
    completed_on=date(2026, 10, 3),
    issued_at=datetime(2026, 10, 4, 9, tzinfo=UTC),
    ce_credits=Decimal("10.00"),
    expires_on=date(2028, 10, 3),
)
TEMPLATE = load_template()


def printed(tmp_path: Path, snapshot: Snapshot, template: Template = TEMPLATE) -> dict[str, str]:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(render(snapshot, template))
    words, _code = read_page(path)
    return words


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_page_says_what_the_snapshot_says(tmp_path: Path, name: str, paper: Paper) -> None:
    page = printed(tmp_path, SNAPSHOT, load_template(name, paper))
    assert page["number"] == "CERT-2026-7K3M9QXZ"
    assert page["member_name"] == "Amara Okafor, REBC"
    assert page["course_title"] == "Health Insurance Fundamentals"
    assert "10 continuing education credits" in page["details"]
    assert "3 October 2028" in page["details"]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_snapshot_gives_the_same_bytes(name: str) -> None:
    assert render(SNAPSHOT, load_template(name)) == render(SNAPSHOT, Template.from_data(load_template(name).to_data()))


def test_a_page_stays_small_enough_to_mail_by_the_thousand() -> None:
    assert len(render(SNAPSHOT, TEMPLATE)) < 120_000


def test_what_was_shaped_before_does_not_change_the_bytes() -> None:
    page = render(replace(SNAPSHOT, member_name="محمد علي"), TEMPLATE)
    render(replace(SNAPSHOT, member_name="سلمى"), TEMPLATE)
    assert render(replace(SNAPSHOT, member_name="محمد علي"), TEMPLATE) == page


def test_letters_join_and_run_from_right_to_left() -> None:
    """An isolated final letter is wider than a joined one, and each mark of Devanagari and Thai takes no room of its own."""
    assert shape("NotoNaskhArabic-Regular", "محمد").advance < sum(shape("NotoNaskhArabic-Regular", letter).advance for letter in "محمد")
    assert shape("NotoSerifThai-Regular", "ปู่").advance == shape("NotoSerifThai-Regular", "ป").advance
    assert [text for _font, text in line("שרה A", ROMAN, 12).runs] == ["A ", "שרה"]


def test_the_file_says_what_it_is() -> None:
    with pypdfium2.PdfDocument(render(SNAPSHOT, TEMPLATE)) as document:
        about = document.get_metadata_dict()
    assert about["Subject"] == SNAPSHOT.number
    assert about["Author"] == SNAPSHOT.issuer_name
    assert SNAPSHOT.course_title in about["Title"]


def test_an_independent_reader_finds_the_address_in_the_code() -> None:
    with pypdfium2.PdfDocument(render(SNAPSHOT, TEMPLATE)) as document:
        picture = document[0].render(scale=2).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == TEMPLATE.verify_address + SNAPSHOT.number


@pytest.mark.parametrize(
    "name",
    [
        "Li",
        "Nguyễn Thị Minh Khai Phan-Schwarzenberger von Hohenlohe-Langenburg",
        "Ελένη Παπαδοπούλου",
        "Владимир Ильич",
        "山田太郎",
        "김정은 똠방각하",
        "محمد بن عبد الله القحطاني",
        "محمد علي, REBC",
        "Dr. Yael שרה, REBC",
        "अमित शर्मा क्षत्रिय",
        "น้ำทิพย์ ศรีสุวรรณ",
        "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessen",
    ],
)
def test_a_name_is_printed_whole(tmp_path: Path, name: str) -> None:
    page = printed(tmp_path, replace(SNAPSHOT, member_name=name))
    assert "".join(page["member_name"].split()) == "".join(name.split())


@pytest.mark.parametrize("name", ["தமிழ்", "មករា", "ܫܠܡܐ", "Zoë \U0001f600"])
def test_letters_that_would_be_printed_wrong_are_refused(name: str) -> None:
    with pytest.raises(Invalid, match="cannot print"):
        render(replace(SNAPSHOT, member_name=name), TEMPLATE)


def test_words_of_both_directions_are_the_same_words_in_whatever_order_they_are_read_back(tmp_path: Path) -> None:
    name = "Dr. Yael שרה כהן-לוי, REBC"
    page = printed(tmp_path, replace(SNAPSHOT, member_name=name))["member_name"]
    assert ComparedField("member_name", "name", page, name, None).agrees
    assert not ComparedField("member_name", "name", page, "Dr. Yael שרה לוי, REBC", None).agrees
    assert not ComparedField("member_name", "name", "محمد علي", "علي محمد", None).agrees


def test_another_pdf_is_no_certificate(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"Dear Sir")
    with pytest.raises(Invalid, match=r"letter\.pdf"):
        read_page(tmp_path / "letter.pdf")
