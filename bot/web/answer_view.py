"""The view model of an answer on a page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote as percent_encode

from bot.answer import LINE_END, Answer, ShownQuote, shown_quotes
from bot.state.votes import Vote
from index.article import Article


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer, its key ("" for none), and the visitor's vote.

    `changed_numbers` and `withdrawn` are as in `RecalledAnswer`.
    """

    answer: Answer
    key: str = ""
    changed_numbers: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()
    vote: Vote | None = None

    @property
    def is_empty(self) -> bool:
        """True if all cited articles are deleted."""
        return bool(self.withdrawn) and not self.answer.statements

    @property
    def groups(self) -> tuple[tuple[ShownQuote, ...], ...]:
        return shown_quotes(self.answer.citations, self.answer)

    def place(self, number: int, article: Article) -> str:
        return citation_path(article.id, number, self.key)


def article_path(article_id: str) -> str:
    """The path of an article in the reader."""
    return f"/articles/{percent_encode(article_id, safe='')}"


def citation_path(article_id: str, number: int, key: str) -> str:
    """The path of a citation in the reader; without the answer's `key`, that of the article."""
    return article_path(article_id) + (f"?a={key}&n={number}#c{number}" if key else "")


def lead_before(quote: ShownQuote) -> str:
    """The lead of a quote, with what separates them."""
    if quote.lead is None:
        return ""
    between = quote.citation.article.text[quote.lead.end : quote.citation.start]
    return f"{LINE_END.sub(' ', quote.lead.text)}{' […] ' if between.strip() else ' '}"
