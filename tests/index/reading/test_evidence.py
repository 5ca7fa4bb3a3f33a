from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.findings import AnswerSpan, Findings, Hit, PassageReading
from index.models.base import PassageText
from index.reading.confidence import LogisticModel, ReadingConfidence
from index.reading.evidence import READ_HITS, EvidenceReader, read_evidence
from index.search.confidence import Thresholds
from tests.fakes import FakeReader
from tests.index.reading.hits import hit

BY_LOGIT = LogisticModel(-1.0, {"span_logit": 2.0})
JUDGE = ReadingConfidence(BY_LOGIT, BY_LOGIT, Thresholds.at(0.5))
QUESTION = "Quand le phare fut-il allumé ?"


def found(*hits: Hit, confidence: float = 0.7) -> Findings:
    return Findings(QUESTION, "fr", hits, confidence)


class Liking:
    """A reader that likes passages with a word, and finds the span there."""

    id = "liking"

    def __init__(self, word: str) -> None:
        self._word = word

    def read(self, question: str, passages: Sequence[PassageText]) -> list[PassageReading]:
        return [self._reading(passage.text) for passage in passages]

    def _reading(self, text: str) -> PassageReading:
        at = text.find(self._word)
        if at < 0:
            return PassageReading(-4.0)
        return PassageReading(4.0, (AnswerSpan(at, at + len(self._word), 2.0),))


def test_the_passage_that_answers_comes_before_one_that_is_a_little_nearer_not_much() -> None:
    near, far = hit("Le phare est haut.", total=2.05), hit("Il fut allumé en 1849.", total=2.0)
    read = EvidenceReader(Liking("1849"), JUDGE).read(found(near, far))
    assert [each.passage.text for each in read.hits] == [far.passage.text, near.passage.text]
    assert read.confidence > 0.9
    near, far = hit("Le phare est haut.", total=2.5), hit("Il fut allumé en 1849.", total=2.0)
    read = EvidenceReader(Liking("1849"), JUDGE).read(found(near, far))
    assert read.hits[0].passage.text == near.passage.text
    assert read.confidence < 0.5


def test_the_span_stands_in_the_article() -> None:
    text = "Le port est loin. " * 30 + "Le phare fut allumé en 1849. " + "La mer est là. " * 30
    long = hit(text)
    sentences = [sentence.sentence for sentence in long.sentences]
    at = next(i for i, sentence in enumerate(sentences) if "1849" in sentence.text)
    long = hit(text, [0.9 if i == at else 0.5 for i in range(len(sentences))])
    (read,) = EvidenceReader(Liking("1849"), JUDGE).read(found(long)).hits
    assert read.reading is not None
    assert read.reading.span is not None
    assert read.reading.span.words(read.article.text) == "1849"


def test_only_the_best_are_read_and_the_others_stay_behind() -> None:
    reader = FakeReader()
    hits = [hit(f"Le phare numéro {at}.", total=3 - at / 10) for at in range(READ_HITS + 2)]
    read = EvidenceReader(reader, JUDGE).read(found(*hits))
    assert reader.read_texts == [each.passage.text for each in hits[:READ_HITS]]
    assert [each.reading is None for each in read.hits] == [False] * READ_HITS + [True] * 2
    assert [replace(each, ranks=()) for each in read.hits[READ_HITS:]] == hits[READ_HITS:]


def test_the_rest_is_not_read_where_one_comes_first_whatever_it_says() -> None:
    first = [hit("Il fut allumé en 1849.", total=2.2), hit("Il est haut.", total=2.1)]
    for behind, count in ((2.05, 2), (2.2, 4)):
        hits = [*first, *(hit(f"Le phare numéro {at}.", total=behind) for at in range(3))]
        read = EvidenceReader(Liking("1849"), None, 8.0).read(found(*hits))
        assert sum(each.reading is not None for each in read.hits) == count
        assert read.hits[0] is not hits[0]
        assert read.hits[0].passage == hits[0].passage
        assert [replace(each, ranks=()) for each in read.hits[4:]] == hits[4:]


def test_a_newer_article_is_read_if_it_is_as_near_although_an_older_one_comes_first() -> None:
    first = hit("Il fut allumé en 1849.", total=2.2, published=date(2026, 3, 2))
    for day, behind, is_read in (
        (date(2026, 3, 3), 2.1, True),
        (date(2026, 3, 3), 1.9, False),
        (date(2026, 3, 2), 2.1, False),
        (None, 2.1, False),
    ):
        other = hit("Il est éteint.", [0.1], total=behind, published=day)
        read = EvidenceReader(Liking("1849"), None, 1.0).read(found(first, other))
        assert [each.reading is not None for each in read.hits] == [True, is_read]


def test_without_a_judge_the_confidence_is_the_search_s() -> None:
    read = EvidenceReader(Liking("1849"), None).read(found(hit("Allumé en 1849.")))
    assert read.confidence == 0.7
    assert read.hits[0].reading is not None


def test_a_newer_article_is_read_only_if_it_is_one_of_the_two_nearest() -> None:
    first = hit("Il fut allumé en 1849.", total=2.5, published=date(2026, 3, 2))
    others = [
        hit("Il est éteint.", [0.1], total=2.45 - at / 100, published=date(2026, 3, 3))
        for at in range(2)
    ]
    read = EvidenceReader(Liking("1849"), None, 1.0).read(found(first, *others))
    assert [each.reading is not None for each in read.hits] == [True, True, False]


def test_a_passage_that_only_asks_has_no_confidence() -> None:
    one = hit("Quand le phare fut-il allumé ? Et par qui ?")
    assert EvidenceReader(Liking("phare"), JUDGE).read(found(one)).confidence == 0


def test_the_evidence_is_of_the_best_sentence_and_an_announcement_no_rival() -> None:
    text = "Trois dates comptent :\n\nIl fut allumé en 1849."
    one = hit(text, [0.9, 0.9])
    evidence = read_evidence(EvidenceReader(Liking("1849"), None).read(found(one)))
    assert evidence.margin == 0.3
    one = hit("Le phare date de 1849. Celui de Brest a été allumé en 1900.", [0.5, 0.9])
    read = EvidenceReader(Liking("1900"), None).read(found(one))
    evidence = read_evidence(replace(read, question="Quand fut allumé celui de Brest en 1849 ?"))
    assert evidence.other_years == 1
