"""Start codes on paper: eight slips to a page, each with the code to type and the same as a QR code."""

from __future__ import annotations

import io
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Done
from desktop.errors import Invalid
from desktop.exams.console import SeatRow
from desktop.exams.start_codes import ALPHABET, START_CODE_CHARACTERS, show_code
from desktop.i18n import _

COLUMNS, ROWS = 2, 4
MARGIN = 36.0
"""Of a letter page and within a slip, in points."""
CODE_SIDE = 92.0


@dataclass(frozen=True, slots=True)
class Slip:
    """What is handed to one candidate. The code is on paper and nowhere else."""

    name: str
    email: str
    place: str
    code: str


def issue_codes(session: Session, seats: Sequence[SeatRow]) -> Done[tuple[Slip, ...]]:
    """New start codes, all or none; each replaces the seat's code of before. Only their hashes are sent."""
    slips = []
    for seat in seats:
        code = "".join(secrets.choice(ALPHABET) for _place in range(START_CODE_CHARACTERS))
        session.execute(sa.select(sa.func.lms.issue_start_code(seat.id, sha256(code.encode()).digest())))
        slips.append(Slip(seat.name, seat.email, " ".join(part for part in (seat.room, seat.label) if part), code))
    return Done(tuple(slips))


def draw_slips(title: str, slips: Sequence[Slip]) -> bytes:
    """A PDF of letter pages, to be cut along the lines."""
    from reportlab.lib.pagesizes import letter
    from reportlab.pdfgen.canvas import Canvas

    from desktop.certificates import qr
    from desktop.certificates.typeset import ROMAN, SANS, Line, draw, fit

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter, pageCompression=1)
    canvas.setTitle(_("Start codes of {title}").format(title=title))
    wide, high = letter[0] / COLUMNS, letter[1] / ROWS

    def printable(text: str, instead: str, size: float) -> list[Line]:
        room = wide - 2 * MARGIN
        try:
            return fit(text, ROMAN, size, 8, room)
        except Invalid:  # no font here has these letters; the slip must be there all the same
            return fit(instead, SANS, size, 6, room)

    for number, slip in enumerate(slips):
        at = number % (COLUMNS * ROWS)
        if number and not at:
            canvas.showPage()
        left, top = at % COLUMNS * wide, letter[1] - at // COLUMNS * high
        canvas.setDash(2, 3)
        canvas.rect(left, top - high, wide, high)
        y = top - MARGIN
        for text in (*printable(slip.name, slip.email, 15), *printable(title, _("Exam"), 10), *printable(slip.place, "", 11)):
            y -= text.size * 1.25
            draw(canvas, left + MARGIN, y, text)
        (code,) = fit(show_code(slip.code), SANS, 14, 14, wide)
        draw(canvas, left + MARGIN, top - high + MARGIN * 0.7, code)
        count, runs = qr.modules(slip.code)
        module = CODE_SIDE / count
        right, above = left + wide - MARGIN - CODE_SIDE, top - high + MARGIN * 1.3 + CODE_SIDE
        path = canvas.beginPath()
        for column, row, length in runs:
            path.rect(right + column * module, above - (row + 1) * module, length * module, module)
        canvas.drawPath(path, stroke=0, fill=1)
    canvas.save()
    return buffer.getvalue()
