"""The steps of a case, each with what is missing, reachable in any order."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.casework.steps import STEPS, TITLES, Progress
from app.i18n import N_, Translator
from ui import theme
from ui.widgets import icons
from ui.widgets.text import PlainButton, PlainLabel

WIDTH = 172
MARK_PX = 18


class StepButton(PlainButton):
    """One step: its title, and under it what is missing."""

    def __init__(self, step: str, translator: Translator, title: str = "") -> None:
        super().__init__("", kind="rail")
        self.step, self._translator = step, translator
        self.setCheckable(True)
        self.title = PlainLabel(translator.text(title or TITLES[step]))
        self.mark = PlainLabel(wrap=False)
        self._draw_mark()
        self.missing = PlainLabel(kind="small")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(theme.SPACE_M, 6, theme.SPACE_S, 6)
        lines.setSpacing(0)
        first = QHBoxLayout()
        first.addWidget(self.title, 1)
        first.addWidget(self.mark)
        lines.addLayout(first)
        lines.addWidget(self.missing)
        for label in (self.title, self.mark, self.missing):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.show_progress(Progress(False))

    def show_progress(self, progress: Progress) -> None:
        """Show how far this step is."""
        say = self._translator.text
        missing = say(progress.message, **dict(progress.facts)) if progress.message else ""
        self.mark.setVisible(progress.done)
        self.show_said(missing, say(N_("done")) if progress.done else missing)

    def show_said(self, under: str, aloud: str = "") -> None:
        """Show something under the title. `aloud`: what is said instead."""
        self.missing.setText(under)
        self.missing.setVisible(bool(under))
        self.setAccessibleName(", ".join(part for part in (self.title.text(), aloud or under) if part))
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "mark"):
            self._draw_mark()
        super().changeEvent(event)

    def _draw_mark(self) -> None:
        self.mark.setPixmap(icons.pixmap("done", theme.scheme().good, MARK_PX, self.devicePixelRatioF()))

    def sizeHint(self) -> QSize:
        layout = self.layout()
        wide = WIDTH - 2 * theme.SPACE_S
        assert layout is not None
        return QSize(wide, max(theme.TARGET_MAIN, layout.heightForWidth(wide)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class StepColumn(QFrame):
    """`chosen(step)` when a step is wanted."""

    chosen = Signal(str)

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", "side")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(translator.text(N_("Steps of this case")))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(theme.SPACE_S, theme.SPACE_S, theme.SPACE_S, theme.SPACE_S)
        lines.setSpacing(2)
        self._group = group = QButtonGroup(self)
        self.buttons: dict[str, StepButton] = {}
        for step in STEPS:
            button = StepButton(step, translator)
            button.clicked.connect(lambda _on, step=step: self.chosen.emit(step))
            group.addButton(button)
            lines.addWidget(button)
            self.buttons[step] = button
        lines.addSpacing(theme.SPACE_S)
        self.charge = StepButton("charge", translator, N_("Who has this case"))
        self.charge.clicked.connect(lambda _on: self.chosen.emit("charge"))
        lines.addWidget(self.charge)
        lines.addStretch(1)

    def show_step(self, step: str) -> None:
        """Mark the step that is shown; none where a page beside the steps is."""
        self._group.setExclusive(step in self.buttons)
        for name, button in (*self.buttons.items(), ("charge", self.charge)):
            button.setChecked(name == step)
        shown = self.charge if step == "charge" else self.buttons.get(step)
        if shown is not None:
            QTimer.singleShot(0, self, lambda: self._bring_into_view(shown))

    def titles(self) -> list[tuple[str, str]]:
        """Each step with its title and what is missing in it, in one line."""
        every = (*self.buttons.items(), ("charge", self.charge))
        return [(step, button.accessibleName()) for step, button in every]

    def _bring_into_view(self, button: QWidget) -> None:
        """In a low window the steps scroll: the one that is shown must be seen."""
        area: QWidget | None = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(button, 0, theme.SPACE_S)

    def show_progress(self, progress: Mapping[str, Progress]) -> None:
        """Show what is missing in each step."""
        for step, button in self.buttons.items():
            if step in progress:
                button.show_progress(progress[step])
