"""The pages of a paper as pictures on the screen, made in the pool from bytes in memory."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.casework import paper
from app.i18n import N_
from ui import theme
from ui.pages.cards import clear


class PagePicture(QWidget):
    """One page, as wide as there is room."""

    def __init__(self, image: QImage, name: str) -> None:
        super().__init__()
        self._image = image
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(480, self.heightForWidth(480))

    def heightForWidth(self, width: int) -> int:
        wide = min(width, self._image.width())
        return round(self._image.height() * wide / max(1, self._image.width())) + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        wide = min(self.width(), self._image.width())
        high = round(self._image.height() * wide / max(1, self._image.width()))
        box = self.rect().adjusted(0, 0, wide - self.width(), high - self.height())
        painter.drawImage(box, self._image)
        if theme.scheme().dark:
            # White paper would dazzle in the dark; what is printed is white all the same.
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
            painter.fillRect(box, theme.scheme().colour("ink"))
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setPen(theme.scheme().colour("line"))
        painter.drawRect(box.adjusted(0, 0, -1, -1))


class Preview(QWidget):
    """The pages under each other; empty until somebody looks."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self._page = page
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._asked = 0
        self.pages: list[PagePicture] = []

    def show_pdf(self, pdf: bytes, scale: float) -> None:
        """Turn the pages into pictures in the pool and show them; a later preview wins."""
        self._asked += 1
        ticket = self._asked
        self._page.session.run(lambda: paper.pages(pdf, scale), lambda pages: self._show(ticket, pages))

    def clear(self) -> None:
        """Show nothing."""
        self._asked += 1
        self.pages = []
        clear(self._column)

    def _show(self, ticket: int, pages: list[Any]) -> None:
        if not isValid(self) or ticket != self._asked:
            return
        clear(self._column)
        self.pages = []
        for number, one in enumerate(pages, 1):
            # The copy belongs to Qt; the bytes may go.
            image = QImage(one.rgba, one.width, one.height, one.width * 4, QImage.Format.Format_RGBA8888).copy()
            name = self._page.words(N_("Page {n} of {all}"), n=number, all=len(pages))
            self.pages.append(PagePicture(image, name))
            self._column.addWidget(self.pages[-1])
        if self.pages:
            self._page.bring_into_view(self.pages[0])
