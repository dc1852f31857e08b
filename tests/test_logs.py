"""What nobody catches is told by its kind and place, and never by its message: it may quote an officer's words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORD = "bakodirefume"
BEGIN = f"""
import logging, sys, threading
from app import logs
logs.configure()
class Ends:
    def __del__(self):
        fail()
def fail():
    raise ValueError("{WORD}")
"""
QUIET = "logs.quote_nothing()\n"
FAILURES = {
    "in this thread": "fail()",
    "in another thread": "one = threading.Thread(target=fail); one.start(); one.join()",
    "at the end of an object": "Ends()",
}


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize("where", FAILURES)
def test_a_bug_is_told_without_its_message(where: str) -> None:
    told = said(BEGIN + QUIET + FAILURES[where])
    assert "holdfast ERROR holdfast: bug: ValueError in fail line" in told
    assert WORD not in told
    assert WORD in said(BEGIN + FAILURES[where])  # as Python does it by itself


def test_a_library_that_warns_is_not_heard() -> None:
    warns = f"logging.getLogger('library').warning('{WORD}')"
    assert said(BEGIN + QUIET + warns) == ""
    assert WORD in said(BEGIN + warns)
