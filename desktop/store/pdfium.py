"""PDFium may be used from any thread, but from one at a time (its own documentation, “thread safety”): held while it works."""

from threading import Lock

PDFIUM = Lock()
