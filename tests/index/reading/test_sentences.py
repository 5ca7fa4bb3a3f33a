from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pytest

from index.findings import AnswerSpan, Hit, PassageReading
from index.reading.confidence import CONFIDENCE_FORMAT, ReadingConfidence, ReadingEvidence
from index.reading.extracts import rank_extracts
from index.reading.sentences import (
    SentenceRanking,
    SentenceSignals,
    best_sentence,
    is_question,
    rank_sentences,
    sentence_signals,
    span_within,
)
from index.reading.years import is_of_other_years
from index.search.confidence import load_calibration
from tests.index.reading.hits import hit

TEXT = "Le phare est haut. Il fut allumé en 1849. La mer est là."
USUAL = 0.3


def read(one: Hit, **found: float) -> Hit:
    """The hit as a reader has read it who found these words, with their logits."""
    text = one.article.text
    spans = [AnswerSpan(text.index(w), text.index(w) + len(w), logit) for w, logit in found.items()]
    spans.sort(key=lambda span: -span.logit)
    return replace(one, reading=PassageReading(1.0, tuple(spans)))


def test_words_lead_before_all_others_and_what_holds_none_stands_lowest() -> None:
    unread, one = hit(TEXT, total=1.5), read(hit(TEXT), haut=-2.0)
    first, second = sentence_signals([unread, one], USUAL)
    assert {(sentence.span, sentence.lead) for sentence in first} == {(-8.0, -10.0)}
    assert [(sentence.span, sentence.lead) for sentence in second] == [
        (-2.0, 10.0),
        *[(-8.0, -10.0)] * 2,
    ]
    assert [sentence.passage for sentence in (*first, *second)] == [1.5] * 3 + [2.0] * 3
    (signals,) = sentence_signals([read(hit(TEXT), haut=30.0, mer=-30.0)], USUAL)
    assert [(own.span, own.lead) for own in signals] == [(8, 10), (-8, -10), (-8, -10)]
    one, other = read(hit(TEXT), haut=4.0, allumé=1.0), read(hit(TEXT), mer=2.5)
    found = sentence_signals([one, other], USUAL)
    assert [sentence.lead for sentence in found[0]] == [1.5, -3.0, -10.0]
    assert [sentence.lead for sentence in found[1]] == [-10.0, -10.0, -1.5]


def test_a_sentence_that_repeats_the_question_stands_lower() -> None:
    one = hit(TEXT, (0.8, 0.8, 0.8))
    sentences = [
        replace(sentence, echo=echo)
        for sentence, echo in zip(one.sentences, (1.0, 0.0, None), strict=True)
    ]
    (ranked,) = rank_sentences([replace(one, sentences=tuple(sentences))])
    assert ranked.ranks[0] < ranked.ranks[2] < ranked.ranks[1]
    assert best_sentence(ranked) == sentences[1].sentence


def test_ranks_are_kept_until_a_hit_without_them_joins() -> None:
    first, second = read(hit(TEXT), haut=4.0), read(hit(TEXT), mer=2.5)
    (alone,) = rank_sentences([first])
    assert rank_sentences([alone])[0] is alone
    both = rank_sentences([alone, second])
    assert both == rank_sentences([first, second])
    assert both[0].ranks != alone.ranks


@pytest.mark.parametrize("better", ["sentence", "passage", "span", "lead"])
def test_whatever_speaks_for_a_sentence_lifts_it(better: str) -> None:
    plain = SentenceSignals(0.8, 2.0, 0.5, 0.0, 0.0)
    lifted = replace(plain, **{better: getattr(plain, better) + 1})
    assert _shipped().rank(lifted) > _shipped().rank(plain)


def test_words_belong_to_the_sentence_that_they_begin_in() -> None:
    reading = read(hit(TEXT), allumé=1.0).reading
    at = TEXT.index("allumé")
    assert span_within(reading, at, at + 3) == AnswerSpan(at, at + 6, 1.0)
    assert span_within(reading, at + 1, len(TEXT)) is None
    assert span_within(None, 0, len(TEXT)) is None


def _shipped() -> SentenceRanking:
    return load_calibration("index.reading", SentenceRanking.of, "sentences.json")


