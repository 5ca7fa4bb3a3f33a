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
_KEPT = 0.2  # share of the page's words that must remain, or the box was the article
_PROSE = 80  # characters of a paragraph above the comments
_BOX_LIMIT = 600  # characters of a box of links
_LINKED = 0.5  # of its words are links
_LIST_LINKED = 0.8


def _class_names(words: str) -> re.Pattern[str]:
    """Match class names that contain one of these words, unless they express a state."""
    return re.compile(
        rf"(?!.*[-_](?:{_STATE})$)(?:[\w-]{{1,60}}[-_])?(?:{words})(?:[-_][\w-]{{1,60}})?"
    )


_NAMED_COMMENT = _class_names("comment|commentaire")
_NAMED_PRIVACY, _NAMED_COMMENTS, _NAMED_AROUND = map(_class_names, (_PRIVACY, _COMMENTS, _AROUND))


def drop_boxes(tree: Element) -> None:
    """Remove, in place, what stands beside the article."""
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
    pending = [tree]
    while pending:
        element = pending.pop()
        if element.tag in _BOX and element not in holders and _is_beside(element, prose):
            length = text_length(element, (1 - _KEPT) * whole)
            if length <= (1 - _KEPT) * whole:
                whole -= length
                _drop(element)
                continue
        if element.tag == "p":
            prose = prose or text_length(element, _PROSE) >= _PROSE
        pending.extend(reversed(element))


def is_beside_prose(element: Element) -> bool:
    """True if class or id show that it is no article but a comment or a box of links."""
    return _is_beside(element, prose=True) or any(
        _NAMED_COMMENT.fullmatch(name)
        for name in f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    )


def _is_beside(element: Element, prose: bool) -> bool:
    """True if class or id mean privacy, comments, sharing and the like.

    Comments stand below prose and may be longer than the article; other boxes are short.
    """
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
    if any(_NAMED_PRIVACY.fullmatch(name) for name in names):
        return True
    if any(_NAMED_COMMENTS.fullmatch(name) for name in names):
        return prose
    around = any(_NAMED_AROUND.fullmatch(name) for name in names)
    return around and text_length(element, _AROUND_LIMIT) <= _AROUND_LIMIT


def _drop_links(element: Element) -> None:
    """Drop the box, or the list below the line, that « Lire aussi » announces."""
    # Its first words, up to the next markup.
    opening = next((" ".join(part.split()) for part in element.itertext() if part.strip()), "")
    if not announces_links(opening):
        return
    length = text_length(element, _BOX_LIMIT)
    links = 0 if length > _BOX_LIMIT else sum(text_length(link) for link in element.iter("a"))
    if length <= _BOX_LIMIT and links >= _LINKED * max(1, length - len(opening)):
        _drop(element)
        return
    following = element.getnext()
    text = " ".join("".join(map(str, islice(element.itertext(), 40))).split())
    if announces_links(text) and following is not None and following.tag in _BOX:
        linked = sum(text_length(link) for link in following.iter("a"))
        if linked >= _LIST_LINKED * max(1, text_length(following)):
            _drop(following)
            _drop(element)


def _drop(element: Element) -> None:
    """Remove an element but not the words after it."""
    if element.getparent() is not None:
        element.drop_tree()


_LISTING_LINKED = 4  # teasers at least; a page of one article shows some too, beside its own text
_TEASER = 600  # characters of a linked heading and what stands under it
_LOOKED_AT = 200
_LISTING_PROSE = 150  # characters of a paragraph that is an article's own
_SHARE = 0.5  # share of teasers in what was extracted


def find_teasers(tree: Element) -> tuple[str, ...]:
    """Return the texts around headings that are links to other articles."""
    return tuple(islice(_teasers(tree), _LOOKED_AT))


def drop_teasers(blocks: tuple[Block, ...], announced: tuple[str, ...]) -> tuple[Block, ...]:
    """Return the blocks of the article; none if the page only announces others.

    Blocks that stand in teasers are dropped if they are most of the words and stand in several: an
    article whose own heading is a link stands in one.
    """
    in_teaser = {block: _in_any(block, announced) for block in blocks if not block.heading}
    share = sum(len(block.text) for block, teased in in_teaser.items() if teased)
    used = sum(
        any(teased and _plain(block) in teaser for block, teased in in_teaser.items())
        for teaser in announced
    )
    if used < _LISTING_LINKED or share < _SHARE * sum(len(block.text) for block in in_teaser):
        return blocks
    own = tuple(block for block in blocks if not in_teaser.get(block, _in_any(block, announced)))
    return (
        own if any(len(block.text) >= _LISTING_PROSE for block in own if not block.heading) else ()
    )


def _in_any(block: Block, announced: tuple[str, ...]) -> bool:
    return any(_plain(block) in teaser for teaser in announced)


def _plain(block: Block) -> str:
    return " ".join(block.text.split())


def _teasers(tree: Element) -> Iterator[str]:
    lengths, linked = _measure(tree)
    for heading in tree.iter("h2", "h3", "h4"):
        parent = heading.getparent()
        if parent is None or not (heading in linked or parent.tag == "a"):
            continue
        holder = parent
        while holder is not None and lengths[holder] <= lengths[heading]:
            holder = holder.getparent()
        if holder is not None and lengths[holder] <= _TEASER:
            yield element_words(holder)


def _measure(tree: Element) -> tuple[dict[Element, int], set[Element]]:
    """Return the text length of every element, and the elements that contain a link with words.

    In one pass, because elements are nested and many contain no words.
    """
    lengths: dict[Element, int] = {}
    linked: set[Element] = set()
    for element in reversed(list(tree.iter())):
        length = len((element.text or "").strip())
        for child in element:
            length += lengths[child] + len((child.tail or "").strip())
        lengths[element] = length
        if (element.tag == "a" and length) or any(child in linked for child in element):
            linked.add(element)
    return lengths, linked
