"""A generation being written to files, in a folder of its own until it is complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from index.article import Article, lexical_text
from index.models.base import IntArray
from index.store.article_writer import ArticleDatabase, ArticleWriter, LikenessKeys, PassageWriter
from index.store.articles import ArticleReader, SourceRow
from index.store.build_turn import Hashes, StopCheck, VectorWriter, as_hashes
from index.store.disk import translate_disk_errors
from index.store.files.faiss_vectors import FaissWriter
from index.store.files.generation import (
    ARTICLES_FILE,
    DAYS_FILE,
    FIRST_SENTENCES,
    LIKENESS_KEYS,
    LIKENESS_NUMBERS,
    OPENINGS,
)
from index.store.files.manifest import GENERATION_FORMAT, Manifest, stamp_files
from index.store.files.reusable import VECTORS, WORDS
from index.store.files.word_index import WordIndex
from index.store.generation import BuildFacts, GenerationFacts, RowKind
from index.store.postings import Postings, postings
from index.text.language import keyed_terms

_CHECK_INTERVAL = 1_000  # texts


class FileDraft:
    """See `index.store.build_turn.GenerationWriter`.

    Everything is on disk except what the current step needs. `before` is the `articles.sqlite` of
    the generation in service; `alike`: it was read and cut by the same rules. A segment is a draft
    whose BM25 uses the `average_lengths` of its base.
    """

    def __init__(
        self,
        folder: Path,
        generation: str,
        before: Path | None = None,
        *,
        alike: bool = False,
        average_lengths: Mapping[RowKind, float] | None = None,
    ) -> None:
        self.id = generation
        self.folder = folder
        self._average_lengths = average_lengths or {}
        self._reader: ArticleReader | None = None
        with translate_disk_errors(folder):
            folder.mkdir()
        self._sheet = ArticleDatabase(folder / ARTICLES_FILE, before, alike=alike)
        self.articles = ArticleWriter(self._sheet)
        self.passages = PassageWriter(self._sheet)

    def fill(
        self, fill: Callable[[ArticleDatabase], LikenessKeys | None], passages: int, sentences: int
    ) -> None:
        """Copy all articles, passages and sentences from another store with `fill`, which returns
        their likeness keys, if known."""
        self.articles.likeness = fill(self._sheet)
        self.passages.passages, self.passages.sentences = passages, sentences
        self.end_texts()

    def note(self, source: SourceRow) -> None:
        self._sheet.run("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?)", *source)

    def end_texts(self) -> None:
        self._sheet.finish()
        self._reader = ArticleReader(self.folder / ARTICLES_FILE)

    def hashes(self, kind: RowKind) -> Hashes:
        return as_hashes(self.reader.hashes(kind))

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        return self.reader.texts(kind, rows, in_context=in_context)

    def vectors(self, kind: RowKind, model: str, dimension: int) -> VectorWriter:
        size = self.passages.passages if kind == "passages" else self.passages.sentences
        return FaissWriter(self.folder / VECTORS[kind], size, dimension)

    def seal(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        return self.write(build, check)

    def write(self, build: BuildFacts, check: StopCheck) -> Manifest:
        """Write the words and the manifest."""
        reader = self.reader
        with translate_disk_errors(self.folder):
            for kind, name in WORDS.items():
                check()
                WordIndex.of(self.build_words(kind, check)).save(self.folder / name)
            first = np.append(reader.first_sentences(), self.passages.sentences).astype(np.int64)
            for name, array in (
                (FIRST_SENTENCES, first),
                (OPENINGS, reader.openings()),
                (DAYS_FILE, reader.days()),
            ):
                np.save(self.folder / name, array, allow_pickle=False)
            if (likeness := self.articles.likeness) is not None:
                np.save(self.folder / LIKENESS_KEYS, likeness.keys, allow_pickle=False)
                np.save(self.folder / LIKENESS_NUMBERS, likeness.numbers, allow_pickle=False)
            facts, files = self.facts(build), stamp_files(self.folder)
            manifest = Manifest.from_json(facts.as_json(), format=GENERATION_FORMAT, files=files)
            manifest.save(self.folder)
        return manifest

    def facts(self, build: BuildFacts) -> GenerationFacts:
        reader = self.reader
        return GenerationFacts(
            **(build.build_fields() | {"copies": reader.count_copies()}),
            id=self.id,
            articles=reader.count(),
            passages=self.passages.passages,
            sentences=self.passages.sentences,
            languages=reader.languages(),
            fingerprint=reader.fingerprint(),
        )

    def attach(self, previous: Path) -> None:
        """Replace the attached previous `articles.sqlite` by another."""
        self._sheet.attach(previous)

    def close(self) -> None:
        self._sheet.close()
        if self._reader is not None:
            self._reader.close()

    @property
    def articles_path(self) -> Path:
        return self.folder / ARTICLES_FILE

    @property
    def reader(self) -> ArticleReader:
        assert self._reader is not None, "call end_texts() before reading"
        return self._reader

    def build_words(self, kind: RowKind, check: StopCheck) -> Postings:
        """Index the words of the texts; needs `end_texts()`."""
        return build_postings(self.texts(kind), check, self._average_lengths.get(kind, 0.0))


def build_postings(
    texts: Iterable[tuple[Article, str, str]], check: StopCheck, average_length: float = 0.0
) -> Postings:
    """Index the words of texts, from `ArticleReader.texts`; see `postings`."""

    def documents() -> Iterator[list[str]]:
        for number, (article, heading, text) in enumerate(texts):
            if number % _CHECK_INTERVAL == 0:
                check()
            yield keyed_terms(lexical_text(article, heading, text), article.language)

    return postings(documents(), average_length)
