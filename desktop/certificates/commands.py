"""What happens to certificates: issue, file, replace, revoke. The server's functions hold the rules; these call them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.queries import IssuedCertificate, get_certificate, list_due
from desktop.certificates.render import render
from desktop.certificates.template import Paper, load_template
from desktop.changes import Changes, Done
from desktop.errors import Cancelled, Conflict, Invalid, LmsError, NotFound
from desktop.i18n import _
from desktop.store import assets
from desktop.store.connection import Store
from desktop.tasks import JobControl

CHANGED = Changes.of("lms.certificates", "enrollments")
MEDIA_TYPE = "application/pdf"


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


def draw(certificate: IssuedCertificate, paper: Paper = Paper.LETTER) -> bytes:
    """Its PDF. The same certificate gives the same bytes, whoever draws it."""
    return render(certificate.snapshot, load_template(), paper)


def file_pdf(control: JobControl, /, store: Store, certificate_id: UUID) -> Done[str]:
    """Draw the PDF, store it as an asset and enter it with the certificate and the enrolment. Administrators only."""
    certificate = store.read(get_certificate, certificate_id)
    if certificate.asset_id is not None:
        return Done(certificate.asset_id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{certificate.snapshot.number}.pdf"
        path.write_bytes(draw(certificate))
        asset_id = assets.upload(store, path, path.name, MEDIA_TYPE, control)
    return store.write(_enter, certificate_id, asset_id)


def _enter(session: Session, certificate_id: UUID, asset_id: str) -> Done[str]:
    session.execute(sa.select(sa.func.lms.set_certificate_asset(certificate_id, asset_id)))
    return Done(asset_id, CHANGED)
