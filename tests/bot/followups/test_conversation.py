"""The chain that understands follow-ups."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.answer import Answer, Outcome
from bot.followups.conversation import MAX_RESTORED, FollowUpChain, Rewriter
from bot.followups.replies import Coverage, Replies
from bot.followups.turn import Turn, TurnText
from bot.understanding.meaning import Meaning, MessageReader
from bot.understanding.message_input import MessageContext
from bot.understanding.texts import SelonPhrases
from index.findings import Findings
from tests.bot.answers import FunctionChain, answered, article, citation, refused
from tests.bot.followups.turns import findings, turn

LEANING = "Combien ça coûtait ?"
BEFORE = turn("Quand le Minitel a-t-il fermé ?", "En 2012.", title="Le Minitel")


class Asked:
    """A chain that remembers its questions."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def __call__(self, question: str) -> Answer:
        self.questions.append(question)
        return answered(citation("Une carte suffit.", article()), question=question)


def search(question: str, limit: int) -> Findings:
    return findings(question, 0.9 if question.startswith("Le Minitel") else 0.1)


class Messages(MessageReader):
    """Reads messages by hand."""

    def __init__(self) -> None:
        pass

    def read(self, text: str, context: MessageContext | None = None) -> Meaning:
        if text == "Merci !":
            return Meaning("thanks", text)
        if text == "Signé ?":
            return Meaning("price", text, second="identity", is_uncertain=True)
        if text == "Dummkopf":
            return Meaning("chatter", text, is_uncertain=True)
        if text == "Le Minitel, ça donne quoi ?":
            return Meaning("question", text, likelier="overview", subject="Minitel")
        if text == "C’est payant, ton truc ?":
            return Meaning("question", text, likelier="price")
        question = text.removeprefix("Bonjour. ")
        return Meaning("question", question, leaning=0.8 if question == LEANING else 0.2)


REPLIES = Replies(lambda: Coverage(3), keep_days=30)


def conversing(asked: Asked, rewriter: Rewriter | None = None) -> FollowUpChain:
    return FollowUpChain(
        FunctionChain(asked), search, rewriter=rewriter, messages=Messages(), replies=REPLIES
    )


def test_a_follow_up_is_answered_as_understood_and_keeps_its_own_words() -> None:
    asked = Asked()
    answer = conversing(asked).invoke(TurnText(" Combien ça coûtait ? ", (BEFORE,)))
    assert asked.questions == [answer.understood]
    assert answer.question == LEANING
    assert answer.understood == "Le Minitel\u00a0: Combien ça coûtait ?"


def test_a_question_that_stands_alone_gets_the_answer_it_gets_without_a_conversation() -> None:
    asked = Asked()
    chain = conversing(asked)
    question = "Qui a inventé le Web ?"
    alone = chain.invoke(question)
    assert chain.invoke(TurnText(question, (BEFORE,))) == alone
    assert alone.understood is None
    greeted = chain.invoke(f"Bonjour. {question}")
    assert (greeted.question, greeted.understood) == (f"Bonjour. {question}", None)
    assert asked.questions == [question] * 3


def test_thanks_are_not_looked_up() -> None:
    asked = Asked()
    answer = conversing(asked).invoke(TurnText("Merci !", (BEFORE,)))
    assert (answer.outcome, answer.intent, answer.nearest) == ("reply", "thanks", ())
    assert answer.reply
    assert asked.questions == []


def test_what_the_articles_do_not_say_gets_the_likelier_reading() -> None:
    chain = FollowUpChain(
        FunctionChain(lambda question: refused(question=question)),
        search,
        messages=Messages(),
        replies=REPLIES,
    )
    answer = chain.invoke("C’est payant, ton truc ?")
    assert (answer.outcome, answer.intent) == ("reply", "price")
    assert chain.invoke("Qui a inventé le Web ?").outcome == "no"


@pytest.mark.parametrize(
    ("outcome", "told", "intent"),
    [
        ("no", "perhaps", "overview"),
        ("perhaps", "sure", "overview"),
        ("perhaps", "perhaps", "question"),
        ("sure", "sure", "question"),
    ],
)
def test_a_possible_request_is_served_where_it_is_surer_than_the_answer(
    outcome: Outcome, told: Outcome, intent: str
) -> None:
    def answer(outcome: Outcome, question: str, intent: str = "question") -> Answer:
        if outcome == "no":
            return refused(question=question)
        own = answered(citation("Une carte suffit.", article()), question=question)
        return replace(own, outcome=outcome, intent=intent)

    chain = FollowUpChain(
        FunctionChain(lambda question: answer(outcome, question)),
        search,
        messages=Messages(),
        functions={"overview": lambda meaning, text: answer(told, text, "overview")},
    )
    assert chain.invoke("Le Minitel, ça donne quoi ?").intent == intent


