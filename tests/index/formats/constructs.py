"""What each format is made of, piece by piece, and files that repeat pieces by pairs.

Whoever adds a format lists its constructs here: `test_growth.py` fails without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

import pypdfium2

from index.formats.pdf import worker
from tests.index.formats.articles import zipped
from tests.index.formats.hostile import read_slow
from tests.index.formats.packages import epub, flat_odt, odt, word, xhtml
from tests.index.formats.pdfs import Run, pdf


@dataclass(frozen=True)
class Construct:
    """A piece of a format: how it begins and ends, and the part of the file that it stands in."""

    opening: str
    closing: str = ""
    place: str = "body"

    @property
    def whole(self) -> tuple[str, str]:
        """Its place, and what stands there."""
        return self.place, f"{self.opening}{self.closing}"


Places = Mapping[str, str]
"""What stands in each part of a file."""


@dataclass(frozen=True)
class Grammar:
    """What a format is made of, and how a file is made of its parts."""

    assemble: Callable[[Places], bytes]
    constructs: tuple[Construct, ...]


def _plain(*texts: str) -> tuple[Construct, ...]:
    return tuple(map(Construct, texts))


def _elements(*names: str, place: str = "body", inside: str = "") -> tuple[Construct, ...]:
    """Elements by name (`p class="a"`), or by names that lead inward (`table tr/td`)."""
    made = []
    for name in names:
        steps = name.split(">")
        opening = "".join(f"<{step}>" for step in steps) + inside
        closing = "".join(f"</{step.split()[0]}>" for step in reversed(steps))
        made.append(Construct(opening, closing, place))
    return tuple(made)


def _within(before: str, after: str) -> Callable[[Places], bytes]:
    """A file of one part."""
    return lambda places: f"{before}{places.get('body', '')}{after}".encode()


_MARKDOWN = _plain(
    *("a\n=\n", "- a\n", "> ", "**a", "`", "```\n", "[", "](a)", "[a]: b\n", "|a|b|\n|-|-|\n")
)
_TEXT = _plain(
    *("a\n", "A\n\nb. ", "Par Jean Petit\n\n", "PARIS, 12 mars 2019 (AFP) – a.\n\n", "- a\n", "« "),
    "Lire aussi : a\n\n",
)
_HTML = (*_elements("p", "ul>li", "table>tr>td", "h2", "a href=b"), Construct("<!--"))
_ODT = (
    *_elements("text:list>text:list-item", "text:list-item>text:p", "text:span"),
    *_elements("table:table>table:table-row>table:table-cell"),
    *_elements("text:p>draw:frame>draw:text-box", "text:p>text:note>text:note-body>text:p"),
    *_elements('text:list text:style-name="L"', 'text:p text:style-name="a"'),
    *_elements('text:list text:style-name="L">text:list-item>text:p', inside="a"),
    Construct('<style:style style:name="a" style:parent-style-name="a"/>', place="styles"),
    Construct('<text:list-level-style-number text:level="2"/>', place="levels"),
    *_plain("<text:line-break/>"),
)
_DOCX = (
    *_elements("w:tbl>w:tr>w:tc", "w:p>w:r>w:pict>w:txbxContent"),
    Construct(
        "<w:p><w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p>"
    ),
    Construct("<w:num w:numId='1'><w:abstractNumId w:val='1'/>", "</w:num>", "numbering"),
)
_EPUB = (
    *_elements("p", "ul>li", "em"),
    Construct(
        "<item id='i0' href='a.xhtml' media-type='application/xhtml+xml'/>", place="manifest"
    ),
    Construct("<itemref idref='i0'/>", place="spine"),
    Construct("<meta property='role' refines='#a'>aut", "</meta>", "metadata"),
    Construct("<a href='a.xhtml'>a", "</a>", "nav"),
)
_RECORD = '{"id": 1, "title": "a", "text": "Le pont."}'
_JSON = (
    *_plain(f"{_RECORD},", '"\\u00e9\\"",', "1e999,"),
    Construct('{"a":[', "0]},"),
    Construct("[", "0],"),
    Construct('{"_source": {"text": "a"}, "b": [', "0]},"),
)
_JSONL = _plain(
    *(f"{_RECORD}\n", '{"text": "<p>a<p>b"}\n', "{\n", "\n", '{"draft": true, "text": "a"}\n')
)
_CSV = _plain("a,b\n", '"a ""b""",c\n', '"', ",", "\n", "a;b\t", '\\"')
_XML = (
    *_plain(
        "<item><title>a</title><guid>1</guid><description>&lt;p&gt;Le pont</description></item>",
        "<item><wp:status>draft</wp:status><description>a</description></item>",
        "<item><wp:post_id>1</wp:post_id><description>[a b='c'] [/d] [[e]]</description></item>",
    ),
    *_elements("item", "category", "content:encoded"),
)
_EML = (
    Construct("Received: a\n", place="head"),
    Construct("To: =?utf-8?q?a?= <a@b>,\n", place="head"),
    Construct("X-A: b;\n c\n", place="head"),
    *_plain("a\n", "> a\n", "--b\nContent-Type: text/html\n\n<p>a\n"),
    *_plain("--b\nContent-Disposition: attachment; filename=a.txt\n\na\n"),
)
_PDF = _plain("line\n", "right\n", "note\n", "cells\n", "page\n", "hyphen-\n")


