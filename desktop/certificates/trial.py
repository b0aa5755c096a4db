"""A design tried out: a page as it would be printed, for the designer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from desktop.certificates.code import sign_code
from desktop.certificates.keys import SigningKey, make_key
from desktop.certificates.lint import Finding, lint
from desktop.certificates.preview import Raster, rasterize
from desktop.certificates.render import render
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import Template
from desktop.i18n import N_

SCRIPTS = (
    (N_("Vietnamese"), "Nguyễn Thị Mỹ Hạnh"),
    (N_("Arabic"), "فاطمة الزهراء بنت محمد"),
    (N_("Chinese"), "歐陽曉明"),
    (N_("Greek"), "Αλεξάνδρα Παπαδοπούλου"),
    (N_("Hebrew"), "מרים בן־דוד"),
    (N_("Hindi"), "प्रियंका शर्मा"),
)
"""Names to try a design with."""


@dataclass(frozen=True, slots=True)
class Trial:
    """``raster`` is the page's own PDF; the findings are for all names that were tried."""

    raster: Raster
    pdf: bytes
    findings: tuple[Finding, ...]


def sample(name: str, course: str, issuer: str) -> Snapshot:
    """A certificate that was never issued, with every field there is."""
    now = datetime.now(UTC)
    return Snapshot(
        number="CERT-0000-00000000",
        issuer_name=issuer,
        member_name=name,
        course_title=course,
        completed_on=now.date(),
        issued_at=now,
        ce_credits=Decimal("4.5"),
        expires_on=now.date().replace(year=now.year + 2, day=1),
        instructor_name="Eleanor Whitfield",
        designation="REBC",
    )


def try_out(template: Template, shown: Snapshot, others: tuple[Snapshot, ...], width: int) -> Trial:
    """The page with ``shown``, ``width`` pixels wide; the linter looks at it and at the ``others``."""
    code = sign_code(shown, _key(), template.verify_address)
    pdf = render(shown, template, code)
    return Trial(rasterize(pdf, width), pdf, lint(template, (shown, *others), code))


@cache
def _key() -> SigningKey:
    """Signs nothing but what is never issued: a code of the right length."""
    return make_key("Sample")
