"""Words for people: every sentence passes through a Translator, which is handed in and never global.

English sentences are the message ids, in code and in the resource files alike.
"""

from __future__ import annotations

import gettext
import io
import re
import struct
from datetime import datetime
from pathlib import Path

from app import paths

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ckb", "ps", "sd", "ug", "yi", "dv", "xx-rtl"})
PSEUDO = frozenset({"xx", "xx-rtl"})
BROUGHT: dict[str, gettext.NullTranslations] = {}
"""Catalogues by tag that packs bring. Filled once at the start, before the first word is said."""
_ACCENTS = str.maketrans("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_APOSTROPHE = re.compile(r"(?<=[\w}])'(?=[\w{])|(?<=s)'(?=\s)")


def N_(message: str) -> str:  # noqa: N802 - the name that extraction tools know
    """Mark a message for extraction; it is translated later by a Translator."""
    return message


class Translator:
    """Turns an English message and its facts into words of one language. Facts are data: they are never translated."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations | None = None) -> None:
        self.language = language
        self.rtl = language.split("-")[0] in RIGHT_TO_LEFT or language in RIGHT_TO_LEFT
        self._catalogue = catalogue or gettext.NullTranslations()

    def text(self, message: str, /, **facts: object) -> str:
        """The message in this language, with `{name}` replaced by the fact of that name."""
        return _fill(_typeset(self._translate(message)) if message else "", facts)

    def plural(self, one: str, many: str, n: int, /, **facts: object) -> str:
        """The message for a count; `{n}` is the count."""
        return _fill(_typeset(self._translate_plural(one, many, n)), {"n": n, **facts})

    def day(self, iso: str | None) -> str:
        """A partial date (`1995`, `1995-06`, `1995-06-01`) or a moment as a short day; no date is shown as given."""
        if not iso:
            return ""
        parts = iso[:10].split("-")
        try:
            if len(parts) == 1:
                return f"{int(parts[0]):04d}"
            month = self.text(_MONTHS[int(parts[1]) - 1])
            return f"{month} {parts[0]}" if len(parts) == 2 else f"{int(parts[2])} {month} {parts[0]}"
        except (ValueError, IndexError):
            return iso

    def moment(self, iso: str | None) -> str:
        """A moment (ISO 8601) as day and local time; what is no moment is shown as given."""
        local = _local(iso)
        return f"{self.day(local.date().isoformat())} {_hour(local)}" if local is not None else iso or ""

    def moment_near(self, iso: str) -> str:
        """A moment of these weeks, without the year: `3 Dec 14:05`; what is no moment is shown as given."""
        local = _local(iso)
        return f"{local.day} {self.text(_MONTHS[local.month - 1])} {_hour(local)}" if local is not None else iso

    def _translate(self, message: str) -> str:
        return self._catalogue.gettext(message)

    def _translate_plural(self, one: str, many: str, n: int) -> str:
        return self._catalogue.ngettext(one, many, n)


class PseudoTranslator(Translator):
    """A test language made from English: accented and about 40 % longer, so that cut or untranslated words are seen.

    Mirrored, every text opens with the sign that makes it a right-to-left text.
    """

    def _translate(self, message: str) -> str:
        return self._mark(_pseudo(message))

    def _translate_plural(self, one: str, many: str, n: int) -> str:
        return self._mark(_pseudo(one if n == 1 else many))

    def _mark(self, text: str) -> str:
        return f"\u200f{text}" if self.rtl and text.strip() else text


def translator(language: str, folder: Path | None = None) -> Translator:
    """The Translator of a language tag; English where no catalogue of that language is shipped."""
    if language in PSEUDO:
        return PseudoTranslator(language)
    if folder is None and language in BROUGHT:
        return Translator(language, BROUGHT[language])
    found = gettext.translation(
        "holdfast", folder or paths.resources() / "i18n", [language.replace("-", "_"), language], fallback=True
    )
    return Translator(language, found)


def catalogue(data: bytes) -> gettext.GNUTranslations:
    """The catalogue in the bytes of a `.mo` file. Raises ValueError."""
    try:
        return gettext.GNUTranslations(io.BytesIO(data))
    except (OSError, LookupError, UnicodeError, struct.error, RecursionError) as error:
        raise ValueError("no catalogue of messages") from error


def languages(folder: Path | None = None) -> list[str]:
    """Language tags that can be chosen: English and every folder with a catalogue."""
    where = folder or paths.resources() / "i18n"
    shipped = [p.parents[1].name.replace("_", "-") for p in sorted(where.glob("*/LC_MESSAGES/holdfast.mo"))]
    found = [*shipped, *sorted(BROUGHT)] if folder is None else shipped
    return ["en", *dict.fromkeys(tag for tag in found if tag != "en")]


def _typeset(message: str) -> str:
    """The message with one kind of apostrophe, whoever wrote it; facts stay as they were typed."""
    return _APOSTROPHE.sub("’", message) if "'" in message else message


def _local(iso: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(iso or "")
        return at.astimezone() if at.tzinfo else at
    except (ValueError, OverflowError, OSError):
        return None


def _hour(local: datetime) -> str:
    return f"{local.hour:02d}:{local.minute:02d}"


def _fill(message: str, facts: dict[str, object]) -> str:
    # Replaced by hand and not by str.format: a fact may hold braces, and a translation may hold a mistake.
    out, rest = [], message
    while rest:
        before, brace, after = rest.partition("{")
        out.append(before)
        if not brace:
            break
        name, closing, rest = after.partition("}")
        if not closing:
            out.append("{" + after)
            break
        out.append(str(facts[name]) if name in facts else "{" + name + "}")
    return "".join(out)


def _pseudo(message: str) -> str:
    parts, inside = [], False
    for piece in message.replace("{", "\0{").replace("}", "}\0").split("\0"):
        inside = piece.startswith("{")
        parts.append(piece if inside else piece.translate(_ACCENTS))
    body = "".join(parts)
    # The tail is cut into words, as a longer language is: one word of forty signs would be a test of nothing real.
    tail = " ".join("~" * min(8, left) for left in range(max(1, len(message) * 2 // 5), 0, -8))
    return f"[{body}{tail}]" if message.strip() else body
