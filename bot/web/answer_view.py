"""The view model of an answer on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

from bot.answer import LINE_END, Answer, Citation, ShownQuote, shown_quotes
from bot.conversation.passage_refs import PassageRef
from bot.state.votes import Vote


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

    @property
    def groups(self) -> tuple[tuple[ShownQuote, ...], ...]:
        return shown_quotes(self.answer.quoted, self.answer)

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


def article_path(article_id: str) -> str:
    """The path of an article in the reader."""
    return f"/articles/{percent_encode(article_id, safe='')}"


def quotes_path(citations: Sequence[Citation], number: int = 1) -> str:
    """The path of an article in the reader at one of these quotes of it, numbered from 1."""
    return refs_path([PassageRef.of(citation) for citation in citations], number)


def refs_path(refs: Sequence[PassageRef], number: int) -> str:
    query = urlencode([*(("ref", ref.encode()) for ref in refs), ("n", str(number))])
    return f"{article_path(refs[0].article_id)}?{query}#c{number}"


def lead_before(quote: ShownQuote) -> str:
    """The lead of a quote, with what separates them."""
    if quote.lead is None:
        return ""
    between = quote.citation.article.text[quote.lead.end : quote.citation.start]
    return f"{LINE_END.sub(' ', quote.lead.text)}{' […] ' if between.strip() else ' '}"
