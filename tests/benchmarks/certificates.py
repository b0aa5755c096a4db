"""5,000 certificates issued, drawn, signed and stored, cancelled in the middle and resumed, against drawing alone plus signing alone."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg

from desktop.certificates.code import sign_code
from desktop.certificates.commands import add_key, issue_due, sign_unsigned
from desktop.certificates.credential import make_credential
from desktop.certificates.keys import SigningKey, make_key
from desktop.certificates.queries import CertificateFilter, IssuedCertificate, get_certificate, list_unsigned, page_certificates
from desktop.certificates.render import render
from desktop.certificates.signing import sign_pdf
from desktop.certificates.template import load_template
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.tasks import JobControl
from tests.benchmarks.report import Line
from tests.benchmarks.workspace import sign_in, throwaway_workspace

COUNT = 5_000
ALONE = 60
BUDGET = 1.3

FILL = """
WITH course AS (
  INSERT INTO public.courses (title, slug, description, category, status, completion_certificate, ce_credits)
  VALUES ('Foundations of Employee Benefits', 'foundations', 'About it', 'compliance', 'published', true, 4.5) RETURNING id
), member AS (
  INSERT INTO public.members (first_name, last_name, email)
  SELECT 'Learner', 'Number ' || i, 'm' || i || '@example.org' FROM generate_series(1, %s) AS i RETURNING id
)
INSERT INTO public.enrollments (course_id, member_id, enrollment_source, status, completed_at)
SELECT course.id, member.id, 'bulk_import', 'completed', now() FROM course, member
"""


def measure() -> Iterator[Line]:
    key = make_key("Benchmark")
    with throwaway_workspace() as installer:
        fill(installer)
        store = sign_in(installer, "administrator")
        store.write(add_key, key.public)
        start = time.perf_counter()
        issued = issue_due(quiet(), store).value.issued
        yield Line(f"issuing {issued:,}, each in a transaction of its own", time.perf_counter() - start, "s")

        draw, sign = alone(store, key)
        limit = (draw + sign) * issued / (os.cpu_count() or 1)
        start = time.perf_counter()
        half = sign_unsigned(cancelled_at(0.5), store, key).value
        memory_at_half = memory()
        rest = sign_unsigned(quiet(), store, key).value
        taken = time.perf_counter() - start
        assert half.left
        assert half.signed + rest.signed == issued, "a gap, or one twice"
        assert store.read(list_unsigned) == ()
        yield Line("drawing and signing alone, one certificate", (draw + sign) * 1000, "ms")
        yield Line(f"signing and storing {issued:,}, cancelled once", taken, "s", limit, "drawing + signing alone, all cores", BUDGET)
        yield Line("memory of this process, the most", memory(), "MiB", memory_at_half, "in the first half", 1.1)
        store.close()


def fill(installer: Dsn) -> None:
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        connection.execute(FILL, (COUNT,))
        connection.execute("VACUUM ANALYZE")


def alone(store: Store, key: SigningKey) -> tuple[float, float]:
    """Seconds for one page to be drawn, its code included, and for one to be signed, in one process."""
    template = load_template()
    some = [store.read(get_certificate, row.id) for row in store.read(page_certificates, CertificateFilter(), None, ALONE)]

    def page(certificate: IssuedCertificate) -> bytes:
        return render(certificate.snapshot, template, sign_code(certificate.snapshot, key, template.verify_address))

    pages = [page(certificate) for certificate in some[:1]] * ALONE
    credential = make_credential(some[0].snapshot, UUID(int=1), template.verify_address, key.credential)
    return each(lambda number: page(some[number])), each(lambda number: sign_pdf(pages[number], credential, key, "Certificate"))


def each(work: Callable[[int], object]) -> float:
    start = time.perf_counter()
    for number in range(ALONE):
        work(number)
    return (time.perf_counter() - start) / ALONE


def memory() -> float:
    """The most that this process has held so far, in MiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def quiet() -> JobControl:
    return JobControl(lambda _share, _detail: None)


def cancelled_at(share: float) -> JobControl:
    control = JobControl(lambda done, _detail: control.cancel() if done is not None and done >= share else None)
    return control
