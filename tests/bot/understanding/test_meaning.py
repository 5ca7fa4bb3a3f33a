"""What messages mean, with the real model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import cast

import pytest

from bot.understanding.intents import INTENT_OF, INTENTS, LEANINGS
from bot.understanding.meaning import MessageReader
from bot.understanding.message_input import MessageContext
from bot.understanding.model import MessageReading, UnderstandingModel

ROOT = Path(__file__).resolve().parents[3]
BEFORE = MessageContext(
    "Quand le Minitel a-t-il fermé ?", "La fin du Minitel", "Le Minitel a fermé le 30 juin 2012."
)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Merci beaucoup !", "thanks"),
        ("Thanks, that helps!", "thanks"),
        ("Bonjour", "greeting"),
        ("Qui es-tu ?", "identity"),
        ("t’es un robot ?", "identity"),
        ("Who are you?", "identity"),
        ("la source ?", "source"),
        ("de quand date cet article ?", "date"),
        ("supprime mes données", "delete_data"),
        ("arrête de m’écrire", "unsubscribe"),
        ("c’est gratuit ?", "price"),
        ("Numéro pour les violences conjugales ?", "help_number"),
        ("STOP", "unsubscribe"),
        ("non, l’autre", "not_that"),
        ("?", "nonsense"),
        ("👏👏👏", "praise"),
        ("SELECT * FROM users", "nonsense"),
        ("شكرا", "thanks"),
    ],
)
def test_what_is_no_question_to_the_articles(
    message_reader: MessageReader, text: str, intent: str
) -> None:
    assert message_reader.read(text, BEFORE).intent == intent


@pytest.mark.parametrize(
    "text",
    ["Et à Lyon ?", "À quel âge ?", "Quel est son salaire ?", "When did she die?"],
)
def test_a_question_that_refers_to_what_was_said(message_reader: MessageReader, text: str) -> None:
    meaning = message_reader.read(text, BEFORE)
    assert meaning.is_question or INTENT_OF[meaning.intent].group == "act"
    assert meaning.leans


@pytest.mark.parametrize(
    "text",
    [
        "Qui a découvert la grotte de Lascaux ?",
        "Combien de médailles la France a-t-elle eues aux Jeux de Paris ?",
        "Comment renouveler son passeport à Lyon ?",
        "Is it true that Napoleon was small?",
        "Orange a-t-il son propre réseau ?",
        "la réforme des retraites, elle date de quand ?",
        "ما هو تلسكوب هابل؟",
    ],
)
def test_a_question_that_stands_alone(message_reader: MessageReader, text: str) -> None:
    for context in (None, BEFORE):
        meaning = message_reader.read(text, context)
        assert (meaning.is_question, meaning.leans, meaning.question) == (True, False, text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Bonjour ! Quand Marie Curie est-elle née ?", "Quand Marie Curie est-elle née ?"),
        ("Quand est-elle née ? Merci d'avance !", "Quand est-elle née ?"),
        ("Pouvez-vous me dire combien d’habitants a Lyon ?", "combien d’habitants a Lyon ?"),
        ("Bonjour, tu sais où est né Hugo ? Merci", "où est né Hugo ?"),
        ("Could you tell me who wrote Les Misérables?", "who wrote Les Misérables?"),
        *[("Tu peux me dire si Hugo est mort ?",) * 2],
        *[("Bud Luckey, quel personnage de Pixar il a créé ?",) * 2],
        *[("Elle est née où ? Pas Curie, Lovelace",) * 2],
        *[("En 2017, combien d’articles sur la Turquie ?",) * 2],
    ],
)
def test_courtesies_around_a_question_are_stripped_and_no_word_of_it(
    message_reader: MessageReader, text: str, question: str
) -> None:
    assert message_reader.read(text).question == question


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("non, je parle de Radwanska", "Radwanska"),
        ("que sait-on du TGV ?", "TGV"),
    ],
)
def test_the_subject_is_found(message_reader: MessageReader, text: str, subject: str) -> None:
    assert message_reader.read(text, BEFORE).subject.removeprefix("du ") == subject


@pytest.mark.parametrize(
    "text",
    ["jsuis mort ptdr", "Douze heures de garde aux urgences"],
)
def test_idioms_of_death_and_tiredness_are_no_distress(
    message_reader: MessageReader, text: str
) -> None:
    assert message_reader.read(text).distress is None


def test_what_is_told_indirectly_is_distress(message_reader: MessageReader) -> None:
    told = "J’ai donné le chien à la voisine, écrit à chacun. Plus rien ne me retient ici."
    assert message_reader.read(told).distress is not None
    left = message_reader.read("Il reste plus personne pour moi alors à quoi bon", BEFORE)
    assert (left.distress is not None, left.leans) == (True, False)


def test_key_words_alone_are_a_question(message_reader: MessageReader) -> None:
    for text in ("CRISPR", "minitel"):
        assert message_reader.read(text).is_question
    reader = MessageReader(message_reader._model, is_subject=lambda text: True)
    assert reader.read("trou noir").is_question
    assert reader.read("minitel", BEFORE).is_question
    for text in ("merci", "OK", "Salut", "mdr"):
        assert not reader.read(text).is_question


def test_small_talk_before_a_question_does_not_hide_it(message_reader: MessageReader) -> None:
    for text in ("Ce boulot m’achève… qui a inventé le Minitel ?", "lol ok et où est né Hugo ?"):
        assert message_reader.read(text, BEFORE).is_question


class Model:
    """Reads every message alike."""

    def __init__(self, intents: Mapping[str, float]) -> None:
        self.intents = {intent.name: 0.0 for intent in INTENTS} | dict(intents)

    def read(self, message: str, context: MessageContext | None = None) -> MessageReading:
        return MessageReading(self.intents, dict.fromkeys(LEANINGS, 0.2))


@pytest.mark.parametrize(
    ("shares", "intent", "second", "is_uncertain"),
    [
        ({"date": 0.9, "author": 0.1}, "date", None, False),
        ({"date": 0.6, "author": 0.35}, "date", "author", False),
        ({"date": 0.35, "author": 0.2, "link": 0.1}, "date", "author", True),
        ({"praise": 0.35, "insult": 0.33}, "chatter", "insult", True),
        ({"where": 0.33, "latest": 0.26, "danger": 0.2}, "where", "latest", False),
        ({"summarise": 0.39, "summary": 0.24, "shorter": 0.1}, "summarise", "summary", False),
        ({"coverage": 0.24, "articles": 0.14, "question": 0.13}, "question", "coverage", False),
        ({"latest": 0.29, "newer": 0.1, "question": 0.05}, "latest", None, False),
        ({"latest": 0.29, "newer": 0.1, "question": 0.25}, "question", "latest", False),
        ({"question": 0.15, "privacy": 0.85}, "privacy", None, False),
    ],
)
def test_of_unlikely_readings_a_second_is_offered(
    shares: Mapping[str, float], intent: str, second: str | None, is_uncertain: bool
) -> None:
    meaning = MessageReader(cast(UnderstandingModel, Model(shares))).read("Dis voir un peu")
    assert (meaning.intent, meaning.second) == (intent, second)
    assert meaning.is_uncertain is is_uncertain


def test_a_long_question_is_hardly_taken_for_one_about_selon() -> None:
    reader = MessageReader(cast(UnderstandingModel, Model({"privacy": 0.85, "question": 0.15})))
    assert reader.read("Mon employeur peut-il lire les messages de mon ordinateur ?").is_question
    assert not reader.read("Qui lit mes messages ?").is_question


def test_hardly_any_question_of_the_press_is_taken_for_anything_else(
    message_reader: MessageReader,
) -> None:
    lines = (ROOT / "bench" / "press" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][::5]
    taken = [
        question
        for question, context in zip(questions, cycle((None, BEFORE)), strict=False)
        if not message_reader.read(question, context).is_question
    ]
    assert len(taken) <= 0.01 * len(questions)
