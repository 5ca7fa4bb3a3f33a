"""The questions to begin with differ in kind, and the articles answer each for certain."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.answer import Answer
from bot.library.examples import KINDS, Examples, candidate_questions
from bot.settings import Settings
from bot.web.serve import open_service
from tests.bot.messenger.samples import article
from tests.e2e.telegram import Shelf

FRENCH = article(
    "Le physicien Paul Langevin est mort à Paris en 1946. Elle est née en 1903. Le prix est remis "
    "par Marie Curie. Marie Curie naît à Varsovie."
)
ENGLISH = article("The Eiffel Tower was built in Paris by 1889. It was painted.", language="en")


def test_events_whose_sentence_begins_with_a_name_are_asked_about() -> None:
    assert [question.text.replace("\u202f", " ") for question in candidate_questions(FRENCH)] == [
        "Quand est mort le physicien Paul Langevin ?",
        "Où est mort le physicien Paul Langevin ?",
        "Quand naît Marie Curie ?",
        "Où naît Marie Curie ?",
        "Qui est Paul Langevin ?",
        "Qui est Marie Curie ?",
    ]
    assert [question.text for question in candidate_questions(ENGLISH)][:2] == [
        "When was the Eiffel Tower built?",
        "Where was the Eiffel Tower built?",
    ]


def test_a_reader_of_another_language_is_asked_about_names() -> None:
    assert [question.text for question in candidate_questions(FRENCH, "en")] == [
        "Who is Paul Langevin?",
        "Who is Marie Curie?",
    ]
    spanish = article("El puente es de Juan de Villanueva. Lo abrió María Pita.", language="es")
    asked = [question.text for question in candidate_questions(spanish)]
    assert "¿Quién es María Pita?" in asked


async def test_sample_articles_answer_one_of_each_kind(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.library.examples.ARTICLES", 10)
    url = f"sqlite:///{tmp_path}/state.sqlite"
    settings = Settings(_env_file=None, data_dir=sample_index, database_url=url, threads=1)
    with open_service(settings) as service:
        asked: dict[str, Answer] = {}

        async def quote(question: str) -> Answer:
            asked[question] = await service.quote(question)
            return asked[question]

        examples = Examples(quote, service.library)
        examples.of("fr")
        assert examples.search is not None
        await asyncio.wait_for(examples.search, 120)
        texts = examples.of("fr")
        assert [text.split()[0] for text in texts] == ["Quand", "Où", "Qui"]
        assert len(texts) == len(KINDS)
        english = examples.of("en")
        assert {question.split()[0] for question in english} <= {"When", "Where", "Who", "What"}
        assert examples.of("es") == english  # no article is Spanish
        requests = examples.requests("fr")
        commands = [request.message.split()[0] for request in requests]
        assert commands == ["/chronologie", "/fiche", "/liste"]
        for message in (*texts, *english, *(request.message for request in requests)):
            assert asked[message].outcome == "sure"


def test_what_several_articles_speak_of_comes_before_an_advertisement() -> None:
    advertisement = replace(article("Lola naît à Lens."), id="a", title="Apprenez avec Lola Roux")
    news = [
        replace(article(f"{FRENCH.text} {number}"), id=str(number), title="Qui était Marie Curie")
        for number in range(2)
    ]
    shelf: Any = Shelf(advertisement, *news)
    assert [own.id for own in Examples(AsyncMock(), shelf)._newest("fr")][-1] == "a"
