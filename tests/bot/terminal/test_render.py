"""What a person reads in the terminal, and what a program reads."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from bot.answer import Dropped, Fallback
from bot.errors import SettingsError
from bot.llm.draft import SentenceFault
from bot.locale.answers import Phrases, WritingPhrases
from bot.locale.terminal import TerminalPhrases
from bot.locale.text import harmless
from bot.terminal.render import (
    answer_json,
    answer_text,
    complaint,
    explained_text,
    passage_text,
    sources_text,
)
from bot.verification.claim import ClaimFault
from index.article import Period
from tests.bot.answers import TEXT, answered, article, citation, highlighted, refused

EN, FR = Phrases.of("en"), Phrases.of("fr")
AUGUST = Period(date(2025, 8, 1), date(2025, 8, 31))

QUOTE = "Le second modèle a demandé 15 000 puces."


def test_an_answer_shows_its_quote_once_then_where_it_stands() -> None:
    shown = answer_text(answered(citation(QUOTE, article())), FR).plain
    assert shown == (
        f"«\u00a0{QUOTE}\u00a0»\u00a0[1]\n"
        "  — Deux modèles maison, par Camille Roche, 1er août 2025\n"
        "    https://exemple.fr/modeles"
    )


def test_dates_and_quotation_marks_follow_the_language() -> None:
    shown = answer_text(answered(citation(QUOTE, article())), EN).plain
    assert f"“{QUOTE}”\u00a0[1]\n  — Deux modèles maison, by Camille Roche, 1 August 2025" in shown


def test_several_statements_keep_their_order_and_their_numbers() -> None:
    source = article()
    answer = answered(citation("Une carte suffit.", source, 1), citation(QUOTE, source, 2))
    shown = answer_text(answer, FR).plain
    assert shown.startswith(
        f"«\u00a0Une carte suffit.\u00a0»\u00a0[1]\n«\u00a0{QUOTE}\u00a0»\u00a0[2]\n  — Deux"
    )
    assert shown.count("Deux modèles maison") == 1


def test_a_quote_that_leans_on_an_earlier_sentence_shows_it() -> None:
    lead = "Le modèle Orphée a été présenté hier."
    close = citation("Il alimente le journal parlé.", article(), lead=lead)
    far = citation("Une carte suffit.", article(), lead=lead)
    assert f"«\u00a0{lead} Il alimente" in sources_text(answered(close), FR).plain
    assert f"«\u00a0{lead} […] Une carte" in sources_text(answered(far), FR).plain


def test_an_article_without_address_author_or_date_is_still_named() -> None:
    bare = article(author=None, published=None, url=None)
    shown = sources_text(answered(citation(QUOTE, bare)), FR).plain
    assert shown.endswith("— Deux modèles maison, sans date\n    corpus/modeles.md")


def test_an_address_that_is_not_a_web_page_is_not_offered_as_one() -> None:
    shown = sources_text(answered(citation(QUOTE, article(url="javascript:alert(1)"))), FR)
    assert "javascript" not in shown.plain
    assert "corpus/modeles.md" in shown.plain


def test_the_link_opens_the_page_at_the_quote() -> None:
    shown = sources_text(answered(citation(QUOTE, article())), FR)
    links = [span.style.link for span in shown.spans if getattr(span.style, "link", None)]
    assert len(links) == 3  # of the number, the title and the address
    assert set(links) == {
        "https://exemple.fr/modeles#:~:text="
        "Le%20second%20mod%C3%A8le%20a%20demand%C3%A9%2015%20000%20puces."
    }


def test_a_refusal_says_so_and_offers_the_nearest_articles() -> None:
    shown = answer_text(refused(article(), article(title="Autre", url=None)), FR).plain
    first, rest = shown.split("\n\n", 1)
    assert first == FR.not_in_articles
    assert rest.startswith(FR.nearest_articles)
    assert "  • Deux modèles maison, par Camille Roche, 1er août 2025" in rest
    assert "https://exemple.fr/modeles" in rest
    assert rest.endswith("corpus/modeles.md")


def test_a_refusal_without_articles_offers_none() -> None:
    assert answer_text(refused(), EN).plain == EN.not_in_articles


def test_a_passage_shows_its_quote_in_bold_under_its_heading() -> None:
    shown = passage_text(citation(QUOTE, article(), 2, heading="Les puces"), FR)
    assert shown.plain.startswith("[2] Deux modèles maison, par Camille Roche, 1er août 2025")
    assert shown.plain.endswith(f"\nLes puces\n\n{TEXT}")
    bold = [shown.plain[span.start : span.end] for span in shown.spans if span.style == "bold"]
    assert bold[-1] == QUOTE


def test_the_words_that_answer_are_bold_and_the_text_is_the_same() -> None:
    plain = answered(citation(QUOTE, article()))
    shown = answer_text(highlighted(plain, "15 000 puces"), FR)
    assert shown.plain == answer_text(plain, FR).plain
    bold = [shown.plain[span.start : span.end] for span in shown.spans if span.style == "bold"]
    assert "15 000 puces" in bold


def test_nothing_is_bold_in_what_may_not_answer() -> None:
    sure = highlighted(answered(citation(QUOTE, article())), "15 000 puces")
    shown = answer_text(replace(sure, doubtful=True), EN)
    assert shown.plain.startswith(f"The articles may not answer this; the nearest:\n“{QUOTE}”")
    bold = [shown.plain[span.start : span.end] for span in shown.spans if span.style == "bold"]
    assert bold == []
    dated = answer_text(replace(sure, doubtful=True, period=AUGUST), EN)
    assert dated.plain.startswith("The articles from 1 to 31 August 2025 may not answer")


def test_json_tells_last_where_in_the_article_the_words_stand_that_answer() -> None:
    source = article()
    first, second = citation("Une carte suffit.", source, 1), citation(QUOTE, source, 2)
    answer = highlighted(answered(first, second), "15 000 puces")
    one, two = json.loads(answer_json(answer, FR))["citations"]
    assert list(two)[-1] == "highlight"
    assert source.text[slice(*two["highlight"])] == "15 000 puces"
    assert one["highlight"] is None


@pytest.mark.parametrize(
    "dangerous", ["\x1b[31m", "\x9b2J", "\x07", "\u202e", "\r", "\x00", "\x7f"]
)
def test_what_an_article_says_never_commands_the_terminal(dangerous: str) -> None:
    quote = f"Avant{dangerous}après [bold]gras[/bold] :smile:"
    source = article(text=quote, title=f"Titre{dangerous}", author=f"A{dangerous}")
    answer = answered(citation(quote, source))
    for shown in (
        answer_text(answer, FR).plain,
        passage_text(answer.citations[0], FR).plain,
        answer_text(refused(source), FR).plain,
    ):
        assert dangerous not in shown
        assert all(
            unicodedata.category(each) not in {"Cc", "Cs"} for each in shown.replace("\n", "")
        )
    assert "[bold]gras[/bold] :smile:" in answer_text(answer, FR).plain


def test_ordinary_text_is_left_as_it_is() -> None:
    text = "« Œuvre »\u202f: 15\u202f000\u00a0€, naïve — مرحبا 日本 🙂\n\ttabulée"
    assert harmless(text) == text


def test_json_has_the_promised_keys_in_order_and_the_exact_quote() -> None:
    source = article()
    lead = "Le modèle Orphée a été présenté hier."
    answer = answered(citation("Il alimente le journal parlé.", source, lead=lead))
    written = json.loads(answer_json(answer, FR))
    assert list(written)[:8] == [
        "question",
        "language",
        "outcome",
        "answered",
        "confidence",
        "answer",
        "citations",
        "elapsed_ms",
    ]
    assert (written["answered"], written["confidence"]) == (True, 0.9877)
    assert written["answer"] == "Il alimente le journal parlé. [1]"
    (cited,) = written["citations"]
    assert list(cited)[:11] == [
        "number",
        "quote",
        "passage",
        "article_id",
        "title",
        "author",
        "published",
        "url",
        "path",
        "start",
        "end",
    ]
    assert source.text[cited["start"] : cited["end"]] == cited["quote"]
    assert cited["published"] == "2025-08-01"
    assert cited["passage"] == TEXT
    assert cited["lead"] == lead


def test_json_of_a_refusal_says_so_and_names_the_nearest() -> None:
    written = json.loads(answer_json(refused(article(published=None)), FR))
    assert written["answered"] is False
    assert written["answer"] == FR.not_in_articles
    assert written["citations"] == []
    assert written["nearest"][0]["title"] == "Deux modèles maison"
    assert written["nearest"][0]["published"] is None


def test_json_is_one_line_that_no_terminal_obeys_and_loses_nothing() -> None:
    quote = "Avant\x1b[31m\x9b2J\u202eaprès « œ » 🙂"
    answer = answered(citation(quote, article(text=quote)), question="é\ud800")
    line = answer_json(answer, FR)
    assert "\n" not in line
    assert not {each for each in line if unicodedata.category(each) in {"Cc", "Cs"}}
    assert "\u202e" not in line
    assert "« œ » 🙂" in line
    assert json.loads(line)["citations"][0]["quote"] == quote
    assert json.loads(line)["question"] == "é\ud800"


def test_a_foreseen_error_is_its_message_and_another_names_its_kind() -> None:
    phrases = TerminalPhrases.of("fr")
    assert complaint(SettingsError("token-missing", shown="SELON_X=\x1b[1m"), phrases) == (
        "Erreur\u00a0: SELON_X=␛[1m\u00a0: il manque SELON_TELEGRAM_TOKEN\u00a0: mettez dans .env "
        "le jeton que @BotFather vous a donné"
    )
    unforeseen = complaint(ZeroDivisionError("division\nby zero"), phrases)
    assert "ZeroDivisionError" in unforeseen
    assert "division by zero" in unforeseen
    assert "\n" not in unforeseen


def test_a_title_that_is_missing_gives_way_to_the_path() -> None:
    untitled = replace(article(), title="")
    assert "— corpus/modeles.md, par" in sources_text(answered(citation(QUOTE, untitled)), FR).plain


# What a chat model wrote


def test_why_the_articles_stand_in_for_a_model_is_said_last() -> None:
    answer = replace(answered(citation(QUOTE, article())), fallback="failed")
    assert answer_text(answer, FR).plain.endswith(
        "\n\nLe modèle de langue n’a pas répondu\u00a0: voici les phrases des articles."
    )
    assert answer_text(answer, EN).plain.endswith(
        "The language model did not answer: here are the articles’ own sentences."
    )


def test_who_wrote_it_and_what_was_dropped_are_explained() -> None:
    dropped = (Dropped("Il en a demandé 150 000.", "number"), Dropped("Voir\x1b[2J ici.", "link"))
    answer = replace(answered(citation(QUOTE, article())), model="ollama:qwen3", dropped=dropped)
    shown = explained_text(answer, FR).plain
    assert shown.split("\n") == [
        "Écrit par ollama:qwen3.",
        "Confiance que les articles répondent\u00a0: 99\u00a0%.",
        "2 phrases du modèle ont été écartées\u00a0:",
        "  – «\u00a0Il en a demandé 150 000.\u00a0»\u00a0: un nombre n’est pas dans les passages "
        "cités, ou pas pour cela",
        "  – «\u00a0Voir␛[2J ici.\u00a0»\u00a0: elle montre une adresse",
    ]
    assert explained_text(replace(answer, model=None), EN).plain.startswith(
        "These are the articles’ own sentences.\nConfidence that the articles answer: 99%."
    )


def test_a_model_that_found_no_answer_is_named() -> None:
    answer = replace(refused(article()), model="ollama:qwen3")
    assert "ollama:qwen3 n’a pas trouvé de réponse" in explained_text(answer, FR).plain


def test_every_fault_of_a_sentence_has_its_words() -> None:
    faults = {*get_args(ClaimFault), *get_args(SentenceFault)}
    for code in ("fr", "en"):
        assert set(WritingPhrases.of(code).faults) == faults
        assert set(WritingPhrases.of(code).fallbacks) == set(get_args(Fallback))


def test_programs_read_what_a_model_did() -> None:
    plain = json.loads(answer_json(answered(citation(QUOTE, article())), FR))
    assert (plain["model"], plain["fallback"], plain["dropped"]) == (None, None, [])
    dropped = (Dropped("Il en a demandé 150 000.", "number"),)
    answer = replace(answered(citation(QUOTE, article())), fallback="unsupported", dropped=dropped)
    written = json.loads(answer_json(answer, FR))
    assert written["fallback"] == "unsupported"
    assert written["dropped"] == [{"fault": "number", "text": None}]
    explained = json.loads(answer_json(answer, FR, explain=True))
    assert explained["dropped"] == [{"fault": "number", "text": "Il en a demandé 150 000."}]
