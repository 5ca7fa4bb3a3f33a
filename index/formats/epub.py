"""EPUB books, one article per chapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from index.errors import Problem, ReadError
from index.formats.base import Block, Content, Metadata, ParsedArticle, Skipped
from index.formats.html.body import fragment_blocks
from index.formats.zip_package import Package, open_package
from index.text.dates import find_moment

_UNSEEN = frozenset({"head", "script", "style", "template", "nav", "svg", "math", "audio", "video"})
_UNSEEN |= {"iframe", "object", "form", "rt", "rp"}
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font"}
    | {"i", "ins", "kbd", "mark", "q", "ruby", "s", "samp", "small", "span", "strong", "sub"}
    | {"sup", "time", "tt", "u", "var", "wbr", "img", "rb", "br"}
)
_STRUCTURE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "tr", "td", "th"})
_NOTE = re.compile(r"\bnoteref\b")
_TYPE = "{http://www.idpf.org/2007/ops}type"


def chapter_blocks(root: etree._Element | None) -> tuple[list[Block], str]:
    """Return the blocks of a page, and its kind (`epub:type` of its body or only section)."""
    if root is None:
        return [], ""
    body = root.find(".//{*}body")
    if body is None:
        body = root
    kinds = [body, *body.iterchildren("{*}section")]
    kind = " ".join(element.get(_TYPE, "") for element in (kinds if len(kinds) == 2 else kinds[:1]))
    _simplify(body)
    return list(fragment_blocks(body)), kind


def _simplify(body: etree._Element) -> None:
    """Reduce a page, in place, to known HTML: unknown elements become divisions; note marks and
    unread elements are removed."""
    for node in body.iter(etree.Element):
        name = node.tag.rpartition("}")[2].lower()
        parent = node.getparent()
        is_item = name == "li" and parent is not None and parent.tag in ("ul", "ol")
        if _NOTE.search(node.get(_TYPE, "")) or node.get("role") == "doc-noteref":
            name = "script"
        elif name not in _UNSEEN | _INLINE | _STRUCTURE and not is_item:
            name = "div"
        node.tag = name
    etree.strip_elements(body, *_UNSEEN, etree.Comment, etree.PI, etree.Entity, with_tail=False)


_DUBLIN = "./{*}metadata//{http://purl.org/dc/elements/1.1/}"
_UPDATED = "./{*}metadata/{*}meta[@property='dcterms:modified']"
_OPF = "{http://www.idpf.org/2007/opf}"
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


def read(content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the chapters of a book, titled « Book — Chapter » unless there is only one.

    A page with a heading or an entry in the table of contents begins a chapter; other pages
    continue it.
    """
    with open_package(content, Problem("epub-cut")) as package:
        locks = package.tree(_ENCRYPTION)
        methods = [] if locks is None else locks.findall(".//{*}EncryptedData/{*}EncryptionMethod")
        if any(method.get("Algorithm") not in _FONTS for method in methods):
            raise ReadError("epub-locked", subject=content.label)
        container = package.tree(_CONTAINER)
        root = None if container is None else container.find(".//{*}rootfile[@full-path]")
        if root is None:
            raise ReadError("epub-no-container", subject=content.label, name=_CONTAINER)
        place = str(root.get("full-path"))
        opf = package.tree(place)
        if opf is None:
            raise ReadError("epub-lacks", subject=content.label, name=place)
        yield from _chapters(package, opf, place, _metadata(opf))


def _metadata(opf: etree._Element) -> Metadata:
    def values(name: str) -> list[str]:
        elements = opf.findall(f"{_DUBLIN}{name}")
        texts = (" ".join("".join(map(str, element.itertext())).split()) for element in elements)
        return [text for text in texts if text]

    days = (
        find_moment(element.text or "")
        for element in opf.iterfind(f"{_DUBLIN}date")
        if element.get(f"{_OPF}event", "publication") in ("publication", "original-publication")
    )
    code = re.match(r"[a-z]{2}(?=[-_]|$)", "".join(values("language")[:1]).lower())
    return Metadata.of(
        "epub",
        title="".join(values("title")[:1]),
        author=", ".join(_creators(opf)),
        published=next(filter(None, days), None),
        updated=find_moment(opf.findtext(_UPDATED) or ""),
        url=next(
            (source for source in values("source") if re.match(r"https?://\S+$", source)), None
        ),
        outlet="".join(values("publisher")[:1]),
        category="".join(values("subject")[:1]),
        language=code[0] if code else None,
    )


