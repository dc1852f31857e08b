"""What the Windows installer is made from, as far as it can be told without a compiler: lock, contents, start files."""

from __future__ import annotations

import hashlib
import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = ROOT / "packaging" / "windows"


def part(name, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module(f"windows.{name}")


def locked(name: str) -> dict[str, str]:
    """The versions of a locked list by package."""
    text = (ROOT / "packaging" / name).read_text("utf-8")
    found = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))
    assert len(found) == len(re.findall(r"==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", text))  # each with its hashes
    return found


def test_the_lock_for_windows_holds_the_program_and_no_server_in_the_versions_of_the_others():
    here, everywhere = locked("windows/locked-windows.txt"), locked("locked-run.txt")
    assert {name: everywhere.get(name) for name in here} == here
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {re.split(r"[=<>;]", line)[0] for line in project["dependencies"]}
    assert wanted <= here.keys()
    assert {"tzdata", "pywin32-ctypes"} <= here.keys()  # what Windows needs on top
    assert not {"litestar", "uvicorn", "psycopg"} & here.keys()


def test_whatever_the_contents_name_is_in_the_lock_and_in_the_project(monkeypatch):
    told, here = part("collect", monkeypatch).contents(), locked("windows/locked-windows.txt")
    assert {*told["only"], *told["without"], *told["left"]["packages"], told["runtime"]["wheel"]} <= here.keys()
    for name in (*told["own"]["folders"], *told["own"]["files"]):
        assert (ROOT / name).exists()
    # Whatever the program can import of its own comes along: everything but the server.
    imported = {path.parent.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*/__init__.py")}
    ours = {name for name in imported if name.split("/")[0] in ("app", "sync", "ui")}
    left = {name for name in ours if not name.startswith(tuple(told["own"]["folders"]))}
    assert left == {"sync/server"}


def test_qt_comes_with_every_module_that_the_screens_import(monkeypatch):
    kept = part("collect", monkeypatch).contents()["only"]["pyside6-essentials"]
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "ui").rglob("*.py"))
    imported = set(re.findall(r"^(?:from|import) PySide6\.(Qt\w+)", source, re.MULTILINE))
    assert imported
    assert {f"PySide6/{name}.pyd" for name in imported} <= set(kept)
    assert {f"PySide6/{name.replace('Qt', 'Qt6', 1)}.dll" for name in imported} <= set(kept)


def test_of_a_wheel_only_what_is_wanted_is_unpacked(monkeypatch, tmp_path):
    stage, wheel = part("stage", monkeypatch), tmp_path / "shiboken6-1-cp313-win_amd64.whl"
    files = ["shiboken6/__init__.py", "shiboken6/x.lib", "shiboken6/msvcp140.dll", "shiboken6/Shiboken.pyd"]
    files += ["shiboken6-1.data/scripts/x.exe", "shiboken6-1.dist-info/METADATA"]
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in files:
            archive.writestr(name, name)
    stage.unpack(wheel, tmp_path / "out")
    unpacked = {file.relative_to(tmp_path / "out").as_posix() for file in stage.files(tmp_path / "out")}
    assert unpacked == {"shiboken6/__init__.py", "shiboken6/Shiboken.pyd", "shiboken6-1.dist-info/METADATA"}


def test_the_start_files_run_the_program_and_load_the_runtime_that_is_packed(monkeypatch):
    told, source = part("collect", monkeypatch).contents(), (WINDOWS / "launcher.c").read_text("utf-8")
    (table,) = re.findall(r"RUNTIME\[\] = \{(.*?)\}", source, re.DOTALL)
    assert re.findall(r'L"([^"]+)"', table) == told["runtime"]["files"]
    (code,) = re.findall(r'#define CODE L"(.*)"', source)
    compile(code, "launcher.c", "exec")
    module, name = re.findall(r"from ([\w.]+) import (\w+)", code)[0]
    assert callable(getattr(importlib.import_module(module), name))


def test_the_installer_takes_away_nothing_but_its_own_folder():
    source = (WINDOWS / "setup.nsi").read_text("utf-8")
    removed = re.findall(r"^\s*(?:RMDir|Delete)(?: /\w+)* \"?([^\s\"]+)", source, re.MULTILINE)
    assert removed
    assert all(each.startswith(("$INSTDIR", "$SMPROGRAMS\\${PRODUCT}.lnk", "$R1\\", "$3")) for each in removed)
    assert not re.search(r"APPDATA|PROFILE", source)


def test_the_guide_names_every_exit_code_of_the_installer():
    codes = re.findall(r"^!define [A-Z_]+ (\d{3,4})\b", (WINDOWS / "setup.nsi").read_text("utf-8"), re.MULTILINE)
    guide = (ROOT / "packaging" / "README.md").read_text("utf-8")
    assert len(set(codes)) >= 8
    assert [code for code in sorted(set(codes)) if f"`{code}`" not in guide] == []


def test_there_are_thirty_checks_for_a_real_windows():
    rows = re.findall(r"^\| (\d+) \| .+ \| .+ \| .+ \|$", (WINDOWS / "CHECKS.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [str(number) for number in range(1, 31)]


def test_files_stand_in_the_installer_in_an_order_that_no_disk_decides(monkeypatch, tmp_path):
    build = part("build", monkeypatch)
    for name in ("b/two.py", "a/$x.py", "b/one.py", "top"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    lines = build.list_of_files(tmp_path, "1-abc").splitlines()
    files = [line.removeprefix(f'File "{tmp_path}/').rstrip('"') for line in lines if line.startswith("File")]
    assert files == ["a/$$x.py", "b/one.py", "b/two.py", "top"]
    assert lines[0] == r'SetOutPath "$INSTDIR\versions\1-abc.part\a"'


def test_a_version_becomes_what_windows_and_the_start_files_accept(monkeypatch):
    build = part("build", monkeypatch)
    assert (build.numbers("1.2"), build.numbers("0.1.0.dev3+abc")) == ("1.2.0.0", "0.1.0.3")
    assert build.plain("1.0 rc/1") == "1.0-rc-1"


def test_the_self_check_reads_the_list_that_the_build_and_the_installer_write(monkeypatch):
    names = {part("stage", monkeypatch).LIST, part("prepare", monkeypatch).LIST}
    assert names == {importlib.import_module("app.casework.installation").LIST}


def test_bytecode_is_made_on_the_laptop_and_listed_like_everything_else(tmp_path):
    (tmp_path / "program").mkdir()
    (tmp_path / "packages").mkdir()
    (tmp_path / "program" / "one.py").write_text("ONE = 1\n")
    (tmp_path / "files.sha256").write_text("0  before\n")
    prepare = [sys.executable, "-I", str(WINDOWS / "prepare.py"), str(tmp_path)]
    assert subprocess.run(prepare, check=False).returncode == 0
    (made,) = (tmp_path / "program").rglob("*.pyc")
    listed = f"{hashlib.sha256(made.read_bytes()).hexdigest()}  {made.relative_to(tmp_path).as_posix()}"
    assert (tmp_path / "files.sha256").read_text().splitlines() == ["0  before", listed]
    assert str(tmp_path).encode() not in made.read_bytes()
    (tmp_path / "program" / "two.py").write_text("two = (\n")
    assert subprocess.run(prepare, capture_output=True, check=False).returncode == 1


def test_a_program_without_a_console_does_its_work(monkeypatch):
    main = importlib.import_module("ui.commands.main")
    monkeypatch.setattr(sys, "stdout", None)
    assert main.main(["policy", "example"]) == 0
