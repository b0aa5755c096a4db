"""A copy of a PDF with what was marked on it drawn into its pages; the file itself stays as it was handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.store.pdfium import PDFIUM


def flatten(source: Path, marks: bytes, target: Path) -> None:
    """Write ``target``: the pages of ``source``, each with the page of the same number of the PDF ``marks`` over it.

    A page of ``marks`` has the size of its page as it is shown, so also of one that is shown turned. Those that it has beyond the pages of
    ``source`` follow at the end.

    Raises:
        Invalid: the source has a password, or is no PDF that can be read.
    """
    with PDFIUM:
        _flatten(source, marks, target)


def _flatten(source: Path, marks: bytes, target: Path) -> None:
    import pypdfium2

    document = _opened(source)
    over = pypdfium2.PdfDocument(marks)
    try:
        pages = len(document)
        for number in range(pages):
            page = document[number]
            drawn = over.page_as_xobject(number, document).as_pageobject()
            drawn.set_matrix(pypdfium2.PdfMatrix(*_turned(page)))
            page.insert_obj(drawn)
            page.gen_content()
            page.close()
        if len(over) > pages:
            document.import_pages(over, list(range(pages, len(over))))
        document.save(target)
    finally:
        over.close()
        document.close()


def _turned(page: Any) -> tuple[float, float, float, float, float, float]:
    """The matrix (ISO 32000-2, 8.3.3) from a page as it is shown, with its origin at the lower left, to the page's own space."""
    left, bottom, right, top = page.get_bbox()
    match page.get_rotation():
        case 90:
            return (0, 1, -1, 0, right, bottom)
        case 180:
            return (-1, 0, 0, -1, right, top)
        case 270:
            return (0, -1, 1, 0, left, top)
        case _:
            return (1, 0, 0, 1, left, bottom)


def _opened(path: Path) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise Invalid(_("{file} has a password. Ask its author for a copy without one.").format(file=path.name)) from error
        raise Invalid(_("{file} says that it is a PDF, and is none that can be read.").format(file=path.name)) from error