def _creators(opf: etree._Element) -> list[str]:
    """Return the authors: creators whose role is not translator, illustrator or another."""
    roles = {
        (role.get("refines") or "").lstrip("#"): role.text
        for role in opf.iterfind("./{*}metadata/{*}meta[@property='role']")
    }
    names = []
    for creator in opf.iterfind(f"{_DUBLIN}creator"):
        role = creator.get(f"{_OPF}role") or roles.get(creator.get("id", ""))
        if role in (None, "", "aut") and (name := " ".join((creator.text or "").split())):
            names.append(name)
    return names


def _chapters(
    package: Package, opf: etree._Element, place: str, metadata: Metadata
) -> Iterator[ParsedArticle | Skipped]:
    chapters: list[_Chapter] = []
    labels = _labels(package, opf, place)
    for name, furniture in _spine(package, opf, place).items():
        try:
            blocks, kind = chapter_blocks(package.page(name))
        except ReadError as error:
            yield Skipped(f"{package.label}#{name}", error.problem)
            continue
        if furniture or _FURNITURE.search(kind) or not blocks:
            continue
        heading = next((block.text for block in blocks[:3] if block.heading), "")
        if heading or name in labels or not chapters:
            chapters.append(_Chapter(name, heading or labels.get(name, "")))
        chapters[-1].blocks += blocks
    chapters = [
        chapter for chapter in chapters if any(not block.heading for block in chapter.blocks)
    ]
    if not chapters:
        raise ReadError("epub-no-text", subject=package.label)
    for chapter in chapters:
        yield _parse_chapter(chapter, metadata, alone=len(chapters) == 1)


def _parse_chapter(chapter: _Chapter, metadata: Metadata, *, alone: bool) -> ParsedArticle:
    blocks = tuple(chapter.blocks)
    if alone and metadata.title:
        return ParsedArticle(blocks, metadata)
    if blocks[0].heading and blocks[0].text == chapter.title and len(blocks) > 1:
        blocks = blocks[1:]
    titles = dict.fromkeys(title for title in (metadata.title, chapter.title) if title)
    with_title = Metadata.of("epub", title=" — ".join(titles)).completed(metadata)
    return ParsedArticle(blocks, with_title, "" if alone else chapter.name)


def _spine(package: Package, opf: etree._Element, place: str) -> dict[str, bool]:
    """Map the members, in reading order, to whether each is surely no chapter."""
    items = {item.get("id"): item for item in opf.iterfind("./{*}manifest/{*}item")}
    guide = {
        package.beside(place, reference.get("href", "")): reference.get("type", "")
        for reference in opf.iterfind("./{*}guide/{*}reference")
    }
    pages: dict[str, bool] = {}
    for reference in opf.iterfind("./{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _PAGES:
            name = package.beside(place, item.get("href", ""))
            aside = "nav" in item.get("properties", "").split() or reference.get("linear") == "no"
            pages.setdefault(name, aside or bool(_FURNITURE.search(guide.get(name, ""))))
    return pages


def _labels(package: Package, opf: etree._Element, place: str) -> dict[str, str]:
    """Map each member to its label in the table of contents."""
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
            continue  # the table of contents is optional
        for link in [] if tree is None else tree.iterfind(links):
            source = link.find("./{*}content")
            to = link.get("href", "") if source is None else source.get("src", "")
            label = link if source is None else link.find("./{*}navLabel")
            text = "" if label is None else " ".join("".join(map(str, label.itertext())).split())
            labels.setdefault(package.beside(name, to), text)
    return labels
