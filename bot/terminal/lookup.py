"""What article a person means, and what they may have meant when none is so called."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bot.errors_keeping_errors import UnknownArticle
from bot.locale.keeping import KeepingPhrases
from index.language_bot_spelling import folded
from index.store.files.articles import ArticleEntry

if TYPE_CHECKING:
    from index.store.files.generation import Generation

NEAREST = 3
LISTED = 20
PART = "#"
"""Between a file and the one of its articles that is meant, in an article's path."""

_LIKE = 60  # of 100; below, the title has little to do with what was typed


def find(generation: Generation, reference: str, phrases: KeepingPhrases) -> ArticleEntry:
    """The article of this id, path, file name, address or title.

    Raises UnknownArticle, which names the nearest ones, or those among which to choose.
    """
    found = find_all(generation, reference, phrases)
    if len(found) > 1:
        raise UnknownArticle(_listed(phrases.several(reference), found[:LISTED], phrases))
    return found[0]


def find_all(generation: Generation, reference: str, phrases: KeepingPhrases) -> list[ArticleEntry]:
    """As `find`, and all the articles of a file that holds several. Raises UnknownArticle."""
    for name in dict.fromkeys((reference, *_as_path(reference))):
        if found := generation.find(name):
            if len(found) > 1:
                raise UnknownArticle(_listed(phrases.several(reference), found[:LISTED], phrases))
            return found
    entries = generation.articles()
    files = {f"{name}{PART}" for name in (reference, *_as_path(reference))}
    if parts := [each for each in entries if f"{_file(each)}{PART}" in files]:
        return parts
    called = [each for each in entries if _file(each).rpartition("/")[2] == reference]
    if len({_file(each) for each in called}) == 1:
        return called
    if called:
        raise UnknownArticle(_listed(phrases.several(reference), called[:LISTED], phrases))
    missing = phrases.no_such_article(reference)
    near = _nearest(reference, entries)
    if not near:
        raise UnknownArticle(missing)
    raise UnknownArticle(_listed(f"{missing}{phrases.nearest}", near, phrases))


def _file(entry: ArticleEntry) -> str:
    return entry.path.partition(PART)[0]


def _as_path(reference: str) -> tuple[str, ...]:
    """The same file as the index may know it: from here, or from the root."""
    absolute = os.path.abspath(reference)  # noqa: PTH100 - a link keeps the name it was given
    return absolute, os.path.relpath(absolute)


def _nearest(reference: str, entries: list[ArticleEntry]) -> list[ArticleEntry]:
    from rapidfuzz import fuzz, process, utils

    found = process.extract(
        reference,
        [f"{each.title} {each.path}" for each in entries],
        scorer=fuzz.WRatio,
        processor=lambda text: utils.default_process(folded(text)),
        limit=NEAREST,
        score_cutoff=_LIKE,
    )
    return [entries[position] for _, _, position in found]


def _listed(line: str, entries: list[ArticleEntry], phrases: KeepingPhrases) -> str:
    rows = (f"\n  {each.id}  {each.title or phrases.untitled} ({each.path})" for each in entries)
    return line + "".join(rows)
