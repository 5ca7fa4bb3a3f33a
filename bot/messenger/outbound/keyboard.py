"""Buttons below answers, their data, and the sources that they refer to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer import Answer, Citation
from bot.locale.answers import Phrases
from bot.locale.messenger import BrowsingPhrases
from bot.messenger.feature import AnswerButtons
from index.article import Article, Passage
from index.build.passages import cut

PASSAGE_PREFIX = "p"
OPENING_PREFIX = "o"  # before an article's id: its first passage
STEP_PATTERN = (
    r"w:(?P<article>[0-9a-f]{12}):(?P<at>\d{1,12})(?::(?P<quote>\d{1,12}):(?P<length>\d{1,6}))?"
)

_SHAPE = re.compile(rf"{PASSAGE_PREFIX}:([^:]+):(\d+):(\d+):(\d+):(\d+):([0-9a-f]{{8}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage of an article with the quote in it, by its offsets in the article's text."""

    article: Article
    start: int
    end: int
    quote_start: int
    quote_end: int

    @property
    def before(self) -> str:
        return self.article.text[self.start : self.quote_start]

    @property
    def quote(self) -> str:
        return self.article.text[self.quote_start : self.quote_end]

    @property
    def after(self) -> str:
        return self.article.text[self.quote_end : self.end]

    @property
    def heading(self) -> str:
        """The heading above the passage; empty before the first."""
        above = [each for each in self.article.sections if each.heading_end <= self.start]
        return above[-1].heading if above else ""


@dataclass(frozen=True, slots=True)
class PassageRef:
    """The data of a button: an article, offsets in it, and a checksum of the quote.

    Offsets in the article stay valid in later generations of the index; the checksum reveals that
    the text has changed.
    """

    article_id: str
    start: int
    end: int
    quote_start: int
    quote_end: int
    checksum: str

    @classmethod
    def of(cls, citation: Citation) -> PassageRef:
        passage = citation.passage
        return cls(
            citation.article.id,
            passage.start,
            passage.end,
            citation.start,
            citation.end,
            _checksum(citation.quote),
        )

    @classmethod
    def decode(cls, data: str) -> PassageRef | None:
        """Parse the data of a button; None if it is no reference."""
        match = _SHAPE.fullmatch(data)
        if match is None:
            return None
        start, length, offset, size = (int(match[group]) for group in range(2, 6))
        quote_start = start + offset
        return cls(match[1], start, start + length, quote_start, quote_start + size, match[6])

    def encode(self) -> str:
        """At most 64 bytes (Telegram's limit) for articles of less than a billion characters."""
        numbers = (
            self.start,
            self.end - self.start,
            self.quote_start - self.start,
            self.quote_end - self.quote_start,
        )
        return ":".join((PASSAGE_PREFIX, self.article_id, *map(str, numbers), self.checksum))

    def excerpt(self, article: Article) -> Excerpt | None:
        """Return the passage; None if the quote is no longer there."""
        ends = (self.start, self.quote_start, self.quote_end, self.end, len(article.text))
        if list(ends) != sorted(ends):
            return None
        excerpt = Excerpt(article, self.start, self.end, self.quote_start, self.quote_end)
        return excerpt if _checksum(excerpt.quote) == self.checksum else None


@dataclass(frozen=True, slots=True)
class NeighbourStep:
    """The data of a button that leads to the passage at an offset of an article.

    It includes the quote, for the way back.
    """

    article_id: str
    at: int
    quote_start: int = 0
    quote_end: int = 0

    @classmethod
    def decode(cls, data: str) -> NeighbourStep | None:
        """Parse the data of a button; None if it is no step."""
        match = re.fullmatch(STEP_PATTERN, data, re.ASCII)
        if match is None:
            return None
        start = int(match["quote"] or 0)
        return cls(match["article"], int(match["at"]), start, start + int(match["length"] or 0))

    def encode(self) -> str:
        """At most 64 bytes, as a `PassageRef`."""
        data = f"w:{self.article_id}:{self.at}"
        length = self.quote_end - self.quote_start
        return f"{data}:{self.quote_start}:{length}" if length else data

    def excerpt(self, article: Article, passage: Passage) -> Excerpt:
        """Return a passage, with the quote if it contains it."""
        if passage.start <= self.quote_start <= self.quote_end <= passage.end:
            return Excerpt(article, passage.start, passage.end, self.quote_start, self.quote_end)
        return Excerpt(article, passage.start, passage.end, passage.start, passage.start)


def _checksum(quote: str) -> str:
    return hashlib.sha256(quote.encode()).hexdigest()[:8]


BUTTONS_PER_ROW = 6  # short ones, as many as fit on a phone
# Citations with a button; Telegram refuses more than 100 buttons, and some have other uses.
BUTTON_LIMIT = 90
# Returns the article with an id, or None if it is gone.
Find = Callable[[str], Article | None]
GOOD, BAD = "👍", "👎"


def keyboard(
    answer: Answer, turn_id: int, phrases: Phrases, added: Iterable[AnswerButtons] = ()
) -> InlineKeyboardMarkup | None:
    """Buttons below an answer: one per cited passage, one for further sources, those `added` by
    features, and two for votes, in one row if they fit; None for small talk.

    `turn_id` is the stored turn of the answer.
    """
    if answer.small_talk:
        return None
    said = BrowsingPhrases.of(phrases.code)
    good = InlineKeyboardButton(GOOD, callback_data=f"v:{turn_id}:1")
    bad = InlineKeyboardButton(BAD, callback_data=f"v:{turn_id}:0")
    cited = answer.citations[:BUTTON_LIMIT]
    buttons = [
        InlineKeyboardButton(
            phrases.see_passage if len(cited) == 1 else f"[{citation.number}]",
            callback_data=PassageRef.of(citation).encode(),
        )
        for citation in cited
    ]
    if answer.further:
        buttons.append(InlineKeyboardButton(said.more_sources, callback_data=f"m:{turn_id}"))
    offers = []
    for each in added:
        buttons += each.beside
        offers += [[button] for button in each.rows]
    if len(buttons) + 2 <= BUTTONS_PER_ROW:
        return InlineKeyboardMarkup([*offers, [*buttons, good, bad]])
    rows = [buttons[at : at + BUTTONS_PER_ROW] for at in range(0, len(buttons), BUTTONS_PER_ROW)]
    return InlineKeyboardMarkup([*rows, *offers, [good, bad]])


def column(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    """Buttons one below the other, each as (text, data)."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data)] for text, data in buttons]
    )


def sources_of(answer: Answer) -> list[dict[str, Any]]:
    """The passages behind an answer as they are stored, cited ones first."""
    return [
        {"ref": PassageRef.of(each).encode(), "number": each.number, "cited": cited}
        for cited, citations in ((True, answer.citations), (False, answer.further))
        for each in citations
    ]


def citations_of(sources: Sequence[Any], find: Find, *, cited: bool) -> tuple[Citation, ...]:
    """Restore citations from stored sources, except those whose article has changed."""
    return tuple(_citations(sources, find, cited))


def _citations(sources: Sequence[Any], find: Find, cited: bool) -> Iterator[Citation]:
    for source in sources:
        reference = PassageRef.decode(source["ref"]) if source["cited"] == cited else None
        article = find(reference.article_id) if reference else None
        if reference is None or article is None or reference.excerpt(article) is None:
            continue
        start, end = reference.quote_start, reference.quote_end
        for passage in cut(article):
            if passage.start <= start and end <= passage.end:
                quote = article.text[start:end]
                yield Citation(source["number"], quote, start, end, passage, article)
