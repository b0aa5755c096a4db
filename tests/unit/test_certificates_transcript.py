"""A transcript on paper: nothing is cut, however many and however long."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pypdfium2
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.certificates.transcript import Earned, Transcript, draw_transcript

TITLES = st.text(st.sampled_from("abcdefghij KLM"), min_size=1, max_size=160).filter(str.strip)


@settings(max_examples=15, deadline=None)
@given(st.lists(TITLES, max_size=70))
def test_every_certificate_is_on_it_whole(titles: list[str]) -> None:
    earned = tuple(
        Earned(date(2026, 1, 1) - timedelta(days=day), title, f"CERT-2026-{day:08}", Decimal("1.5"), None, None)
        for day, title in enumerate(titles)
    )
    pdf = draw_transcript(Transcript("Nguyễn Thị Ánh", "1234567", "WA", None, "The Association", date(2026, 11, 1), earned))
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        words = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
        boxes = [item.get_bounds() for page in document for item in page.get_objects()]
    for one in earned:
        assert one.number in words
        assert "".join(one.course_title.split()) in words
    assert f"{Decimal('1.5') * len(titles):.2f}" in words
    assert all(left >= 53 and bottom >= 40 and right <= 612 - 53 for left, bottom, right, _top in boxes)
