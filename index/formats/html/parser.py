"""Parser of web pages."""

from __future__ import annotations

import copy
import html
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import reduce
from urllib.parse import urldefrag, urljoin

from lxml.html import document_fromstring

from index.errors import ReadError
from index.formats.base import Block, Content, Metadata, ParsedArticle
from index.formats.html.body import fragment_blocks, page_body, time_entries
from index.formats.html.furniture import drop_boxes, drop_teasers, find_teasers, is_beside_prose
from index.formats.html.gaps import fill_gaps
from index.formats.html.jsonld import (
    JsonLdRecord,
    find_main_article,
    jsonld_facts,
    jsonld_line,
    jsonld_words,
)
from index.formats.html.metadata import (
    canonical_address,
    guessed_facts,
    meta_facts,
    opengraph_facts,
    read_metas,
    visible_facts,
    with_title,
)
from index.formats.html.tree import (
    Element,
    WebPage,
    element_words,
    page_text,
    parse_page,
    text_length,
)
from index.formats.publication import why_unpublished
from index.text.language import detect
from index.text.stopwords import LANGUAGES

PAGE_BYTES = 64 * 2**20  # a page, its scripts and inlined pictures included
_LEAST = 12  # characters in one block; a shorter one is a button or a name
_NEARLY_EMPTY = 250  # characters; the article of a page with fewer may be in its JSON-LD
_DETECTABLE = 100  # characters; a longer text is better evidence of its language than the page
_MIN_SIBLING_CHARACTERS = 500  # minimum characters in the paragraphs of one of several articles
_APART = ("article", "aside", "nav", "footer", "header", "form")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_KEY_LIMIT = 300  # characters of a heading used as key of a part of a page
_ARTICLE = re.compile(r"<article\b", re.IGNORECASE)
_DOCUMENT = re.compile(r"<(?:!doctype|html|head|body)\b", re.IGNORECASE)


def read(content: Content) -> Iterator[ParsedArticle]:
    """Yield the article of an HTML file, or each of several side by side."""
    if content.size > PAGE_BYTES:
        raise ReadError(
            "page-too-large", subject=content.label, size=content.size, limit=PAGE_BYTES
        )
    text = page_text(content.read(), content.label)
    several = list(_read_several(text, content)) if len(_ARTICLE.findall(text)) > 1 else []
    if several:
        yield from several
    else:
        yield read_html(text, content)


def _read_several(text: str, content: Content) -> Iterator[ParsedArticle]:
    """Yield the articles of a page that has several, unless it declares itself to be one."""
    page = parse_page(_as_page(text), content.label)
    parts = _sibling_articles(page.tree)
    article = find_main_article(page.records)
    title = jsonld_line((article or {}).get("headline"))
    if article is not None and title not in [_heading_words(part) for part in parts]:
        return  # the parts are entries of a live page
    page_facts = _facts(page, None, content)
    language = Metadata.of("html", language=page_facts.language)
    for part in parts:
        tree, url = _page_with(part), _article_address(part, page_facts.url or content.url)
        own = Metadata.of("html", url=url, title=_heading_words(part))
        own = own.completed(visible_facts(tree)).completed(language)
        drop_boxes(tree)
        blocks = fill_gaps(page_body(tree), tree, content.label) or fragment_blocks(tree)
        key = part.get("id") or _heading_words(part)[:_KEY_LIMIT]
        yield ParsedArticle(blocks, _with_sure_language(own, blocks), key=key)


def _sibling_articles(tree: Element) -> list[Element]:
    """Return the articles side by side on a page, each with a heading and paragraphs of its own.

    Teasers, comments and parts of other articles, asides and the like are excluded. Empty if the
    page has one article, or it is unclear.
    """
    by_parent: dict[Element, list[Element]] = {}
    for article in tree.iter("article"):
        if _is_whole(article):
            by_parent.setdefault(article.getparent(), []).append(article)
    several = [articles for articles in by_parent.values() if len(articles) > 1]
    return max(several, key=len, default=[])


def _page_with(article: Element) -> Element:
    """Return a page with this article alone, under its own heading."""
    page: Element = document_fromstring("<html><body></body></html>")
    inner = copy.deepcopy(article)
    inner.tail = None
    next(inner.iter(*_HEADINGS)).tag = "h1"
    page.body.append(inner)
    return page


def _heading_words(article: Element) -> str:
    heading = next(article.iter(*_HEADINGS), None)
    return "" if heading is None else element_words(heading)


def _article_address(article: Element, base: str | None) -> str | None:
    """Return the address its heading links to, else its anchor on the page."""
    anchor = f"#{article.get('id')}" if article.get("id") else None
    target = next(_heading_links(article), anchor)
    if target is None:
        return None
    try:
        address = urljoin(base or "", target)
    except ValueError:  # half an IPv6 address
        return None
    return address if address.startswith(("http://", "https://")) else None


def _is_whole(article: Element) -> bool:
    if not _heading_words(article) or next(article.iterancestors(*_APART), None) is not None:
        return False
    if any(map(is_beside_prose, (article, *article.iterancestors()))):
        return False
    length = sum(text_length(paragraph, _MIN_SIBLING_CHARACTERS) for paragraph in article.iter("p"))
    return length >= _MIN_SIBLING_CHARACTERS and not _is_teaser(article)


def _is_teaser(article: Element) -> bool:
    """True if a link below its heading has the heading's target: « Lire la suite »."""
    targets = {urldefrag(href).url for href in _heading_links(article)} - {""}
    return any(
        urldefrag(link.get("href") or "").url in targets
        and text_length(link) > 0
        and link.find(".//time") is None
        and next(link.iterancestors(*_HEADINGS), None) is None
        for link in (article.iter("a") if targets else ())
        if not any(inner.tag in _HEADINGS for inner in link.iter())
    )


