"""Is this certificate what it says? By its number, from the file, or from a picture of it; with the record, and without it.

Three things may be held against each other: what is printed, what the association signed, and what is on record. What is printed is read
from the page itself, from the boxes of the template that :mod:`desktop.certificates.render` prints by, so that an edited page is found out
whatever its metadata say. What is signed is the file as a whole, and the fields in the QR code. What is on record is asked of the server,
one number at a time (``public.verify_certificate``); where it cannot be asked, the signatures still say who issued it, but not whether it
was revoked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import sqlalchemy as sa
import zxingcpp
from PIL import Image
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from desktop.certificates.code import SignedFields, read_code
from desktop.certificates.custody import recall_keys, remember_keys
from desktop.certificates.designs import list_layouts, recall_layouts, remember_layouts
from desktop.certificates.keys import name_of
from desktop.certificates.queries import KnownKey, list_signing_keys
from desktop.certificates.render import details
from desktop.certificates.sealing import Seal
from desktop.certificates.signing import read_signature
from desktop.certificates.template import Paper, Template, find_template, load_template
from desktop.errors import Invalid, ServerAway
from desktop.i18n import _
from desktop.store.connection import Store
from desktop.store.pdfium import PDFIUM

NUMBER = re.compile(r"CERT-\d{4}-[0-9A-HJKMNP-TV-Z]{8}")
CODE_DPI = 150
LARGEST_PICTURE = 4000
"""Pixels a side; larger pictures are made smaller first."""


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
class ComparedField:
    """One field, in the words of the page: what is printed, what was signed, what is on record. None where there is nothing to compare."""

    key: str
    name: str
    printed: str | None
    signed: str | None
    on_record: str | None

    @property
    def value(self) -> str:
        return next(one for one in (self.printed, self.signed, self.on_record) if one is not None)

    def words(self) -> list[str]:
        """Each of the three that there is, with where it stands."""
        places = ((_("printed “{text}”"), self.printed), (_("signed “{text}”"), self.signed), (_("on record “{text}”"), self.on_record))
        return [words.format(text=text) for words, text in places if text is not None]

    @property
    def agrees(self) -> bool:
        return len({_folded(one) for one in (self.printed, self.signed, self.on_record) if one is not None}) == 1


@dataclass(frozen=True, slots=True)
class FileVerification:
    """What a file turned out to be. ``record`` is None where the record could not be asked."""

    number: str
    seal: Seal
    signer: str
    """Whom the key's certificate names; nothing where there is no signature."""
    fields: tuple[ComparedField, ...]
    record: Verification | None
    expires_on: date | None
    """As it was signed, or else is on record."""

    @property
    def genuine(self) -> bool:
        """True where nothing contradicts it, and the record or else the association's signature vouches for it. It may be revoked."""
        if self.seal in {Seal.CHANGED, Seal.STRANGER} or not all(field.agrees for field in self.fields):
            return False
        return self.seal is Seal.WHOLE if self.record is None else self.record.status != "not_found"

    @property
    def status(self) -> str:
        """As :attr:`Verification.status`, or ``changed``; without the record ``signed``, or ``unsigned`` where nothing vouches for it."""
        if self.seal in {Seal.CHANGED, Seal.STRANGER}:
            return "changed"
        if self.record is not None and self.record.status == "not_found":
            return "not_found"
        if not all(field.agrees for field in self.fields):
            return "changed"
        if self.record is not None:
            return self.record.status
        if self.seal is not Seal.WHOLE:
            return "unsigned"
        return "expired" if self.expires_on is not None and self.expires_on <= datetime.now(UTC).date() else "signed"

    def sentence(self) -> str:
        """The answer in plain words."""
        match self.status:
            case "changed" if self.seal is Seal.CHANGED:
                return _("This file was changed after it was signed.")
            case "changed" if self.seal is Seal.STRANGER and not self.signer:
                return _("The code was not signed by this association, or was changed since.")
            case "changed" if self.seal is Seal.STRANGER:
                return _("This was signed by “{name}”, whose key is none of this association's.").format(name=self.signer)
            case "changed":
                names = ", ".join(field.name for field in self.fields if not field.agrees)
                if self.record is None:
                    return _("This file was changed. It differs from what was signed in: {fields}.").format(fields=names)
                return _("This file was changed. It differs from the record in: {fields}.").format(fields=names)
            case "unsigned" if self.seal is Seal.DISTRUSTED:
                return _("It was signed with a key that others may have had, and the record cannot be asked: nothing is certain.")
            case "unsigned":
                return _("It carries no signature, and the record cannot be asked: nothing is certain.")
            case "signed":
                return _("The association signed this, and nothing was changed since.")
            case "expired" if self.record is None:
                return _("The association signed this; it was valid and has expired.")
            case _:
                assert self.record is not None
                return self.record.sentence()

    def unknown(self) -> str:
        """What cannot be known without the record, or nothing."""
        if self.record is not None:
            return ""
        return _("Whether it was revoked or replaced only the record knows, and it cannot be asked just now.")


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


