"""What a reader makes of a file, before it is an article."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading on one line."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file says about its article; None where it says nothing."""

    title: str | None = None
    author: str | None = None
    published: date | None = None
    url: str | None = None
    language: str | None = None

    def completed(self, other: Metadata) -> Metadata:
        """These facts, and the other's where these are silent."""
        return Metadata(
            title=self.title or other.title,
            author=self.author or other.author,
            published=self.published or other.published,
            url=self.url or other.url,
            language=self.language or other.language,
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """The blocks of a file in reading order, and what the file says of itself."""

    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
