"""Quotes of a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.archive.archive import Archive
from bot.archive.request import ArchiveRequest
from bot.archive.speakers import find_speech
from index.search.confidence import Thresholds
from tests.bot.archive.made import searcher_over, told

OURS = [
    "« Rien ne sera comme avant dans la ville », a déclaré Anna Rossi à la presse.",
    "Anna Rossi a affirmé que le pont serait rouvert.",
    "Anna Rossi, maire de la ville, a promis, lors du conseil, de rouvrir le pont.",
    "Anna Rossi appelle le conseil à rouvrir le pont.",
    "Selon Anna Rossi, le pont sera rouvert.",
    "Le pont est fermé, selon la maire Anna Rossi.",
    "Rossi s’est défendue en assurant que « tout était déjà prévu depuis un an ».",
    "Selon la maire de la ville, Anna Rossi, le pont sera rouvert.",
    "Pour la ministre de la Ville Anna Rossi, cependant, « le pont sera rouvert avant l’été ».",
    "Anna Rossi, la maire, à l’origine du projet, a répondu que le pont serait rouvert.",
    "Anna Rossi et Marc Petit font valoir que le pont est « une chance pour toute la ville ».",
    "« Le pont rouvrira avant l’été », a précisé la porte-parole du parti, Anna Rossi.",
    "« Le pont rouvrira avant l’été », explique la présidente du Conseil européen Anna Rossi.",
    "La maire, Anna Rossi, a également réagi sur Twitter : « Le pont rouvrira avant l’été. »",
    "« Le pont rouvrira avant l’été, confiait d’ailleurs Rossi hier. J’y compte bien. »",
    "“The bridge will open again soon”, said Anna Rossi.",
]
ANOTHERS = [
    "« Anna Rossi ne dit pas la vérité aux gens », a déclaré Marc Petit.",
    "Interrogé sur Anna Rossi, Marc Petit a affirmé que le pont serait rouvert.",
    "Le porte-parole d’Anna Rossi a déclaré que le pont serait rouvert.",
    "Marc Petit a accusé Anna Rossi de mentir sur le pont.",
    "Depuis les révélations selon lesquelles Anna Rossi a fermé le pont, la ville attend.",
    "Il a été choisi pour remplacer Anna Rossi, a dit le conseil.",
    "Le syndicat, quant à lui, n’a confirmé que le blocage de l’usine Anna Rossi, qui dure.",
    "Pour la finale, Anna Rossi, blessée, est remplacée par Marc Petit.",
    "Anna Rossi inaugure « Le pont » ce mardi matin.",
    "M. Lu, un ami de la ville, a critiqué les autres projets de Rossi, comme le pont.",
    "Le maire a cité une ville (Rossi) : « Nous l’aimons tous beaucoup ici. »",
]


@pytest.mark.parametrize("sentence", OURS)
def test_a_speaker_is_the_subject_of_a_verb_of_speech(sentence: str) -> None:
    speech = find_speech(sentence, "en" if "said" in sentence else "fr")
    assert speech is not None
    assert speech.speaker is not None
    assert "Rossi" in speech.speaker


@pytest.mark.parametrize("sentence", ANOTHERS)
def test_who_is_only_spoken_of_says_nothing(sentence: str) -> None:
    speech = find_speech(sentence, "fr")
    assert speech is None or "Rossi" not in (speech.speaker or "")


def test_quotes_stand_newest_first_with_their_days_and_never_another_s_words() -> None:
    articles = [
        told(f"Le pont {n}", text, f"2025-03-{n + 1:02}")
        for n, text in enumerate([*OURS[:3], *ANOTHERS])
    ]
    request = ArchiveRequest("quotes", "", None, "Anna Rossi", "Citations d’Anna Rossi", "fr")
    with searcher_over(*articles) as searcher:
        answer = Archive(lambda: searcher, Thresholds.at(0.0)).call(request)
    assert [statement.text for statement in answer.statements] == OURS[2::-1]
    assert answer.statements[0].label == "3 mars 2025"
    assert answer.verbatim


def test_a_pronoun_speaks_for_a_person_past_other_capitals() -> None:
    text = "Anna Rossi a parlé depuis le bureau Ovale. Émue, elle déclare : « Le pont est à nous. »"
    request = ArchiveRequest("quotes", "", None, "Anna Rossi", "Citations", "fr")
    with searcher_over(told("Visite", text)) as searcher:
        answer = Archive(lambda: searcher, Thresholds.at(0.0)).call(request)
    assert [statement.text for statement in answer.statements] == [
        "Émue, elle déclare : « Le pont est à nous. »"
    ]


@pytest.mark.parametrize(
    ("topic", "count"), [("réforme de la santé", 1), ("réforme", 2), ("visite à Nice", 0)]
)
def test_quotes_are_on_both_words_of_a_topic(topic: str, count: int) -> None:
    texts = (
        "Anna Rossi a affirmé que la réforme de la santé serait votée.",
        "Anna Rossi a promis que la réforme fiscale serait votée.",
    )
    request = ArchiveRequest("quotes", topic, None, "Anna Rossi", "Citations", "fr")
    with searcher_over(*(told(f"Jour {n}", text) for n, text in enumerate(texts))) as searcher:
        answer = Archive(lambda: searcher, Thresholds.at(0.0)).call(request)
    assert len(answer.statements) == count


@pytest.mark.parametrize(
    ("person", "labels"), [("architecte", {"", "Marc Petit"}), ("Anna Rossi", {""})]
)
def test_without_a_person_s_words_those_around_stand_under_their_speaker(
    person: str, labels: set[str]
) -> None:
    text = (
        f"Au sujet du pont, {person} parle d’« une ville qui mérite bien mieux ». Marc Petit a "
        f"déclaré à {person} : « Nous allons tous nous battre pour ce grand pont. »"
    )
    request = ArchiveRequest("quotes", "", None, person, "Citations", "fr")
    with searcher_over(told("Le pont", text)) as searcher:
        answer = Archive(lambda: searcher, Thresholds.at(0.0)).call(request)
    assert answer.outcome == "perhaps"
    assert {statement.label for statement in answer.statements} == labels


def test_a_pronoun_speaks_for_the_one_person_named_before_it() -> None:
    text = "Anna Rossi a visité le pont. « Il sera rouvert avant l’été », a-t-elle déclaré."
    other = "Anna Rossi a salué Marc Petit. Il a affirmé que le pont serait rouvert."
    request = ArchiveRequest("quotes", "pont", None, "Anna Rossi", "Citations", "fr")
    with searcher_over(told("Visite", text), told("Salut", other)) as searcher:
        archive = Archive(lambda: searcher, Thresholds.at(0.0))
        answer = archive.call(request)
        elsewhere = archive.call(replace(request, subject="questionnaire sur le pont"))
    assert (answer.outcome, elsewhere.outcome) == ("sure", "perhaps")
    assert elsewhere.statements[0].text == answer.statements[0].text
    (statement,) = answer.statements
    assert statement.text == "« Il sera rouvert avant l’été », a-t-elle déclaré."
    assert answer.citations[0].lead is not None
