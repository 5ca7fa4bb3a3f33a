"""Strip Markdown, tags, links and citation markers from a chat model's lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^\s*(?:```|~~~)\w*\s*$")
_URL = r"[^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+"
_IMAGE = re.compile(rf"!\[[^\]\n]{{0,500}}\](?:\({_URL}\)|\[[^\]\n]{{0,500}}\])")
_LINK = re.compile(rf"\[([^\]\n]{{0,500}})\]\((?!\d{{1,2}}\)){_URL}\)")
_DEFINITION = re.compile(r"^\s*\[[^\]\n]+\]:\s+\S+.*$")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|<!--.{0,500}?-->")
_LINE_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+•–—]\s+|\d{1,2}[.)]\s+)+")
_STRONG = re.compile(r"(\*\*\*|\*\*|__|~~)(?=\S)(.{1,500}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])(.{1,300}?)(?<=[^\s*_])\1(?![\w*_])")
_CODE = re.compile(r"`+([^`\n]*)`+")
_STRAY = re.compile(r"\*\*|__|`")
_LABEL = re.compile(
    r"^\s*+(?:réponse|answer|antwort|respuesta|risposta|resposta)\s*+(?:finale?\s*+)?:\s*",
    re.IGNORECASE,
)

_BEFORE = r"(?:(?<!\s)\s++)?"
_NUMBERS = r"\d{1,2}(?:\s*(?:,|;|-|–|&|et|and|und|y|e)\s*(?:passages?\s*)?\d{1,2})*"
_NAMED = r"(?:\^|n[°o]\.?\s*|(?:passages?|sources?|documents?|articles?|extraits?)\s*)?"
_MARKER = re.compile(
    rf"{_BEFORE}(?:[\[【]\s*+{_NAMED}({_NUMBERS})\s*+(?:†[^\[\]【】]*+)?[\]】]|([¹²³⁴⁵⁶⁷⁸⁹]+))",
    re.IGNORECASE,
)
# Parentheses are markers only at the end of a sentence.
_ROUND = re.compile(
    rf"{_BEFORE}\(\s*+(?i:{_NAMED})({_NUMBERS})\s*+\)(?=\s*+(?:[.!?…]|$|[\[(]|[A-ZÀ-ÖØ-Þ«“]))"
)
_NUMBER = re.compile(r"\d+")
_RANGE = re.compile(r"(\d{1,2})\s*+[-–]\s*+(\d{1,2})")
_SUPERSCRIPT = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
_OPEN_MARKER = re.compile(rf"{_BEFORE}[\[(【][^\[\](){{}}【】\n]{{0,60}}$")

# Addresses, and names that Telegram would turn into links.
_ADDRESS = re.compile(
    r"[a-z0-9+.-]://|\b(?:javascript|data|mailto|tg|file):|\bwww\.|\bt\.me/"
    r"|\b(?!\d+[.,/])(?:[\w-]{1,63}\.){1,4}[a-z]{2,63}/\S|[\w.+-]@[\w-]+\.\w|(?<!\w)@\w{4,}",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"\b[a-z0-9-]{1,63}\.(?:com|org|net|info|biz|xyz|top|site|online|app|dev|io|ai|co|me|ru|cn|tk"
    r"|fr|be|ch|ca|de|es|it|uk|eu|us|test|example|invalid|localhost|onion|link|click|shop)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A citation marker: its offset in the text without markers, and its numbers."""

    at: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line of an answer without its markup, and its markers in order."""

    text: str
    markers: tuple[Marker, ...] = ()


def parse_line(raw: str, numbers: frozenset[int], *, whole: bool) -> MarkedLine:
    """Strip markup and citation markers from a line; only markers of `numbers` count.

    If the line is not `whole`, a bracket left open at its end is dropped.
    """
    if _FENCE.match(raw) or _DEFINITION.match(raw) or raw.lstrip().startswith("|"):
        return MarkedLine("")
    text = raw if whole else _OPEN_MARKER.sub("", raw)
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _CODE.sub(r"\1", _LINE_MARKS.sub("", _TAG.sub("", text)))
    text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    return _extract_markers(_LABEL.sub("", _STRAY.sub("", text)), numbers)


def has_link(text: str) -> bool:
    """True if a text has an address, or what Telegram would turn into a link."""
    return _ADDRESS.search(text) is not None or _HOST.search(text) is not None


def _extract_markers(text: str, numbers: frozenset[int]) -> MarkedLine:
    def square(match: re.Match[str]) -> str:
        cited_numbers = {int(each) for each in _NUMBER.findall(match[1])}
        return f" [{match[1]}]" if cited_numbers and cited_numbers <= numbers else match[0]

    text = _ROUND.sub(square, text)
    parts: list[str] = []
    markers: list[Marker] = []
    at = length = 0
    for match in _MARKER.finditer(text):
        before = text[at : match.start()]
        parts.append(before if length or before.strip() else "")
        length += len(parts[-1])
        markers.append(Marker(length, tuple(each for each in _numbers(match) if each in numbers)))
        at = match.end()
        if length and at < len(text) and text[at].isalnum():
            parts.append(" ")
            length += 1
    rest = text[at:]
    parts.append(re.sub(r"^[\s:–—-]+", "", rest) if markers and not length else rest)
    return MarkedLine("".join(parts), tuple(markers))


def _numbers(marker: re.Match[str]) -> list[int]:
    if marker[2]:
        return [int(each) for each in marker[2].translate(_SUPERSCRIPT)]
    numbers = _RANGE.sub(
        lambda ends: ",".join(map(str, range(int(ends[1]), int(ends[2]) + 1))), marker[1]
    )
    return list(dict.fromkeys(int(each) for each in _NUMBER.findall(numbers)))
