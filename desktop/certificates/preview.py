"""A page of a PDF as pixels, for the screen and for the printer."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2

from desktop.store.pdfium import PDFIUM


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels of four bytes, blue first and the last one unused; ``stride`` bytes a row."""

    width: int
    height: int
    stride: int
    pixels: bytes


def rasterize(pdf: bytes, width: int) -> Raster:
    """The first page, ``width`` pixels wide."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        bitmap = page.render(scale=width / page.get_width(), prefer_bgrx=True)
        return Raster(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))


def page_size(pdf: bytes) -> tuple[float, float]:
    """Width and height of the first page, in points."""
    with PDFIUM, pypdfium2.PdfDocument(pdf) as document:
        width, height = document[0].get_size()
    return float(width), float(height)
