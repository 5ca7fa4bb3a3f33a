"""An answer as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote as percent_encode

from bot.answer import LINE_END, Answer, ShownQuote, shown_quotes
from bot.state.votes import Vote
from index.article import Article


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer, the key of its address (empty: none), and what has become of its articles.

    `changed` and `withdrawn` are as in `RecalledAnswer`; `vote` is the visitor's.
    """

    answer: Answer
    key: str = ""
    changed: frozenset[int] = frozenset()
    withdrawn: frozenset[int] = frozenset()
    vote: Vote | None = None

    @property
    def is_empty(self) -> bool:
        """True if all the articles that it quoted are gone."""
        return bool(self.withdrawn) and not self.answer.statements

    @property
    def groups(self) -> tuple[tuple[ShownQuote, ...], ...]:
        """The quotes of each article."""
        return shown_quotes(self.answer.citations, self.answer)

    def place(self, number: int, article: Article) -> str:
        """Where the reader opens an article at a citation."""
        address = article_path(article.id)
        return f"{address}?a={self.key}&n={number}#c{number}" if self.key else address


def article_path(article_id: str) -> str:
    """Where the reader opens an article."""
    return f"/articles/{percent_encode(article_id, safe='')}"


def lead_before(shown: ShownQuote) -> str:
    """The sentence that a quote leans on, and what stands between them."""
    if shown.lead is None:
        return ""
    between = shown.citation.article.text[shown.lead.end : shown.citation.start]
    return f"{LINE_END.sub(' ', shown.lead.text)}{' […] ' if between.strip() else ' '}"
