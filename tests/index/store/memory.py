"""A store in memory: the least that fulfils the protocol, and how an engine that keeps documents,
vectors and terms of its own would do it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from index.article import Selection
from index.errors import BuildLocked, DamagedIndex, NoIndex, StoreError
from index.models.base import Embedder, IntArray, Vectors
from index.store.article_writer import ArticleDatabase
from index.store.articles import ARTICLES_FILE, StoredArticles
from index.store.base import RemovedArticle, StoreCheck
from index.store.build import HASH_SIZE, Hashes, MissingVectors, StopCheck
from index.store.builder_status import BuilderStatus
from index.store.files.opening import open_folder
from index.store.files.segment_writer import SegmentWriter
from index.store.files.transfer import check_export, may_hold_export, replace_folder
from index.store.generation import (
    ROW_KINDS,
    BuildFacts,
    CandidateQuery,
    CandidateSignals,
    GenerationFacts,
    RowKind,
    check_model,
)
from index.store.open_generation import OpenGeneration, refuse_withdrawn
from index.store.postings import Postings, WordMatch, common_rows, idf
from index.store.writer import GenerationWriter, build_postings


@dataclass(frozen=True)
class Stored:
    """A generation: its articles in a file, its vectors and words in memory."""

    facts: GenerationFacts
    path: Path
    vectors: Mapping[RowKind, Vectors]
    words: Mapping[RowKind, Postings]


class MemoryGeneration(StoredArticles):
    """A `StoredGeneration`, and the `PreviousGeneration` of a build."""

    def __init__(self, stored: Stored) -> None:
        super().__init__(stored.path)
        self.facts = stored.facts
        self._vectors = stored.vectors
        self._words = stored.words
        self._firsts = np.append(self.first_sentences(), stored.facts.sentences)

    def frequencies(
        self, kind: RowKind, terms: Collection[str], among: Selection | None = None
    ) -> dict[str, int]:
        words, rows = self._words[kind], self._open_rows(among or Selection())[kind]
        counts = {
            term: int(np.count_nonzero(rows[words.of(term).rows]))
            for term in terms
            if words.frequency(term)
        }
        return {term: count for term, count in counts.items() if count}

    def count_rows(self, among: Selection) -> dict[RowKind, int]:
        return {kind: int(np.count_nonzero(rows)) for kind, rows in self._open_rows(among).items()}

    def _open_rows(self, among: Selection) -> dict[RowKind, npt.NDArray[np.bool_]]:
        passages = np.zeros(self.facts.passages, dtype=bool)
        passages[self.select_rows(among)] = True
        return {"passages": passages, "sentences": np.repeat(passages, np.diff(self._firsts))}

    def candidates(self, query: CandidateQuery) -> CandidateSignals:
        eligible = np.zeros(self.facts.passages, dtype=bool)
        eligible[self.select_rows(query.among or Selection())] = True
        if query.without is not None:
            eligible[query.without] = False
        words = self._match("passages", query.passage_terms)
        cosines = {kind: self._vectors[kind] @ query.vector for kind in ROW_KINDS}
        counts = np.diff(self._firsts)
        owners = np.repeat(np.arange(len(counts)), counts)
        keys = np.unique(
            np.concatenate(
                [
                    _best(cosines["passages"], eligible, query.passages),
                    owners[_best(cosines["sentences"], eligible[owners], query.sentences)],
                    words.best(query.passages, eligible),
                ]
            )
        ).astype(np.int64)
        sentences = np.flatnonzero(np.isin(owners, keys))
        return CandidateSignals(
            keys=keys,
            cosines=cosines["passages"][keys],
            bm25=words.at(keys),
            openings=self.openings()[keys],
            sentence_cosines=cosines["sentences"][sentences],
            sentence_bm25=self._match("sentences", query.sentence_terms).at(sentences),
            offsets=np.cumsum(counts[keys]) - counts[keys],
        )

    def _match(self, kind: RowKind, weights: Mapping[str, float]) -> WordMatch:
        words = self._words[kind]
        postings = [
            replace(words.of(term), factor=weight / idf(words.frequency(term), words.size))
            for term, weight in weights.items()
            if words.frequency(term)
        ]
        return WordMatch(tuple(postings), words.size)

    def passages_with(
        self, terms: Sequence[Collection[str]], among: Selection | None = None
    ) -> IntArray:
        words = self._words["passages"]
        keys = common_rows(
            [[words.of(term).rows for term in own if words.frequency(term)] for own in terms]
        )
        return keys[self._open_rows(among or Selection())["passages"][keys]]

    def sentence_vectors_of(self, key: int) -> Vectors:
        return self._vectors["sentences"][self._firsts[key] : self._firsts[key + 1]]

    def alike(self, keys: npt.NDArray[np.uint64], most: int) -> list[str]:
        raise NotImplementedError("nothing is added to it")


def _best(scores: Vectors, eligible: npt.NDArray[np.bool_], count: int) -> IntArray:
    rows = np.flatnonzero(eligible)
    return rows[np.argsort(-scores[rows], kind="stable")[:count]]


class MemoryWriter(GenerationWriter):
    def __init__(self, store: MemoryStore, embedder: Embedder, folder: Path, alike: bool) -> None:
        before = store.stored.path if store.current is not None else None
        super().__init__(folder / "new", store.next_id(), before, alike=alike)
        self._store = store
        self._kept = store.vectors.setdefault((embedder.id, embedder.dimension), {})

    def _keys(self, kind: RowKind) -> list[bytes]:
        content = self.hashes(kind).tobytes()
        return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]

    def find_vectors(self, kind: RowKind) -> MissingVectors:
        first = {key: row for row, key in reversed(list(enumerate(self._keys(kind))))}
        missing = sorted(row for key, row in first.items() if key not in self._kept)
        return MissingVectors(np.array(missing, dtype=np.int64), 0)

    def save_vectors(self, hashes: Hashes, vectors: Vectors) -> None:
        content = hashes.tobytes()
        for row, vector in enumerate(vectors):
            self._kept[content[row * HASH_SIZE : (row + 1) * HASH_SIZE]] = vector

    def put_in_service(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        vectors = {
            kind: np.array([self._kept[key] for key in self._keys(kind)]) for kind in ROW_KINDS
        }
        words = {kind: self.build_words(kind, check) for kind in ROW_KINDS}
        facts = self.facts(build)
        self._store.adopt(self.articles_path, facts, vectors, words)
        return facts


@dataclass
class MemoryBuild:
    store: MemoryStore
    previous: MemoryGeneration | None

    @contextmanager
    def generation(self, embedder: Embedder, *, alike: bool) -> Iterator[MemoryWriter]:
        with (
            TemporaryDirectory(dir=self.store.workplace) as folder,
            closing(MemoryWriter(self.store, embedder, Path(folder), alike)) as writer,
        ):
            yield writer

    def addition(self, embedder: Embedder) -> nullcontext[None]:
        return nullcontext()


@dataclass
class MemoryStore:
    """An `IndexStore` of one process, whose generations are always written whole."""

    workplace: Path
    generations: list[Stored] = field(default_factory=list)
    current: int | None = None
    vectors: dict[tuple[str, int], dict[bytes, Vectors]] = field(default_factory=dict)
    _removed: dict[str, RemovedArticle] = field(default_factory=dict)
    _status: BuilderStatus | None = None
    _building: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0

    def next_id(self) -> str:
        self._count += 1
        return f"{self._count:08}"

    @property
    def stored(self) -> Stored:
        if self.current is None:
            raise NoIndex("no-index", subject=self.workplace)
        return self.generations[self.current]

    def adopt(
        self,
        articles: Path,
        facts: GenerationFacts,
        vectors: Mapping[RowKind, Vectors],
        words: Mapping[RowKind, Postings],
    ) -> None:
        """Put a generation in service, and forget all but the one before it."""
        path = self.workplace / f"{facts.id}.sqlite"
        shutil.copyfile(articles, path)
        before = [self.stored] if self.current is not None else []
        for old in self.generations:
            if old not in before:
                old.path.unlink()
        self.generations = [*before, Stored(facts, path, vectors, words)]
        self.current = len(before)

    def current_id(self) -> str | None:
        return None if self.current is None else self.facts().id

    def facts(self) -> GenerationFacts:
        return self.stored.facts

    def open(self, embedder: Embedder | None = None) -> OpenGeneration:
        check_model(self.facts(), self.workplace, embedder)
        return OpenGeneration(MemoryGeneration(self.stored), lambda: frozenset(self._removed))

    def check(self) -> StoreCheck:
        size = sum(stored.path.stat().st_size for stored in self.generations)
        before = self.generations[0].facts.id if self.current else None
        return StoreCheck(self.facts(), before, size, None)

    def roll_back(self) -> GenerationFacts:
        if not self.current:
            raise StoreError("generation-first", subject=self.workplace, generation=self.facts().id)
        self.current -= 1
        return self.facts()

    def export(self, folder: Path) -> GenerationFacts:
        if not may_hold_export(folder):
            raise StoreError("export-not-empty", subject=folder)
        stored = self.stored
        facts = stored.facts
        with closing(MemoryGeneration(stored)) as generation:
            refuse_withdrawn(generation.entries(self._removed), self.workplace)

        def fill(sheet: ArticleDatabase) -> None:
            sheet.attach(stored.path)
            for table in ("articles", "passages", "sentences", "sources", "left_out"):
                sheet.run(f"INSERT INTO {table} SELECT * FROM previous.{table}")

        with (
            replace_folder(folder) as partial,
            closing(SegmentWriter(partial, facts.id)) as segment,
        ):
            segment.fill(fill, facts.passages, facts.sentences)
            for kind, vectors in stored.vectors.items():
                writer = segment.vector_writer(kind, facts.dimension)
                writer.put(np.arange(len(vectors)), vectors)
                writer.finish()
            segment.write(facts, lambda: None)
        return facts

    def take(self, folder: Path) -> GenerationFacts:
        manifest = check_export(folder)
        facts = GenerationFacts.from_json(manifest.as_json())
        facts = replace(facts, id=self.next_id(), roots=(), rules="")
        kept = self.vectors.setdefault((facts.model, facts.dimension), {})
        with open_folder(folder, manifest) as source:
            vectors = {}
            for kind in ROW_KINDS:
                found = source.vector_source(kind)
                rows = vectors[kind] = found.vectors(np.arange(len(found.hashes)))
                content = found.hashes.tobytes()
                keys = (content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE))
                kept.update(zip(keys, rows, strict=True))
            words = {kind: build_postings(source.texts(kind), lambda: None) for kind in ROW_KINDS}
        self.adopt(folder / ARTICLES_FILE, facts, vectors, words)
        return facts

    def removed(self) -> dict[str, RemovedArticle]:
        return self._removed

    def change_removed(
        self, additions: Iterable[RemovedArticle], restored_ids: Collection[str]
    ) -> None:
        removed = {article.id: article for article in additions} | self._removed
        self._removed = {key: removed[key] for key in removed.keys() - set(restored_ids)}

    def note_builder(self, status: BuilderStatus) -> None:
        self._status = status

    def builder_status(self) -> BuilderStatus | None:
        return self._status

    @contextmanager
    def start_build(self) -> Iterator[MemoryBuild]:
        if not self._building.acquire(blocking=False):
            since = f"{datetime.now(UTC):%Y-%m-%d}"
            raise BuildLocked("build-locked-by", process=os.getpid(), since=since)
        previous: MemoryGeneration | None = None
        with suppress(NoIndex, DamagedIndex):
            previous = MemoryGeneration(self.stored)
        try:
            yield MemoryBuild(self, previous)
        finally:
            self._building.release()
            if previous is not None:
                previous.close()
