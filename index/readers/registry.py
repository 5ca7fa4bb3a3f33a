"""Which reader reads which file."""

from __future__ import annotations

from index.article import Article
from index.readers.files import Source


def read_source(source: Source) -> Article:
    """The article in this file; ReadError when there is none."""
    raise NotImplementedError
