"""The container recipe: built by the guide from the package, run with nothing but its mounts, used by a laptop.

The image that the recipe begins with comes from a bare system made here, under the name that the recipe gives: no
registry is asked. What this machine cannot give a container (control groups, higher limits) is said in its settings.
"""

from __future__ import annotations

import json
import subprocess

from tests.packages.booted import BootedRoot, Network
from tests.packages.laptops import Laptop
from tests.packages.root import bare
from tests.packages.server import answers, asked, configure, follow, network_for, prepared, started
from tests.packages.work import Work

BASE = "docker.io/library/debian:12-slim"
PROGRAMS = ("buildah", "podman", "crun")
SETTINGS = """
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:2048"]
cgroups = "disabled"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
"""
STORAGE = '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n'
TOLD = {"BUILDAH_ISOLATION": "chroot", "CONTAINERS_CONF": "/etc/containers/containers.conf"}


def prove(work: Work) -> None:
    """The image serves a laptop of the force, and holds neither keys nor configuration."""
    with network_for(work) as network:
        _served(work, _built(work), network)


def _built(work: Work) -> BootedRoot:
    """A machine with the image. It is built while the machine is off: then packages can be fetched."""
    root = prepared(work, "container", work.one("server", "*.deb"), *PROGRAMS)
    for name, text in (("containers.conf", SETTINGS), ("storage.conf", STORAGE)):
        (root.inside("etc/containers") / name).write_text(text, encoding="utf-8")
    packed = root.inside("srv/base.tar")
    subprocess.run(["tar", "-C", str(bare("bookworm")), "-cf", str(packed), "."], check=True)
    begun = f"c=$(buildah from scratch); buildah add -q $c /srv/base.tar /; buildah commit -q $c {BASE}"
    work.run(root, "sh", "-ec", f"{begun}; rm /srv/base.tar", told=TOLD)
    follow(work, root, "server-install", "/srv/package")
    follow(work, root, "server-container-build", "/srv/package", TOLD)
    return root


def _served(work: Work, root: BootedRoot, network: Network) -> None:
    started(work, network, root)
    configure(work, root)
    follow(work, root, "server-begin")
    work.run(root, "systemctl", "disable", "--now", "holdfast-server")
    follow(work, root, "server-container-run", told=TOLD)
    answers(work, root)
    work.so(
        "inactive" in work.run(root, "systemctl", "is-active", "holdfast-server", code=3), "only the container serves"
    )
    laptop = Laptop(work, network, "laptop-of-container")
    laptop.begin("A. Berg", json.loads(follow(work, root, "server-code"))["code"])
    case = laptop.new_case()
    laptop.run("sync")
    there = asked(work, root, "SELECT case_id FROM held_case")
    work.so(there == case, "a laptop's case has reached the database through the container")
    inside = (
        "podman run --rm --network=none --entrypoint /bin/ls localhost/holdfast-server -A /etc/holdfast-server/keys"
    )
    work.so(not work.run(root, "sh", "-c", inside, told=TOLD).strip(), "the image holds no keys")
    work.run(root, "podman", "stop", "holdfast-server", told=TOLD)
    root.power_off()
