"""Incremental builds: from a corpus to a new generation, at the cost of its changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from index.article import Article, Selection
from index.errors import BuildStopped
from index.formats.base import Options, Skipped
from index.formats.sources import find_sources
from index.ingestion.addition import MOST_ADDED, Addition, FullBuildNeeded
from index.ingestion.generation import NewGeneration
from index.ingestion.readings import FAILURES, FailedFiles, rules
from index.ingestion.sources import FileArticles, IterableArticles, ReadContext
from index.ingestion.vectors import Embedded, EmbeddingWork, embed_missing
from index.models.base import Embedder
from index.store.article_writer import ArticleChanges
from index.store.base import Build, IndexStore
from index.store.build import PreviousGeneration
from index.store.factory import Location, open_store
from index.store.generation import GenerationFacts, is_same_model

# The steps of a build, in order; "cut" to "write" only if something has changed.
BuildStep = Literal["lock", "read", "cut", "embed", "write", "clean"]


class BuildObserver(Protocol):
    """Receives the progress of a build."""

    def step(self, name: BuildStep) -> None:
        """Called when a step begins."""

    def progress(self, done: int, total: int) -> None:
        """Called during "read" with files (not if articles come from elsewhere), during "cut" with
        articles, during "embed" with the texts to embed."""


class Unobserved:
    """An observer that does nothing."""

    def step(self, name: BuildStep) -> None: ...

    def progress(self, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Outcome of a build.

    `generation` is the id in service at the end; `switched` is False if nothing had changed.
    `articles` are the searchable ones, `duplicates` their copies; `added` to `unchanged` compare
    `articles` with the previous generation. `left_out` counts articles that the operator removed,
    `embedded` texts, `resumed` texts whose vectors an interrupted build had saved.
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

    Files that are not articles are skipped and reported, removed articles left out, and duplicates
    merged. `stop` is polled between articles and batches. Raises ReadError if a path does not
    exist, IndexingError if there is no article, BuildLocked, BuildStopped, ModelError, StoreError;
    the index in service is then unchanged, and the next build reuses the vectors of finished
    batches.
    """
    options = options or Options()
    store, digest = open_store(location), rules(options)
    sources, skipped = find_sources(paths)
    failures = FailedFiles(store.workplace / FAILURES, digest)
    files = FileArticles(paths, sources, options, failures, skipped)
    roots = tuple(dict.fromkeys(os.path.abspath(path) for path in paths))  # noqa: PTH100 - as named
    watch = observer or Unobserved()
    return _Build(store, files, digest, roots, embedder, watch, stop, options.apart).run()


def _check_stop(stop: _Stop | None, kept: int = 0) -> None:
    """Raises BuildStopped if `stop` returns True; `kept` counts the vectors saved for the next
    build."""
    if stop is None or not stop():
        return
    if kept:
        raise BuildStopped("build-stopped-kept", count=kept, vector_count=kept)
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
    """Build the index of these articles. Raises as `build` does. Duplicates are merged only if
    `merge` is set."""
    supply, watch = IterableArticles(articles, merge), observer or Unobserved()
    return _Build(open_store(location), supply, rules(), (), embedder, watch, stop).run()


