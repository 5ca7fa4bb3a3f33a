"""No line claims what no article says, over made-up scripts; what was told is recorded once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.answer import Citation
from bot.digests import script_records as scripts
from bot.digests.daily import make_daily
from bot.digests.script import Script, ScriptLine
from bot.digests.script_records import NewScript, ScriptRecord
from bot.errors import QuoteError
from bot.locale.catalogue import catalogue
from bot.state import deliveries, privacy
from bot.state.conversations import ConversationPlace
from bot.state.database import State
from bot.state.deliveries import Delivery, Letter, Part
from index.article import Period
from index.ingestion.passages import cut
from tests.bot.digests.made import DAY, article, generation

TODAY = Period(DAY, DAY)
PONT = article("Le pont", "Le pont de Noirmont a été fermé mercredi soir par la préfecture.")


def cited() -> Citation:
    (passage,) = cut(PONT)
    (only,) = passage.sentences
    return Citation(1, only.text, only.start, only.end, passage, PONT)


def script(*lines: ScriptLine) -> Script:
    return Script("Le Quotidien du 26 mars 2026", TODAY, "fr", lines, (PONT,), ("le vélo",))


def test_a_quote_is_said_as_it_stands() -> None:
    assert script(ScriptLine(cited().quote, cited())).quotes == (cited(),)
    with pytest.raises(QuoteError, match="line-not-quoted"):
        ScriptLine("Le pont de Noirmont a été fermé.", cited())


@pytest.mark.parametrize(
    "text",
    [
        "Selon Le Phare, le 26 mars 2026\u00a0: «\u00a0Le pont\u00a0».",
        "Vous suivez\u00a0: le vélo",
    ],
)
def test_a_line_of_the_list_names_what_is_known_of_the_articles(text: str) -> None:
    assert script(ScriptLine(text)).lines[0].text == text


@pytest.mark.parametrize(
    "text",
    [
        "Le pont est fermé.",
        "Selon La Gazette\u00a0: «\u00a0Le pont\u00a0».",
        "Selon Le Phare, le 27 mars 2026\u00a0: «\u00a0Le pont\u00a0».",
        "Selon Le Phare, le 26 mars 2026\u00a0: «\u00a0Le port\u00a0».",
        "Que dit Jeanne Le Goff\u202f?",
        "Vous suivez\u00a0: le vélo, qui tue",
        "Autre sujet. Le pont est fermé.",
        "",
    ],
)
def test_no_other_line_can_stand_in_a_script(text: str) -> None:
    with pytest.raises(QuoteError, match="line-not-listed"):
        script(ScriptLine(text))


VOCABULARY = (
    "le la un une pont maire port câble fermé ouvert selon hier 84 morts 86 blessés Noirmont "
    "Kersaint Autre sujet. Il Elle Mais En effet, « oui » : ? ! et de qui euros"
)
WORDS = st.sampled_from(VOCABULARY.split(" "))
SENTENCES = st.lists(WORDS, min_size=1, max_size=25).map(lambda words: " ".join(words) + ".")
TEXTS = st.lists(SENTENCES, min_size=1, max_size=6).map(" ".join)
NAMES = st.sampled_from(
    ["Le Phare", "La Gazette", "Selon", "Le 26 mars", "Et", "A, B et C", "(a+)+"]
)
ARTICLES = st.lists(st.tuples(NAMES, TEXTS, NAMES, st.integers(0, 3)), min_size=0, max_size=7)


@settings(max_examples=60, deadline=None)
@given(ARTICLES, st.sampled_from(["fr", "en"]), st.lists(NAMES, max_size=2))
def test_every_line_of_any_daily_quotes_or_stands_in_the_list(
    made: list[tuple[str, str, str, int]], language: str, subjects: list[str]
) -> None:
    articles = [
        article(f"{title} {number}", text, DAY - timedelta(days=ago), outlet)
        for number, (title, text, outlet, ago) in enumerate(made)
    ]
    period = Period(DAY - timedelta(days=2), DAY)
    daily = make_daily(generation(articles), period, language, subjects)  # type: ignore[arg-type]
    texts = catalogue("digests", language)
    fixed = [
        re.compile(re.sub(r"\\\{.*?\\\}", ".+", re.escape(form)))
        for key in texts
        for form in texts.templates(key)
    ]
    for line in daily.lines:
        if line.citation is None:
            assert any(form.fullmatch(line.text) for form in fixed), line
            continue
        source = line.citation.article
        assert source.text[line.citation.start : line.citation.end] == line.citation.quote
        assert source.language == language
        assert source.published in period
    quotes = [quote.quote for quote in daily.quotes]
    assert len(quotes) == len(set(quotes))
    assert [quote.number for quote in daily.quotes] == list(range(1, len(quotes) + 1))


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALONE, BOT = ConversationPlace(7, 0, 7), 4200000001
TOLD = NewScript("fr", ("a1", "a2"), "sardines", {"title": "T", "name": "t.mp3", "lines": []})


def keep(session: Session) -> ScriptRecord:
    return scripts.save_script(session, ALONE, TOLD, (11, 12), 13, NOW)


def post(session: Session, script: ScriptRecord) -> Delivery | None:
    return scripts.post_recording(session, script.id, BOT, Letter(7, 0, (Part("T"),)), NOW)


def test_each_of_its_messages_tells_what_it_is_of(state: State) -> None:
    with state.session() as session:
        kept = keep(session)
        for message in (11, 12):
            assert scripts.script_of_message(session, 7, message) == TOLD
        assert scripts.script_of_message(session, 7, 14) is None
        assert scripts.script_of_message(session, 8, 11) is None

        posted = post(session, kept)
        assert posted is not None
        deliveries.record_sent(session, posted.id, (14,), whole=True, now=NOW)
        scripts.note_messages(session, posted.id)
        found = scripts.script_of_message(session, 7, 14)
    assert found is not None
    assert (found.articles, found.subject) == (("a1", "a2"), "sardines")


def test_it_is_recorded_once_whoever_does(state: State) -> None:
    kept = state.do(keep)
    assert [script.id for script in state.do(scripts.unrecorded_scripts)] == [kept.id]
    take_up = partial(scripts.claim_script, script_id=kept.id)
    assert [state.do(take_up), state.do(take_up)] == [1, 2]
    with ThreadPoolExecutor(4) as pool:
        posted = list(pool.map(lambda _: state.do(partial(post, script=kept)), range(8)))
    assert sum(script_id is not None for script_id in posted) == 1
    assert state.do(scripts.unrecorded_scripts) == []
    assert state.do(take_up) is None


def test_a_person_s_is_among_what_is_kept_and_goes_with_them(state: State) -> None:
    with state.session() as session:
        kept = keep(session)
        exported = privacy.export_person(session, 7)["scripts"]
        assert [script["subject"] for script in exported] == ["sardines"]
        privacy.erase_person(session, 7)
        assert scripts.script_of_message(session, 7, 11) is None
        assert post(session, kept) is None
