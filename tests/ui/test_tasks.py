"""Work in the pool: a result, a Problem or a bug comes out on the thread that asked."""

from __future__ import annotations

import threading

from app.problems import Problem
from ui import tasks


def run(qtbot, function):
    said = []
    tasks.run(
        function,
        lambda result: said.append(("done", result, threading.current_thread())),
        lambda problem: said.append(("failed", problem.code, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: bool(said))
    return said[0]


def test_the_result_comes_out_on_the_thread_that_asked(qtbot):
    there = []
    kind, result, here = run(qtbot, lambda: there.append(threading.current_thread()) or 42)
    assert (kind, result) == ("done", 42)
    assert here is threading.main_thread()
    assert there[0] is not threading.main_thread()


def test_a_problem_comes_out_as_a_problem(qtbot):
    def full():
        raise Problem("store.full")

    assert run(qtbot, full)[:2] == ("failed", "store.full")


def test_a_bug_is_logged_without_its_data(qtbot, caplog):
    def bug():
        raise ValueError("Keira Holm-Barlow")

    assert run(qtbot, bug)[:2] == ("failed", "program.bug")
    assert "Keira" not in caplog.text
    assert tasks._waiting == set()
