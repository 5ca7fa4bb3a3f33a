"""What is done to a generation on its way: articles taken in, copies found, passages cut."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from index.article import Article, article_digest, embedding_text
from index.build.duplicates import duplicate_groups, signature
from index.build.fingerprint import FileReading
from index.build.passages import cut
from index.build.vectors import Embedded, EmbeddingWork, EmbedProgress, embed_all
from index.errors import IndexingError
from index.models.base import Embedder
from index.store.build_turn import (
    ArticleChanges,
    GenerationWriter,
    KnownGeneration,
    SourceRow,
    StopCheck,
    text_hash,
)
from index.store.reader import BuildTerms, GenerationFacts
from index.text.antecedents import in_context


class UnfitArticle(IndexingError):  # noqa: N818
    """An article that cannot be taken in."""


class GenerationDraft:
    """Articles go in, copies are found, passages cut; then vectors and words, and the facts.

    `rules` is what articles are read and cut by (see `index.build.fingerprint`). Raises StoreError
    when the store refuses.
    """

    def __init__(self, writer: GenerationWriter, rules: str) -> None:
        self.writer = writer
        self.rules = rules
        self.copies = 0
        self._articles = writer.articles
        self._passages = writer.passages

    @property
    def id(self) -> str:
        return self.writer.id

    # The articles.

    def add(self, article: Article, *, sign: bool = True) -> None:
        """Write an article down; sign it, where copies are to be found. Raises UnfitArticle."""
        if self._articles.holds(article.id):
            raise UnfitArticle("article-id-taken", shown=article.path, id=article.id)
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
        self.writer.note(SourceRow._make(reading.values()))

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
        self.writer.end_texts()
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

    def embed(self, work: EmbeddingWork, known: Sequence[KnownGeneration]) -> Embedded:
        """Write the vectors of every passage and sentence; those that are known serve again."""
        return embed_all(self.writer, work, known)

    def seal(
        self, embedder: Embedder, built_at: datetime, roots: Sequence[str], check: StopCheck
    ) -> GenerationFacts:
        """Write the words and, last, the facts."""
        terms = BuildTerms(
            model=embedder.id,
            dimension=embedder.dimension,
            built_at=built_at,
            roots=tuple(roots),
            rules=self.rules,
            copies=self.copies,
        )
        return self.writer.seal(terms, check)


def _no_text(article: Article, character: str) -> UnfitArticle:
    return UnfitArticle("article-no-character", shown=article.path, character=repr(character)[1:-1])
