"""Answers in the words of the articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot.answer import Answer
from bot.answering.extractive import ExtractiveAnswerer
from index.article import Article
from index.findings import AnswerSpan, Findings, Hit, PassageReading, RankedSentence, Scores
from index.ingestion.passages import cut
from index.search.confidence import Thresholds
from tests.index.samples import article

TEXT = "Le phare date de 1862. Sa lanterne est rouge. Un gardien y vécut. Le port est loin."

HALF = Thresholds.at(0.5)


def hit(source: Article, scores: Sequence[float], total: float = 2.0, part: str = "") -> Hit:
    """The first passage with the part in it."""
    passage = next(passage for passage in cut(source) if part in passage.text)
    ranked = tuple(map(RankedSentence, passage.sentences, scores))
    return Hit(source, passage, Scores(0.9, 0.9, 0.5, total), ranked)


def answer_from(*hits: Hit, confidence: float = 0.9, thresholds: Thresholds = HALF) -> Answer:
    return ExtractiveAnswerer(thresholds).answer(Findings("Quand ?", "fr", hits, confidence))


def read(one: Hit, words: str, span_logit: float = 5.0) -> Hit:
    """The hit as a reader has read it who found these words."""
    start = one.article.text.index(words)
    span = AnswerSpan(start, start + len(words), span_logit)
    return replace(one, reading=PassageReading(2.0, (span,)))


def test_the_best_sentence_alone_when_nothing_comes_close() -> None:
    answer = answer_from(hit(article("phare", TEXT), (0.95, 0.8, 0.7, 0.7)))
    assert answer.is_sure
    assert answer.text == "Le phare date de 1862. [1]"
    assert [citation.quote for citation in answer.citations] == ["Le phare date de 1862."]


def test_the_sentence_that_holds_the_words_found_comes_first() -> None:
    source = hit(article("phare", TEXT), (0.95, 0.8, 0.9, 0.7))
    first = answer_from(read(source, "Un gardien")).statements[0]
    assert (first.text, first.parts[1]) == ("Un gardien y vécut.", "Un gardien")


def test_of_what_the_reader_found_the_next_best_may_follow() -> None:
    one = hit(article("phare", TEXT), (0.9, 0.89, 0.8, 0.8))
    words = {"1862": 5.0, "rouge": 4.5, "Un gardien": -9.0}
    places = [(TEXT.index(word), len(word), logit) for word, logit in words.items()]
    spans = tuple(AnswerSpan(at, at + length, logit) for at, length, logit in places)
    answer = answer_from(replace(one, reading=PassageReading(2.0, spans)))
    told = [statement.text for statement in answer.statements]
    assert told == ["Le phare date de 1862.", "Sa lanterne est rouge."]


def test_words_found_further_on_in_the_article_may_be_surer() -> None:
    filler = " ".join(["Le port est loin."] * 50)
    source = article("phare", f"Le phare a 41 mètres. {filler}\n\nIl en a 58 en tout. {filler}")
    near, far = hit(source, [0.91] * 99, 2.0, "41"), hit(source, [0.9] * 99, 1.99, "58")
    for surer, expected in (("41", "Le phare a 41 mètres."), ("58", "Il en a 58 en tout.")):
        answer = answer_from(
            read(near, "41", 9.0 if surer == "41" else 3.0),
            read(far, "58", 9.0 if surer == "58" else 3.0),
        )
        assert answer.statements[0].text == expected


def test_surer_words_in_another_article_come_first() -> None:
    phare = hit(article("phare", "Le phare date de 1862."), (0.92,))
    port = hit(article("port", "Le port fut creusé en 1788."), (0.9,))
    for surer, expected in (("1862", "Phare"), ("1788", "Port")):
        answer = answer_from(
            read(phare, "1862", 9.0 if surer == "1862" else -3.0),
            read(port, "1788", 9.0 if surer == "1788" else -3.0),
        )
        assert answer.citations[0].article.title == expected
        assert answer.statements[0].parts[1] == surer


def test_a_span_that_runs_on_is_shown_to_the_end_of_its_sentence() -> None:
    source = hit(article("phare", TEXT), (0.95, 0.6, 0.6, 0.6))
    answer = answer_from(read(source, "1862. Sa lanterne"))
    assert answer.statements[0].parts[1] == "1862."


def test_nothing_stands_out_in_an_answer_that_may_be_none() -> None:
    source = hit(article("phare", "Le phare fut bâti en 1862."), (0.95,))
    one = read(source, "1862")
    sure = answer_from(one, confidence=0.5)
    perhaps = answer_from(one, confidence=0.5, thresholds=Thresholds(0.5, 0.6))
    assert (sure.outcome, sure.statements[0].parts[1]) == ("sure", "1862")
    assert (perhaps.outcome, perhaps.statements[0].parts[1]) == ("perhaps", "")
    assert not perhaps.is_sure
    assert (perhaps.text, perhaps.citations) == (sure.text, sure.citations)


def test_the_best_sentence_comes_first_though_another_is_read_before_it() -> None:
    text = "Le port est loin. Le feu est rouge. Un gardien vit là."
    one = hit(article("phare", text), (0.96, 0.955, 0.97))
    assert answer_from(one).text == (
        "Un gardien vit là. [1] Le port est loin. [2] Le feu est rouge. [3]"
    )


def test_sentences_are_grouped_by_article_the_best_one_first() -> None:
    first, second = article("un", TEXT), article("deux", TEXT.replace("phare", "fanal"))
    answer = answer_from(hit(first, (0.7, 0.7, 0.94, 0.93)), hit(second, (0.95, 0.7, 0.7, 0.7)))
    assert [citation.article.title for citation in answer.citations] == ["Deux", "Un", "Un"]


def test_a_quote_that_begins_with_a_pronoun_brings_its_lead() -> None:
    answer = answer_from(hit(article("phare", TEXT), (0.7, 0.95, 0.7, 0.7)))
    lead = answer.citations[0].lead
    assert answer.citations[0].quote == "Sa lanterne est rouge."
    assert lead is not None
    assert lead.text == "Le phare date de 1862."


def test_low_confidence_refuses_and_offers_distinct_articles() -> None:
    hits = [hit(article(f"n{n // 2}", TEXT), (0.9, 0.9, 0.9, 0.9), 2.1) for n in range(10)]
    answer = answer_from(*hits, confidence=0.49)
    assert (answer.outcome, answer.citations, answer.statements) == ("no", (), ())
    assert [near.title for near in answer.nearest] == ["N0", "N1", "N2"]


CHIPS = "Le modèle fut entraîné sur 15 000 puces Nvidia."


def test_articles_that_say_the_same_are_cited_together() -> None:
    first, second = article("un", CHIPS), article("deux", "Ce " + CHIPS[3:])
    answer = answer_from(hit(first, (0.95,)), hit(second, (0.94,)))
    assert answer.text == f"{CHIPS} [1][2]"
    assert [citation.article.title for citation in answer.citations] == ["Un", "Deux"]
    assert answer.citations[1].quote == second.text


def test_articles_that_disagree_on_a_number_are_both_quoted_the_best_first() -> None:
    old = replace(article("vieux", CHIPS), published=date(2024, 5, 1))
    new = replace(article("neuf", CHIPS.replace("15", "18")), published=date(2025, 5, 1))
    answer = answer_from(hit(old, (0.95,)), hit(new, (0.94,)))
    assert [citation.article.title for citation in answer.citations] == ["Vieux", "Neuf"]
    assert "15 000" in answer.statements[0].text
    assert "18 000" in answer.statements[1].text


@pytest.mark.parametrize(
    ("later", "words", "logit", "day", "is_update"),
    [
        ("Le bassin ouvre finalement en juin.", "en juin", 5.0, date(2026, 4, 1), True),
        ("Le bassin ouvre finalement en juin.", "en juin", 1.0, date(2026, 4, 1), False),
        ("Le bassin ouvre finalement en juin.", "en juin", 5.0, date(2026, 3, 1), False),
        ("La nage y reprend en AVRIL 2026.", "en AVRIL 2026", 5.0, date(2026, 4, 1), False),
        ("La nage y reprend en avril.", "avril", 5.0, date(2026, 4, 1), False),
    ],
)
def test_a_newer_article_that_answers_otherwise_follows_the_best_and_nothing_is_sure(
    later: str, words: str, logit: float, day: date, is_update: bool
) -> None:
    old = replace(article("vieux", "La piscine rouvrira en avril."), published=date(2026, 3, 2))
    new = replace(article("neuf", later), published=day)
    one = read(hit(old, (0.95,), 2.2), "en avril", 9.0)
    answer = answer_from(one, read(hit(new, (0.8,)), words, logit))
    told = [(statement.text, statement.parts[1]) for statement in answer.statements]
    best = (old.text, "en avril")
    assert told == ([best, (later, words)] if is_update else [best])
    assert answer.is_sure is not is_update


def test_where_nothing_is_sure_the_three_closest_are_shown() -> None:
    thresholds = Thresholds(0.5, 0.95)
    answer = answer_from(
        hit(article("phare", TEXT), (0.95, 0.9, 0.85, 0.83)), thresholds=thresholds
    )
    assert answer.outcome == "perhaps"
    assert answer.statements[0].text == "Le phare date de 1862."
    assert [one.label for one in answer.statements] == ["Le plus vraisemblable\u00a0:", "", ""]
    far = hit(article("phare", TEXT), (0.95, 0.5, 0.5, 0.5))
    (alone,) = answer_from(far, thresholds=thresholds).statements
    assert alone.label == ""


def test_a_second_sentence_has_room_only_where_the_whole_stays_short() -> None:
    long = f"{CHIPS[:-1]}, dans un centre de calcul de la côte dont personne n’avait parlé avant."
    more = "La voix fut apprise de lecteurs qui lisaient ce que d’autres avaient écrit pour eux" + (
        ", à haute voix, pendant plusieurs heures chacun."
    )
    for second, count in (("La voix fut apprise à part.", 2), (more, 1)):
        answer = answer_from(hit(article("modele", f"{long} {second}"), (0.95, 0.94)))
        assert len(answer.statements) == count


def test_a_sentence_that_only_announces_is_not_shown() -> None:
    text = "Trois inventions suffisent :\n\nHTML décrit les pages."
    answer = answer_from(hit(article("web", text), (0.95, 0.94)))
    assert answer.text == "HTML décrit les pages. [1]"


def test_passages_that_are_not_cited_are_offered_by_their_best_sentence() -> None:
    phare = hit(article("phare", TEXT), (0.95, 0.8, 0.7, 0.7))
    port = hit(article("port", "Le port est loin. On y vit le feu en 1850."), (0.1, 0.2), 0.5)
    (further,) = answer_from(phare, port).further
    assert (further.number, further.quote) == (2, "On y vit le feu en 1850.")
    assert answer_from(phare, port, thresholds=Thresholds.at(0.99)).further == ()


PRIZES = """Le festival s’est achevé dimanche. Les lauréats sont :

