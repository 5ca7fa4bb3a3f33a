"""Whether a page is a list of articles rather than one of them."""

from __future__ import annotations

from index.readers.webpage.element import Element, text_length

_LINKED = 4  # headings that are links; a page of one article has fewer, or much text of its own
_RUN = 500  # characters of paragraphs in a row, which teasers do not reach
_BREAKS = ("h2", "h3", "h4")


def is_listing(tree: Element) -> bool:
    """Whether most headings of the page are links, with no more than teasers between them."""
    linked = plain = 0
    run = longest = 0
    for element in tree.iter(*_BREAKS, "p"):
        if element.tag == "p":
            run += text_length(element) - sum(text_length(link) for link in element.iter("a"))
            longest = max(longest, run)
            continue
        run = 0
        around = element.getparent()
        inside = any(text_length(link) for link in element.iter("a"))
        if inside or (around is not None and around.tag == "a"):
            linked += 1
        else:
            plain += 1
    return linked >= _LINKED and linked > plain and longest < _RUN
