"""The frame of `dev.py build`: the package writer, the checksums and their signature, the contents list."""

from __future__ import annotations

import importlib
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ROOT = Path(__file__).resolve().parents[2]
EPOCH = 1_700_000_000
FIELDS = {"Package": "try", "Version": "1", "Architecture": "all", "Maintainer": "Nobody <n@example.org>"}
FIELDS |= {"Description": "a try"}


def part(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module(f"artefacts.{name}")


@pytest.fixture
def deb(monkeypatch):
    return part("deb", monkeypatch)


@pytest.fixture
def signing(monkeypatch):
    return part("signing", monkeypatch)


def entries(deb: ModuleType, folder: Path) -> list:
    folder.mkdir(parents=True)
    (folder / "run").write_bytes(b"#!/bin/sh\n")
    (folder / "run").chmod(0o700)
    (folder / "data").write_bytes(b"words")
    (folder / "data").chmod(0o600)
    (folder / "way").symlink_to("run")
    return [*deb.folder_entries(folder, "opt/try"), deb.Entry("etc/try.conf", b"a = 1\n")]


def test_a_package_is_the_same_from_any_folder_in_any_order(deb, tmp_path):
    one = deb.write(tmp_path / "one.deb", FIELDS, entries(deb, tmp_path / "a"), epoch=EPOCH)
    turned = entries(deb, tmp_path / "b" / "further")[::-1]
    other = deb.write(tmp_path / "other.deb", FIELDS, turned, epoch=EPOCH)
    assert one.read_bytes() == other.read_bytes()
    later = deb.write(tmp_path / "later.deb", FIELDS, turned, epoch=EPOCH + 1)
    assert later.read_bytes() != one.read_bytes()


def test_a_package_says_what_is_in_it(deb, tmp_path):
    made = deb.write(
        tmp_path / "try.deb",
        FIELDS,
        entries(deb, tmp_path / "a"),
        epoch=EPOCH,
        scripts={"postinst": "#!/bin/sh\n"},
        conffiles=["etc/try.conf"],
    )
    members = deb.read(made)
    assert list(members) == ["debian-binary", "control.tar.xz", "data.tar.xz"]
    with tarfile.open(fileobj=io.BytesIO(members["data.tar.xz"])) as data:
        held = {member.name: (member.mode, member.linkname, member.uname, member.mtime) for member in data}
    assert held["./opt/try/run"] == (0o755, "", "root", EPOCH)
    assert held["./opt/try/data"] == (0o644, "", "root", EPOCH)
    assert held["./opt/try/way"] == (0o777, "run", "root", EPOCH)
    with tarfile.open(fileobj=io.BytesIO(members["control.tar.xz"])) as control:
        told = {member.name: control.extractfile(member).read().decode() for member in control if member.isfile()}
        assert control.getmember("./postinst").mode == 0o755
    assert "Installed-Size: 7\n" in told["./control"]
    assert told["./conffiles"] == "/etc/try.conf\n"
    assert "89759e1284e2479b991d2669de104942  opt/try/data\n" in told["./md5sums"]


@pytest.mark.parametrize(("paths", "conffiles"), [(("a/b", "a/b"), ()), (("a/b",), ("etc/none",))])
def test_a_package_that_contradicts_itself_is_not_written(deb, tmp_path, paths, conffiles):
    with pytest.raises(ValueError):
        deb.write(tmp_path / "no.deb", FIELDS, [deb.Entry(path) for path in paths], epoch=EPOCH, conffiles=conffiles)
    assert not (tmp_path / "no.deb").exists()


def test_debians_own_tool_reads_the_package(deb, tmp_path):
    made = deb.write(tmp_path / "try.deb", FIELDS, entries(deb, tmp_path / "a"), epoch=EPOCH)
    listed = subprocess.run(["dpkg-deb", "--contents", made], capture_output=True, text=True, check=True).stdout
    assert "./opt/try/way -> run" in listed
    said = subprocess.run(["dpkg-deb", "--field", made, "Package"], capture_output=True, text=True, check=True).stdout
    assert said == "try\n"


def test_checksums_are_signed_and_a_changed_one_is_found(signing, tmp_path):
    private = Ed25519PrivateKey.generate()
    (tmp_path / "b.deb").write_bytes(b"b")
    (tmp_path / "a.deb").write_bytes(b"a")
    sums = signing.checksums(tmp_path)
    signing.sign(sums, signing.Key(private, ""))
    assert [line.split("  ")[1] for line in sums.read_text().splitlines()] == ["a.deb", "b.deb"]
    public = serialization.load_pem_public_key((tmp_path / signing.PUBLIC).read_bytes())
    assert isinstance(public, Ed25519PublicKey)
    signature = (tmp_path / signing.SIGNATURE).read_bytes()
    public.verify(signature, sums.read_bytes())
    (tmp_path / "a.deb").write_bytes(b"another")
    with pytest.raises(InvalidSignature):
        public.verify(signature, signing.checksums(tmp_path).read_bytes())


def test_a_key_is_taken_from_the_file_that_is_named_and_a_wrong_one_is_refused(signing, tmp_path, monkeypatch, capsys):
    missing = sys.modules["machine"].GroundMissingError
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "none.pem").write_text("no key")
    monkeypatch.delenv(signing.KEY, raising=False)
    assert signing.find_key(None).says == "a trial key that proves nothing"
    assert "NO SIGNING KEY" in capsys.readouterr().out
    monkeypatch.setenv(signing.KEY, str(tmp_path / "key.pem"))
    assert "fingerprint" in signing.find_key(None).says
    for wrong in ("none.pem", "absent.pem"):
        with pytest.raises(missing):
            signing.find_key(tmp_path / wrong)


def test_the_contents_list_names_each_part_and_is_the_same_again(monkeypatch, tmp_path):
    sbom, order = part("sbom", monkeypatch), part("order", monkeypatch)
    known = sbom.locked(ROOT / "packaging" / "locked-run.txt")
    assert known["sqlcipher3"].sha256
    file = tmp_path / "try.deb"
    file.write_bytes(b"a package")
    inside = order.Component("SQLite", "3.53.4", of="sqlcipher3")
    made = order.Made(file, [known["sqlcipher3"], inside])
    first = sbom.write(made, "1", EPOCH).read_bytes()
    assert sbom.write(made, "1", EPOCH).read_bytes() == first
    told = json.loads(first)
    assert {part["name"]: part["version"] for part in told["components"]} == {
        "sqlcipher3": known["sqlcipher3"].version,
        "SQLite": "3.53.4",
    }
    depends = {each["ref"]: each.get("dependsOn", []) for each in told["dependencies"]}
    assert depends["try.deb"] == [known["sqlcipher3"].purl]
    assert depends[known["sqlcipher3"].purl] == ["SQLite@3.53.4"]
