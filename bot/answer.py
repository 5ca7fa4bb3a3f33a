"""What a person gets: statements, each resting on citations that are verbatim in their articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from bot.errors import QuoteError
from bot.help_numbers import Help
from index.article import Article, Passage, Period, Sentence

Outcome = Literal["sure", "perhaps", "no", "help"]
"""Whether the articles answer: what is said is theirs and answers; it is only what comes nearest,
and is said to be so; or nothing is said. Or they were not asked: somebody needs help."""

Refusal = Literal["unsaid", "period", "unclear", "courtesy", "greeting", "wordless", "self"]
"""Why there is no answer: the articles do not say, none is of the time asked for, it is not clear
which article is meant, nothing was asked (« Merci ! », « Bonjour ! », an emoji), or Selon itself
was (« Qui es-tu ? »)."""

SMALL_TALK: tuple[Refusal, ...] = ("courtesy", "greeting", "wordless", "self")
"""What is no question to the articles: nothing is looked up, and nothing is remembered."""

HeldTo = Literal["all", "group", "script"]
"""Which articles an answer could come from: all, those chosen for a group, or those of the daily or
podcast that the question is about."""

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
                "citation-not-verbatim",
                number=self.number,
                path=self.article.path,
                start=self.start,
                end=self.end,
            )
        if text[self.passage.start : self.passage.end] != self.passage.text or not (
            self.passage.start <= self.start and self.end <= self.passage.end
        ):
            raise QuoteError("citation-outside", number=self.number, path=self.article.path)
        lead = self.lead
        if lead is not None and not (
            text[lead.start : lead.end] == lead.text
            and self.passage.start <= lead.start
            and lead.end <= self.start
        ):
            raise QuoteError("citation-leans", number=self.number)

    @classmethod
    def of(
        cls,
        number: int,
        sentence: Sentence,
        passage: Passage,
        article: Article,
        lead: Sentence | None = None,
    ) -> Citation:
        """Cite a whole sentence."""
        return cls(number, sentence.text, sentence.start, sentence.end, passage, article, lead)


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
                raise QuoteError("highlight-outside", start=start, end=end, length=len(self.text))

    @property
    def parts(self) -> tuple[str, str, str]:
        """The text before the highlight, the highlight, and the text after."""
        start, end = self.highlight or (len(self.text), len(self.text))
        return self.text[:start], self.text[start:end], self.text[end:]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question; `language` is the one it is given in.

    Where the `outcome` is "no" there are no statements and no citations, and `nearest` holds the
    articles that come closest, to be offered; `refusal` tells why. A `doubtful` answer may be none:
    its outcome is "perhaps", and none of its words stands out. `period` is the time of publication
    that the question is held to; `understood` is the question that was answered, where the
    conversation made another of the one asked.
    `further` cites what was found but not used, best first, numbered on from the citations.
    `model` wrote the statements (None: they are the articles' own sentences); `fallback` is why it
    did not, where one should have; `dropped` is what it wrote in vain. `held_to` tells to
    which articles it was held: all, a group's, or those of a daily or podcast that it is about.
    `help` stands in the place of all this for somebody in distress, whose words are not kept.
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
    doubtful: bool = False
    held_to: HeldTo = "all"
    help: Help | None = None

    def __post_init__(self) -> None:
        if self.doubtful:
            plain = tuple(replace(each, highlight=None) for each in self.statements)
            object.__setattr__(self, "statements", plain)

    @property
    def outcome(self) -> Outcome:
        if self.help is not None:
            return "help"
        if not self.statements:
            return "no"
        return "perhaps" if self.doubtful else "sure"

    @property
    def answered(self) -> bool:
        """Whether it is sure: what is only nearest answers nothing."""
        return self.outcome == "sure"

    @property
    def small_talk(self) -> bool:
        """Whether nothing was asked of the articles, so that there is nothing to remember."""
        return self.refusal in SMALL_TALK and self.outcome == "no"

    @property
    def verbatim(self) -> bool:
        """Whether nobody wrote it and every statement is a quote that it cites, so that the quotes
        say it all."""
        quotes = {each.number: each.quote for each in self.citations}
        return self.model is None and all(
            each.text in {quotes.get(number) for number in each.citations}
            for each in self.statements
        )

    @property
    def text(self) -> str:
        """The statements with their markers: `First sentence. [1] Second one. [2]`."""
        return " ".join(
            f"{statement.text} {''.join(f'[{n}]' for n in statement.citations)}".rstrip()
            for statement in self.statements
        )


LINE_END = re.compile(r"(?:(?<! ) ++)?[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+ *")
"""Whatever ends a line, several together."""


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A citation as people see it: `highlight` is where in its quote the words stand that answer,
    `lead` the sentence to show before it; `told` says that its words stand above already."""

    citation: Citation
    highlight: tuple[int, int] | None = None
    lead: Sentence | None = None
    told: bool = False

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote before the highlight, the highlight, and the quote after.

        A sentence is one line, a list has one for its introduction and for each item.
        """
        quote = self.citation.quote
        end = "\n" if LINE_END.split(quote)[0].endswith(":") else " "
        before, marked, after = Statement(quote, (), self.highlight).parts
        return LINE_END.sub(end, before), LINE_END.sub(end, marked), LINE_END.sub(end, after)


def shown_quotes(
    citations: Sequence[Citation], answer: Answer | None = None
) -> tuple[tuple[ShownQuote, ...], ...]:
    """Citations, those of one article that follow each other together, each quote told once.

    Below an `answer` that is not verbatim, what its statements say counts as told.
    """
    written = answer is not None and not answer.verbatim
    statements = answer.statements if answer is not None else ()
    told = {each.text for each in statements} if written else set()
    marks = {} if written else {each.text: each.highlight for each in statements}
    shown: list[ShownQuote] = []
    for citation in citations:
        quote, lead = citation.quote, citation.lead
        before = lead if lead is not None and lead.text not in told else None
        shown.append(ShownQuote(citation, marks.get(quote), before, quote in told))
        told |= {quote, before.text} if before else {quote}
    return tuple(
        tuple(same) for _, same in groupby(shown, key=lambda each: each.citation.article.id)
    )


EXACT_LIMIT = 100
"""Quotes up to this many characters are named whole, longer ones by how they begin and end."""

EDGE = 30
"""Characters that name one end of a long quote, at the least (whole words)."""

URL_LIMIT = 2_000
_DIRECTIVE = ":~:"
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")


def link_to(url: str | None, quote: str) -> str | None:
    """The address of an article, opened at the quote; None when `url` is no web address.

    A fragment that the address already has is kept, a text directive that it has is replaced.
    Browsers that do not know text fragments open the page at its top, or at the kept fragment.
    """
    address = web_address(url)
    if address is None:
        return None
    directive = _text_directive(quote)
    if not directive:
        return address
    page, _, fragment = address.partition("#")
    kept = fragment.partition(_DIRECTIVE)[0]
    link = f"{page}#{kept}{_DIRECTIVE}text={directive}"
    return link if len(link) <= URL_LIMIT else address


def web_address(url: str | None) -> str | None:
    """The address with what may not stand in one percent-encoded; None unless http or https."""
    stripped = (url or "").strip()
    try:
        parts = urlsplit(stripped)
        known = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    if not known:
        return None
    return _UNSAFE.sub(lambda found: percent_encode(found[0], safe=""), stripped)


def _text_directive(quote: str) -> str:
    words = quote.split()
    if not words:
        return ""
    lines = quote.strip().splitlines()
    # A single text is looked for inside one block of the page; a range may cross paragraphs.
    if len(quote) <= EXACT_LIMIT and "\n" not in quote:
        return _encoded(" ".join(words))
    start = _edge(lines[0].split())
    end = _edge(lines[-1].split()[::-1])[::-1]
    if len(start) + len(end) > len(words):
        return _encoded(" ".join(words))
    return f"{_encoded(' '.join(start))},{_encoded(' '.join(end))}"


def _edge(words: list[str]) -> list[str]:
    size = 0
    for count, word in enumerate(words, 1):
        size += len(word) + 1
        if size > EDGE:
            return words[:count]
    return words


def _encoded(text: str) -> str:
    # `-`, `,` and `&` separate the parts of a directive; percent_encode leaves `-` as it is.
    return percent_encode(text, safe="").replace("-", "%2D")
