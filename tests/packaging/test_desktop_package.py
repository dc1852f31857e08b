"""What goes into the desktop package and what stays out; what stands beside the program. The rest is proven by
`python -m tests.packages desktop`, with the package itself."""

from __future__ import annotations

import configparser
import gzip
import importlib
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from ui.commands import arguments

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ROOT / "packaging" / "desktop"
VENV = "PySide6/Qt"


def part(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module(f"artefacts.{name}")


@pytest.fixture
def bundle(monkeypatch):
    return part("bundle", monkeypatch)


@pytest.mark.parametrize(
    "path",
    [
        f"{VENV}/plugins/platforms/libqxcb.so",
        f"{VENV}/plugins/platforms/libqoffscreen.so",
        f"{VENV}/plugins/printsupport/libcupsprintersupport.so",
        f"{VENV}/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so",
        f"{VENV}/lib/libQt6Widgets.so.6",
        f"{VENV}/lib/libicudata.so.73",
        "sqlcipher3/_sqlite3.cpython-311-x86_64-linux-gnu.so",
        "libcrypto.so.3",
        "cryptography-50.0.2.dist-info/METADATA",
        "resources/fonts/NotoSans-Bold.ttf",
    ],
)
def test_what_the_program_needs_goes_in(bundle, path):
    assert bundle.is_wanted(path)


@pytest.mark.parametrize(
    "path",
    [
        f"{VENV}/plugins/imageformats/libqtiff.so",
        f"{VENV}/plugins/imageformats/libqsvg.so",
        f"{VENV}/plugins/platformthemes/libqgtk3.so",
        f"{VENV}/plugins/platforms/libqwayland.so",
        f"{VENV}/plugins/tls/libqopensslbackend.so",
        f"{VENV}/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        f"{VENV}/lib/libQt6Qml.so.6",
        f"{VENV}/lib/libQt6Quick.so.6",
        f"{VENV}/lib/libQt6Network.so.6",
        f"{VENV}/translations/qtbase_de.qm",
        "libX11.so.6",
        "libX11-xcb.so.1",
        "libxcb-cursor.so.0",
        "libfontconfig.so.1",
        "libglib-2.0.so.0",
        "libstdc++.so.6",
        "libgtk-3.so.0",
        "reportlab/fonts/Vera.ttf",
        "cryptography-50.0.2.dist-info/RECORD",
        "holdfast-0.1.0.dist-info/direct_url.json",
    ],
)
def test_what_it_never_uses_or_the_system_brings_stays_out(bundle, path):
    assert not bundle.is_wanted(path)


def test_every_module_and_data_file_goes_in_but_the_servers(bundle):
    modules, data = bundle.hidden_imports(ROOT), bundle.data_files(ROOT)
    for name in ("ui.commands.main", "ui.installation", "ui.pages.paper", "sync.client.round", "sync.wire.messages"):
        assert name in modules
    for name in ("resources/forms/rr-1.toml", "resources/fonts/NotoSans-Bold.ttf", "app/store/migrations/0001.sql"):
        assert any(each.startswith(name.removesuffix(".sql")) for each in data), name
    assert any(each.startswith("sync/wire/dictionaries/") for each in data)
    assert not [name for name in [*modules, *data] if name.startswith(("sync.server", "sync/server", "tests"))]
    assert "sync.server" in bundle.EXCLUDED


def test_the_list_of_files_is_what_the_self_check_reads(bundle, monkeypatch, tmp_path):
    from app.casework import installation

    assert part("desktop", monkeypatch).LIST == installation.LIST
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "a.toml").write_text("a = 1\n")
    bundle.list_files(tmp_path, installation.LIST)
    (name,) = installation._listed(tmp_path / installation.LIST)
    assert name == "resources/a.toml"
    (tmp_path / "resources" / "a.toml").write_text("a = 2\n")
    finding = installation.run("Files", lambda: installation.files(tmp_path))
    assert (finding.result, finding.what) == ("failed", ("resources/a.toml",))


def test_the_contents_list_can_name_every_locked_package(monkeypatch):
    lock = ROOT / "packaging" / "locked-run.txt"
    known = part("sbom", monkeypatch).locked(lock)
    pinned = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name: one.version for name, one in known.items()} == pinned
    assert all(one.sha256 for one in known.values())


def test_each_command_has_a_page_of_the_manual(monkeypatch):
    pages = part("manual", monkeypatch).pages(ROOT, "1.2", 1_700_000_000)
    assert set(pages) == {"holdfast.1.gz", *(f"holdfast-{'-'.join(one.words)}.1.gz" for one in arguments.COMMANDS)}
    for name, packed in pages.items():
        text = gzip.decompress(packed).decode()
        assert text.startswith(f'.TH "{name.removesuffix(".1.gz").upper()}" 1 "2023-11-14" "Holdfast 1.2"'), name
        assert text.isascii(), name
    whole = gzip.decompress(pages["holdfast-vault-create.1.gz"]).decode()
    assert "\\-\\-officer" in whole


def test_menu_and_catalogue_say_nothing_of_what_the_cases_are_about():
    menu = configparser.ConfigParser(interpolation=None)
    menu.optionxform = str
    menu.read(BESIDE / "holdfast.desktop", encoding="utf-8")
    entry = menu["Desktop Entry"]
    assert (entry["Type"], entry["Name"], entry["Exec"]) == ("Application", "Holdfast", "/opt/holdfast/holdfast")
    about = ElementTree.parse(BESIDE / "org.holdfast.Holdfast.metainfo.xml").getroot()  # noqa: S314 - our own file
    assert about.findtext("launchable") == "holdfast.desktop"
    assert about.findtext("icon") == entry["Icon"]
    assert (BESIDE / "holdfast.svg").exists()
    said = " ".join([*entry.values(), *about.itertext()]).lower()
    for word in ("abuse", "domestic", "police", "victim", "violence"):
        assert word not in said


def test_no_script_of_the_package_touches_a_home():
    for name in ("preinst", "postinst", "prerm", "postrm", "closed.sh"):
        script = (BESIDE / name).read_text(encoding="utf-8")
        assert not re.search(r"\brm\b|/home|\$HOME|~", script), name
