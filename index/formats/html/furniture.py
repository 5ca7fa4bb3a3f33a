"""Removal of page furniture: links to other articles, cookie walls, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from index.formats.base import Block
from index.formats.boilerplate import announces_links
from index.formats.html.tree import Element, element_words, text_length

_BOX = frozenset({"div", "section", "aside", "ul", "ol", "nav", "form", "p", "details", "dialog"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_PRIVACY = "cookies?|consent|consentement|didomi|onetrust|tarteaucitron|axeptio|rgpd|gdpr"
_COMMENTS = "commentaires?|comments|reactions"
_AROUND = (
    "newsletters?|infolettre|partages?|partager|sharing|share|related|taboola|outbrain|pub"
    "|publicites?|advert|advertisement|lire-aussi|a-lire|sur-le-meme-sujet"
)
_STATE = "enabled|disabled|open|opened|closed|visible|active|on|off|allowed|ready"
_AROUND_LIMIT = 1_500  # characters of a box of links, of sharing, of a newsletter
_MAX_BOX_SHARE = 0.8  # maximum share of the page's words in a box; a larger one is the article
_PROSE = 80  # characters of a paragraph above the comments
_BOX_LIMIT = 600  # characters of a box of links
_LINK_SHARE = 0.5  # share of its words in links
_LIST_LINK_SHARE = 0.8


def _class_names(words: str) -> re.Pattern[str]:
    """Match class names that contain one of these words, unless they express a state."""
    return re.compile(
        rf"(?!.*[-_](?:{_STATE})$)(?:[\w-]{{1,60}}[-_])?(?:{words})(?:[-_][\w-]{{1,60}})?"
    )


_NAMED_COMMENT = _class_names("comment|commentaire")
_NAMED_PRIVACY, _NAMED_COMMENTS, _NAMED_AROUND = map(_class_names, (_PRIVACY, _COMMENTS, _AROUND))


def drop_boxes(tree: Element) -> None:
    """Remove page furniture, in place."""
    for button in list(tree.iter("button")):
        if button.getparent().tag in _HEADINGS:
            button.drop_tag()  # a question of an accordion
    _drop_by_class(tree)
    for element in list(tree.iter(*_BOX, "h2", "h3", "h4", "strong", "span")):
        if element.getparent() is not None:
            _drop_links(element)


def _drop_by_class(tree: Element) -> None:
    """Drop boxes by their class or id, from the outermost, as long as enough is left."""
    whole = text_length(tree)
    holders = {holder for heading in tree.iter("h1") for holder in heading.iterancestors()}
    prose = False
    stack = [tree]
    while stack:
        element = stack.pop()
        if element.tag in _BOX and element not in holders and _is_beside(element, prose):
            length = text_length(element, _MAX_BOX_SHARE * whole)
            if length <= _MAX_BOX_SHARE * whole:
                whole -= length
                element.drop_tree()
                continue
        if element.tag == "p":
            prose = prose or text_length(element, _PROSE) >= _PROSE
        stack.extend(reversed(element))


def is_beside_prose(element: Element) -> bool:
    """True if class or id mark it as a comment or a box of links."""
    return _is_beside(element, prose=True) or any(map(_NAMED_COMMENT.fullmatch, _names(element)))


def _is_beside(element: Element, prose: bool) -> bool:
    """True if class or id mean privacy, comments, sharing and the like.

    Comments are below prose and may be longer than the article; other boxes are short.
    """
    names = _names(element)
    if any(map(_NAMED_PRIVACY.fullmatch, names)):
        return True
    if any(map(_NAMED_COMMENTS.fullmatch, names)):
        return prose
    around = any(map(_NAMED_AROUND.fullmatch, names))
    return around and text_length(element, _AROUND_LIMIT) <= _AROUND_LIMIT


def _names(element: Element) -> list[str]:
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()


def _drop_links(element: Element) -> None:
    """Drop a box that begins with « Lire aussi », or such a line and the list below it."""
    opening = next((" ".join(part.split()) for part in element.itertext() if part.strip()), "")
    if not announces_links(opening):
        return
    length = text_length(element, _BOX_LIMIT)
    links = 0 if length > _BOX_LIMIT else sum(text_length(link) for link in element.iter("a"))
    if length <= _BOX_LIMIT and links >= _LINK_SHARE * max(1, length - len(opening)):
        element.drop_tree()
        return
    sibling = element.getnext()
    text = " ".join("".join(map(str, islice(element.itertext(), 40))).split())
    if announces_links(text) and sibling is not None and sibling.tag in _BOX:
        link_length = sum(text_length(link) for link in sibling.iter("a"))
        if link_length >= _LIST_LINK_SHARE * max(1, text_length(sibling)):
            sibling.drop_tree()
            element.drop_tree()


_LISTING_TEASERS = 4  # minimum; the page of one article has some too
_TEASER = 600  # maximum characters of a linked heading and its summary
_TEASERS = 200  # maximum number to inspect
_LISTING_PROSE = 150  # characters of a paragraph that is an article's own
_SHARE = 0.5  # minimum share of teasers in the extracted text


def find_teasers(tree: Element) -> tuple[str, ...]:
    """Return the texts around headings that are links to other articles."""
    return tuple(islice(_teasers(tree), _TEASERS))


def drop_teasers(blocks: tuple[Block, ...], teasers: tuple[str, ...]) -> tuple[Block, ...]:
    """Return the blocks of the article; none if the page only announces others.

    Blocks in teasers are dropped if they are most of the words and in several teasers: an article
    whose own heading is a link looks like one.
    """
    plain = {block: " ".join(block.text.split()) for block in blocks}
    teaser_blocks = {block for block in blocks if any(plain[block] in teaser for teaser in teasers)}
    prose = {block for block in blocks if not block.heading}
    share = sum(len(block.text) for block in teaser_blocks & prose)
    teaser_count = sum(
        any(plain[block] in teaser for block in teaser_blocks & prose) for teaser in teasers
    )
    if teaser_count < _LISTING_TEASERS or share < _SHARE * sum(len(block.text) for block in prose):
        return blocks
    own = tuple(block for block in blocks if block not in teaser_blocks)
    long = any(len(block.text) >= _LISTING_PROSE for block in own if not block.heading)
    return own if long else ()


def _teasers(tree: Element) -> Iterator[str]:
    lengths, link_ancestors = _measure(tree)
    for heading in tree.iter("h2", "h3", "h4"):
        parent = heading.getparent()
        if parent is None or not (heading in link_ancestors or parent.tag == "a"):
            continue
        holder = parent
        while holder is not None and lengths[holder] <= lengths[heading]:
            holder = holder.getparent()
        if holder is not None and lengths[holder] <= _TEASER:
            yield element_words(holder)


def _measure(tree: Element) -> tuple[dict[Element, int], set[Element]]:
    """Return, in one pass, every element's text length, and the elements that contain a link."""
    lengths: dict[Element, int] = {}
    link_ancestors: set[Element] = set()
    for element in reversed(list(tree.iter())):
        length = len((element.text or "").strip())
        for child in element:
            length += lengths[child] + len((child.tail or "").strip())
        lengths[element] = length
        if (element.tag == "a" and length) or any(child in link_ancestors for child in element):
            link_ancestors.add(element)
    return lengths, link_ancestors