def verify_file(store: Store, path: Path) -> FileVerification:
    """Judge a certificate's PDF, or a picture on which its QR code can be read, with the record where it can be asked.

    Raises :class:`Invalid` where the file is no certificate of this association.
    """
    known, ask = _authorities(store)
    return judge(path, known, ask)


def verify_code(store: Store, code: str) -> FileVerification:
    """Judge the text of a certificate's QR code, as :func:`verify_file`."""
    known, ask = _authorities(store)
    keys = {one.keys.key_id: one for one in known}
    return _conclude({}, *_weigh(code, keys), ask)


def _authorities(store: Store) -> tuple[Iterable[KnownKey], Callable[[str], Verification] | None]:
    """The keys that are believed, and whom to ask for the record: nobody where the server is away."""
    try:
        known = store.read(list_signing_keys)
        remember_layouts(store.read(list_layouts, recall_layouts()))
    except ServerAway:
        return recall_keys(), None
    remember_keys(known)
    return known, lambda number: store.read(verify_number, number)


def judge(path: Path, known: Iterable[KnownKey], ask: Callable[[str], Verification] | None) -> FileVerification:
    """Judge a file by the keys that are ``known`` and, unless it is None, by what ``ask`` answers for its number."""
    keys = {one.keys.key_id: one for one in known}
    data = path.read_bytes()
    if data[:1024].lstrip().startswith(b"%PDF") or path.suffix.lower() == ".pdf":
        printed, code = read_page(path, lambda: _seal_of_file(data, keys)[0] is Seal.WHOLE)
        signed = _read_code(code, keys)
        number = printed["number"]
        seal, signer = _seal_of_file(data, keys)
    else:
        printed, (signed, number, seal, signer) = {}, _weigh(read_picture(path), keys)
    return _conclude(printed, signed, number, seal, signer, ask)


def _weigh(code: str, keys: Mapping[str, KnownKey]) -> tuple[SignedFields | None, str, Seal, str]:
    """What a code that names a certificate says, and what its signature is worth."""
    signed = _read_code(code, keys)
    number = signed.number if signed is not None else NUMBER.search(code).group()  # type: ignore[union-attr] # whoever read it found it
    return signed, number, *_seal_of_code(signed, code, keys)


def _conclude(
    printed: Mapping[str, str],
    signed: SignedFields | None,
    number: str,
    seal: Seal,
    signer: str,
    ask: Callable[[str], Verification] | None,
) -> FileVerification:
    try:
        record = ask(number) if ask is not None else None
    except ServerAway:
        record = None
    found = record if record is not None and record.status != "not_found" else None
    expires_on = signed.expires_on if signed is not None else found.expires_at.date() if found is not None and found.expires_at else None
    return FileVerification(number, seal, signer, _compare(printed, signed, found), record, expires_on)


def _read_code(code: str, keys: Mapping[str, KnownKey]) -> SignedFields | None:
    return read_code(code, {key_id: one.keys for key_id, one in keys.items()})


def _compare(printed: Mapping[str, str], signed: SignedFields | None, record: Verification | None) -> tuple[ComparedField, ...]:
    on_record = _words_of_record(record) if record is not None else {}
    of_code = _words_of_code(signed) if signed is not None else {}
    rows = []
    for name, title in (
        ("number", _("number")),
        ("member_name", _("name")),
        ("course_title", _("course")),
        ("details", _("credits and dates")),
    ):
        words = [one.get(name) for one in (printed, of_code, on_record)]
        if name == "member_name" and record is not None:
            # Credentials may follow the name on the page; the record gives the name alone.
            words = [
                record.member_name if one is not None and _folded(one).startswith(_folded(record.member_name) + ",") else one
                for one in words
            ]
        if any(one is not None for one in words):
            rows.append(ComparedField(name, title, *words))
    return tuple(rows)


def _words_of_record(record: Verification) -> dict[str, str]:
    assert record.completed_at is not None
    expires_on = record.expires_at.date() if record.expires_at else None
    return {
        "number": record.number,
        "member_name": record.member_name,
        "course_title": record.course_title,
        "details": details(record.ce_credits, record.completed_at.date(), expires_on),
    }


def _words_of_code(signed: SignedFields) -> dict[str, str]:
    return {
        "number": signed.number,
        "member_name": signed.member_name,
        "course_title": signed.course_title,
        "details": details(signed.ce_credits, signed.completed_on, signed.expires_on),
    }


