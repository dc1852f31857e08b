"""The sample for Patroni: two database nodes, and the one that is written to is killed while a laptop sends its work.

Both nodes and etcd run in one root, at addresses of their own; what is lost with a node is its processes, all at once.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.packages.booted import BootedRoot, Network
from tests.packages.laptops import Laptop
from tests.packages.server import configure, follow, network_for, prepared, started
from tests.packages.work import NotSoError, Work

SAMPLE = Path(__file__).resolve().parents[2] / "packaging" / "samples" / "patroni.yml"
PROGRAMS = ("patroni", "etcd-server", "etcd-client", "python3-etcd")
NODES = {"db1": "198.51.100.11", "db2": "198.51.100.12"}
ROUNDS, KILLED_IN = 10, 4
PATIENCE_S = 180.0
DATABASE = (
    f"host={','.join(NODES.values())} port=5432,5432 dbname=holdfast target_session_attrs=read-write connect_timeout=5 "
    "sslmode=verify-full sslrootcert=/etc/holdfast-server/keys/authority.crt"
)
CERTIFICATE = """
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=databases' -keyout db.key -out db.csr
printf 'subjectAltName=IP:%s,IP:%s\\n' {addresses} > db.ext
openssl x509 -req -in db.csr -CA authority.crt -CAkey authority.key -days 30 -extfile db.ext \\
  -out /etc/patroni/server.crt
install -o postgres -g postgres -m 0600 db.key /etc/patroni/server.key
"""


def prove(work: Work) -> None:
    """Nothing that a laptop was told to be kept is lost with a node, and the server goes on with the other one."""
    with network_for(work, *NODES.values()) as network:
        root = prepared(work, "failover", work.one("server", "*.deb"), *PROGRAMS)
        work.run(root, "systemctl", "disable", "etcd", "postgresql", "patroni")
        started(work, network, root)
        follow(work, root, "server-install", "/srv/package")
        _nodes(work, root)
        laptop = _served(work, root, network)
        _one_lost(work, root, laptop)
        root.power_off()


def _nodes(work: Work, root: BootedRoot) -> None:
    """The two nodes, each with the sample as its own configuration."""
    configure(work, root, database=False)
    addresses = " ".join(NODES.values())
    work.run(root, "sh", "-ec", "cd /srv/authority\n" + CERTIFICATE.format(addresses=addresses))
    etcd = f"--listen-client-urls=http://{NODES['db1']}:2379 --advertise-client-urls=http://{NODES['db1']}:2379"
    begin = ("systemd-run", "--unit=etcd-of-nodes", "etcd", "--data-dir=/var/lib/etcd-of-nodes")
    work.run(root, *begin, *etcd.split())
    for name, address in NODES.items():
        told = SAMPLE.read_text(encoding="utf-8").replace("name: db1", f"name: {name}")
        # On machines of their own, the nodes would not meet in these.
        told = told.replace("/run/postgresql", f"/run/postgresql/{name}").replace("-patroni", f"-{name}")
        lines = [
            line
            if "hosts:" in line
            else line.replace(NODES["db1"], address).replace("postgresql/holdfast", f"postgresql/{name}")
            for line in told.splitlines()
        ]
        root.inside(f"etc/patroni/{name}.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        work.run(root, *f"install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/{name}".split())
        work.run(root, *f"install -d -o postgres -g postgres /run/postgresql/{name}".split())
        _start(work, root, name)
        _until(work, root, lambda said, name=name: said.get(name, "") in ("Leader", "Sync Standby", "Replica"))
    _until(work, root, lambda said: said == {"db1": "Leader", "db2": "Sync Standby"})


def _start(work: Work, root: BootedRoot, name: str) -> None:
    words = f"systemd-run --collect --unit=patroni-{name} --uid=postgres --gid=postgres"
    work.run(root, *words.split(), "patroni", f"/etc/patroni/{name}.yml")


def _served(work: Work, root: BootedRoot, network: Network) -> Laptop:
    """The force's tables over both nodes, the service, and a laptop."""
    made = "".join(
        f"CREATE ROLE \"holdfast-{one}\" LOGIN {more} PASSWORD '{one}-of-the-proof';"
        for one, more in (("owner", "CREATEROLE"), ("server", ""))
    )
    psql = ["psql", "-h", "/run/postgresql/db1", "-c"]
    work.run(root, "runuser", "-u", "postgres", "--", *psql, made)
    work.run(root, "runuser", "-u", "postgres", "--", *psql, 'CREATE DATABASE holdfast OWNER "holdfast-owner"')
    keys = "/etc/holdfast-server/keys"
    told = f"{DATABASE} user=holdfast-server passfile={keys}/pgpass"
    work.run(root, "sed", "-i", f's|^database = .*|database = "{told}"|', "/etc/holdfast-server/server.toml")
    root.inside(f"{keys}/pgpass").write_text("*:*:*:holdfast-server:server-of-the-proof\n", encoding="utf-8")
    work.run(root, "chown", "holdfast-server:", f"{keys}/pgpass")
    work.run(root, "chmod", "0600", f"{keys}/pgpass")
    owner = f'HOLDFAST_SERVER_OWNER_DATABASE="{DATABASE} user=holdfast-owner password=owner-of-the-proof"\n'
    root.inside("etc/holdfast-server/owner.env").write_text(owner, encoding="utf-8")
    for unit in ("holdfast-server", "holdfast-server-"):
        folder = root.inside(f"etc/systemd/system/{unit}.service.d")
        folder.mkdir()
        allowed = "".join(f"IPAddressAllow={address}\n" for address in NODES.values())
        (folder / "network.conf").write_text(f"[Service]\n{allowed}", encoding="utf-8")
    work.run(root, "systemctl", "daemon-reload")
    follow(work, root, "server-begin")
    laptop = Laptop(work, network, "laptop-of-failover")
    laptop.begin("A. Berg", json.loads(follow(work, root, "server-code"))["code"])
    return laptop


