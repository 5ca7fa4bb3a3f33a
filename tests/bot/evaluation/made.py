"""Articles and questions written for these tests, and answers made from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.answer import Answer, Citation, Outcome, Statement
from bot.answering.extractive import ExtractiveAnswerer
from bot.evaluation.outcome import GoldOutcome
from bot.evaluation.questions import Gold, GoldQuestion
from bot.evaluation.run import Means
from index.article import Article, Passage, Sentence, article_id
from index.findings import Findings, Hit, RankedSentence, Scores
from index.search.confidence import ConfidenceModel, Thresholds
from tests.fakes import FakeEmbedder

TEXT = (
    "Le phare de Kermorvan fut allumé en 1849. Il veille sur le port du Conquet. "
    "Sa lampe porte à vingt-deux milles."
)
THRESHOLD = 0.5


def article(text: str = TEXT, title: str = "Phare", language: str = "fr") -> Article:
    return Article(article_id(text), text, title, "phare.md", language)


def passage(of: Article, start: int = 0, end: int | None = None) -> Passage:
    """A part of an article as a passage of one sentence."""
    text = of.text[start:end]
    last = start + len(text)
    return Passage(start, last, text, "", (Sentence(start, last, text),))


def question(
    answer: str | None, of: Article | None = None, *, start: int | None = None
) -> GoldQuestion:
    golds = () if answer is None else (Gold(answer, start),)
    articles = frozenset({of.id}) if of else frozenset()
    return GoldQuestion("Quand ?", "asked.json, data[0]", True, golds, articles)


def findings(*found: tuple[Article, Passage]) -> Findings:
    scores = Scores(0.5, 0.5, 0.5, 1.0)
    hits = tuple(
        Hit(source, part, scores, tuple(RankedSentence(s, 0.5) for s in part.sentences))
        for source, part in found
    )
    return Findings("Quand ?", "fr", hits, 0.9)


def quoting(of: Article, *quotes: str, lead: Sentence | None = None) -> Answer:
    """An answer that quotes an article; no quote is a refusal."""
    starts = [of.text.index(quote) for quote in quotes]
    citations = tuple(
        Citation(number, quote, start, start + len(quote), passage(of), of, lead)
        for number, (quote, start) in enumerate(zip(quotes, starts, strict=True), start=1)
    )
    statements = tuple(Statement(citation.quote, (citation.number,)) for citation in citations)
    outcome: Outcome = "sure" if quotes else "no"
    return Answer("Quand ?", "fr", outcome, 0.9, statements, citations, (), 0.0)


def an_outcome(**changes: Any) -> GoldOutcome:
    """A question answered rightly, but for the changes."""
    usual: dict[str, Any] = {
        "question": question("1849", article(), start=36),
        "rank": 1,
        "outcome": "sure",
        "confidence": 0.9,
        "text": "Il fut allumé en 1849.",
        "highlight": None,
        "language": "fr",
        "is_in_citations": True,
        "right": True,
        "right_first": True,
        "milliseconds": 5.0,
    }
    return GoldOutcome(**(usual | changes))


def unanswerable(**changes: Any) -> GoldOutcome:
    asked = GoldQuestion("Qui ?", "asked.json, data[1]", answerable=False)
    refused = {"question": asked, "rank": None, "outcome": "no", "confidence": 0.1, "text": ""}
    return an_outcome(
        **(refused | {"is_in_citations": False, "right": False, "right_first": False} | changes)
    )


def means() -> Means:
    """The real search and answers over word-counting vectors, refusing where words are unknown."""
    weights = dict.fromkeys(("passage", "sentence", "words", "sentence_words", "lead"), 0.0)
    thresholds = Thresholds.at(THRESHOLD)
    judge = ConfidenceModel(-3.0, weights | {"known": 10.0}, thresholds)
    return Means(FakeEmbedder(256), judge, ExtractiveAnswerer(thresholds), thresholds)


ENTRIES = {
    "phare": ("Le phare de Kermorvan fut allumé en 1849.", "Quand fut allumé le phare ?", "1849"),
    "canal": ("Le canal de Nantes ouvrit en 1842.", "Quand le canal de Nantes ouvrit-il ?", "1842"),
    "moulin": ("Le moulin de Sare tourne encore.", "Quel moulin tourne encore ?", "moulin de Sare"),
    "gare": ("Il y a douze quais dans la gare de Metz.", "Combien de quais à la gare ?", "douze"),
}
"""By title: a context, a question on it, and the answer."""


def write_squad(path: Path, titles: Sequence[str] = tuple(ENTRIES)) -> Path:
    """A SQuAD file of these entries."""
    document = {"version": "1.1", "data": [_entry(title) for title in titles]}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def _entry(title: str) -> dict[str, Any]:
    context, asked, answer = ENTRIES[title]
    answers = [{"text": answer, "answer_start": context.index(answer)}]
    qas = [{"id": title, "question": asked, "answers": answers}]
    return {"title": title, "paragraphs": [{"context": context, "qas": qas}]}