def test_an_uncertain_reading_says_what_it_is_and_offers_others() -> None:
    chain = conversing(Asked())
    answer = chain.invoke("Signé ?")
    assert (answer.outcome, answer.intent, answer.understood) == ("reply", "price", "Le prix")
    assert answer.buttons == ("Qui est Selon\u202f?", "Chercher\u00a0: Signé ?")
    unclear = chain.invoke("Dummkopf")
    assert unclear.reply == SelonPhrases.of("fr").unclear
    assert unclear.buttons == ("Chercher\u00a0: Dummkopf",)


async def test_turns_that_nobody_stored_are_answered_again() -> None:
    asked, now = Asked(), datetime(2026, 3, 1, tzinfo=UTC)
    chain = conversing(asked)
    earlier = ["Qui a inventé le Web ?", "Quand le Minitel a-t-il fermé ?", "Merci !"]
    (last,) = await chain.restore(LEANING, earlier[:2], now)
    assert asked.questions == ["Quand le Minitel a-t-il fermé ?"]
    assert (last.question, last.when, last.cited[0].quote) == (earlier[1], now, "Une carte suffit.")
    assert await chain.restore(LEANING, earlier, now) == ()
    assert await chain.restore("Qui a inventé le Web ?", earlier, now) == ()
    assert len(asked.questions) == 1
    assert len(await chain.restore(LEANING, [LEANING] * 50, now)) == MAX_RESTORED


def test_the_asking_part_of_a_message_leans_on_what_came_before() -> None:
    def ask(question: str) -> Answer:
        found = answered(citation("Une carte suffit.", article()), question=question)
        return found if question.startswith("Le Minitel") else refused(question=question)

    chain = FollowUpChain(FunctionChain(ask), search, messages=Messages(), replies=REPLIES)
    answer = chain.invoke(TurnText(f"{LEANING} Cher, il me semble", (BEFORE,)))
    assert (answer.outcome, answer.understood) == ("perhaps", f"Le Minitel\u00a0: {LEANING}")


class Rewriting:
    """Writes every question out alike, or not at all."""

    def __init__(self, written: str | None) -> None:
        self.written = written
        self.histories: list[tuple[Turn, ...]] = []

    async def rewrite(self, question: str, history: tuple[Turn, ...]) -> str | None:
        self.histories.append(history)
        return self.written


WRITTEN = "Combien coûtait le Minitel ?"


async def test_a_model_writes_the_question_out_where_there_is_one() -> None:
    asked, rewriting = Asked(), Rewriting(WRITTEN)
    chain, said = conversing(asked, rewriting), TurnText(LEANING, (BEFORE,))
    for answer in (chain.invoke(said), await chain.ainvoke(said)):
        assert (answer.question, answer.understood) == (said.question, WRITTEN)
    assert asked.questions == [WRITTEN] * 2
    assert rewriting.histories == [(BEFORE,)] * 2


def test_a_question_that_stands_alone_costs_no_call() -> None:
    rewriting = Rewriting(WRITTEN)
    chain = conversing(Asked(), rewriting)
    for question in ("Qui a inventé le Web ?", "Merci !", "Qui a écrit cet article ?"):
        chain.invoke(TurnText(question, (BEFORE,)))
    assert rewriting.histories == []


def test_a_reply_is_written_out_after_what_it_replies_to() -> None:
    rewriting = Rewriting(WRITTEN)
    later = turn("Qui a inventé le Web ?", "Tim Berners-Lee.", title="Le Web")
    said = TurnText(LEANING, (BEFORE, later), BEFORE)
    conversing(Asked(), rewriting).invoke(said)
    assert rewriting.histories == [(BEFORE,)]


async def test_quotes_that_are_asked_for_come_from_no_model() -> None:
    writing, quoting, rewriting = Asked(), Asked(), Rewriting(WRITTEN)
    chains = FunctionChain(writing), search, FunctionChain(quoting)
    chain = FollowUpChain(*chains, rewriting, messages=Messages())
    said = TurnText(LEANING, (BEFORE,), is_extractive=True)
    chain.invoke(said)
    await chain.ainvoke(said)
    assert len(quoting.questions) == 2
    assert (writing.questions, rewriting.histories) == ([], [])
