"""Telling the victim before somebody is released: the stamp with how, when and by whom, and the to-do item that waits.

A release whose time nobody knows stays unknown; one that passed without a stamp stays open; a late stamp says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.casework import edit, todo
from app.casework.desk import Desk
from app.casework.follow_up import refuse_channel
from app.changed import Changed
from app.clock import iso, parse_moment
from app.forms.definitions import TaskDefinition
from app.notebook import ids
from app.notebook.entry import Change
from app.problems import Problem
from app.records.names import full_name
from app.records.view import CaseView, Record
from app.rules.releases import Release, releases, told_in_time

CLOSES = (todo.OPEN, "not_possible_now")
"""Statuses of the to-do item that a stamp turns into done; whatever else somebody decided stays."""
STAMP = ("told", "told_how", "told_at", "told_by", "told_before")


def untold(desk: Desk, view: CaseView) -> list[Release]:
    """Ends of custody of which nobody noted that the victim was told, and of which no other agency tells."""
    return [r for r in releases(view) if not r.stamped and in_todo(desk, view, r) is None]


def in_todo(desk: Desk, view: CaseView, release: Release) -> Record | None:
    """The to-do item by which a release without a stamp is settled: closed there by somebody, as the only one open."""
    task = task_of(desk, view)
    if release.stamped or task is None or task.get("status") not in ("done", "done_by_other_agency"):
        return None
    if _closed_before(task, release):
        return None
    return task if len([r for r in releases(view) if not r.stamped]) == 1 and not _from_stamp(view) else None


def _closed_before(task: Record, release: Release) -> bool:
    """Whether the item was closed before this end of custody was written down: that was about another one."""
    if release.person is None or not release.of_custody:
        return False
    closed = parse_moment(task.changed_at("status"))
    written = parse_moment(release.person.changed_at("custody_until") or release.person.changed_at("custody"))
    return closed is not None and written is not None and closed < written


def _from_stamp(view: CaseView) -> bool:
    return any(r.stamped for r in releases(view))


def definition(desk: Desk) -> TaskDefinition | None:
    """The item of the police list that waits for the end of custody."""
    return next((t for t in desk.library.tasks("police") if t.needs_release_time), None)


def task_of(desk: Desk, view: CaseView) -> Record | None:
    """The record of that item, or None while nobody touched it."""
    item = definition(desk)
    return view.record(todo.task_id(view.id, item.code)) if item is not None else None


def tell(desk: Desk, case_id: str, key: str, channel: str, *, told_at: str = "", told_by: str = "") -> Changed:
    """Stamp that the victim was told: how, when (now where nothing is said) and by whom (the officer of this vault).

    `key`: that of the Release. The to-do item is brought in line, and closed where no release is left untold and all
    times are known. Raises Problem follow_up.channel_missing, follow_up.channel_forbidden, follow_up.time_unreadable.
    """
    view = desk.store.view(case_id)
    release = _release(view, key)
    if not channel:
        raise Problem("follow_up.channel_missing")
    refuse_channel(desk, view, channel)
    now = desk.clock.now()
    at = parse_moment(told_at) if told_at else now
    if at is None or at > now:
        raise Problem("follow_up.time_unreadable", typed=told_at)
    stamp = {
        "told": [name] if (name := full_name(view.victim)) else None,
        "told_how": channel,
        "told_at": iso(at),
        "told_by": told_by.strip() or desk.officer,
        "told_before": told_in_time(iso(at), release.at),
    }
    stamped = _stamp_changes(desk, view, release, stamp)
    return edit.write(desk, case_id, [*stamped, *_task_changes(desk, view, release, stamp)])


def set_time(desk: Desk, case_id: str, key: str, at: str | None) -> Changed:
    """Record when somebody is released; a stamp that is there is judged anew by it."""
    view = desk.store.view(case_id)
    release = _release(view, key)
    changes, event = _custody_changes(desk, view, release, at), release.event
    if event is not None:
        stamp = {name: event.get(name) for name in STAMP}
        if release.stamped:
            stamp["told_before"] = told_in_time(str(stamp["told_at"] or ""), at, stamp["told_before"])
            changes += _task_changes(desk, view, replace(release, at=at), stamp)
        fields = {"happened_at": at, "told_before": stamp["told_before"]}
        changes += edit.assign(desk, case_id, event.id, fields)
    return edit.write(desk, case_id, changes)


def take_back(desk: Desk, case_id: str, key: str) -> Changed:
    """The stamp was a mistake: it goes, and the to-do item is open again. The notebook keeps both."""
    view = desk.store.view(case_id)
    release = _release(view, key)
    if release.event is None or not release.stamped:
        return Changed()
    changes = edit.assign(desk, case_id, release.event.id, dict.fromkeys(STAMP))
    task = task_of(desk, view)
    if task is not None and task.get("status") == "done":
        open_again = {"status": todo.OPEN, "done_at": None, "channel": None, "told_before": None}
        changes += edit.assign(desk, case_id, task.id, open_again)
    return edit.write(desk, case_id, changes)


def _release(view: CaseView, key: str) -> Release:
    found = next((r for r in releases(view) if r.key == key), None)
    if found is None:
        raise Problem("record.unknown", record=key)
    return found


def _custody_changes(desk: Desk, view: CaseView, release: Release, at: str | None) -> list[Change]:
    if not release.of_custody or release.person is None:
        return []
    return edit.assign(desk, view.id, release.person.id, {"custody_until": at})


def _stamp_changes(desk: Desk, view: CaseView, release: Release, stamp: dict[str, Any]) -> list[Change]:
    fields = {"happened_at": release.at, **stamp}
    if release.event is not None:
        return edit.assign(desk, view.id, release.event.id, fields)
    person = release.person.id if release.person is not None else None
    return edit.make("event", ids.new_id(desk.clock.now()), {"kind": "release", "person": person, **fields})


def _task_changes(desk: Desk, view: CaseView, release: Release, stamp: dict[str, Any]) -> list[Change]:
    """The to-do item after a stamp: the gravest of what is known of all releases, closed where nothing is open."""
    item, task = definition(desk), task_of(desk, view)
    if item is None:
        return []
    others = [r for r in releases(view) if r.key != release.key]
    told = [stamp["told_before"], *(r.told_before for r in others)]
    waiting = [r for r in others if not r.stamped]
    values: dict[str, Any] = {
        "channel": stamp["told_how"],
        "release_at": _earliest([r.at for r in waiting]) or release.at,
        "told_before": "no" if "no" in told else "unknown" if "unknown" in told else "yes",
    }
    known = parse_moment(release.at or "") is not None
    status = str(task.get("status", todo.OPEN)) if task is not None else todo.OPEN
    if known and not waiting and status in CLOSES:
        values |= {"status": "done", "done_at": iso(desk.clock.now())}
    if task is None:
        values = {"code": item.code, "agency": item.agency or "police", "status": todo.OPEN, **values}
    return edit.put_changes(desk, view.id, "task", todo.task_id(view.id, item.code), values)


def _earliest(moments: list[str | None]) -> str | None:
    known = [(at, text) for text in moments if (at := parse_moment(text or "")) is not None]
    return min(known)[1] if known else None
