"""The card: wallet size, plain numbers, nothing of the case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.documents import neutral
from app.documents.card import HALF, INSET, LEFT, TOP, WIDTH
from app.documents.catalogue import build
from app.documents.context import Number
from app.documents.flow import MM
from app.i18n import translator
from app.problems import Problem
from tests.documents import scenes
from tests.documents.reading import overlaps, page_texts, runs, sizes, text_of

EN = translator("en")
VIEW = scenes.view_of(scenes.sc1())


def test_it_is_one_page_of_wallet_size_with_the_chosen_numbers() -> None:
    pdf = build("safety-plan", "card", VIEW, scenes.context(VIEW), EN)
    assert len(page_texts(pdf)) == 1
    text = text_of(pdf)
    for words in (
        "Emergency",
        neutral.TO_WRITE_ON,
        "Kate",
        "0808 157 0001",
        "Garden club",
        "0808 157 0002",
        "Phone charged",
    ):
        assert words in text
    assert (pytest.approx(85.6 * MM), pytest.approx(54 * MM)) == (WIDTH, HALF)
    inside = [r for r in runs(pdf) if r.top < TOP]
    assert len(inside) >= 9
    for run in inside:
        assert run.left >= LEFT + INSET - 1
        assert run.right <= LEFT + WIDTH - INSET + 1
        assert run.bottom >= TOP - 2 * HALF + INSET - 1
        assert not run.bottom < TOP - HALF < run.top, "no line stands on the fold"
    assert overlaps(pdf) == []
    assert min(sizes(pdf)) >= 9


def test_it_is_the_same_for_every_case() -> None:
    other = scenes.view_of(scenes.sc10())
    context = scenes.context(VIEW)
    assert build("safety-plan", "card", VIEW, context, EN) == build("safety-plan", "card", other, context, EN)


def test_too_many_numbers_are_refused_with_how_many_fit() -> None:
    numbers = tuple(Number(f"Plain name number {n}", f"0808 157 {n:04d}") for n in range(20))
    context = scenes.context(VIEW, numbers=numbers)
    with pytest.raises(Problem) as caught:
        build("safety-plan", "card", VIEW, context, EN)
    assert caught.value.code == "paper.card_full"
    fit = caught.value.facts["fit"]
    assert isinstance(fit, int)
    assert 0 < fit < 20
    text = text_of(build("safety-plan", "card", VIEW, replace(context, numbers=numbers[:fit]), EN))
    assert text.count("Plain name number") == fit


def test_without_numbers_and_reminders_it_holds_only_the_emergency_call() -> None:
    context = scenes.context(VIEW, numbers=(), reminders=())
    text = text_of(build("safety-plan", "card", VIEW, context, EN))
    assert f"Emergency {neutral.TO_WRITE_ON}" in text.replace("\n", " ")
    assert "Phone charged" not in text
    assert [c for c in text if c.isdigit()] == [], "the neutral profile knows no number"
    text = text_of(build("safety-plan", "card", VIEW, replace(context, emergency_number="999"), EN))
    assert "999" in text
    assert neutral.TO_WRITE_ON not in text


@pytest.mark.parametrize("number", ["ask for Keira", "police 101", "Millrace 4"])
def test_words_beside_a_number_betray_nothing_either(number: str) -> None:
    with pytest.raises(Problem) as caught:
        build("safety-plan", "card", VIEW, scenes.context(VIEW, numbers=(Number("Clinic", number),)), EN)
    assert caught.value.code == "paper.label_unsafe"


def test_a_practice_card_says_so_on_both_halves() -> None:
    text = text_of(build("safety-plan", "card", VIEW, scenes.context(VIEW, practice=True), EN))
    assert text.count("PRACTICE") == 3


@pytest.mark.parametrize("variant", ["card", "discreet"])
@pytest.mark.parametrize(
    "label", ["Women’s refuge", "Police desk", "Maureen", "Keira’s GP", "Northmere helpers", "NM-2026-0417"]
)
def test_a_label_that_tells_is_refused(variant: str, label: str) -> None:
    context = scenes.context(VIEW, numbers=(Number(label, "0808 157 0003"),))
    with pytest.raises(Problem) as caught:
        build("safety-plan", variant, VIEW, context, EN)
    assert caught.value.code == "paper.label_unsafe"
    assert caught.value.facts["label"] == label


def test_a_label_in_another_script_is_refused_not_printed_wrong() -> None:
    context = scenes.context(VIEW, numbers=(Number("سارة", "0808 157 0003"),))
    with pytest.raises(Problem) as caught:
        build("safety-plan", "card", VIEW, context, EN)
    assert caught.value.code == "paper.script"
