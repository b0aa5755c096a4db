"""Films and pages of other sites in a lesson."""

from __future__ import annotations

import pytest

from desktop.courses.embedding import embed_problem, film


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        ("https://youtu.be/dQw4w9WgXcQ?t=4", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://m.youtube.com/watch?v=dQw4w9WgXcQ&list=x", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://player.vimeo.com/video/76979871?h=1", "https://vimeo.com/76979871"),
        ("https://acme.wistia.com/medias/e4a27b971d", "https://fast.wistia.net/embed/iframe/e4a27b971d"),
        ("https://example.org/watch?v=dQw4w9WgXcQ", None),
        ("https://www.youtube.com/watch?v=short", None),
        ("not an address", None),
    ],
)
def test_films_elsewhere_are_known_by_any_of_their_addresses(address: str, stored: str | None) -> None:
    found = film(address)
    assert (found.address if found else None) == stored


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://acme.h5p.com/content/1", True),
        ("https://docs.google.com/presentation/d/1/embed", True),
        ("http://docs.google.com/x", False),
        ("https://h5p.com.evil.example/", False),
        ("https://notgeogebra.org/", False),
        ("javascript:alert(1)", False),
        ("https://[broken", False),
    ],
)
def test_what_may_be_embedded(address: str, fine: bool) -> None:
    assert (embed_problem(address) == "") is fine
