"""Messages of distress: recognised by the model, answered before anything is searched."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from bot.answer import Answer
from bot.answering.distress import DistressGate
from bot.followups.conversation import FollowUpChain
from bot.followups.turn import TurnText
from bot.help_numbers import parse_help_numbers
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import answer_html
from bot.terminal.render import answer_text
from bot.understanding.meaning import Meaning, MessageReader
from bot.understanding.message_input import MessageContext
from bot.web.linked_text import LinkedText
from index.findings import Findings
from tests.bot.answers import FunctionChain, answered, article, citation
from tests.bot.followups.turns import turn

BEFORE = turn("Quand le Minitel a-t-il fermé ?", "En 2012.", title="Le Minitel")


@pytest.fixture(scope="module")
def gate(message_reader: MessageReader) -> DistressGate:
    return DistressGate(message_reader, parse_help_numbers("france"))


def unreachable(*_: object) -> Any:
    raise AssertionError("it was searched")


@pytest.mark.parametrize(
    ("text", "kind", "number", "language"),
    [
        ("je veux mourir", "suicide", "3114", "fr"),
        ("JE VEUX MOURIR", "suicide", "3114", "fr"),
        ("J'ai mal à la poitrine", "medical", "15", "fr"),
        ("mon mari me frappe", "danger", "17", "fr"),
        ("I want to kill myself", "suicide", "3114", "en"),
        ("quiero morirme, ya no quiero vivir", "suicide", "3114", "es"),
        ("Ich will nicht mehr leben", "suicide", "3114", "en"),
    ],
)
def test_distress_gets_numbers_and_reaches_no_search(
    gate: DistressGate,
    message_reader: MessageReader,
    text: str,
    kind: str,
    number: str,
    language: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    chain = FollowUpChain(
        FunctionChain(unreachable), unreachable, gate=gate, messages=message_reader
    )
    answer = chain.invoke(TurnText(text, (BEFORE,), BEFORE))
    assert (answer.outcome, answer.is_sure, answer.language) == ("help", False, language)
    assert answer.help is not None
    assert (answer.help.kind, answer.help.first[0].number) == (kind, number)
    assert text not in repr(answer)
    assert text not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "Combien d'agriculteurs se suicident chaque année ?",
        "Quels sont les symptômes d'un infarctus ?",
        "Pourquoi est-il mort ?",
        "Merci !",
        "mort de rire",
        "NOTRE DAME QUAND ROUVERTE",
    ],
)
def test_questions_about_distress_go_on(gate: DistressGate, text: str) -> None:
    assert gate.answer(text) is None


def test_a_follow_up_after_distress_works_as_before(
    gate: DistressGate, message_reader: MessageReader
) -> None:
    questions: list[str] = []

    def ask(question: str) -> Answer:
        questions.append(question)
        return answered(citation("Une carte suffit.", article()), question=question)

    def search(question: str, limit: int) -> Findings:
        return Findings(question, "fr", (), 0.9)

    chain = FollowUpChain(FunctionChain(ask), search, gate=gate, messages=message_reader)
    assert chain.invoke(TurnText("je veux mourir", (BEFORE,))).outcome == "help"
    chain.invoke(TurnText("Combien ça coûtait ?", (BEFORE,)))
    assert len(questions) == 1


@pytest.mark.parametrize("text", ["vite", "et un intrapreneur", "merci", "ok"])
def test_numbers_stand_alone_only_for_what_is_surely_distress(
    gate: DistressGate, text: str
) -> None:
    assert gate.answer("je veux mourir") is not None
    assert gate.answer(text) is None


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Numéro pour les violences conjugales ?", "3919"),
        ("numéro pour signaler un enfant maltraité", "119"),
        ("le numéro des pompiers", "15"),
        ("le numéro de la police svp", "17"),
    ],
)
def test_who_asks_for_a_number_gets_the_right_one_first(
    gate: DistressGate, message_reader: MessageReader, message: str, number: str
) -> None:
    chain = FollowUpChain(
        FunctionChain(unreachable), unreachable, gate=gate, messages=message_reader
    )
    answer = chain.invoke(message)
    assert (answer.outcome, answer.intent) == ("reply", "help_number")
    lines = answer.reply.splitlines()[1:]
    assert lines[0].startswith(f"{number}\u00a0")
    assert len(lines) == len(set(lines)) == 7


class Unsure(MessageReader):
    """Takes everything for what may be distress."""

    def __init__(self) -> None: ...

    def read(self, text: str, context: MessageContext | None = None) -> Meaning:
        return Meaning("question", text, distress="offer")


def test_what_may_be_distress_is_answered_and_numbers_are_offered_below() -> None:
    def ask(question: str) -> Answer:
        return answered(citation("Una tarjeta", article("Una tarjeta basta.")), question=question)

    gate = DistressGate(Unsure(), parse_help_numbers("france"))
    chain = FollowUpChain(FunctionChain(ask), unreachable, gate=gate, messages=Unsure())
    answer = chain.invoke("¿Por qué me duele tanto el corazón?")
    (html,) = answer_html(answer, Phrases.of("fr"))
    texts = (
        html,
        answer_text(answer, Phrases.of("fr")).plain,
        json.loads(answer_json(answer))["answer"],
        LinkedText.of(answer, "").text,
    )
    for text in texts:
        assert text.index("Si es una emergencia") > text.index("Una tarjeta")
        assert "15 (urgencias médicas en Francia)" in text
