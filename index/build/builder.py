"""From a corpus to a new generation of the index, at the cost of what has changed in it."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from index.article import Article
from index.build.fingerprint import rules
from index.build.generation import GenerationDraft
from index.build.sources import FileArticles, GivenArticles, ReadTerms, Taking
from index.build.vectors import Embedded, Resume, Work, forget_resume
from index.errors import BuildStopped, DamagedIndex, NoIndex
from index.formats.base import Options, Skipped
from index.formats.sources import find_sources
from index.models.base import Embedder
from index.store.files.article_writer import ArticleChanges
from index.store.files.generation import Generation, open_newer, open_whole
from index.store.files.layout import Layout, new_id, storing
from index.store.files.lock import build_lock
from index.store.files.removed import Removed

BuildStep = Literal["lock", "read", "cut", "embed", "write", "switch", "clean"]


"""What a build does, in this order; "cut" to "switch" only where something has changed."""


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
    """An Observer that looks away."""

    def step(self, name: BuildStep) -> None:
        pass

    def progress(self, done: int, total: int) -> None:
        pass


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did.

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


logger = logging.getLogger(__name__)


_Stop = Callable[[], bool]


def build(
    paths: Sequence[Path],
    data_dir: Path,
    embedder: Embedder,
    *,
    options: Options | None = None,
    observer: BuildObserver | None = None,
    stop: _Stop | None = None,
) -> BuildReport:
    """Build the index of the files and folders at these paths.

    A file that is no article is skipped and reported, an article that the operator has removed
    (`index.store.files.removed`) left out; of articles that are one, one is answered from. `stop`
    is asked
    between articles and batches. Raises ReadError when a path does not exist, IndexingError when no
    article is found, BuildLocked, BuildStopped, ModelError, StoreError: the index in service then
    stays as it was, and the vectors of finished batches serve the next build.
    """
    sources, skipped = find_sources(paths)
    files = FileArticles(paths, sources, options or Options(), skipped)
    roots = tuple(dict.fromkeys(os.path.abspath(path) for path in paths))  # noqa: PTH100 - as named
    corpus = _Corpus(files, rules(options), roots)
    return _Build(Layout(data_dir), corpus, embedder, observer or Unobserved(), stop).run()


def build_articles(
    articles: Iterable[Article],
    data_dir: Path,
    embedder: Embedder,
    *,
    observer: BuildObserver | None = None,
    stop: _Stop | None = None,
    merge: bool = False,
) -> BuildReport:
    """Build the index of these articles, taken one by one. Raises as `build` does.

    Each is answered from, whatever it has in common with others, unless they are to be merged.
    """
    corpus = _Corpus(GivenArticles(articles, merge), rules(), ())
    return _Build(Layout(data_dir), corpus, embedder, observer or Unobserved(), stop).run()


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The articles, what they are read and cut by, and the paths they are at."""

    taking: Taking
    rules: str
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Build:
    """One build, from the lock to the last file removed."""

    layout: Layout
    corpus: _Corpus
    embedder: Embedder
    watch: BuildObserver
    stop: _Stop | None

    def run(self) -> BuildReport:
        self.watch.step("lock")
        with build_lock(self.layout.root):
            with storing(self.layout.generations):
                self.layout.generations.mkdir(exist_ok=True)
                self.layout.sweep()
            replaced = self.layout.replaced()
            previous = _previous(self.layout.data_dir)
            with previous or nullcontext():
                report = self._read(previous)
            self.watch.step("clean")
            with storing(self.layout.root):
                if not report.switched:
                    replaced = self.layout.before(report.generation)
                self.layout.clean(report.generation, replaced)
        return report

    def _read(self, previous: Generation | None) -> BuildReport:
        """Read the articles, if any is new or changed, and make a generation of them if so."""
        removed = Removed.open(self.layout.data_dir).ids
        terms = ReadTerms(removed, self._check, self.watch.progress)
        before = previous.bulk if previous and self._alike(previous) else None
        self.watch.step("read")
        taking = self.corpus.taking
        if previous and before and self._comparable(previous) and taking.untouched(before, terms):
            return self._unchanged(previous, len(before.left_out()))
        with self._draft(previous) as (generation, draft):
            taking.read_into(draft, before, terms)
            if (
                previous
                and self._comparable(previous)
                and previous.manifest.fingerprint == draft.fingerprint()
            ):
                return self._unchanged(previous, draft.left_out())
            return self._make(generation, draft, previous)

    def _make(
        self, generation: str, draft: GenerationDraft, previous: Generation | None
    ) -> BuildReport:
        """Make a generation of a draft whose articles are read, and put it in service."""
        self.watch.step("cut")
        left_out, changes = draft.left_out(), draft.changes()
        draft.cut(self._check, self.watch.progress)
        if not draft.passages:
            raise self.corpus.taking.nothing(left_out)
        self.watch.step("embed")
        embedded = self._embed(draft, previous)
        self.watch.step("write")
        now = datetime.now(UTC)
        draft.seal(generation, self.embedder, now, self.corpus.roots, self._check)
        with storing(self.layout.generations):
            self.layout.adopt(generation)
        self.watch.step("switch")
        with storing(self.layout.current):
            self.layout.switch(generation)
        forget_resume(self.layout)
        return self._changed(generation, draft, changes, embedded, left_out)

    def _embed(self, draft: GenerationDraft, previous: Generation | None) -> Embedded:
        embedder = self.embedder
        with ExitStack() as opened:
            sources = [previous] if previous else []
            newer = _newer(self.layout.data_dir)
            if newer is not None:
                sources.append(opened.enter_context(newer))
            resume = opened.enter_context(
                closing(Resume(self.layout, embedder.id, embedder.dimension))
            )
            work = Work(embedder, resume, lambda: self._check(resume), self.watch.progress)
            return draft.embed(work, [each for each in sources if self._same_model(each)])

    @contextmanager
    def _draft(self, previous: Generation | None) -> Iterator[tuple[str, GenerationDraft]]:
        """A draft and its id; a build that fails leaves nothing in its folder."""
        generation = new_id(datetime.now(UTC), max(self.layout.whole(), default=None))
        folder = self.layout.unfinished(generation)
        draft: GenerationDraft | None = None
        try:
            draft = GenerationDraft(folder, self.corpus.rules, previous)
            yield generation, draft
        finally:
            if draft is not None:
                draft.close()
            shutil.rmtree(folder, ignore_errors=True)

    def _check(self, resume: Resume | None = None) -> None:
        """Raises BuildStopped when it is time to."""
        if self.stop is None or not self.stop():
            return
        kept = len(resume) if resume else 0
        if kept:
            raise BuildStopped("build-stopped-kept", count=kept, kept=kept)
        raise BuildStopped("build-stopped")

    def _alike(self, previous: Generation) -> bool:
        return previous.manifest.rules == self.corpus.rules

    def _same_model(self, generation: Generation) -> bool:
        manifest, embedder = generation.manifest, self.embedder
        return (manifest.model, manifest.dimension) == (embedder.id, embedder.dimension)

    def _comparable(self, previous: Generation) -> bool:
        """Whether the same articles would make the same generation."""
        same_roots = previous.manifest.roots == self.corpus.roots
        return self._alike(previous) and self._same_model(previous) and same_roots

    def _unchanged(self, previous: Generation, left_out: int) -> BuildReport:
        manifest = previous.manifest
        return BuildReport(
            generation=manifest.id,
            articles=manifest.articles,
            passages=manifest.passages,
            sentences=manifest.sentences,
            added=0,
            changed=0,
            removed=0,
            unchanged=manifest.articles,
            embedded=0,
            skipped=tuple(self.corpus.taking.skipped),
            switched=False,
            duplicates=manifest.copies,
            left_out=left_out,
        )

    def _changed(
        self,
        generation: str,
        draft: GenerationDraft,
        changes: ArticleChanges,
        embedded: Embedded,
        left_out: int,
    ) -> BuildReport:
        return BuildReport(
            generation=generation,
            articles=changes.added + changes.changed + changes.unchanged,
            passages=draft.passages,
            sentences=draft.sentences,
            added=changes.added,
            changed=changes.changed,
            removed=changes.removed,
            unchanged=changes.unchanged,
            embedded=embedded.texts,
            skipped=tuple(self.corpus.taking.skipped),
            switched=True,
            duplicates=draft.copies,
            left_out=left_out,
            resumed=embedded.resumed,
        )


def _previous(data_dir: Path) -> Generation | None:
    """The generation in service if every byte of it can be trusted, whatever its model."""
    try:
        return open_whole(data_dir)
    except NoIndex:
        return None
    except DamagedIndex as error:
        logger.warning("%s; nothing of it is reused", error)
        return None


def _newer(data_dir: Path) -> Generation | None:
    """The one that a rollback has put aside: its vectors may be wanted again."""
    try:
        return open_newer(data_dir)
    except DamagedIndex as error:
        logger.info("%s; nothing of it is reused", error)
        return None
