"""Scripts of dailies and podcasts: every line quotes an article or is a fixed phrase.

Both are enforced: a quote is a `Citation`, hence verbatim; any other line must be a text of the
catalogue `digests`, filled only with article metadata (names, titles, dates), the requested
subjects, or counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from string import Formatter

from bot.answer import LINE_END, Citation
from bot.audio import Speaker, SpokenLine
from bot.digests.excerpt import meant_day, place_of, topic_of
from bot.errors import QuoteError
from bot.locale import format
from bot.locale.answers import title_of
from bot.locale.catalogue import Language, catalogue
from bot.locale.source import host_of, publishers
from index.article import Article, Period

# Reference marks, omissions, coordinates, the dash of a signature, and the spaces that links leave.
# A time zone stays: without it, the hour would be another one.
_MARK = re.compile(
    r" ?\[(?:\d{1,3}|…|\.\.\.)\]| ?\((?:…|\.\.\.)\)"
    r"| ?\([^()]{0,40}\d ?° ?\d{1,2} ?[′'’][^()]{0,80}\)|^[—–]\s?"
    r"|(?<=\()\s{1,2}|\s{1,2}(?=[,)]|\.(?![\w.]))|(?<=\bex-)\s{1,2}|(?<=\b[dlnsDLNS]['’])\s{1,2}(?=\w)"
    r"|(?<=[\dXVI]) (?=(?:e|er|re|ère)\b)"
)
# Heights, dates of birth and asides, left out in speech alone.
_ASIDE = re.compile(
    r" ?\([\d\s]{3,9} ?m\)| ?\((?:NDLR|lire|voir|qui|née?s?)\b[^()]{1,200}\)"
    r"|,? née?s? le \d\w* [a-zéû]+ \d{4}\b"
)
WORDS_A_MINUTE = 150  # of the speech engine
_VOICE_SENTENCES = 4  # of one voice in a row
# Seconds of silence after a quote, after any other line, and after a chapter.
_PAUSE, _BEFORE_QUOTE, _BETWEEN_CHAPTERS = 0.45, 0.15, 0.9


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One utterance of one voice.

    `chapter` is an article's title, or empty. `also` names other outlets with the same news.
    `aloud` lines are only spoken: in writing the layout replaces them. Raises QuoteError if the
    text differs from its citation.
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
    """Lines in reading order, based on the articles `sources`.

    `subjects` are that of a podcast or those a person follows, as typed. Raises QuoteError for a
    line that is neither a quote nor a fixed phrase.
    """

    title: str
    period: Period
    language: Language
    lines: tuple[ScriptLine, ...]
    sources: tuple[Article, ...] = ()
    subjects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = frozenset(self._names())
        for line in self.lines:
            if line.citation is None and not is_listed(line.text, self.language, names):
                raise QuoteError("line-not-listed", text=line.text)

    @property
    def quotes(self) -> tuple[Citation, ...]:
        return tuple(line.citation for line in self.lines if line.citation is not None)

    @property
    def minutes(self) -> float:
        return sum(line.words for line in self.lines) / WORDS_A_MINUTE

    @property
    def chapters(self) -> tuple[tuple[ScriptLine, ...], ...]:
        """The lines, grouped by chapter."""
        return tuple(tuple(same) for _, same in groupby(self.lines, key=lambda line: line.chapter))

    def _names(self) -> Iterator[str]:
        """Yield what fixed phrases may name."""
        yield from self.subjects
        yield self.title
        for day in (self.period.first, self.period.last):
            yield format.day(day, self.language)
        yield format.period(self.period, self.language)
        for article in self.sources:
            for day in filter(None, (article.published, article.updated)):
                yield format.day(day, self.language)
                yield format.day_of_year(day, self.language)
            title = title_of(article, self.language)
            yield from (title, place_of(article))
            yield from (format.quote(text, self.language) for text in (title, topic_of(article)))
            yield from filter(None, (article.outlet, article.author, host_of(article.url)))
            yield from publishers(article)
        for quote in self.quotes:
            if (meant := meant_day(quote.quote, quote.article, self.period.last)) is not None:
                yield format.day_of_year(meant, self.language)


def written_quote(citation: Citation) -> str:
    """Return a quote on one line, without reference marks."""
    return _MARK.sub("", LINE_END.sub(" ", citation.quote))


def spoken_quote(citation: Citation) -> str:
    """Return a quote as it is read aloud: without what only the eye needs."""
    return _ASIDE.sub("", written_quote(citation))


def take_turns(lines: Sequence[ScriptLine]) -> Iterator[ScriptLine]:
    """Let the other voice go on where one has said four sentences in a row."""
    wanted, voice, count = None, lines[0].speaker, 0
    for line in lines:
        before = voice
        if line.speaker != wanted:
            wanted = voice = line.speaker
        if voice == before and count == _VOICE_SENTENCES:
            voice = "second" if voice == "first" else "first"
        count = count + 1 if voice == before else 1
        yield replace(line, speaker=voice)


def spoken_script(script: Script) -> list[SpokenLine]:
    """Convert all lines for the speech engine; each chapter's title is on its first line."""
    spoken_lines = []
    for lines in script.chapters:
        for number, line in enumerate(lines):
            pause = _PAUSE if line.citation is not None else _BEFORE_QUOTE
            if number == len(lines) - 1:
                pause = _BETWEEN_CHAPTERS
            chapter = (line.chapter or script.title) if number == 0 else ""
            spoken_lines.append(
                SpokenLine(line.text, script.language, line.speaker, chapter, pause)
            )
    return spoken_lines


def is_listed(text: str, language: Language, names: Iterable[str]) -> bool:
    """True if a line is a fixed phrase filled with nothing but `names`."""
    patterns = sorted(map(re.escape, filter(None, names)), key=len, reverse=True)
    value = rf"(?:{'|'.join(patterns)})"
    values = rf"{value}(?:(?:, | et | and ){value})*"
    return any(
        text.startswith(form[0])
        and text.endswith(form[-1])
        and re.fullmatch(values.join(map(re.escape, form)), text)
        for form in _forms(language)
    )


@cache
def _forms(language: Language) -> tuple[tuple[str, ...], ...]:
    """Load the fixed phrases, each split at its parameters."""
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
