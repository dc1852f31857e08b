"""The rules of the house that no other tool watches: what is loaded when, what draws text, what may stand in a file."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.vault.slots import FLOOR_COST
from app.vault.vault import create

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "sync", "ui")
TEXT_FILES = {
    "",
    ".cfg",
    ".json",
    ".md",
    ".po",
    ".pot",
    ".py",
    ".sh",
    ".spec",
    ".sql",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
}
MADE = {".git", ".venv", "build", "dist", "__pycache__"}


def tracked_files() -> list[Path]:
    """What is in the repository, or about to be; in a copy without one, everything that is not made by a tool."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
        # Git lists nothing in a folder of another user.
        if listed.returncode == 0:
            return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [
        file
        for file in ROOT.rglob("*")
        if file.is_file() and not any(part in MADE or part.endswith(("_cache", ".egg-info")) for part in file.parts)
    ]


def modules(*packages: str) -> list[tuple[str, ast.Module]]:
    """Every module of our packages as (path from the root with slashes, syntax tree)."""
    files = sorted(file for package in packages for file in (ROOT / package).rglob("*.py"))
    return [(file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))) for file in files]


def names_used(tree: ast.Module) -> set[str]:
    """Every name that a module imports, calls or looks up, without what stands before the dot."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.update(node.name.split("."))
    return found


def loaded_by(statement: str) -> set[str]:
    """The names of all modules that are loaded in a fresh Python after a statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def third_party(loaded: set[str]) -> set[str]:
    """The libraries among loaded modules, by first names, without ours, Python's own and what a bare start loads."""
    first = {name.split(".")[0] for name in loaded - loaded_by("")}
    return {name for name in first - sys.stdlib_module_names - {*OURS, "resources"} if not name.startswith(("_", "__"))}


# --- what is loaded before the first paint -------------------------------------------------------------------------

# Loaded inside the function that needs them: each would make the unlock screen wait.
LAZY = (
    "reportlab",
    "pypdfium2",
    "keyring",
    "rapidfuzz",
    "PIL",
    "secretstorage",
    "jeepney",
    "cryptography.x509",
    "sqlite3",
)
BOOT = {"PySide6", "shiboken6", "sqlcipher3", "cryptography", "msgspec", "platformdirs", "cffi", "typing_extensions"}
# What shiboken adds to Python while it loads.
SHIBOKEN = {"shibokensupport", "signature_bootstrap"}
BOOT_QT = {"PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets"}


AT_FIRST_PAINT = """
import ui.start
def tell_paint(app):
    print(json.dumps(sorted(sys.modules)), flush=True)
    app.quit()
ui.start.tell_paint = tell_paint
assert ui.start.main(["--vault", {folder!r}]) == 0
sys.exit(0)
"""


def test_the_unlock_screen_is_painted_with_the_boot_list_alone(vault_folder, monkeypatch):
    words = "quilt harbour lantern seven"
    create(
        vault_folder, officer="Mara Lindqvist", passphrase=words, cost=FLOOR_COST, clock=SystemClock()
    ).unlocked.close()
    monkeypatch.setenv("HOLDFAST_EXIT_AFTER_PAINT", "1")
    loaded = loaded_by(AT_FIRST_PAINT.format(folder=str(vault_folder)))
    assert "ui.shell.unlock" in loaded
    assert not {name for name in loaded if name.startswith(LAZY)}
    assert third_party(loaded) <= BOOT | SHIBOKEN
    assert {name for name in loaded if name.startswith("PySide6.Qt")} <= BOOT_QT
    # The officer's screens, forms and paper come after the passphrase.
    assert not {name for name in loaded if name.startswith(("ui.pages", "ui.editors", "app.documents", "app.forms"))}


def test_the_command_line_starts_without_qt_and_without_the_lazy_libraries():
    loaded = loaded_by("import ui.commands.main")
    assert not {name for name in loaded if name.startswith(("PySide6", "shiboken6", *LAZY))}


def test_what_the_use_cases_load_leaves_paper_and_search_for_later():
    loaded = loaded_by("import app.casework.desk, app.casework.edit, app.casework.cases, app.casework.risk")
    assert not {name for name in loaded if name.startswith(("PySide6", *LAZY))}


