"""Figures about the running server, in the text form that Prometheus reads: counts, times, states.

No person, no device and no case is in them; labels come from short fixed lists. Only this machine may ask for them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.problems import Problem
from sync.wire.messages import Outcome

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
_FORGET_S = 15 * 60
"""After so long without a pull, a laptop that had more to read is no longer waited for: it is offline."""


class Figures:
    """What is counted while requests are answered; `tell` hands it out together with what the database says."""

    def __init__(self) -> None:
        self.registry = made = CollectorRegistry()
        self.requests = Counter("holdfast_requests", "Requests answered", ["path", "status"], registry=made)
        self.refusals = Counter("holdfast_refusals", "Requests refused, by reason", ["path", "code"], registry=made)
        self.seconds = Histogram(
            "holdfast_request_seconds", "Time to an answer", ["path"], buckets=_SECONDS, registry=made
        )
        self.running = Gauge("holdfast_requests_running", "Requests being answered", registry=made)
        self.bytes = Counter("holdfast_bytes", "Bytes of bodies as sent", ["path", "way"], registry=made)
        self.entries = Counter("holdfast_entries", "Entries pushed, by outcome", ["outcome", "reason"], registry=made)
        self.handed_out = Counter("holdfast_entries_handed_out", "Entries in answers to pulls", registry=made)
        self.snapshots = Counter(
            "holdfast_snapshots_handed_out", "Cases handed out as what stands in them", registry=made
        )
        self.sign_ins = Counter("holdfast_sign_ins", "Sign-ins at enrolment, by result", ["result"], registry=made)
        self.kept_house = Gauge(
            "holdfast_housekeeping_timestamp_seconds", "When housekeeping last came to its end", registry=made
        )
        self.certificate_ends = Gauge(
            "holdfast_certificate_ends_timestamp_seconds", "When the server's certificate is over", registry=made
        )
        self.unfolded = Gauge("holdfast_pushes_to_fold", "Pushes whose cases wait to be folded", registry=made)
        self.behind = Gauge("holdfast_devices_behind", "Devices whose last pull left more to read", registry=made)
        self._behind: dict[str, float] = {}
        self._lock = threading.Lock()
        self.behind.set_function(self._count_behind)

    def pushed(self, outcomes: Iterable[Outcome]) -> None:
        """Count what became of the entries of a push."""
        for one in outcomes:
            self.entries.labels(one.outcome, one.reason).inc()

    def pulled(self, device: str, entries: int, more: bool) -> None:
        """Note a page that was handed out. The device stays in here and is told to nobody."""
        self.handed_out.inc(entries)
        with self._lock:
            self._behind.pop(device, None)
            if more:
                self._behind[device] = time.monotonic()

    def _count_behind(self) -> float:
        oldest = time.monotonic() - _FORGET_S
        with self._lock:
            self._behind = {device: since for device, since in self._behind.items() if since > oldest}
            return len(self._behind)

    @contextmanager
    def told_on(self, port: int) -> Iterator[None]:
        """Hand the figures out on a port of this machine alone. Raises Problem server.address where it is taken."""
        try:
            server, thread = start_http_server(port, "127.0.0.1", self.registry)
        except OSError as error:
            raise Problem("server.address", host="127.0.0.1", port=port) from error
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class Asked(Collector):
    """Figures that are asked for when somebody wants them, and not again for some seconds."""

    def __init__(self, ask: Callable[[], list[GaugeMetricFamily]], every_s: float = 10.0) -> None:
        self._ask, self._every_s = ask, every_s
        self._told: list[GaugeMetricFamily] = []
        self._at = float("-inf")
        self._lock = threading.Lock()

    def collect(self) -> Iterable[Metric]:
        """The figures, as Prometheus' own library asks for them."""
        with self._lock:
            if time.monotonic() - self._at >= self._every_s:
                self._told, self._at = self._ask(), time.monotonic()
            return list(self._told)

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked only to learn the names."""
        return []
