"""Editing a design: what each step does to places and order, and what the linter says of the result."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.certificates.designing import Edge, Sketch, add, align, around, distribute, move, place, pulled, remove, restack, snap
from desktop.certificates.lint import contrast, lint
from desktop.certificates.template import SHIPPED, Box, Paper, Text, load_template
from desktop.certificates.trial import SCRIPTS, sample, try_out
from desktop.errors import Invalid

SKETCH = Sketch.of(load_template())
NUMBERS = st.frozensets(st.integers(0, len(SKETCH.elements) - 1), min_size=1)
LENGTHS = st.floats(-500, 500)
SNAPSHOT = sample("Amara Okafor, REBC", "Ethics", "Sample association")
CODE = "https://example.org/CERT-0000-00000000"


def number_of(text: str, sketch: Sketch = SKETCH) -> int:
    return next(number for number, one in enumerate(sketch.elements) if isinstance(one, Text) and one.text == text)


@given(NUMBERS, LENGTHS, LENGTHS)
def test_moving_keeps_sizes_and_leaves_the_others(chosen: frozenset[int], dx: float, dy: float) -> None:
    after = move(SKETCH, chosen, dx, dy)
    for number, (old, new) in enumerate(zip(SKETCH.elements, after.elements, strict=True)):
        assert (new.box.width, new.box.height) == pytest.approx((old.box.width, old.box.height))
        if number not in chosen:
            assert new == old


@given(st.sampled_from(["l", "r", "t", "b", "lt", "rb"]), LENGTHS, LENGTHS)
def test_pulling_a_side_never_turns_a_box_inside_out(sides: str, dx: float, dy: float) -> None:
    after = pulled(Box(100, 100, 200, 150), sides, dx, dy)
    assert after.width > 0
    assert after.height > 0


@given(NUMBERS, st.sampled_from(Edge))
def test_what_is_aligned_stays_aligned(chosen: frozenset[int], edge: Edge) -> None:
    once = align(SKETCH, chosen, edge)
    frame = around(once.elements[one].box for one in chosen) if len(chosen) > 1 else SKETCH.sheet
    for one in chosen:
        box = once.elements[one].box
        places = {
            Edge.LEFT: (box.left, frame.left),
            Edge.CENTRE: (box.centre[0], frame.centre[0]),
            Edge.RIGHT: (box.right, frame.right),
            Edge.TOP: (box.top, frame.top),
            Edge.MIDDLE: (box.centre[1], frame.centre[1]),
            Edge.BOTTOM: (box.bottom, frame.bottom),
        }[edge]
        assert places[0] == pytest.approx(places[1])


@given(st.frozensets(st.integers(0, len(SKETCH.elements) - 1), min_size=3), st.booleans())
def test_distributing_leaves_equal_gaps(chosen: frozenset[int], across: bool) -> None:
    after = distribute(SKETCH, chosen, across=across)
    order = sorted(chosen, key=lambda one: SKETCH.elements[one].box.left if across else SKETCH.elements[one].box.bottom)
    boxes = [after.elements[one].box for one in order]
    gaps = [(second.left - first.right) if across else (second.bottom - first.top) for first, second in itertools.pairwise(boxes)]
    assert gaps == pytest.approx([gaps[0]] * len(gaps))


@given(NUMBERS, st.booleans(), st.booleans())
def test_restacking_loses_nothing_and_follows_what_is_chosen(chosen: frozenset[int], up: bool, far: bool) -> None:
    after, numbers = restack(SKETCH, chosen, up=up, all_the_way=far)
    assert {id(after.elements[one]) for one in numbers} == {id(SKETCH.elements[one]) for one in chosen}
    assert {id(one) for one in after.elements} == {id(one) for one in SKETCH.elements}
    if far:
        count = len(chosen)
        assert numbers == frozenset(range(len(SKETCH.elements) - count, len(SKETCH.elements)) if up else range(count))


def test_an_edge_snaps_to_the_nearest_line_and_says_which() -> None:
    found = snap(Box(103, 50, 203, 80), [Box(100, 200, 160, 220), Box(300, 0, 310, 51)], 5)
    assert (found.dx, found.dy, found.upright, found.level) == (-3, 1, 100, 51)
    assert snap(Box(103, 50, 203, 80), [Box(100, 200, 160, 220)], 5, "r").upright is None


def test_a_sketch_may_lack_what_a_design_must_have_but_every_element_can_be_drawn() -> None:
    lacking = remove(SKETCH, {number_of("{number}")})
    with pytest.raises(Invalid, match="once, in a text of its own"):
        lacking.finished()
    with pytest.raises(Invalid, match="no field"):
        add(SKETCH, [Text(Box(0, 0, 10, 10), "{salary}", 9)])
    assert SKETCH.finished() == load_template()


@pytest.mark.parametrize(
    ("number", "box", "sentence"),
    [
        (number_of("{course}"), Box(300, 280, 310, 290), "“Ethics” does not fit, even at the smallest size."),
        (number_of("{signatory}"), Box(-40, 100, 120, 120), "This reaches over the edge of the sheet."),
        (next(n for n, one in enumerate(SKETCH.elements) if one.kind == "code"), Box(620, 90, 640, 110), "The QR code needs"),
        (number_of("{name}"), SKETCH.elements[number_of("{course}")].box, "Move them apart"),
    ],
)
def test_the_linter_says_what_is_wrong_where(number: int, box: Box, sentence: str) -> None:
    before = {finding.sentence for finding in lint(SKETCH, (SNAPSHOT,), CODE)}
    found = [one for one in lint(place(SKETCH, {number: box}), (SNAPSHOT,), CODE) if one.sentence not in before]
    assert any(sentence in one.sentence and one.number in {number, None} for one in found), found


def test_contrast_is_the_standard_s() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    faint = replace(SKETCH, colours=replace(SKETCH.colours, ink="#eeeeee"))
    assert sum("contrast" in one.sentence for one in lint(faint, (SNAPSHOT,), CODE)) > sum(
        "contrast" in one.sentence for one in lint(SKETCH, (SNAPSHOT,), CODE)
    )


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("name", SHIPPED)
def test_the_designs_that_come_with_the_application_hold_names_of_every_script(name: str, paper: Paper) -> None:
    names = tuple(sample(one, "Foundations of Employee Benefits", "Sample association") for _script, one in SCRIPTS)
    trial = try_out(load_template(name, paper), SNAPSHOT, names, 200)
    assert not [one.sentence for one in trial.findings if one.grave or "does not fit" in one.sentence or "edge" in one.sentence]
