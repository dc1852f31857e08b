"""A paper while it is written: headings, labelled values and tables in the one style, read through the sieve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.documents import text
from app.documents.context import PaperContext
from app.documents.flow import Block, Flow, Gap, Line, Mark, Row, cell
from app.documents.sheet import Furniture, Sheets, draw_together
from app.documents.sieve import Sieve, Sifted
from app.documents.text import Para, Style, para
from app.documents.words import LEFT_OUT, NONE, Lookup, drawable_names, listed, person_name, value_words
from app.i18n import Translator

PAIR = (1.0, 2.7)


class Draft:
    """The blocks of one paper."""

    def __init__(self, sieve: Sieve, context: PaperContext, translator: Translator) -> None:
        self.sieve, self.context, self.tr = sieve, context, translator
        self.look = Lookup(context.library, translator)
        self.blocks: list[Block] = []
        self.tight = False
        """Whether headings keep little distance, for a paper that is read in one minute."""

    # ---- Words ----------------------------------------------------------------------------------------------------

    def title(self, message: str, **facts: object) -> None:
        """The paper's title."""
        self.blocks.append(para(self.tr.text(message, **facts), text.TITLE))

    def heading(self, message: str, **facts: object) -> None:
        """The heading of a part."""
        style = text.TIGHT_HEADING if self.tight else text.HEADING
        self.blocks.append(para(self.tr.text(message, **facts), style))

    def subheading(self, words: str) -> None:
        """The heading of one thing within a part."""
        self.blocks.append(para(words, text.SUBHEADING, self.tr.text("a name or title of this case")))

    def say(self, words: str, style: Style = text.BODY, where: str = "") -> None:
        """A paragraph, or nothing where there are no words."""
        if words:
            self.blocks.append(para(words, style, where or self.tr.text("a text of this case")))

    def message(self, message: str, style: Style = text.BODY, **facts: object) -> None:
        """A paragraph of the program's own words."""
        self.say(self.tr.text(message, **facts), style)

    def nothing(self) -> None:
        """Says that nothing is recorded; an empty part is never left out silently."""
        self.message(NONE, text.NOTE)

    # ---- Labelled values ---------------------------------------------------------------------------------------------

    def pair(self, label: str, words: str) -> None:
        """A label (already in words) and its words beside each other, or nothing where there are none."""
        if words:
            self.blocks.append(
                Row((cell(para(label, text.LABEL)), cell(para(words, text.CELL, where=label))), PAIR, ruled=False)
            )

    def field(self, record: Sifted, name: str) -> None:
        """A declared field with its label; both values and their officers where two differ."""
        declared = next((f for f in record.declared_fields if f.name == name), None)
        label = self.tr.text(declared.label) if declared else name
        if record.type == "person" and name in {"original_name", "aliases"}:
            words, left_out = drawable_names(record, name)
            self.pair(label, listed((words, self.tr.text(LEFT_OUT) if left_out else "")))
            return
        words = value_words(record.get(name), declared, self.look, self.sieve)
        self.pair(label, words)
        self.differing(record, name)

    def fields(self, record: Sifted, *names: str) -> None:
        """Several fields, or all that the paper may hold."""
        for name in names or [f.name for f in record.declared_fields]:
            self.field(record, name)

    def words(self, record: Sifted, name: str) -> str:
        """The words of a declared field."""
        declared = next((f for f in record.declared_fields if f.name == name), None)
        return value_words(record.get(name), declared, self.look, self.sieve)

    def differing(self, record: Sifted, name: str) -> None:
        """Where officers differ: each value with who recorded it and when."""
        standing = record.differing(name)
        if not standing:
            return
        declared = next((f for f in record.declared_fields if f.name == name), None)
        lines = [
            self.tr.text(
                "{value} – {officer}, {at}",
                value=value_words(s.value, declared, self.look, self.sieve) or self.tr.text(NONE),
                officer=s.written.author,
                at=self.tr.moment(s.written.device_time),
            )
            for s in standing
        ]
        self.pair(self.tr.text("Officers differ"), "\n".join(lines))

    def graded_apart(self) -> None:
        """Where officers graded apart: each grade with who gave it and when."""
        lines = [
            self.tr.text(
                "{value} – {officer}, {at}", value=self.look.code("grade", grade), officer=who, at=self.tr.moment(at)
            )
            for grade, who, at in self.context.apart
        ]
        self.pair(self.tr.text("Officers differ"), "\n".join(lines))

    def name(self, person: Sifted | None) -> str:
        """A person's name."""
        return person_name(person, self.tr)

    def named(self, record_id: object) -> str:
        """The name of the person with that id."""
        return self.name(self.sieve.record(str(record_id))) if record_id else ""

    # ---- Tables ------------------------------------------------------------------------------------------------------

    def table(self, heads: Sequence[str], shares: Sequence[float], rows: Sequence[Sequence[tuple[Para, ...]]]) -> None:
        """Rows under a head that is repeated on every page. The heads are message ids."""
        head = Row(tuple(cell(para(self.tr.text(h), text.LABEL)) for h in heads), tuple(shares), with_next=True)
        if rows:
            self.blocks.append(head)
        self.blocks.extend(Row(tuple(cells), tuple(shares), header=head) for cells in rows)

    def keep_together(self, since: int) -> None:
        """Keep the rows that were added after the first `since` blocks on one page, where one page holds them."""
        self.blocks[since:-1] = [
            replace(block, with_next=True) if isinstance(block, Row) else block for block in self.blocks[since:-1]
        ]

    def gap(self, height: float = 8) -> None:
        """Empty space."""
        self.blocks.append(Gap(height))

    def line(self) -> None:
        """A thin line."""
        self.blocks.append(Line())

    def mark(self, name: str) -> None:
        """Remembers the place."""
        self.blocks.append(Mark(name))

    # ---- What every file copy has --------------------------------------------------------------------------------

    def file_head(self, message: str) -> None:
        """Title and, beneath it, case, copy, reason and officer of a file copy."""
        self.title(message)
        context, tr = self.context, self.tr
        self.pair(tr.text("Case"), str(self.sieve.case.get("reference") or ""))
        self.differing(self.sieve.case, "reference")
        printed = listed((tr.moment(context.printed_at), context.officer, context.device))
        self.pair(tr.text("Printed"), listed((printed, context.reason)) if self.tight else printed)
        if not self.tight:
            self.pair(tr.text("Reason"), context.reason)
        self.gap(4)
        self.line()

    def finish_file_copy(self) -> bytes:
        """The PDF of a file copy: marked, numbered, with the count of pages."""
        return draw_together([self.file_copy()])

    def file_copy(self) -> Sheets:
        """The pages of a file copy with their marks and numbers, to be drawn alone or together with others."""
        tr, context = self.tr, self.context
        pages = Flow().fill(self.blocks)
        marks = [tr.text("FILE COPY {number}", number=context.copy_number).strip(), tr.text("Do not hand out")]
        below = listed((context.officer, tr.moment(context.printed_at)))
        furniture = Furniture(
            title=tr.text("File copy"),
            language=tr.language,
            marks=tuple(para(m, text.MARK) for m in (*practice_mark(context, tr), *marks)),
            below=(para(below, text.SMALL),),
            numbers=tuple(
                para(tr.text("Page {page} of {pages}", page=number, pages=len(pages)), text.SMALL)
                for number in range(1, len(pages) + 1)
            ),
        )
        return Sheets(tuple(pages), furniture)


def practice_mark(context: PaperContext, tr: Translator) -> list[str]:
    """The word that every page from a practice vault bears."""
    return [tr.text("PRACTICE")] if context.practice else []
