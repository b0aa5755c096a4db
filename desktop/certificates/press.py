"""Drawing and signing on all cores: each worker is a process, as neither ReportLab nor ASN.1 in Python lets go of the interpreter."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from desktop.certificates.code import sign_code
from desktop.certificates.credential import make_credential
from desktop.certificates.keys import PublicKeys, SigningKey
from desktop.certificates.queries import IssuedCertificate
from desktop.certificates.render import render
from desktop.certificates.signing import sign_pdf
from desktop.certificates.template import Template
from desktop.i18n import _

FEW = 8
"""So many are drawn here: a worker takes a second to start."""


def draw_signed(certificate: IssuedCertificate, template: Template, key: SigningKey) -> bytes:
    """The PDF with the signed QR code and the credential, signed. Raises :class:`desktop.errors.Invalid` as :func:`render` does."""
    snapshot = certificate.snapshot
    page = render(snapshot, template, sign_code(snapshot, key, template.verify_address))
    credential = make_credential(snapshot, certificate.course_id, template.verify_address, key.credential)
    return sign_pdf(page, credential, key, _("Certificate of completion"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A certificate at the press."""

    certificate: IssuedCertificate
    _drawn: Future[bytes]

    def pdf(self) -> bytes:
        """Waits until it is drawn. Raises what :func:`draw_signed` does."""
        return self._drawn.result()


class Press:
    """Workers that hold the key in memory for as long as the block lasts. ``expected`` is how many certificates will come."""

    def __init__(self, key: SigningKey, expected: int, workers: int | None = None) -> None:
        self._key = key
        self._workers = 0 if expected <= FEW else min(workers or os.cpu_count() or 1, expected)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Press:
        if self._workers:
            # "spawn": a copy of a process with Qt and threads in it would hang.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, context, _begin, (self._key.to_secret(), self._key.public.to_text()))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(self, certificates: Iterable[tuple[IssuedCertificate, Template]]) -> Iterator[Sheet]:
        """The sheet of each certificate with its design, in order. No more than two for each worker are taken before the first is given."""
        ahead: deque[Sheet] = deque()
        for certificate, template in certificates:
            ahead.append(Sheet(certificate, self._draw(certificate, template)))
            if len(ahead) > 2 * self._workers:
                yield ahead.popleft()
        yield from ahead

    def _draw(self, certificate: IssuedCertificate, template: Template) -> Future[bytes]:
        if self._pool is not None:
            return self._pool.submit(_work, certificate, template)
        drawn: Future[bytes] = Future()
        try:
            drawn.set_result(draw_signed(certificate, template, self._key))
        except Exception as error:  # noqa: BLE001 - handed on by result(), as a pool does
            drawn.set_exception(error)
        return drawn


_worker_key: SigningKey | None = None


def _begin(secret: str, public: str) -> None:
    global _worker_key
    _worker_key = SigningKey.from_secret(secret, PublicKeys.from_text(public))


def _work(certificate: IssuedCertificate, template: Template) -> bytes:
    assert _worker_key is not None
    return draw_signed(certificate, template, _worker_key)
