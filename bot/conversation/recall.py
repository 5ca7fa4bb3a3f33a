"""Stored answers as they were given, compared with the articles of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.answer import Answer, Citation, Statement
from bot.conversation.passage_refs import Find
from bot.followups.turn import turn_of
from bot.state.conversations import TurnRecord
from index.article import Article, Passage, Sentence
from index.build.passages import cut

RECORD = "answer_record"  # its key in a turn
_FIELDS = ("language", "confidence", "refusal", "model", "chosen_by", "fallback", "held_to")


@dataclass(frozen=True, slots=True)
class RecalledAnswer:
    """An earlier answer. `changed` are the numbers of the citations whose article no longer says
    so, `withdrawn` those whose article is gone, with every statement that rests on nothing else."""

    answer: Answer
    changed: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()


def recall_record(answer: Answer) -> dict[str, Any]:
    """What shows an answer again, as plain JSON, for `recall`."""
    return {
        **{name: getattr(answer, name) for name in _FIELDS},
        "doubtful": answer.doubtful,
        "statements": [
            [each.text, list(each.citations), each.highlight and list(each.highlight)]
            for each in answer.statements
        ],
        "citations": list(map(_citation_record, answer.citations)),
        "further": list(map(_citation_record, answer.further)),
        "nearest": [article.id for article in answer.nearest],
    }


def recall(stored: TurnRecord, find: Find) -> RecalledAnswer:
    """The answer of a stored turn. `find` gives the articles there are now.

    Raises KeyError if the turn has no record of it.
    """
    record, turn = stored.turn[RECORD], turn_of(stored.turn)
    cited = dict(_citations(record["citations"], find))
    restored = {number: each for number, (each, _) in cited.items()}
    withdrawn = frozenset(each["number"] for each in record["citations"]) - restored.keys()
    further = (
        each for each, changed in dict(_citations(record["further"], find)).values() if not changed
    )
    answer = Answer(
        question=turn.question,
        **{name: record[name] for name in _FIELDS},
        doubtful=record["doubtful"],
        statements=tuple(_statements(record["statements"], restored)),
        citations=tuple(restored.values()),
        further=tuple(further),
        nearest=tuple(filter(None, map(find, record["nearest"]))),
        period=turn.period,
        understood=turn.understood if turn.understood != turn.question else None,
    )
    changed = frozenset(number for number, (_, changed) in cited.items() if changed)
    return RecalledAnswer(answer, changed, withdrawn)


def _citation_record(citation: Citation) -> dict[str, Any]:
    lead = citation.lead
    return {
        "number": citation.number,
        "article": citation.article.id,
        "quote": citation.quote,
        "start": citation.start,
        "lead": [lead.start - citation.start, lead.text] if lead else None,
    }


def _citations(
    records: list[dict[str, Any]], find: Find
) -> Iterator[tuple[int, tuple[Citation, bool]]]:
    """The citations whose article is there, by number, and whether it says something else now."""
    for record in records:
        article = find(record["article"])
        if article is None:
            continue
        today = _cite_today(record, article)
        yield record["number"], (today or _cite_then(record, article), today is None)


def _cite_today(record: Mapping[str, Any], article: Article) -> Citation | None:
    """Cite the article of today, where the quote may stand elsewhere than it did."""
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
    there = passage.start <= at and article.text[at : at + len(text)] == text
    return Sentence(at, at + len(text), text) if there else None


def _cite_then(record: Mapping[str, Any], article: Article) -> Citation:
    """Cite what the article said, which is all that is known of its text then."""
    quote = record["quote"]
    passage = Passage(0, len(quote), quote, "", ())
    then = replace(article, text=quote, sections=())
    return Citation(record["number"], quote, 0, len(quote), passage, then)


def _statements(records: list[Any], restored: Mapping[int, Citation]) -> Iterator[Statement]:
    for text, numbers, highlight in records:
        remaining = tuple(number for number in numbers if number in restored)
        if remaining or not numbers:
            yield Statement(text, remaining, tuple(highlight) if highlight else None)
