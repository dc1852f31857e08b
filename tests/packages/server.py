"""The server's package as an administrator meets it: installed by the guide, used by laptops, updated, removed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.packages import guide
from tests.packages.booted import BootedRoot, Network
from tests.packages.laptops import HOST, Laptop
from tests.packages.work import ROOT, NotSoError, Work

SYSTEM = ("systemd", "systemd-sysv", "dbus", "openssl", "postgresql", "curl")
NGINX = ("nginx-light", "libnginx-mod-stream")
KEYS = "/etc/holdfast-server/keys"
BEFORE = "0.0.9"
PSQL = ("runuser", "-u", "postgres", "--", "psql", "-At", "holdfast", "-c")
VERIFY = "holdfast-server-verify.service"
DAY_S = 24 * 60 * 60
MOST_EXPOSED = 1.5
"""What `systemd-analyze security` may say of the service at most, of 10."""


def prove(work: Work) -> None:
    """Installed and used in one root; an older version updated with its data kept, and removed, in another."""
    with network_for(work) as network:
        _installed_and_used(work, network)
        _updated_and_removed(work, network, _package_before(work))


@contextmanager
def network_for(work: Work, *addresses: str) -> Iterator[Network]:
    """A network for the machines of a proof, which end with it; where something is not so, what their logs say last."""
    network = Network(*addresses)
    try:
        yield network
    except NotSoError:
        for root in work.roots:
            if isinstance(root, BootedRoot) and root.runs:
                work.run(root, "journalctl", "--no-pager", "--lines=60", "--priority=info")
        raise
    finally:
        for root in work.roots:
            root.end()
        network.end()


def follow(work: Work, root: BootedRoot, name: str, where: str = "/srv", told: Mapping[str, str] | None = None) -> str:
    """Run a block of the administrator's guide as it stands; returns what it said."""
    work.say(f"the guide, {name}:")
    return work.run(root, "sh", "-ec", f"cd {where}\n{guide.commands(name)}", told=told)


def prepared(work: Work, name: str, package: Path, *more: str) -> BootedRoot:
    """A machine that is off, with what a server needs beside itself, and what was built in /srv/package."""
    root = work.root(name, *SYSTEM, *more, kind=BootedRoot)
    root.inside("etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n", encoding="utf-8")
    shutil.copytree(package.parent, root.inside("srv/package"))
    return root


def started(work: Work, network: Network, root: BootedRoot) -> None:
    """The machine runs, in the network of the proof alone."""
    root.network = network
    root.boot(work.folder / f"{root.folder.name}.log")


def configure(work: Work, root: BootedRoot, database: bool = True) -> None:
    """From the machine with the package to the configured one, by the guide; `database`: whether to make one, too."""
    if database:
        follow(work, root, "server-database")
    follow(work, root, "server-keys")
    # On another machine in earnest; here what it makes is carried over.
    work.run(root, "mkdir", "/srv/authority")
    follow(work, root, "server-authority", "/srv/authority")
    work.run(
        root,
        *["install", "-o", "root", "-g", "holdfast-server", "-m", "0640"],
        *(f"/srv/authority/{name}" for name in ("server.crt", "server.key", "authority.crt")),
        KEYS,
    )
    # There is no identity provider in these roots: officers show who they are by their codes alone.
    told = "s/^sign_in_/# sign_in_/; s/^# code_alone = .*/code_alone = true/"
    work.run(root, "sed", "-i", told, "/etc/holdfast-server/server.toml")
    follow(work, root, "server-owner")


def serving(work: Work, network: Network, *more: str) -> BootedRoot:
    """A machine on which the package serves a force with one unit and one officer, all of it by the guide."""
    root = prepared(work, "server", work.one("server", "*.deb"), *more)
    started(work, network, root)
    work.so(_fails(work, root, "command -v python3"), "this machine has no Python of its own")
    follow(work, root, "server-check", "/srv/package")
    follow(work, root, "server-install", "/srv/package")
    configure(work, root)
    follow(work, root, "server-begin")
    return root


def first_code(work: Work, root: BootedRoot) -> str:
    """An enrolment code for the officer whom the guide adds."""
    return _code(follow(work, root, "server-code"))


def code_for(work: Work, root: BootedRoot, name: str) -> str:
    """An enrolment code for one more officer of the unit."""
    work.run(root, "holdfast-server", *["officer", "--add", name, "--role", "officer", "--unit", "North"])
    return _code(work.run(root, "holdfast-server", "enrolment-code", name))


def answers(work: Work, root: BootedRoot) -> None:
    """Wait until the server takes work."""
    work.until("the server", lambda: work.glance(root, "holdfast-server", "health")[0] == 0)


