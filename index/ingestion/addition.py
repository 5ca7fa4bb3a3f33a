"""An addition to the previous generation, at the cost of the changed files alone.

The result is the same as that of a full build: the same articles, the same copies among them. If
the changed files are not enough to know it, `FullBuildNeeded` is raised.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from index.article import Article, Selection, SignedArticle, article_digest
from index.ingestion.duplicates import (
    LIKENESS,
    MOST_ALIKE,
    duplicate_groups,
    likeness_keys,
    signature_likeness,
    site_names,
)
from index.ingestion.generation import NewGeneration
from index.ingestion.sources import SourceChanges
from index.store.article_writer import ArticleChanges
from index.store.build import PreviousGeneration
from index.store.writer import GenerationWriter

# Maximum share of articles that an addition changes; above it, a full build costs little more and
# leaves a single segment.
MOST_ADDED = 0.25


class FullBuildNeeded(Exception):  # noqa: N818 - nothing is wrong
    """The changed files do not say enough for an addition."""


class Addition(NewGeneration):
    """The new and changed articles of changed files. Raises FullBuildNeeded."""

    def __init__(
        self,
        writer: GenerationWriter,
        before: PreviousGeneration,
        changes: SourceChanges,
        rules: str,
        apart: Sequence[Selection],
    ) -> None:
        super().__init__(writer, rules, apart)
        self._before = before
        self._most = MOST_ADDED * before.facts.articles
        readings = [*changes.readings.values(), *changes.deletions]
        ids = {article_id for reading in readings for article_id in reading.articles}
        if ids & before.left_out():
            raise FullBuildNeeded
        self._rows = {row[0]: row for row in self._fingerprints(ids)}
        self._same: set[str] = set()
        self._addition_count = 0
        self._replaced = set(self._rows)
        writer.deleted_sources = {reading.location for reading in changes.deletions}

    def holds(self, article_id: str) -> bool:
        return article_id in self._same or super().holds(article_id)

    def add(self, article: Article, *, sign: bool = True) -> None:
        row = self._rows.get(article.id)
        if row is None and self._before.signed([article.id]):
            raise FullBuildNeeded  # an unchanged file has the same article
        if row is not None and not self.holds(article.id):
            _, digest, path, _, _ = row
            if (digest, path) == (article_digest(article), article.path):
                self._same.add(article.id)
                return
        super().add(article, sign=sign)
        self._addition_count += 1
        if self._addition_count > self._most:
            raise FullBuildNeeded

    def find_changed_copies(self) -> None:
        """Pull in the articles that the new ones may be copies of and those that lose a copy, then
        choose the articles to answer from."""
        self._replaced -= self._same
        fresh = list(self.articles.signatures())
        ids = self._find_related(fresh)
        self.writer.take(ids)
        self._replaced |= ids
        self.writer.replaced_ids = frozenset(self._replaced)
        if len(fresh) + len(self._replaced) > self._most:
            raise FullBuildNeeded
        names: Collection[str] = ()
        if duplicate_groups(self.articles.signatures(), names):
            kept = (row for id, *row in self._before.titles() if id not in self._replaced)
            own = ([e.title, e.signature[:16], e.outlet] for e in self.articles.signatures())
            names = site_names(map(tuple, chain(kept, own)))
        self.find_copies(names)

    def _find_related(self, fresh: Sequence[SignedArticle]) -> set[str]:
        """Ids of the articles that, transitively, resemble a new one or shared a group with a
        replaced one."""
        ids = self._group_of(self._replaced)
        queue = [*fresh, *self._before.signed(ids)]
        while queue:
            one = queue.pop()
            keys, _ = likeness_keys([one.signature])
            candidates = set(self._before.alike(keys, MOST_ALIKE)) - self._replaced - ids
            alike = {
                article.id
                for article in self._before.signed(candidates)
                if signature_likeness(one.signature, article.signature) >= LIKENESS
            }
            new = (alike | self._group_of(alike)) - ids
            queue += self._before.signed(new)
            ids |= new
        return ids

    def _group_of(self, ids: Collection[str]) -> set[str]:
        """Ids of the articles in the same groups as these, except these and replaced ones."""
        originals = {copy_of or id for id, _, _, copy_of, _ in self._fingerprints(ids)}
        rows = self._fingerprints(originals)
        copies = {copy[0] for row in rows for copy in json.loads(row[4])}
        members = {article.id for article in self._before.signed(originals | copies)}
        return members - self._replaced - set(ids)

    def _fingerprints(self, ids: Collection[str]) -> list[tuple[Any, ...]]:
        return [article.fingerprint for article in self._before.signed(ids)]

    def changes(self) -> ArticleChanges:
        """Differences from the articles of the previous generation; copies do not count."""
        now = {row[0]: row for row in self.articles.fingerprint_rows() if row[3] is None}
        rows = self._fingerprints(self._replaced)
        before = {row[0]: row for row in rows if row[3] is None}
        both = now.keys() & before.keys()
        same = sum(_shown(now[article_id]) == _shown(before[article_id]) for article_id in both)
        return ArticleChanges(
            added=len(now) - len(both),
            changed=len(both) - same,
            removed=len(before) - len(both),
            unchanged=self._before.facts.articles - len(before) + same,
        )


def _shown(row: tuple[Any, ...]) -> tuple[Any, ...]:
    _, digest, path, _, copies = row
    return digest, path, copies