def _seal_of_file(data: bytes, keys: Mapping[str, KnownKey]) -> tuple[Seal, str]:
    signature = read_signature(data)
    if signature is None:
        return Seal.NONE, ""
    name = name_of(signature.certificate)
    key = next((one for one in keys.values() if one.keys.certificate == signature.certificate), None)
    if not signature.whole:
        return Seal.CHANGED, name
    if key is None:
        return Seal.STRANGER, name
    # The time is the signer's own word, so it counts against the file only.
    if key.compromised_at is not None and (signature.signed_at is None or signature.signed_at >= key.compromised_at):
        return Seal.DISTRUSTED, name
    return Seal.WHOLE, name


def _seal_of_code(signed: SignedFields | None, code: str, keys: Mapping[str, KnownKey]) -> tuple[Seal, str]:
    if signed is None:
        return (Seal.STRANGER if "#" in code else Seal.NONE), ""
    key = keys[signed.key_id]
    late = key.compromised_at is not None and signed.issued_on >= key.compromised_at.date()
    return (Seal.DISTRUSTED if late else Seal.WHOLE), key.keys.name


def read_picture(path: Path) -> str:
    """The text of a certificate's QR code on a picture. Raises :class:`Invalid` where it is no picture, or shows none."""
    try:
        with Image.open(path) as image:
            image.thumbnail((LARGEST_PICTURE, LARGEST_PICTURE))
            code = _code_on(image.convert("L"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(_("{name} cannot be read as a PDF or a picture.").format(name=path.name), details=str(error)) from error
    if not code:
        raise Invalid(
            _("No certificate's code can be read on {name}.").format(name=path.name),
            remedy=_("Take the picture from nearer, with the code sharp and whole."),
        )
    return code


def read_frame(grey: bytes, width: int, height: int, stride: int) -> str:
    """The text of a certificate's QR code in the grey pixels of a camera's frame, one byte each; nothing where there is none."""
    rows = memoryview(grey)
    packed = grey if stride == width else b"".join(rows[row * stride : row * stride + width] for row in range(height))
    return _code_on(Image.frombytes("L", (width, height), packed[: width * height]))


def _code_on(image: Image.Image) -> str:
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return next((one.text for one in found if NUMBER.search(one.text)), "")


def read_page(path: Path, whole: Callable[[], bool] = lambda: False) -> tuple[dict[str, str], str]:
    """The words in each box of the page, and the text of its QR code. Raises :class:`Invalid`.

    ``whole`` says whether the association's signature vouches for the page. Then a design that is not known here does no harm: the code
    says what the page does, and the number alone is read.
    """
    try:
        with PDFIUM, pypdfium2.PdfDocument(path) as document:
            page = document[0]
            width, height = page.get_size()
            paper = min(Paper, key=lambda one: abs(one.value[0] - width) + abs(one.value[1] - height))
            template = _template_of(document, paper)
            code = _code_on(page.render(scale=CODE_DPI / 72, grayscale=True).to_pil())
            named = NUMBER.search(code)
            if template is None and named is not None and whole():
                return {"number": named.group()}, code
            template = template or load_template(paper=paper)
            text = page.get_textpage()
            printed = {
                name: text.get_text_bounded(box.left, box.bottom, box.right, box.top).strip() for name, box in template.boxes.items()
            }
    except (pypdfium2.PdfiumError, OSError, IndexError) as error:
        raise Invalid(_("{name} cannot be read as a PDF.").format(name=path.name), details=str(error)) from error
    number = NUMBER.search(printed["number"])
    if number is None:
        raise Invalid(_("{name} is no certificate of this association.").format(name=path.name))
    return {**printed, "number": number.group()}, code


def _template_of(document: pypdfium2.PdfDocument, paper: Paper) -> Template | None:
    """The design the file names, or None. The places to read are never the file's own word: only what is known here counts."""
    designs = recall_layouts()
    versions = document.get_metadata_value("Keywords").split(", ")
    found = (designs.get(version) or find_template(version, paper) for version in versions)
    return next((one for one in found if one is not None), None)


def _folded(text: str) -> str:
    """Without what a line break or a renderer may change: white space, and the order of words where a line changes its direction.

    PDFium gives the words of a line from left to right, each as it is read, unless the whole line is read from right to left.
    """
    directions = [one for one in map(unicodedata.bidirectional, text) if one in {"L", "R", "AL"}]
    if directions[:1] == ["L"] and directions != ["L"] * len(directions):
        return " ".join(sorted(re.findall(r"\w+", text)))
    return "".join(text.split())


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
