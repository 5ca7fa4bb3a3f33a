"""What article a person means, and what they may have meant when none is so called."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.text import Text

from bot.errors import UnknownArticle
from bot.locale.text import harmless
from bot.settings import Settings, index_store
from index.article import ArticleEntry
from index.errors import Problem
from index.store.reader import GenerationReader
from index.text.folding import fold_phrase

_NEAREST = 3

_LISTED = 20

PART = "#"  # between a file and the one of its articles that is meant, in an article's path
_LIKE = 60  # of 100; below, the title has little to do with what was typed

_TYPED = 85  # of 100; below, a word is another one, not the same with a typing mistake

# Told of an article that was only nearly named, and taken since no other is.
Taken = Callable[[ArticleEntry], None]


def find_article(generation: GenerationReader, reference: str, chosen: Taken) -> ArticleEntry:
    """The article of this id, path, file name, address or title, or the only one near to it.

    Raises UnknownArticle, which names the nearest ones, or those among which to choose.
    """
    entries = find_all(generation, reference, chosen)
    if len(entries) > 1:
        raise _several(reference, entries)
    return entries[0]


def find_all(generation: GenerationReader, reference: str, chosen: Taken) -> list[ArticleEntry]:
    """As `find_article`, and all the articles of a file that holds several.

    Raises UnknownArticle.
    """
    for name in dict.fromkeys((reference, *_as_path(reference))):
        if entries := generation.find(name):
            if len(entries) > 1:
                raise _several(reference, entries)
            return entries
    entries = generation.articles()
    files = {f"{name}{PART}" for name in (reference, *_as_path(reference))}
    if parts := [each for each in entries if f"{_file(each)}{PART}" in files]:
        return parts
    called = [each for each in entries if _file(each).rpartition("/")[2] == reference]
    if len({_file(each) for each in called}) == 1:
        return called
    if called:
        raise _several(reference, called)
    worded = list(_worded(reference, entries))
    if len(worded) == 1:
        chosen(worded[0])
        return worded
    if worded:
        raise _several(reference, worded)
    near = _nearest(reference, entries)
    if not near:
        raise UnknownArticle("article-none", name=reference)
    raise UnknownArticle("article-none-nearest", name=reference, articles=_rows(near))


def _file(entry: ArticleEntry) -> str:
    return entry.path.partition(PART)[0]


def _as_path(reference: str) -> tuple[str, ...]:
    """The same file as the index may know it: from here, or from the root."""
    absolute = os.path.abspath(reference)  # noqa: PTH100 - a link keeps the name it was given
    return absolute, os.path.relpath(absolute)


def _worded(reference: str, entries: list[ArticleEntry]) -> Iterator[ArticleEntry]:
    """The articles whose title or path has all the words typed, but for a typing mistake."""
    from rapidfuzz import fuzz, process

    typed = _words(reference)
    for each in entries if typed else ():
        theirs = _words(f"{each.title} {each.path}")
        if all(
            process.extractOne(word, theirs, scorer=fuzz.ratio, score_cutoff=_TYPED)
            for word in typed - theirs
        ):
            yield each


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold_phrase(text)))


def _nearest(reference: str, entries: list[ArticleEntry]) -> list[ArticleEntry]:
    from rapidfuzz import fuzz, process, utils

    matches = process.extract(
        reference,
        [f"{each.title} {each.path}" for each in entries],
        scorer=fuzz.WRatio,
        processor=lambda text: utils.default_process(fold_phrase(text)),
        limit=_NEAREST,
        score_cutoff=_LIKE,
    )
    return [entries[position] for _, _, position in matches]


def _several(reference: str, entries: list[ArticleEntry]) -> UnknownArticle:
    return UnknownArticle("article-several", name=reference, articles=_rows(entries[:_LISTED]))


def _rows(entries: list[ArticleEntry]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "article-row",
            id=each.id,
            title=each.title or Problem("article-untitled"),
            path=each.path,
        )
        for each in entries
    )


def open_articles(settings: Settings) -> GenerationReader:
    """Raises NoIndex, DamagedIndex."""
    return index_store(settings).browse()


LABEL = "dim"


def rows(lines: Sequence[tuple[str, Text | str]]) -> Text:
    """The lines, their second parts aligned; a line without label goes on with the one before."""
    width = max((len(label) for label, _ in lines), default=0)
    return Text("\n").join(
        Text(f"{label:<{width}}  ", style=LABEL).append_text(
            Text(value, style="not dim") if isinstance(value, str) else value
        )
        for label, value in lines
    )


def under(label: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    """Several lines under one label."""
    return [
        ("" if position else label, harmless(row_line(line))) for position, line in enumerate(lines)
    ]


def row_line(text: str) -> str:
    """What an article says, on one line."""
    return " ".join(text.split("\n"))
