"""Is this certificate what it says? By its number, or from the file: then each printed field is held against the record.

What is asked of the server is one number at a time (``public.verify_certificate``). What the file says is read from the page itself, from
the boxes in which :mod:`desktop.certificates.render` prints, so that an edited page is found out whatever its metadata say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.certificates.preview import PDFIUM
from desktop.certificates.render import Snapshot, boxes, details
from desktop.certificates.template import Paper
from desktop.errors import Invalid
from desktop.i18n import _

NUMBER = re.compile(r"CERT-\d{4}-[0-9A-HJKMNP-TV-Z]{8}")


@dataclass(frozen=True, slots=True)
class Verification:
    """What the record says of one number. ``status``: valid, expired, revoked, superseded or not_found."""

    number: str
    status: str
    member_name: str = ""
    course_title: str = ""
    issuer_name: str = ""
    ce_credits: Decimal = Decimal(0)
    completed_at: datetime | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def sentence(self) -> str:
        """The answer in plain words."""
        return {
            "valid": _("This certificate is valid."),
            "expired": _("This certificate was valid and has expired."),
            "revoked": _("This certificate was revoked by the association and no longer counts."),
            "superseded": _("This certificate was replaced by a newer one and no longer counts."),
        }.get(self.status, _("No certificate has this number."))


@dataclass(frozen=True, slots=True)
class PrintedField:
    """One field of the page: what is printed, and what the record says. ``agrees`` where the two are the same."""

    name: str
    printed: str
    on_record: str

    @property
    def agrees(self) -> bool:
        return _folded(self.printed) == _folded(self.on_record)


@dataclass(frozen=True, slots=True)
class FileVerification:
    """What a file turned out to be."""

    record: Verification
    fields: tuple[PrintedField, ...]

    @property
    def genuine(self) -> bool:
        """True where the number is on record and every field is printed as recorded. It may still be revoked or expired."""
        return self.record.status != "not_found" and all(field.agrees for field in self.fields)

    def sentence(self) -> str:
        if self.record.status == "not_found" or self.genuine:
            return self.record.sentence()
        names = ", ".join(field.name for field in self.fields if not field.agrees)
        return _("This file was changed. It differs from the record in: {fields}.").format(fields=names)


def verify_number(session: Session, number: str) -> Verification:
    """What the record says of ``number``; it is read kindly (any case, O for zero, I and L for one)."""
    answer: sa.ColumnElement[Any] = sa.func.verify_certificate(number, type_=JSONB())
    found: dict[str, Any] = session.execute(sa.select(answer)).scalar_one()
    if found["status"] == "not_found":
        return Verification(number.strip().upper(), "not_found")
    return Verification(
        number=found["certificate_number"],
        status=found["status"],
        member_name=found["member_name"],
        course_title=found["course_title"],
        issuer_name=found["issuer_name"],
        ce_credits=Decimal(str(found["ce_credits"])),
        completed_at=_moment(found["completion_date"]),
        issued_at=_moment(found["issued_at"]),
        expires_at=_moment(found["expires_at"]),
        revoked_at=_moment(found["revoked_at"]),
    )


def verify_file(session: Session, path: Path) -> FileVerification:
    """Hold a certificate's PDF against the record. Raises :class:`Invalid` where the file is no certificate of ours."""
    printed = read_page(path)
    record = verify_number(session, printed["number"])
    if record.status == "not_found" or record.completed_at is None or record.issued_at is None:
        return FileVerification(record, ())
    expected = Snapshot(
        number=record.number,
        issuer_name=record.issuer_name,
        member_name=record.member_name,
        course_title=record.course_title,
        completed_on=record.completed_at.date(),
        issued_at=record.issued_at,
        ce_credits=record.ce_credits,
        expires_on=record.expires_at.date() if record.expires_at else None,
    )
    # Credentials may follow the name on the page; the record gives the name alone.
    name = printed["member_name"]
    if _folded(name).startswith(_folded(expected.member_name) + ","):
        name = expected.member_name
    return FileVerification(
        record,
        (
            PrintedField(_("number"), printed["number"], expected.number),
            PrintedField(_("name"), name, expected.member_name),
            PrintedField(_("course"), printed["course_title"], expected.course_title),
            PrintedField(_("credits and dates"), printed["details"], details(expected)),
        ),
    )


def read_page(path: Path) -> dict[str, str]:
    """The words in each box of the page. Raises :class:`Invalid`."""
    try:
        with PDFIUM, pypdfium2.PdfDocument(path) as document:
            page = document[0]
            width, height = page.get_size()
            paper = min(Paper, key=lambda one: abs(one.value[0] - width) + abs(one.value[1] - height))
            text = page.get_textpage()
            printed = {name: text.get_text_bounded(box.left, box.bottom, box.right, box.top).strip() for name, box in boxes(paper).items()}
    except (pypdfium2.PdfiumError, OSError, IndexError) as error:
        raise Invalid(_("{name} cannot be read as a PDF.").format(name=path.name), details=str(error)) from error
    number = NUMBER.search(printed["number"])
    if number is None:
        raise Invalid(_("{name} is no certificate of this association.").format(name=path.name))
    return {**printed, "number": number.group()}


def _folded(text: str) -> str:
    """Without what a line break or a renderer may change: white space."""
    return "".join(text.split())


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
