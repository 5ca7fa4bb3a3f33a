"""A generation on its way: written in a folder of its own until it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from index.antecedents import in_context
from index.article import Article, article_digest, embedding_text, lexical_text
from index.build.duplicates import duplicate_groups, signature
from index.build.fingerprint import FileReading
from index.build.passages import cut
from index.build.vectors import Embedded, EmbedProgress, StopCheck, Work, embed_all
from index.errors import IndexingError
from index.models.base import Embedder
from index.store.base import RowKind
from index.store.files.article_writer import ArticleChanges, ArticleWriter, PassageWriter, Sheet
from index.store.files.articles import BulkReader
from index.store.files.generation import (
    ARTICLES_FILE,
    DAYS_FILE,
    FIRST_SENTENCES,
    OPENINGS,
    PASSAGE_WORDS,
    SENTENCE_WORDS,
    Generation,
)
from index.store.files.layout import storing
from index.store.files.manifest import GENERATION_FORMAT, Manifest, stamps
from index.store.files.text_hashes import text_hash
from index.store.files.word_index import LexicalIndex

T = TypeVar("T")

_OFTEN = 1_000

WORDS: dict[RowKind, str] = {"passages": PASSAGE_WORDS, "sentences": SENTENCE_WORDS}


class Unfit(IndexingError):  # noqa: N818
    """An article that cannot be taken in."""


class GenerationDraft:
    """Articles go in, copies are found, passages cut; then vectors and words, and the manifest.

    Everything is on disk but what the step under way needs. `previous` is the generation in
    service, `rules` what articles are read and cut by now (see `index.build.fingerprint`): where
    that one was
    made by the same, what it has of unchanged articles serves again. Raises StoreError when the
    disk refuses.
    """

    def __init__(self, folder: Path, rules: str = "", previous: Generation | None = None) -> None:
        self.folder = folder
        self.rules = rules
        self.copies = 0
        with storing(folder):
            folder.mkdir()
        alike = previous is not None and previous.manifest.rules == rules
        before = previous.folder / ARTICLES_FILE if previous else None
        self._sheet = Sheet(folder / ARTICLES_FILE, before, alike=alike)
        self._articles = ArticleWriter(self._sheet)
        self._passages = PassageWriter(self._sheet)

    # The articles.

    def add(self, article: Article, *, sign: bool = True) -> None:
        """Write an article down; sign it, where copies are to be found. Raises Unfit."""
        if self._articles.holds(article.id):
            raise Unfit("article-id-taken", shown=article.path, id=article.id)
        if "\0" in article.text:  # the database would end its texts there
            raise _no_text(article, "\0")
        try:
            told = article_digest(article)
            signed = b""
            if sign:
                signed = self._articles.signature(article.id, told) or signature(article.text)
            self._articles.add(article, told, signed)
        except UnicodeEncodeError as error:
            raise _no_text(article, error.object[error.start]) from error

    def holds(self, article_id: str) -> bool:
        return self._articles.holds(article_id)

    def add_again(self, ids: Sequence[str], was: str, now: str) -> bool:
        """Take articles from the generation before, their file being shown as `now` and no more as
        `was`; False, and none, where that cannot be."""
        return self._articles.add_again(ids, was, now)

    def leave_out(self, article_id: str) -> None:
        """Note an article that was read, and that the operator has removed."""
        self._articles.leave_out(article_id)

    def note(self, reading: FileReading) -> None:
        """Keep what a file gave, for the next build."""
        self._sheet.run("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?)", *reading.values())

    def find_copies(self) -> None:
        """Choose, of articles that are one, the one to answer from."""
        self.copies = self._articles.unite(duplicate_groups(self._articles.signed()))

    def left_out(self) -> int:
        return self._articles.left_out()

    def fingerprint(self) -> str:
        """Told from the articles and which of them are copies."""
        return self._articles.fingerprint()

    def changes(self) -> ArticleChanges:
        return self._articles.changes()

    # Their passages.

    def cut(self, check: StopCheck, progress: EmbedProgress) -> None:
        """Cut the articles that are answered from, those that are new or changed at least."""
        total = self._articles.count()
        for done, each in enumerate(self._articles.uncut()):
            check()
            progress(done, total)
            if each.before is not None:
                self._passages.add_again(each.number, each.before)
            else:
                self._cut(each.number)
        self._sheet.finish()
        progress(total, total)

    def _cut(self, number: int) -> None:
        article = self._articles.article(number)
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
        self._passages.add(number, article.language, passages, hashes)

    @property
    def passages(self) -> int:
        return self._passages.passages

    @property
    def sentences(self) -> int:
        return self._passages.sentences

    # Their vectors and words.

    def embed(self, work: Work, previous: Sequence[Generation]) -> Embedded:
        """Write the vectors of every passage and sentence."""
        with closing(BulkReader(self.folder / ARTICLES_FILE)) as reader:
            return embed_all(reader, self.folder, work, previous)

    def seal(
        self,
        generation: str,
        embedder: Embedder,
        built_at: datetime,
        roots: Sequence[str],
        check: StopCheck,
    ) -> Manifest:
        """Write the words and, last, the manifest."""
        with storing(self.folder), closing(BulkReader(self.folder / ARTICLES_FILE)) as reader:
            self._write_words(reader, check)
            self._write_arrays(reader)
            manifest = Manifest(
                format=GENERATION_FORMAT,
                id=generation,
                model=embedder.id,
                dimension=embedder.dimension,
                built_at=built_at,
                articles=reader.own(),
                passages=self.passages,
                sentences=self.sentences,
                languages=reader.languages(),
                fingerprint=reader.fingerprint(),
                files=stamps(self.folder),
                roots=tuple(roots),
                rules=self.rules,
                copies=self.copies,
            )
            manifest.save(self.folder)
        return manifest

    def close(self) -> None:
        self._sheet.close()

    def _write_words(self, reader: BulkReader, check: StopCheck) -> None:
        for kind, name in WORDS.items():
            check()
            LexicalIndex.build(
                (article.language, lexical_text(article, heading, text))
                for article, heading, text in _checked(reader.texts(kind), check)
            ).save(self.folder / name)

    def _write_arrays(self, reader: BulkReader) -> None:
        first = np.append(reader.first_sentences(), self.sentences).astype(np.int64)
        for name, array in (
            (FIRST_SENTENCES, first),
            (OPENINGS, reader.openings()),
            (DAYS_FILE, reader.days()),
        ):
            np.save(self.folder / name, array, allow_pickle=False)


def _checked(each: Iterator[T], check: StopCheck) -> Iterator[T]:
    """The same, a check every so often."""
    for number, one in enumerate(each):
        if number % _OFTEN == 0:
            check()
        yield one


def _no_text(article: Article, character: str) -> Unfit:
    return Unfit("article-no-character", shown=article.path, character=repr(character)[1:-1])
