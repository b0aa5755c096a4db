"""What happens to certificates: issue, file, replace, revoke. The server's functions hold the rules; these call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.designs import read_design
from desktop.certificates.keys import PublicKeys, SigningKey
from desktop.certificates.press import Press, draw_signed
from desktop.certificates.queries import IssuedCertificate, get_certificate, list_certificates, list_due, list_unsigned
from desktop.certificates.render import render
from desktop.certificates.template import Template
from desktop.changes import Changes, Done
from desktop.errors import Cancelled, Conflict, Invalid, LmsError, NotFound
from desktop.i18n import _
from desktop.store import assets
from desktop.store.connection import Store
from desktop.tasks import JobControl

CHANGED = Changes.of("lms.certificates", "enrollments")
KEYS_CHANGED = Changes.of("lms.signing_keys")
MEDIA_TYPE = "application/pdf"
AT_ONCE = 50
"""Certificates that are read together to be signed."""


def issue(session: Session, enrollment_id: UUID) -> Done[UUID]:
    """The certificate of a completed enrolment: its current one, or a new one. Its holder and administrators may ask."""
    certificate: UUID = session.execute(sa.select(sa.func.lms.issue_certificate(enrollment_id, type_=sa.Uuid()))).scalar_one()
    return Done(certificate, CHANGED)


@dataclass(frozen=True, slots=True)
class Round:
    """How issuing many went."""

    issued: int
    refused: tuple[LmsError, ...]
    """Why the others were not: an enrolment may change between looking and issuing."""
    left: int
    """How many were not come to, as it was cancelled."""


def issue_due(control: JobControl, /, store: Store, text: str = "") -> Done[Round]:
    """Issue every certificate that is due, each in a transaction of its own: cancelling keeps what has been issued.

    Administrators only. ``text`` narrows it as it does the list.
    """
    due = store.read(list_due, text)
    issued, refused = 0, []
    for number, enrollment in enumerate(due):
        try:
            control.report(number, len(due), _("{n} of {all}").format(n=number, all=len(due)))
            store.write(issue, enrollment)
        except Cancelled:
            break
        except (Invalid, NotFound, Conflict) as error:
            refused.append(error)
        else:
            issued += 1
    return Done(Round(issued, tuple(refused), len(due) - issued - len(refused)), CHANGED)


def reissue(session: Session, certificate_id: UUID) -> Done[UUID]:
    """A new certificate with today's name and title, which supersedes a valid one. Administrators only."""
    certificate: UUID = session.execute(sa.select(sa.func.lms.reissue_certificate(certificate_id, type_=sa.Uuid()))).scalar_one()
    return Done(certificate, CHANGED)


def revoke(session: Session, certificate_id: UUID, reason: str) -> Done[None]:
    """Withdraw a certificate for good; whoever verifies it learns that, not why. Administrators only."""
    session.execute(sa.select(sa.func.lms.revoke_certificate(certificate_id, reason)))
    return Done(None, CHANGED)


def draw(certificate: IssuedCertificate, template: Template) -> bytes:
    """Its PDF, not signed. The same certificate and the same version of a design give the same bytes, whoever draws it."""
    return render(certificate.snapshot, template)


def get_pdf(store: Store, certificate: IssuedCertificate) -> bytes:
    """The signed file where there is one, else the page drawn now, not signed."""
    if certificate.asset_id is None:
        return draw(certificate, store.read(read_design, certificate.design_id))
    with TemporaryDirectory() as folder:
        path = assets.fetch(store, certificate.asset_id, Path(folder) / "certificate.pdf", JobControl(lambda _share, _detail: None))
        return path.read_bytes()


# Signing


def add_key(session: Session, key: PublicKeys) -> Done[None]:
    """The key that certificates are signed with from now on; the one before is retired. Administrators only."""
    session.execute(sa.select(sa.func.lms.add_signing_key(key.key_id, key.name, key.to_text())))
    return Done(None, KEYS_CHANGED)


def distrust_key(session: Session, key_id: str, since: datetime) -> Done[None]:
    """Somebody else may have signed with the key since then. It signs nothing more. Administrators only."""
    session.execute(sa.select(sa.func.lms.distrust_signing_key(key_id, since)))
    return Done(None, KEYS_CHANGED)


@dataclass(frozen=True, slots=True)
class Signed:
    """How signing many went. ``left`` were not come to, as it was cancelled."""

    signed: int
    refused: tuple[LmsError, ...]
    """Why others were not: a name may have letters that no bundled font can print."""
    left: int


def sign_unsigned(control: JobControl, /, store: Store, key: SigningKey) -> Done[Signed]:
    """Draw, sign and file every valid certificate that has no file yet, the oldest first. Administrators only.

    Drawing and signing run on all cores, a few certificates ahead of the storing, so that memory does not grow with their number. Each is
    filed in a transaction of its own and only once: what is cancelled or killed goes on from there the next time.
    """
    waiting = store.read(list_unsigned)
    signed = 0
    refused: list[LmsError] = []
    with Press(key, len(waiting)) as press, suppress(Cancelled):
        for sheet in press.run(_with_designs(store, waiting, refused)):
            control.report(signed, len(waiting), _("{n} of {all}").format(n=signed, all=len(waiting)))
            try:
                pdf = sheet.pdf()
            except Invalid as error:
                refused.append(error)
                continue
            store.write(_file, sheet.certificate, pdf, key.public.key_id)
            signed += 1
    return Done(Signed(signed, tuple(refused), len(waiting) - signed - len(refused)), CHANGED)


def _with_designs(store: Store, waiting: Iterable[UUID], refused: list[LmsError]) -> Iterator[tuple[IssuedCertificate, Template]]:
    """Each certificate with what it is drawn by; those whose design cannot be understood are ``refused``. A design is read once."""
    designs: dict[UUID | None, Template] = {}
    for certificate in (one for some in batched(waiting, AT_ONCE) for one in store.read(list_certificates, some)):
        if certificate.design_id not in designs:
            try:
                designs[certificate.design_id] = store.read(read_design, certificate.design_id)
            except Invalid as error:
                refused.append(error)
                continue
        yield certificate, designs[certificate.design_id]


def sign_one(_control: JobControl, /, store: Store, key: SigningKey, certificate_id: UUID) -> Done[str]:
    """Draw, sign and file one certificate, unless it has its file. The answer is the asset. Administrators only."""
    certificate = store.read(get_certificate, certificate_id)
    if certificate.asset_id is not None:
        return Done(certificate.asset_id)
    pdf = draw_signed(certificate, store.read(read_design, certificate.design_id), key)
    return Done(store.write(_file, certificate, pdf, key.public.key_id), CHANGED)


def _file(session: Session, certificate: IssuedCertificate, pdf: bytes, key_id: str) -> str:
    """The file, and that it is the certificate's, in one transaction."""
    asset_id = assets.put(session, pdf, f"{certificate.snapshot.number}.pdf", MEDIA_TYPE)
    filed: str = session.execute(sa.select(sa.func.lms.file_certificate(certificate.id, asset_id, key_id))).scalar_one()
    return filed
