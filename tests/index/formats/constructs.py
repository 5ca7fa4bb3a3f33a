"""What each format is made of, piece by piece, and files that repeat pieces by pairs.

Whoever adds a format lists its constructs here: `test_growth.py` fails without.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pypdfium2

from index.formats.pdf import worker
from tests.index.formats.articles import zipped
from tests.index.formats.hostile import CONTAINER, read_slow
from tests.index.formats.pdfs import Run, pdf
from tests.index.formats.test_archives import tarred


@dataclass(frozen=True)
class Construct:
    """A piece of a format: how it begins and ends, and the part of the file that it stands in."""

    opening: str
    closing: str = ""
    place: str = "body"


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
    Construct("<item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>", place="manifest"),
    Construct("<itemref idref='a'/>", place="spine"),
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
    *(f"{_RECORD}\n", '{"text": "<p>a<p>b"}\n', "{\n", "\n", '{"draft": true, "text": "a"}\n'),
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
_MEMBERS = _plain("a.bin\n", "a.txt\n", "a.zip\n", "../a.txt\n")
_PACKED = _plain(f"{_RECORD}\n", "\n", "{\n")


def _odt(places: Places) -> str:
    names = ("office", "text", "table", "drawing", "style")
    prefixes = {"drawing": "draw"}
    spaces = " ".join(
        f'xmlns:{prefixes.get(n, n)}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names
    )
    return (
        f"<office:document {spaces}><office:automatic-styles>{places.get('styles', '')}"
        f'<text:list-style style:name="L">{places.get("levels", "")}</text:list-style>'
        f"</office:automatic-styles><office:body><office:text>{places.get('body', '')}"
        '<text:list text:style-name="L"><text:list-item><text:p>a</text:p></text:list-item>'
        "</text:list></office:text></office:body></office:document>"
    )


def _zipped_odt(places: Places) -> bytes:
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": _odt(places).replace("office:document", "office:document-content"),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


@cache
def _empty_docx() -> dict[str, bytes]:
    import docx

    data = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("a", style="List Number")
    document.save(data)
    with zipfile.ZipFile(data) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _docx(places: Places) -> bytes:
    members = dict(_empty_docx())
    for name, end, place in (
        ("document", b"<w:sectPr", "body"),
        ("numbering", b"</w:numbering>", "numbering"),
        ("styles", b"</w:styles>", "styles"),
    ):
        path = f"word/{name}.xml"
        if path in members:
            head, mark, tail = members[path].rpartition(end)
            members[path] = head + places.get(place, "").encode() + mark + tail
    return zipped(dict(members))


def _epub(places: Places) -> bytes:
    package = (
        f"<package xmlns='http://www.idpf.org/2007/opf'><metadata>{places.get('metadata', '')}"
        "</metadata><manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>"
        f"{places.get('manifest', '')}</manifest><spine><itemref idref='a'/>"
        f"{places.get('spine', '')}</spine><guide>{places.get('guide', '')}</guide></package>"
    )
    page = "<html xmlns='http://www.w3.org/1999/xhtml'><body>%s</body></html>"
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "a.opf": package,
            "a.xhtml": page % f"<h1>a</h1><p>Le pont.</p>{places.get('body', '')}",
            "n.xhtml": page % f"<nav>{places.get('nav', '')}</nav>",
        }
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


def _archive(pack: Callable[[dict[str, bytes | str]], bytes]) -> Callable[[Places], bytes]:
    """Members by the names of their constructs; names that come again are counted."""
    inner = {
        "a.zip": zipped({"b.txt": "Le pont."}),
        "a.jsonl": f"{_RECORD}\n",
        "a.html": "<p>Le pont.",
    }

    def assemble(places: Places) -> bytes:
        names = places.get("body", "").split("\n")
        return pack(
            {f"{n}{name}": inner.get(name, "Le pont.") for n, name in enumerate(names) if name}
        )

    return assemble


def _compressed(pack: Callable[[bytes], bytes]) -> Callable[[Places], bytes]:
    return lambda places: pack(f"{_RECORD}\n{places.get('body', '')}".encode())


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
    ".odt": Grammar(_zipped_odt, _ODT[:2]),  # the parser of .fodt
    ".fodt": Grammar(lambda places: _odt(places).encode(), _ODT),
    ".epub": Grammar(_epub, _EPUB),
    ".jsonl": Grammar(_within(f"{_RECORD}\n", ""), _JSONL),
    ".json": Grammar(_within(f"[{_RECORD},", "{}]"), _JSON),
    ".csv": Grammar(_within("title,text\n", ""), _CSV),
    ".xml": Grammar(_within(f"<rss {_NAMESPACES}><channel>", "</channel></rss>"), _XML),
    ".eml": Grammar(_eml, _EML),
    ".zip": Grammar(_archive(zipped), _MEMBERS),
    ".tar": Grammar(_archive(tarred), _MEMBERS[:2]),
    ".tar.gz": Grammar(_archive(lambda members: tarred(members, "gz")), _MEMBERS[:2]),
    ".gz": Grammar(_compressed(gzip.compress), _PACKED),
    ".bz2": Grammar(_compressed(bz2.compress), _PACKED),
    ".xz": Grammar(_compressed(lzma.compress), _PACKED),
}
"""By the first suffix of each format."""


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

                def made(
                    count: int,
                    kind: Callable[[Construct, Construct, int], Places] = kind,
                    one: Construct = one,
                    other: Construct = other,
                ) -> bytes:
                    return grammar.assemble(kind(one, other, count))

                yield f"{kind.__name__} {one.opening!r} {other.opening!r}", made


def _alternate(one: Construct, other: Construct, count: int) -> Places:
    return _placed([(each.place, f"{each.opening}{each.closing}") for each in (one, other)] * count)


def _nest(one: Construct, other: Construct, count: int) -> Places:
    opened = [(each.place, each.opening) for each in (one, other)] * count
    closed = [(each.place, each.closing) for each in (other, one)] * count
    return _placed(opened + closed)


def _fill(one: Construct, other: Construct, count: int) -> Places:
    inner = [(other.place, f"{other.opening}{other.closing}")] * count
    return _placed([(one.place, one.opening), *inner, (one.place, one.closing)])


def _follow(one: Construct, other: Construct, count: int) -> Places:
    return _placed(
        [
            (each.place, f"{each.opening}{each.closing}")
            for each in (one, other)
            for _ in range(count)
        ]
    )


def _placed(pieces: list[tuple[str, str]]) -> Places:
    places: dict[str, list[str]] = {}
    for place, text in pieces:
        places.setdefault(place, []).append(text)
    return {place: "".join(texts) for place, texts in places.items()}


def read_whole(data: bytes, suffix: str) -> None:
    """Read a file, and what a process of its own would of it, in this process."""
    read_slow(data, f".jsonl{suffix}" if suffix in (".gz", ".bz2", ".xz") else suffix)
    if suffix == ".pdf":
        document = pypdfium2.PdfDocument(data)
        for number in range(len(document)):
            worker._read(document, number)
