"""The elements of a page."""

from __future__ import annotations

from math import inf
from typing import Any

Element = Any
"""An element of a page; lxml has no types of its own."""

APART = frozenset(
    {
        *("p", "div", "ul", "ol", "li", "dl", "dt", "dd", "table", "tbody", "thead", "tr", "td"),
        *("th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "section", "article"),
        *("main", "aside", "header", "footer", "nav", "figure", "figcaption", "br", "hr", "body"),
        *("head", "form", "details", "title", "meta", "link", "img", "center"),
    }
)
"""Elements that stand apart from the words around them."""


def text_length(element: Element, most: float = inf) -> int:
    """Characters of the words in an element, without the white space around them.

    The count stops once it is above `most`.
    """
    length = 0
    for part in element.itertext():
        length += len(part.strip())
        if length > most:
            break
    return length
