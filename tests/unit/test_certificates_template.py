"""A design as data: what it may be made of, and what is refused because no certificate could be checked by it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from desktop.certificates.render import fill_in, render
from desktop.certificates.template import SHIPPED, Align, Box, Paper, Picture, Template, Text, find_template, load_template
from desktop.errors import Invalid
from tests.unit.test_certificates_render import SNAPSHOT

CLASSIC = load_template()


def picture(colour: str) -> str:
    file = BytesIO()
    Image.new("RGB", (40, 20), colour).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_design_goes_through_json_unchanged(name: str, paper: Paper) -> None:
    template = load_template(name, paper)
    assert Template.from_data(json.loads(json.dumps(template.to_data()))) == template
    assert find_template(template.version, paper) == template


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("name", SHIPPED)
def test_everything_is_on_the_sheet(name: str, paper: Paper) -> None:
    width, height = paper.value
    sheet = Box(0, 0, width + 0.001, height + 0.001)
    for element in load_template(name, paper).elements:
        assert sheet.left <= element.box.left < element.box.right <= sheet.right, element
        assert sheet.bottom <= element.box.bottom < element.box.top <= sheet.top, element


def test_a_text_is_left_out_where_it_has_nothing_to_say() -> None:
    text = Text(Box(0, 0, 9, 9), "for {designation}, {name}", 12, capitals=True)
    values = fill_in(SNAPSHOT, CLASSIC)
    assert text.words(values) == ""
    assert text.words(values | {"designation": "rebc"}) == "FOR REBC, AMARA OKAFOR, REBC"


def test_a_field_is_never_read_as_a_field_again() -> None:
    text = Text(Box(0, 0, 9, 9), "{name}", 12)
    assert text.words(fill_in(replace(SNAPSHOT, member_name="{number} {0.__class__}"), CLASSIC)) == "{number} {0.__class__}"


def test_a_picture_stands_in_its_place() -> None:
    place = Box(100, 520, 140, 540)
    template = replace(CLASSIC, elements=(*CLASSIC.elements, Picture(place, picture("#ff0000"))))
    assert Template.from_data(template.to_data()) == template
    with pypdfium2.PdfDocument(render(SNAPSHOT, template)) as document:
        page = document[0].render(scale=1).to_pil()
    assert page.getpixel((120, 612 - 530)) == (255, 0, 0)
    assert page.getpixel((120, 612 - 545)) != (255, 0, 0)


@pytest.mark.parametrize("align", Align)
def test_text_keeps_to_its_side_of_the_box(align: Align) -> None:
    box = Box(200, 540, 500, 560)
    template = replace(CLASSIC, elements=(*CLASSIC.elements, Text(box, "Northwest Chapter", 12, align=align)))
    with pypdfium2.PdfDocument(render(SNAPSHOT, template)) as document:
        words = document[0].get_textpage()
        begin = words.search("Northwest Chapter").get_next()
        assert begin is not None
        left, right = words.get_charbox(begin[0])[0], words.get_charbox(begin[0] + begin[1] - 1)[2]
    spare = left - box.left, box.right - right
    assert {Align.LEFT: spare[0] < 2, Align.RIGHT: spare[1] < 2, Align.CENTRE: abs(spare[0] - spare[1]) < 2}[align]


def without(kind: str, **values: object) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["elements"] = [
            one for one in data["elements"] if one["kind"] != kind or any(one[name] != value for name, value in values.items())
        ]

    return change


def adding(**element: object) -> Callable[[dict[str, Any]], None]:
    return lambda data: data["elements"].append({"box": [0, 0, 10, 10], **element})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("text", text="{name}"), "once, in a text of its own"),
        (adding(kind="text", text="{number}", size=9), "once, in a text of its own"),
        (without("code"), "the QR code once"),
        (adding(kind="text", text="{salary}", size=9), "no field “salary”"),
        (adding(kind="text", text="x", size=9, font="comic"), "no font “comic”"),
        (adding(kind="text", text="x", size=5), "smallest size"),
        (adding(kind="panel", colour="pink"), "no colour “pink”"),
        (adding(kind="rule", box=[5, 5, 5, 9]), "a width and a height"),
        (adding(kind="text", text="x", size=9, box=[300, 340, 400, 390]), "Move them apart"),
        (adding(kind="picture", data="R0lGODlhAQABAAAAACw="), "PNG or a JPEG"),
        (adding(kind="picture", data="not base64!"), "PNG or a JPEG"),
        (adding(kind="hologram"), "no design"),
        (adding(kind="seal", glow=1), "no design"),
        (lambda data: data.pop("paper"), "no design"),
    ],
)
def test_a_design_that_could_not_be_drawn_or_checked_is_refused(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    data = CLASSIC.to_data()
    change(data)
    with pytest.raises(Invalid, match=sentence):
        Template.from_data(data)
