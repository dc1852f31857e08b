"""Draws filled pages into a PDF held in memory: marks on every page, numbers, a neutral title, roles for readers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.documents.flow import MM, PAGE_HEIGHT, PAGE_WIDTH, Page, Stroke
from app.documents.fonts import REGULAR, fonts
from app.documents.marks import has_marks, pieces
from app.documents.text import MARK, SMALL, Para, Style

SIDE = 20 * MM
HEAD, FOOT = PAGE_HEIGHT - 13 * MM, 12 * MM


@dataclass(frozen=True)
class Furniture:
    """What stands at the edges of every page: marks above, words below on the left, page numbers on the right."""

    title: str
    language: str
    marks: tuple[Para, ...] = ()
    below: tuple[Para, ...] = ()
    numbers: tuple[Para, ...] = ()


@dataclass(frozen=True)
class Sheets:
    """The filled pages of one paper with what stands at their edges."""

    pages: tuple[Page, ...]
    furniture: Furniture


def draw(pages: Sequence[Page], furniture: Furniture) -> bytes:
    """The PDF's bytes; the same pages give the same bytes. Writes no file."""
    return draw_together([Sheets(tuple(pages), furniture)])


def draw_together(papers: Sequence[Sheets]) -> bytes:
    """One PDF of several papers, each with its own marks and page numbers. Title and language are the first one's."""
    furniture = papers[0].furniture
    from reportlab.pdfgen.canvas import Canvas

    fonts()
    out = io.BytesIO()
    canvas: Any = Canvas(
        out,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageCompression=1,
        invariant=1,
        initialFontName=REGULAR,
        pdfVersion=(1, 7),
        lang=furniture.language,
    )
    for setting in (canvas.setAuthor, canvas.setSubject, canvas.setCreator, canvas.setProducer, canvas.setKeywords):
        setting("")
    canvas.setTitle(furniture.title)
    roles: list[list[str]] = []
    for paper in papers:
        for number, page in enumerate(paper.pages):
            roles.append(_page(canvas, page, paper.furniture, number))
            canvas.showPage()
            _numbered(canvas, len(roles) - 1)
    _structure(canvas, roles)
    canvas.save()
    return out.getvalue()


def _page(canvas: Any, page: Page, furniture: Furniture, number: int) -> list[str]:
    canvas._code.append("/Artifact BMC")
    for stroke in page.strokes:
        _stroke(canvas, stroke)
    x = SIDE
    for mark in furniture.marks:
        x += _put(canvas, x, HEAD, mark.text, MARK) + 14
    for row, below in enumerate(furniture.below):
        _put(canvas, SIDE, FOOT - row * SMALL.leading, below.text, SMALL)
    if furniture.numbers:
        count = furniture.numbers[number]
        _put(canvas, PAGE_WIDTH - SIDE - fonts().width(count.text, SMALL.font, SMALL.size), FOOT, count.text, SMALL)
    canvas._code.append("EMC")
    roles: list[str] = []
    group = None
    for words in page.words:
        if words.group != group:
            if group is not None:
                canvas._code.append("EMC")
            canvas._code.append(f"/{words.style.tag} <</MCID {len(roles)}>> BDC")
            roles.append(words.style.tag)
            group = words.group
        _put(canvas, words.x, words.y, words.text, words.style)
    if group is not None:
        canvas._code.append("EMC")
    return roles


def _put(canvas: Any, x: float, y: float, text: str, style: Style) -> float:
    canvas.setFont(style.font, style.size)
    canvas.setFillGray(style.grey)
    if not has_marks(text):
        canvas.drawString(x, y, text)
    else:
        # Letters and marks are drawn apart, so the line's text is given once more for readers and for copying.
        canvas._code.append(f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex()}>>> BDC")
        for right, up, part in pieces(text, style.font, style.size):
            canvas.drawString(x + right, y + up, part)
        canvas._code.append("EMC")
    return fonts().width(text, style.font, style.size)


def _stroke(canvas: Any, stroke: Stroke) -> None:
    canvas.setStrokeGray(stroke.grey)
    canvas.setLineWidth(stroke.thickness)
    canvas.setDash(*((3, 3) if stroke.dashed else ()))
    canvas.line(stroke.x0, stroke.y0, stroke.x1, stroke.y1)


def _numbered(canvas: Any, number: int) -> None:
    from reportlab.pdfbase.pdfdoc import PDFName

    page = canvas._doc.Pages.pages[-1]
    page.__NoDefault__ = [*type(page).__NoDefault__, "StructParents", "Tabs"]
    page.StructParents, page.Tabs = number, PDFName("S")


def _structure(canvas: Any, roles: list[list[str]]) -> None:
    """The tree of roles by which a screen reader walks through the pages."""
    from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName

    document = canvas._doc
    root, whole = PDFDictionary(), PDFDictionary()
    root_at, whole_at = document.Reference(root), document.Reference(whole)
    kids: list[Any] = []
    parents: list[Any] = []
    for number, tags in enumerate(roles):
        page_at = document.Reference(document.Pages.pages[number])
        elements = []
        for place, tag in enumerate(tags):
            element = {"Type": PDFName("StructElem"), "S": PDFName(tag), "P": whole_at, "Pg": page_at, "K": place}
            elements.append(document.Reference(PDFDictionary(element)))
        kids.extend(elements)
        parents.extend([number, document.Reference(PDFArray(elements))])
    whole.dict.update(Type=PDFName("StructElem"), S=PDFName("Document"), P=root_at, K=PDFArray(kids))
    tree = document.Reference(PDFDictionary({"Nums": PDFArray(parents)}))
    root.dict.update(
        Type=PDFName("StructTreeRoot"), K=PDFArray([whole_at]), ParentTree=tree, ParentTreeNextKey=len(roles)
    )
    document.Catalog.StructTreeRoot = root_at
    document.Catalog.MarkInfo = document.Reference(PDFDictionary({"Marked": "true"}))
    canvas.setViewerPreference("DisplayDocTitle", "true")