# --- what draws text -----------------------------------------------------------------------------------------------

# Each of these takes data that looks like markup for markup, and opens the file or share named in it.
RICH_TEXT = {
    "QErrorMessage",
    "QInputDialog",
    "QLabel",
    "QMessageBox",
    "QProgressDialog",
    "QTextBrowser",
    "QTextEdit",
    "QToolTip",
    "QWhatsThis",
    "ToolTipRole",
    "WhatsThisRole",
    "setToolTip",
    "setWhatsThis",
}


@pytest.mark.parametrize("path, tree", [(p, t) for p, t in modules("ui") if not p.startswith("ui/widgets/")])
def test_only_the_plain_text_widgets_touch_what_reads_markup(path, tree):
    assert not names_used(tree) & RICH_TEXT, f"{path}: use the plain-text widget of ui/widgets"


@pytest.mark.parametrize("path, tree", [(p, t) for p, t in modules("app", "ui") if p != "app/documents/text.py"])
def test_one_way_to_put_words_on_paper(path, tree):
    assert "Paragraph" not in names_used(tree), f"{path}: use app.documents.text, which escapes and checks the script"


# --- how modules are written ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path, tree", modules("app", "sync", "ui", "packaging"))
def test_a_module_says_what_it_is(path, tree):
    assert ast.get_docstring(tree), f"{path} opens without a docstring"
    if path.endswith("__init__.py"):
        assert len(tree.body) == 1, f"{path} holds more than its docstring: names are imported from where they live"


def test_packaging_is_never_a_package():
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would shadow the library of that name"


# --- what may stand in a file --------------------------------------------------------------------------------------

REGISTRY = re.compile(r"pypi\.org|pythonhosted\.|registry\.npm|https?://\S+/simple\b", re.IGNORECASE)
MACHINE = re.compile(
    r"(?<![\w.~/}-])/(?:work|farm|root)/|(?<![\w.~}-])/(?:home|Users)/(?!\$|\{|<)\w+/|C:\\Users\\\w", re.ASCII
)


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    wrong = []
    for file in tracked_files():
        if file.suffix not in TEXT_FILES:
            continue
        text = file.read_text(encoding="utf-8")
        for pattern in (REGISTRY, MACHINE):
            wrong += [f"{file.relative_to(ROOT)}: {found[0]}" for found in pattern.finditer(text)]
    assert not [line for line in wrong if not line.startswith("tests/test_house.py")]


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("home/work/school", False),
        ("see ../work/notes and {root}/work/x", False),
        ("open('/work/main/app')", True),
        ("cd /root/x", True),
        ("/home/keira/vaults/", True),
        ("/home/<name>/vaults/", False),
    ],
)
def test_a_machine_path_is_told_from_a_list_of_words(text, wrong):
    assert bool(MACHINE.search(text)) is wrong


def test_guides_point_to_files_that_are_there():
    guides = [file for file in tracked_files() if file.suffix == ".md"]
    assert guides
    for guide in guides:
        for link in re.findall(r"\]\(([^)#:\s]+)\)", guide.read_text(encoding="utf-8")):
            assert (guide.parent / link).exists(), f"{guide.relative_to(ROOT)}: {link}"


# --- the locked libraries: that each is pinned by its hashes, `tests.proof` proves ---------------------------------


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Each requirement of a locked list: its line without hashes, and how many hashes it has."""
    text = (ROOT / "packaging" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            requirement, _, hashes = line.partition("--hash")
            found[re.split(r"[=<>;\s]", requirement)[0]] = (
                requirement.strip(),
                len(re.findall("sha256:[0-9a-f]{64}", hashes)),
            )
    return found


def test_the_development_list_contains_the_programs_own():
    run, dev = locked("locked-run.txt"), locked("locked-dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_what_the_project_names_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        "locked-run.txt": project["dependencies"] + project["optional-dependencies"]["editable"],
        "locked-dev.txt": project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    for name, requirements in wanted.items():
        names = {re.split(r"[=<>\[]", requirement)[0] for requirement in requirements} - {"holdfast"}
        assert names <= locked(name).keys()