@dataclass(frozen=True, slots=True)
class _Build:
    """One build, from locking the store to removing old generations. `rules` is the digest of
    the code that reads and cuts the articles, `roots` the paths indexed."""

    store: IndexStore
    supply: FileArticles | IterableArticles
    rules: str
    roots: tuple[str, ...]
    embedder: Embedder
    watch: BuildObserver
    stop: _Stop | None
    apart: tuple[Selection, ...] = ()

    def run(self) -> BuildReport:
        self.watch.step("lock")
        with self.store.start_build() as build:
            report = self._read(build)
            self.watch.step("clean")  # as the build ends
        return report

    def _read(self, build: Build) -> BuildReport:
        """Read the articles and, if any has changed, make a generation of them."""
        context = ReadContext(frozenset(self.store.removed()), self._check, self.watch.progress)
        previous = build.previous
        before = None
        # A generation without roots may be an earlier Selon's import, with texts from elsewhere: if
        # there are files, read them again.
        if previous and (previous.facts.roots or not self.roots):
            before = previous if previous.facts.rules == self.rules else None
        # True if the same articles would make the same generation.
        comparable = (
            before
            and is_same_model(before.facts, self.embedder)
            and before.facts.roots == self.roots
        )
        self.watch.step("read")
        if before and comparable and isinstance(self.supply, FileArticles):
            report = self._add(build, self.supply, before, context)
            if report is not None:
                return report
        with build.generation(self.embedder, alike=before is not None) as writer:
            generation = NewGeneration(writer, self.rules, self.apart)
            self.supply.read_into(generation, before, context)
            left_out = generation.articles.count_left_out()
            if (
                before
                and comparable
                and before.facts.fingerprint == generation.articles.fingerprint()
            ):
                return self._report(before.facts, left_out)
            differences = generation.articles.changes()
            self.watch.step("cut")
            generation.cut(self._check, self.watch.progress)
            if not generation.articles.passages:
                raise self.supply.no_article_error(left_out)
            return self._finish(generation, left_out, differences)

    def _add(
        self, build: Build, files: FileArticles, before: PreviousGeneration, context: ReadContext
    ) -> BuildReport | None:
        """Add what has changed to the previous generation, or return None if a full build is
        needed."""
        changes = files.changes(before, context)
        if changes is None:
            return None
        if not changes:
            skipped = tuple(changes.skipped)
            return self._report(before.facts, len(before.left_out()), skipped=skipped)
        changed = len(changes.sources) + len(changes.deletions)
        if changed > MOST_ADDED * before.facts.articles:
            return None
        with build.addition(self.embedder) as writer:
            if writer is None:
                return None
            try:
                generation = Addition(writer, before, changes, self.rules, self.apart)
                files.read_changes(generation, changes, context)
                generation.find_changed_copies()
            except FullBuildNeeded:
                return None
            skipped = tuple(changes.skipped)
            if not writer.replaced_ids and not generation.articles.count():
                return self._report(before.facts, len(before.left_out()), skipped=skipped)
            left_out = len(before.left_out()) + generation.articles.count_left_out()
            differences = generation.changes()
            self.watch.step("cut")
            generation.cut(self._check, self.watch.progress)
            return self._finish(generation, left_out, differences, skipped)

    def _finish(
        self,
        generation: NewGeneration,
        left_out: int,
        changes: ArticleChanges,
        skipped: tuple[Skipped, ...] = (),
    ) -> BuildReport:
        """Embed a new generation and put it in service."""
        self.watch.step("embed")
        work = EmbeddingWork(self.embedder, self._check, self.watch.progress)
        embedded = embed_missing(generation.writer, work)
        self.watch.step("write")
        facts = generation.put_in_service(self.embedder, self.roots, self._check)
        return self._report(facts, left_out, changes, embedded, skipped)

    def _report(
        self,
        facts: GenerationFacts,
        left_out: int,
        changes: ArticleChanges | None = None,
        embedded: Embedded | None = None,
        skipped: tuple[Skipped, ...] = (),
    ) -> BuildReport:
        """Report on a new generation, or, without `changes`, on the one still in service."""
        return BuildReport(
            generation=facts.id,
            articles=facts.articles,
            passages=facts.passages,
            sentences=facts.sentences,
            **asdict(changes or ArticleChanges(0, 0, 0, unchanged=facts.articles)),
            embedded=embedded.texts if embedded else 0,
            skipped=(*self.supply.skipped, *skipped),
            switched=changes is not None,
            duplicates=facts.copies,
            left_out=left_out,
            resumed=embedded.saved_texts if embedded else 0,
        )

    def _check(self, kept: int = 0) -> None:
        _check_stop(self.stop, kept)
