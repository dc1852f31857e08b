"""Told before release: each end of custody, and the stamp that the victim was told, with how, when and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import releases
from app.i18n import N_
from app.records.names import full_name
from app.rules.releases import Release
from app.rules.releases import releases as releases_of
from ui.editors.factory import label_of, options_of
from ui.pages.cards import CardStack
from ui.widgets.bars import Banner
from ui.widgets.choices import ChoiceRow
from ui.widgets.edits import LineEdit
from ui.widgets.moments import MomentEdit
from ui.widgets.text import Card, PlainButton, PlainLabel, column, row

SAID = {
    "told_before": (N_("The victim was told before."), "calm"),
    "told_late": (N_("The victim was told only afterwards."), "warn"),
    "told": (N_("The victim was told. Whether before is not known as long as the time of release is not."), "warn"),
    "passed": (N_("Released, and nobody has noted that the victim was told."), "danger"),
    "ahead": (N_("The victim has not been told yet, as far as is noted."), "danger"),
    "time_unknown": (N_("When custody ends is not known. Find out; until then this stays open."), "warn"),
}


class ReleaseCard(Card):
    """One end of custody. Without a stamp it asks how the victim was told; with one it shows the stamp."""

    def __init__(self, page: Any, key: str) -> None:
        super().__init__()
        self.page, self.words, self.key = page, page.words, key
        self._title = PlainLabel("", kind="question", bold=True)
        self.body.addWidget(self._title)
        self.state = Banner()
        self.body.addWidget(self.state)
        self.stamp_words = PlainLabel("")
        self.body.addWidget(self.stamp_words)
        self.release_at = self._moment(N_("Released, or custody ends"), past=False)
        self.release_at.answered.connect(self._set_time)
        self.asked = QWidget()
        inside = QVBoxLayout(self.asked)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        name = self.words(N_("How the victim was told"))
        self.channel = ChoiceRow(options_of(page.session, "reached"), name=name)
        ways = column(spacing=2)
        ways.addWidget(PlainLabel(name))
        ways.addWidget(self.channel)
        inside.addLayout(ways)
        when = self.words(N_("When told; empty: now"))
        self.told_at = MomentEdit(page.session.translator, self._now, name=when)
        self.told_by = LineEdit(page.session.desk.officer, name=self.words(N_("Told by")))
        pair = QHBoxLayout()
        pair.setSpacing(16)
        for label, edit in ((when, self.told_at), (self.words(N_("Told by")), self.told_by)):
            half = column(spacing=2)
            half.addWidget(PlainLabel(label))
            half.addWidget(edit)
            half.addStretch(1)
            pair.addLayout(half, 1)
        inside.addLayout(pair)
        self.tell = PlainButton(self.words(N_("Stamp: the victim was told")), kind="main")
        self.tell.clicked.connect(self._tell)
        inside.addLayout(row(self.tell))
        self.body.addWidget(self.asked)
        self.back = PlainButton(self.words(N_("Take the stamp back")), kind="quiet")
        self.back.clicked.connect(self._take_back)
        self.body.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)

    def show_record(self) -> None:
        """Bring the card in line with the case."""
        release = next((r for r in releases_of(self.page.view) if r.key == self.key), None)
        if release is None:
            return
        self._title.setText(self._heading(release))
        self.setAccessibleName(self._heading(release))
        self._show_state(release)
        if not self.release_at.edit.hasFocus():
            self.release_at.set_value(release.at)
        self.asked.setVisible(not release.stamped)
        self.tell.setAccessibleName(f"{self.tell.words}: {self._heading(release)}")
        self.back.setVisible(release.stamped)
        self.stamp_words.setText(self._stamp(release))
        self.stamp_words.setVisible(release.stamped)

    def _heading(self, release: Release) -> str:
        name = full_name(release.person) or self.words(N_("Suspect, name not recorded"))
        custody = label_of(self.page.session, "custody", release.person.get("custody")) if release.person else ""
        return " · ".join(part for part in (name, custody if release.of_custody else self.words(N_("Release"))) if part)

    def _show_state(self, release: Release) -> None:
        settled = releases.in_todo(self.page.session.desk, self.page.view, release)
        if settled is None:
            sentence, tone = SAID[release.state(self._now())]
            self.state.say(self.words(sentence), tone)
        elif settled.get("status") == "done":
            said = N_("Closed in To-do, without when the victim was told. Stamp it as proof.")
            self.state.say(self.words(said), "warn")
        else:
            who = settled.get("agency_name") or self.words(N_("another agency"))
            self.state.say(self.words(N_("To-do says that {agency} tells the victim."), agency=who), "calm")

    def _stamp(self, release: Release) -> str:
        event, session = release.event, self.page.session
        if event is None or not release.stamped:
            return ""
        how = label_of(session, "reached", event.get("told_how"))
        when = session.translator.moment(event.get("told_at")) or self.words(N_("time not recorded"))
        return self.words(
            N_("Told {when}, {how}, by {who}."), when=when, how=how, who=event.get("told_by") or event.author
        )

    def _moment(self, label: str, *, past: bool) -> MomentEdit:
        made = MomentEdit(self.page.session.translator, self._now, name=self.words(label), past=past)
        self.body.addWidget(PlainLabel(self.words(label)))
        self.body.addWidget(made)
        return made

    def _now(self) -> datetime:
        now: datetime = self.page.session.desk.clock.now()
        return now

    def _set_time(self, text: str) -> None:
        self.page.act(releases.set_time, self.key, text or None)

    def _tell(self) -> None:
        self.release_at.flush()
        for typed in (self.told_at, self.told_by):
            typed.flush()
        done = self.page.act(
            releases.tell,
            self.key,
            self.channel.value(),
            told_at=self.told_at.value(),
            told_by=self.told_by.value(),
        )
        if done is not None:
            self.page.offer_undo(self.words(N_("Stamped: the victim was told.")))

    def _take_back(self) -> None:
        self.page.act(releases.take_back, self.key)


class ReleasesPart(QWidget):
    """Every end of custody of the case."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page = page
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(8)
        lines.addWidget(page.heading(N_("Told before release")))
        self.none = PlainLabel(
            page.words(
                N_(
                    "Nobody is recorded as held, and no release is noted. Custody and its end are recorded under "
                    "People; then this asks whether the victim was told in time."
                )
            ),
            kind="quiet",
        )
        lines.addWidget(self.none)
        self.cards = CardStack(lambda key: ReleaseCard(page, key))
        lines.addWidget(self.cards)

    def show_case(self) -> None:
        """Bring the cards in line with the case."""
        found = releases_of(self.page.view)
        self.cards.sync([r.key for r in found])
        self.none.setVisible(not found)
