"""Headings and labels at every interface."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.answer import Answer, Statement, shown_quotes
from bot.conversation.recall import recall_record
from bot.json_records import answer_json
from bot.locale.answers import Phrases
from bot.messenger.outbound.answer_html import answer_html
from bot.terminal.render import answer_text
from bot.web.answer_view import AnswerView
from bot.web.linked_text import LinkedText
from bot.web.rendering import PageTexts, environment
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
        "days": None,
        "text": "Le modèle Orphée a été présenté hier.",
        "citations": [2],
    }
    assert record["sections"][1] == {"heading": "Dates", "side": 0, "lines": [line]}
    stored = recall_record(in_sections())["statements"]
    assert [line[3:] for line in stored] == [
        ["Chiffres", "", False, 0, None],
        ["Dates", "31 juillet 2025", False, 0, None],
    ]


def listing() -> Answer:
    """Two articles, each named on a line of its own."""
    other = replace(MODELS, id="ba9876543210", title="Une carte", url="https://exemple.fr/carte")
    cited = (
        citation("Une carte suffit.", MODELS, 1),
        citation("Le modèle Orphée a été présenté hier.", other, 2),
    )
    statements = (
        Statement("«\u00a0Deux modèles maison\u00a0».", (1,), heading="2 articles", is_source=True),
        Statement("«\u00a0Une carte\u00a0».", (2,), is_source=True),
    )
    return replace(answered(*cited), statements=statements)


def page_of(answer: Answer) -> str:
    template = environment().get_template("answer_part.html")
    texts = PageTexts.of("fr")
    facts = {"base": "", "known": False, "features": (), "telegram": ""}
    return template.render(view=AnswerView(answer, "clef"), texts=texts, **facts)


def test_every_door_lists_an_article_a_line_without_its_opening() -> None:
    answer = listing()
    terminal = answer_text(answer, PHRASES).plain
    assert terminal.splitlines()[:4] == [
        "2 articles",
        "",
        "[1] Deux modèles maison, par Camille Roche, 1er août 2025",
        "    https://exemple.fr/modeles",
    ]
    telegram = "\n".join(answer_html(answer, PHRASES))
    markdown = LinkedText.of(answer, "https://exemple.org").text
    for text in (terminal, telegram, markdown, page_of(answer)):
        assert text.count("Une carte, par Camille") + text.count("Une carte</a>") == 1
        assert "Une carte suffit." not in text
        assert text.index("2 articles") < text.index("Deux modèles maison")


def test_a_count_stands_above_its_list_without_numbers() -> None:
    answer = listing()
    first = replace(answer.statements[0], heading="")
    counted = Statement("Deux articles.", (1, 2))
    answer = replace(answer, statements=(counted, first, answer.statements[1]))
    for text in (
        answer_text(answer, PHRASES).plain,
        "\n".join(answer_html(answer, PHRASES)),
        LinkedText.of(answer, "https://exemple.org").text,
    ):
        assert "Deux articles.\n\n" in text
    assert page_of(answer).count("<li>") == 2
