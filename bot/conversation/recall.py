"""Recall stored answers, and compare their citations with the current articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.answer import Answer, Citation, MonthCount, Statement
from bot.answering.refusal import remaining_outcome
from bot.conversation.passage_refs import FindArticle, PassageRef
from bot.followups.turn import parse_turn
from bot.library.articles import Library
from bot.rights import closed_collections, readable_collections
from bot.settings import Settings
from bot.state.conversations import TurnRecord
from index.article import Article, Passage, Period, Sentence
from index.ingestion.passages import cut

RECORD = "answer_record"  # key in a stored turn
_READABLE = "readable"  # in the record: the closed collections that were searched, too
_STATEMENT_FIELDS = ("heading", "label", "is_source", "side", "days")  # oldest records have two
_FIELDS = ("language", "confidence", "refusal", "chosen_by", "fallback", "held_to")


@dataclass(frozen=True, slots=True)
class RecalledAnswer:
    """An earlier answer, with the numbers of some citations.

    `changed_numbers`: the article no longer has the quote. `withdrawn`: the article is deleted, and
    with it the statements that cite nothing else.
    """

    answer: Answer
    changed_numbers: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()


def recall_record(answer: Answer) -> dict[str, Any]:
    """Dump an answer as JSON, for `recall`."""
    return {
        **{name: getattr(answer, name) for name in _FIELDS},
        "outcome": answer.outcome,
        "statements": list(map(_statement_record, answer.statements)),
        "rest": list(map(_statement_record, answer.rest)),
        "whole_heading": answer.whole_heading,
        "buttons": answer.buttons,
        "coverage": [[str(count.month), count.articles] for count in answer.coverage],
        "citations": list(map(stored_citation, answer.citations)),
        "further": list(map(stored_citation, answer.further)),
        "nearest": [article.id for article in answer.nearest],
        _READABLE: sorted(readable_collections()),
    }


def readable_turns(
    turns: Sequence[TurnRecord], settings: Settings, library: Library
) -> list[TurnRecord]:
    """The turns whose answers say nothing of articles that are closed to the reader of this task.

    Counts may include articles that are not cited: an answer with any takes all the rights of who
    asked. Raises IndexingError.
    """
    if not closed_collections(settings):
        return list(turns)
    return [turn for turn in turns if _is_readable(turn, library)]


def _is_readable(turn: TurnRecord, library: Library) -> bool:
    record = turn.turn.get(RECORD, {})
    refs = (PassageRef.decode(source["ref"]) for source in turn.sources)
    ids = {ref.article_id for ref in refs if ref is not None} | {*record.get("nearest", ())}
    if ids and library.hides(ids):
        return False
    statements = (*record.get("statements", ()), *record.get("rest", ()))
    may_count = record.get("coverage") or not all(numbers for _, numbers, *_ in statements)
    return not may_count or readable_collections() >= {*record.get(_READABLE, ())}


def recall(record_of_turn: TurnRecord, find_article: FindArticle) -> RecalledAnswer:
    """Restore the answer of a stored turn. Raises KeyError if the turn has no record of it."""
    record, turn = record_of_turn.turn[RECORD], parse_turn(record_of_turn.turn)
    citations = list(recall_citations(record["citations"], find_article))
    citations_by_number = {citation.number: citation for citation, _ in citations}
    statements = tuple(_statements(record["statements"], citations_by_number))
    further = {
        citation.number: citation
        for citation, has_changed in recall_citations(record["further"], find_article)
        if not has_changed
    }
    answer = Answer(
        question=turn.question,
        outcome=remaining_outcome(record["outcome"], statements),
        **{name: record[name] for name in _FIELDS},
        statements=statements,
        citations=tuple(citations_by_number.values()),
        further=tuple(further.values()),
        rest=tuple(_statements(record.get("rest", ()), further)),
        whole_heading=record.get("whole_heading", ""),
        buttons=tuple(record.get("buttons", ())),
        nearest=tuple(filter(None, map(find_article, record["nearest"]))),
        period=turn.period,
        intent=turn.intent or "question",
        coverage=tuple(
            MonthCount(date.fromisoformat(month), articles)
            for month, articles in record.get("coverage", ())
        ),
        understood=turn.understood if turn.understood != turn.question else None,
    )
    return RecalledAnswer(
        answer,
        changed_numbers=frozenset(
            citation.number for citation, has_changed in citations if has_changed
        ),
        withdrawn=frozenset(source["number"] for source in record["citations"])
        - citations_by_number.keys(),
    )


def _statement_record(statement: Statement) -> list[Any]:
    return [
        statement.text,
        list(statement.citations),
        statement.highlight and list(statement.highlight),
        *(statement.heading, statement.label, statement.is_source, statement.side),
        statement.days and [str(statement.days.first), str(statement.days.last)],
    ]


def stored_citation(citation: Citation) -> dict[str, Any]:
    """Dump a citation as JSON, for `recall_citations`."""
    lead = citation.lead
    return {
        "number": citation.number,
        "article": citation.article.id,
        "quote": citation.quote,
        "start": citation.start,
        "lead": [lead.start - citation.start, lead.text] if lead else None,
    }


def recall_citations(
    records: Sequence[Mapping[str, Any]], find: FindArticle
) -> Iterator[tuple[Citation, bool]]:
    """The citations of existing articles, each with whether the quote has changed."""
    for record in records:
        article = find(record["article"])
        if article is None:
            continue
        current = _cite_current(record, article)
        yield current or _cite_earlier(record, article), current is None


def _cite_current(record: Mapping[str, Any], article: Article) -> Citation | None:
    """Cite the current article, where the quote may have moved; None if it is gone."""
    quote, start = record["quote"], record["start"]
    if article.text[start : start + len(quote)] != quote:
        start = article.text.find(quote)
    for passage in cut(article) if start >= 0 else ():
        if passage.start <= start and start + len(quote) <= passage.end:
            lead = _lead(record, article, passage, start)
            return Citation(
                record["number"], quote, start, start + len(quote), passage, article, lead
            )
    return None


def _lead(
    record: Mapping[str, Any], article: Article, passage: Passage, start: int
) -> Sentence | None:
    if record["lead"] is None:
        return None
    offset, text = record["lead"]
    at = start + offset
    is_present = passage.start <= at and article.text[at : at + len(text)] == text
    return Sentence(at, at + len(text), text) if is_present else None


def _cite_earlier(record: Mapping[str, Any], article: Article) -> Citation:
    """Cite an article reduced to the quote, all that is known of its earlier text."""
    quote = record["quote"]
    passage = Passage(0, len(quote), quote, "", ())
    earlier = replace(article, text=quote, sections=())
    return Citation(record["number"], quote, 0, len(quote), passage, earlier)


def _statements(records: Sequence[Any], citations: Mapping[int, Citation]) -> Iterator[Statement]:
    for text, numbers, highlight, *others in records:
        remaining_numbers = tuple(number for number in numbers if number in citations)
        if remaining_numbers or not numbers:
            fields = dict(zip(_STATEMENT_FIELDS, others, strict=False))
            if days := fields.pop("days", None):
                fields["days"] = Period(*map(date.fromisoformat, days))
            span = tuple(highlight) if highlight else None
            yield Statement(text, remaining_numbers, span, **fields)
