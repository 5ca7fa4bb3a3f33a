"""What a person reads in the terminal, and what a program reads."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest

from bot.errors import SettingsError
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.locale.terminal import TerminalPhrases
from bot.terminal.render import answer_text, complaint, explained_text, passage_text, sources_text
from tests.bot.answers import TEXT, answered, article, citation, highlighted, refused

EN, FR = Phrases.of("en"), Phrases.of("fr")
QUOTE = "Le second modèle a demandé 15 000 puces."


def test_a_quote_that_leans_on_an_earlier_sentence_shows_it() -> None:
    lead = "Le modèle Orphée a été présenté hier."
    close = citation("Il alimente le journal parlé.", article(), lead=lead)
    far = citation("Une carte suffit.", article(), lead=lead)
    assert f"«\u00a0{lead} Il alimente" in sources_text(answered(close), FR).plain
    assert f"«\u00a0{lead} […] Une carte" in sources_text(answered(far), FR).plain


def test_a_refusal_offers_the_nearest_articles() -> None:
    shown = answer_text(refused(article(), article(title="Autre", url=None)), FR).plain
    assert shown.startswith(f"{FR.not_in_articles}\n\n{FR.nearest_articles}")
    assert "  • Deux modèles maison, par Camille Roche, 1er août 2025" in shown
    assert shown.endswith("corpus/modeles.md")


def test_the_words_that_answer_are_bold_and_the_text_is_the_same() -> None:
    plain = answered(citation(QUOTE, article()))
    shown = answer_text(highlighted(plain, "15 000 puces"), FR)
    assert shown.plain == answer_text(plain, FR).plain
    bold = [shown.plain[span.start : span.end] for span in shown.spans if span.style == "bold"]
    assert "15 000 puces" in bold


@pytest.mark.parametrize("dangerous", ["\x1b[31m", "\x9b2J", "\x07", "\u202e", "\r", "\x00"])
def test_what_an_article_says_never_commands_the_terminal(dangerous: str) -> None:
    quote = f"Avant{dangerous}après [bold]gras[/bold] :smile:"
    source = article(text=quote, title=f"Titre{dangerous}", author=f"A{dangerous}")
    answer = answered(citation(quote, source))
    passage = passage_text(answer.citations[0], FR)
    for text in (answer_text(answer, FR), passage, answer_text(refused(source), FR)):
        assert dangerous not in text.plain
        kinds = {unicodedata.category(character) for character in text.plain.replace("\n", "")}
        assert not kinds & {"Cc", "Cs"}
    assert "[bold]gras[/bold] :smile:" in answer_text(answer, FR).plain


def test_json_gives_the_exact_quote_and_where_in_the_article_the_words_stand_that_answer() -> None:
    source, lead = article(), "Le modèle Orphée a été présenté hier."
    first = citation("Il alimente le journal parlé.", source, 1, lead=lead)
    answer = answered(first, citation(QUOTE, source, 2))
    one, two = json.loads(answer_json(highlighted(answer, "15 000 puces")))["citations"]
    assert source.text[one["start"] : one["end"]] == one["quote"]
    assert (one["published"], one["passage"], one["lead"]) == ("2025-08-01", TEXT, lead)
    assert one["highlight"] is None
    assert source.text[slice(*two["highlight"])] == "15 000 puces"


def test_json_is_one_line_that_no_terminal_obeys_and_loses_nothing() -> None:
    quote = "Avant\x1b[31m\x9b2J\u202eaprès « œ » 🙂"
    answer = answered(citation(quote, article(text=quote)), question="é\ud800")
    line = answer_json(answer)
    assert "\n" not in line
    assert not {character for character in line if unicodedata.category(character) in {"Cc", "Cs"}}
    assert "\u202e" not in line
    assert "« œ » 🙂" in line
    assert json.loads(line)["citations"][0]["quote"] == quote
    assert json.loads(line)["question"] == "é\ud800"


def test_a_foreseen_error_is_its_message_and_another_names_its_kind() -> None:
    phrases = TerminalPhrases.of("fr")
    assert complaint(SettingsError("token-missing", subject="SELON_X=\x1b[1m"), phrases) == (
        "Erreur\u00a0: SELON_X=␛[1m\u00a0: il manque SELON_TELEGRAM_TOKEN\u00a0: mettez dans .env "
        "le jeton que @BotFather vous a donné"
    )
    unforeseen = complaint(ZeroDivisionError("division\nby zero"), phrases)
    assert "ZeroDivisionError" in unforeseen
    assert "division by zero" in unforeseen
    assert "\n" not in unforeseen


def test_who_chose_the_sentences_is_explained() -> None:
    answer = replace(answered(citation(QUOTE, article())), chosen_by="ollama:qwen3")
    assert explained_text(answer, FR).plain == (
        "Ce sont les phrases des articles, choisies par ollama:qwen3.\n"
        "Confiance dans la réponse\u00a0: 99\u00a0%."
    )
    assert explained_text(replace(answer, chosen_by=None), EN).plain.startswith(
        "These are the articles’ own sentences.\nConfidence in the answer: 99%."
    )
