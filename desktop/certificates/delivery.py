"""Giving certificates out: one file with all of them, or an e-mail to each holder. Both go on where they were stopped."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.commands import get_pdf
from desktop.certificates.designs import read_design
from desktop.certificates.mail import Letter, MailServer, Recipient, compose, open_postbox
from desktop.certificates.queries import (
    CertificateFilter,
    IssuedCertificate,
    get_address,
    get_certificate,
    list_expiring,
    list_numbers,
    list_unsent,
)
from desktop.certificates.template import load_template
from desktop.changes import Changes, Done
from desktop.errors import Cancelled, Invalid, LmsError
from desktop.i18n import _
from desktop.store.connection import Store
from desktop.tasks import JobControl

DELIVERED = Changes.of("lms.certificate_deliveries")


@dataclass(frozen=True, slots=True)
class Given:
    """How giving many out went. ``left`` were not come to, as it was cancelled."""

    given: int
    refused: tuple[LmsError, ...]
    left: int


def save_all(control: JobControl, /, store: Store, filter: CertificateFilter, path: Path) -> Given:
    """The PDF of every certificate that fits, in a ZIP file at ``path``.

    They are written to a file beside it, which takes its name when it is whole. Cancelled, that file stays, and the next time only what it
    lacks is added; one that a crash left damaged is begun anew. PDFs are compressed already, so they are stored as they are.
    """
    partial = path.with_name(path.name + ".part")
    wanted = {f"{number}.pdf": certificate for number, certificate in store.read(list_numbers, filter).items()}
    inside = _inside(partial)
    if inside is None or not inside <= wanted.keys():  # damaged, or of another filter
        partial.unlink()
        inside = set()
    try:
        with zipfile.ZipFile(partial, "a", zipfile.ZIP_STORED) as archive:
            for name in [name for name in wanted if name not in inside]:
                control.report(len(inside), len(wanted), _("{n} of {all}").format(n=len(inside), all=len(wanted)))
                archive.writestr(name, get_pdf(store, store.read(get_certificate, wanted[name])))
                inside.add(name)
    except Cancelled:
        return Given(len(inside), (), len(wanted) - len(inside))
    partial.replace(path)
    return Given(len(wanted), (), 0)


def _inside(partial: Path) -> set[str] | None:
    """The names in what was written so far; None where it is damaged."""
    if not partial.exists():
        return set()
    if not zipfile.is_zipfile(partial):
        return None
    with zipfile.ZipFile(partial) as archive:
        return set(archive.namelist())


def mail_certificates(
    control: JobControl, /, store: Store, server: MailServer, password: str, letter: Letter, filter: CertificateFilter
) -> Done[Given]:
    """Send every signed, valid certificate that fits and was not sent yet to its holder. Administrators only.

    What a mail server took is on record at once, so nobody gets it again when this is repeated; only a letter in hand while the server or
    this computer dies may come twice. Raises what :func:`open_postbox` does, and :class:`desktop.errors.ServerAway` where it goes away.
    """
    return _mail(control, store, server, password, letter, store.read(list_unsent, filter), "certificate")


def mail_reminders(control: JobControl, /, store: Store, server: MailServer, password: str, letter: Letter, days: int) -> Done[Given]:
    """Remind the holders of certificates that expire within ``days``, and were not reminded in that time. As :func:`mail_certificates`."""
    return _mail(control, store, server, password, letter, store.read(list_expiring, days), "reminder")


def mail_test(_control: JobControl, /, server: MailServer, password: str, letter: Letter, to: Recipient) -> None:
    """One letter to oneself."""
    server.check()
    letter.check()
    with open_postbox(server, password) as postbox:
        postbox.send(compose(letter, server, to, load_template().verify_address))


def _mail(
    control: JobControl, store: Store, server: MailServer, password: str, letter: Letter, waiting: Sequence[UUID], kind: str
) -> Done[Given]:
    server.check()
    letter.check()
    sent, refused = 0, []
    with open_postbox(server, password) as postbox, suppress(Cancelled):
        for number, one in enumerate(waiting):
            control.report(number, len(waiting), _("{n} of {all}").format(n=number, all=len(waiting)))
            certificate, address, verify_address = store.read(_read, one)
            pdf = get_pdf(store, certificate) if kind == "certificate" else None
            try:
                postbox.send(compose(letter, server, recipient(certificate, address), verify_address, pdf))
            except Invalid as error:
                refused.append(error)
            else:
                store.write(_record, one, kind, address)
                sent += 1
    return Done(Given(sent, tuple(refused), len(waiting) - sent - len(refused)), DELIVERED)


def recipient(certificate: IssuedCertificate, address: str) -> Recipient:
    printed = certificate.snapshot
    return Recipient(
        printed.member_name,
        address,
        printed.course_title,
        printed.number,
        printed.issued_at.date(),
        printed.expires_on,
        printed.issuer_name,
    )


def _read(session: Session, certificate_id: UUID) -> tuple[IssuedCertificate, str, str]:
    """It, its holder's e-mail address, and the address that it can be verified at."""
    certificate = get_certificate(session, certificate_id)
    return certificate, get_address(session, certificate.member_id), read_design(session, certificate.design_id).verify_address


def _record(session: Session, certificate_id: UUID, kind: str, address: str) -> None:
    session.execute(sa.select(sa.func.lms.record_delivery(certificate_id, kind, address)))
