"""Lists: « quels pays… », a sentence an item, the item marked, from all articles that hold one."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import zip_longest
from typing import Protocol

from bot.answer import Answer, Outcome, Statement
from bot.answering.extractive import Quotable, quotables
from bot.answering.refusal import decide_by_articles, decide_by_evidence, refusal_of
from bot.archive.events import distinct, ranked
from bot.archive.material import find_material
from bot.archive.outcome import Line, refuse_subject
from bot.archive.request import ArchiveRequest
from index.article import Period
from index.findings import Findings
from index.reading.sentences import rank_sentences
from index.search.confidence import Thresholds
from index.search.searcher import Searcher
from index.text.folding import fold_phrase, folded_words

_READ_PASSAGES = 12
_ITEM_LOGIT = -1.0  # least of a span that is an item
_ITEM_MARGIN = 8.0  # behind the best one
_DAYS_AFTER = 2  # an article tells of a day or month that is over
_LEAST_ITEMS, _MOST_ITEMS = 2, 12
# The reader answers questions, and not « liste des prix Nobel ».
_QUESTIONS = {"fr": "Quels sont les {} ?", "en": "What are the {}?"}
_ASKING = re.compile(r"\b(?:qui|quel(?:le)?s?|combien|ou|who|what|which|where)\b")


class ItemReader(Protocol):
    """Reads all passages for the items of a list."""

    def read_all(self, findings: Findings) -> Findings:
        """The findings with every hit read and ranked, and the confidence in the best ones."""


def list_items(
    request: ArchiveRequest, searcher: Searcher, reader: ItemReader, thresholds: Thresholds
) -> Answer:
    """List what answers a request in the nearest passages, best first, then, unless that is sure,
    the weightiest sentences on its subject; refuse a question without two items."""
    period = request.period
    if period is not None:
        period = Period(period.first, period.last + timedelta(_DAYS_AFTER))

    def read(question: str) -> tuple[Findings, Outcome, list[Quotable]]:
        findings = reader.read_all(searcher.search(question, _READ_PASSAGES, period))
        decision = decide_by_evidence(findings, thresholds)
        items = _find_items(findings) if decision.may_answer else []
        return findings, decision.outcome, sorted(items, key=_is_total)  # after what it counts

    findings, outcome, items = read(request.question)
    if len(items) < _LEAST_ITEMS:
        outcome, items = "perhaps", []
        if not _ASKING.search(fold_phrase(request.question)):
            question = _QUESTIONS.get(request.language, "{}").format(request.about)
            findings, _, items = read(question)
    if not items and _asks_for_items(request.question):  # it is read as a question
        absence = decide_by_articles((), findings.hits, request.period)
        return refusal_of(request.question, absence, language=request.language)
    lines: list[Line] = list(items)
    material = find_material(request, searcher) if outcome != "sure" else None
    if material is not None:
        texts = {line.text for line in items}
        others = [line for line in ranked(material.lines()) if line.text not in texts]
        lines += distinct(others, _MOST_ITEMS - len(items))
    if not lines:
        return refuse_subject(request, searcher)
    citations = tuple(line.cite(number) for number, line in enumerate(lines, 1))
    highlights = [item.highlight for item in items]
    return Answer(
        question=request.question,
        language=request.language,
        outcome=outcome,
        confidence=findings.confidence,
        statements=tuple(
            Statement(citation.quote, (citation.number,), highlight)
            for citation, highlight in zip_longest(citations, highlights)
        ),
        citations=citations,
        period=request.period,
        intent=request.function,
        subject=request.subject,
    )


def _asks_for_items(message: str) -> bool:
    """True for « Quels pays… ? », but not for « liste des pays qui… »."""
    return message.rstrip().endswith("?") or _ASKING.match(fold_phrase(message)) is not None


def _is_total(line: Quotable) -> bool:
    """True if what is marked is a number of things: « 25 pays »."""
    span = line.span
    return span is not None and line.article.text[span.start : span.end][:1].isdigit()


def _find_items(findings: Findings) -> list[Quotable]:
    """The sentences with a span that answers, none whose words another one has."""
    candidates = [
        (line.span.logit, line)
        for hit in rank_sentences(findings.hits)
        for line in quotables(hit)
        if line.span is not None and line.span.logit >= _ITEM_LOGIT
    ]
    least = max((logit for logit, _ in candidates), default=0.0) - _ITEM_MARGIN
    lines: list[Quotable] = []
    item_words: list[set[str]] = []
    for logit, line in sorted(candidates, key=lambda candidate: -candidate[0]):
        assert line.span is not None
        words = set(folded_words(line.article.text[line.span.start : line.span.end]))
        if (
            logit >= least
            and len(lines) < _MOST_ITEMS
            and not any(words <= other or words >= other for other in item_words)
        ):
            lines.append(line)
            item_words.append(words)
    return lines
