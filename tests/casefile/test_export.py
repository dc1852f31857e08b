"""Handing a case over: asked for afresh, logged, 0600, never over another file."""

from __future__ import annotations

import json
import os
import stat

import pytest

from app.casework import casefile, operations
from app.casework.casefile_out import export_case
from app.problems import Problem
from tests.casefile.made import PASSPHRASE, exported, least


@pytest.fixture
def case_id(take_in):
    return take_in(least(reference="NM-2026-0001", incident={"narrative": "ሰላም & 5 < 6"})).case


def test_the_file_is_the_case_and_only_its_owner_may_read_it(desk, case_id, tmp_path):
    out = tmp_path / "case.json"
    export_case(desk, case_id, out, "Handed to the records system", PASSPHRASE, "Records")
    assert json.loads(out.read_bytes()) == exported(desk, case_id)
    assert stat.S_IMODE(os.stat(out).st_mode) == 0o600


def test_the_export_is_logged_as_a_disclosure_with_its_reason(desk, case_id, tmp_path):
    export_case(desk, case_id, tmp_path / "case.json", "Handed to the records system", PASSPHRASE, "Records")
    last = operations.logged(desk, case_id)[-1]
    assert (last.operation, last.reason, last.recipient) == ("disclosure", "Handed to the records system", "Records")


@pytest.mark.parametrize(
    "reason, passphrase, name, code",
    [
        ("", PASSPHRASE, "case.json", "casefile.reason_missing"),
        ("  ", PASSPHRASE, "case.json", "casefile.reason_missing"),
        ("r", PASSPHRASE, "missing/case.json", "casefile.out_folder"),
        ("r", PASSPHRASE, "nul\0.json", "casefile.out_folder"),
    ],
)
def test_what_cannot_be_exported_leaves_nothing(desk, case_id, tmp_path, reason, passphrase, name, code):
    with pytest.raises(Problem) as met:
        export_case(desk, case_id, tmp_path / name, reason, passphrase)
    assert met.value.code == code
    assert list(tmp_path.iterdir()) == []
    assert "disclosure" not in [o.operation for o in operations.logged(desk, case_id)]


def test_a_wrong_passphrase_exports_nothing(tmp_path):
    from app.casework.desk import close_desk
    from tests.casefile.made import make_desk

    desk = make_desk(tmp_path / "vault")
    made = casefile.import_case(desk, json.dumps(least()).encode())
    with pytest.raises(Problem) as met:
        export_case(desk, made.case, tmp_path / "case.json", "r", "not the passphrase")
    assert met.value.code == "vault.wrong_passphrase"
    assert not (tmp_path / "case.json").exists()
    close_desk(desk)


def test_another_file_is_never_replaced(desk, case_id, tmp_path):
    out = tmp_path / "case.json"
    out.write_text("mine")
    with pytest.raises(Problem) as met:
        export_case(desk, case_id, out, "r", PASSPHRASE)
    assert met.value.code == "casefile.out_exists"
    assert out.read_text() == "mine"


def test_a_case_that_is_not_there_is_a_problem(desk, tmp_path):
    with pytest.raises(Problem) as met:
        export_case(desk, "f" * 32, tmp_path / "case.json", "r", PASSPHRASE)
    assert met.value.code == "case.unknown"
    assert list(tmp_path.iterdir()) == []
