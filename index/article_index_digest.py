"""What tells whether an article, as it was read, has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from index.article import Article

DIGEST_SIZE = 16  # bytes
FINGERPRINTED = "id, told, path, copy_of, copies"
"""The columns of the table of articles that tell two corpora apart."""


def article_digest(article: Article) -> bytes:
    """Equal for two articles of the same text and metadata.

    Where it stands now (`path`) and what else is known of the corpus (`copies`) do not count, nor
    how the text is cut, on which `index.build.fingerprint` watches.
    """
    described = (
        [article.id, article.title, article.language, article.author],
        [str(article.published), article.url, article.outlet, article.category],
        [str(article.published_at), str(article.updated), str(article.updated_at)],
        article.origins,
        [(s.heading, s.heading_start, s.heading_end) for s in article.sections],
        article.text,
    )
    return hashlib.blake2b(json.dumps(described).encode(), digest_size=DIGEST_SIZE).digest()


def corpus_fingerprint(rows: Iterable[tuple[Any, ...]]) -> str:
    """Equal for two corpora of the same articles, in whatever order they were read.

    `rows`, by article id, are of what `FINGERPRINTED` names.
    """
    digest = hashlib.sha256()
    for identity, told, path, copy_of, copies in rows:
        digest.update(json.dumps([identity, path, copy_of, copies]).encode() + told)
    return digest.hexdigest()
