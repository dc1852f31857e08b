"""Looking at cases and changing one field of one: list, show, set, conflicts, and what waits to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.i18n import N_
from ui.commands.opening import opened, vault_folder
from ui.commands.out import put_json, put_table

if TYPE_CHECKING:
    from app.records.view import CaseView, Record


def list_all(options: Any) -> int:
    """All cases: one JSON object a line, or a table."""
    with opened(options) as vault:
        from app.casework import cases

        lines = cases.list_cases(vault.desk)
    if options.json:
        for line in lines:
            put_json(
                {
                    "case": line.id,
                    "reference": line.reference or None,
                    "grade": line.grade,
                    "floor": line.floor,
                    "review_due": line.review_due,
                    "conflicts": line.conflicts,
                    "unsent": line.unsent,
                }
            )
        return 0
    say = vault.words
    head = [say.text(message) for message in _HEAD]
    put_table(
        head,
        [
            (
                line.id,
                line.reference,
                line.short_name,
                say.text(vault.desk.library.label("grade", line.grade)),
                say.moment(line.review_due),
                line.conflicts or "",
                line.unsent,
            )
            for line in lines
        ],
    )
    return 0


_HEAD = (N_("Case"), N_("Reference"), N_("Name"), N_("Grade"), N_("Review"), N_("Differs"), N_("To send"))


def show(options: Any) -> int:
    """What stands in a case: its own fields, then its records by type, each with its id."""
    with opened(options) as vault:
        from app.casework import cases

        view = cases.open_case(vault.desk, cases.which_case(vault.desk, options.case), options.reason)
        answer = standing_values(view)
    if options.json:
        put_json(answer)
    else:
        _put_words(answer)
    return 0


def standing_values(view: CaseView) -> dict[str, Any]:
    """The case as one object: `case`, its own fields, and for each type a list of records with `id` and `type`."""
    from app.records.declared import RECORD_TYPES

    answer: dict[str, Any] = {"case": view.id, **_fields(view.case)}
    for kind in RECORD_TYPES.values():
        records = view.of(kind.name, archived=True)
        if records and kind.name != "case":
            # Not “type”: orders and notes have a field of that name.
            answer[kind.case_key] = [{"id": r.id, "record": r.type, **_fields(r)} for r in records]
    return answer


def _fields(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in record.field_names():
        if record.in_conflict(name):
            found[name] = {"conflict": standing(record, name), "in_force": record.get(name)}
        elif record.get(name) is not None:
            found[name] = record.get(name)
    return found


def standing(record: Record, name: str) -> list[dict[str, Any]]:
    """Every standing value of a field with who wrote it and when, oldest first."""
    return [
        {
            "value": s.value,
            "officer": s.written.author,
            "device_time": s.written.device_time,
            "received": s.written.received,
        }
        for s in record.standing(name)
    ]


def _put_words(answer: dict[str, Any]) -> None:
    for name, value in answer.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and "id" in value[0]:
            for record in value:
                print(f"\n{record['record']} {record['id']}")
                for field, held in record.items():
                    if field not in ("id", "record"):
                        print(f"  {field}: {_plain(held)}")
        else:
            print(f"{name}: {_plain(value)}")


def _plain(value: Any) -> str:
    if isinstance(value, dict) and "conflict" in value:
        said = "; ".join(f"{_plain(v['value'])} ({v['officer']}, {v['device_time']})" for v in value["conflict"])
        return f"{_plain(value['in_force'])}  [differs: {said}]"
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return str(value)


def set_one(options: Any) -> int:
    """Set one field of one record."""
    with opened(options) as vault:
        from app.casework import cases
        from app.casework.one_change import set_from_text

        case_id = cases.which_case(vault.desk, options.case)
        record_id, value, remark = set_from_text(
            vault.desk, case_id, options.record, options.field, options.value, resolve=options.resolve
        )
        said = vault.words.text(remark.message, **remark.facts) if remark else None
    if options.json:
        finding = {"code": remark.code, "text": said} if remark else None
        put_json({"case": case_id, "record": record_id, "field": options.field, "value": value, "finding": finding})
    elif said:
        print(said)
    return 0


def conflicts(options: Any) -> int:
    """Fields whose standing values differ: one JSON object a line, or lines for a person."""
    with opened(options) as vault:
        from app.casework import cases

        lines = cases.list_cases(vault.desk)
        wanted = cases.which_case(vault.desk, options.case) if options.case else ""
        for line in lines:
            if (wanted and line.id != wanted) or not line.conflicts:
                continue
            for record, name in cases.open_case(vault.desk, line.id).conflicts():
                found = {
                    "case": line.id,
                    "reference": line.reference or None,
                    "record": record.id,
                    "type": record.type,
                    "field": name,
                    "conflict": standing(record, name),
                    "in_force": record.get(name),
                }
                if options.json:
                    put_json(found)
                else:
                    said = _plain({k: found[k] for k in ("conflict", "in_force")})
                    print(f"{line.reference or line.id}  {record.type} {record.id}  {name}: {said}")
    return 0


def status(options: Any) -> int:
    """What is on this laptop only."""
    with opened(options) as vault:
        from app.casework import cases
        from app.casework.status import waiting

        found, number = waiting(vault.desk), len(cases.list_cases(vault.desk))
        words = vault.words
    if options.json:
        put_json({"vault": str(vault_folder(options)), "cases": number, "unsent": found.unsent, "oldest": found.oldest})
    else:
        print(words.plural(N_("{n} case in this vault."), N_("{n} cases in this vault."), number))
        print(
            words.plural(
                N_("{n} entry is on this laptop only."), N_("{n} entries are on this laptop only."), found.unsent
            )
        )
    return 0
