"""The state machine of three devices and a server, and what must hold when everybody has met.

Every subclass names its devices; the tests run it with the real fold, and with wrong ones that must be found out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from app.clock import FixedClock
from app.notebook import entry as notebook
from app.notebook.fold import fold
from tests.notebook.exchange import Answer, Device, PlainDevice, Server, clock_is_believed_by_nobody_else, whole_log
from tests.notebook.histories import live_dots, seen_by_later_ones, written_dots

CASES = ("c" * 32, "e" * 32)
NAMES = ("a" * 32, "b" * 32, "d" * 32)
RECORDS = ("r1", "r2")
FIELDS = ("given_name", "custody")
START = datetime(2026, 11, 14, 1, tzinfo=UTC)

WHO = st.integers(0, 2)
SIZES = st.sampled_from([1, 2, 500])
FATES = st.sampled_from(["now", "now", "late", "lost", "twice", "crash"])
RARELY = st.integers(0, 5).map(lambda n: n == 0)
WRITES = st.tuples(
    st.sampled_from(CASES),
    st.sampled_from(RECORDS),
    st.sampled_from(["set", "set", "set", "both", "add", "remove", "make", "append", "archive", "future"]),
    st.sampled_from(FIELDS),
    st.sampled_from(["at_large", "in_custody", "Mira", "Невена", ""]),
)


class Exchange(RuleBasedStateMachine):
    """Three officers who write, and a network that loses, repeats and reorders."""

    def __init__(self) -> None:
        super().__init__()
        self.server = Server()
        self.devices: list[Device] = []
        self.mail: list[list[Answer]] = [[], [], []]
        self.furthest = [0, 0, 0]

    def make_devices(self) -> list[Device]:
        return [PlainDevice(name, FixedClock(START)) for name in NAMES]

    @initialize()
    def begin(self) -> None:
        self.devices = self.make_devices()
        self.server.keys = {device.name: device.public_key() for device in self.devices}

    # -- officers

    @rule(who=WHO, what=WRITES, crash=RARELY)
    def write(self, who: int, what: tuple[str, str, str, str, str], crash: bool) -> None:
        case, record, kind, name, value = what
        device = self.devices[who]
        state = device.state(case).records.get(record)
        saw = state.seen if state else lambda _: []
        changes = {
            "set": [notebook.assign(record, {name: (value, saw(name))})],
            "both": [
                notebook.assign(record, {f: (value, saw(f)) for f in FIELDS}),
                notebook.add(record, "roles", "witness"),
            ],
            "add": [notebook.add(record, "roles", "child")],
            "remove": [notebook.remove(record, "roles", saw("roles"))],
            "make": [notebook.create(record, "person", {name: value})],
            "append": [notebook.append(f"n{len(self.server.log)}", "note", {"words": value})],
            "archive": [
                notebook.assign(record, {"archived": ("yes", saw("archived"))}, state.known() if state else {})
            ],
            "future": [{"op": "move", "record": record, "to": value}],
        }[kind]
        self.furthest[who] = max(self.furthest[who], int(device.clock.now().timestamp() * 1000))
        made = device.write(case, changes, crash)
        if made is not None:
            clock_is_believed_by_nobody_else(made, self.furthest[who], self.server.now_ms)

    @rule(who=WHO, writes=st.lists(WRITES, min_size=1, max_size=4), limit=SIZES, sent=FATES, got=FATES)
    def shift(self, who: int, writes: list[tuple[str, str, str, str, str]], limit: int, sent: str, got: str) -> None:
        """An officer writes several things, then there is a network for a moment."""
        for what in writes:
            self.write(who, what, False)
        self.push(who, limit, sent)
        self.pull(who, limit, got)

    @rule(who=WHO, days=st.sampled_from([-9000, -365, -1, 0, 1, 400, 3300]), seconds=st.integers(0, 3600))
    def clock_jumps(self, who: int, days: int, seconds: int) -> None:
        moment = START + timedelta(days=days, seconds=seconds)
        self.devices[who].clock.set(moment)

    @rule(seconds=st.integers(1, 10_000))
    def time_passes(self, seconds: int) -> None:
        self.server.now_ms += seconds * 1000
        for device in self.devices:
            device.clock.advance(seconds)

    # -- network

    @rule(who=WHO, limit=SIZES, fate=FATES)
    def push(self, who: int, limit: int, fate: str) -> None:
        self.arrives(who, self.server.push(self.devices[who].name, self.devices[who].waiting(limit)), fate)

    @rule(who=WHO, limit=SIZES, fate=FATES)
    def pull(self, who: int, limit: int, fate: str) -> None:
        self.arrives(who, self.server.pull(self.devices[who].position(), limit), fate)

    def arrives(self, who: int, answer: Answer, fate: str) -> None:
        """An answer arrives, now or later, never, twice, or just before the machine stops."""
        if fate in ("late", "twice"):
            self.mail[who].append(answer)
        if fate not in ("late", "lost"):
            self.devices[who].deliver(answer, self.server.keys, fate == "crash")

    @rule(who=WHO, which=st.integers(0, 20), fate=FATES)
    def late_answer(self, who: int, which: int, fate: str) -> None:
        """Some answer of earlier arrives, not always the oldest one."""
        if self.mail[who]:
            self.arrives(who, self.mail[who].pop(which % len(self.mail[who])), fate)

    @rule(who=WHO)
    def restart(self, who: int) -> None:
        self.mail[who].clear()
        self.devices[who].restart()

    # -- when everybody has met

    @rule(now=RARELY)
    def meet_in_between(self, now: bool) -> None:
        if now:
            self.everybody_meets()

    def everybody_meets(self) -> None:
        for who, device in enumerate(self.devices):
            for answer in self.mail[who]:
                device.deliver(answer, self.server.keys)
            self.mail[who].clear()
        for _ in range(2):
            for device in self.devices:
                device.deliver(self.server.push(device.name, device.waiting(10**6)), self.server.keys)
            for device in self.devices:
                device.deliver(self.server.pull(device.position(), 10**6), self.server.keys)
        self.what_must_hold()

    def teardown(self) -> None:
        if self.devices:
            self.everybody_meets()

    def what_must_hold(self) -> None:
        entries = [entry for entry, _ in self.server.log]
        assert all(not device.waiting(1) for device in self.devices), "an entry never reached the server"
        for case in CASES:
            mine = [entry for entry in entries if entry.case == case]
            expected = self.folded(case, mine)
            for device in self.devices:
                assert device.state(case).snapshot() == expected, "replicas differ"
            self.nothing_vanished(mine, expected)
        self.stamps_go_forward(entries)
        again = whole_log(self.server)
        for device in self.devices:
            before = {case: device.state(case).snapshot() for case in CASES}
            device.deliver(again, self.server.keys)
            assert {case: device.state(case).snapshot() for case in CASES} == before, "a replay changed something"
            device.check_itself(CASES)

    def folded(self, case: str, entries: list[notebook.Entry]) -> dict:
        return fold(case, [(entry, None) for entry in entries]).snapshot()

    @staticmethod
    def nothing_vanished(entries: list[notebook.Entry], snapshot: dict) -> None:
        live, seen = live_dots(snapshot), seen_by_later_ones(entries)
        assert written_dots(entries) <= live | seen, "a value vanished that nobody had seen"
        assert not live & seen, "a value stands that its reader had replaced"

    @staticmethod
    def stamps_go_forward(entries: list[notebook.Entry]) -> None:
        for name in NAMES:
            stamps = [entry.stamp for entry in entries if entry.device == name]
            assert all(one < following for one, following in pairwise(stamps))
