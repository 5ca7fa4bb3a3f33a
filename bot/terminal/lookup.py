"""Lookup of articles by typed references, with suggestions when there is no match."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from rich.text import Text

from bot.errors import UnknownArticle
from bot.locale.text import harmless
from bot.settings import Settings, index_store
from index.article import ArticleEntry
from index.errors import Problem
from index.store.base import RemovedArticle
from index.store.removals import RemovedArticles
from index.text.folding import fold_phrase

if TYPE_CHECKING:
    from index.store.open_generation import OpenGeneration

_NEAREST = 3

_MAX_LISTED = 20

PART = "#"  # separates a file and one of its articles in an article's path
_LIKE = 60  # of 100; below, a title does not resemble the typed text

_MIN_TYPO_SCORE = 85  # of 100; below, a word is a different one rather than a typo

# Called with an article that was matched only approximately.
OnGuess = Callable[[ArticleEntry | RemovedArticle], None]
_Listed = TypeVar("_Listed", ArticleEntry, RemovedArticle)


def find_article(generation: OpenGeneration, reference: str, on_guess: OnGuess) -> ArticleEntry:
    """Find an article by ID, path, file name, URL or title, or the only close match.

    Raises UnknownArticle, with the closest or the ambiguous matches.
    """
    entries = find_all(generation, reference, on_guess)
    if len(entries) > 1:
        raise _several(reference, entries)
    return entries[0]


def find_all(generation: OpenGeneration, reference: str, on_guess: OnGuess) -> list[ArticleEntry]:
    """Like `find_article`, but return all articles of a file with several. Raises
    UnknownArticle."""
    for name in dict.fromkeys((reference, *_as_path(reference))):
        if entries := generation.find(name):
            if len(entries) > 1:
                raise _several(reference, entries)
            return entries
    entries = generation.articles()
    files = {f"{name}{PART}" for name in (reference, *_as_path(reference))}
    if parts := [entry for entry in entries if f"{_file(entry)}{PART}" in files]:
        return parts
    same_name = _of_file_name(reference, entries)
    same_name = same_name or _of_file_name(reference, generation.copies())
    if len({_file(entry) for entry in same_name}) == 1:
        return same_name
    if same_name:
        raise _several(reference, same_name)
    if matches := _guess(reference, entries, on_guess):
        return matches
    near = _nearest(reference, entries)
    if not near:
        raise UnknownArticle("article-none", name=reference)
    raise UnknownArticle("article-none-nearest", name=reference, articles=_rows(near))


def find_removed(
    removals: RemovedArticles, reference: str, on_guess: OnGuess
) -> Sequence[RemovedArticle]:
    """Find removed articles by ID, path, file name or title, or the only close match.

    Raises UnknownArticle.
    """
    matches = removals.find(reference) or _guess(reference, removals.articles, on_guess)
    if not matches:
        raise UnknownArticle("article-not-removed", name=reference)
    return matches


def _guess(reference: str, entries: Sequence[_Listed], on_guess: OnGuess) -> list[_Listed]:
    """Return the only article that has the typed words, if any. Raises UnknownArticle."""
    matches = list(_match_words(reference, entries))
    if len(matches) > 1:
        raise _several(reference, matches)
    for match in matches:
        on_guess(match)
    return matches


def _of_file_name(name: str, entries: Iterable[ArticleEntry]) -> list[ArticleEntry]:
    return [entry for entry in entries if _file(entry).rpartition("/")[2] == name]


def _file(entry: ArticleEntry) -> str:
    return entry.path.partition(PART)[0]


def _as_path(reference: str) -> tuple[str, ...]:
    """Return the file's path as it may be in the index: relative, or absolute."""
    absolute = os.path.abspath(reference)  # noqa: PTH100 - a link keeps the name it was given
    return absolute, os.path.relpath(absolute)


def _match_words(reference: str, entries: Sequence[_Listed]) -> Iterator[_Listed]:
    """List the articles whose title or path has all the typed words, allowing for typos."""
    from rapidfuzz import fuzz, process

    typed = set(re.findall(r"\w+", fold_phrase(reference)))
    for entry in entries if typed else ():
        theirs = set(re.findall(r"\w+", fold_phrase(f"{entry.title} {entry.path}")))
        if all(
            process.extractOne(word, theirs, scorer=fuzz.ratio, score_cutoff=_MIN_TYPO_SCORE)
            for word in typed - theirs
        ):
            yield entry


def _nearest(reference: str, entries: list[ArticleEntry]) -> list[ArticleEntry]:
    from rapidfuzz import fuzz, process, utils

    matches = process.extract(
        reference,
        [f"{entry.title} {entry.path}" for entry in entries],
        scorer=fuzz.WRatio,
        processor=lambda text: utils.default_process(fold_phrase(text)),
        limit=_NEAREST,
        score_cutoff=_LIKE,
    )
    return [entries[position] for _, _, position in matches]


def _several(reference: str, entries: Sequence[ArticleEntry | RemovedArticle]) -> UnknownArticle:
    return UnknownArticle("article-several", name=reference, articles=_rows(entries[:_MAX_LISTED]))


def _rows(entries: Sequence[ArticleEntry | RemovedArticle]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "article-row",
            id=entry.id,
            title=entry.title or Problem("article-untitled"),
            path=entry.path,
        )
        for entry in entries
    )


def open_articles(settings: Settings) -> OpenGeneration:
    """Raises NoIndex, DamagedIndex."""
    return index_store(settings).open()


LABEL = "dim"


def rows(lines: Sequence[tuple[str, Text | str]]) -> Text:
    """Align labels and values; a line without label continues the one before."""
    width = max((len(label) for label, _ in lines), default=0)
    return Text("\n").join(
        Text(f"{label:<{width}}  ", style=LABEL).append_text(
            Text(value, style="not dim") if isinstance(value, str) else value
        )
        for label, value in lines
    )


def under(label: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    """Group several lines under one label."""
    return [
        ("" if position else label, harmless(row_line(line))) for position, line in enumerate(lines)
    ]


def row_line(text: str) -> str:
    """Render an article's metadata on one line."""
    return " ".join(text.split("\n"))
