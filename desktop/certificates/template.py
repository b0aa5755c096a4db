"""What a certificate looks like apart from its contents: wording that is the association's, colours, paper."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape, letter

TEMPLATES = Path(__file__).resolve().parents[2] / "resources" / "certificates"


class Paper(Enum):
    """Sheet sizes, landscape; the value is (width, height) in points."""

    LETTER = landscape(letter)
    A4 = landscape(A4)


@dataclass(frozen=True, slots=True)
class Palette:
    ink: Color
    soft: Color
    accent: Color
    tint: Color
    paper: Color


@dataclass(frozen=True, slots=True)
class Template:
    version: str
    monogram: str
    signatory: str
    verify_address: str
    colours: Palette


def load_template(path: Path = TEMPLATES / "classic.toml") -> Template:
    """The template in a TOML file. Raises KeyError or ValueError where the file is not one: templates are shipped, not typed in."""
    with path.open("rb") as file:
        values = tomllib.load(file)
    colours = {name: HexColor(value) for name, value in values.pop("colours").items()}
    return Template(**values, colours=Palette(**colours))
