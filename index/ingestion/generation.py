"""A generation being built: articles go in, copies are found, passages cut."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import numpy as np

from index.article import Article, Selection, SignedArticle, article_digest, embedding_text
from index.errors import IndexingError
from index.formats.publication import why_embargoed
from index.ingestion.duplicates import duplicate_groups, likeness_keys, signature
from index.ingestion.passages import cut
from index.ingestion.vectors import EmbedProgress
from index.models.base import Embedder
from index.store.article_writer import LikenessKeys
from index.store.build import StopCheck, text_hash
from index.store.generation import BuildFacts, GenerationFacts
from index.store.writer import GenerationWriter
from index.text.antecedents import sentences_in_context


class UnfitArticle(IndexingError):  # noqa: N818
    """An article that cannot be taken in."""


class EmbargoedArticle(UnfitArticle):
    """An article whose date of publication is in the future."""


class NewGeneration:
    """Collects articles, finds copies, cuts passages; then writes vectors, words and facts.
    `rules`: see `index.ingestion.readings.rules`; `apart`: see `Options`. Raises StoreError."""

    def __init__(
        self, writer: GenerationWriter, rules: str, apart: Sequence[Selection] = ()
    ) -> None:
        self.writer = writer
        self.apart = apart
        self.articles = writer.articles
        self.rules = rules
        self.copies = 0

    def holds(self, article_id: str) -> bool:
        return self.articles.holds(article_id)

    def add(self, article: Article, *, sign: bool = True) -> None:
        """Add an article; `sign` it if copies are to be found. Raises UnfitArticle."""
        if self.holds(article.id):
            raise UnfitArticle("article-id-taken", subject=article.path, id=article.id)
        if embargo := why_embargoed(article.published_at or article.published):
            raise EmbargoedArticle(embargo, subject=article.path)
        if "\0" in article.text:  # SQLite would cut the text there
            raise _no_text(article, "\0")
        try:
            digest = article_digest(article)
            sketch = b""
            if sign:
                sketch = self.articles.signature(article.id, digest) or signature(article.text)
            self.articles.add(article, digest, sketch)
        except UnicodeEncodeError as error:
            raise _no_text(article, error.object[error.start]) from error

    def find_copies(self, names: Collection[str] | None = None) -> None:
        """Choose one article of each group of duplicates; `names` as in `duplicate_groups`."""
        articles = list(self.articles.signatures())
        keys, places = likeness_keys([article.signature for article in articles])
        self.articles.likeness = LikenessKeys.of(keys, places + np.uint32(1))  # numbers are from 1
        self.copies = self.articles.unite(
            group for own in self.parted(articles) for group in duplicate_groups(own, names)
        )

    def parted(self, articles: list[SignedArticle]) -> list[list[SignedArticle]]:
        """The articles in parts of which none has copies in another."""
        if not self.apart:
            return [articles]
        members = [self.articles.select(selection) for selection in self.apart]
        parts: dict[tuple[bool, ...], list[SignedArticle]] = {}
        for article in articles:
            parts.setdefault(tuple(article.id in own for own in members), []).append(article)
        return list(parts.values())

    def cut(self, check: StopCheck, progress: EmbedProgress) -> None:
        """Cut the searchable articles, reusing the passages of unchanged ones."""
        total = self.articles.count()
        for count, (number, before) in enumerate(self.articles.uncut()):
            check()
            progress(count, total)
            if before is not None:
                self.articles.add_passages_again(number, before)
                continue
            article = self.articles.article(number)

            def hash_in_context(text: str, article: Article = article) -> bytes:
                return text_hash(embedding_text(article, text))

            passages = cut(article)
            hashes = [
                (
                    hash_in_context(one.text),
                    list(map(hash_in_context, sentences_in_context(one, article.language))),
                )
                for one in passages
            ]
            self.articles.add_passages(number, article.language, passages, hashes)
        self.writer.end_texts()
        progress(total, total)

    def put_in_service(
        self, embedder: Embedder, roots: tuple[str, ...], check: StopCheck
    ) -> GenerationFacts:
        """Write what is left to write, and switch to the new generation."""
        facts = BuildFacts(
            model=embedder.id,
            dimension=embedder.dimension,
            built_at=datetime.now(UTC),
            roots=roots,
            rules=self.rules,
            copies=self.copies,
        )
        return self.writer.put_in_service(facts, check)


def _no_text(article: Article, character: str) -> UnfitArticle:
    return UnfitArticle(
        "article-no-character", subject=article.path, character=repr(character)[1:-1]
    )
