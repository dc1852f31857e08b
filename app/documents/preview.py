"""Pages of a PDF as pictures, from memory to memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """One page: width and height in pixels, and its rows from the top as red, green, blue, alpha bytes."""

    width: int
    height: int
    rgba: bytes


def pages(pdf: bytes, scale: float = 1.0) -> list[Picture]:
    """Every page as a picture; `scale` 1.0 is 72 pixels to the inch. Writes no file."""
    return list(each_page(pdf, scale))


def each_page(pdf: bytes, scale: float = 1.0) -> Iterator[Picture]:
    """The pages one after another, so that a long paper at a printer's resolution never stands in memory as a whole."""
    import pypdfium2
    import pypdfium2.raw

    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(len(document)):
            page = document[number]
            bitmap = page.render(scale=scale, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGRA, rev_byteorder=True)
            rows, stride, wide = bytes(bitmap.buffer), bitmap.stride, bitmap.width * 4
            if stride != wide:
                rows = b"".join(rows[y * stride : y * stride + wide] for y in range(bitmap.height))
            picture = Picture(bitmap.width, bitmap.height, rows[: wide * bitmap.height])
            bitmap.close()
            page.close()
            yield picture
    finally:
        document.close()
