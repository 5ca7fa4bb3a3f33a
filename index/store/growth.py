"""How an index grows in any store: facts after an addition, which additions to merge, and when a
full build is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from index.article import add_fingerprints, corpus_fingerprint
from index.store.build_turn import GrowableGeneration
from index.store.reader import BuildFacts, GenerationFacts

_FEW_ARTICLES = 50  # written in a tenth of a second
# Shares of the base's articles above which a build writes everything anew.
_MOST_ADDED, _MOST_DELETED = 0.5, 0.2


def grown_facts(
    generation: str,
    before: GrowableGeneration,
    added: GenerationFacts,
    deleted_ids: Collection[str],
    build: BuildFacts,
) -> GenerationFacts:
    """Facts of a generation after an addition: those before, plus `added`, minus the deletions."""
    known = before.facts
    entries = before.entries(deleted_ids)
    articles = [each for each in entries if each.copy_of is None]
    languages = Counter(known.languages) + Counter(added.languages)
    languages -= Counter(each.language for each in articles)
    deleted = corpus_fingerprint(before.fingerprinted(deleted_ids))
    copies = known.copies + added.copies - (len(entries) - len(articles))
    return GenerationFacts(
        **(build.build_fields() | {"copies": copies}),
        id=generation,
        articles=known.articles + added.articles - len(articles),
        passages=known.passages + added.passages - before.count_rows("passages", deleted_ids),
        sentences=known.sentences + added.sentences - before.count_rows("sentences", deleted_ids),
        languages=dict(languages.most_common()),
        fingerprint=add_fingerprints(known.fingerprint, added.fingerprint, deleted),
    )


def count_to_merge(sizes: Sequence[int], added: int) -> int:
    """Number of the newest additions to rewrite together with one of `added` articles: as long as
    they are few together, or no larger than what is being written already."""
    size, count = added, 0
    for each in reversed(sizes):
        if each > size and each + size > _FEW_ARTICLES:
            break
        size, count = size + each, count + 1
    return count


def may_grow(base: int, added: int, deleted: int) -> bool:
    """False if so many articles were added to the base or deleted that a full build is due."""
    return added <= base * _MOST_ADDED and deleted <= base * _MOST_DELETED
