"""Links that open a web page at the quoted sentence.

Source: the text fragment specification, https://wicg.github.io/scroll-to-text-fragment/
"""

from __future__ import annotations

import re
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

EXACT_LIMIT = 100
"""Quotes up to this many characters are named whole, longer ones by how they begin and end."""

EDGE = 30
"""Characters that name one end of a long quote, at the least (whole words)."""

URL_LIMIT = 2_000
_DIRECTIVE = ":~:"
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")


def link_to(url: str | None, quote: str) -> str | None:
    """The address of an article, opened at the quote; None when `url` is no web address.

    A fragment that the address already has is kept, a text directive that it has is replaced.
    Browsers that do not know text fragments open the page at its top, or at the kept fragment.
    """
    address = web_address(url)
    if address is None:
        return None
    directive = _text_directive(quote)
    if not directive:
        return address
    page, _, fragment = address.partition("#")
    kept = fragment.partition(_DIRECTIVE)[0]
    link = f"{page}#{kept}{_DIRECTIVE}text={directive}"
    return link if len(link) <= URL_LIMIT else address


def web_address(url: str | None) -> str | None:
    """The address with what may not stand in one percent-encoded; None unless http or https."""
    stripped = (url or "").strip()
    try:
        parts = urlsplit(stripped)
        known = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    if not known:
        return None
    return _UNSAFE.sub(lambda found: percent_encode(found[0], safe=""), stripped)


def _text_directive(quote: str) -> str:
    words = quote.split()
    if not words:
        return ""
    # A single text is looked for inside one block of the page; a range may cross paragraphs.
    if len(quote) <= EXACT_LIMIT and "\n" not in quote:
        return _encoded(" ".join(words))
    start = _edge(words)
    end = _edge(words[::-1])[::-1]
    if len(start) + len(end) > len(words):
        return _encoded(" ".join(words))
    return f"{_encoded(' '.join(start))},{_encoded(' '.join(end))}"


def _edge(words: list[str]) -> list[str]:
    size = 0
    for count, word in enumerate(words, 1):
        size += len(word) + 1
        if size > EDGE:
            return words[:count]
    return words


def _encoded(text: str) -> str:
    # `-`, `,` and `&` separate the parts of a directive; percent_encode leaves `-` as it is.
    return percent_encode(text, safe="").replace("-", "%2D")
