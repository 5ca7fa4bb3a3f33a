"""Claims with one fault: in the claim, or in its evidence, but never in both alike."""

from __future__ import annotations

from random import Random

import pytest

from training.claims import (
    ClaimMaker,
    Edit,
    FaithfulPair,
    JudgedClaim,
    mirror,
    rewordings,
    segments_of,
)
from training.lexicon import Lexicon
from training.near_misses import Names

NAMES = Names(
    ("fr", f"Le maire de {place}.") for place in ("Lyon", "Turin", "Gand", "Brest", "Metz", "Nice")
)
LEXICON = Lexicon({("fr", "pont"): ["canal"], ("fr", "fermé"): ["repeint"]})
SEGMENTS = {"fr": ["après trois ans de travaux"], "en": ["after three years of work"]}
PAIR = FaithfulPair(
    "fr",
    "Le pont de Lyon a été fermé en 1998 par le maire, faute d’argent. Anne Roy voulait le garder.",
    "En 1998, le pont de Lyon a été fermé par manque d’argent.",
    "made",
    "bridge",
)


def make(pair: FaithfulPair = PAIR, times: int = 80) -> list[JudgedClaim]:
    maker = ClaimMaker(NAMES, LEXICON, SEGMENTS, Random(1))
    return [each for _ in range(times) for each in maker.make(pair)]


def of_kind(kind: str, holds: bool) -> list[JudgedClaim]:
    return [each for each in make() if each.kind == kind and each.holds == holds]


@pytest.mark.parametrize(
    ("kind", "claim"),
    [
        ("word", "En 1998, le canal de Lyon a été fermé par manque d’argent."),
        ("negation", "En 1998, le pont de Lyon n’a pas été fermé par manque d’argent."),
        ("tense", "En 1998, le pont de Lyon sera fermé par manque d’argent."),
    ],
)
def test_one_thing_of_the_claim_is_exchanged(kind: str, claim: str) -> None:
    assert claim in {each.claim for each in of_kind(kind, holds=False)}


@pytest.mark.parametrize("kind", ["number", "name", "word"])
def test_the_fault_is_where_claim_and_evidence_part(kind: str) -> None:
    made = of_kind(kind, holds=False)
    assert made
    for each in made:
        assert each.claim[each.start : each.end].strip() not in ("", each.claim)
        assert each.claim[each.start : each.end] not in each.evidence


@pytest.mark.parametrize("kind", ["number", "name", "word", "negation", "tense"])
def test_what_is_exchanged_on_both_sides_holds(kind: str) -> None:
    both = [each for each in of_kind(kind, holds=True) if each.evidence != PAIR.evidence]
    assert {each.claim for each in both}
    assert PAIR.claim not in {each.claim for each in both}


def test_as_many_claims_hold_as_do_not() -> None:
    made = make(times=300)
    assert 0.4 < sum(each.holds for each in made) / len(made) < 0.6


def test_neither_side_alone_tells_what_holds() -> None:
    made = [each for each in make(times=300) if each.kind in ("word", "negation", "tense")]
    for side in ("claim", "evidence"):
        held = {getattr(each, side) for each in made if each.holds}
        assert held & {getattr(each, side) for each in made if not each.holds}


def test_a_hedge_left_out_is_a_fault_but_one_put_in_is_none() -> None:
    faults = of_kind("hedge", holds=False)
    assert {each.claim for each in faults} == {PAIR.claim}
    assert all("aurait été fermé" in each.evidence for each in faults)


def test_a_phrase_left_out_of_the_evidence_makes_it_an_invention() -> None:
    pair = FaithfulPair(
        "fr",
        "Le pont a été fermé, par manque de crédits municipaux. On le regrette.",
        "Le pont a été fermé parce que les crédits municipaux manquaient.",
        "made",
        "bridge",
    )
    faults = [each for each in make(pair, 200) if each.kind == "missing" and not each.holds]
    assert {each.evidence for each in faults} == {"Le pont a été fermé. On le regrette."}
    assert {each.claim[each.start : each.end] for each in faults} == {"crédits"}


def test_two_claims_stand_side_by_side_but_not_as_cause_and_effect() -> None:
    other = FaithfulPair("fr", "Il pleut à Brest.", "Il pleut sur Brest.", "made", "rain")
    beside, caused = ClaimMaker(NAMES, LEXICON, SEGMENTS, Random(1)).joined(PAIR, other)
    assert beside.holds
    assert not caused.holds
    assert beside.evidence == caused.evidence == f"{PAIR.evidence} {other.evidence}"
    assert caused.claim.endswith("il pleut sur Brest.")
    cause = caused.claim[caused.start : caused.end]
    assert cause not in beside.claim
    assert cause.strip(", ") in (
        "parce que",
        "car",
        "si bien que",
        "ce qui fait que",
        "puisque",
    )


def test_a_cause_is_turned_round() -> None:
    claim = "Le village a été abandonné parce que le puits était à sec."
    pair = FaithfulPair("fr", claim, claim, "made", "well")
    faults = [each for each in make(pair, 200) if each.kind == "cause" and not each.holds]
    turned = "Le puits était à sec parce que le village a été abandonné."
    assert {(each.evidence, each.claim) for each in faults} == {(claim, turned), (turned, claim)}


@pytest.mark.parametrize(
    ("claim", "reworded"),
    [
        ("En 1998, le pont a fermé.", "Le pont a fermé, en 1998."),
        ("Le pont a fermé, selon la mairie.", "Selon la mairie, le pont a fermé."),
        ("On y compte 15\u202f000 ormes.", "On y compte 15.000 ormes."),
        ("On y compte 15000 ormes.", "On y compte 15\u202f000 ormes."),
    ],
)
def test_a_claim_is_said_otherwise(claim: str, reworded: str) -> None:
    assert reworded in set(rewordings(claim, "fr"))


def test_an_edit_is_mirrored_only_where_it_surely_stands_for_the_same() -> None:
    edit = Edit("word", 3, 7, "canal")
    assert mirror("Le pont cède.", edit, "Un pont a cédé.") == "Un canal a cédé."
    assert mirror("Le pont cède.", edit, "Un pont, puis un pont, a cédé.") is None


def test_phrases_begin_with_a_preposition() -> None:
    text = "Le pont, pendant trois jours entiers, resta fermé."
    assert list(segments_of(text, "fr")) == ["pendant trois jours entiers"]
