"""Incremental builds: from a corpus to a new generation, at the cost of its changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from index.article import Article
from index.build.addition import MOST_ADDED, AdditionDraft, GoneVectors, ReadWhole
from index.build.fingerprint import rules
from index.build.generation import GenerationDraft
from index.build.sources import (
    ArticleSupply,
    FileArticles,
    GivenArticles,
    ReadTerms,
    SourceChanges,
)
from index.build.vectors import Embedded, EmbeddingWork, embed_all, embed_part
from index.errors import BuildStopped
from index.formats.base import Options, Skipped
from index.formats.sources import find_sources
from index.models.base import Embedder
from index.store.article_writer import ArticleChanges
from index.store.base import IndexStore
from index.store.build_turn import BuildPart, BuildTurn, KeptVectors
from index.store.factory import Location, open_store
from index.store.reader import GenerationFacts

# What a build does, in this order; "cut" to "switch" only where something has changed.
BuildStep = Literal["lock", "read", "cut", "embed", "write", "switch", "clean"]


class BuildObserver(Protocol):
    """Follows a build."""

    def step(self, name: BuildStep) -> None:
        """Called as each step begins."""
        ...

    def progress(self, done: int, total: int) -> None:
        """Called, of the step under way, in "read" with files (none where the articles do not come
        from files), in "cut" with articles, in "embed" with the texts that need it."""
        ...


class Unobserved:
    """An observer that does nothing."""

    def step(self, name: BuildStep) -> None:
        pass

    def progress(self, done: int, total: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Outcome of a build.

    `generation` is the one in service at the end; `switched` is False when nothing had changed, and
    it is still the one before. `articles` are those answered from and `duplicates` those that say
    the same as one of them; `added` to `unchanged` compare the former with the generation before.
    `left_out` counts articles that the operator has removed. `embedded` counts texts, and `resumed`
    those whose vectors were taken from a build that did not end.
    """

    generation: str
    articles: int
    passages: int
    sentences: int
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    skipped: tuple[Skipped, ...]
    switched: bool
    duplicates: int = 0
    left_out: int = 0
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class PartReport:
    """Outcome of a part of a build: texts `embedded`, and those `found` embedded already."""

    embedded: int
    found: int
    skipped: tuple[Skipped, ...]


_Stop = Callable[[], bool]


def build(
    paths: Sequence[Path],
    location: Location,
    embedder: Embedder,
    *,
    options: Options | None = None,
    observer: BuildObserver | None = None,
    stop: _Stop | None = None,
) -> BuildReport:
    """Build the index of the files and folders at these paths.

    Files that are no articles are skipped and reported, removed articles left out, and of
    duplicates only one is answered from. `stop` is polled between articles and batches. Raises
    ReadError if a path does not exist, IndexingError if there is no article, BuildLocked,
    BuildStopped, ModelError, StoreError; the index in service then stays as it was, and the next
    build reuses the vectors of finished batches.
    """
    sources, skipped = find_sources(paths)
    files = FileArticles(paths, sources, options or Options(), skipped)
    roots = tuple(dict.fromkeys(os.path.abspath(path) for path in paths))  # noqa: PTH100 - as named
    watch = observer or Unobserved()
    store = open_store(location)
    made_by = rules(options, store.workplace / "rules")
    return _Build(store, files, made_by, roots, embedder, watch, stop).run()


def build_part(
    paths: Sequence[Path],
    part: BuildPart,
    location: Location,
    embedder: Embedder,
    *,
    options: Options | None = None,
    observer: BuildObserver | None = None,
    stop: _Stop | None = None,
) -> PartReport:
    """Embed one part of the texts of these paths, while other machines embed the others.

    Everything is read and cut as in a build, but only this part embedded; the build that follows
    reuses the vectors. Raises as `build` does, StoreError if the store serves only one machine, and
    BuildLocked if this very part is being worked on.
    """
    sources, skipped = find_sources(paths)
    supply = FileArticles(paths, sources, options or Options(), skipped)
    store, watch = open_store(location), observer or Unobserved()
    terms = ReadTerms(store.removed().ids, lambda: _check_stop(stop), watch.progress)
    watch.step("lock")
    with (
        store.part_turn(part, embedder.id, embedder.dimension) as turn,
        closing(turn.kept) as kept,
        turn.draft() as writer,
    ):
        draft = GenerationDraft(writer, rules="")  # it is never sealed
        watch.step("read")
        supply.read_into(draft, None, terms)
        watch.step("cut")
        draft.cut(terms.check, watch.progress)
        if not draft.passages.passages:
            raise supply.nothing(draft.articles.left_out())
        watch.step("embed")
        work = EmbeddingWork(embedder, kept, lambda: _check_stop(stop, kept), watch.progress)
        embedded = embed_part(writer, work, part, turn)
        return PartReport(embedded.texts, embedded.resumed, tuple(supply.skipped))


def _check_stop(stop: _Stop | None, kept: KeptVectors | None = None) -> None:
    """Raises BuildStopped when it is time to."""
    if stop is None or not stop():
        return
    count = len(kept) if kept else 0
    if count:
        raise BuildStopped("build-stopped-kept", count=count, kept=count)
    raise BuildStopped("build-stopped")


def build_articles(
    articles: Iterable[Article],
    location: Location,
    embedder: Embedder,
    *,
    observer: BuildObserver | None = None,
    stop: _Stop | None = None,
    merge: bool = False,
) -> BuildReport:
    """Build the index of these articles, taken one by one. Raises as `build` does.

    Duplicates are found only if they are to be merged.
    """
    supply, watch = GivenArticles(articles, merge), observer or Unobserved()
    return _Build(open_store(location), supply, rules(), (), embedder, watch, stop).run()


