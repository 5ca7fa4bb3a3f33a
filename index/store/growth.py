"""How an index grows, in whatever store: what a generation holds after an addition, which additions
are written together, and when all is to be built anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any, Protocol

from index.article import ArticleEntry, add_fingerprints, corpus_fingerprint
from index.store.reader import BuildTerms, GenerationFacts, RowKind

_LITTLE = 50  # articles, which are written in a tenth of a second
# Shares of the size of the base, from which on a build writes all anew.
_MOST_ADDED, _MOST_GONE = 0.5, 0.2


class GrowingGeneration(Protocol):
    """The generation before, asked about some of its articles and copies."""

    @property
    def facts(self) -> GenerationFacts: ...

    def entries(self, ids: Collection[str]) -> Sequence[ArticleEntry]: ...

    def fingerprinted(self, ids: Collection[str]) -> Sequence[tuple[Any, ...]]:
        """What `index.article.FINGERPRINTED` names of them."""
        ...

    def count_rows(self, kind: RowKind, ids: Collection[str]) -> int:
        """How many passages or sentences they have."""
        ...


def grown_facts(
    generation: str,
    before: GrowingGeneration,
    added: GenerationFacts,
    gone: Collection[str],
    terms: BuildTerms,
) -> GenerationFacts:
    """What a generation holds: what the one before does, with what is added and without the
    articles and copies that are gone."""
    known = before.facts
    entries = before.entries(gone)
    articles = [each for each in entries if each.copy_of is None]
    languages = Counter(known.languages) + Counter(added.languages)
    languages -= Counter(each.language for each in articles)
    gone_fingerprint = corpus_fingerprint(before.fingerprinted(gone))
    made_by = {each.name: getattr(terms, each.name) for each in fields(BuildTerms)}
    made_by["copies"] = known.copies + added.copies - (len(entries) - len(articles))
    return GenerationFacts(
        **made_by,
        id=generation,
        articles=known.articles + added.articles - len(articles),
        passages=known.passages + added.passages - before.count_rows("passages", gone),
        sentences=known.sentences + added.sentences - before.count_rows("sentences", gone),
        languages=dict(languages.most_common()),
        fingerprint=add_fingerprints(known.fingerprint, added.fingerprint, gone_fingerprint),
    )


def count_written_anew(sizes: Sequence[int], added: int) -> int:
    """How many of the newest additions, given by their articles, are written together with one of
    `added`: as many as are but a little together, or no larger than what is written already."""
    size, count = added, 0
    for each in reversed(sizes):
        if each > size and each + size > _LITTLE:
            break
        size, count = size + each, count + 1
    return count


def may_grow(base: int, added: int, gone: int) -> bool:
    """Whether an index stays as good with additions: neither what was added to its base nor what
    is gone, in articles, is so much that it should be built anew."""
    return added <= base * _MOST_ADDED and gone <= base * _MOST_GONE
