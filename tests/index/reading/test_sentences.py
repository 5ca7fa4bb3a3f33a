from __future__ import annotations

from dataclasses import replace

import pytest

from index.findings import AnswerSpan, Hit, PassageReading
from index.reading.sentences import (
    SentenceFeatures,
    SentenceRanking,
    best_sentence,
    rank_sentences,
    sentence_features,
    span_within,
)
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
    first, second = sentence_features([unread, one], USUAL)
    assert {(sentence.span, sentence.lead) for sentence in first} == {(-8.0, -10.0)}
    assert [(sentence.span, sentence.lead) for sentence in second] == [
        (-2.0, 10.0),
        *[(-8.0, -10.0)] * 2,
    ]
    assert [sentence.passage for sentence in (*first, *second)] == [1.5] * 3 + [2.0] * 3
    (features,) = sentence_features([read(hit(TEXT), haut=30.0, mer=-30.0)], USUAL)
    assert [(feature.span, feature.lead) for feature in features] == [(8, 10), (-8, -10), (-8, -10)]
    one, other = read(hit(TEXT), haut=4.0, allumé=1.0), read(hit(TEXT), mer=2.5)
    found = sentence_features([one, other], USUAL)
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
    plain = SentenceFeatures(0.8, 2.0, 0.5, 0.0, 0.0)
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
