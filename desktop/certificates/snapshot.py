"""What a certificate says. A module of its own: whoever reads certificates need not load what draws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is printed, exactly as it was when the certificate was issued."""

    number: str
    issuer_name: str
    member_name: str
    course_title: str
    completed_on: date
    issued_at: datetime
    ce_credits: Decimal
    expires_on: date | None = None
    instructor_name: str | None = None
    designation: str | None = None
