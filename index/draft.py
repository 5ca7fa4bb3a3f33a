"""A generation on its way: written in a folder of its own until it is whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np

from index.article import Article
from index.database import ArticleReader, Kind
from index.dense import DenseBuilder
from index.digest import article_digest, corpus_fingerprint
from index.embedding import Embedder, Vectors
from index.errors import IndexingError, ModelError
from index.layout import storing
from index.leads import in_context
from index.lexical import LexicalIndex
from index.manifest import FORMAT, Manifest, stamps
from index.passages import cut
from index.prepare import embedding_text, lexical_text
from index.reuse import Plan, as_hashes, fill, plan, text_hash
from index.store import (
    ARTICLES,
    FIRST_SENTENCES,
    OPENINGS,
    PASSAGE_WORDS,
    PASSAGES,
    SENTENCE_WORDS,
    SENTENCES,
    Generation,
)
from index.writer import ArticleWriter

Progress = Callable[[int, int], None]

VECTORS: dict[Kind, str] = {"passages": PASSAGES, "sentences": SENTENCES}
WORDS: dict[Kind, str] = {"passages": PASSAGE_WORDS, "sentences": SENTENCE_WORDS}


class Draft:
    """Articles go in one by one, then vectors and words, then the manifest that seals it.

    Only hashes are kept in memory while articles are read. Raises StoreError when the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests: dict[str, bytes] = {}
        self._hashes: dict[Kind, bytearray] = {"passages": bytearray(), "sentences": bytearray()}
        with storing(folder):
            folder.mkdir()
        self._writer = ArticleWriter(folder / ARTICLES)

    @property
    def passages(self) -> int:
        return self._writer.passages

    @property
    def sentences(self) -> int:
        return self._writer.sentences

    @property
    def fingerprint(self) -> str:
        return corpus_fingerprint(self.digests)

    def add(self, article: Article) -> None:
        """Cut an article and write it down. Raises IndexingError when its id is taken."""
        if article.id in self.digests:
            raise IndexingError(
                f"{article.path}: its id {article.id} is another article's; give each article "
                "a place or address of its own"
            )
        if "\0" in article.text:  # the database would end its texts there
            raise _no_text(article, "\0")
        try:
            passages = cut(article)
            hashes = [
                (
                    text_hash(embedding_text(article, passage.text)),
                    [
                        text_hash(embedding_text(article, text))
                        for text in in_context(passage, article.language)
                    ],
                )
                for passage in passages
            ]
            digest = article_digest(article, passages, hashes)
            self._writer.add(article, digest, passages, hashes)
        except UnicodeEncodeError as error:
            raise _no_text(article, error.object[error.start]) from error
        self.digests[article.id] = digest
        for own, of_sentences in hashes:
            self._hashes["passages"] += own
            self._hashes["sentences"] += b"".join(of_sentences)

    def finish_reading(self) -> None:
        self._writer.finish()

    def embed(self, embedder: Embedder, previous: Generation | None, progress: Progress) -> int:
        """Write the vectors of every passage and sentence; the texts that had to be embedded."""
        plans = {kind: self._plan(kind, previous) for kind in self._hashes}
        meter = _Meter(embedder, sum(len(each.fresh) for each in plans.values()), progress)
        reader = ArticleReader(self.folder / ARTICLES)
        try:
            for kind, name in VECTORS.items():
                texts = (
                    embedding_text(article, text)
                    for article, _, text in reader.texts(kind, in_context=True)
                )
                steps = plans.pop(kind)
                builder = DenseBuilder(self.folder / name, steps.size, embedder.dimension)
                fill(steps, builder, texts, meter.embed)
                builder.finish()
        finally:
            reader.close()
        return meter.total

    def seal(self, generation: str, embedder: Embedder, built_at: datetime) -> Manifest:
        """Write the words and, last, the manifest."""
        with storing(self.folder):
            languages = self._write_words()
            manifest = Manifest(
                format=FORMAT,
                id=generation,
                model=embedder.id,
                dimension=embedder.dimension,
                built_at=built_at,
                articles=len(self.digests),
                passages=self.passages,
                sentences=self.sentences,
                languages=languages,
                fingerprint=self.fingerprint,
                files=stamps(self.folder),
            )
            manifest.save(self.folder)
        return manifest

    def close(self) -> None:
        self._writer.close()

    def _write_words(self) -> dict[str, int]:
        reader = ArticleReader(self.folder / ARTICLES)
        try:
            for kind, name in WORDS.items():
                LexicalIndex.build(
                    (article.language, lexical_text(article, heading, text))
                    for article, heading, text in reader.texts(kind)
                ).save(self.folder / name)
            first = np.array([*reader.first_sentences(), self.sentences], dtype=np.int64)
            np.save(self.folder / FIRST_SENTENCES, first, allow_pickle=False)
            openings = np.array(reader.openings(), dtype=np.bool_)
            np.save(self.folder / OPENINGS, openings, allow_pickle=False)
            return reader.languages()
        finally:
            reader.close()

    def _plan(self, kind: Kind, previous: Generation | None) -> Plan:
        return plan(as_hashes(self._hashes[kind]), previous.source(kind) if previous else None)


def _no_text(article: Article, character: str) -> IndexingError:
    return IndexingError(
        f"{article.path}: holds {character!r}, which stands in no text; save it as UTF-8"
    )


class _Meter:
    """Embeds texts, refuses vectors that cannot be searched, and counts."""

    def __init__(self, embedder: Embedder, total: int, progress: Progress) -> None:
        self.total = total
        self._embedder = embedder
        self._progress = progress
        self._done = 0

    def embed(self, texts: list[str]) -> Vectors:
        before = self._done
        vectors = self._embedder.embed_passages(texts, progress=self._advance)
        expected = (len(texts), self._embedder.dimension)
        if vectors.shape != expected or not np.isfinite(vectors).all():
            raise ModelError(
                f"the embedding model {self._embedder.id!r} gave vectors of shape {vectors.shape} "
                f"for {expected}, or not of finite numbers; set SELON_EMBEDDING_MODEL to another"
            )
        self._done = before + len(texts)
        return vectors

    def _advance(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self.total)
