"""What a message is, with the real model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.followups.message import Message, MessageReader
from index.models.base import Embedder

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def reader(bundled: Embedder) -> MessageReader:
    return MessageReader(bundled)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("Merci beaucoup !", "courtesy"),
        ("Thanks, that helps!", "courtesy"),
        ("Bonjour", "greeting"),
        ("Qui es-tu ?", "self"),
        ("t’es un robot ?", "self"),
        ("Who are you?", "self"),
        ("?", "wordless"),
    ],
)
def test_small_talk(reader: MessageReader, text: str, refusal: str) -> None:
    assert reader.read(text).refusal == refusal


@pytest.mark.parametrize(
    "text",
    ["Et à Lyon ?", "Pourquoi ?", "À quel âge ?", "Quel est son salaire ?", "When did she die?"],
)
def test_a_question_that_refers_to_what_was_said(reader: MessageReader, text: str) -> None:
    message = reader.read(text)
    assert message.refusal is None
    assert message.follow_up_logit > 0


@pytest.mark.parametrize(
    "text",
    [
        "Qui a découvert la grotte de Lascaux ?",
        "Combien de médailles la France a-t-elle eues aux Jeux de Paris ?",
        "Comment renouveler son passeport à Lyon ?",
        "Is it true that Napoleon was small?",
    ],
)
def test_a_question_that_stands_alone(reader: MessageReader, text: str) -> None:
    message = reader.read(text)
    assert (message.question, message.refusal) == (text, None)
    assert message.follow_up_logit <= 0


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Bonjour ! Quand Marie Curie est-elle née ?", "Quand Marie Curie est-elle née ?"),
        ("Quand est-elle née ? Merci d'avance !", "Quand est-elle née ?"),
        *[("Bud Luckey, quel personnage de Pixar il a créé ?",) * 2],
        *[("Elle est née où ? Pas Curie, Lovelace",) * 2],
    ],
)
def test_courtesies_around_a_question_are_stripped_and_no_word_of_it(
    reader: MessageReader, text: str, question: str
) -> None:
    assert reader.read(text).question == question
    assert reader.read("t’es bête toi. pont du gard cb de metres").refusal is None


def test_a_name_in_the_articles_is_a_question(bundled: Embedder) -> None:
    reader = MessageReader(bundled, {"Solène Le Gall", "Barack Obama"}.__contains__)
    for text, refusal in [
        ("Solène Le Gall", None),
        ("Barack Obama", None),
        ("Bonjour Selon", "greeting"),
    ]:
        assert reader.read(text) == Message(text, refusal)  # type: ignore[arg-type]


def test_hardly_any_question_of_the_press_is_taken_for_small_talk(reader: MessageReader) -> None:
    lines = (ROOT / "bench" / "press" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][::5]
    flagged = [each for each in questions if reader.read(each).refusal is not None]
    assert len(flagged) <= 0.01 * len(questions)
