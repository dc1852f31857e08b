"""What a reader finds in a PDF: its text, its text runs with their places, every other string, its type sizes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw


def page_texts(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def text_of(pdf: bytes) -> str:
    return "\n".join(page_texts(pdf))


def flat(text: str) -> str:
    """Without any blank or line end: what was broken over lines is whole again."""
    return re.sub(r"\s+", "", text)


@dataclass(frozen=True)
class Run:
    """One run of text on a page, with its box in points from the lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    baseline: float


def runs(pdf: bytes) -> list[Run]:
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            for thing in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
                left, bottom, right, top = thing.get_bounds()
                found.append(Run(number, left, bottom, right, top, thing.get_matrix().f))
    return found


def overlaps(pdf: bytes) -> list[tuple[Run, Run]]:
    """Pairs of runs that stand on each other: of different lines, or of different columns of one line."""
    by_page: dict[int, list[Run]] = {}
    for run in runs(pdf):
        by_page.setdefault(run.page, []).append(run)
    found = []
    for page in by_page.values():
        ordered = sorted(page, key=lambda r: r.top, reverse=True)
        for place, upper in enumerate(ordered):
            for lower in ordered[place + 1 :]:
                if lower.top < upper.bottom:
                    break
                wide = min(upper.right, lower.right) - max(upper.left, lower.left)
                high = min(upper.top, lower.top) - max(upper.bottom, lower.bottom)
                if wide > 0.6 and high > 0.3:
                    found.append((upper, lower))
    return found


def sizes(pdf: bytes) -> set[float]:
    """Every type size that is drawn with."""
    found = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            size, drawn = 0.0, False
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    size = float(operands[1])
                drawn = str(operator) in {"Tj", "TJ", "'", '"'}
                if drawn:
                    found.add(size)
    return found


def other_strings(pdf: bytes) -> list[str]:
    """Every string and name outside the pages' contents: title, dates, bookmarks, attachments, roles."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [text for thing in [document.trailer, *document.objects] for text in _strings(thing)]


def _strings(thing: Any, depth: int = 0) -> Iterator[str]:
    if depth > 60:
        return
    if isinstance(thing, pikepdf.String | pikepdf.Name):
        yield str(thing)
    elif isinstance(thing, pikepdf.Array):
        for each in thing:
            if not getattr(each, "is_indirect", False):
                yield from _strings(each, depth + 1)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in thing.items():
            yield str(key)
            if not getattr(value, "is_indirect", False):
                yield from _strings(value, depth + 1)


def has_attachments_or_bookmarks(pdf: bytes) -> bool:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return bool(document.attachments) or "/Outlines" in document.Root or "/Names" in document.Root
