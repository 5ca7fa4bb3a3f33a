"""What has changed, added to the generation before at the cost of the changes alone.

It ends as a build of all files would: the same articles, the same copies among them. Where that
takes more than the changed files tell, `ReadWhole` says so, and all is built anew.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from index.article import Article, SignedArticle, article_digest
from index.build.duplicates import (
    LIKENESS,
    MOST_ALIKE,
    duplicate_groups,
    likeness_keys,
    signature_likeness,
    site_names,
)
from index.build.generation import GenerationDraft
from index.build.sources import SourceChanges
from index.store.article_writer import ArticleChanges
from index.store.build_turn import Addition, GrowableGeneration, VectorSource
from index.store.reader import RowKind

# The most that an addition changes, as a share of what is there: above, a build of all costs little
# more, and leaves one segment.
MOST_ADDED = 0.25


class ReadWhole(Exception):  # noqa: N818 - nothing is wrong
    """That the changed files do not tell all that is to be known."""


@dataclass(frozen=True, slots=True)
class GoneVectors:
    """The vectors of the articles that are gone, or written anew: most of their texts stay."""

    before: GrowableGeneration
    ids: Collection[str]

    def vector_source(self, kind: RowKind) -> VectorSource:
        return self.before.vectors_of(kind, self.ids)


class AdditionDraft(GenerationDraft):
    """The articles of changed files, less those that are as they were.

    `gone` are the ids of the articles and copies of the generation before that are there no more,
    or that the addition holds anew. Raises ReadWhole.
    """

    def __init__(
        self,
        addition: Addition,
        before: GrowableGeneration,
        changes: SourceChanges,
        rules: str,
    ) -> None:
        super().__init__(addition.writer, rules)
        self._addition = addition
        self._before = before
        self._most = MOST_ADDED * before.facts.articles
        readings = [*changes.readings.values(), *changes.gone]
        ids = {each for reading in readings for each in reading.articles}
        if ids & before.left_out():
            raise ReadWhole
        self._known = {row[0]: row for row in before.fingerprinted(ids)}
        self._same: set[str] = set()
        self._added = 0
        self.gone = set(self._known)

    def holds(self, article_id: str) -> bool:
        return article_id in self._same or super().holds(article_id)

    def add(self, article: Article, *, sign: bool = True) -> None:
        known = self._known.get(article.id)
        if known is None and self._before.holds(article.id):
            raise ReadWhole  # a file that has not changed gives this very article
        if known is not None and not self.holds(article.id):
            _, digest, path, _, _ = known
            if (digest, path) == (article_digest(article), article.path):
                self._same.add(article.id)
                return
        super().add(article, sign=sign)
        self._added += 1
        if self._added > self._most:
            raise ReadWhole

    def find_changed_copies(self) -> None:
        """Write down, beside what is new, all articles that it may be a copy of, and those whose
        copies are gone, and choose among them the ones to answer from."""
        self.gone -= self._same
        fresh = list(self.articles.signed())
        related = self._related(fresh)
        self._addition.take(related)
        self.gone |= related
        if len(fresh) + len(self.gone) > self._most:
            raise ReadWhole
        names: Collection[str] = ()
        if duplicate_groups(self.articles.signed(), names):
            own = ((each.title, each.signature[:16], each.outlet) for each in fresh)
            names = site_names(chain(self._before.titles(), own))
        self.find_copies(names)

    def _related(self, fresh: Sequence[SignedArticle]) -> set[str]:
        """The ids of the articles that, over any number of steps, are like one that is new or were
        one with one that is gone."""
        related = self._group_of(self.gone)
        waiting = [*fresh, *self._before.signed(related)]
        while waiting:
            one = waiting.pop()
            keys, _ = likeness_keys([one.signature])
            candidates = set(self._before.alike(keys, MOST_ALIKE)) - self.gone - related
            alike = {
                each.id
                for each in self._before.signed(candidates)
                if signature_likeness(one.signature, each.signature) >= LIKENESS
            }
            new = (alike | self._group_of(alike)) - related
            waiting += self._before.signed(new)
            related |= new
        return related

    def _group_of(self, ids: Collection[str]) -> set[str]:
        """The ids of the articles that are one with any of these, without what is gone."""
        kept = {copy_of or id for id, _, _, copy_of, _ in self._before.fingerprinted(ids)}
        rows = self._before.fingerprinted(kept)
        copies = {copy[0] for row in rows for copy in json.loads(row[4])}
        return {each.id for each in self._before.signed(kept | copies)} - self.gone - set(ids)

    def changes(self) -> ArticleChanges:
        """How the articles answered from differ from those before."""
        now = {row[0]: row for row in self.articles.fingerprinted() if row[3] is None}
        rows = self._before.fingerprinted(self.gone)
        before = {row[0]: row for row in rows if row[3] is None}
        both = now.keys() & before.keys()
        same = sum(_shown(now[each]) == _shown(before[each]) for each in both)
        return ArticleChanges(
            added=len(now) - len(both),
            changed=len(both) - same,
            removed=len(before) - len(both),
            unchanged=self._before.facts.articles - len(before) + same,
        )


def _shown(row: tuple[Any, ...]) -> tuple[Any, ...]:
    _, digest, path, _, copies = row
    return digest, path, copies
