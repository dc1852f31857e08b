"""Write what administrators need for the policy, made from the settings' declaration; --check only compares.

The example as TOML, the templates of Group Policy (ADMX, ADML), a configuration profile for macOS, and the table in
packaging/README.md.
"""

from __future__ import annotations

import plistlib
import sys
import uuid
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.force.document import LISTS, LONGEST, MOST_SERIAL  # noqa: E402
from app.force.example import example, told, toml  # noqa: E402
from app.force.places import POLICY, PREFERENCES, REGISTRY_POLICY, SIGNATURE  # noqa: E402
from app.policy import CONCERNS, Setting, settings  # noqa: E402 - the project's root comes onto the path first

FOLDER = Path("packaging") / "policy"
README = Path("packaging") / "README.md"
BEGIN, END = "<!-- settings: written by dev.py policy_files -->", "<!-- settings: end -->"
SCHEMA = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
CATEGORY, SUPPORTED = "holdfast", "supported_holdfast"
LONGEST_LINE, MOST_LINES = 1_000, 400

HEAD = {
    POLICY: "The signed policy: all of policy.toml, line by line. With it, nothing else of this page is used.",
    SIGNATURE: "The signature of the policy above: the one line of policy.toml.sig.",
    "organisation": "Who speaks. Officers read it beside each setting that is locked.",
    "reason": "Why, in the force's own words; shown beside each locked setting.",
    "serial": "Grows with each policy. A vault refuses one that is below what it has seen.",
    "issued": "The day of the policy, as 2027-01-31; shown to people.",
    "expires": "The last day on which the policy holds, as 2028-01-31. Afterwards the program's strict settings hold.",
    "locked": "Names of settings that officers cannot change, one a line. Not configured: all that may be locked are.",
    "pack_keys": "Public keys (base64), one a line, whose content packs are trusted.",
}
"""What stands beside the settings, under the name of its value, with its sentence."""
SEVERAL = (POLICY, *LISTS)
"""Values of several lines."""


def main(arguments: list[str]) -> int:
    """Write the files, or with --check say which is not as it would be written (exit 1)."""
    stale = [name for name, text in made().items() if _now(name) != text]
    if arguments == ["--check"]:
        for name in stale:
            print(f"{name.as_posix()} is not up to date: python3 packaging/dev.py policy_files")
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_bytes(made()[name].encode())
        print(f"{name.as_posix()} written")
    return 0


def made() -> dict[Path, str]:
    """Every file by its place under the root, with the text that it should have."""
    return {
        FOLDER / "policy-example.toml": example(),
        FOLDER / "holdfast.admx": admx(),
        FOLDER / "en-US" / "holdfast.adml": adml(),
        FOLDER / "holdfast.mobileconfig": mobileconfig(),
        README: _with_table(_now(README)),
    }


def _now(name: Path) -> str:
    file = ROOT / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


# -- the table


def table() -> str:
    """The administrators' table."""
    head = "| Setting | What it is | Allowed | As shipped | Without a usable policy | Lockable | Concerns |\n"
    return head + "|---|---|---|---|---|---|---|\n" + "".join(f"| {' | '.join(_cells(one))} |\n" for one in settings())


def _cells(one: Setting) -> list[str]:
    lockable = "the force's alone" if one.force_only else "no" if not one.lockable else "yes"
    if one.may_lower:
        lockable += "; the officer may choose less"
    values = [f"`{toml(value)}`" for value in (one.default, one.strict)]
    return [f"`{one.name}`", one.sentence, told(one), *values, lockable, CONCERNS[one.concerns]]


def _with_table(readme: str) -> str:
    before, begin, rest = readme.partition(BEGIN)
    _old, end, after = rest.partition(END)
    return f"{before}{begin}\n{table()}{end}{after}" if begin and end else readme


# -- Windows


def admx() -> str:
    """The templates' definitions."""
    top = _top("policyDefinitions")
    names = Xml.SubElement(top, "policyNamespaces")
    Xml.SubElement(names, "target", prefix="holdfast", namespace="Holdfast.Policies")
    Xml.SubElement(top, "resources", minRequiredRevision="1.0")
    definitions = Xml.SubElement(Xml.SubElement(top, "supportedOn"), "definitions")
    Xml.SubElement(definitions, "definition", name=SUPPORTED, displayName=f"$(string.{SUPPORTED})")
    Xml.SubElement(Xml.SubElement(top, "categories"), "category", name=CATEGORY, displayName=f"$(string.{CATEGORY})")
    policies = Xml.SubElement(top, "policies")
    for name in HEAD:
        _text_element(_policy(policies, name), name)
    for one in settings():
        _setting(policies, one)
    return _written(top)


