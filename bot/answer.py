"""Answers: statements, each with citations that are verbatim in their articles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Literal
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from bot.errors import QuoteError
from bot.help_numbers import Help, help_line, help_text
from bot.locale.answers import Phrases
from index.article import Article, Passage, Period, Sentence

Outcome = Literal["sure", "perhaps", "no", "help", "reply"]
"""`sure`: the articles answer. `perhaps`: the statements come nearest, and are shown as such. `no`:
there are none. `help`: somebody in distress gets numbers to call. `reply`: Selon says something
itself, to a message that asks the articles nothing."""

Refusal = Literal["unsaid", "period", "unclear", "unsigned", "undated"]
"""Why there is no answer: the articles do not say, none is of the period, it is unclear which
article is meant, or that article has no author or no day."""

HeldTo = Literal["all", "group", "script"]
"""The articles that an answer may come from: all, those of a group, or those of the daily or
podcast that the question is about."""

Fallback = Literal["failed", "unknown", "budget", "allowance"]
"""Why no chat model chose the sentences: none answered in time, it found no answer although the
search is sure of one, its budget is spent, or the person's daily allowance is."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote, its passage and its article.

    Raises QuoteError unless `quote == article.text[start:end]`, within the passage. `lead` is an
    earlier sentence that a quote refers to (« Il alimente… »), shown with it.
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
    """One sentence of an answer with the numbers of its citations.

    `highlight` is the non-empty span of the words that answer, if known. A `heading` begins a
    section of the answer above it, a `label` (the day of an event) stands before it; both are fixed
    texts. `is_source` if it only names the article that it cites, a line of a list of articles.
    `days` are those of what it tells, as exactly as they are known. `side` is 1 or 2 if its section
    is about the first or the second of two things that are compared.
    """

    text: str
    citations: tuple[int, ...]
    highlight: tuple[int, int] | None = None
    heading: str = ""
    label: str = ""
    is_source: bool = False
    days: Period | None = None
    side: int = 0

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
class MonthCount:
    """How many articles were published in a month, given by its first day."""

    month: date
    articles: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, in `language`.

    `bot.answering.refusal` decides the `outcome`. With "no" there are no statements; `nearest` are
    articles to offer, and `refusal` is the reason. `confidence` is the estimated probability that
    the first statement is right, 1 for what metadata tells.
    `rest` are further lines of a list that is shortened, which cite `further` passages, and
    `whole_heading` stands above all of them. `coverage` counts the articles on its subject by month
    of publication, oldest first.
    `period` is the time of publication in the question; `understood` is the question that was
    answered, if the conversation changed it. `further` cites unused passages, best first, with
    consecutive numbers. `chosen_by` is the chat model that chose the statements; `fallback` is why
    a model did not.
    `held_to` is the scope of the search. `help` replaces everything for somebody in distress;
    `offered_help` stands below where that is uncertain. `reply` is what Selon says itself. `intent`
    is what the message was taken for, `buttons` are the words of other readings, and
    `plain_question` is the question without the greetings around it, `subject` what it names.
    """

    question: str
    language: str
    outcome: Outcome
    confidence: float
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Article, ...] = ()
    elapsed_ms: float = 0.0
    period: Period | None = None
    refusal: Refusal = "unsaid"
    further: tuple[Citation, ...] = ()
    understood: str | None = None
    chosen_by: str | None = None
    fallback: Fallback | None = None
    held_to: HeldTo = "all"
    help: Help | None = None
    offered_help: Help | None = None
    reply: str = ""
    intent: str = "question"
    buttons: tuple[str, ...] = ()
    plain_question: str = ""
    subject: str = ""
    coverage: tuple[MonthCount, ...] = ()
    rest: tuple[Statement, ...] = ()
    whole_heading: str = ""

    def __post_init__(self) -> None:
        if (self.outcome == "help") is (self.help is None):
            raise ValueError(f"{self.outcome} with help {self.help}")
        if (self.outcome == "reply") is not bool(self.reply):
            raise ValueError(f"{self.outcome} with the reply {self.reply!r}")
        if (self.outcome in ("sure", "perhaps")) is not bool(self.statements and self.citations):
            raise ValueError(f"{self.outcome} with {len(self.citations)} citations")

    @property
    def is_sure(self) -> bool:
        """True if the outcome is "sure"."""
        return self.outcome == "sure"

    @property
    def is_remembered(self) -> bool:
        """True for answers that later messages may refer to: neither help nor a reply."""
        return self.outcome not in ("help", "reply")

    @property
    def whole(self) -> Answer:
        """The answer with the rest of its lines: in the order of their days if the others are."""
        if not self.rest:
            return self
        first, *others = self.statements
        statements = [replace(first, heading=""), *others, *self.rest]
        days = [(own.days.first, own.days.last) for own in statements if own.days]
        shown = days[: len(self.statements)]
        if len(days) == len(statements) and shown == sorted(shown) and shown[0] < shown[-1]:
            statements = [statements[at] for at in sorted(range(len(days)), key=days.__getitem__)]
        statements[0] = replace(statements[0], heading=self.whole_heading)
        every = {citation.number: citation for citation in (*self.citations, *self.further)}
        numbers = dict.fromkeys(number for own in statements for number in own.citations)
        return replace(
            self,
            statements=tuple(statements),
            citations=tuple(every.pop(number) for number in numbers),
            further=tuple(every.values()),
            rest=(),
        )

    @property
    def verbatim(self) -> bool:
        """True if every statement is one of its quotes."""
        quotes = {citation.number: citation.quote for citation in self.citations}
        return all(
            statement.text in {quotes.get(number) for number in statement.citations}
            for statement in self.statements
        )

    @property
    def lines(self) -> tuple[Statement, ...]:
        """The statements that are not lines of a list of articles, without the numbers of it."""
        listed = {number for statement in self.listed for number in statement.citations}
        return tuple(
            replace(s, citations=tuple(n for n in s.citations if n not in listed))
            for s in self.statements
            if not s.is_source
        )

    @property
    def listed(self) -> tuple[Statement, ...]:
        """The lines of a list of articles: interfaces show their sources, without the quotes."""
        return tuple(statement for statement in self.statements if statement.is_source)

    @property
    def quoted(self) -> tuple[Citation, ...]:
        """The citations whose quotes are shown: those of no line of a list of articles."""
        listed = {number for statement in self.listed for number in statement.citations}
        return tuple(citation for citation in self.citations if citation.number not in listed)

    @property
    def text(self) -> str:
        """The statements with markers (`First sentence. [1]`) below their headings, those with
        a label on lines of their own; without any, why there is no answer, what Selon says itself,
        or the numbers to call."""
        if self.help is not None:
            return help_text(self.help)
        text = self.reply or self._statements_text
        if self.outcome == "no":
            phrases = Phrases.of(self.language)
            text = phrases.refused(self.refusal, self.period, self.held_to)
        return f"{text}\n\n{help_line(self.offered_help)}" if self.offered_help else text

    @property
    def _statements_text(self) -> str:
        text = ""
        for statement in self.statements:
            gap = "\n" if statement.label else " "
            text += f"\n\n{statement.heading}\n" if statement.heading else gap
            markers = "".join(f"[{number}]" for number in statement.citations)
            text += " ".join(filter(None, (statement.label, statement.text, markers)))
        return text.strip()

    @property
    def sections(self) -> tuple[tuple[Statement, ...], ...]:
        """The statements below each heading; those before the first one have none."""
        sections: list[list[Statement]] = []
        for statement in self.statements:
            if statement.heading or not sections:
                sections.append([])
            sections[-1].append(statement)
        return tuple(map(tuple, sections))


LINE_END = re.compile(r"(?:(?<! ) ++)?[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+ *")


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A citation for display: the `highlight` in its quote, the `lead` to show before it.

    `is_repeat` is True if its words are already shown above. `statement` is the one that it is.
    """

    citation: Citation
    highlight: tuple[int, int] | None = None
    lead: Sentence | None = None
    is_repeat: bool = False
    statement: Statement | None = None

    @property
    def heading(self) -> str:
        return self.statement.heading if self.statement else ""

    @property
    def label(self) -> str:
        return self.statement.label if self.statement else ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """The quote before the highlight, the highlight, and the quote after.

        A sentence has one line, a list one for its introduction and one for each item.
        """
        quote = self.citation.quote
        end = "\n" if LINE_END.split(quote)[0].endswith(":") else " "
        before, highlight, after = Statement(quote, (), self.highlight).parts
        return LINE_END.sub(end, before), LINE_END.sub(end, highlight), LINE_END.sub(end, after)


