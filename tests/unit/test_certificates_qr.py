"""The QR code is segno's own, module by module, however its mask was found."""

from __future__ import annotations

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.certificates.qr import modules


@settings(max_examples=20)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=120).map(lambda text: f"https://example.org/{text}"))
def test_the_code_is_the_one_that_the_standard_asks_for(text: str) -> None:
    expected = segno.make_qr(text, error="m", boost_error=False)
    side, runs = modules(text)
    drawn = [[0] * side for _row in range(side)]
    for column, row, length in runs:
        drawn[row][column : column + length] = [1] * length
    assert drawn == [list(row) for row in expected.matrix]
