"""Days and moments as officers type them: "14:20", "yesterday 23:10", "3.5.2026 9:05", "1995", "May 1995".

What cannot be read, or looks wrong, is kept as typed and marked with a sentence; nothing is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import N_, Translator
from ui.widgets.edits import LineEdit
from ui.widgets.text import PlainLabel, announce

NOT_READ = N_("Kept as you typed it: this is not a date or time the program can read.")
FUTURE = N_("Kept, but this lies in the future. Please check.")
LONG_AGO = N_("Kept, but this is very long ago. Please check.")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"(?:^|\s|T|at\s)(\d{1,2})(?:[:.h](\d{2})(?::(\d{2}))?)(?:\s*(am|pm))?\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What a typed day or moment is kept as; `doubt` is a message where the value should be looked at."""

    value: str
    doubt: str = ""


def read_day(typed: str, today: date, *, past: bool = True) -> Reading:
    """A partial date `1995`, `1995-06` or `1995-06-01` from what was typed."""
    text = " ".join(typed.strip().split())
    if not text:
        return Reading("")
    value = _day(text, today)
    if not value:
        return Reading(text, NOT_READ)
    if past and value > today.isoformat()[: len(value)]:
        return Reading(value, FUTURE)
    if int(value[:4]) < today.year - 120:
        return Reading(value, LONG_AGO)
    return Reading(value)


def read_moment(typed: str, now: datetime, *, past: bool = True) -> Reading:
    """A moment with offset from what was typed; `now` is local time and gives the day where none was typed.

    A time alone that would lie in the future belongs to yesterday when the moment must lie in the past.
    A day alone stays a day.
    """
    text = " ".join(typed.strip().split())
    if not text:
        return Reading("")
    try:
        stored = datetime.fromisoformat(text)
        if stored.tzinfo:
            return _judge(stored, now, past)
    except (ValueError, OverflowError):
        pass
    if text.casefold() == "now":
        return _judge(now.replace(second=0, microsecond=0), now, past)
    clock = _TIME.search(text)
    if clock is None:
        return read_day(text, now.date(), past=past)
    hour, minute = int(clock[1]), int(clock[2])
    if clock[4]:
        hour = hour % 12 + (12 if clock[4].lower() == "pm" else 0)
    if hour > 23 or minute > 59:
        return read_day(text, now.date(), past=past)  # "31.12" is a day
    before = text[: clock.start()].strip(" ,")
    named = _day(before, now.date()) if before else now.date().isoformat()
    if len(named) != 10:
        return Reading(text, NOT_READ)
    try:
        moment = datetime.fromisoformat(named).replace(hour=hour, minute=minute, tzinfo=now.tzinfo)
        if past and not before and moment > now:
            moment -= timedelta(days=1)
        return _judge(moment, now, past)
    except (ValueError, OverflowError):
        return Reading(text, NOT_READ)


def _judge(moment: datetime, now: datetime, past: bool) -> Reading:
    value = moment.replace(microsecond=0).isoformat()
    if past and moment > now + timedelta(minutes=2):
        return Reading(value, FUTURE)
    if moment.year < now.year - 120:
        return Reading(value, LONG_AGO)
    return Reading(value)


