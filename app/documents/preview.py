"""Pages of a PDF as pictures, from memory to memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """One page: width and height in pixels, and its rows from the top as red, green, blue, alpha bytes."""

    width: int
    height: int
    rgba: bytes


def pages(pdf: bytes, scale: float = 1.0) -> list[Picture]:
    """Every page as a picture; `scale` 1.0 is 72 pixels to the inch. Writes no file."""
    import pypdfium2
    import pypdfium2.raw

    pictures = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(len(document)):
            page = document[number]
            bitmap = page.render(scale=scale, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGRA, rev_byteorder=True)
            rows, stride, wide = bytes(bitmap.buffer), bitmap.stride, bitmap.width * 4
            if stride != wide:
                rows = b"".join(rows[y * stride : y * stride + wide] for y in range(bitmap.height))
            pictures.append(Picture(bitmap.width, bitmap.height, rows[: wide * bitmap.height]))
            bitmap.close()
            page.close()
    finally:
        document.close()
    return pictures