def shown_quotes(
    citations: Sequence[Citation], answer: Answer | None = None
) -> tuple[tuple[ShownQuote, ...], ...]:
    """Group consecutive citations of one article and section, and mark repeated quotes.

    Below an `answer` that is not verbatim, its statements count as shown.
    """
    is_generated = answer is not None and not answer.verbatim
    statements = answer.statements if answer is not None else ()
    texts = {statement.text for statement in statements} if is_generated else set()
    marks = (
        {} if is_generated else {statement.text: statement.highlight for statement in statements}
    )
    firsts = {} if is_generated else {s.citations[0]: s for s in statements if s.citations}
    quotes: list[ShownQuote] = []
    section = 0
    places: list[tuple[int, str]] = []
    for citation in citations:
        quote, lead = citation.quote, citation.lead
        before = lead if lead is not None and lead.text not in texts else None
        shown = ShownQuote(
            citation, marks.get(quote), before, quote in texts, firsts.get(citation.number)
        )
        quotes.append(shown)
        section += bool(shown.heading)
        places.append((section, citation.article.id))
        texts |= {quote, before.text} if before else {quote}
    return tuple(
        tuple(quote for _, quote in same)
        for _, same in groupby(zip(places, quotes, strict=True), key=itemgetter(0))
    )


_EXACT_LIMIT = 100  # characters; longer quotes are matched by their beginning and end
_EDGE = 30  # minimum characters of one end of a long quote, in whole words
_URL_LIMIT = 2_000
_DIRECTIVE = ":~:"
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")


