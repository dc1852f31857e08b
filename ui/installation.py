"""What only Qt can prove of an installation: the window system's plugin, the fonts on the screen, the printers."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QPointF, qVersion
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app import paths
from app.casework.installation import Finding, NotWellError, Says, WorthKnowingError, run
from app.i18n import N_
from ui import theme

FONTS = ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf")
SIGNS = "Ag7éłЖΩ"
_SIDE = 64


def findings() -> list[Finding]:
    """The checks of this module. Opens no window and needs no screen."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication.instance() or QApplication(["holdfast"])
    assert app is not None
    return [
        run(N_("Window"), window),
        run(N_("Fonts"), lambda: fonts(paths.resources() / "fonts")),
        run(N_("Printers"), printers),
    ]


def versions() -> dict[str, str]:
    """Qt and its binding."""
    import PySide6

    return {"Qt": qVersion(), "PySide6": PySide6.__version__}


def window() -> Says:
    """Load what windows of an X11 screen are made with, and so every library of the system that it needs."""
    if sys.platform != "linux":
        return N_("Windows are made by the system itself."), {}
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    try:
        ctypes.CDLL(str(plugins / "platforms" / "libqxcb.so"))
    except OSError as error:
        # “libxcb-cursor.so.0: cannot open shared object file”: the system's words name the library.
        says = N_("No window can be opened: {error}. Install the package with its dependencies.")
        raise NotWellError(says, error=Path(str(error).partition(":")[0]).name) from error
    return N_("What windows need is there."), {}


def fonts(folder: Path) -> Says:
    """Load each font of the folder and draw signs of three scripts with it: each has ink, and no two look the same."""
    for name in FONTS:
        number = QFontDatabase.addApplicationFont(str(folder / name))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        if theme.FAMILY not in families:
            raise NotWellError(N_("The font {name} cannot be loaded. Install the package again."), (name,), name=name)
        weight = QFont.Weight.Bold if "Bold" in name else QFont.Weight.Normal
        drawn = [_drawn(sign, weight) for sign in SIGNS]
        # Where a font does not draw, every sign is the same empty box, or nothing.
        if len(set(drawn)) < len(SIGNS) or _drawn(" ", weight) in drawn:
            raise NotWellError(N_("Letters are not drawn with {name}: all look the same."), (name,), name=name)
    return N_("Both fonts are loaded and draw."), {}


def _drawn(sign: str, weight: QFont.Weight) -> bytes:
    image = QImage(_SIDE, _SIDE, QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    font = QFont(theme.FAMILY)
    font.setPixelSize(40)
    font.setWeight(weight)
    painter = QPainter(image)
    painter.setFont(font)
    painter.drawText(QPointF(8, 48), sign)
    painter.end()
    return bytes(image.constBits())


def printers() -> Says:
    """List the printers that this user has."""
    from PySide6.QtPrintSupport import QPrinterInfo

    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)) / "printsupport"
    if sys.platform == "linux":
        try:
            ctypes.CDLL(str(plugins / "libcupsprintersupport.so"))
        except OSError as error:
            says = N_("Nothing can be printed: {error} is missing (package libcups2).")
            raise WorthKnowingError(says, error=Path(str(error).partition(":")[0]).name) from error
    names = QPrinterInfo.availablePrinterNames()
    if not names:
        raise WorthKnowingError(N_("There is no printer for this user; paper can be saved as PDF."))
    return N_("{n} printers: {names}."), {"n": len(names), "names": ", ".join(names)}
