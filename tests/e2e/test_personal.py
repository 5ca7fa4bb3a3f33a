"""Language, conversation and data of one person, over HTTP."""

from __future__ import annotations

import json

import pytest

from bot.answer import Answer
from bot.state import privacy
from tests.botapi.server import BotServer
from tests.e2e.database import all_rows, open_session
from tests.e2e.telegram import QUESTION, StubChain, running

READER, OTHER = 42, 43
OFFER = "M’avertir quand un article y répond"
HERE = "Tout reste sur le serveur"


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("ollama:qwen3:4b", HERE),
        ("ollama:qwen3:4b,groq:a,openai:b", "je donne à Groq et OpenAI votre question"),
    ],
)
async def test_privacy_tells_what_is_kept_how_long_and_who_else_is_given_it(
    server: BotServer, model: str, told: str
) -> None:
    note = "Les données sont en France."
    settings = {"keep_days": 30, "conversation_hours": 3, "privacy_note": note}
    async with running(server, chat_model=model, **settings):
        await server.reply_to(READER, QUESTION)
        text = (await server.reply_to(READER, "/confidentialite")).text
    assert note in text
    assert "3 heures" in text.replace("\u00a0", " ")
    assert told in text
    assert (HERE in text) is (told == HERE)
    assert "30 jours" in text
    assert "1 question, 0 vote, 0 alerte, 0 document" in text


@pytest.mark.usefixtures("bot")
async def test_my_data_is_a_file_with_my_questions_alone(server: BotServer) -> None:
    await server.reply_to(OTHER, "Une question d’autrui ?")
    await server.reply_to(READER, QUESTION)
    file = (await server.reply_to(READER, "/mesdonnees")).file
    assert file is not None
    assert file.name == "selon-mes-donnees.json"
    found = json.loads(file.data)
    assert [turn["question"] for turn in found["turns"]] == [QUESTION]
    assert found["person"]["id"] == READER


@pytest.mark.usefixtures("bot")
async def test_nothing_is_left_in_any_table_of_whom_the_bot_forgot(server: BotServer) -> None:
    pytest.importorskip("bot.alerts.feature", reason="alerts are removed")
    someone = 987_654_321
    answer = await server.reply_to(someone, QUESTION)
    server.presses(answer, "👍 Utile")
    server.presses(await server.reply_to(someone, "Qui a marché sur Mars ?"), OFFER)
    await server.next_message()
    await server.next_edit()
    server.presses(await server.reply_to(someone, "/langue"), 0)
    await server.next_edit()
    assert _rows_with(str(someone), "Mars")
    server.presses(await server.reply_to(someone, "/oublier"), 0)
    await server.next_edit()
    assert not _rows_with("Mars")
    left = {table for table, _ in _rows_with(str(someone))}
    assert left <= {"updates", "deliveries"}  # of /oublier itself


@pytest.mark.usefixtures("bot")
async def test_an_answer_under_way_in_another_chat_is_not_stored_after_erasure(
    server: BotServer, chain: StubChain
) -> None:
    answer = chain.answers[QUESTION]
    assert isinstance(answer, Answer)

    def forget() -> Answer:
        with open_session() as session:
            privacy.erase_person(session, READER)
        return answer

    chain.answers[QUESTION] = forget
    reply = await server.reply_to(READER, QUESTION)
    assert reply.text
    assert _kept().turns == 0


def _rows_with(*texts: str) -> list[tuple[str, str]]:
    """Every row of the database that holds one of these, with its table."""
    return [(table, row) for table, row in all_rows() if any(text in row for text in texts)]


@pytest.mark.usefixtures("bot")
async def test_what_a_reply_depends_on_is_written_before_it(server: BotServer) -> None:
    pytest.importorskip("bot.alerts.feature", reason="alerts are removed")
    server.hold_next("sendMessage", 0.5, done=True)  # the bot does not know yet that it was taken
    refusal = await server.reply_to(READER, "Qui a marché sur Mars ?")
    assert _kept().turns == 1
    server.hold_next("answerCallbackQuery", 0.5, done=True)
    server.presses(refusal, OFFER)
    await server.called("answerCallbackQuery")
    assert _kept().alerts == 1
    await server.next_message()
    server.hold_next("answerCallbackQuery", 0.5, done=True)
    server.presses(refusal, "👎 Pas utile")
    await server.called("answerCallbackQuery", 2)
    assert _kept().votes == 1


def _kept() -> privacy.PersonCounts:
    with open_session() as session:
        return privacy.count_records(session, READER)
