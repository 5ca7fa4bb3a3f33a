"""A message as a person sees it: plain text, and what of it carries a style or a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

EntityType = Literal["bold", "italic", "text_link", "code", "expandable_blockquote"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of a message with a style or a link; offset and length in UTF-16 code units."""

    type: EntityType
    offset: int
    length: int
    argument: str = ""

    def to_json(self) -> dict[str, object]:
        url = {"url": self.argument} if self.argument else {}
        return {"type": self.type, "offset": self.offset, "length": self.length, **url}


@dataclass(frozen=True, slots=True)
class Formatted:
    """What a person sees: the plain text and its entities, outer ones first."""

    text: str
    entities: tuple[Entity, ...] = ()


def utf16_length(text: str) -> int:
    """How long a text is for Telegram: a character beyond U+FFFF counts twice."""
    return len(text.encode("utf-16-le")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")
