"""What tells whether an article, as the index knows it, has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from index.article import Article
from index.lexical import keyed_terms
from index.passages import Passage
from index.prepare import lexical_text

DIGEST_SIZE = 16  # bytes


def article_digest(
    article: Article, passages: Sequence[Passage], hashes: Sequence[tuple[bytes, Sequence[bytes]]]
) -> bytes:
    """Equal for two articles that every file of the index would show alike.

    It covers how the article was cut, what was embedded of it (`hashes`: for each passage, its own
    and those of its sentences) and a probe of how its words are compared. So an index built before
    the rules of one of these changed is not taken for an up-to-date one.
    """
    digest = hashlib.blake2b(digest_size=DIGEST_SIZE)
    probe = lexical_text(article, passages[0].heading, passages[0].text) if passages else ""
    described = (
        [article.id, article.title, article.path, article.language, article.author],
        [str(article.published), article.url, article.outlet, article.category],
        [str(article.published_at), str(article.updated), str(article.updated_at)],
        [article.origins, [(copy.id, copy.title, copy.path, str(copy)) for copy in article.copies]],
        [(s.heading, s.heading_start, s.heading_end) for s in article.sections],
        [(p.heading, p.start, p.end) for p in passages],
        [(s.start, s.end) for p in passages for s in p.sentences],
        keyed_terms(probe, article.language),
        article.text,
    )
    digest.update(json.dumps(described).encode())
    for own, of_sentences in hashes:
        digest.update(own)
        digest.update(b"".join(of_sentences))
    return digest.digest()


def corpus_fingerprint(digests: Mapping[str, bytes]) -> str:
    """Equal for two corpora of the same articles, in whatever order: digests by article id."""
    digest = hashlib.sha256()
    for identity in sorted(digests):
        digest.update(f"{identity}\0".encode() + digests[identity])
    return digest.hexdigest()
