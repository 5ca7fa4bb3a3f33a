"""What article a person means, and what they may have meant when none is so called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.keeping.errors import UnknownArticle
from bot.phrases.keeping import KeepingPhrases
from bot.spelling import folded
from index.database import ArticleEntry

if TYPE_CHECKING:
    from index.store import Generation

NEAREST = 3
_LIKE = 60  # of 100; below, the title has little to do with what was typed


def find(generation: Generation, reference: str, phrases: KeepingPhrases) -> ArticleEntry:
    """The article of this id, path, address or title.

    Raises UnknownArticle, which names the nearest ones, or those among which to choose.
    """
    found = generation.find(reference)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownArticle(_listed(phrases.several(reference), found, phrases))
    missing = phrases.no_such_article(reference)
    near = _nearest(reference, generation.articles())
    if not near:
        raise UnknownArticle(missing)
    raise UnknownArticle(_listed(f"{missing}{phrases.nearest}", near, phrases))


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
