"""The HTML that messages are written in, of the tags that the bot uses, read more strictly than by
Telegram: what it repairs or ignores is refused, or a test would not see what was not escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from tests.botapi.entities import Entity, EntityType, Formatted, utf16_length
from tests.botapi.refusal import Refusal, bad_request

MAX_ENTITIES = 100
_TYPES: Mapping[str, EntityType] = {
    "b": "bold",
    "i": "italic",
    "a": "text_link",
    "code": "code",
    "blockquote": "expandable_blockquote",
}
_ATTRIBUTES = {"a": ["href"], "blockquote": ["expandable"]}
_PLAIN_STYLES = {"bold", "italic"}
_UNESCAPED = re.compile(r"&(?!(?:lt|gt|amp|quot|#x27);)|<(?!/?[a-z]+(?: [^<>]*)?>)")


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    type: EntityType
    offset: int
    argument: str


def check_url(url: str) -> str:
    """The address as Telegram would link it; raises ValueError for one that it would not."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", "tg"}:
        raise ValueError("Unsupported URL protocol")
    host = parts.hostname or ""
    if parts.scheme != "tg" and "." not in host and ":" not in host:
        raise ValueError("Wrong HTTP URL")
    if re.search(r"[\s<>\"]", url):
        raise ValueError("URL contains characters that must be percent-encoded")
    return url


def parse_html(source: str) -> Formatted:
    """The text and entities of a message; raises Refusal where it would not show as written."""
    if unescaped := _UNESCAPED.search(source):
        raise _refused(f'Unescaped "{unescaped[0]}" at {unescaped.start()}')
    reader = _Reader()
    reader.feed(source)
    reader.close()
    if reader.open:
        raise _refused(f'Can\'t find end tag corresponding to start tag "{reader.open[-1].name}"')
    if len(reader.entities) > MAX_ENTITIES:
        raise _refused(f"more than {MAX_ENTITIES} entities: Telegram drops the rest")
    ordered = sorted(reader.entities, key=lambda entity: (entity.offset, -entity.length))
    return _trimmed(Formatted(reader.text, tuple(ordered)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.open: list[_OpenTag] = []
        self.entities: list[Entity] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TYPES:
            raise _refused(f'Unsupported start tag "{tag}"')
        if [name for name, _ in attrs] != _ATTRIBUTES.get(tag, []):
            raise _refused(f'Unsupported attributes {attrs} of the tag "{tag}"')
        kind, argument = _TYPES[tag], attrs[0][1] or "" if attrs else ""
        if tag == "a":
            try:
                check_url(argument)
            except ValueError as error:
                raise _refused(f'URL "{argument}": {error}') from error
        outside = {element.type for element in self.open}
        is_nested = kind not in _PLAIN_STYLES and bool(outside & {"text_link", kind})
        if kind == "code" and outside - {"expandable_blockquote"}:
            is_nested = True
        if is_nested or "code" in outside:
            raise _refused(f"{kind} inside {self.open[-1].type}")
        self.open.append(_OpenTag(tag, kind, utf16_length(self.text), argument))

    def handle_endtag(self, tag: str) -> None:
        if not self.open:
            raise _refused(f'Unexpected end tag "{tag}"')
        opened = self.open.pop()
        if tag != opened.name:
            raise _refused(f'Unmatched end tag, expected "</{opened.name}>", found "</{tag}>"')
        length = utf16_length(self.text) - opened.offset
        if length:
            self.entities.append(Entity(opened.type, opened.offset, length, opened.argument))


def _refused(reason: str) -> Refusal:
    return bad_request(f"can't parse entities: {reason}")


def _trimmed(formatted: Formatted) -> Formatted:
    lead = utf16_length(formatted.text) - utf16_length(formatted.text.lstrip())
    text = formatted.text.strip()
    size = utf16_length(text)
    entities = []
    for entity in formatted.entities:
        start = max(0, entity.offset - lead)
        end = min(size, entity.offset - lead + entity.length)
        if end > start:
            entities.append(Entity(entity.type, start, end - start, entity.argument))
    return Formatted(text, tuple(entities))
