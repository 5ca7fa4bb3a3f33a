"""The view model of an answer on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from operator import itemgetter

from bot.answer import LINE_END, Answer, Citation, ShownQuote, shown_quotes
from bot.conversation.passage_refs import PassageRef, article_path, refs_path
from bot.state.votes import Vote
from bot.understanding.texts import ButtonPhrases
from bot.web.article_text import QuoteSpan, TextBlock, blocks_between

_MIN_CONTENTS = 3  # headings, for a table of contents


@dataclass(frozen=True, slots=True)
class ViewSection:
    """The quotes below a heading, those of one article in a group; `anchor` is unique on a page."""

    anchor: str
    groups: tuple[tuple[ShownQuote, ...], ...]

    @property
    def heading(self) -> str:
        return self.groups[0][0].heading

    @property
    def side(self) -> int:
        statement = self.groups[0][0].statement
        return statement.side if statement else 0

    @property
    def years(self) -> tuple[tuple[int, tuple[ShownQuote, ...]], ...]:
        """The quotes by the year of what they tell, in order; empty if one has no day."""
        dated = []
        for quote in chain.from_iterable(self.groups):
            if quote.statement is None or quote.statement.days is None:
                return ()
            dated.append((quote.statement.days.first.year, quote))
        years = groupby(dated, key=itemgetter(0))
        return tuple((year, tuple(quote for _, quote in own)) for year, own in years)


def _sections(
    groups: Sequence[tuple[ShownQuote, ...]],
) -> Iterator[tuple[tuple[ShownQuote, ...], ...]]:
    starts = [at for at, group in enumerate(groups) if group[0].heading or not at]
    for start, end in zip(starts, [*starts[1:], len(groups)], strict=False):
        yield tuple(groups[start:end])


def _by_article(groups: Sequence[tuple[ShownQuote, ...]]) -> tuple[tuple[ShownQuote, ...], ...]:
    """The quotes of one article together, where its first stands, unless something tells them
    apart."""
    together: dict[str, tuple[ShownQuote, ...]] = {}
    for group in groups:
        if any(quote.heading or quote.label for quote in group):
            return tuple(groups)
        article_id = group[0].citation.article.id
        together[article_id] = (*together.get(article_id, ()), *group)
    return tuple(together.values())


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer, its key ("" for none), the visitor's vote, and whether they may vote.

    `changed_numbers` and `withdrawn` are as in `RecalledAnswer`.
    """

    answer: Answer
    key: str = ""
    changed_numbers: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()
    vote: Vote | None = None
    may_vote: bool = True

    @property
    def is_empty(self) -> bool:
        """True if all cited articles are deleted."""
        return bool(self.withdrawn) and not self.answer.statements

    def passages(self, group: Sequence[ShownQuote]) -> tuple[TextBlock, ...]:
        """The passages around the quotes of one article, which are marked; empty if they add
        nothing, or the article has changed."""
        citations = {quote.citation.number: quote.citation for quote in group}
        cited = [own for number, own in citations.items() if number not in self.changed_numbers]
        spans: list[tuple[int, int]] = []
        for start, end in sorted((own.passage.start, own.passage.end) for own in cited):
            if spans and start <= spans[-1][1]:
                start, end = spans[-1][0], max(end, spans.pop()[1])
            spans.append((start, end))
        if spans == [(own.start, own.end) for own in cited]:
            return ()
        quotes = [QuoteSpan(own.number, own.start, own.end) for own in cited]
        return tuple(
            block
            for start, end in spans
            for block in blocks_between(cited[0].article, quotes, start, end)
        )

    @property
    def alone(self) -> str:
        """The words of the button that asks the question without what came before; "" for none."""
        return next(filter(ButtonPhrases.question_alone, self.answer.buttons), "")

    @property
    def rows(self) -> tuple[tuple[ViewSection, ...], ...]:
        """The quotes in sections; those of two things that are compared stand side by side."""
        rows: list[list[ViewSection]] = []
        groups = shown_quotes(self.answer.quoted, self.answer)
        if self.answer.intent == "question" and self.answer.is_sure:
            groups = _by_article(groups)
        for number, section in enumerate(_sections(groups), 1):
            view = ViewSection(f"s{number}-{self.key}", section)
            if view.side == 2 and rows and [own.side for own in rows[-1]] == [1]:
                rows[-1].append(view)
            else:
                rows.append([view])
        return tuple(map(tuple, rows))

    @property
    def contents(self) -> tuple[ViewSection, ...]:
        """The sections to name above an answer of several."""
        sections = [section for row in self.rows for section in row if section.heading]
        return tuple(sections) if len(sections) >= _MIN_CONTENTS else ()

    @property
    def listed(self) -> tuple[tuple[str, Citation], ...]:
        """A list of articles: the citation of each, after its heading."""
        citations = {citation.number: citation for citation in self.answer.citations}
        return tuple((s.heading, citations[s.citations[0]]) for s in self.answer.listed)

    def place(self, citation: Citation) -> str:
        """The path of a citation in the reader, with a way back to this answer if it has a key.

        The key is a secret: an address that is copied to others is that of `quotes_path`.
        """
        if not self.key:
            return quotes_path([citation])
        number = citation.number
        return f"{article_path(citation.article.id)}?a={self.key}&n={number}#c{number}"


def quotes_path(citations: Sequence[Citation], number: int = 1) -> str:
    """The path of an article in the reader at one of these quotes of it, numbered from 1."""
    return refs_path([PassageRef.of(citation) for citation in citations], number)


def lead_before(quote: ShownQuote) -> str:
    """The lead of a quote, with what separates them."""
    if quote.lead is None:
        return ""
    between = quote.citation.article.text[quote.lead.end : quote.citation.start]
    return f"{LINE_END.sub(' ', quote.lead.text)}{' […] ' if between.strip() else ' '}"
