"""The HTML that messages are written in, read as strictly as the Bot API documents it.

Where Telegram is lenient (it keeps an unknown `&nbsp;` as it stands, ignores unknown attributes and
repairs wrong nesting), this reader refuses: in a test, leniency would hide that something was not
escaped. Error texts follow Telegram's; positions are bytes of the UTF-8 text, as there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.botapi.entities import Entity, EntityType, Formatted, utf16_length
from tests.botapi.refusal import Refusal, bad_request

MAX_ENTITIES = 100
_TYPES: Mapping[str, EntityType] = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_ATTRIBUTES: Mapping[str, str] = {
    "span": "class",
    "a": "href",
    "code": "class",
    "blockquote": "expandable",
    "tg-emoji": "emoji-id",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PLAIN_STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler"}
_REFERENCE = re.compile(r"&(?:#(?P<dec>\d{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<name>\w+));")
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(
    r"\s+(?P<name>[^\s=>\"']+)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[\w.-]+)(?=[\s>]))"
    r"|(?=[\s>]))"
)
_END = re.compile(r"\s*>")


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    type: EntityType
    argument: str
    offset: int
    position: int


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
    """The text and entities of an HTML message, trimmed as Telegram trims.

    Raises Refusal (status 400) where the message would be refused or not shown as written.
    """
    return _trimmed(_Reader(source).read())


class _Reader:
    """One pass over a message's HTML."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.text: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> Formatted:
        while self.position < len(self.source):
            character = self.source[self.position]
            if character == "&":
                self._append(*self._reference(self.position))
            elif character != "<":
                self._append(character, self.position + 1)
            elif self.source.startswith("</", self.position):
                self._close()
            else:
                self._start()
        if self.open:
            raise _refused(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        if len(self.entities) > MAX_ENTITIES:
            raise _refused(f"more than {MAX_ENTITIES} entities: Telegram drops the rest")
        ordered = sorted(self.entities, key=lambda entity: (entity.offset, -entity.length))
        return Formatted("".join(self.text), tuple(ordered))

    def _append(self, text: str, position: int) -> None:
        self.text.append(text)
        self.offset += utf16_length(text)
        self.position = position

    def _at(self, position: int) -> str:
        return f"at byte offset {len(self.source[:position].encode())}"

    def _reference(self, position: int) -> tuple[str, int]:
        found = _REFERENCE.match(self.source, position)
        if found is None:
            raise _refused(f'Unescaped "&" {self._at(position)}')
        if found["name"] is not None:
            if found["name"] not in _NAMED:
                raise _refused(f'Unsupported entity "{found[0]}" {self._at(position)}')
            return _NAMED[found["name"]], found.end()
        code = int(found["dec"]) if found["dec"] else int(found["hex"], 16)
        if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise _refused(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return chr(code), found.end()

    def _start(self) -> None:
        begin = self.position
        name = _NAME.match(self.source, begin + 1)
        assert name is not None
        tag = name[0].lower()
        if name.end() == len(self.source):
            raise _refused(f"Unclosed start tag {self._at(begin)}")
        if tag not in _TYPES:
            raise _refused(f'Unsupported start tag "{tag}" {self._at(begin)}')
        attributes, end = self._attributes(tag, begin, name.end())
        kind, argument = self._meaning(tag, attributes, begin)
        self._check_nesting(tag, kind, begin)
        self.open.append(_Open(tag, kind, argument, self.offset, len(self.text)))
        self.position = end

    def _attributes(self, tag: str, begin: int, position: int) -> tuple[dict[str, str], int]:
        attributes: dict[str, str] = {}
        while (end := _END.match(self.source, position)) is None:
            found = _ATTRIBUTE.match(self.source, position)
            if found is None:
                raise _refused(f'Unclosed start tag "{tag}" {self._at(begin)}')
            name = found["name"].lower()
            if name != _ATTRIBUTES.get(tag):
                raise _refused(f'Unsupported attribute "{name}" of the tag "{tag}"')
            values = [found[kind] for kind in ("double", "single", "bare")]
            value = next((each for each in values if each is not None), None)
            if value is None and name != "expandable":
                raise _refused(
                    "Expected equal sign in declaration of an attribute of the tag "
                    f'"{tag}" {self._at(begin)}'
                )
            attributes[name] = self._decoded(value or "", found.start())
            position = found.end()
        return attributes, end.end()

    def _decoded(self, value: str, position: int) -> str:
        def character(found: re.Match[str]) -> str:
            try:
                return _Reader(found[0])._reference(0)[0]
            except Refusal as refusal:
                raise _refused(f"in an attribute {self._at(position)}: {refusal}") from refusal

        return re.sub(r"&[^;&]*;?", character, value)

    def _meaning(
        self, tag: str, attributes: Mapping[str, str], begin: int
    ) -> tuple[EntityType, str]:
        kind = _TYPES[tag]
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _refused(f'Tag "span" must have class "tg-spoiler" {self._at(begin)}')
        if tag == "blockquote" and "expandable" in attributes:
            return "expandable_blockquote", ""
        if tag == "tg-emoji" and not attributes.get("emoji-id", "").isdecimal():
            raise _refused("Invalid custom emoji identifier specified")
        if tag == "code" and "class" in attributes:
            if not attributes["class"].startswith("language-"):
                raise _refused(f'Tag "code" must have class "language-…" {self._at(begin)}')
            return kind, attributes["class"].removeprefix("language-")
        argument = attributes.get("href", attributes.get("emoji-id", ""))
        if tag == "a":
            try:
                check_url(argument)
            except ValueError as error:
                raise _refused(f'URL "{argument}" {self._at(begin)}: {error}') from error
        return kind, argument

    def _check_nesting(self, tag: str, kind: EntityType, begin: int) -> None:
        outside = [each.type for each in self.open]
        where = f'of the tag "{tag}" {self._at(begin)}'
        if "blockquote" in kind and any("blockquote" in outer for outer in outside):
            raise _refused(f"Nested blockquote {where}")
        if kind == "code" and outside[-1:] == ["pre"] and "code" not in outside:
            return
        outside = [outer for outer in outside if "blockquote" not in outer]
        rigid = [outer for outer in outside if outer not in _PLAIN_STYLES]
        if kind in {"pre", "code"} and outside:
            raise _refused(f"{kind} inside {outside[-1]}: nesting {where}")
        if rigid and (kind not in _PLAIN_STYLES or set(rigid) & {"pre", "code"}):
            raise _refused(f"{kind} inside {rigid[-1]}: nesting {where}")

    def _close(self) -> None:
        begin = self.position
        if not self.open:
            raise _refused(f"Unexpected end tag {self._at(begin)}")
        name = _NAME.match(self.source, begin + 2)
        assert name is not None
        end = _END.match(self.source, name.end())
        if end is None:
            raise _refused(f"Unclosed end tag {self._at(begin)}")
        opened = self.open[-1]
        if name[0].lower() not in {"", opened.tag}:
            raise _refused(
                f'Unmatched end tag {self._at(begin)}, expected "</{opened.tag}>", '
                f'found "</{name[0].lower()}>"'
            )
        self.open.pop()
        self.position = end.end()
        if self.offset > opened.offset:
            self._keep(opened)

    def _keep(self, opened: _Open) -> None:
        entity = Entity(opened.type, opened.offset, self.offset - opened.offset, opened.argument)
        last = self.entities[-1] if self.entities else None
        if entity.type == "pre" and last is not None and last.type == "code":
            same = (last.offset, last.length) == (entity.offset, entity.length)
            if same and last.argument:
                self.entities[-1] = Entity("pre", last.offset, last.length, last.argument)
                return
        self.entities.append(entity)


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
