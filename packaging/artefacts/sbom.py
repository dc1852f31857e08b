"""The contents list of an artefact in CycloneDX 1.6, the same bytes for the same contents."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component as Listed
from cyclonedx.model.component import ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from artefacts.order import Component, Made
from artefacts.signing import digest

SUFFIX = ".cdx.json"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def locked(lock: Path) -> dict[str, Component]:
    """Every package of a locked list as a component by name, with the hashes that its installation must meet."""
    found = {}
    for block in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        named = _LOCKED.match(block)
        if named:
            name, version = named.groups()
            hashes = tuple(sorted(re.findall(r"sha256:([0-9a-f]{64})", block)))
            found[name] = Component(name, version, f"pkg:pypi/{name}@{version}", sha256=hashes)
    return found


def write(made: Made, version: str, epoch: int) -> Path:
    """Write the list beside the file. A package's hashes are those of all its wheels that the lock admits."""
    sha256 = digest(made.file)
    root = Listed(
        name="holdfast",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=made.file.name,
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{sha256}"))
    bom.metadata.component = root
    bom.metadata.timestamp = datetime.fromtimestamp(epoch, UTC)
    listed = {component.name: _listed(component) for component in made.components}
    for part in listed.values():
        bom.components.add(part)
    bom.register_dependency(root, [listed[component.name] for component in made.components if not component.of])
    for component in made.components:
        bringing = listed.get(component.of)
        if bringing is not None:
            bom.register_dependency(bringing, [listed[component.name]])
    out = made.file.with_name(made.file.name + SUFFIX)
    out.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n", encoding="utf-8")
    return out


def _listed(component: Component) -> Listed:
    return Listed(
        name=component.name,
        version=component.version,
        type=ComponentType.LIBRARY,
        bom_ref=component.purl or f"{component.name}@{component.version}",
        purl=PackageURL.from_string(component.purl) if component.purl else None,
        licenses=[DisjunctiveLicense(name=component.licence)] if component.licence else (),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in component.sha256],
    )
