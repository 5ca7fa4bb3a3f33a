"""Headings and labels at every door."""

from __future__ import annotations

import json

from bot.answer import Answer, Statement, shown_quotes
from bot.conversation.recall import recall_record
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import answer_html
from bot.terminal.render import answer_text
from bot.web.linked_text import LinkedText
from tests.bot.answers import answered, article, citation

MODELS = article()
PHRASES = Phrases.of("fr")


def in_sections() -> Answer:
    """Two sections over one article, the second of one dated line."""
    quotes = (
        citation("Une carte suffit.", MODELS, 1),
        citation("Le modèle Orphée a été présenté hier.", MODELS, 2),
    )
    plain = answered(*quotes)
    statements = (
        Statement(quotes[0].quote, (1,), heading="Chiffres"),
        Statement(quotes[1].quote, (2,), heading="Dates", label="31 juillet 2025"),
    )
    return Answer(plain.question, "fr", plain.outcome, plain.confidence, statements, quotes)


def test_quotes_of_one_article_are_parted_by_headings() -> None:
    first, second = shown_quotes(in_sections().citations, in_sections())
    assert (first[0].heading, first[0].label) == ("Chiffres", "")
    assert (second[0].heading, second[0].label) == ("Dates", "31 juillet 2025")


def test_every_door_shows_headings_and_labels() -> None:
    answer = in_sections()
    for text in (
        answer_text(answer, PHRASES).plain,
        "\n".join(answer_html(answer, PHRASES)),
        LinkedText.of(answer, "https://exemple.fr").text,
        answer.text,
    ):
        assert text.index("Chiffres") < text.index("Une carte suffit.") < text.index("Dates")
        assert text.index("31 juillet 2025") < text.index("Le modèle Orphée")


def test_sections_are_in_the_json_and_in_what_is_stored() -> None:
    record = json.loads(answer_json(in_sections()))
    line = {
        "label": "31 juillet 2025",
        "text": "Le modèle Orphée a été présenté hier.",
        "citations": [2],
    }
    assert record["sections"][1] == {"heading": "Dates", "lines": [line]}
    stored = recall_record(in_sections())["statements"]
    assert [each[3:] for each in stored] == [["Chiffres", ""], ["Dates", "31 juillet 2025"]]