def adml() -> str:
    """The templates' words, in English."""
    top = _top("policyDefinitionResources")
    Xml.SubElement(top, "displayName").text = "Holdfast"
    Xml.SubElement(top, "description").text = "Policy of Holdfast"
    resources = Xml.SubElement(top, "resources")
    strings, shown = Xml.SubElement(resources, "stringTable"), Xml.SubElement(resources, "presentationTable")
    words = {CATEGORY: "Holdfast", SUPPORTED: "Holdfast on Windows 10 and later"}
    for name, sentence in HEAD.items():
        words |= {name: f"{name}: {sentence.split('.')[0].split(':')[0]}", f"{name}_explain": sentence}
        kind = "multiTextBox" if name in SEVERAL else "decimalTextBox" if name == "serial" else "textBox"
        _presentation(shown, kind, name, name)
    for one in settings():
        words |= {one.name: one.sentence, f"{one.name}_explain": _explained(one)}
        words |= {f"{one.name}_{place}": said for place, (_, said) in enumerate(one.choices)}
        if one.kind != "yes_no":
            kind = {"number": "decimalTextBox", "words": "multiTextBox"}.get(one.kind, "textBox")
            _presentation(shown, "dropdownList" if one.choices else kind, one.name, told(one))
    for name, said in words.items():
        Xml.SubElement(strings, "string", id=name).text = said
    return _written(top)


def _top(name: str) -> Xml.Element:
    return Xml.Element(name, {"xmlns": SCHEMA, "revision": "1.0", "schemaVersion": "1.0"})


def _policy(policies: Xml.Element, name: str, presented: bool = True, **more: str) -> Xml.Element:
    told_of = {"name": name, "class": "Machine", "displayName": f"$(string.{name})", "key": REGISTRY_POLICY, **more}
    told_of["explainText"] = f"$(string.{name}_explain)"
    if presented:
        told_of["presentation"] = f"$(presentation.{name})"
    one = Xml.SubElement(policies, "policy", told_of)
    Xml.SubElement(one, "parentCategory", ref=CATEGORY)
    Xml.SubElement(one, "supportedOn", ref=SUPPORTED)
    return one


def _text_element(policy: Xml.Element, name: str) -> None:
    elements, about = Xml.SubElement(policy, "elements"), {"id": name, "valueName": name, "required": "true"}
    if name in SEVERAL:
        Xml.SubElement(elements, "multiText", about, maxLength=str(LONGEST_LINE), maxStrings=str(MOST_LINES))
    elif name == "serial":
        Xml.SubElement(elements, "decimal", about, minValue="1", maxValue=str(MOST_SERIAL))
    else:
        Xml.SubElement(elements, "text", about, maxLength=str(LONGEST.get(name, LONGEST_LINE)))


def _setting(policies: Xml.Element, one: Setting) -> None:
    if one.kind == "yes_no":
        policy = _policy(policies, one.name, presented=False, valueName=one.name)
        for tag, value in (("enabledValue", "1"), ("disabledValue", "0")):
            Xml.SubElement(Xml.SubElement(policy, tag), "decimal", value=value)
        return
    policy = _policy(policies, one.name)
    if one.kind == "words" or (one.kind == "code" and not one.choices):
        elements, about = Xml.SubElement(policy, "elements"), {"id": one.name, "valueName": one.name}
        if one.kind == "words":
            Xml.SubElement(elements, "multiText", about, maxStrings=str(one.most))
        else:
            Xml.SubElement(elements, "text", about)
        return
    elements, about = Xml.SubElement(policy, "elements"), {"id": one.name, "valueName": one.name, "required": "true"}
    if one.kind == "number":
        Xml.SubElement(elements, "decimal", about, minValue=str(one.least), maxValue=str(one.most))
        return
    choices = Xml.SubElement(elements, "enum", about)
    for place, (code, _) in enumerate(one.choices):
        item = Xml.SubElement(choices, "item", displayName=f"$(string.{one.name}_{place})")
        Xml.SubElement(Xml.SubElement(item, "value"), "string").text = code


def _presentation(shown: Xml.Element, kind: str, name: str, label: str) -> None:
    one = Xml.SubElement(Xml.SubElement(shown, "presentation", id=name), kind, refId=name)
    if kind == "textBox":
        Xml.SubElement(one, "label").text = label
    else:
        one.text = label


def _explained(one: Setting) -> str:
    parts = [f"{one.sentence}.", one.hint, one.why, f"Allowed: {told(one)}. As shipped: {toml(one.default)}."]
    return " ".join(part for part in parts if part)


def _written(top: Xml.Element) -> str:
    Xml.indent(top)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{Xml.tostring(top, encoding="unicode")}\n'


# -- macOS


def mobileconfig() -> str:
    """A configuration profile with every setting as it is shipped, to begin from."""
    domain = PREFERENCES.removesuffix(".plist")
    values: dict[str, Any] = {"organisation": "Northmoor (invented)"}
    values |= {one.name: list(one.default) if one.kind == "words" else one.default for one in settings()}
    payload = {**_payload(domain, domain, "Holdfast settings"), **values}
    whole = _payload("Configuration", f"{domain}.profile", "Holdfast")
    whole |= {"PayloadContent": [payload], "PayloadScope": "System", "PayloadRemovalDisallowed": True}
    return plistlib.dumps(whole, sort_keys=True).decode()


def _payload(kind: str, identifier: str, name: str) -> dict[str, Any]:
    return {
        "PayloadType": kind,
        "PayloadIdentifier": identifier,
        # The same profile has the same id each time it is written.
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_DNS, identifier)).upper(),
        "PayloadVersion": 1,
        "PayloadDisplayName": name,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
