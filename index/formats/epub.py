"""EPUB: a book, one article a chapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree

from index.errors import Problem, ReadError
from index.formats.base import ArticleDraft, Block, Content, Metadata, Skipped, list_blocks
from index.formats.zip_package import Package, unpacked
from index.text.dates import find_moment

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"head", "script", "style", "template", "nav", "svg", "math", "audio", "video"})
_UNSEEN |= {"iframe", "object", "form", "rt", "rp"}
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font"}
    | {"i", "ins", "kbd", "mark", "q", "ruby", "s", "samp", "small", "span", "strong", "sub"}
    | {"sup", "time", "tt", "u", "var", "wbr", "img", "rb"}
)
_NOTE = re.compile(r"\bnoteref\b")
_TYPE = "{http://www.idpf.org/2007/ops}type"
_DEPTH = 200  # of elements in each other; deeper ones are no person's


def chapter_blocks(root: etree._Element | None) -> tuple[list[Block], str]:
    """The blocks of a page, and what it says it is (`epub:type` of its body or only section)."""
    if root is None:
        return [], ""
    body = root.find(".//{*}body")
    if body is None:
        body = root
    kinds = [body, *body.iterchildren("{*}section")]
    kind = " ".join(each.get(_TYPE, "") for each in (kinds if len(kinds) == 2 else kinds[:1]))
    return [block for block in _blocks(body, 0) if block.text], kind


def _blocks(node: etree._Element, depth: int) -> Iterator[Block]:
    """What stands in a node, paragraph by paragraph; loose words are one too."""
    loose = [_plain(node.text)]
    for child in node:
        name = _name(child)
        if name in _UNSEEN or depth > _DEPTH:
            pass
        elif name == "br":
            loose.append("\n")
        elif name in _INLINE and not _holds_blocks(child):
            loose.append(_inline(child, depth))
        else:
            yield from _paragraph(loose)
            loose = []
            yield from _block(child, name, depth + 1)
        loose.append(_plain(child.tail))
    yield from _paragraph(loose)


def _block(node: etree._Element, name: str, depth: int) -> Iterator[Block]:
    if name in _HEADINGS:
        yield Block(" ".join(_inline(node, depth).split()), heading=True)
    elif name in ("ul", "ol"):
        yield from list_blocks(list(_items(node, depth, name == "ol")))
    elif name == "table":
        rows = (_row(row, depth) for row in node.iter("{*}tr"))
        yield Block("\n".join(row for row in rows if row))
    elif name:
        yield from _blocks(node, depth)


def _items(node: etree._Element, depth: int, numbered: bool) -> Iterator[str]:
    """One line an item, those of inner lists too; numbers are kept, bullets are not."""
    for number, item in enumerate(node.iterchildren("{*}li"), 1):
        lines = [line for block in _blocks(item, depth + 1) for line in block.text.split("\n")]
        if numbered and lines:
            lines[0] = f"{number}. {lines[0]}"
        yield from lines


def _row(row: etree._Element, depth: int) -> str:
    cells = (" ".join(_inline(cell, depth).split()) for cell in row.iterchildren("{*}td", "{*}th"))
    return " | ".join(cell for cell in cells if cell)


def _paragraph(loose: list[str]) -> Iterator[Block]:
    lines = (" ".join(line.split(" ")).strip(" ") for line in "".join(loose).split("\n"))
    text = "\n".join(line for line in lines if line)
    if text:
        yield Block(re.sub(" +", " ", text))


def _inline(node: etree._Element, depth: int) -> str:
    """Words, without the marks that call a note."""
    if _NOTE.search(node.get(_TYPE, "")) or node.get("role") == "doc-noteref":
        return ""
    parts = [_plain(node.text)]
    for child in node:
        name = _name(child)
        if name == "br":
            parts.append("\n")
        elif name and name not in _UNSEEN and depth <= _DEPTH:
            parts.append(_inline(child, depth + 1))
        parts.append(_plain(child.tail))
    return "".join(parts)


def _holds_blocks(node: etree._Element) -> bool:
    return any(_name(each) not in _INLINE | _UNSEEN | {"br", ""} for each in node.iterdescendants())


def _name(node: etree._Element) -> str:
    """The element's name; empty for a comment, an instruction or an entity."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _plain(text: str | None) -> str:
    """White space as one blank, no-break ones left as they are."""
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")


_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_FURNITURE = re.compile(
    r"\b(?:cover|titlepage|halftitlepage|copyright-page|toc|landmarks|page-list|loi|lot|index"
    r"|colophon|imprint)\b"
)


@dataclass(slots=True)
class _Chapter:
    name: str
    title: str
    blocks: list[Block] = field(default_factory=list)


def read(content: Content) -> Iterator[ArticleDraft | Skipped]:
    """The chapters of a book, titled « Book — Chapter »; a book of one is that one.

    A chapter is a page of the book's order that has a heading or is listed in its contents; pages
    that have neither go on with the chapter before them.
    """
    with unpacked(content, Problem("epub-cut")) as package:
        _refuse_locked(package)
        place = _opf(package)
        opf = package.tree(place)
        if opf is None:
            raise ReadError("epub-lacks", shown=content.shown, name=place)
        metadata = _metadata(opf)
        yield from _drafts(package, opf, place, metadata)


def _refuse_locked(package: Package) -> None:
    """Fonts may be scrambled; words may not."""
    tree = package.tree(_ENCRYPTION)
    methods = [] if tree is None else tree.findall(".//{*}EncryptedData/{*}EncryptionMethod")
    if any(method.get("Algorithm") not in _FONTS for method in methods):
        raise ReadError("epub-locked", shown=package.shown)


