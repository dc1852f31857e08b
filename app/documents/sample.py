"""A page of nobody's, to prove that paper can be made on this machine: built as every paper is, and read back."""

from __future__ import annotations

from app.documents.flow import Flow
from app.documents.sheet import Furniture, draw
from app.documents.text import STRONG, para

LINES = ("Holdfast 0123456789", "äöüß éèç ñ łż ğş ČŠŽ Ελληνικά Кирилица", "№ § € – “” 5 < 6 & <b>")


def build_sample() -> bytes:
    """The page as a PDF, with signs of many languages in both weights."""
    blocks = [*(para(line) for line in LINES), *(para(line, STRONG) for line in LINES)]
    return draw(Flow().fill(blocks), Furniture("Document", "en"))


def missing(pdf: bytes) -> list[str]:
    """The lines of the sample that do not stand in the PDF twice when it is read, or that have no picture there."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        text = " ".join(page.get_textpage().get_text_range() for page in document).split()
        dark = [any(byte < 128 for byte in bytes(page.render(grayscale=True).buffer)) for page in document]
    whole = " ".join(text)
    return [line for line in LINES if whole.count(" ".join(line.split())) < 2 or not all(dark)]
