"""What is read or spoken: lines that quote an article, and listed ones, which claim nothing.

Neither can be otherwise: a quote is a `Citation`, which is verbatim, and every other line is a text
of the catalogue `digests` whose parameters are what is known of the articles (names, titles, days),
what was asked for, or a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from string import Formatter
from typing import Literal

from bot.answer import LINE_END, Citation
from bot.audio import SpokenLine
from bot.errors import QuoteError
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language, catalogue
from bot.locale.source import host_of, publishers
from index.article import Article, Period
from index.text.names import span_names

Speaker = Literal["first", "second"]

WORDS_A_MINUTE = 150  # as a voice reads them
# Seconds of silence after a quote, after what is said around quotes, and after a chapter.
_PAUSE, _BEFORE_QUOTE, _BETWEEN_CHAPTERS = 0.45, 0.15, 0.9


@dataclass(frozen=True, slots=True)
class Line:
    """What one voice says in one breath.

    `chapter` is what it belongs to: an article's title, or a part of the podcast. `also` names the
    other outlets that tell the same. What is only for the ear is `aloud`: a reader sees it by the
    layout. Raises QuoteError where the text is not what its citation quotes.
    """

    text: str
    citation: Citation | None = None
    speaker: Speaker = "first"
    chapter: str = ""
    also: tuple[str, ...] = ()
    aloud: bool = False

    def __post_init__(self) -> None:
        if self.citation is not None and self.text != spoken_quote(self.citation):
            raise QuoteError("line-not-quoted", number=self.citation.number)

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Script:
    """Lines in the order in which they are read, over the articles `sources`.

    `period` is the time that it is of; `asked` is what was asked for, as it was (the subject of a
    podcast, a person's subjects). Raises QuoteError for a line that neither quotes nor stands in
    the list.
    """

    title: str
    period: Period
    language: Language
    lines: tuple[Line, ...]
    sources: tuple[Article, ...] = ()
    asked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = frozenset(self._known_names())
        for line in self.lines:
            if line.citation is None and not is_listed(line.text, self.language, known):
                raise QuoteError("line-not-listed", text=line.text)

    @property
    def quotes(self) -> tuple[Citation, ...]:
        return tuple(line.citation for line in self.lines if line.citation is not None)

    @property
    def minutes(self) -> float:
        """How long it takes to read aloud."""
        return sum(line.words for line in self.lines) / WORDS_A_MINUTE

    @property
    def chapters(self) -> tuple[tuple[Line, ...], ...]:
        """The lines, those of a chapter together."""
        return tuple(tuple(same) for _, same in groupby(self.lines, key=lambda each: each.chapter))

    def _known_names(self) -> Iterator[str]:
        """What a line of the list may name."""
        yield from self.asked
        yield self.title
        for day in (self.period.first, self.period.last):
            yield format.day(day, self.language)
        yield format.period(self.period, self.language)
        for article in self.sources:
            for day in filter(None, (article.published, article.updated)):
                yield format.day(day, self.language)
                yield format.day_of_year(day, self.language)
            title = title_of(article, self.language)
            names = (
                title,
                format.quote(title, self.language),
                article.outlet,
                article.author,
                host_of(article.url),
            )
            yield from filter(None, names)
            yield from publishers(article)
        for quote in self.quotes:
            people = span_names(quote.quote, self.language)
            yield from (quote.quote[name.start : name.end] for name in people)
            yield from _NOUN.findall(quote.quote)


def spoken_quote(citation: Citation) -> str:
    """A quote as it is read: on one line."""
    return LINE_END.sub(" ", citation.quote)


def spoken_script(script: Script) -> list[SpokenLine]:
    """Every line, also what is only for the ear; a chapter begins with its first."""
    spoken = []
    for lines in script.chapters:
        for number, line in enumerate(lines):
            pause = _PAUSE if line.citation is not None else _BEFORE_QUOTE
            if number == len(lines) - 1:
                pause = _BETWEEN_CHAPTERS
            chapter = (line.chapter or script.title) if number == 0 else ""
            spoken.append(SpokenLine(line.text, script.language, line.speaker, chapter, pause))
    return spoken


def is_listed(text: str, language: Language, known: Iterable[str]) -> bool:
    """Whether a line is a text of the list that names nothing but what is `known`, and counts."""
    names = sorted(map(re.escape, filter(None, known)), key=len, reverse=True)
    value = rf"(?:{'|'.join((*names, _COUNT))})"
    values = rf"{value}(?:(?:, | et | and ){value})*"
    return any(
        text.startswith(form[0])
        and text.endswith(form[-1])
        and re.fullmatch(values.join(map(re.escape, form)), text)
        for form in _forms(language)
    )


_NOUN = re.compile(r"[^\W\d_]{4,}")
_COUNT = r"\d[\d\u202f,]*"


@cache
def _forms(language: Language) -> tuple[tuple[str, ...], ...]:
    """The texts that may be said, each parted at its parameters."""
    texts = catalogue("digests", language)
    return tuple(
        _split(form) for key in texts if key.startswith("script.") for form in texts.templates(key)
    )


def _split(form: str) -> tuple[str, ...]:
    parts = [""]
    for words, name, _, _ in Formatter().parse(form):
        parts[-1] += words
        if name is not None:
            parts.append("")
    return tuple(parts)