Prix du jury : La Marée, de Paul Adam
Prix du public : Nuit claire, de Lina Sow
Mention : Le Pont

La prochaine édition aura lieu à Nantes."""

LIST = PRIZES[PRIZES.index("Les lauréats") : PRIZES.index("\n\nLa prochaine")]


def test_a_list_is_quoted_whole_from_its_introduction_on() -> None:
    one = hit(article("prix", PRIZES), (0.7, 0.95, 0.8, 0.7, 0.7, 0.7))
    answer = answer_from(read(one, "La Marée"))
    assert [citation.quote for citation in answer.citations] == [LIST]
    assert answer.statements[0].parts[1] == "La Marée"
    assert answer.verbatim


def test_of_a_long_list_the_best_item_is_quoted_behind_the_introduction() -> None:
    lines = "\n".join(f"Le lauréat numéro {n} est un film de cette année-là." for n in range(9))
    source = article("prix", f"Les lauréats sont :\n\n{lines}")
    (best,) = answer_from(hit(source, (0.7, *[0.6] * 8, 0.95))).citations
    assert best.quote == "Le lauréat numéro 8 est un film de cette année-là."
    assert best.lead is not None
    assert best.lead.text == "Les lauréats sont :"
    first = answer_from(hit(source, (0.95, *[0.6] * 9))).citations[0]
    assert first.quote.startswith("Les lauréats sont :\n\nLe lauréat numéro 0")
    assert first.quote.endswith("Le lauréat numéro 4 est un film de cette année-là.")


INTERVIEW = (
    "Combien de personnes l’usine emploie-t-elle ? Huit cents. Des nouveaux marchés, trois quarts "
    "seront en Asie. « Et les brevets ? » Le premier date de 1998."
)


def test_of_an_interview_the_answer_below_the_question_is_quoted() -> None:
    one = hit(article("entretien", INTERVIEW), (0.95, 0.5, 0.8, 0.7, 0.6))
    answer = answer_from(one)
    assert answer.statements[0].text == "Huit cents."
    lead = answer.citations[0].lead
    assert lead is not None
    assert lead.text == "Combien de personnes l’usine emploie-t-elle ?"
    other = hit(article("entretien", INTERVIEW), (0.5, 0.5, 0.6, 0.95, 0.6))
    assert answer_from(other).statements[0].text == "Le premier date de 1998."


def test_what_only_asks_does_not_answer() -> None:
    answer = answer_from(hit(article("jeu", "Qui a bâti le phare ? Et quand ?"), (0.95, 0.9)))
    assert (answer.outcome, answer.refusal) == ("no", "unsaid")


def test_a_short_sentence_is_not_hidden() -> None:
    source = article("usine", "L’usine emploie 800 personnes. Le marché croît surtout en Asie.")
    assert answer_from(hit(source, (0.95, 0.8))).text == "L’usine emploie 800 personnes. [1]"


def test_what_is_shown_instead_of_what_machines_read_is_not_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "bot.answering.extractive.is_machine_text", lambda text: text.startswith("Un gardien")
    )
    answer = answer_from(hit(article("phare", TEXT), (0.8, 0.7, 0.85, 0.7)))
    assert (answer.statements[0].text, answer.outcome) == ("Le phare date de 1862.", "perhaps")


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("L’incendie a éclaté cette nuit.", "cette nuit", "Article du 3 mars 2026\u00a0:"),
        ("Vers 10h45, le toit cède.", "10h45", "Article du 3 mars 2026\u00a0:"),
        ("Mardi, le maire a nommé Lina Sow.", "Lina Sow", ""),
        ("L’incendie a éclaté le 2 mars 2026 dans la nuit.", "2 mars 2026", ""),
    ],
)
def test_beside_a_day_that_is_only_relative_stands_that_of_the_article(
    text: str, words: str, label: str
) -> None:
    source = replace(article("feu", text), published=date(2026, 3, 3))
    (statement,) = answer_from(read(hit(source, (0.95,)), words)).statements
    assert statement.label == label
    undated = replace(source, published=None)
    assert answer_from(read(hit(undated, (0.95,)), words)).statements[0].label == ""
