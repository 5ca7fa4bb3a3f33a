"""The announcements of other articles on a page, which may be all that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from index.formats.base_readers_draft import Block
from index.formats.webpage.tree_webpage_element import Element, text_length

_LINKED = 4  # teasers at least; a page of one article shows some too, beside its own text
_TEASER = 600  # characters of a linked heading and what stands under it
_LOOKED_AT = 200
_PROSE = 150  # characters of a paragraph that is an article's own
_SHARE = 0.5  # of what was found on the page are teasers


def teasers(tree: Element) -> tuple[str, ...]:
    """The texts around the headings that are links, as they announce other articles."""
    return tuple(islice(_teasers(tree), _LOOKED_AT))


def without_teasers(blocks: tuple[Block, ...], announced: tuple[str, ...]) -> tuple[Block, ...]:
    """The blocks of the article; none where the page only announces others.

    Blocks that stand in teasers go where they are most of the words, and stand in several: an
    article whose own heading is a link stands in one.
    """
    told = {block: _in_any(block, announced) for block in blocks if not block.heading}
    share = sum(len(block.text) for block, teased in told.items() if teased)
    used = sum(
        any(teased and _plain(block) in teaser for block, teased in told.items())
        for teaser in announced
    )
    if used < _LINKED or share < _SHARE * sum(len(block.text) for block in told):
        return blocks
    own = tuple(block for block in blocks if not told.get(block, _in_any(block, announced)))
    return own if any(len(block.text) >= _PROSE for block in own if not block.heading) else ()


def _in_any(block: Block, announced: tuple[str, ...]) -> bool:
    return any(_plain(block) in teaser for teaser in announced)


def _plain(block: Block) -> str:
    return " ".join(block.text.split())


def _teasers(tree: Element) -> Iterator[str]:
    for heading in tree.iter("h2", "h3", "h4"):
        parent = heading.getparent()
        linked = any(text_length(link) for link in heading.iter("a"))
        if parent is None or not (linked or parent.tag == "a"):
            continue
        holder = parent
        alone = text_length(heading, _TEASER)
        while holder is not None and text_length(holder, _TEASER) <= alone:
            holder = holder.getparent()
        if holder is not None and text_length(holder, _TEASER) <= _TEASER:
            yield " ".join("".join(str(part) for part in holder.itertext()).split())
