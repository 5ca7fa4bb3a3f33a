"""A generation being written, in a local folder of its own, for any store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from index.article import Article, lexical_text
from index.models.base import IntArray, Vectors
from index.store.article_writer import ArticleDatabase, LikenessKeys
from index.store.articles import ARTICLES_FILE, StoredArticles
from index.store.build import Hashes, MissingVectors, StopCheck, as_hashes
from index.store.disk import translate_disk_errors
from index.store.generation import BuildFacts, GenerationFacts, RowKind
from index.store.postings import Postings, postings
from index.text.language import keyed_terms

_CHECK_INTERVAL = 1_000  # texts


class TextWriter:
    """Articles and passages being written, then their words indexed.

    Everything is on disk except what the current step needs. `before` is the `articles.sqlite` of
    the generation in service; `alike`: it was read and cut by the same rules. A segment is one
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
        self._stored_articles: StoredArticles | None = None
        self._hashes: dict[RowKind, Hashes] = {}
        with translate_disk_errors(folder):
            folder.mkdir()
        self.articles = ArticleDatabase(folder / ARTICLES_FILE, before, alike=alike)

    def fill(
        self, fill: Callable[[ArticleDatabase], LikenessKeys | None], passages: int, sentences: int
    ) -> None:
        """Copy all articles, passages and sentences from another store with `fill`, which returns
        their likeness keys, if known."""
        self.articles.likeness = fill(self.articles)
        self.articles.passages, self.articles.sentences = passages, sentences
        self.end_texts()

    def end_texts(self) -> None:
        """Declare all articles and passages written; required by the methods below."""
        self.articles.finish()
        self._stored_articles = StoredArticles(self.folder / ARTICLES_FILE)

    def hashes(self, kind: RowKind) -> Hashes:
        """Hashes of the texts to embed, by row."""
        if kind not in self._hashes:
            self._hashes[kind] = as_hashes(self.stored.hashes(kind))
        return self._hashes[kind]

    def texts(
        self, kind: RowKind, rows: IntArray | None = None, *, in_context: bool = False
    ) -> Iterator[tuple[Article, str, str]]:
        """Yield article, heading and text of all or some passages or sentences, in row order. With
        `in_context`, a sentence that depends on an earlier one is prefixed with it."""
        return self.stored.texts(kind, rows, in_context=in_context)

    def facts(self, build: BuildFacts) -> GenerationFacts:
        stored = self.stored
        return GenerationFacts(
            **(build.build_fields() | {"copies": stored.count_copies()}),
            id=self.id,
            articles=stored.count(),
            passages=self.articles.passages,
            sentences=self.articles.sentences,
            languages=stored.languages(),
            fingerprint=stored.fingerprint(),
        )

    def close(self) -> None:
        self.articles.close()
        if self._stored_articles is not None:
            self._stored_articles.close()

    @property
    def articles_path(self) -> Path:
        return self.folder / ARTICLES_FILE

    @property
    def stored(self) -> StoredArticles:
        assert self._stored_articles is not None, "call end_texts() before reading"
        return self._stored_articles

    def build_words(self, kind: RowKind, check: StopCheck) -> Postings:
        """Index the words of the texts; needs `end_texts()`."""
        return build_postings(self.texts(kind), check, self._average_lengths.get(kind, 0.0))


class GenerationWriter(TextWriter, ABC):
    """A new generation, or an addition to the previous one, being written for any store: articles,
    passages, vectors, then it is put in service. Raises StoreError.

    An addition replaces `replaced_ids`, articles and copies that are deleted or written anew, and
    leaves out `deleted_sources`, locations of files.
    """

    replaced_ids: frozenset[str] = frozenset()
    deleted_sources: Collection[str] = ()

    def take(self, ids: Collection[str]) -> None:
        """Copy these articles and copies from the previous generation, as copies of nothing; for an
        addition."""
        raise NotImplementedError

    @abstractmethod
    def find_vectors(self, kind: RowKind) -> MissingVectors:
        """Look for the vectors of the texts in earlier generations and in what unfinished builds
        saved; needs `end_texts()`."""

    @abstractmethod
    def save_vectors(self, hashes: Hashes, vectors: Vectors) -> None:
        """Save vectors, shape (len(hashes), d), by the hashes of their texts, so that a build that
        is interrupted or changed never pays for them twice."""

    @abstractmethod
    def put_in_service(self, build: BuildFacts, check: StopCheck) -> GenerationFacts:
        """Make the generation durable once all its vectors are there, then switch to it, atomically
        for readers."""


def build_postings(
    texts: Iterable[tuple[Article, str, str]], check: StopCheck, average_length: float = 0.0
) -> Postings:
    """Index the words of texts, from `StoredArticles.texts`; see `postings`."""

    def documents() -> Iterator[list[str]]:
        for number, (article, heading, text) in enumerate(texts):
            if number % _CHECK_INTERVAL == 0:
                check()
            yield keyed_terms(lexical_text(article, heading, text), article.language)

    return postings(documents(), average_length)
