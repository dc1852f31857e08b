"""Sending pages to a printer as pictures, under a neutral job name. We write nothing to the disk: what the printing
system's library puts into a file first lies in memory (`app.vault.process`); the spooler is the system's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPageSize, QPainter
from PySide6.QtWidgets import QDialog, QWidget

JOB_NAME = "Document"


def there_is_one() -> bool:
    """Whether this laptop has any printer."""
    from PySide6.QtPrintSupport import QPrinterInfo

    return bool(QPrinterInfo.availablePrinterNames())


def choose(parent: QWidget, copies: int, title: str) -> Any:
    """Let the officer choose a printer; None where the dialog was left without printing."""
    from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(JOB_NAME)
    printer.setCreator(JOB_NAME)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setFullPage(True)
    printer.setCopyCount(copies)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle(title)
    # A file goes only where the page's own field says; Qt's file chooser would also keep the path it visited.
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintToFile, False)
    return printer if dialog.exec() == QDialog.DialogCode.Accepted else None


def draw(printer: Any, pages: Iterable[Any]) -> bool:
    """Draw each page on a sheet of its own; whether the printer took the job."""
    painter = QPainter()
    if not painter.begin(printer):
        return False
    try:
        for number, page in enumerate(pages):
            if number and not printer.newPage():
                return False
            picture = QImage(page.rgba, page.width, page.height, page.width * 4, QImage.Format.Format_RGBA8888)
            sheet = painter.viewport()
            scale = min(sheet.width() / page.width, sheet.height() / page.height)
            wide, high = page.width * scale, page.height * scale
            painter.drawImage(QRectF((sheet.width() - wide) / 2, 0, wide, high), picture)
    finally:
        painter.end()
    return True
