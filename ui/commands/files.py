"""Files in and out: case files are imported and exported, papers are made. What leaves is logged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.i18n import N_, Translator
from app.problems import Problem
from ui.commands.opening import Opened, opened
from ui.commands.out import problem_of, put_json, say

if TYPE_CHECKING:
    from app.casework.casefile import Conclusion


def import_files(options: Any) -> int:
    """Make a case from each file; a file that fails is said, and the others go on."""
    failed = False
    with opened(options) as vault:
        from app.casework import casefile

        references = casefile.references_of(vault.desk)
        for name, problem in _named(options.file):
            try:
                if problem:
                    raise problem
                found = casefile.import_case(vault.desk, _bytes(name), references)
            except Problem as met:
                failed = True
                _say_failed(options, vault, name, met)
                continue
            if options.json:
                put_json(as_line(name, found, vault.words))
            else:
                _put_words(name, found, vault)
    return 1 if failed else 0


def as_line(name: str, found: Conclusion, words: Translator) -> dict[str, Any]:
    """What the product concluded from one file, as its line of JSON."""
    findings = [{"path": r.path, "code": r.code, "text": words.text(r.message, **r.facts)} for r in found.findings]
    return {
        "file": name,
        "case": found.case,
        "present": found.present,
        "unknown": found.unknown,
        "rules": found.rules,
        "floor": found.floor,
        "grade": found.grade,
        "extreme": found.extreme,
        "provisional": found.provisional,
        "review_due": found.review_due,
        "tasks": found.tasks,
        "measures": found.measures,
        "print_default": found.print_default,
        "findings": findings,
    }


def _named(given: list[str]) -> Iterator[tuple[str, Problem | None]]:
    for name in given:
        try:
            inside = (
                sorted(str(Path(name) / file.name) for file in Path(name).glob("*.json")) if _is_folder(name) else None
            )
        except OSError:
            inside = []
        if inside is None:
            yield name, None
        elif not inside:
            yield name, Problem("casefile.none", file=name)
        else:
            yield from ((file, None) for file in inside)


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _bytes(name: str) -> bytes:
    from app.casework.casefile_read import MOST_BYTES

    try:
        with Path(name).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Problem("casefile.unreadable", file=name) from error


def _say_failed(options: Any, vault: Opened, name: str, problem: Problem) -> None:
    if options.json:
        put_json({"file": name, "problem": problem_of(problem, vault.words)})
    else:
        print(f"{name}:")
    say(problem, options.language)


def _put_words(name: str, found: Conclusion, vault: Opened) -> None:
    words, label = vault.words, vault.desk.library.label
    floor, grade = words.text(label("grade", found.floor)), words.text(label("grade", found.grade))
    print(words.text(N_("{file}: case {case}"), file=name, case=found.case))
    print("  " + words.text(N_("Floor: {floor} ({rules})"), floor=floor, rules=", ".join(found.rules) or "-"))
    if found.grade:
        print("  " + words.text(N_("Grade: {grade}"), grade=grade))
    print("  " + words.text(N_("Review: {when}"), when=words.moment(found.review_due)))
    for remark in found.findings:
        print(f"  {remark.path}: {words.text(remark.message, **remark.facts)}")


def export(options: Any) -> int:
    """Write a case into a file. The passphrase of this very command counts as asked afresh; it is checked once more."""
    with opened(options) as vault:
        from app.casework import cases
        from app.casework.casefile_out import WARNING, export_case

        case_id = cases.which_case(vault.desk, options.case)
        export_case(vault.desk, case_id, Path(options.out), options.reason, vault.passphrase, options.recipient)
        warning = vault.words.text(WARNING)
    if options.json:
        put_json({"case": case_id, "file": options.out, "warning": warning})
    else:
        print(warning)
    return 0


def print_out(options: Any) -> int:
    """Make a PDF. The log is on the disk before the file is written."""
    with opened(options) as vault:
        from app.casework import cases, paper

        out = Path(options.out)
        if out.exists():
            raise Problem("paper.out_exists", file=out.name)
        if not out.parent.is_dir():
            raise Problem("paper.out_folder", file=out.name)
        case_id = cases.which_case(vault.desk, options.case)
        printed = paper.print_out(
            vault.desk,
            case_id,
            options.document,
            options.variant,
            options.language,
            options.reason,
            outcome="saved",
            all_the_same=options.safe_because,
        )
        paper.save_printed(vault.desk, case_id, printed, out)
    if options.json:
        put_json({"case": case_id, "file": options.out, "copy_number": printed.copy_number})
    return 0