def asked(work: Work, root: BootedRoot, question: str) -> str:
    """What the database says, asked past the server: rows, and columns with | between."""
    return work.run(root, *PSQL, question).strip()


def _installed_and_used(work: Work, network: Network) -> None:
    root = serving(work, network, *NGINX)
    _guarded(work, root)
    one, other = Laptop(work, network, "laptop-one"), Laptop(work, network, "laptop-two")
    one.begin("A. Berg", first_code(work, root))
    case = one.new_case()
    one.run("sync")
    other.begin("B. Coulter", code_for(work, root, "B.Coulter"))
    other.run("sync")
    work.so(case in other.cases(), "a case that was made on one laptop stands on the other")
    work.run(root, "systemctl", "start", "holdfast-server-verify.service")
    _backed_up(work, root)
    _behind_nginx(work, root, network, one, other)


def _guarded(work: Work, root: BootedRoot) -> None:
    """What the package promises of the service, asked of the system itself."""
    units = [f"/lib/systemd/system/{file.name}" for file in sorted((ROOT / "packaging/server").glob("*.service"))]
    timers = [f"/lib/systemd/system/{file.name}" for file in sorted((ROOT / "packaging/server").glob("*.timer"))]
    work.so(
        not work.run(root, "systemd-analyze", "verify", "--man=no", *units, *timers).strip(),
        "systemd finds nothing to say",
    )
    for unit in units:
        said = work.run(root, "systemd-analyze", "security", "--no-pager", Path(unit).name, quiet=True)
        (level,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", said)
        work.so(float(level) <= MOST_EXPOSED, f"{Path(unit).name} is exposed by {level} of 10")
    said = work.run(root, "sh", "-c", "stat -c '%a %U:%G %n' /etc/holdfast-server/* /etc/holdfast-server/keys/*")
    work.so("640 root:holdfast-server /etc/holdfast-server/server.toml" in said, "the configuration is for the service")
    work.so("600 root:root /etc/holdfast-server/owner.env" in said, "how the owner connects is for root alone")
    work.so("/usr/sbin/nologin" in work.run(root, "getent", "passwd", "holdfast-server"), "its user has no shell")
    held = "grep -E '^(Uid|NoNewPrivs|Seccomp|CapBnd)' /proc/$(pidof -s holdfast-server)/status"
    running = work.run(root, "sh", "-c", held)
    work.so(re.search(r"NoNewPrivs:\s+1\b.*Seccomp:\s+2\b", running, re.DOTALL) is not None, "it is held by its unit")
    work.so("CapBnd:\t0000000000000000" in running, "it has no capability")
    work.run(root, "systemctl", "reload", "holdfast-server")
    work.run(root, "holdfast-server", "health")


def _backed_up(work: Work, root: BootedRoot) -> None:
    """A backup by the timer itself, one more by hand, and the drill that shows that it can be opened."""
    follow(work, root, "server-recovery-key")
    follow(work, root, "server-recovery-key-named")
    # As on a machine that was switched off last night: the timer makes up for it, here without waiting for a while.
    stamp = root.inside("var/lib/systemd/timers/stamp-holdfast-server-backup.timer")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    os.utime(stamp, (time.time() - 2 * DAY_S,) * 2)
    drop_in(root, "holdfast-server-backup.timer", "[Timer]\nRandomizedDelaySec=0\nAccuracySec=1s\n")
    work.run(root, "systemctl", "daemon-reload")
    follow(work, root, "server-backup-timer")
    state = ("systemctl", "show", "--property=ActiveState", "--value", "holdfast-server-backup.service")

    def ended() -> bool:
        now = work.glance(root, *state)[1]
        return now == "failed" or (now == "inactive" and bool(_backups(root)))

    work.until("the end of the timer's backup", ended)
    work.so(len(_backups(root)) == 1, "the timer has made a backup")
    work.run(root, "systemctl", "start", "holdfast-server-backup.service")
    work.so(len(_backups(root)) == 2, "one more on the same day has a name of its own")
    said = work.run(root, "sh", "-c", "stat -c '%a %U %n' /var/backups/holdfast /var/backups/holdfast/*")
    work.so(said.count("600 root") == 3 and "700 root" in said, "backups and case keys are there for root alone")
    owner = "set -a; . /etc/holdfast-server/owner.env; set +a; exec holdfast-server"
    newest = f"/var/backups/holdfast/{_backups(root)[-1]}"
    drilled = json.loads(work.run(root, "sh", "-ec", f"{owner} restore-drill {newest} --key /srv/recovery.key"))
    entries = asked(work, root, "SELECT count(*) FROM entry")
    work.so((str(drilled["entry"]), drilled["faults"]) == (entries, []), f"a drill finds all {entries} entries in it")
    listed = [json.loads(line) for line in work.run(root, "holdfast-server", "backup").splitlines()]
    work.so([one["verified"] for one in listed] == [False, True], "from now on laptops may rely on that backup")


def _backups(root: BootedRoot) -> list[str]:
    return sorted(file.name for file in root.inside("var/backups/holdfast").glob("*.backup"))


def drop_in(root: BootedRoot, unit: str, text: str) -> None:
    """What an administrator says of a unit beside what the package says."""
    folder = root.inside(f"etc/systemd/system/{unit}.d")
    folder.mkdir()
    (folder / "proof.conf").write_text(text, encoding="utf-8")


def _behind_nginx(work: Work, root: BootedRoot, network: Network, one: Laptop, other: Laptop) -> None:
    follow(work, root, "server-nginx")
    third = Laptop(work, network, "laptop-three")
    third.begin("C. Drake", code_for(work, root, "C.Drake"))
    third.run("sync")
    work.so(third.cases() == one.cases(), "a laptop that joined through nginx has the same cases")
    old = "openssl s_client -connect 127.0.0.1:443 -tls1_2 </dev/null"
    work.so(_fails(work, root, old), "nginx speaks nothing older than TLS 1.3")
    # From where the service runs, nothing but this machine's own addresses can be reached.
    ask = f"curl --silent --insecure --max-time 3 --output /dev/null https://{Network.ELSEWHERE}/"
    work.run(root, "sh", "-ec", ask)
    group = "/sys/fs/cgroup/system.slice/holdfast-server.service/cgroup.procs"
    as_service = f"sh -c 'echo $$ > {group} && exec {{}}'"
    work.so(_fails(work, root, as_service.format(ask)), "the service reaches no other machine")
    own = as_service.format(ask.replace(Network.ELSEWHERE, "127.0.0.1"))
    work.so(not _fails(work, root, own), "and this one it does")
    follow(work, root, "server-nginx-pass-through")
    case = third.new_case("sc04.json")
    third.run("sync")
    other.run("sync")
    work.so(case in other.cases(), "and what it sends through a connection that nginx passes on arrives")
    root.power_off()


def _updated_and_removed(work: Work, network: Network, before: Path) -> None:
    root = prepared(work, "before", before)
    started(work, network, root)
    follow(work, root, "server-install", "/srv/package")
    configure(work, root)
    # The older program asks for its configuration, and for a unit by its id.
    told = {"HOLDFAST_SERVER_CONFIG": "/etc/holdfast-server/server.toml"}
    owner = "set -a; . /etc/holdfast-server/owner.env; set +a; exec holdfast-server migrate --login holdfast-server"
    work.run(root, "sh", "-ec", owner, told=told)
    work.run(root, "holdfast-server", "init", "--name", "Northmoor", told=told)
    unit = json.loads(work.run(root, "holdfast-server", "unit", "--add", "North", told=told))["unit"]
    work.run(root, "holdfast-server", *["officer", "--add", "A.Berg", "--role", "officer", "--unit"], unit, told=told)
    work.run(root, "systemctl", "enable", "--now", "holdfast-server", "holdfast-server-verify.timer")
    laptop = Laptop(work, network, "laptop-before")
    code = _code(work.run(root, "holdfast-server", "enrolment-code", "A.Berg", told=told))
    laptop.begin("A. Berg", code)
    case = laptop.new_case()
    laptop.run("sync")
    kept = _kept(work, root)

    shutil.rmtree(root.inside("srv/package"))
    shutil.copytree(work.one("server", "*.deb").parent, root.inside("srv/package"))
    follow(work, root, "server-update", "/srv/package")
    work.so(_kept(work, root) == kept, "the update left configuration, keys and entries as they were")
    work.so(work.run(root, "holdfast-server", "verify").startswith("Every entry"), "the whole history still follows")
    later = laptop.new_case("sc04.json")
    laptop.run("sync")
    fresh = Laptop(work, network, "laptop-after")
    fresh.begin("A. Berg", _code(work.run(root, "holdfast-server", "enrolment-code", "A.Berg")))
    fresh.run("sync")
    work.so(fresh.cases() == {case, later}, "a new laptop gets what was sent before and after the update")

    _under_way(work, root)
    _backed_up(work, root)
    _removed(work, root)
    root.power_off()


def _under_way(work: Work, root: BootedRoot) -> None:
    """Updated while a check is under way and the service waits for its database: both go on afterwards."""
    drop_in(root, VERIFY, "[Service]\nExecStartPre=/bin/sleep 1h\n")
    work.run(root, "systemctl", "daemon-reload")
    work.run(root, "systemctl", "start", "--no-block", VERIFY)
    work.run(root, "systemctl", "stop", "postgresql")
    work.run(root, "systemctl", "restart", "holdfast-server", code=1)
    states = ("systemctl", "is-active", "holdfast-server", VERIFY)
    work.so(work.run(root, *states, code=3).split() == ["activating"] * 2, "neither is done when the update comes")
    before = work.run(root, "systemctl", "show", "--property=InvocationID", VERIFY)
    work.run(root, "sh", "-ec", "cd /srv/package; apt-get install -y --reinstall ./holdfast-server_*_amd64.deb")
    work.so(work.run(root, *states, code=3).split() == ["activating"] * 2, "both are at it again")
    after = work.run(root, "systemctl", "show", "--property=InvocationID", VERIFY)
    work.so(after != before, "the check began anew, with the new program")
    work.run(root, "systemctl", "start", "postgresql")
    answers(work, root)
    work.run(root, "systemctl", "stop", VERIFY)
    shutil.rmtree(root.inside(f"etc/systemd/system/{VERIFY}.d"))
    work.run(root, "systemctl", "daemon-reload")


def _removed(work: Work, root: BootedRoot) -> None:
    """Removed, installed again, purged: what nobody can make again is there after each of it, and nothing else."""
    kept = _kept(work, root)
    follow(work, root, "server-remove")
    work.so(_fails(work, root, "pidof holdfast-server"), "nothing of the program runs")
    listed = work.run(root, "sh", "-c", "systemctl list-unit-files --no-legend 'holdfast-server*' || true")
    work.so(not listed.strip(), "the system knows none of its units")
    work.so(not root.inside("opt/holdfast-server").exists(), "its folder is gone")
    links = "find /etc/systemd/system -xtype l -name 'holdfast-server*'"
    work.so(not work.run(root, "sh", "-c", links).strip(), "and no link leads to where it was")
    work.so(_kept(work, root) == kept, "configuration, keys, backups and database stay")
    follow(work, root, "server-install", "/srv/package")
    work.run(root, "systemctl", "enable", "--now", "holdfast-server", "holdfast-server-backup.timer")
    answers(work, root)
    follow(work, root, "server-remove")
    follow(work, root, "server-purge")
    left = _kept(work, root)
    work.so(kept.keys() - left.keys() == {"server.toml", "owner.env"}, "purged, the configuration is gone")
    work.so(left.items() <= kept.items(), "and keys, backups and database are as they were")
    shutil.rmtree(root.inside("etc/systemd/system/holdfast-server-backup.timer.d"))
    find = "find / -xdev -name '*holdfast*' -not -path '/srv/*' -not -path '/var/log/*' -not -path '/var/cache/*'"
    there = work.run(root, "sh", "-c", f"{find} -not -path '/proc/*' -not -path '/sys/*'").split()
    work.so(sorted(there) == ["/etc/holdfast-server", "/var/backups/holdfast"], "beside them nothing of it is left")


def _kept(work: Work, root: BootedRoot) -> dict[str, str]:
    """Checksums of what is there of configuration, keys and backups; how many organisations and entries there are."""
    found = [*root.inside("etc/holdfast-server").rglob("*"), *root.inside("var/backups/holdfast").rglob("*")]
    counted = "SELECT (SELECT count(*) FROM organisation), (SELECT count(*) FROM entry)"
    return {
        **{file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in found if file.is_file()},
        "database": asked(work, root, counted),
    }


def _fails(work: Work, root: BootedRoot, line: str) -> bool:
    """Whether a shell line does not go well."""
    said = work.run(root, "sh", "-c", f"if ( {line} ) >/dev/null 2>&1; then echo goes well; else echo fails; fi")
    return said.strip() == "fails"


def _code(said: str) -> str:
    return str(json.loads(said.strip().splitlines()[-1])["code"])


def _package_before(work: Work) -> Path:
    """The package of the state before the newest migration of the tables, built as today's is."""
    found = subprocess.run(
        ["git", "log", "-1", "--diff-filter=A", "--format=%H", "--", "sync/server/migrations"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    if not found:
        raise NotSoError("there is a history of this project to take the version before from")
    out = work.dist / f"before-{found[:12]}"
    built = sorted((out / "server").glob("*.deb"))
    if built:
        return built[0]
    work.say(f"building version {BEFORE}: the program before {found[:12]} brought the newest migration")
    tree = work.folder / "before"
    shutil.copytree(ROOT / "packaging", tree / "packaging", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "LICENSE", tree)
    shutil.copy(ROOT / "pyproject.toml", tree)
    parts = ["app", "sync", "resources"]
    packed = subprocess.run(["git", "archive", f"{found}^", *parts], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    words = ["packaging/build.py", "server", "--version", BEFORE, "--out", str(out)]
    told = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run([sys.executable, *words], cwd=tree, check=True, env=told)
    (package,) = (out / "server").glob("*.deb")
    return package
