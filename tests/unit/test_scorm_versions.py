"""What an author is told before a package is replaced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.scorm.manifest import Item, Manifest, Organization, Resource, Standard
from desktop.scorm.versions import compare


def item(identifier: str, title: str = "", **values: object) -> Item:
    made = Item(identifier, title or identifier, True, Resource("r", "a.html", "", True, True), f"{identifier}.html", mastery_score="80")
    return replace(made, **values)  # type: ignore[arg-type]


def manifest(*items: Item, standard: Standard = Standard.SCORM_12) -> Manifest:
    organization = Organization("o", "Course", items)
    return Manifest("m", standard, "", organization, (organization,))


OLD = manifest(item("a"), item("b"))


@pytest.mark.parametrize(
    ("new", "codes"),
    [
        (manifest(item("a"), item("b")), []),
        (manifest(item("a", "Another title"), item("b")), []),
        (manifest(item("b"), item("a")), []),
        (manifest(item("a")), [("gone", "b")]),
        (manifest(item("a"), item("b"), item("c")), [("new", "c")]),
        (manifest(item("a"), item("b2", "b")), [("identifier", "b")]),
        (manifest(item("a"), item("b2", "B", launch="b.html")), [("identifier", "b")]),
        (manifest(item("a", mastery_score=""), item("b", mastery_score="90")), [("mastery", "a"), ("mastery", "b")]),
        (manifest(item("a", visible=False), item("b", launch="c.html")), [("hidden", "a"), ("launch", "b")]),
        (manifest(item("a"), item("b"), standard=Standard.SCORM_2004), [("standard", "")]),
    ],
    ids=["same", "title", "order", "gone", "new", "renamed", "renamed, same page", "mastery", "hidden and moved", "standard"],
)
def test_only_what_does_not_carry_over_is_told(new: Manifest, codes: list[tuple[str, str]]) -> None:
    assert [(remark.code, remark.where) for remark in compare(OLD, new).remarks] == codes


def test_what_was_hidden_and_is_asked_for_now_is_told() -> None:
    assert compare(manifest(item("a", visible=False)), manifest(item("a"))).codes == ["shown"]
