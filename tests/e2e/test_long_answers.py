"""Answers of the archive on Telegram: they fold, and are had as documents."""

from __future__ import annotations

import io
from dataclasses import replace
from zipfile import ZipFile

import pytest

from bot.answer import Answer, Statement
from bot.messenger.outbound.answer_html import LONG_ANSWER_CHARACTERS
from tests.bot.messenger.samples import FRESNEL, answered, article, cite
from tests.botapi.server import BotServer
from tests.e2e.telegram import Shelf, StubChain

READER, OTHER = 42, 43
QUESTION = "Chronologie du phare"
SENTENCES = [
    f"Le {day} mai, le phare n° {day} a été allumé{', encore' * 40}." for day in range(1, 7)
]
DAILY = article("\n\n".join(SENTENCES), id="ba9876543210", title="Six phares")

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def articles() -> Shelf:
    return Shelf(FRESNEL, DAILY)


@pytest.fixture
def chain() -> StubChain:
    cited = [cite(number, text, DAILY) for number, text in enumerate(SENTENCES, 1)]
    statements = [
        Statement(text, (number,), label=f"{number} mai")
        for number, text in enumerate(SENTENCES, 1)
    ]
    statements[0] = replace(statements[0], heading="Six dates")
    statements[5] = replace(statements[5], heading="Depuis")
    whole = replace(answered(QUESTION, *cited), statements=tuple(statements))
    return StubChain(**{QUESTION: whole})


async def test_a_long_answer_folds_below_its_headings(server: BotServer) -> None:
    shown = await server.reply_to(READER, QUESTION)
    assert len(shown.text) > LONG_ANSWER_CHARACTERS
    folded = shown.styled("expandable_blockquote")
    assert "Six dates" not in "".join(folded)
    assert "Depuis" not in "".join(folded)
    assert SENTENCES[5] in folded[-1]
    opening = shown.text.partition(folded[0])[0]
    assert "Six dates" in opening


async def test_the_rest_of_a_list_is_one_tap_away(server: BotServer, chain: StubChain) -> None:
    whole = chain.answers[QUESTION]
    assert isinstance(whole, Answer)
    short = {"statements": whole.statements[:4], "citations": whole.citations[:4]}
    rest = {"further": whole.citations[4:], "rest": whole.statements[4:]}
    chain.answers[QUESTION] = replace(whole, **short, **rest, whole_heading="Toutes")
    shown = await server.reply_to(READER, QUESTION)
    assert SENTENCES[5] not in shown.text
    everything = await server.reply_to_press(shown, "Tout afficher (+2)")
    assert everything.text.startswith("Toutes")
    assert all(sentence in everything.text for sentence in SENTENCES)


async def test_a_long_answer_is_sent_as_a_document_in_its_chat(
    server: BotServer, chain: StubChain
) -> None:
    shown = await server.reply_to(READER, QUESTION)
    assert "Document" in shown.labels
    offer = await server.reply_to_press(shown, "Document")
    assert offer.text == "Dans quel format\u202f?"
    assert offer.labels == ["Word", "OpenDocument", "Markdown", "CSV"]
    word = await server.reply_to_press(offer, "Word")
    assert word.file is not None
    assert word.file.name == "chronologie-du-phare.docx"
    with ZipFile(io.BytesIO(word.file.data)) as package:
        assert SENTENCES[5] in package.read("word/document.xml").decode()
    markdown = await server.reply_to_press(offer, "Markdown")
    assert markdown.file is not None
    assert f"**6 mai** {SENTENCES[5]}[^6]" in markdown.file.data.decode()
    mine = await server.reply_to(OTHER, QUESTION)
    told = await server.reply_to_press(mine, 1, data="doc:1:docx")
    assert "n’est plus gardée" in told.text
    chain.answers["Quand ?"] = answered("Quand ?", cite(1, SENTENCES[0], DAILY))
    assert "Document" not in (await server.reply_to(READER, "Quand ?")).labels
