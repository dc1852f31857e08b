"""How the database and the devices stand: figures that are counted in the database when somebody asks for them."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

from prometheus_client.core import GaugeMetricFamily

from sync.server import administration, erasure, fleet, least
from sync.server.database import ALL, Busy, Connection, Database
from sync.wire import limits

_CONTACTS = (("5m", 300), ("1h", 3600), ("1d", 86400), ("7d", 7 * 86400))
_DEVICES = (
    "SELECT d.revoked_at IS NOT NULL OR NOT o.active, extract(epoch FROM now() - d.contact_at)::float8, g.lease_days"
    " FROM device AS d JOIN officer AS o ON o.org_id = d.org_id AND o.officer_id = d.officer_id"
    " JOIN organisation AS g ON g.org_id = d.org_id WHERE d.org_id = %s AND d.replaced_at IS NULL"
)
# Not even their number tells of cases in which a suspect works for the police.
_APART = (
    b"SELECT reason, count(*) FROM quarantine AS q WHERE org_id = %s AND NOT EXISTS (SELECT FROM held_case AS c"
    b" WHERE c.org_id = q.org_id AND c.case_id = q.case_id AND c.restricted) GROUP BY reason"
)
_EVENTS = (
    b"SELECT kind, count(*) FROM event AS e WHERE org_id = %s AND happened_at > now() - %s"
    b" AND kind NOT IN ('restricted', 'lifted') AND NOT EXISTS (SELECT FROM held_case AS c WHERE c.org_id = e.org_id"
    b" AND c.case_id = e.case_id AND c.restricted) GROUP BY kind"
)

_BACKUPS = (
    b"SELECT coalesce(extract(epoch FROM max(made_at)), 0)::float8,"
    b" coalesce(extract(epoch FROM max(drilled_at)), 0)::float8 FROM backup_file WHERE org_id = %s"
)


class Census:
    """Counts for all organisations of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self) -> list[GaugeMetricFamily]:
        """The figures; where the database does not answer, that alone."""
        begun = time.monotonic()
        up = GaugeMetricFamily("holdfast_database_up", "Whether the database answers")
        told = [up]
        try:
            organisations = self._database.run("", "", administration.organisations)
            up.add_metric([], 1)
            told.append(_one("holdfast_database_seconds", "Time to the database's answer", time.monotonic() - begun))
            told += _Counted().of(self._database, organisations)
        except Busy:
            up.samples.clear()
            up.add_metric([], 0)
            return [up, *self._pool()]
        return told + self._pool()

    def _pool(self) -> list[GaugeMetricFamily]:
        made = GaugeMetricFamily("holdfast_database_connections", "Connections of the pool", labels=["state"])
        stood = self._database.stands()
        for state, name in (("open", "pool_size"), ("free", "pool_available"), ("waited_for", "requests_waiting")):
            made.add_metric([state], stood.get(name, 0))
        return [made]


class _Counted:
    """The figures of each organisation, under its name."""

    def __init__(self) -> None:
        def family(name: str, says: str, *labels: str) -> GaugeMetricFamily:
            return GaugeMetricFamily(f"holdfast_{name}", says, labels=["organisation", *labels])

        self.devices = family("devices", "Devices by state", "state")
        self.contact = family("devices_contact", "Devices in service whose last contact lies within", "within")
        self.silent = family("device_silence_seconds", "The longest silence of a device in service")
        self.leases = family("leases", "Leases as the last contact renewed them", "state")
        self.log = family("log_entries", "Accepted entries in the log")
        self.apart = family("entries_apart", "Entries kept apart, by reason", "reason")
        self.events = family("events_last_day", "What a person should hear of, within a day", "kind")
        self.fleet = family("fleet", "Devices as “holdfast-server fleet” shows them", "state")
        self.backup = family("backup_timestamp_seconds", "When the last backup was made; 0 where there is none")
        self.drill = family("backup_drill_timestamp_seconds", "When a backup was last restored to see that it can be")
        self.erasures = family("erasures_unanswered", "Devices that have not said yet that they destroyed a case")
        self.least = family("least_version", "1 where laptops need at least this version", "version")

    def of(self, database: Database, organisations: dict[str, str]) -> list[GaugeMetricFamily]:
        for name, org in organisations.items():
            database.run(org, ALL, partial(self._count, org=org, name=name))
        found = [self.devices, self.contact, self.silent, self.leases, self.log, self.apart, self.events]
        return [*found, self.fleet, self.backup, self.drill, self.erasures, self.least]

    def _count(self, connection: Connection, org: str, name: str) -> None:
        rows = connection.execute(_DEVICES, (org,)).fetchall()
        silences = [(float(silence or 0), lease) for gone, silence, lease in rows if not gone]
        self.devices.add_metric([name, "in_service"], len(silences))
        self.devices.add_metric([name, "revoked"], len(rows) - len(silences))
        for within, seconds in _CONTACTS:
            self.contact.add_metric([name, within], sum(silence <= seconds for silence, _ in silences))
        self.silent.add_metric([name], max((silence for silence, _ in silences), default=0.0))
        self._count_leases(name, silences)
        row = connection.execute("SELECT leaves FROM counter WHERE org_id = %s", (org,)).fetchone()
        self.log.add_metric([name], row[0] if row else 0)
        self._by_label(connection, self.apart, name, _APART, (org,))
        self._by_label(connection, self.events, name, _EVENTS, (org, timedelta(days=1)))

        self._count_keeping(connection, org, name)

    def _count_keeping(self, connection: Connection, org: str, name: str) -> None:
        """What is done for the bad day, and whether laptops keep up."""
        states = Counter(one.state for one in fleet.devices(connection, org, datetime.now(UTC)))
        for state in fleet.STATES:
            self.fleet.add_metric([name, state], states[state])
        made, drilled = connection.execute(_BACKUPS, (org,)).fetchone() or (0, 0)
        self.backup.add_metric([name], made)
        self.drill.add_metric([name], drilled)
        self.erasures.add_metric([name], sum(len(one.waits) for one in erasure.told(connection, org)))
        if wanted := least.wanted(connection, org).program:
            self.least.add_metric([name, wanted], 1)

    def _by_label(
        self, connection: Connection, family: GaugeMetricFamily, name: str, query: bytes, wanted: tuple[object, ...]
    ) -> None:
        for label, count in connection.execute(query, wanted).fetchall():
            family.add_metric([name, label], count)

    def _count_leases(self, name: str, silences: list[tuple[float, int]]) -> None:
        states = {"running": 0, "ending": 0, "over": 0}
        for silence, days in silences:
            share = silence / (days * 86400)
            states["over" if share > 1 else "ending" if share > limits.LEASE_WARNING else "running"] += 1
        for state, count in states.items():
            self.leases.add_metric([name, state], count)


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)