def _day(text: str, today: date) -> str:
    lower = text.casefold()
    if lower in ("today", "yesterday", "tomorrow"):
        return (today + timedelta(days=("yesterday", "today", "tomorrow").index(lower) - 1)).isoformat()
    if re.fullmatch(r"\d{4}", lower):
        return lower
    numbers = [int(part) for part in re.findall(r"\d+", lower)]
    words = re.findall(r"[^\W\d_]+", lower)
    month = next((place + 1 for place, name in enumerate(_MONTHS) for word in words if word.startswith(name)), 0)
    if len(words) > (1 if month else 0):
        return ""
    if month:
        if len(numbers) == 1:
            return f"{numbers[0]:04d}-{month:02d}" if numbers[0] > 31 else _real(today.year, month, numbers[0])
        return _real(numbers[1], month, numbers[0]) if len(numbers) == 2 else ""
    if re.fullmatch(r"\d{4}-\d{1,2}(-\d{1,2})?", lower):
        year, *rest = numbers
        return _real(year, *rest)
    if re.fullmatch(r"\d{1,2}[./ -]\d{1,2}[./ -](\d{4}|\d{2})", lower):
        year = numbers[2] if numbers[2] > 99 else 2000 + numbers[2] - (100 if numbers[2] > today.year % 100 + 1 else 0)
        return _real(year, numbers[1], numbers[0])
    if re.fullmatch(r"\d{1,2}[./]\d{4}", lower):
        return _real(numbers[1], numbers[0])
    if re.fullmatch(r"\d{1,2}[./]\d{1,2}\.?", lower):
        return _real(today.year, numbers[1], numbers[0])
    return ""


def _real(year: int, month: int, day: int | None = None) -> str:
    try:
        made = date(year, month, day or 1)
    except ValueError:
        return ""
    return made.isoformat() if day else made.isoformat()[:7]


class MomentEdit(QWidget):
    """A moment typed freely. `answered(str)` carries ISO 8601, or the words as typed where they cannot be read."""

    answered = Signal(str)

    def __init__(
        self,
        translator: Translator,
        now: Callable[[], datetime],
        *,
        name: str,
        past: bool = True,
        day_only: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._translator, self._now, self._past, self._day_only = translator, now, past, day_only
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        if past:
            example = (
                N_("for example 1995, 06/1995 or 1.6.1995") if day_only else N_("for example 14:20, yesterday 23:10")
            )
        else:
            example = N_("for example tomorrow or 1.6.2027") if day_only else N_("for example 18:00, tomorrow 9:30")
        self.edit = LineEdit(name=name, placeholder=translator.text(example))
        self.edit.setAccessibleName(name)
        self.note = PlainLabel(kind="small", quiet=True)
        self.note.hide()
        lines.addWidget(self.edit)
        lines.addWidget(self.note)
        self.setFocusProxy(self.edit)
        self.setAccessibleName(name)
        self._value = ""
        self.edit.answered.connect(self._typed)

    def value(self) -> str:
        """ISO 8601, or the words as typed."""
        return self._value

    def set_value(self, value: str | None) -> None:
        """Show what is stored; emits nothing."""
        self._value = value or ""
        shown = self._translator.day(self._value) if self._day_only else self._translator.moment(self._value)
        shown = shown if self._read(self._value).doubt != NOT_READ else self._value
        if len(self._value) <= 10:
            shown = self._translator.day(self._value) or shown
        self.edit.set_value(shown)
        self._mark(self._read(self._value), echo=False)

    def flush(self) -> None:
        """Hand over what was typed a moment ago."""
        self.edit.flush()

    def _read(self, text: str) -> Reading:
        now = self._now().astimezone()
        return (
            read_day(text, now.date(), past=self._past) if self._day_only else read_moment(text, now, past=self._past)
        )

    def _typed(self, text: str) -> None:
        reading = self._read(text)
        self._mark(reading, echo=True)
        if reading.value != self._value:
            self._value = reading.value
            self.answered.emit(reading.value)

    def _mark(self, reading: Reading, *, echo: bool) -> None:
        self.edit.set_doubtful(bool(reading.doubt))
        if reading.doubt:
            said = self._translator.text(reading.doubt)
            announce(self.edit, said)
        else:
            said = (
                (self._translator.moment if len(reading.value) > 10 else self._translator.day)(reading.value)
                if echo
                else ""
            )
        self.note.setText(said)
        self.note.setVisible(bool(said))


class DayEdit(MomentEdit):
    """A day, month or year typed freely."""

    def __init__(
        self,
        translator: Translator,
        now: Callable[[], datetime],
        *,
        name: str,
        past: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(translator, now, name=name, past=past, day_only=True, parent=parent)
