"""Pages with several articles, such as press reviews and the fronts of blogs."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

from lxml.html import document_fromstring

from index.formats.html.furniture import is_beside_prose
from index.formats.html.tree import Element, element_words, text_length

_LEAST = 500  # characters of the paragraphs of an article; teasers have fewer
_APART = ("article", "aside", "nav", "footer", "header", "form")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def sibling_articles(tree: Element) -> list[Element]:
    """Return the articles side by side on a page; none if there is one, or it is unclear.

    Each has a heading and paragraphs of its own. Teasers, comments and what stands in another
    article, an aside or the like are excluded.
    """
    by_parent: dict[Element, list[Element]] = {}
    for article in tree.iter("article"):
        if _is_whole(article):
            by_parent.setdefault(article.getparent(), []).append(article)
    several = [articles for articles in by_parent.values() if len(articles) > 1]
    return max(several, key=len, default=[])


def page_with(article: Element) -> Element:
    """Return a page with this article alone, under its own heading."""
    page: Element = document_fromstring("<html><body></body></html>")
    inner = copy.deepcopy(article)
    inner.tail = None
    next(inner.iter(*_HEADINGS)).tag = "h1"
    page.body.append(inner)
    return page


def heading_words(article: Element) -> str:
    heading = next(article.iter(*_HEADINGS), None)
    return "" if heading is None else element_words(heading)


def article_address(article: Element, base: str | None) -> str | None:
    """Return the address its heading links to, else its anchor on the page."""
    target = next(_heading_links(article), None) or (
        f"#{article.get('id')}" if article.get("id") else None
    )
    if target is None:
        return None
    try:
        address = urljoin(base or "", target)
    except ValueError:  # half an IPv6 address
        return None
    return address if address.startswith(("http://", "https://")) else None


def _is_whole(article: Element) -> bool:
    if not heading_words(article) or next(article.iterancestors(*_APART), None) is not None:
        return False
    if any(map(is_beside_prose, (article, *article.iterancestors()))):
        return False
    length = sum(text_length(each, _LEAST) for each in article.iter("p"))
    return length >= _LEAST and not _is_teaser(article)


def _is_teaser(article: Element) -> bool:
    """True if words below its heading lead where the heading does: « Lire la suite »."""
    targets = {urldefrag(each).url for each in _heading_links(article)} - {""}
    return any(
        urldefrag(link.get("href") or "").url in targets
        and text_length(link) > 0
        and link.find(".//time") is None
        and next(link.iterancestors(*_HEADINGS), None) is None
        for link in (article.iter("a") if targets else ())
        if not any(each.tag in _HEADINGS for each in link.iter())
    )


def _heading_links(article: Element) -> Iterator[str]:
    heading = next(article.iter(*_HEADINGS), None)
    if heading is None:
        return
    for link in (*heading.iter("a"), *heading.iterancestors("a")):
        if href := (link.get("href") or "").strip():
            yield href
