"""A generation on its way to be files: written in a folder of its own until it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np

from index.article import Article, lexical_text
from index.models.base import IntArray
from index.store.article_writer import (
    ArticleDatabase,
    ArticleWriter,
    LikenessKeys,
    PassageWriter,
)
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
from index.store.files.known import VECTORS, WORDS
from index.store.files.manifest import GENERATION_FORMAT, Manifest, stamp_files
from index.store.files.word_index import WordIndex
from index.store.postings import Postings, postings
from index.store.reader import BuildTerms, GenerationFacts, RowKind
from index.text.language import keyed_terms

_CHECKED_EVERY = 1_000  # texts


class FileDraft:
    """See `index.store.build_turn.GenerationWriter`.

    Everything is on disk but what the step under way needs. `before` is the `articles.sqlite` of
    the generation in service, `alike` says that it was read and cut by the same rules. A segment is
    a draft too, whose words weigh by the `average_lengths` of its base.
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
        self,
        fill: Callable[[ArticleDatabase], LikenessKeys | None],
        passages: int,
        sentences: int,
    ) -> None:
        """Have articles, and as many passages and sentences, come whole from another store, with
        what finds articles that are alike, if it is known there."""
        self.articles.likeness = fill(self._sheet)
        self.passages.passages, self.passages.sentences = passages, sentences
        self.end_texts()

    def note(self, source: SourceRow) -> None:
        self._sheet.run("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?)", *source)

    def end_texts(self) -> None:
        self._sheet.finish()
        self._reader = ArticleReader(self.folder / ARTICLES_FILE)

    def hashes(self, kind: RowKind) -> Hashes:
        return as_hashes(self.written.hashes(kind))

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        return self.written.texts(kind, rows, in_context=in_context)

    def vectors(self, kind: RowKind, model: str, dimension: int) -> VectorWriter:
        size = self.passages.passages if kind == "passages" else self.passages.sentences
        return FaissWriter(self.folder / VECTORS[kind], size, dimension)

    def seal(self, terms: BuildTerms, check: StopCheck) -> GenerationFacts:
        return self.write(terms, check)

    def write(self, terms: BuildTerms, check: StopCheck) -> Manifest:
        """Write the words and the manifest."""
        reader = self.written
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
            facts, files = self.facts(terms), stamp_files(self.folder)
            manifest = Manifest.from_json(facts.as_json(), format=GENERATION_FORMAT, files=files)
            manifest.save(self.folder)
        return manifest

    def facts(self, terms: BuildTerms) -> GenerationFacts:
        """What a generation of these texts holds."""
        reader = self.written
        return GenerationFacts(
            **{
                **{each.name: getattr(terms, each.name) for each in fields(BuildTerms)},
                "copies": reader.count_copies(),
            },
            id=self.id,
            articles=reader.count(),
            passages=self.passages.passages,
            sentences=self.passages.sentences,
            languages=reader.languages(),
            fingerprint=reader.fingerprint(),
        )

    def attach(self, previous: Path) -> None:
        """Put the `articles.sqlite` of another generation in the place of the one before."""
        self._sheet.attach(previous)

    def close(self) -> None:
        self._sheet.close()
        if self._reader is not None:
            self._reader.close()

    @property
    def articles_path(self) -> Path:
        return self.folder / ARTICLES_FILE

    @property
    def written(self) -> ArticleReader:
        assert self._reader is not None, "texts are read once they have ended"
        return self._reader

    def build_words(self, kind: RowKind, check: StopCheck) -> Postings:
        """The postings of the texts, once these have ended."""
        return build_postings(self.texts(kind), check, self._average_lengths.get(kind, 0.0))


def build_postings(
    texts: Iterable[tuple[Article, str, str]], check: StopCheck, average_length: float = 0.0
) -> Postings:
    """The postings of texts as `ArticleReader.texts` yields them; see `postings`."""

    def documents() -> Iterator[list[str]]:
        for number, (article, heading, text) in enumerate(texts):
            if number % _CHECKED_EVERY == 0:
                check()
            yield keyed_terms(lexical_text(article, heading, text), article.language)

    return postings(documents(), average_length)
