"""Whether a page is a list of articles rather than one of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from index.readers.draft import Block
from index.readers.webpage.element import Element, text_length

_LINKED = 4  # teasers at least; a page of one article shows some too, beside its own text
_TEASER = 600  # characters of a linked heading and what stands under it
_LOOKED_AT = 200
_SHARE = 0.5  # of what was found on the page are teasers


def teasers(tree: Element) -> tuple[str, ...]:
    """The texts around the headings that are links, as they announce other articles."""
    return tuple(islice(_teasers(tree), _LOOKED_AT))


def is_listing(blocks: tuple[Block, ...], announced: tuple[str, ...]) -> bool:
    """Whether at least half of the words in the blocks stand in several teasers.

    An article whose own heading is a link stands in one.
    """
    texts = [" ".join(block.text.split()) for block in blocks if not block.heading]
    told = [text for text in texts if any(text in teaser for teaser in announced)]
    used = sum(any(text in teaser for text in told) for teaser in announced)
    return used >= _LINKED and sum(map(len, told)) >= _SHARE * sum(map(len, texts))


def _teasers(tree: Element) -> Iterator[str]:
    for heading in tree.iter("h2", "h3", "h4"):
        parent = heading.getparent()
        linked = any(text_length(link) for link in heading.iter("a"))
        if parent is None or not (linked or parent.tag == "a"):
            continue
        holder = parent
        while holder is not None and text_length(holder) <= text_length(heading):
            holder = holder.getparent()
        if holder is not None and text_length(holder) <= _TEASER:
            yield " ".join("".join(str(part) for part in holder.itertext()).split())
