"""Safe contact: nothing recorded means nobody is contacted, and where agreements differ only what all allow holds."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.records.build import case_view
from app.rules import safe_contact
from app.rules.facts import facts_of
from app.rules.safe_contact import CHANNELS, ContactRule, contact_rule
from tests.rules.cases import Records, on_laptops

DAY = date(2026, 11, 20)
AGREED = {"person": "v", "channels": ["call", "text", "mail", "visit"], "text": "yes", "number": "0555 0100"}


def rule(*agreements: dict[str, Any], on: date = DAY, **answers: str) -> ContactRule:
    records: Records = [("person", "v", {"roles": ["victim"]}), ("assessment", "a", {"instrument": "rr-1"})]
    records += [("safe_contact", f"s{n}", fields) for n, fields in enumerate(agreements)]
    records += [("answer", f"x{f}", {"assessment": "a", "factor": f, "value": value}) for f, value in answers.items()]
    view = case_view(records)
    return contact_rule(view, facts_of(view, on=on), on=on)


def test_nothing_recorded_means_contact_nobody() -> None:
    found = rule()
    assert (found.agreed, found.allowed, found.voicemail) == (False, (), False)
    assert set(found.forbidden) == {*CHANNELS, "voicemail"}
    assert all(found.reason(c) == safe_contact.NONE_AGREED for c in CHANNELS)


def test_no_voicemail_no_text_and_no_letter_unless_agreed() -> None:
    found = rule({"person": "v", "channels": ["call"]})
    assert found.allowed == ("call",)
    assert not found.voicemail
    assert found.reason("mail") == safe_contact.NOT_AGREED
    assert rule({"person": "v", "channels": ["call", "text"]}).reason("text") == safe_contact.NO_TEXT
    assert rule({"person": "v", "channels": ["call", "text"], "text": "unknown"}).allowed == ("call",)


def test_what_was_agreed_is_allowed() -> None:
    found = rule({**AGREED, "voicemail": "yes", "hours": "09:00-12:00", "days": ["mon"], "never_use": ["0555 0199"]})
    assert found.allowed == ("call", "text", "mail", "visit")
    assert (found.voicemail, found.number, found.hours, found.days) == (True, "0555 0100", "09:00-12:00", ("mon",))
    assert found.never_use == ("0555 0199",)
    assert found.if_other_answers == "hang_up"


@pytest.mark.parametrize(("value", "blocked"), [("yes", True), ("unknown", False), ("no", False)])
def test_watched_devices_block_text_mail_and_app(value: str, blocked: bool) -> None:
    found = rule({**AGREED, "channels": list(CHANNELS)}, F17=value)
    assert found.watched is blocked
    assert ("text" in found.forbidden, "mail" in found.forbidden, "app" in found.forbidden) == (blocked,) * 3
    assert found.allows("call")
    if blocked:
        assert found.reason("text") == safe_contact.WATCHED


def test_an_agreement_expires() -> None:
    stated = {**AGREED, "expires": "2026-11-20"}
    assert rule(stated).agreed
    late = rule(stated, on=date(2026, 11, 21))
    assert (late.agreed, late.expired, late.allowed) == (False, True, ())
    assert late.reason("call") == safe_contact.EXPIRED
    by_age = {**AGREED, "confirmed_at": "2026-11-01T10:00:00+00:00"}
    assert rule(by_age, on=date(2026, 12, 1)).agreed
    assert rule(by_age, on=date(2026, 12, 2)).expired
    assert rule(AGREED, on=date(2026, 12, 14)).agreed  # made on 14 November
    assert rule(AGREED, on=date(2026, 12, 15)).expired
    assert rule({**AGREED, "expires": "2026-12"}, on=date(2026, 12, 2)).expired  # a month: its first day
    assert rule({**AGREED, "expires": "whenever"}, on=date(2026, 12, 15)).expired


def test_of_two_agreements_only_what_both_allow() -> None:
    found = rule(AGREED, {**AGREED, "channels": ["call", "app"], "text": "no", "never_use": ["work line"]})
    assert found.allowed == ("call",)
    assert found.never_use == ("work line",)
    assert rule(AGREED, {**AGREED, "channels": ["app"]}).agreed is False
    numbers = rule(AGREED, {**AGREED, "number": "0555 0111"})
    assert (numbers.number, numbers.allows("call"), numbers.allows("visit")) == ("", False, True)
    assert numbers.reason("call") == safe_contact.DIFFERENT_PLACES
    times = rule({**AGREED, "hours": "09-10"}, {**AGREED, "hours": "17-18"})
    assert (times.agreed, times.reason("visit")) == (False, safe_contact.DIFFERENT_TIMES)
    days = rule({**AGREED, "days": ["mon", "tue"]}, {**AGREED, "days": ["tue"]})
    assert (days.agreed, days.days) == (True, ("tue",))
    assert not rule({**AGREED, "days": ["mon"]}, {**AGREED, "days": ["tue"]}).agreed


def test_one_agreement_changed_on_two_laptops_allows_only_what_both_allow() -> None:
    def met(mine: dict[str, Any], theirs: dict[str, Any], on: date = DAY) -> ContactRule:
        view = on_laptops(
            ("a", 10, [("person", "v", {"roles": ["victim"]}), ("safe_contact", "s", {**AGREED, **mine})]),
            ("b", 20, [("safe_contact", "s", {**AGREED, **theirs})]),
        )
        return contact_rule(view, on=on)

    assert met({}, {"text": "no"}).allowed == ("call", "mail", "visit")
    assert met({"channels": ["call"]}, {"channels": ["visit"]}).agreed is False
    assert met({}, {"number": "0555 0111"}).reason("call") == safe_contact.DIFFERENT_PLACES
    assert met({"hours": "09-10"}, {"hours": "17-18"}).agreed is False
    assert met({"days": ["mon"]}, {"days": ["tue"]}).agreed is False
    assert met({"never_use": ["a"]}, {"never_use": ["b"]}).never_use == ("a", "b")
    assert met({"expires": "2026-12-31"}, {"expires": "2026-11-19"}).expired
    assert met({"expires": "2026-11-19"}, {"expires": "2026-12-31"}).expired


def test_an_old_agreement_does_not_spoil_a_new_one() -> None:
    assert rule({**AGREED, "channels": ["app"], "expires": "2026-11-01"}, AGREED).allows("call")


def test_an_agreement_about_somebody_else_is_none_for_the_victim() -> None:
    assert not rule({**AGREED, "person": "k"}).agreed
    assert rule({**AGREED, "person": None}).agreed


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [(("cover", "hang_up"), "hang_up"), (("cover", "wrong_number"), "wrong_number"), (("cover", "cover"), "cover")],
)
def test_the_most_careful_answer_to_a_stranger(answers: tuple[str, str], wanted: str) -> None:
    found = rule(*({**AGREED, "if_other_answers": answer} for answer in answers))
    assert found.if_other_answers == wanted


def test_every_channel_is_allowed_or_has_a_reason() -> None:
    for found in (rule(), rule(AGREED), rule(AGREED, F17="yes"), rule(AGREED, on=date(2028, 1, 1))):
        for channel in CHANNELS:
            assert found.allows(channel) != bool(found.reason(channel))
