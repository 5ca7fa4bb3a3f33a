"""Lists: « quels pays… », a sentence an item, the item marked, from all articles that hold one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from bot.answer import Answer, Statement
from bot.answering.extractive import Quotable, quotables
from bot.answering.refusal import decide_by_articles, decide_by_evidence, lower, refusal_of
from bot.archive.events import distinct, ranked
from bot.archive.material import find_material
from bot.archive.outcome import answer_lines, refuse_subject
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
_MOST_ITEMS = 12
# The reader answers questions, and not « liste des prix Nobel ».
_QUESTIONS = {"fr": "Quels sont les {} ?", "en": "What are the {}?"}
_ASKING = re.compile(r"\b(?:qui|quel(?:le)?s?|combien|ou|who|what|which|where)\b")


class ItemReader(Protocol):
    """Reads all passages for the items of a list."""

    def read_all(self, findings: Findings) -> Findings:
        """The findings with every hit read and ranked, and the confidence in the best ones."""


def list_items(
    request: ArchiveRequest,
    searcher: Searcher,
    reader: ItemReader,
    thresholds: Thresholds,
    question: str = "",
) -> Answer:
    """List what answers a request in the nearest passages, best first; refuse without two.

    One without a question word may be asked again as a question, for one item or more, never sure.
    """
    period = request.period
    if period is not None:
        period = Period(period.first, period.last + timedelta(_DAYS_AFTER))
    findings = searcher.search(question or request.question, _READ_PASSAGES, period)
    findings = reader.read_all(findings)
    decision = decide_by_evidence(findings, thresholds)
    lines = _find_items(findings) if decision.may_answer else []
    lines.sort(key=_is_total)  # after the items that it counts
    if len(lines) < 2 - bool(question):
        if question or _ASKING.search(fold_phrase(request.question)):
            absence = decide_by_articles((), findings.hits, request.period)
            return refusal_of(request.question, absence, language=request.language)
        question = _QUESTIONS.get(request.language, "{}").format(request.about)
        return lower(list_items(request, searcher, reader, thresholds, question))
    return Answer(
        question=request.question,
        language=request.language,
        outcome=decision.outcome,
        confidence=findings.confidence,
        statements=tuple(
            Statement(line.text, (number,), line.highlight) for number, line in enumerate(lines, 1)
        ),
        citations=tuple(line.cite(number) for number, line in enumerate(lines, 1)),
        period=request.period,
        intent=request.function,
        subject=request.subject,
    )


def asks_for_items(message: str) -> bool:
    """True for « Quels pays… ? », but not for « liste des pays qui… »."""
    return message.rstrip().endswith("?") or _ASKING.match(fold_phrase(message)) is not None


def list_nearest(request: ArchiveRequest, searcher: Searcher) -> Answer:
    """List the weightiest sentences on a request's subject where none is read as an item; never
    sure."""
    material = find_material(request, searcher)
    lines = distinct(ranked(material.lines()), _MOST_ITEMS) if material is not None else []
    if material is None or not lines:
        return refuse_subject(request, searcher)
    statements = [Statement(line.text, (number,)) for number, line in enumerate(lines, 1)]
    return answer_lines(request, statements, lines, material=replace(material, is_near=True))


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