def _odt(make: Callable[[str, str], bytes]) -> Callable[[Places], bytes]:
    numbered = '<text:list text:style-name="L"><text:list-item><text:p>a</text:p></text:list-item>'

    def assemble(places: Places) -> bytes:
        levels = f'<text:list-style style:name="L">{places.get("levels", "")}</text:list-style>'
        body = f"{places.get('body', '')}{numbered}</text:list>"
        return make(body, places.get("styles", "") + levels)

    return assemble


@cache
def _numbered() -> dict[str, bytes]:
    return word(lambda document: document.add_paragraph("a", style="List Number"))


def _docx(places: Places) -> bytes:
    members = dict(_numbered())
    for path, end, place in (
        ("word/document.xml", b"<w:sectPr", "body"),
        ("word/numbering.xml", b"</w:numbering>", "numbering"),
    ):
        head, mark, tail = members[path].rpartition(end)
        members[path] = head + places.get(place, "").encode() + mark + tail
    return zipped(members)


def _epub(places: Places) -> bytes:
    return epub(
        {"a.xhtml": xhtml(f"<h1>a</h1><p>Le pont.</p>{places.get('body', '')}")},
        metadata=places.get("metadata", ""),
        manifest=places.get("manifest", ""),
        spine=places.get("spine", ""),
        contents=xhtml(f"<nav epub:type='toc'>{places.get('nav', '')}</nav>"),
    )


def _eml(places: Places) -> bytes:
    head = f"Subject: a\nContent-Type: multipart/mixed; boundary=b\n{places.get('head', '')}"
    return f"{head}\n--b\n\nLe pont date de 1901.\n{places.get('body', '')}".encode()


def _printed(places: Places) -> bytes:
    """A PDF of lines that say what they are."""
    pages: list[list[Run]] = [[]]
    for number, kind in enumerate(places.get("body", "").split()):
        top = 80 + number * 12 % 700
        match kind:
            case "page":
                pages.append([])
            case "right":
                pages[-1].append(Run("une autre colonne de texte", 320, top))
            case "cells":
                pages[-1] += [Run(f"{number}", 72 + 90 * n, top) for n in range(4)]
            case "note":
                pages[-1].append(Run("1 une note en petit", 72, top, 7))
            case _:
                pages[-1].append(Run(f"{kind} le pont date de {number}", 72, top))
    return pdf([page or [Run("a")] for page in pages[:40]])


_NAMESPACES = (
    'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
GRAMMARS: Mapping[str, Grammar] = {
    ".md": Grammar(_within("", ""), _MARKDOWN),
    ".txt": Grammar(_within("", ""), _TEXT),
    ".html": Grammar(_within("<html><body><h1>a</h1>", ""), _HTML),
    ".pdf": Grammar(_printed, _PDF),
    ".docx": Grammar(_docx, _DOCX),
    ".odt": Grammar(_odt(odt), _ODT[:2]),  # the parser of .fodt
    ".fodt": Grammar(_odt(flat_odt), _ODT),
    ".epub": Grammar(_epub, _EPUB),
    ".jsonl": Grammar(_within(f"{_RECORD}\n", ""), _JSONL),
    ".json": Grammar(_within(f"[{_RECORD},", "{}]"), _JSON),
    ".csv": Grammar(_within("title,text\n", ""), _CSV),
    ".xml": Grammar(_within(f"<rss {_NAMESPACES}><channel>", "</channel></rss>"), _XML),
    ".eml": Grammar(_eml, _EML),
}
"""By the first suffix of each format but archives."""


def pairs(suffix: str) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """Every ordered pair of a format's constructs, in turn, inside each other, many in one, and
    many after many: its name, and what makes a file of so many of each."""
    grammar = GRAMMARS[suffix]
    for one in grammar.constructs:
        for other in grammar.constructs:
            for kind in (_alternate, _nest, _fill, _follow):
                if kind is _nest and not (one.closing or other.closing):
                    continue  # nothing is in the other
                if kind is _fill and not one.closing:
                    continue
                if kind is _follow and one.closing and one.place == other.place:
                    continue
                made = partial(_assembled, grammar, kind, one, other)
                yield f"{kind.__name__} {one.opening!r} {other.opening!r}", made


Arrangement = Callable[[Construct, Construct, int], Places]


def _assembled(
    grammar: Grammar, kind: Arrangement, one: Construct, other: Construct, count: int
) -> bytes:
    return grammar.assemble(kind(one, other, count))


def _alternate(one: Construct, other: Construct, count: int) -> Places:
    return _placed([pattern.whole for pattern in (one, other)] * count)


def _nest(one: Construct, other: Construct, count: int) -> Places:
    opened = [(pattern.place, pattern.opening) for pattern in (one, other)] * count
    closed = [(pattern.place, pattern.closing) for pattern in (other, one)] * count
    return _placed(opened + closed)


def _fill(one: Construct, other: Construct, count: int) -> Places:
    inner = [other.whole] * count
    return _placed([(one.place, one.opening), *inner, (one.place, one.closing)])


def _follow(one: Construct, other: Construct, count: int) -> Places:
    return _placed([one.whole] * count + [other.whole] * count)


def _placed(pieces: list[tuple[str, str]]) -> Places:
    places: dict[str, list[str]] = {}
    for place, text in pieces:
        places.setdefault(place, []).append(text)
    return {place: "".join(texts) for place, texts in places.items()}


def read_whole(data: bytes, suffix: str) -> None:
    """Read a file, and what a process of its own would of it, in this process."""
    read_slow(data, suffix)
    if suffix == ".pdf":
        document = pypdfium2.PdfDocument(data)
        for number in range(len(document)):
            worker._read(document, number)
