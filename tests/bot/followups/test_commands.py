"""Commands of the archive, over the sample articles."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.answer import Answer
from bot.assembly import chain_over
from bot.followups.conversation import FollowUpChain
from bot.followups.turn import Turn, TurnText
from bot.json_records import answer_record
from bot.locale.answers import Phrases
from bot.settings import Settings
from bot.understanding.command import COMMANDS, ArchiveCommand, parse_command
from bot.understanding.texts import CommandPhrases
from index.models.base import Embedder
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex

NOW = datetime.now(UTC)
REOPENED = "Quand Notre-Dame a-t-elle rouvert ?"


@pytest.fixture(scope="module")
def chain(sample_index: Path, bundled: Embedder) -> FollowUpChain:
    index = LiveIndex(sample_index, bundled, ConfidenceModel.load())
    return chain_over(index, Settings(_env_file=None, data_dir=sample_index))


def after_the_reopening(chain: FollowUpChain, command: str) -> Answer:
    turn = Turn.of(chain.invoke(REOPENED), datetime.now(UTC))
    return chain.invoke(TurnText(command, (turn,)))


def test_a_command_is_parsed_in_both_languages_without_its_accents() -> None:
    chronology = ArchiveCommand("chronology", "fr", "Notre-Dame de Paris")
    assert parse_command(" /Chronologie  Notre-Dame de\nParis ") == chronology
    assert parse_command("/timeline") == ArchiveCommand("chronology", "en")
    assert parse_command("/résumé") == ArchiveCommand("summary", "fr")
    assert parse_command("/inconnue Paris") is parse_command("chronologie Paris") is None


@pytest.mark.parametrize(
    ("command", "intent", "request_words"),
    [
        ("/chronologie Notre-Dame", "chronology", "Chronologie\u00a0: Notre-Dame"),
        ("/timeline Notre-Dame", "chronology", "The timeline of Notre-Dame"),
        ("/fiche Marie Curie", "dossier", "Fiche\u00a0: Marie Curie"),
        ("/point Rosetta", "overview", "Le point sur Rosetta"),
        ("/list Apollo", "articles", "All the articles about Apollo"),
        ("/resume Minitel", "summary", "Résumé de l’article sur Minitel"),
    ],
)
def test_a_command_calls_its_function(
    chain: FollowUpChain, command: str, intent: str, request_words: str
) -> None:
    answer = chain.invoke(command)
    assert (answer.intent, answer.question) == (intent, request_words)
    assert answer.outcome in ("sure", "perhaps")
    assert answer.statements or answer.articles


def test_a_command_is_answered_in_the_language_of_the_door(chain: FollowUpChain) -> None:
    answer = chain.invoke(TurnText("/timeline Notre-Dame", language="fr"))
    assert (answer.language, answer.question) == ("fr", "Chronologie\u00a0: Notre-Dame")


@pytest.mark.parametrize("command", [name for names in COMMANDS.values() for name in names])
def test_a_command_without_any_subject_says_how_to_use_it(
    chain: FollowUpChain, command: str
) -> None:
    parsed = parse_command(command)
    assert parsed is not None
    answer = chain.invoke(command)
    assert answer.outcome == "reply"
    assert answer.reply == CommandPhrases.of(parsed.language).usage_of(parsed.intent)


def test_a_request_before_any_answer_is_no_act_on_one(chain: FollowUpChain) -> None:
    assert chain.invoke("dossier minitel").intent == "dossier"


@pytest.mark.parametrize("after", ["", REOPENED])
@pytest.mark.parametrize(
    ("request_words", "title"),
    [
        ("résume-moi l’article sur le Minitel", "Minitel"),
        ("résume l’article sur le mètre", "Le mètre"),
    ],
)
def test_the_summary_of_a_named_article_is_of_no_other(
    chain: FollowUpChain, after: str, request_words: str, title: str
) -> None:
    answer = after_the_reopening(chain, request_words) if after else chain.invoke(request_words)
    (article,) = {citation.article.title for citation in answer.citations}
    assert title in article


@pytest.mark.parametrize("words", ["résume", "fais-moi un résumé vite fait", "résume-moi ça"])
def test_a_summary_of_nothing_named_is_of_the_article_last_quoted(
    chain: FollowUpChain, words: str
) -> None:
    answer = after_the_reopening(chain, words)
    assert "Notre-Dame" in answer.citations[0].article.title


def test_a_command_alone_is_about_the_last_answer(chain: FollowUpChain) -> None:
    for words in ("/chronologie", "fais-moi la chronologie"):
        answer = after_the_reopening(chain, words)
        assert answer.question == "Chronologie\u00a0: Notre-Dame"
    assert after_the_reopening(chain, "/resume").statements


def test_a_command_alone_is_about_the_subject_of_the_last_one(chain: FollowUpChain) -> None:
    turn = Turn.of(chain.invoke("/chronologie Rosetta"), datetime.now(UTC))
    answer = chain.invoke(TurnText("/fiche", (turn,)))
    assert (answer.question, answer.intent) == ("Fiche\u00a0: Rosetta", "dossier")
    news = after_the_reopening(chain, "/actu")
    assert (news.question, news.intent) == ("Dernières nouvelles\u00a0: Notre-Dame", "latest")


def test_a_request_on_a_subject_that_the_articles_lack_shows_nothing_else(
    chain: FollowUpChain,
) -> None:
    turn = Turn.of(chain.invoke("Qui dirige la Gambie ?"), datetime.now(UTC))
    assert turn.answer == ""
    answer = chain.invoke(TurnText("et les réactions ?", (turn,)))
    assert (answer.intent, answer.outcome, answer.statements) == ("positions", "no", ())


@pytest.mark.parametrize("words", ["et de Hubble ?", "et celle de Hubble ?"])
def test_a_function_is_called_again_for_another_subject(chain: FollowUpChain, words: str) -> None:
    turn = Turn.of(chain.invoke("chronologie du TGV"), datetime.now(UTC))
    answer = chain.invoke(TurnText(words, (turn,)))
    assert (answer.intent, answer.question) == ("chronology", words)
    assert answer.understood == "Chronologie de Hubble"
    assert {citation.article.language for citation in answer.citations} == {"en"}


def test_a_command_that_finds_nothing_shows_nothing_else(chain: FollowUpChain) -> None:
    answer = chain.invoke("/citations Notre-Dame")
    assert (answer.outcome, answer.statements) == ("no", ())
    assert chain.invoke("/fiche Zénobie Tartempion").outcome == "no"


def test_a_period_is_cut_from_the_subject(chain: FollowUpChain) -> None:
    answer = chain.invoke("/list Apollo 11 in 2015")
    assert answer.period is not None
    assert answer.period.first.year == answer.period.last.year == 2015


def test_distress_in_a_command_is_heard(chain: FollowUpChain) -> None:
    answer = chain.invoke("/chronologie je veux mourir, je n’en peux plus")
    assert answer.help is not None or answer.offered_help is not None


def test_a_name_in_a_request_is_its_subject_whatever_was_spoken_of(chain: FollowUpChain) -> None:
    answer = after_the_reopening(chain, "que sait-on du TGV ?")
    assert {Path(citation.article.path).name for citation in answer.citations} == {"tgv.md"}
    news = after_the_reopening(chain, "quoi de neuf ?")
    assert len({citation.article.id for citation in news.citations}) > 1


def test_a_comparison_names_both_sides_without_the_colon(chain: FollowUpChain) -> None:
    answer = chain.invoke("/compare Hubble et James-Webb")
    headings = [section[0].heading for section in answer.sections]
    assert {heading.partition("\u00a0")[0] for heading in headings[1:]} == {"Hubble", "James-Webb"}
    assert {section[0].side for section in answer.sections[1:]} == {1, 2}
    assert answer.coverage == ()


@pytest.mark.parametrize("command", COMMANDS["en"])
def test_an_english_command_is_answered_in_english(chain: FollowUpChain, command: str) -> None:
    subject = "Hubble and James-Webb" if command == "/compare" else "Macron"
    answer = chain.invoke(TurnText(f"{command} {subject}", language="en"))
    assert answer.language == "en"
    assert "L’un et l’autre" not in answer.text


def test_a_period_without_a_beginning_is_told_by_its_end(chain: FollowUpChain) -> None:
    answer = chain.invoke("/quotes Macron until January 1, 2025")
    assert answer.period is not None
    assert Phrases.of("en").according_to(answer.period) == (
        "According to the articles up to 1 January 2025:"
    )
    assert answer_record(answer)["period"] == {"from": None, "to": "2025-01-01"}


def test_the_next_page_of_a_list_is_a_button(chain: FollowUpChain) -> None:
    first = chain.invoke("Quels articles avez-vous publiés depuis 2000 ?")
    assert first.buttons == ("Quels articles avez-vous publiés depuis 2000 ? (page 2)",)
    second = chain.invoke(first.buttons[0])
    assert second.buttons == ("Quels articles avez-vous publiés depuis 2000 ? (page 3)",)
    last = chain.invoke(second.buttons[0])
    assert last.buttons == ()
    listed = [citation.article.id for page in (first, second, last) for citation in page.citations]
    assert len(set(listed)) == len(listed) > 20


@pytest.mark.parametrize(
    ("words", "place"),
    [("le deuxième", 1), ("ouvre le n° 3 stp", 2), ("the last one", 9), ("c’est quoi [4] ?", 3)],
)
def test_an_article_of_a_list_is_named_by_its_place(
    chain: FollowUpChain, words: str, place: int
) -> None:
    listed = Turn.of(chain.invoke("Quels articles avez-vous publiés depuis 2000 ?"), NOW)
    answer = chain.invoke(TurnText(words, (listed,)))
    assert answer.intent == "summary"
    assert {citation.article.id for citation in answer.citations} == {listed.cited[place].article}


@pytest.mark.parametrize("words", ["le premier ministre ?", "le 25", "quel temps fera-t-il ?"])
def test_what_is_said_after_a_list_is_about_none_of_its_articles(
    chain: FollowUpChain, words: str
) -> None:
    listed = Turn.of(chain.invoke("Quels articles avez-vous publiés depuis 2000 ?"), NOW)
    answer = chain.invoke(TurnText(words, (listed,)))
    assert listed.cited[0].title not in (answer.understood or "")


def test_a_request_on_another_subject_is_not_about_the_last(chain: FollowUpChain) -> None:
    answer = after_the_reopening(chain, "parle moi de victor hugo")
    assert "Victor Hugo" in answer.citations[0].article.title
    assert answer.subject == "Victor Hugo"


def test_an_act_after_a_refusal_is_on_the_answer_before(chain: FollowUpChain) -> None:
    now = datetime.now(UTC)
    first = Turn.of(chain.invoke(REOPENED), now)
    refusal = Turn.of(chain.invoke("Qui a gagné le tournoi de Wimbledon 2013 ?"), now)
    assert refusal.cited == ()
    answer = chain.invoke(TurnText("la source ?", (first, refusal)))
    assert "Notre-Dame" in answer.statements[0].text
