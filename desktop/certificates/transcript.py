"""A member's transcript: every certificate that counts, with its credits, as a PDF to hand in or as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from desktop.certificates.queries import get_issuer_name
from desktop.certificates.typeset import ITALIC, ROMAN, SANS, draw, fit, line
from desktop.i18n import _, ngettext
from desktop.models import Certificate, Member

MARGIN, GAP = 54.0, 12.0
COLUMNS = ((MARGIN, 76.0), (136.0, 272.0), (414.0, 100.0), (518.0, 40.0))
"""Left edge and width in points: day, course, number, credits."""
INK, SOFT, LINE = HexColor("#1c2331"), HexColor("#5b6475"), HexColor("#c9ced8")


@dataclass(frozen=True, slots=True)
class Earned:
    """What one certificate gave. ``expires_on`` is the last day on which it counts, None where it counts for good."""

    completed_on: date
    course_title: str
    number: str
    ce_credits: Decimal
    designation: str | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What counts on the day it is ``made_on``, the latest completion first."""

    member_name: str
    npn: str | None
    license_state: str | None
    license_number: str | None
    association: str
    made_on: date
    earned: tuple[Earned, ...]

    @property
    def credits(self) -> Decimal:
        return sum((one.ce_credits for one in self.earned), Decimal(0))


def get_transcript(session: Session, member_id: UUID, today: date) -> Transcript:
    """One's own, or for administrators anybody's. Certificates that were revoked, replaced or have expired give nothing."""
    query = (
        sa.select(
            Certificate.completed_at,
            Certificate.course_title,
            Certificate.certificate_number,
            Certificate.ce_credits,
            Certificate.designation,
            Certificate.expires_at,
            Certificate.npn,
            Certificate.license_state,
            Certificate.license_number,
        )
        .where(
            Certificate.member_id == member_id,
            Certificate.status == "valid",
            sa.or_(Certificate.expires_at.is_(None), Certificate.expires_at > sa.func.now()),
        )
        .order_by(Certificate.completed_at.desc(), Certificate.id)
    )
    rows = session.execute(query).all()
    name: str = session.execute(
        sa.select(sa.func.concat_ws(" ", Member.first_name, Member.last_name)).where(Member.id == member_id)
    ).scalar_one()
    earned = tuple(Earned(row[0].date(), row[1], row[2], row[3], row[4], row[5].date() if row[5] else None) for row in rows)
    newest = rows[0] if rows else None
    return Transcript(
        name,
        newest.npn if newest else None,
        newest.license_state if newest else None,
        newest.license_number if newest else None,
        get_issuer_name(session),
        today,
        earned,
    )


def as_csv(transcript: Transcript) -> str:
    """A row for each certificate."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(("Completed", "Course", "Certificate", "Credits", "Designation", "Expires"))
    for one in transcript.earned:
        expires = one.expires_on.isoformat() if one.expires_on else ""
        title = f"'{one.course_title}" if one.course_title.startswith(("=", "+", "-", "@")) else one.course_title
        writer.writerow((one.completed_on.isoformat(), title, one.number, one.ce_credits, one.designation or "", expires))
    return buffer.getvalue()


def draw_transcript(transcript: Transcript) -> bytes:
    """Letter, portrait, as many pages as it takes. Raises :class:`desktop.errors.Invalid` where a name cannot be printed."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter, pageCompression=1, invariant=1, lang="en-US")
    canvas.setTitle(_("Transcript of {name}").format(name=transcript.member_name))
    pages = list(_pages(transcript.earned))
    for number, rows in enumerate(pages, 1):
        y = _head(canvas, transcript)
        for one in rows:
            y = _row(canvas, y, one)
        if number == len(pages):
            _total(canvas, y, transcript)
        _foot(canvas, transcript, number, len(pages))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


FIRST_ROW, LAST_ROW = 600.0, 96.0
"""Heights in points between which the rows of a page stand."""


def _height(one: Earned) -> float:
    return len(_title(one)) * 14 + GAP


def _title(one: Earned) -> list[str]:
    return ["".join(text for _font, text in set_.runs) for set_ in fit(one.course_title, ROMAN, 11, 11, COLUMNS[1][1], 3)]


def _pages(earned: Sequence[Earned]) -> Iterator[list[Earned]]:
    page: list[Earned] = []
    y = FIRST_ROW
    for one in earned:
        if y - _height(one) < LAST_ROW and page:
            yield page
            page, y = [], FIRST_ROW
        page.append(one)
        y -= _height(one)
    yield page


def _head(canvas: Canvas, transcript: Transcript) -> float:
    width, height = letter
    canvas.setFillColor(SOFT)
    draw(canvas, MARGIN, height - 62, line(transcript.association, ITALIC, 13))
    canvas.setFillColor(INK)
    (name, *_more) = fit(transcript.member_name, ROMAN, 26, 12, width - 2 * MARGIN)
    draw(canvas, MARGIN, height - 98, name)
    canvas.setFillColor(SOFT)
    licence = " ".join(filter(None, (transcript.license_state, transcript.license_number)))
    about = [
        _("Transcript of continuing education"),
        _("NPN {number}").format(number=transcript.npn) if transcript.npn else "",
        _("Licence {number}").format(number=licence) if licence else "",
    ]
    draw(canvas, MARGIN, height - 118, line(" · ".join(filter(None, about)), ROMAN, 12))
    for (x, _width), title in zip(COLUMNS, (_("Completed"), _("Course"), _("Certificate"), _("Credits")), strict=True):
        draw(canvas, x, FIRST_ROW + 24, line(title, ITALIC, 10.5))
    _rule(canvas, FIRST_ROW + 17)
    return FIRST_ROW


def _row(canvas: Canvas, y: float, one: Earned) -> float:
    canvas.setFillColor(INK)
    draw(canvas, COLUMNS[0][0], y, line(one.completed_on.isoformat(), SANS, 9))
    for number, text in enumerate(_title(one)):
        draw(canvas, COLUMNS[1][0], y - 14 * number, line(text, ROMAN, 11))
    draw(canvas, COLUMNS[2][0], y, line(one.number, SANS, 7.5))
    _right(canvas, y, one.ce_credits)
    return y - _height(one)


def _total(canvas: Canvas, y: float, transcript: Transcript) -> None:
    _rule(canvas, y + 12)
    canvas.setFillColor(INK)
    count = len(transcript.earned)
    draw(canvas, COLUMNS[1][0], y - 6, line(ngettext("{n} certificate", "{n} certificates", count).format(n=count), ITALIC, 11))
    _right(canvas, y - 6, transcript.credits)


def _right(canvas: Canvas, y: float, credits: Decimal) -> None:
    text = line(f"{credits:.2f}", SANS, 9)
    x, width = COLUMNS[3]
    draw(canvas, x + width - text.width, y, text)


def _foot(canvas: Canvas, transcript: Transcript, number: int, of: int) -> None:
    canvas.setFillColor(SOFT)
    made = _("As on record on {day}. Each certificate can be verified by its number.").format(day=transcript.made_on.isoformat())
    draw(canvas, MARGIN, 54, line(made, ITALIC, 10))
    page = line(_("{n} of {all}").format(n=number, all=of), ITALIC, 10)
    draw(canvas, letter[0] - MARGIN - page.width, 54, page)


def _rule(canvas: Canvas, y: float) -> None:
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, y, letter[0] - MARGIN, y)