def link_to(url: str | None, quote: str) -> str | None:
    """Link to an article at a quote with a text fragment; None if `url` is no web address.

    Keeps the URL's own fragment, but replaces its text directive.
    """
    address = web_address(url)
    if address is None:
        return None
    directive = _text_directive(quote)
    if not directive:
        return address
    page, _, fragment = address.partition("#")
    own = fragment.partition(_DIRECTIVE)[0]
    link = f"{page}#{own}{_DIRECTIVE}text={directive}"
    return link if len(link) <= _URL_LIMIT else address


def web_address(url: str | None) -> str | None:
    """Percent-encode characters that URLs must not contain; None unless it is http or https."""
    text = (url or "").strip()
    try:
        parts = urlsplit(text)
        valid = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    return _UNSAFE.sub(lambda match: percent_encode(match[0], safe=""), text) if valid else None


def _text_directive(quote: str) -> str:
    words = quote.split()
    if not words:
        return ""
    lines = quote.strip().splitlines()
    # Browsers match a single text within one block only; a range may cross paragraphs.
    if len(quote) <= _EXACT_LIMIT and "\n" not in quote:
        return _encode(" ".join(words))
    start = _edge(lines[0].split())
    end = _edge(lines[-1].split()[::-1])[::-1]
    if len(start) + len(end) > len(words):
        return _encode(" ".join(words))
    return f"{_encode(' '.join(start))},{_encode(' '.join(end))}"


def _edge(words: list[str]) -> list[str]:
    size = 0
    for count, word in enumerate(words, 1):
        size += len(word) + 1
        if size > _EDGE:
            return words[:count]
    return words


def _encode(text: str) -> str:
    # `-`, `,` and `&` separate the parts of a directive; percent_encode does not encode `-`.
    return percent_encode(text, safe="").replace("-", "%2D")
