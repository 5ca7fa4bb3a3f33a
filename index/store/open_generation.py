"""A generation open for questions, without the articles that the operator removed, nor those that
the asker may not read.

Stores hand out their `StoredGeneration` only so, so that no caller can forget the filter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np

from index.article import Article, ArticleEntry, Selection
from index.errors import StoreError
from index.models.base import IntArray, Vectors
from index.store.generation import (
    CandidateQuery,
    CandidateSignals,
    ClosedOnExit,
    FacetKind,
    GenerationFacts,
    RowKind,
    StoredGeneration,
    StoredPassage,
    TermStatistics,
    sort_counts,
)

WithdrawnIds = Callable[[], frozenset[str]]  # returns the ids withdrawn now; raises StoreError


@dataclass(frozen=True, slots=True, eq=False)
class _Hidden:
    """The withdrawn ids, their entries in a generation, and the keys of their passages."""

    ids: frozenset[str]
    entries: tuple[ArticleEntry, ...]
    keys: IntArray

    @property
    def articles(self) -> list[ArticleEntry]:
        """Entries without copies."""
        return [entry for entry in self.entries if entry.copy_of is None]


_DIGEST_BYTES = 5
_NOTHING = _Hidden(frozenset(), (), np.empty(0, dtype=np.int64))


class OpenGeneration(ClosedOnExit):
    """A stored generation without the articles that are withdrawn at the time of each call, nor
    those in any of the selections `closed`.

    Withdrawals do not change counts of words: `term_statistics`, and the numbers of passages and
    sentences in `facts`, include withdrawn articles. Closed articles count nowhere; if there are
    any, `facts` counts no copies.
    """

    def __init__(
        self,
        generation: StoredGeneration,
        withdrawn: WithdrawnIds,
        closed: tuple[Selection, ...] = (),
    ) -> None:
        self._generation = generation
        self._withdrawn = withdrawn
        self._bound = Selection(outside=closed) if closed else None
        self._last = _NOTHING

    def without(self, closed: tuple[Selection, ...]) -> OpenGeneration:
        """The same generation for somebody to whom these articles are closed."""
        return OpenGeneration(self._generation, self._withdrawn, closed)

    def _scope(self, among: Selection | None) -> Selection | None:
        if self._bound is None or among is None:
            return self._bound or among
        return replace(among, outside=(*among.outside, *self._bound.outside))

    def _open(self, entries: Sequence[ArticleEntry]) -> list[ArticleEntry]:
        """Those that are not closed; a copy of a closed article is closed, too."""
        bound = self._bound
        if bound is None:
            return list(entries)
        originals = {entry.copy_of for entry in entries if entry.copy_of is not None}
        closed = {entry.id for entry in self._generation.entries(originals) if entry not in bound}
        return [entry for entry in entries if entry in bound and entry.copy_of not in closed]

    def hides(self, ids: Collection[str]) -> bool:
        """True if any of these articles is closed."""
        return self._bound is not None and bool(
            {entry.id for entry in self._generation.entries(ids)} - self._open_ids(ids)
        )

    def _open_ids(self, ids: Collection[str]) -> set[str]:
        if self._bound is None:
            return set(ids)
        return {entry.id for entry in self._open(self._generation.entries(ids))}

    def _hidden(self) -> _Hidden:
        ids, last = self._withdrawn(), self._last
        if ids != last.ids:
            entries = tuple(self._open(self._generation.entries(ids)))
            keys = self._generation.passage_keys([entry.id for entry in entries])
            last = self._last = _Hidden(ids, entries, keys)
        return last

    @cached_property
    def _facts(self) -> GenerationFacts:
        facts = self._generation.facts
        if self._bound is None:
            return facts
        rows = self._generation.count_rows(self._bound)
        digest = blake2b(repr(self._bound).encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return replace(
            facts,
            id=f"{facts.id}-{digest}",  # caches must not take one for another
            articles=self._generation.count(self._bound),
            passages=rows["passages"],
            sentences=rows["sentences"],
            languages=self._generation.facet("language", self._bound),
            copies=0,
        )

    @property
    def facts(self) -> GenerationFacts:
        hidden, facts = self._hidden(), self._facts
        if not hidden.entries:
            return facts
        articles = hidden.articles
        return replace(
            facts,
            articles=facts.articles - len(articles),
            copies=max(0, facts.copies - (len(hidden.entries) - len(articles))),
            languages=_less(facts.languages, (article.language for article in articles)),
        )

    def term_statistics(self, kind: RowKind) -> TermStatistics:
        facts = self._facts
        size = facts.passages if kind == "passages" else facts.sentences
        return TermStatistics(self._generation, kind, size, self._bound)

    def candidates(self, query: CandidateQuery) -> CandidateSignals:
        keys = self._hidden().keys
        without = keys if len(keys) else None
        among = self._scope(query.among)
        return self._generation.candidates(replace(query, among=among, without=without))

    def passages_with(self, terms: Sequence[Collection[str]]) -> IntArray:
        keys = self._generation.passages_with(terms, self._bound)
        return np.setdiff1d(keys, self._hidden().keys)

    def passages_by_key(self, keys: Sequence[int]) -> list[StoredPassage]:
        passages, hidden = self._generation.passages_by_key(keys), self._hidden().ids
        ids = self._open_ids({passage.article_id for passage in passages}) - hidden
        return [passage for passage in passages if passage.article_id in ids]

    def sentence_vectors_of(self, key: int) -> Vectors:
        return self._generation.sentence_vectors_of(key)

    def passage_at(self, article_id: str, start: int) -> StoredPassage | None:
        """The passage that contains the character at this offset of the article."""
        passages = self.passages_by_key(self._keys(article_id))
        around = (
            passage for passage in passages if passage.passage.start <= start < passage.passage.end
        )
        return max(around, key=lambda stored: stored.passage.start, default=None)

    def opening(self, article_id: str) -> StoredPassage | None:
        """The first passage of the article; None for a copy."""
        return next(iter(self.passages_by_key(self._keys(article_id)[:1])), None)

    def count_passages(self, article_id: str) -> int:
        """Number of passages of the article; 0 for a copy."""
        return len(self._keys(article_id))

    def _keys(self, article_id: str) -> list[int]:
        if article_id in self._hidden().ids or not self._open_ids([article_id]):
            return []
        keys: list[int] = self._generation.passage_keys([article_id]).tolist()
        return keys

    def article(self, article_id: str) -> Article | None:
        return self.articles_by_id([article_id]).get(article_id)

    def articles_by_id(self, ids: Sequence[str]) -> dict[str, Article]:
        visible_ids = self._open_ids(ids) - self._hidden().ids
        visible = dict(
            self._generation.articles_by_id(
                [article_id for article_id in ids if article_id in visible_ids]
            )
        )
        copy_ids = {copy.id for article in visible.values() for copy in article.copies}
        visible_ids = self._open_ids(copy_ids) - self._hidden().ids if copy_ids else set()
        for key, article in visible.items():
            copies = tuple(copy for copy in article.copies if copy.id in visible_ids)
            if len(copies) < len(article.copies):
                gone = {copy.url for copy in article.copies if copy not in copies}
                url = None if article.url in gone else article.url
                visible[key] = replace(article, copies=copies, url=url)
        return visible

    def find(self, reference: str) -> list[ArticleEntry]:
        hidden = self._hidden().ids
        entries = self._open(self._generation.find(reference, self._bound))
        return [entry for entry in entries if entry.id not in hidden]

    def articles(
        self, among: Selection | None = None, limit: int = -1, skip: int = 0
    ) -> list[ArticleEntry]:
        hidden, among = self._hidden(), self._scope(among)
        if not hidden.entries:
            return self._generation.articles(among, limit, skip)
        more = limit if limit < 0 else skip + limit + len(hidden.entries)
        entries = self._generation.articles(among, more)
        visible = [entry for entry in entries if entry.id not in hidden.ids][skip:]
        return visible if limit < 0 else visible[:limit]

    def articles_with_copies(self) -> list[ArticleEntry]:
        hidden = self._hidden()
        entries = [
            entry
            for entry in self._generation.articles(self._bound)
            if entry.has_copies and entry.id not in hidden.ids
        ]
        fewer = {entry.id for entry in entries}
        if self._bound is None:
            fewer &= {entry.copy_of for entry in hidden.entries}
        articles = self.articles_by_id([article_id for article_id in fewer if article_id]).values()
        gone = fewer - {article.id for article in articles if article.copies}
        return [entry for entry in entries if entry.id not in gone]

    def copies(self) -> list[ArticleEntry]:
        """Entries of the duplicates, which `articles` leaves out."""
        articles = self.articles_by_id([entry.id for entry in self.articles_with_copies()])
        ids = [copy.id for article in articles.values() for copy in article.copies]
        return self._generation.entries(ids)

    def count(self, among: Selection | None = None) -> int:
        hidden = sum(among is None or article in among for article in self._hidden().articles)
        return self._generation.count(self._scope(among)) - hidden

    def facet(self, kind: FacetKind) -> dict[str, int]:
        hidden = self._hidden().articles
        return _less(
            self._generation.facet(kind, self._bound), (getattr(entry, kind) for entry in hidden)
        )

    def close(self) -> None:
        self._generation.close()


def refuse_withdrawn(withdrawn: Sequence[ArticleEntry], label: str | Path) -> None:
    """Raise StoreError if a generation has withdrawn articles: their texts must not leave this
    store."""
    if withdrawn:
        raise StoreError("export-withdrawn", subject=label, count=len(withdrawn))


def _less(counts: Mapping[str, int], hidden: Iterable[str | None]) -> dict[str, int]:
    hidden_counts = Counter(hidden)
    return sort_counts({value: count - hidden_counts[value] for value, count in counts.items()})
