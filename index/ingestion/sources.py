"""The sources of a build's articles: an iterable, or files, reread only if they changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from index.article import Article
from index.errors import IndexingError, Problem, ReadError
from index.formats.base import Options, Skipped, Source
from index.formats.process import read_apart
from index.ingestion.generation import EmbargoedArticle, NewGeneration, UnfitArticle
from index.ingestion.readings import (
    FailedFiles,
    FileReading,
    FileSnapshot,
    is_lasting,
    is_unchanged,
    take_snapshot,
)
from index.store.articles import SourceRow
from index.store.build import PreviousGeneration


@dataclass(frozen=True, slots=True)
class ReadContext:
    """`removed_ids` are articles to leave out; `check`, called before each article, raises to stop;
    `progress` receives the number of files done and the total."""

    removed_ids: frozenset[str]
    check: Callable[[], None]
    progress: Callable[[int, int], None]


@dataclass(slots=True)
class SourceChanges:
    """What has changed since a generation was made.

    `sources`: files to read, with what they gave before in `readings`, by location. `deletions`:
    what deleted files had given. `skipped`: what is skipped in unchanged files.
    """

    sources: list[Source] = field(default_factory=list)
    readings: dict[str, FileReading] = field(default_factory=dict)
    deletions: list[FileReading] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sources or self.deletions)


@dataclass(frozen=True, slots=True)
class IterableArticles:
    """Articles from an iterable, all of which a build needs to know what has changed."""

    articles: Iterable[Article]
    merge: bool
    skipped: list[Skipped] = field(default_factory=list)

    def read_into(
        self, generation: NewGeneration, before: PreviousGeneration | None, context: ReadContext
    ) -> None:
        for article in self.articles:
            context.check()
            if article.id in context.removed_ids:
                generation.articles.leave_out(article.id)
                continue
            try:
                generation.add(article, sign=self.merge)
            except EmbargoedArticle as error:
                self.skipped.append(Skipped(article.path, error.problem))
        if self.merge:
            generation.find_copies()

    def no_article_error(self, left_out: int) -> IndexingError:
        return _no_article_error(left_out, self.skipped)


@dataclass
class FileArticles:
    """Articles from files; unchanged files are taken from the previous generation."""

    paths: Sequence[Path]
    sources: Sequence[Source]
    options: Options
    failures: FailedFiles
    skipped: list[Skipped] = field(default_factory=list)
    _snapshots: dict[str, FileSnapshot] = field(default_factory=dict)

    def changes(self, before: PreviousGeneration, context: ReadContext) -> SourceChanges | None:
        """What has changed since `before`, made by the same rules; None if everything must be read
        to know."""
        left_out = before.left_out()
        if not left_out <= context.removed_ids:
            return None
        rows = {row.location: row for row in before.sources()}
        changes = SourceChanges()
        for number, source in enumerate(self.sources):
            context.check()
            context.progress(number, len(self.sources))
            row = rows.pop(source.location, None)
            if row is not None and is_unchanged(source, row):
                continue
            reading = FileReading.of_row(row) if row is not None else None
            if reading is None or reading.failed:
                same = self.failures.find(source, self._snapshot)
            else:
                is_same = reading.label == source.label and reading.of(source, self._snapshot)
                same = reading if is_same else None
            if same is not None:
                changes.skipped += same.skipped
                continue
            changes.sources.append(source)
            if reading is not None:
                changes.readings[source.location] = reading
        readings = map(FileReading.of_row, rows.values())
        changes.deletions = [reading for reading in readings if not reading.failed]
        gone = {article_id for reading in changes.deletions for article_id in reading.articles}
        return None if before.signed(context.removed_ids - left_out - gone) else changes

    def read_changes(
        self, generation: NewGeneration, changes: SourceChanges, context: ReadContext
    ) -> None:
        """Add the articles of changed files to a generation, and what is skipped to `changes`."""
        with self._remembering_failures():
            for source in changes.sources:
                context.check()
                reading = self._read(generation, source, context)
                generation.articles.note(SourceRow._make(reading.as_row()))
                changes.skipped += reading.skipped

    def read_into(
        self, generation: NewGeneration, before: PreviousGeneration | None, context: ReadContext
    ) -> None:
        readings = map(FileReading.of_row, before.sources() if before else ())
        readings_by_location = {reading.location: reading for reading in readings}
        with self._remembering_failures():
            for number, source in enumerate(self.sources):
                context.check()
                context.progress(number, len(self.sources))
                reading = readings_by_location.get(source.location)
                if (
                    reading is not None
                    and not reading.failed
                    and reading.of(source, self._snapshot)
                    and _reuse(generation, reading, source, context)
                ):
                    reading = reading.shown_as(source.label)
                else:
                    reading = self._read(generation, source, context)
                generation.articles.note(SourceRow._make(reading.as_row()))
                self.skipped += reading.skipped
        generation.find_copies()
        context.progress(len(self.sources), len(self.sources))

    @contextmanager
    def _remembering_failures(self) -> Iterator[None]:
        """Save the files that failed, also if the build ends early."""
        try:
            yield
        finally:
            self.failures.save({source.location for source in self.sources})

    def _read(self, generation: NewGeneration, source: Source, context: ReadContext) -> FileReading:
        if (failure := self.failures.find(source, self._snapshot)) is not None:
            return failure
        snapshot = self._snapshot(source)
        ids: list[str] = []
        skipped: list[Skipped] = []
        reliable = True  # False if the result depends on other files or on this machine's state
        for article in _articles(source, self.options):
            context.check()
            if isinstance(article, Skipped):
                skipped.append(article)
                reliable = reliable and is_lasting(article.problem)
                continue
            is_duplicate_id = generation.holds(article.id)
            try:
                if article.id in context.removed_ids:
                    generation.articles.leave_out(article.id)
                else:
                    generation.add(article)
                ids.append(article.id)
            except UnfitArticle as error:
                skipped.append(Skipped(article.path, error.problem))
                reliable = reliable and not is_duplicate_id
        digest = snapshot.digest if reliable and snapshot.holds(source.path) else None
        stamp = snapshot.stamp if digest and snapshot.is_settled else b""
        origin = (source.location, source.label, source.url, digest)
        reading = FileReading(*origin, tuple(ids), tuple(skipped), stamp)
        self.failures.note(reading)
        return reading

    def _snapshot(self, source: Source) -> FileSnapshot:
        snapshot = self._snapshots.get(source.location)
        if snapshot is None or not snapshot.holds(source.path):
            snapshot = self._snapshots[source.location] = take_snapshot(source.path)
        return snapshot

    def no_article_error(self, left_out: int) -> IndexingError:
        return _no_article_error(left_out, self.skipped, ", ".join(map(str, self.paths)))


def _reuse(
    generation: NewGeneration, reading: FileReading, source: Source, context: ReadContext
) -> bool:
    """Copy a file's articles from the previous generation; False if that is not possible."""
    ids = [article_id for article_id in reading.articles if article_id not in context.removed_ids]
    if not generation.articles.add_again(ids, reading.label, source.label):
        return False
    for article_id in context.removed_ids.intersection(reading.articles):
        generation.articles.leave_out(article_id)
    return True


def _articles(source: Source, options: Options) -> Iterator[Article | Skipped]:
    """Read a file; one that cannot be read gives a Skipped."""
    try:
        yield from read_apart(source, options)
    except ReadError as error:
        yield Skipped(source.label, error.problem)


def _no_article_error(left_out: int, skipped: Sequence[Skipped], label: str = "") -> IndexingError:
    removals = Problem("count-removed", count=left_out)
    if not skipped:
        if not left_out:
            return IndexingError("no-article", subject=label)
        return IndexingError("no-article-removed", subject=label, removed=removals)
    first = skipped[0]
    problem = first.problem.about(first.label, first.at)
    others = Problem("count-skipped", count=len(skipped), first=problem)
    if not left_out:
        return IndexingError("no-article-skipped", subject=label, skipped=others)
    return IndexingError(
        "no-article-removed-skipped", subject=label, removed=removals, skipped=others
    )
