"""What falls due in all cases, in the order of the screen Today: what hurts first in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.i18n import N_
from ui.commands.opening import opened
from ui.commands.out import put_json, put_table

if TYPE_CHECKING:
    from app.casework.today import DueLine


def today(options: Any) -> int:
    """Everything overdue or due within seven days: one JSON object a line, or a table."""
    with opened(options) as vault:
        from app.casework.today import all_due

        found = all_due(vault.desk)
        words = vault.words
        if options.json:
            for line in found:
                put_json(_told(line, words))
        elif found:
            put_table([words.text(message) for message in _HEAD], [_row(line, words) for line in found])
        else:
            print(words.text(N_("Nothing is overdue or due in the next days.")))
    return 0


_HEAD = (N_("Reference"), N_("Name"), N_("Grade"), N_("Due"), N_("What"), N_("Why"))


def _row(line: DueLine, words: Any) -> tuple[object, ...]:
    from app.casework.due import GRADES

    case, due = line.case, line.due
    grade = GRADES["extreme" if case.extreme else case.grade] if case.grade else N_("not graded")
    when = words.moment(due.at)
    shown = words.text(N_("overdue since {when}"), when=when) if line.overdue else when
    return (case.reference, case.short_name, words.text(grade), shown, due.what(words), due.why(words))


def _told(line: DueLine, words: Any) -> dict[str, object]:
    case, due = line.case, line.due
    return {
        "case": case.id,
        "reference": case.reference or None,
        "grade": case.grade,
        "extreme": case.extreme,
        "kind": due.kind,
        "what": due.what(words),
        "because": due.why(words),
        "due": due.at,
        "overdue": line.overdue,
    }
