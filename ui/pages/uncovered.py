"""Present factors that nothing answers to yet: add a measure, or write why nothing is done."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import plan
from app.i18n import N_
from ui.pages.cards import clear
from ui.pages.drafts import DraftWords
from ui.widgets.choices import CodeBox
from ui.widgets.text import Card, PlainButton, PlainLabel, row


class Gap(QWidget):
    """One factor without an answer in the plan."""

    def __init__(self, page: Any, code: str) -> None:
        super().__init__()
        self.page, self.code = page, code
        words = page.words
        label = page.because([code])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.addWidget(PlainLabel(label, bold=True))
        modules = [(m.code, words(m.title)) for m in page.session.desk.library.modules]
        self.module = CodeBox(
            modules,
            name=words(N_("Subject for a measure against: {factor}"), factor=label),
            empty=words(N_("choose a subject")),
        )
        self.module.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.module.setMinimumContentsLength(18)
        self.add = PlainButton(
            words(N_("Add a measure")), name=words(N_("Add a measure against: {factor}"), factor=label)
        )
        self.add.clicked.connect(
            lambda: page.add_to(self.module.value(), code) if self.module.value() else self.module.setFocus()
        )
        column.addLayout(row(self.module, self.add))
        self.why = DraftWords(page, f"no_action.{code}", N_("No action because"), lines=1)
        self.why.edit.setAccessibleName(words(N_("No action on “{factor}” because"), factor=label))
        self.keep = PlainButton(
            words(N_("Write this down")), name=words(N_("Write down why nothing is done: {factor}"), factor=label)
        )
        self.keep.clicked.connect(self._keep)
        column.addWidget(self.why)
        column.addLayout(row(self.keep))

    def _keep(self) -> None:
        self.why.flush()
        if self.why.text():
            done = self.page.act_quietly(plan.no_action, self.code, self.why.text())
            if done is not None:
                self.why.used()
                self.page.announce(done)
        else:
            self.why.edit.setFocus()


class Uncovered(Card):
    """The gaps, and the reasons that were written already."""

    def __init__(self, page: Any) -> None:
        super().__init__(page.words(N_("Found, but nothing is planned yet")))
        self.page = page
        self.gaps: dict[str, Gap] = {}
        self._column = QVBoxLayout()
        self.body.addLayout(self._column)
        self._reasons = QVBoxLayout()
        self.body.addLayout(self._reasons)

    def show_codes(self, codes: list[str]) -> None:
        """Show exactly these factors."""
        for code in [known for known in self.gaps if known not in codes]:
            gap = self.gaps.pop(code)
            self._column.removeWidget(gap)
            gap.hide()
            gap.deleteLater()
        for code in codes:
            if code not in self.gaps:
                self.gaps[code] = Gap(self.page, code)
                self._column.addWidget(self.gaps[code])
        written = [r for r in self.page.view.of("no_action") if r.get("reason")]
        clear(self._reasons)
        for record in written:
            self._reasons.addWidget(
                PlainLabel(
                    self.page.words(
                        N_("{factor}: no action because {reason}"),
                        factor=self.page.because([record.get("factor")]),
                        reason=record.get("reason"),
                    )
                )
            )
        self.setVisible(bool(codes or written))
