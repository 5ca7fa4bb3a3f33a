"""What a person gets: statements, each resting on citations that are verbatim in their articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.errors import QuoteError
from index.article import Article
from index.article_index_period import Period
from index.build.passages import Passage, Sentence

Refusal = Literal["unsaid", "period", "unclear", "courtesy", "greeting", "wordless", "self"]
"""Why there is no answer: the articles do not say, none is of the time asked for, it is not clear
which article is meant, nothing was asked (« Merci ! », « Bonjour ! », an emoji), or Selon itself
was (« Qui es-tu ? »)."""

Fallback = Literal["failed", "unsupported", "unknown", "budget", "allowance"]
"""Why the articles' own sentences stand in for a chat model's: none answered in time, what it wrote
is not borne out by the passages, it found no answer where the search is sure of one, its budget is
spent, or what may be written for one person in a day is."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence of a chat model that nobody is shown as an answer, and what is wrong with it.

    For the operator who asks why; the text is never logged.
    """

    text: str
    fault: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote, its passage and its article.

    Cannot be built unless `quote == article.text[start:end]` and the quote lies in the passage.
    `lead` is an earlier sentence of the passage that a quote beginning with a pronoun leans on
    (« Il alimente… »): it is shown with the quote.
    """

    number: int
    quote: str
    start: int
    end: int
    passage: Passage
    article: Article
    lead: Sentence | None = None

    def __post_init__(self) -> None:
        text = self.article.text
        if not self.quote or text[self.start : self.end] != self.quote:
            raise QuoteError(
                f"citation {self.number} is not verbatim in {self.article.path} "
                f"at {self.start}:{self.end}; rebuild the index with `selon index`"
            )
        if text[self.passage.start : self.passage.end] != self.passage.text or not (
            self.passage.start <= self.start and self.end <= self.passage.end
        ):
            raise QuoteError(
                f"citation {self.number} lies outside its passage in {self.article.path}; "
                "rebuild the index with `selon index`"
            )
        lead = self.lead
        if lead is not None and not (
            text[lead.start : lead.end] == lead.text
            and self.passage.start <= lead.start
            and lead.end <= self.start
        ):
            raise QuoteError(f"citation {self.number} leans on a sentence that is not before it")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the answer with the numbers of the citations that bear it out.

    `highlight` is where the words that answer the question stand in the text, if they are known;
    it cannot be empty or reach outside.
    """

    text: str
    citations: tuple[int, ...]
    highlight: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.highlight is not None:
            start, end = self.highlight
            if not 0 <= start < end <= len(self.text):
                raise QuoteError(
                    f"highlight {start}:{end} lies outside its statement of "
                    f"{len(self.text)} characters"
                )

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the highlight, the highlight, and the text after."""
        start, end = self.highlight or (len(self.text), len(self.text))
        return self.text[:start], self.text[start:end], self.text[end:]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; `language` is the one it is given in.

    When `answered` is False there are no statements and no citations, and `nearest` holds the
    articles that come closest, to be offered; `refusal` tells why. `period` is the time of
    publication that the question is held to; `understood` is the question that was answered, where
    the conversation made another of the one asked.
    `further` cites what was found but not used, best first, numbered on from the citations.
    `model` wrote the statements (None: they are the articles' own sentences); `fallback` is why it
    did not, where one should have; `dropped` is what it wrote in vain.
    """

    question: str
    language: str
    confidence: float
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Article, ...]
    elapsed_ms: float
    period: Period | None = None
    refusal: Refusal = "unsaid"
    further: tuple[Citation, ...] = ()
    understood: str | None = None
    model: str | None = None
    fallback: Fallback | None = None
    dropped: tuple[Dropped, ...] = ()

    @property
    def answered(self) -> bool:
        return bool(self.statements)

    @property
    def small_talk(self) -> bool:
        """Whether nothing was asked of the articles, so that there is nothing to remember."""
        talk = ("courtesy", "greeting", "wordless", "self")
        return self.refusal in talk and not self.answered

    @property
    def text(self) -> str:
        """The statements with their markers: `First sentence. [1] Second one. [2]`."""
        return " ".join(
            f"{statement.text} {''.join(f'[{n}]' for n in statement.citations)}".rstrip()
            for statement in self.statements
        )