def _heading_links(article: Element) -> Iterator[str]:
    heading = next(article.iter(*_HEADINGS), None)
    if heading is None:
        return
    for link in (*heading.iter("a"), *heading.iterancestors("a")):
        if href := (link.get("href") or "").strip():
            yield href


def read_html(text: str, content: Content) -> ParsedArticle:
    """Read the article of a page, or all the words of an HTML fragment without head or body.

    Facts come from JSON-LD, then OpenGraph, other meta tags, and visible lines under the heading.
    Raises ReadError if the page has no article.
    """
    if not _DOCUMENT.search(text):
        return read_fragment(text, content)
    page = parse_page(text, content.label)
    article = find_main_article(page.records)
    if why := why_unpublished(article or {}):
        raise ReadError(why, subject=content.label)
    metadata = _facts(page, article, content)
    guesses = Metadata() if metadata.published else guessed_facts(page.tree)
    teasers = find_teasers(page.tree) if article is None else ()
    drop_boxes(page.tree)
    time_entries(page.tree)
    body = fill_gaps(page_body(page.tree), page.tree, content.label)
    blocks = _complete_blocks(drop_teasers(body, teasers), article, content)
    if not any(len(block.text) >= _LEAST for block in blocks):
        raise ReadError("page-no-article", subject=content.label)
    return ParsedArticle(blocks, _with_sure_language(metadata, blocks), guesses=guesses)


def read_fragment(text: str, content: Content) -> ParsedArticle:
    """Read all the words of an HTML fragment, without looking for an article."""
    return ParsedArticle(fragment_blocks(parse_page(_as_page(text), content.label).tree))


def _as_page(text: str) -> str:
    return text if _DOCUMENT.search(text) else f"<html><body>{text}</body></html>"


def _facts(page: WebPage, article: JsonLdRecord | None, content: Content) -> Metadata:
    metas = read_metas(page.tree)
    graph = opengraph_facts(metas)
    jsonld = jsonld_facts(article, content.label) if article else Metadata()
    own = canonical_address(page.tree, (content.url, graph.url, jsonld.url))
    sources = (own, jsonld, graph, meta_facts(page.tree, metas), visible_facts(page.tree))
    metadata = reduce(Metadata.completed, sources)
    metadata = reduce(_with_time, sources, metadata)
    if metadata.author and metadata.author == metadata.outlet:
        metadata = metadata.without("author")
    return with_title(metadata, page.tree, metadata.url or content.url)


def _complete_blocks(
    blocks: tuple[Block, ...], article: JsonLdRecord | None, content: Content
) -> tuple[Block, ...]:
    """Use the text in the article's record if the page, filled by a script, has hardly any."""
    length = sum(len(block.text) for block in blocks)
    words = jsonld_words(article) if article and length < _NEARLY_EMPTY else ""
    if len(words) <= 2 * length:
        return blocks
    markup = words if "<p" in words else "<p>".join(filter(None, map(str.strip, words.split("\n"))))
    return read_fragment(markup, content).blocks


def _with_time(metadata: Metadata, other: Metadata) -> Metadata:
    """Add the time of day if only the other source has it."""
    for name in ("published", "updated"):
        day, moment = getattr(metadata, name), getattr(other, name)
        if isinstance(moment, datetime) and type(day) is date and day == moment.date():
            metadata = Metadata.of(other.origins[name], **{name: moment}).completed(metadata)
    return metadata


def _with_sure_language(metadata: Metadata, blocks: tuple[Block, ...]) -> Metadata:
    """Drop a declared language if the text is plainly in another."""
    words = "\n".join(block.text for block in blocks)
    if metadata.language in LANGUAGES and len(words) >= _DETECTABLE:
        language = detect(words, metadata.language)
        if language in LANGUAGES and language != metadata.language:
            return metadata.without("language")
    return metadata


_TAGS = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|table|tr|td|blockquote|pre|section|article|figure|hr"
    r"|span|a|em|strong|b|i|u|img|small|sup|sub|font|center|html|body)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\s*(?:<!doctype html|<html\b|<head\b|<body\b)", re.IGNORECASE)
_BLOCKS = re.compile(r"<(?:p|br|div|h[1-6]|[uo]l|li|table|blockquote|pre)\b", re.IGNORECASE)
_LAID_OUT = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,2000}>", re.IGNORECASE)
_BLANKS = re.compile(r"\n[ \t\r]*\n\s*")
_BREAKS = re.compile(r"<br\s{0,10}/?>\s*(?:<br\s{0,10}/?>\s*)+", re.IGNORECASE)


def is_markup(text: str) -> bool:
    """True if a text is HTML, rather than prose with a `<`."""
    return _TAGS.search(text) is not None


def read_markup(text: str, content: Content) -> ParsedArticle:
    """Read the article of a whole page, or all of a fragment. Raises ReadError."""
    if _PAGE.match(text):
        return read_html(text, content)
    if not _LAID_OUT.search(text):  # blank lines separate paragraphs, as in WordPress' database
        text = _BLANKS.sub("<p>", text)
    return read_fragment(_BREAKS.sub("<p>", text), content)


def lays_out(text: str) -> bool:
    """True if a text has tags of paragraphs, headings or lists, not only of words."""
    return _BLOCKS.search(text) is not None


def drop_tags(text: str) -> str:
    """Remove inline tags from a text."""
    return html.unescape(_TAG.sub("", text) if is_markup(text) else text)
