"""The elements of a page."""

from __future__ import annotations

from typing import Any

Element = Any
"""An element of a page; lxml has no types of its own."""


def text_length(element: Element) -> int:
    """Characters of the words in an element, without the white space around them."""
    return sum(len(part.strip()) for part in element.itertext())
