"""Who is handed what: entries by scope, notices in order, one answer for "not yours" and "not there"."""

from __future__ import annotations

import pytest

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from sync.server import administration
from sync.server.snapshots import opened
from sync.wire.messages import Head
from sync.wire.signing import from_text
from tests.notebook.writers import key_of
from tests.sync.laptops import Force, Laptop, RefusedError


def outcomes(answer):
    return [(one.outcome, one.reason) for one in answer.outcomes]


def bodies(entries) -> list[bytes]:
    return [bytes(one.entry) for one in entries]


def test_what_one_officer_writes_another_of_the_unit_gets_as_it_was_signed(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    laptop.set(case, "reference", "B")
    laptop.push()
    came = other.pull()
    assert bodies(came) == [one.body for one in laptop.writer.entries]
    assert [from_text(one.signature) for one in came] == [one.signature for one in laptop.writer.entries]
    assert other.writer.state(case).snapshot() == laptop.writer.state(case).snapshot()
    assert other.pull() == []


def test_a_laptop_is_not_sent_its_own_entries_but_their_digest(laptop: Laptop):
    case = laptop.new_case()
    laptop.push()
    assert laptop.pull() == []
    assert int(laptop.digests[case], 16) == sum(int(one.hash, 16) for one in laptop.writer.entries) % (1 << 256)


def test_the_digest_of_a_case_is_the_sum_of_its_entries_at_every_page(force: Force, laptop: Laptop):
    other = force.laptop()
    first, second = laptop.new_case(), laptop.new_case()
    for n in range(6):
        laptop.set(first if n % 2 else second, "reference", str(n))
    laptop.push()
    held: dict[str, int] = {first: 0, second: 0}
    while True:
        page = other.pull_page(limit=3)
        for one in page.entries:
            entry = notebook.read(bytes(one.entry))
            held[entry.case] += int(notebook.SignedEntry(bytes(one.entry), b"").hash, 16)
        for case, digest in page.digests.items():
            assert int(digest, 16) == held[case] % (1 << 256)
        other.cursor = page.cursor
        if not page.more:
            break
    assert all(held.values())


def test_pages_are_whole_whatever_their_size(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    for n in range(9):
        laptop.set(case, "reference", str(n))
    laptop.push()
    assert bodies(other.pull(limit=1)) == [one.body for one in laptop.writer.entries]


def test_another_unit_gets_nothing_and_a_supervisor_above_gets_it(force: Force, laptop: Laptop):
    elsewhere = force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    above = force.do(lambda c, org: administration.new_unit(c, org, "Above"))
    force.do(
        lambda c, org: c.execute(
            "UPDATE unit SET above = %s WHERE org_id = %s AND unit_id = %s", (above, org, force.unit)
        )
    )
    stranger, supervisor = force.laptop(unit=elsewhere), force.laptop("supervisor", above)
    officer_above = force.laptop("officer", above)
    auditor = force.laptop("auditor")
    case = laptop.new_case()
    laptop.push()
    assert stranger.pull() == []
    assert officer_above.pull() == []
    assert auditor.pull() == []
    assert {notebook.read(bytes(one.entry)).case for one in supervisor.pull()} == {case}


def test_not_yours_and_not_there_are_one_answer_and_the_try_is_noted(force: Force, laptop: Laptop):
    stranger = force.laptop(unit=force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere")))
    case = laptop.new_case()
    laptop.push()
    answers = []
    for asked in (case, random_id()):
        with pytest.raises(RefusedError) as refused:
            stranger.history(asked)
        snapshots = stranger.snapshots(asked)
        push = Laptop.push(stranger, _beside(stranger, asked))
        answers.append(
            (
                refused.value.status,
                refused.value.refusal,
                snapshots.snapshots,
                len(snapshots.missing),
                outcomes(push)[-1],
            )
        )
        assert snapshots.missing == [asked]
    assert answers[0] == answers[1] == (404, refused.value.refusal, [], 1, ("refused", "scope"))
    noted = force.rows("SELECT device_id, case_id FROM event WHERE org_id = %s AND kind = 'refused_access'", force.org)
    assert noted == [(stranger.device, case)]


def _beside(laptop: Laptop, case: str) -> notebook.SignedEntry:
    laptop.write(case, notebook.assign(case, {"reference": ("Z", [])}))
    return laptop.writer.entries[-1]


def test_a_case_in_which_a_suspect_works_for_the_police_goes_to_nobody_else(force: Force, laptop: Laptop):
    supervisor, named = force.laptop("supervisor"), force.laptop("professional_standards")
    case = laptop.new_case(police_suspect="yes")
    laptop.set(case, "reference", "B")
    laptop.push()
    assert supervisor.pull() == []
    assert named.pull() == []
    assert supervisor.snapshots().snapshots == []
    with pytest.raises(RefusedError, match="404"):
        supervisor.history(case)
    force.do(lambda c, org: administration.involve(c, org, case, named.officer, "named"))
    named.pull()
    assert [(one.kind, one.case) for one in named.notices] == [("joined", case)]
    assert [one.case for one in named.snapshots(case).snapshots] == [case]
    assert supervisor.pull() == []


def test_a_case_that_becomes_restricted_leaves_everybody_else(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    laptop.push()
    other.pull()
    laptop.set(case, "police_suspect", "yes")
    laptop.set(case, "reference", "after")
    laptop.push()
    assert other.pull() == []
    assert [(one.kind, one.case) for one in other.notices] == [("left", case)]
    # A later no of a laptop frees nothing.
    laptop.set(case, "police_suspect", "no")
    laptop.push()
    assert other.pull() == []
    assert other.snapshots(case).missing == [case]


def test_joined_and_left_stand_in_one_order_with_the_entries(force: Force, laptop: Laptop):
    elsewhere = force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    other = force.laptop(unit=elsewhere)
    case = laptop.new_case()
    laptop.push()
    force.do(lambda c, org: administration.involve(c, org, case, other.officer, "assigned"))
    laptop.set(case, "reference", "after")
    laptop.push()
    page = other.pull_page()
    # Who has charge of the case took the number before the notice.
    assert [(one.number, one.kind) for one in page.notices] == [(3, "joined")]
    assert [one.number for one in page.entries] == [4]
    assert page.scope == 3
    snapshot = other.snapshots(case).snapshots[0]
    assert snapshot.number == 4
    force.do(lambda c, org: administration.involve(c, org, case, other.officer, "assigned", involved=False))
    laptop.set(case, "reference", "after it left")
    laptop.push()
    other.pull()
    assert [(one.number, one.kind) for one in other.notices] == [(6, "left")]
    # From the beginning, the entries of a case that left do not come again.
    page = other.pull_page(cursor=0)
    assert (page.entries, [one.kind for one in page.notices]) == ([], ["left"])


def test_work_in_good_faith_is_taken_in_after_the_case_has_left(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    laptop.push()
    other.pull()
    laptop.set(case, "police_suspect", "yes")
    laptop.push()
    other.set(case, "reference", "before they could know")
    assert outcomes(other.push()) == [("accepted", "")]
    entry = other.writer.entry([notebook.add(case, "tags", "x")], case=case)
    knowing = notebook.sign(type(entry)(**{**_fields(entry), "scope": 99}), _key(other))
    assert outcomes(other.push(knowing)) == [("refused", "scope")]


def _fields(entry):
    return {name: getattr(entry, name) for name in entry.__struct_fields__}


def _key(laptop: Laptop):
    return key_of(laptop.device)


def test_a_case_no_longer_recent_leaves_the_unit_and_not_its_owner(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    laptop.push()
    other.pull()
    force.do(
        lambda c, org: c.execute(
            "UPDATE held_case SET changed_at = now() - interval '91 days' WHERE org_id = %s", (org,)
        )
    )
    assert force.do(administration.age) == 1
    other.pull()
    laptop.pull()
    assert [(one.kind, one.case) for one in other.notices] == [("left", case)]
    assert laptop.notices == []
    # Whoever owns it writes again: it is one of the unit's recent cases again.
    laptop.set(case, "reference", "again")
    laptop.push()
    other.pull()
    assert other.notices[-1].kind == "joined"


def test_a_moved_officer_loses_the_old_unit_and_gets_the_new_one(force: Force, laptop: Laptop):
    elsewhere = force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    there, moving = force.laptop(unit=elsewhere), force.laptop()
    old, new = laptop.new_case(), there.new_case()
    laptop.push()
    there.push()
    moving.pull()
    force.do(lambda c, org: administration.move_officer(c, org, moving.officer, "officer", elsewhere))
    moving.pull()
    assert [(one.kind, one.case) for one in moving.notices] == [("left", old), ("joined", new)]


def test_a_page_that_takes_much_away_bears_an_order(force: Force, laptop: Laptop):
    other = force.laptop()
    for _ in range(25):
        laptop.new_case()
    laptop.push()
    other.pull()
    force.do(
        lambda c, org: c.execute(
            "UPDATE held_case SET changed_at = now() - interval '91 days' WHERE org_id = %s", (org,)
        )
    )
    force.do(administration.age)
    page = other.pull_page()
    assert len(page.notices) == 25
    assert page.order is not None
    assert b'"cases":25' in bytes(page.order.body)


def test_snapshots_are_the_fold_of_the_log(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    laptop.write(case, notebook.append(random_id(), "event", {"kind": "arrest"}), notebook.add(case, "tags", "one"))
    laptop.push()
    other.pull()
    other.set(case, "reference", "of the other")
    laptop.set(case, "reference", "of this one")
    other.push()
    laptop.push()
    laptop.pull()
    answer = other.snapshots(case)
    told = answer.snapshots[0]
    assert opened(case, told.records).snapshot() == laptop.writer.state(case).snapshot()
    assert len(opened(case, told.records).records[case].standing("reference")) == 2
    assert told.number == answer.number
    history = other.history(case)
    assert int(told.digest, 16) == sum(int(e.hash, 16) for e in _all(history)) % (1 << 256)


def _all(history) -> list[notebook.SignedEntry]:
    return [notebook.SignedEntry(bytes(one.entry), b"") for one in history.entries]


def test_a_first_synchronisation_misses_no_case_that_changes_meanwhile(force: Force, laptop: Laptop):
    cases = [laptop.new_case(str(n)) for n in range(7)]
    laptop.push()
    other = force.laptop()
    page = other.snapshots(limit=3)
    assert [one.case for one in page.snapshots] == cases[:3:-1]
    begun = page.number
    # One that has come already and one that has not are changed while the laptop still reads.
    for case in (cases[6], cases[0]):
        laptop.set(case, "reference", "meanwhile")
    laptop.push()
    came = {one.case: one for one in page.snapshots}
    while page.more:
        page = other.snapshots(after=page.after, limit=3)
        came |= {one.case: one for one in page.snapshots}
    assert set(came) == set(cases)
    assert came[cases[0]].number == begun + 2
    # From where it began, the tail brings what changed; nothing of it is missing, some is there twice.
    other.cursor = begun
    assert len(other.pull()) == 2


def test_history_is_all_of_a_case_in_order_and_page_by_page(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    for n in range(5):
        laptop.set(case, "reference", str(n))
    laptop.push()
    assert bodies(other.history(case).entries) == [one.body for one in laptop.writer.entries]
    assert bodies(other.history(case, after=3).entries) == [one.body for one in laptop.writer.entries[3:]]
    assert from_text(other.history(case).keys[laptop.device])


def test_of_another_epoch_a_laptop_reads_from_the_beginning(force: Force, laptop: Laptop):
    other = force.laptop()
    laptop.new_case()
    laptop.push()
    other.pull()
    assert other.pull_page().entries == []
    epoch = force.do(administration.new_epoch)
    page = other.pull_page()
    assert page.epoch == epoch != other.epoch
    assert len(page.entries) == 1


def test_a_head_below_the_servers_is_noted(force: Force, laptop: Laptop):
    laptop.new_case()
    laptop.push()
    page = laptop.pull_page(head=Head(last=0, hash="0" * 64))
    assert page.head.last == 1
    assert force.rows("SELECT kind FROM event WHERE org_id = %s AND kind = 'put_back'", force.org) == [("put_back",)]


def test_a_case_can_be_given_to_another_unit(force: Force, laptop: Laptop):
    elsewhere = force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
    there, here = force.laptop(unit=elsewhere), force.laptop()
    case = laptop.new_case()
    laptop.push()
    here.pull()
    force.do(lambda c, org: administration.transfer(c, org, case, there.officer))
    here.pull()
    there.pull()
    laptop.pull()
    assert [one.kind for one in here.notices] == ["left"]
    assert [one.kind for one in there.notices] == ["joined"]
    # Its author keeps it.
    assert laptop.notices == []


def test_after_a_restore_work_that_saw_what_was_lost_is_taken_in(force: Force, laptop: Laptop):
    """The server was put back to before the first laptop's last entry, which the other one had seen."""
    other = force.laptop()
    case = laptop.new_case()
    laptop.push()
    laptop.set(case, "reference", "lost by the restore")
    other.pull()
    other.writer.read(notebook.read(laptop.writer.entries[1].body))
    other.set(case, "reference", "saw it")
    # Without a restore nobody can have seen what never was here.
    (dot,) = notebook.read(other.writer.entries[0].body).changes[0]["fields"]["reference"]["saw"]
    assert dot == f"{laptop.device}:2"
    force.do(administration.new_epoch)
    assert outcomes(other.push()) == [("accepted", "")]
    assert outcomes(laptop.push()) == [("accepted", "")]
    snapshot = opened(case, other.snapshots(case).snapshots[0].records)
    assert [one.value for one in snapshot.records[case].standing("reference")] == ["saw it"]
    # Once it has been here in the new epoch, its head counts again.
    laptop.epoch = laptop.pull_page().epoch
    laptop.pull_page()
    other.write(case, notebook.assign(case, {"reference": ("never", [f"{laptop.device}:3"])}))
    assert outcomes(other.push()) == [("refused", "unknown")]


def test_after_a_restore_work_in_a_case_whose_opening_was_lost_is_taken_in_and_healed(force: Force, laptop: Laptop):
    """Others wrote in a case that was opened after the backup; they are back before whoever opened it is."""
    other, third, mate = force.laptop(), force.laptop(), force.laptop()
    case = laptop.new_case("opened after the backup")
    for one in (other, third):
        one.writer.read(notebook.read(laptop.writer.entries[0].body))
        one.write(case, notebook.append(random_id(), "note", {"words": "mine"}))
    # Without a restore nobody can have seen a case that never was here.
    stranger = force.laptop()
    stranger.write(case, notebook.append(random_id(), "note", {"words": "guessed"}))
    assert outcomes(stranger.push()) == [("refused", "scope")]
    force.do(administration.new_epoch)
    for one in (other, third):
        assert outcomes(one.push()) == [("accepted", "")]
        assert one.snapshots(case).missing == []
    assert mate.snapshots(case).missing == [case]
    assert outcomes(laptop.push()) == [("accepted", "")]
    # Now it is its author's, and the unit's like any other.
    assert all(one.snapshots(case).missing == [] for one in (laptop, other, third, mate))
    assert force.rows("SELECT author, owner, unit_id FROM held_case WHERE case_id = %s", case) == [
        (laptop.officer, laptop.officer, force.unit)
    ]
    assert force.rows("SELECT * FROM involved WHERE case_id = %s", case) == []
    # Once everybody has been back, what is not here never was.
    for one in (laptop, other, third, mate, stranger):
        one.epoch = one.pull_page().epoch
        one.pull_page()
    stranger.write(random_id(), notebook.append(random_id(), "note", {"words": "guessed"}))
    assert outcomes(stranger.push()) == [("refused", "scope")]
