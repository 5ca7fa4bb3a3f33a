"""What tells whether an article, as it was read, has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from index.article import Article

DIGEST_SIZE = 16  # bytes


def article_digest(article: Article) -> bytes:
    """Equal for two articles of the same text and metadata.

    What else is known of the corpus (`copies`) does not count, nor how the text is cut, on which
    `index.rules` watches.
    """
    described = (
        [article.id, article.title, article.path, article.language, article.author],
        [str(article.published), article.url, article.outlet, article.category],
        [str(article.published_at), str(article.updated), str(article.updated_at)],
        article.origins,
        [(s.heading, s.heading_start, s.heading_end) for s in article.sections],
        article.text,
    )
    return hashlib.blake2b(json.dumps(described).encode(), digest_size=DIGEST_SIZE).digest()


def corpus_fingerprint(rows: Iterable[tuple[Any, ...]]) -> str:
    """Equal for two corpora of the same articles, in whatever order they were read.

    `rows`, by article id: the id, its digest, which article it is a copy of, and its own copies.
    """
    digest = hashlib.sha256()
    for identity, told, copy_of, copies in rows:
        digest.update(f"{identity}\0{copy_of}\0{copies}\0".encode() + told)
    return digest.hexdigest()
