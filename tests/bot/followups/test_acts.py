"""Acts on the last answer, over one article written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.answer import Answer
from bot.answering.extractive import ExtractiveAnswerer
from bot.followups.acts import AnswerActs
from bot.followups.conversation import FollowUpChain
from bot.followups.replies import Coverage, Replies
from bot.followups.turn import Turn, TurnText
from bot.understanding.intents import INTENTS
from bot.understanding.meaning import Meaning, MessageReader
from bot.understanding.message_input import MessageContext
from bot.understanding.texts import ButtonPhrases
from index.article import Article, Period
from index.findings import Findings
from index.search.confidence import Thresholds
from tests.bot.answers import TEXT, FunctionChain, article, refused
from tests.bot.followups.turns import NOW, findings, turn

QUOTE = "Le modèle Orphée a été présenté hier."
LATER = "Un nouveau modèle a été présenté en mars par la même équipe."


class Meant(MessageReader):
    """Takes a message for the intent that it names."""

    def __init__(self) -> None:
        self.contexts: list[MessageContext | None] = []

    def read(self, text: str, context: MessageContext | None = None) -> Meaning:
        self.contexts.append(context)
        intent, _, subject = text.partition(" ")
        return Meaning(intent, text, subject=subject)


def after(message: str, *history: Turn, source: Article | None = None) -> Answer:
    own = source or article()
    newer = replace(article(LATER, "Mars"), id="0123456789ac", published=date(2026, 3, 2))

    def search(question: str, limit: int, within: Period | None = None) -> Findings:
        found = newer if within is not None or "autre" in question else own
        hits = findings(question, 0.9, found.text, found.id).hits
        return Findings(question, "fr", tuple(replace(hit, article=found) for hit in hits), 0.9)

    asked: list[str] = []
    answerer = ExtractiveAnswerer(Thresholds(perhaps=0.1, sure=0.5))

    def summarise(article: Article) -> Answer:
        return answerer.answer(findings("Qui ?", 0.9, article.text, article.id))

    acts = AnswerActs({own.id: own}.get, search, answerer, summarise)
    chain = FollowUpChain(
        FunctionChain(lambda question: asked.append(question) or pytest.fail(question)),
        search,
        messages=Meant(),
        replies=Replies(lambda: Coverage(3), keep_days=30),
        acts=acts,
    )
    return chain.invoke(TurnText(message, history))


LAST = replace(
    turn("Qui ?", QUOTE, title="Deux modèles maison", article="0123456789ab", found="Orphée")
)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("date", "1er août 2025"),
        ("author", "Camille Roche"),
        ("source", "Deux modèles maison"),
        ("link", "https://exemple.fr/modeles"),
        ("quote", QUOTE),
        ("repeat", QUOTE),
        ("read_aloud", QUOTE),
        ("passage", TEXT.partition("\n")[0]),
        ("summarise", QUOTE),
        ("more", "Il alimente le journal parlé."),
        ("shorter", QUOTE),
        ("newer", LATER),
        ("sure", QUOTE),
        ("translate", QUOTE),
    ],
)
def test_an_act_is_answered_from_the_article_quoted(act: str, expected: str) -> None:
    answer = after(act, LAST)
    assert expected in answer.text
    assert answer.intent in (act, "question")
    assert all(citation.quote in citation.article.text for citation in answer.citations)


def test_a_refusal_is_doubted_and_not_the_answer_before_it() -> None:
    answer = after("sure", LAST, replace(turn("Le modèle a-t-il un son ?"), is_sure=False))
    assert answer.text.startswith("Je n’ai trouvé aucune phrase qui le dise")
    assert (answer.outcome, answer.plain_question) == ("perhaps", "Le modèle a-t-il un son ?")


def test_what_is_repeated_can_be_made_clearer() -> None:
    assert after("repeat", LAST).buttons == ("Le passage entier", "En bref")


def test_acts_that_restate_an_answer_are_no_answers_of_their_own() -> None:
    restated = Turn.of(after("source", LAST), NOW)
    assert restated.understood == LAST.understood
    answer = after("sure", LAST, restated)
    assert answer.text.startswith("Ces mots")
    assert QUOTE in answer.text
    assert after("quote", LAST, restated).citations[0].quote == QUOTE
    unsure = replace(LAST, is_sure=False)
    assert after("sure", unsure, restated).text.startswith("Non")


def test_an_answer_of_a_function_is_no_sentence_that_answers() -> None:
    dossier = replace(LAST, intent="dossier")
    assert "un calcul, qui peut se tromper" in after("sure", dossier).text


def test_the_shorter_of_several_quotes_is_the_first_unless_one_has_what_was_found() -> None:
    first, second = LAST.cited[0], replace(LAST.cited[0], quote="Il alimente le journal parlé.")
    for found, shown in (("", QUOTE), ("journal", second.quote)):
        several = replace(LAST, cited=(first, second), found=found)
        assert [citation.quote for citation in after("shorter", several).citations] == [shown]


def test_what_is_newer_names_what_the_question_names() -> None:
    about_curie = replace(LAST, understood="Quand Marie Curie est-elle morte ?")
    assert "plus récent" in after("newer", about_curie).reply


def test_what_was_not_meant_gets_the_next_article_or_is_asked_back() -> None:
    other = after("not_that", replace(LAST, understood="Quel autre modèle ?"))
    assert LATER in other.text
    assert not other.is_sure
    for history in ((LAST,), (replace(LAST, cited=()),)):
        assert "De qui ou de quoi" in after("not_that", *history).reply


def test_a_few_words_do_not_change_the_language_of_the_conversation() -> None:
    english = replace(LAST, language="en")
    assert "more recent" in after("newer", replace(english, understood="Curie?")).reply
    assert after("thanks pour ça", english).language == "en"
    assert after("thanks pour cette réponse, c'est très gentil", english).language == "fr"
    assert after("thanks for all that, it was great", LAST).language == "en"
    assert after("sure pk tu te trompe dé foi ?", LAST).language == "fr"


def test_quotation_marks_in_a_title_are_nested() -> None:
    answer = after("source", LAST, source=article(title="Une note « vague » invente le Web"))
    assert "«\N{NO-BREAK SPACE}Une note “vague” invente le Web\N{NO-BREAK SPACE}»" in answer.text


def test_what_is_not_there_is_said() -> None:
    for act in ("author", "date", "link"):
        bare = article(author=None, published=None, url=None)
        assert "n’" in after(act, LAST, source=bare).text
    gone = replace(LAST, cited=(replace(LAST.cited[0], article="ffffffffffff"),))
    last = replace(LAST, cited=(replace(LAST.cited[0], quote=TEXT.rpartition("\n")[2]),))
    for act, history, said in (
        ("other_source", (LAST,), "pas d’autre article"),
        ("date", (gone,), "plus dans l’index"),
        ("date", (), "pas encore de réponse"),
        ("more", (last,), "n’en dit pas plus"),
    ):
        assert said in after(f"{act} s’il te plaît", *history).reply


@pytest.mark.parametrize(
    "intent", [intent.name for intent in INTENTS if intent.group in ("talk", "about")]
)
def test_every_intent_of_small_talk_and_about_selon_has_a_reply(intent: str) -> None:
    for history in ((), (LAST,)):
        answer = after(intent, *history)
        assert (answer.outcome, answer.intent) == ("reply", intent)
        assert answer.reply
        assert not answer.is_remembered


def test_a_question_about_articles_goes_to_the_archive_whatever_it_is_taken_for() -> None:
    class Covering(Meant):
        def read(self, text: str, context: MessageContext | None = None) -> Meaning:
            return Meaning("how_many", text)

    asked: list[str] = []
    chain = FollowUpChain(
        FunctionChain(lambda question: asked.append(question) or refused(question=question)),
        lambda question, limit: findings(question, 0.1),
        messages=Covering(),
        replies=Replies(lambda: Coverage(3), keep_days=30),
    )
    assert chain.invoke("Vous en avez beaucoup ?").outcome == "reply"
    assert chain.invoke("Combien d’articles avez-vous ?").outcome == "no"
    assert asked == ["Combien d’articles avez-vous ?"]


def test_the_words_of_a_button_mean_its_intent() -> None:
    texts = ButtonPhrases.of("fr")
    assert ButtonPhrases.intent_of("La source") == "source"
    assert ButtonPhrases.question_alone(texts.alone("Et à Lyon ?")) == "Et à Lyon ?"
    assert ButtonPhrases.words_searched(texts.search("merci")) == "merci"


def test_what_is_quoted_again_is_no_surer_than_it_was() -> None:
    unsure = replace(LAST, is_sure=False)
    for act in ("quote", "repeat", "source", "sure"):
        assert (after(act, LAST).outcome, after(act, unsure).outcome) == ("sure", "perhaps")
    assert after("date", unsure).outcome == "sure"
