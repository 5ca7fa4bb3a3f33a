"""What Telegram adds to replies: a reaction, a button that does it, a vote, no memory."""

from __future__ import annotations

from bot.answer import Answer
from bot.answering.refusal import reply_with
from tests.botapi.server import BotServer
from tests.e2e.database import all_rows
from tests.e2e.telegram import QUESTION, StubChain, running

READER = 42


def reply(intent: str) -> Answer:
    return reply_with(intent, f"Ce que Selon dit de {intent}.", "fr", intent)


async def test_thanks_get_a_reaction_and_no_text(server: BotServer, chain: StubChain) -> None:
    chain.answers["merci"] = reply("thanks")
    async with running(server, chain):
        message = server.user_says(READER, "merci")
        await server.reply_to(READER, QUESTION)
    assert list(server.bot_reactions) == [(READER, message, "❤")]
    assert not any("thanks" in message.text for message in server.messages)


async def test_erasing_and_ending_all_messages_are_one_press_away(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["efface tout"] = reply("delete_data")
    chain.answers["ne m’écris plus"] = reply("unsubscribe")
    async with running(server, chain):
        await server.reply_to(READER, QUESTION)
        silence = await server.reply_to(READER, "ne m’écris plus")
        server.presses(silence, "Ne plus m’écrire")
        assert "plus rien" in (await server.next_edit()).text
        erase = await server.reply_to(READER, "efface tout")
        server.presses(erase, "Tout effacer")
        await server.next_edit()
    assert QUESTION not in str(all_rows())


async def test_a_mistake_is_a_vote_against_the_answer_and_is_not_remembered(
    server: BotServer, chain: StubChain
) -> None:
    chain.answers["c’est faux"] = reply("wrong")
    async with running(server, chain):
        await server.reply_to(READER, QUESTION)
        await server.reply_to(READER, "c’est faux")
        await server.reply_to(READER, QUESTION)
        rows = str(all_rows())
    assert "c’est faux" not in rows
    assert [turn.question for turn in chain.said[-1].history] == [QUESTION]