def _one_lost(work: Work, root: BootedRoot, laptop: Laptop) -> None:
    kept: list[str] = []
    lost_at = back_at = 0.0
    for number in range(ROUNDS):
        case = laptop.new_case(("sc01.json", "sc04.json")[number % 2])
        if number == KILLED_IN:
            work.run(root, "systemctl", "kill", "--signal=KILL", "patroni-db1")
            lost_at = time.monotonic()
        work.until("the server with the other node", laptop.synced, PATIENCE_S)
        if number == KILLED_IN:
            back_at = time.monotonic()
        kept.append(case)
    work.say(f"a laptop's work was taken again {back_at - lost_at:.0f} s after the node was lost")
    work.so(_states(work, root).get("db2") == "Leader", "the other node is the one that is written to")
    asked = "SELECT string_agg(case_id, ',') FROM held_case"
    psql = ["runuser", "-u", "postgres", "--", "psql", "-At", "-h", "/run/postgresql/db2", "holdfast", "-c"]
    there = set(work.run(root, *psql, asked).strip().split(","))
    work.so(set(kept) <= there, f"all {len(kept)} cases that the laptop was told to be kept are there")
    work.run(root, "holdfast-server", "verify")
    _start(work, root, "db1")
    _until(work, root, lambda said: said == {"db1": "Sync Standby", "db2": "Leader"})
    work.run(root, "patronictl", "-c", "/etc/patroni/db1.yml", "list")


def _states(work: Work, root: BootedRoot) -> dict[str, str]:
    """What each node is, as the nodes themselves see it."""
    said = work.run(root, "sh", "-c", "patronictl -c /etc/patroni/db1.yml list -f json || true", quiet=True)
    rows = [line for line in said.splitlines() if line.startswith("[")]
    return {one["Member"]: one["Role"] for one in json.loads(rows[-1])} if rows else {}


def _until(work: Work, root: BootedRoot, fits) -> None:
    until = time.monotonic() + PATIENCE_S
    while not fits(found := _states(work, root)):
        if time.monotonic() > until:
            raise NotSoError(f"the nodes find together; they are {found}")
        time.sleep(2)
    work.say(f"so: the nodes are {found}")