def _opf(package: Package) -> str:
    container = package.tree(_CONTAINER)
    root = None if container is None else container.find(".//{*}rootfile[@full-path]")
    if root is None:
        raise ReadError("epub-no-container", shown=package.shown, name=_CONTAINER)
    return str(root.get("full-path"))


def _metadata(opf: etree._Element) -> Metadata:
    def values(name: str) -> list[str]:
        found = opf.findall(f"./{{*}}metadata//{{http://purl.org/dc/elements/1.1/}}{name}")
        texts = (" ".join("".join(map(str, each.itertext())).split()) for each in found)
        return [text for text in texts if text]

    code = re.match(r"[a-z]{2}(?=[-_]|$)", "".join(values("language")[:1]).lower())
    return Metadata.told(
        "epub",
        title="".join(values("title")[:1]),
        author=", ".join(_creators(opf)),
        published=_published(opf),
        updated=_updated(opf),
        url=next((each for each in values("source") if re.match(r"https?://\S+$", each)), None),
        outlet="".join(values("publisher")[:1]),
        category="".join(values("subject")[:1]),
        language=code[0] if code else None,
    )


def _creators(opf: etree._Element) -> list[str]:
    """Who wrote it: translators and illustrators are creators too, with a role of their own."""
    roles = {
        (each.get("refines") or "").lstrip("#"): each.text
        for each in opf.iterfind("./{*}metadata/{*}meta[@property='role']")
    }
    names = []
    for each in opf.iterfind("./{*}metadata//{http://purl.org/dc/elements/1.1/}creator"):
        role = each.get("{http://www.idpf.org/2007/opf}role") or roles.get(each.get("id", ""))
        if role in (None, "", "aut") and (name := " ".join((each.text or "").split())):
            names.append(name)
    return names


def _published(opf: etree._Element) -> date | datetime | None:
    """The first date that is told to be, or not told not to be, that of publication."""
    for each in opf.iterfind("./{*}metadata//{http://purl.org/dc/elements/1.1/}date"):
        event = each.get("{http://www.idpf.org/2007/opf}event", "publication")
        if event in ("publication", "original-publication") and (
            moment := find_moment((each.text or "").strip())
        ):
            return moment
    return None


def _updated(opf: etree._Element) -> date | datetime | None:
    found = opf.find("./{*}metadata/{*}meta[@property='dcterms:modified']")
    return find_moment((found.text or "").strip()) if found is not None else None


def _drafts(
    package: Package, opf: etree._Element, place: str, metadata: Metadata
) -> Iterator[ArticleDraft | Skipped]:
    chapters: list[_Chapter] = []
    labels = _labels(package, opf, place)
    for name, furniture in _spine(package, opf, place):
        try:
            blocks, kind = chapter_blocks(package.page(name))
        except ReadError as error:
            yield Skipped(f"{package.shown}#{name}", error.problem)
            continue
        if furniture or _FURNITURE.search(kind) or not blocks:
            continue
        heading = next((block.text for block in blocks[:3] if block.heading), "")
        if heading or name in labels or not chapters:
            chapters.append(_Chapter(name, heading or labels.get(name, "")))
        chapters[-1].blocks += blocks
    chapters = [each for each in chapters if any(not block.heading for block in each.blocks)]
    if not chapters:
        raise ReadError("epub-no-text", shown=package.shown)
    for chapter in chapters:
        yield _draft(chapter, metadata, alone=len(chapters) == 1)


def _draft(chapter: _Chapter, metadata: Metadata, *, alone: bool) -> ArticleDraft:
    blocks = chapter.blocks
    if blocks[0].heading and blocks[0].text == chapter.title and len(blocks) > 1:
        blocks = blocks[1:]
    titles = [title for title in (metadata.title, chapter.title) if title]
    if alone and metadata.title:
        return ArticleDraft(tuple(chapter.blocks), metadata)
    titled = Metadata.told("epub", title=" — ".join(dict.fromkeys(titles)))
    return ArticleDraft(tuple(blocks), titled.completed(metadata), "" if alone else chapter.name)


def _spine(package: Package, opf: etree._Element, place: str) -> Iterator[tuple[str, bool]]:
    """The members to read, in order, and whether each is told to be no chapter."""
    items = {each.get("id"): each for each in opf.iterfind("./{*}manifest/{*}item")}
    guide = {
        package.beside(place, each.get("href", "")): each.get("type", "")
        for each in opf.iterfind("./{*}guide/{*}reference")
    }
    seen: set[str] = set()
    for reference in opf.iterfind("./{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        name = package.beside(place, item.get("href", ""))
        if name in seen:
            continue
        seen.add(name)
        aside = "nav" in item.get("properties", "").split() or reference.get("linear") == "no"
        yield name, aside or bool(_FURNITURE.search(guide.get(name, "")))


def _labels(package: Package, opf: etree._Element, place: str) -> dict[str, str]:
    """By member, what the table of contents calls it."""
    labels: dict[str, str] = {}
    for item in opf.iterfind("./{*}manifest/{*}item"):
        name = package.beside(place, item.get("href", ""))
        if "nav" in item.get("properties", "").split():
            links = ".//{*}nav//{*}a[@href]"
        elif item.get("media-type") == "application/x-dtbncx+xml":
            links = ".//{*}navPoint"
        else:
            continue
        try:
            tree = package.tree(name)
        except ReadError:
            continue  # a book without a table of contents is still a book
        for link in [] if tree is None else tree.iterfind(links):
            source = link.find("./{*}content")
            to = link.get("href", "") if source is None else source.get("src", "")
            label = link if source is None else link.find("./{*}navLabel")
            text = "" if label is None else " ".join("".join(map(str, label.itertext())).split())
            labels.setdefault(package.beside(name, to), text)
    return labels
