"""The invented caseload: in the window, or walked through without one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import paths
from app.i18n import N_, translator
from ui.commands.main import has_screen, window
from ui.commands.out import put_json

if TYPE_CHECKING:
    from app.casework.desk import Desk

SHOWN_CASE = "NM-2026-0417"
PAPERS = (("safety-plan", "card", "card.pdf"), ("risk-assessment", "full", "risk-assessment.pdf"))


def practice(options: Any) -> int:
    """Make the practice vault where there is none, then open it in the window; without a screen walk through a case."""
    from app.casework import practice as caseload
    from app.casework.desk import close_desk

    folder = Path(options.vault) if options.vault else paths.practice_folder()
    headless = options.headless or not has_screen()
    desk, made = caseload.open_practice(folder)
    try:
        if headless:
            walk(options, desk, folder, made, caseload.passphrase_of(folder))
    finally:
        close_desk(desk)
    if headless:
        return 0
    return window(["--practice", "--vault", str(folder), "--scheme", options.scheme, "--language", options.language])


def walk(options: Any, desk: Desk, folder: Path, made: bool, passphrase: str) -> None:
    """The product's main job on one case: its answers, the floor and the grade, and the paper."""
    from app.casework import casefile, cases

    words = translator(options.language)
    lines = cases.list_cases(desk)
    shown = next((line for line in lines if line.reference == SHOWN_CASE), lines[0])
    case_id = shown.id
    found = casefile.conclude(desk, cases.open_case(desk, case_id, "practice"))
    printed = [_print(desk, case_id, folder, *paper) for paper in PAPERS]
    answer = {
        "vault": str(folder),
        "made": made,
        "passphrase": passphrase,
        "cases": len(lines),
        "reference": shown.reference,
        "case": case_id,
        "present": found.present,
        "unknown": found.unknown,
        "rules": found.rules,
        "floor": found.floor,
        "grade": found.grade,
        "review_due": found.review_due,
        "tasks": found.tasks,
        "measures": found.measures,
        "print_default": found.print_default,
        "papers": [str(path) for path in printed],
    }
    if options.json:
        put_json(answer)
        return
    label = desk.library.label
    print(words.text(N_("PRACTICE: everything in this vault is invented.")))
    print(words.text(N_("Vault: {folder}") if not made else N_("Vault, made now: {folder}"), folder=folder))
    print(words.text(N_("Passphrase: {passphrase}"), passphrase=passphrase))
    print(words.plural(N_("{n} case"), N_("{n} cases"), len(lines)))
    print(words.text(N_("Case {reference}:"), reference=shown.reference))
    told = {
        N_("Present: {what}"): ", ".join(found.present),
        N_("Not known: {what}"): ", ".join(found.unknown),
        N_("Floor: {what}"): f"{words.text(label('grade', found.floor))} ({', '.join(found.rules)})",
        N_("Grade: {what}"): words.text(label("grade", found.grade)),
        N_("Review: {what}"): words.moment(found.review_due),
        N_("Tasks suggested: {what}"): ", ".join(found.tasks),
        N_("Parts of the plan suggested: {what}"): ", ".join(found.measures),
        N_("May be kept: {what}"): words.text(label("variant", found.print_default)),
    }
    for message, what in told.items():
        print("  " + words.text(message, what=what))
    for path in printed:
        print(words.text(N_("Paper: {path}"), path=path))


def _print(desk: Desk, case_id: str, folder: Path, document: str, variant: str, name: str) -> Path:
    """Print one paper beside the vault, under a name that is not taken yet."""
    from app.casework import paper
    from app.vault.disk import make_folder

    papers = folder.with_name(f"{folder.name}-papers")
    make_folder(papers)
    out = papers / name
    number = 2
    while out.exists():
        out = papers / f"{Path(name).stem}-{number}.pdf"
        number += 1
    printed = paper.print_out(desk, case_id, document, variant, "en", "practice", outcome="saved")
    paper.save_copy(printed.pdf, out)
    return out