@dataclass(frozen=True, slots=True)
class _Build:
    """One build, from its turn at the store to the last generation removed.

    The articles of `supply` are read and cut by `rules`, and come from files below `roots`, if any.
    """

    store: IndexStore
    supply: ArticleSupply
    rules: str
    roots: tuple[str, ...]
    embedder: Embedder
    watch: BuildObserver
    stop: _Stop | None

    def run(self) -> BuildReport:
        self.watch.step("lock")
        with self.store.build_turn() as turn:
            report = self._read(turn)
            self.watch.step("clean")
            turn.clean()
        return report

    def _read(self, turn: BuildTurn) -> BuildReport:
        """Read the articles, if any is new or changed, and make a generation of them if so."""
        terms = ReadTerms(self.store.removed().ids, self._check, self.watch.progress)
        previous = turn.previous
        before = None
        # A generation without roots may be an import of an earlier Selon, whose texts somebody else
        # chose; files are then read again.
        if previous and (previous.facts.roots or not self.roots):
            before = previous if previous.facts.rules == self.rules else None
        # Whether the same articles, read alike, would make the same generation.
        comparable = before and self._same_model(before.facts) and before.facts.roots == self.roots
        self.watch.step("read")
        if before and comparable and (changes := self.supply.changes(before, terms)) is not None:
            if not changes:
                self.supply.skip(changes.skipped)
                return self._unchanged(before.facts, len(before.left_out()))
            if (report := self._add(turn, changes, terms)) is not None:
                return report
        with turn.draft(alike=before is not None) as writer:
            draft = GenerationDraft(writer, self.rules)
            self.supply.read_into(draft, before, terms)
            if before and comparable and before.facts.fingerprint == draft.articles.fingerprint():
                return self._unchanged(before.facts, draft.articles.left_out())
            return self._make(turn, draft)

    def _add(self, turn: BuildTurn, changes: SourceChanges, terms: ReadTerms) -> BuildReport | None:
        """Add what has changed to the generation before; None where all is to be built anew."""
        before = turn.growable
        changed = len(changes.read) + len(changes.gone)
        if before is None or changed > MOST_ADDED * before.facts.articles:
            return None
        with turn.addition() as addition:
            try:
                draft = AdditionDraft(addition, before, changes, self.rules)
                self.supply.read_changes(draft, changes, terms)
                draft.find_changed_copies()
            except ReadWhole:
                return None
            self.supply.skip(changes.skipped)
            if not draft.gone and not draft.articles.count():
                return self._unchanged(before.facts, len(before.left_out()))
            self.watch.step("cut")
            left_out = len(before.left_out()) + draft.articles.left_out()
            differences = draft.changes()
            draft.cut(self._check, self.watch.progress)
            self.watch.step("embed")
            embedder = self.embedder
            kept = turn.kept_vectors(embedder.id, embedder.dimension)
            with closing(kept):
                work = EmbeddingWork(embedder, kept, lambda: self._check(kept), self.watch.progress)
                lends = GoneVectors(before, draft.gone)
                embedded = embed_all(draft.writer, work, [lends])
            self.watch.step("write")
            made_by = draft.terms(embedder, datetime.now(UTC), self.roots)
            gone = [each.location for each in changes.gone]
            facts = addition.seal(draft.gone, gone, made_by, self._check)
            self.watch.step("switch")
            addition.switch()
        return self._report(facts, differences, embedded, left_out)

    def _make(self, turn: BuildTurn, draft: GenerationDraft) -> BuildReport:
        """Make a generation of a draft whose articles are read, and put it in service."""
        self.watch.step("cut")
        left_out, changes = draft.articles.left_out(), draft.articles.changes()
        draft.cut(self._check, self.watch.progress)
        if not draft.passages.passages:
            raise self.supply.nothing(left_out)
        self.watch.step("embed")
        embedder = self.embedder
        with (
            turn.put_aside() as newer,
            closing(turn.kept_vectors(embedder.id, embedder.dimension)) as kept,
        ):
            work = EmbeddingWork(embedder, kept, lambda: self._check(kept), self.watch.progress)
            known = [each for each in (turn.previous, newer) if each]
            reusable = [each for each in known if self._same_model(each.facts)]
            embedded = embed_all(draft.writer, work, reusable)
        self.watch.step("write")
        facts = draft.seal(embedder, datetime.now(UTC), self.roots, self._check)
        turn.adopt(draft.writer)
        self.watch.step("switch")
        turn.switch(draft.writer)
        return self._report(facts, changes, embedded, left_out)

    def _report(
        self, facts: GenerationFacts, changes: ArticleChanges, embedded: Embedded, left_out: int
    ) -> BuildReport:
        return BuildReport(
            generation=facts.id,
            articles=facts.articles,
            passages=facts.passages,
            sentences=facts.sentences,
            added=changes.added,
            changed=changes.changed,
            removed=changes.removed,
            unchanged=changes.unchanged,
            embedded=embedded.texts,
            skipped=tuple(self.supply.skipped),
            switched=True,
            duplicates=facts.copies,
            left_out=left_out,
            resumed=embedded.resumed,
        )

    def _check(self, kept: KeptVectors | None = None) -> None:
        _check_stop(self.stop, kept)

    def _same_model(self, facts: GenerationFacts) -> bool:
        return (facts.model, facts.dimension) == (self.embedder.id, self.embedder.dimension)

    def _unchanged(self, facts: GenerationFacts, left_out: int) -> BuildReport:
        return BuildReport(
            generation=facts.id,
            articles=facts.articles,
            passages=facts.passages,
            sentences=facts.sentences,
            added=0,
            changed=0,
            removed=0,
            unchanged=facts.articles,
            embedded=0,
            skipped=tuple(self.supply.skipped),
            switched=False,
            duplicates=facts.copies,
            left_out=left_out,
        )
