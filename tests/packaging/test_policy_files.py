"""What is made from the settings' declaration is as it would be made now, and names every setting."""

from __future__ import annotations

import importlib.util
import plistlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.force.document import of_values
from app.force.places import REGISTRY_POLICY
from app.force.standing import _spelled
from app.policy import settings

ROOT = Path(__file__).resolve().parents[2]
FILES = ("holdfast.admx", "en-US/holdfast.adml")
NAMES = {"p": "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"}


@pytest.fixture(scope="module")
def files():
    spec = importlib.util.spec_from_file_location("policy_files", ROOT / "packaging" / "policy_files.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_committed_is_what_would_be_written(files):
    assert [name for name, text in files.made().items() if (ROOT / name).read_text(encoding="utf-8") != text] == []
    assert files.table() in (ROOT / files.README).read_text(encoding="utf-8")


def test_every_setting_is_a_policy_of_windows_with_its_words_and_its_range(files):
    # Read as a file, as Windows does; what stands in it is ours.
    admx, adml = (ElementTree.parse(ROOT / files.FOLDER / name).getroot() for name in FILES)  # noqa: S314
    policies = {one.get("name"): one for one in admx.iterfind("p:policies/p:policy", NAMES)}
    strings = {one.get("id") for one in adml.iterfind(".//p:string", NAMES)}
    shown = {one.get("id"): {e.get("refId") for e in one} for one in adml.iterfind(".//p:presentation", NAMES)}
    assert {one.name for one in settings()} | set(files.HEAD) == set(policies)
    for name, policy in policies.items():
        assert policy.get("key") == REGISTRY_POLICY
        asked = {policy.get("displayName"), policy.get("explainText")}
        asked |= {item.get("displayName") for item in policy.iterfind(".//p:item", NAMES)}
        assert {one.removeprefix("$(string.").removesuffix(")") for one in asked} <= strings
        if policy.get("presentation"):
            assert shown[name] == {element.get("id") for element in policy.find("p:elements", NAMES)}
    for one in settings():
        for number in policies[one.name].iterfind(".//p:elements/p:decimal", NAMES):
            assert (int(number.get("minValue")), int(number.get("maxValue"))) == (one.least, one.most)


def test_the_profile_for_a_mac_is_a_policy(files):
    whole = plistlib.loads(files.mobileconfig().encode())
    (payload,) = whole["PayloadContent"]
    values = {name: value for name, value in payload.items() if not name.startswith("Payload")}
    policy, unknown = of_values(_spelled(values))
    assert unknown == ()
    assert policy.organisation == "Northmoor (invented)"
    assert all(getattr(policy, one.name) == one.default for one in settings())
