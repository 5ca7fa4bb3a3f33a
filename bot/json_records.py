"""Answers and articles as JSON: what `--json` prints and the API returns (docs/json.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from bot.answer import Answer, Citation, Fallback, Outcome
from index.article import Article, ArticleEntry, Copy, Period

PeriodRecord = TypedDict("PeriodRecord", {"from": str | None, "to": str})
"""Days, both included; without the first if all days up to the last are meant."""


class PublicationRecord(TypedDict):
    """Where and when an article was published."""

    title: str
    outlet: str | None
    published: str | None
    url: str | None
    path: str


class PlaceRecord(PublicationRecord):
    """Another publication of an article that an answer names."""

    article_id: str


class NearArticleRecord(TypedDict):
    """An article that an answer names."""

    article_id: str
    title: str
    author: str | None
    published: str | None
    url: str | None
    path: str
    outlet: str | None
    updated: str | None
    copies: list[PlaceRecord]


class CitationRecord(NearArticleRecord):
    """A quote: `text[start:end]` of its article. `highlight` are the words of it that answer, in
    the same text; `lead` is the earlier sentence that it refers to."""

    number: int
    quote: str
    passage: str
    start: int
    end: int
    lead: str | None
    highlight: list[int] | None


class LineRecord(TypedDict):
    """A line of an answer: a fixed `label` (the day of an event as it is known), the days of what
    it tells, the text, and its citations."""

    label: str
    days: PeriodRecord | None
    text: str
    citations: list[int]


class AnswerSectionRecord(TypedDict):
    """A part of an answer below its heading, if it has one; `side` is 1 or 2 below a heading about
    the first or the second of two things that are compared."""

    heading: str
    side: int
    lines: list[LineRecord]


class MonthRecord(TypedDict):
    """How many articles on the subject were published in a month (`2019-04`)."""

    month: str
    articles: int


class AnswerRecord(TypedDict):
    """An answer. That of a refusal is the sentence that says so, with the articles `nearest` to the
    question; that of `help` is the whole text, beside an empty question."""

    question: str
    language: str
    outcome: Outcome
    kind: str
    readings: list[str]
    answered: bool
    confidence: float
    answer: str
    sections: list[AnswerSectionRecord]
    citations: list[CitationRecord]
    coverage: list[MonthRecord]
    elapsed_ms: float
    nearest: list[NearArticleRecord]
    period: PeriodRecord | None
    chosen_by: str | None
    fallback: Fallback | None


class CopyRecord(PublicationRecord):
    """Another publication of an article."""

    id: str


class EntryRecord(TypedDict):
    """An article without its text, as `selon list --json` prints it."""

    id: str
    title: str
    outlet: str | None
    author: str | None
    category: str | None
    published: str | None
    updated: str | None
    language: str
    url: str | None
    path: str


class SectionRecord(TypedDict):
    """A heading, and where it starts in the article's text."""

    heading: str
    start: int


class ArticleRecord(EntryRecord):
    """An article, as `selon show --json` prints it; `origins` tells where each fact was read."""

    origins: dict[str, str]
    copy_of: str | None
    copies: list[CopyRecord]
    sections: list[SectionRecord]
    passages: int
    text: str


def answer_json(answer: Answer) -> str:
    """Dump an answer as one line of JSON."""
    return json_line(answer_record(answer))


def answer_record(answer: Answer) -> AnswerRecord:
    """The whole answer: programs shorten by themselves."""
    answer = answer.whole
    return {
        "question": answer.question,
        "language": answer.language,
        "outcome": answer.outcome,
        "kind": answer.intent,
        "readings": list(answer.buttons),
        "answered": answer.is_sure,
        "confidence": round(answer.confidence, 4),
        "answer": answer.text,
        "sections": sections_record(answer),
        "citations": [
            citation_record(citation, _highlight(citation, answer)) for citation in answer.citations
        ],
        "coverage": [
            {"month": f"{count.month:%Y-%m}", "articles": count.articles}
            for count in answer.coverage
        ],
        "elapsed_ms": round(answer.elapsed_ms, 1),
        "nearest": [_near_record(article) for article in answer.nearest],
        "period": _period_record(answer.period),
        "chosen_by": answer.chosen_by,
        "fallback": answer.fallback,
    }


def sections_record(answer: Answer) -> list[AnswerSectionRecord]:
    return [
        {
            "heading": section[0].heading,
            "side": section[0].side,
            "lines": [
                {
                    "label": statement.label,
                    "days": _period_record(statement.days),
                    "text": statement.text,
                    "citations": list(statement.citations),
                }
                for statement in section
            ],
        }
        for section in answer.sections
    ]


def _period_record(period: Period | None) -> PeriodRecord | None:
    if period is None:
        return None
    first = None if period.first == date.min else period.first.isoformat()
    return {"from": first, "to": period.last.isoformat()}


def json_line(fields: Mapping[str, Any]) -> str:
    """Dump an object on one line, without terminal control characters."""
    line = json.dumps(fields, ensure_ascii=False)
    unsafe = r"[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    return re.sub(unsafe, lambda match: f"\\u{ord(match[0]):04x}", line)


def entry_record(entry: Article | ArticleEntry) -> EntryRecord:
    return {
        "id": entry.id,
        "title": entry.title,
        "outlet": entry.outlet,
        "author": entry.author,
        "category": entry.category,
        "published": _iso(entry.published),
        "updated": _iso(entry.updated),
        "language": entry.language,
        "url": entry.url,
        "path": entry.path,
    }


def article_record(article: Article, copy_of: str | None, passages: int) -> ArticleRecord:
    return {
        **entry_record(article),
        "published": _iso(article.published_at or article.published),
        "updated": _iso(article.updated_at or article.updated),
        "origins": dict(article.origins),
        "copy_of": copy_of,
        "copies": [copy_record(copy) for copy in article.copies],
        "sections": [
            {"heading": section.heading, "start": section.heading_start}
            for section in article.sections
        ],
        "passages": passages,
        "text": article.text,
    }


def copy_record(copy: Copy) -> CopyRecord:
    return {"id": copy.id, **_publication_record(copy)}


def _publication_record(copy: Copy) -> PublicationRecord:
    return {
        "title": copy.title,
        "outlet": copy.outlet,
        "published": _iso(copy.published),
        "url": copy.url,
        "path": copy.path,
    }


def citation_record(citation: Citation, highlight: list[int] | None = None) -> CitationRecord:
    near = _near_record(citation.article)
    return {
        "number": citation.number,
        "quote": citation.quote,
        "passage": citation.passage.text,
        "article_id": near["article_id"],
        "title": near["title"],
        "author": near["author"],
        "published": near["published"],
        "url": near["url"],
        "path": near["path"],
        "start": citation.start,
        "end": citation.end,
        "lead": citation.lead.text if citation.lead else None,
        "outlet": near["outlet"],
        "updated": near["updated"],
        "copies": near["copies"],
        "highlight": highlight,
    }


def _highlight(citation: Citation, answer: Answer) -> list[int] | None:
    for statement in answer.statements:
        is_quote = citation.number in statement.citations and statement.text == citation.quote
        if is_quote and statement.highlight:
            return [citation.start + offset for offset in statement.highlight]
    return None


def _near_record(article: Article) -> NearArticleRecord:
    return {
        "article_id": article.id,
        "title": article.title,
        "author": article.author,
        "published": _iso(article.published),
        "url": article.url,
        "path": article.path,
        "outlet": article.outlet,
        "updated": _iso(article.updated),
        "copies": [{"article_id": copy.id, **_publication_record(copy)} for copy in article.copies],
    }


def _iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None
