"""How an index grows in any store: facts after an addition, which additions to merge, and when a
full build is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.article import ArticleEntry, SignedArticle, add_fingerprints, corpus_fingerprint
from index.store.generation import BuildFacts, GenerationFacts

_FEW_ARTICLES = 50  # written in a tenth of a second
# Shares of the base's articles above which a build writes everything anew.
_MOST_ADDED, _MOST_DELETED = 0.5, 0.2


@dataclass(frozen=True, slots=True)
class DeletedArticles:
    """Articles and copies that an addition deletes; `passages` and `sentences` are counts."""

    entries: Sequence[ArticleEntry]
    signed: Sequence[SignedArticle]
    passages: int
    sentences: int


def grown_facts(
    generation: str,
    facts: GenerationFacts,
    addition: GenerationFacts,
    deleted: DeletedArticles,
    build: BuildFacts,
) -> GenerationFacts:
    """Facts of a generation after an addition: the `facts` before, plus the `addition`, minus the
    deletions."""
    articles = [entry for entry in deleted.entries if entry.copy_of is None]
    languages = Counter(facts.languages) + Counter(addition.languages)
    languages -= Counter(article.language for article in articles)
    deletions = corpus_fingerprint(article.fingerprint for article in deleted.signed)
    copies = facts.copies + addition.copies - (len(deleted.entries) - len(articles))
    return GenerationFacts(
        **(build.build_fields() | {"copies": copies}),
        id=generation,
        articles=facts.articles + addition.articles - len(articles),
        passages=facts.passages + addition.passages - deleted.passages,
        sentences=facts.sentences + addition.sentences - deleted.sentences,
        languages=dict(languages.most_common()),
        fingerprint=add_fingerprints(facts.fingerprint, addition.fingerprint, deletions),
    )


def count_to_merge(sizes: Sequence[int], addition: int) -> int:
    """Number of the newest additions to rewrite together with one of `addition` articles: as long
    as they are few together, or no larger than what is being written already."""
    size, count = addition, 0
    for newest in reversed(sizes):
        if newest > size and newest + size > _FEW_ARTICLES:
            break
        size, count = size + newest, count + 1
    return count


def may_grow(base: int, additions: int, deletions: int) -> bool:
    """False if so many articles were added to the base or deleted that a full build is due."""
    return additions <= base * _MOST_ADDED and deletions <= base * _MOST_DELETED
