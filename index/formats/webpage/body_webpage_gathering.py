"""Parts of an article that trafilatura leaves out: its lead, its first words, its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from index.formats.base_readers_draft import Block
from index.formats.webpage.tree_webpage_element import APART, Element

_LEADS = frozenset({"chapo", "chapeau", "standfirst"})
_ENDS = frozenset({"ps", "post-scriptum", "notes"})
_BODIES = frozenset({"texte", "entry-content", "article-content", "article-body"})
_NEAR = 5  # elements before or after the text
_HEADINGS = ("h2", "h3", "h4")
_WORDED = 20  # characters; fewer are a label
_HOUR = re.compile(r"\d{1,2}\s?[h:.]\s?\d{2}(?:\s?[ap]\.?m\.?)?", re.IGNORECASE)
_LONGEST = 200  # characters; a heading has fewer
_OPENING = 60  # characters that tell one paragraph from another


def gather(tree: Element) -> None:
    """Move what leads to an article's text, or follows it as its own, into it.

    The templates of SPIP, which associations and many small papers in French use, put them beside.
    """
    for body in [each for each in tree.iter("div") if _names(each) & _BODIES]:
        before = islice(body.itersiblings(preceding=True), _NEAR)
        after = islice(body.itersiblings(), _NEAR)
        leads = [each for each in before if _names(each) & _LEADS]  # the nearest first
        ends = [each for each in after if _names(each) & _ENDS]
        for each in leads:
            each.tail, body.text = body.text, None
            body.insert(0, each)
        for each in ends:
            each.tail = None
            body.append(each)
        for each in (*leads, *ends):
            each.attrib.pop("class")  # whose names may speak against it


def wrap(tree: Element) -> None:
    """Make a paragraph of the words that a division begins with, where paragraphs follow."""
    for division in [each for each in tree.iter("div", "article", "section") if each.text]:
        if len(division.text.strip()) >= _WORDED and division.find("p") is not None:
            paragraph = division.makeelement("p")
            paragraph.text, division.text = division.text, None
            for child in list(division):
                if child.tag in APART:
                    break
                paragraph.append(child)  # with the words after it
            division.insert(0, paragraph)


def time_entries(tree: Element) -> None:
    """Put the hour of an entry of a live page before the entry's heading."""
    for time in list(tree.iter("time")):
        hour, heading = _words(time), time.getnext()
        if heading is None or heading.tag not in _HEADINGS or not _HOUR.fullmatch(hour):
            continue
        heading.text = f"{hour} – {(heading.text or '').lstrip()}"
        time.drop_tree()


def with_headings(blocks: Sequence[Block], tree: Element) -> tuple[Block, ...]:
    """The blocks with the headings that stand right above one of them on the page.

    Only where there is none among them: trafilatura then took the paragraphs wherever they were.
    """
    if not blocks or any(block.heading for block in blocks):
        return tuple(blocks)
    above = dict(_above(tree))
    told: list[Block] = []
    for block in blocks:
        if heading := above.pop(block.text[:_OPENING], None):
            told.append(Block(heading, heading=True))
        told.append(block)
    return tuple(told)


def _above(tree: Element) -> Iterator[tuple[str, str]]:
    """How a paragraph below a heading begins, and the heading."""
    for heading in tree.iter(*_HEADINGS):
        words, follower = _words(heading), heading.getnext()
        if words and len(words) <= _LONGEST and follower is not None and follower.tag == "p":
            yield _words(follower)[:_OPENING], words


def _names(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


def _words(element: Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())