PLAIN = ReadingEvidence(margin=0.1, margin_3=0.15, span_logit=3.0, subject=1.0, other_years=0.0)
MODEL = {"intercept": 0.0, "weights": dict.fromkeys(asdict(PLAIN), 0.0) | {"span_logit": 1.0}}


STORED = {
    "format": CONFIDENCE_FORMAT,
    "perhaps": 0.3,
    "sure": 0.6,
    "same_language": MODEL,
    "across_languages": MODEL | {"intercept": -5.0},
}


@pytest.mark.parametrize(
    "better", [{"margin": 0.3}, {"margin_3": 0.3}, {"span_logit": 8.0}, {"subject": 2.0}]
)
@pytest.mark.parametrize("foreign", [False, True])
def test_the_model_is_surer_the_more_speaks_for_it(better: dict[str, float], foreign: bool) -> None:
    model = ReadingConfidence.load()
    evidence = replace(PLAIN, **better)
    assert model.confidence(evidence, foreign=foreign) > model.confidence(PLAIN, foreign=foreign)


@pytest.mark.parametrize("foreign", [False, True])
def test_a_sentence_of_other_years_is_hardly_ever_sure(foreign: bool) -> None:
    model = ReadingConfidence.load()
    clear = ReadingEvidence(margin=0.2, margin_3=0.25, span_logit=8.0, subject=2.0, other_years=0.0)
    assert model.confidence(clear, foreign=foreign) > model.thresholds.sure
    other = replace(clear, other_years=1.0)
    assert model.confidence(other, foreign=foreign) < model.thresholds.sure


def test_questions_across_languages_have_a_model_of_their_own() -> None:
    model = ReadingConfidence.of(STORED)
    assert model.confidence(PLAIN, foreign=True) < 0.5 < model.confidence(PLAIN, foreign=False)


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("Combien de personnes l’usine emploie-t-elle ?", True),
        ("« Et les brevets ? »", True),
        ("“Who cooks?”", True),
        ("L’usine emploie 800 personnes.", False),
        ("Le maire s’est demandé : « Que faire ? »", False),
        ("Quatre réponses à la question « Que faire ? » ont été données.", False),
    ],
)
def test_a_question_is_told_from_what_reports_one(sentence: str, asks: bool) -> None:
    assert is_question(sentence) is asks


def test_the_sentence_below_a_question_is_as_near_as_the_question() -> None:
    text = "Combien de places ? Quarante. Combien de vélos ? Six. Le lac est calme."
    (ranked,) = rank_sentences([hit(text, [0.6, 0.4, 0.9, 0.4, 0.5])])
    texts = [extract.text for extract in rank_extracts([ranked])]
    assert texts == ["Six.", "Quarante.", "Le lac est calme."]


def test_a_list_ranks_as_its_best_sentence_for_the_confidence_too() -> None:
    text = "Les lauréats sont :\n\nLa Marée, de Paul Adam\nNuit claire, de Lina Sow"
    (ranked,) = rank_sentences([hit(text, [0.9, 0.5, 0.5])])
    (extract,) = rank_extracts([ranked])
    assert (extract.text, extract.rank) == (text, max(ranked.ranks))


DATED = (
    "En 1998, le recensement du Pakistan fut interrompu. Il a compté 134 millions d’habitants. "
    "Celui de 2017 en a compté 207 millions. Les villes ont grandi."
)


@pytest.mark.parametrize(
    ("question", "at", "published", "expected"),
    [
        ("Combien d’habitants en 2017 ?", 2, None, False),
        ("Combien d’habitants en 1998 ?", 1, None, False),  # the year told before it
        ("Combien d’habitants entre 1990 et 2000 ?", 1, None, False),
        ("Combien d’habitants en 1998 ?", 1, date(2017, 9, 16), True),  # told of the day
        ("Combien d’habitants ?", 2, None, False),
    ],
)
def test_the_years_of_a_sentence_are_its_own(
    question: str, at: int, published: date | None, expected: bool
) -> None:
    one = hit(DATED, published=published)
    assert is_of_other_years(question, one, one.sentences[at].sentence) is expected


def test_where_no_year_is_told_it_may_be_any() -> None:
    one = hit("Le recensement a compté 207 millions d’habitants.")
    assert not is_of_other_years("Combien en 2017 ?", one, one.sentences[0].sentence)
