"""Metadata of office documents and PDF, as far as it is credible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from lxml import etree

from index.formats.base import Metadata, Origin
from index.formats.zip_package import xml_parser
from index.text.dates import find_date, find_moment
from index.text.folding import fold, folded_words
from index.text.language import detect
from index.text.stopwords import LANGUAGES

_PACKET = re.compile(rb"<x:xmpmeta\b[^<]*+(?:<(?!/?x:xmpmeta\b)[^<]*+)*+</x:xmpmeta>")
_PACKET_LIMIT = 1_000_000  # bytes
_DOCUMENT = b"Producer"  # only in the packet of the document, not in those of its photographs
_PROPERTY = re.compile(
    r"\{http://(?:purl\.org/dc/elements/1\.1/|prismstandard\.org/namespaces/[^}]*)\}(\w+)"
)
_ITEM = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
_HEAD = 2_000  # characters with the article's title and day
_STAMP = re.compile(
    r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?\s*(?:(Z)|([+-])(\d\d)'?(\d\d)?)?"
)
_PROGRAM = re.compile(
    r"(?:microsoft|ms) (?:office )?(?:word|excel|powerpoint|publisher)\b"
    r"|(?:powerpoint|word|google) (?:presentation|document|docs)|untitled|sans[ -]titre"
    r"|(?:document|doc|livre|book|présentation|presentation|page|layout|mise en page|slide"
    r"|diapositive|diapo|feuil|sheet|scan|image|print)[ _-]*\d*$",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\.(?:docx?|docm|odt|rtf|pdf|indd?|qx[dp]|pptx?|xlsx?|pub|tex|dvi|e?ps|ai|cdr|txt|html?|exe"
    r"|jpe?g|png|tiff?|pages|key|fm|p65|wpd)$",
    re.IGNORECASE,
)
_ACCOUNTS = """
user users utilisateur utilisateurs usuario benutzer admin administrator administrateur root guest
owner proprietaire unknown inconnu anonymous anonyme author auteur nom name office microsoft windows
client pc poste ordinateur home default accueil secretariat scan scanner hp dell acer asus lenovo
toshiba sony apple mac word adobe none null test
"""
_NOBODY = frozenset(_ACCOUNTS.split())
_HEADING_STYLE = re.compile(
    r"(?:heading|titre|überschrift|título|titolo) ?[1-9]\b.*", re.IGNORECASE
)
_TITLE_STYLE = re.compile(r"(?:title|titre|titel|título|titolo)", re.IGNORECASE)
# Characters of a text whose language is plain: of 640 pieces of 100, French and English, none was
# taken for another; other languages go to a classifier that needs more.
_DETECTABLE, _CLASSIFIABLE = 100, 400
_TITLE_WORDS = 3  # a shorter property (« Rapport ») is a word of many titles


@dataclass(frozen=True, slots=True)
class Facts:
    """Metadata stored in the document: its information dictionary or properties."""

    title: str = ""
    author: str = ""
    outlet: str = ""
    url: str = ""
    category: str = ""
    language: str = ""
    published: date | datetime | None = None
    created: date | datetime | None = None


def is_real_title(title: str, name: str) -> bool:
    """True if a person wrote the title, rather than the program that saved the file `name`."""
    words = title.split()
    is_file_name = fold(PurePath(name).stem.lower()) == fold(title.lower())
    letters = sum(map(str.isalpha, title))
    machine = len(words) == 1 and bool(re.search(r"[\d_]|[a-z][A-Z]|\\", title))
    junk = _PROGRAM.match(title) or _FILE.search(title) or machine or is_file_name
    return not junk and letters > 3 and 2 * letters > len(title.replace(" ", ""))


def is_real_author(author: str, text: str) -> bool:
    """True if it is two names, or the capitals of an agency in `text`; « JDUPONT » is neither."""
    words = re.findall(r"[^\W_]+", author)
    if (
        {fold(word.lower()) for word in words} <= _NOBODY
        or re.search(r"[\d@\\]", author)
        or len(author) > 200
    ):
        return False
    names = sum(not word[0].islower() for word in words)
    return names > 1 or (author.isupper() and author in text)


def pdf_facts(info: dict[str, str], language: str, data: bytes) -> Facts:
    """Read a PDF's information dictionary and XMP packet."""
    packet = dict(_xmp_properties(data))
    return Facts(
        title=plain_line(info.get("Title") or packet.get("title")),
        author=plain_line(info.get("Author") or packet.get("creator")),
        outlet=plain_line(packet.get("publicationName") or packet.get("publisher")),
        url=plain_line(packet.get("url")),
        category=plain_line(packet.get("section")),
        language=plain_line(language or packet.get("language")),
        published=find_moment(packet.get("publicationDate") or packet.get("coverDate") or ""),
        created=parse_pdf_date(info.get("CreationDate", "")),
    )


def parse_pdf_date(text: str) -> datetime | None:
    """Parse a PDF date with its zone: `D:20250829103000+02'00'`."""
    match = _STAMP.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, utc, sign, hours, minutes = match.groups()
    zone = utc or (f"{sign}{hours}:{minutes or '00'}" if sign else "")
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day}T{clock}{zone}")
    except ValueError:
        return None


def credible_metadata(
    facts: Facts, origin: Origin, name: str, text: str, printed_title: str | None
) -> Metadata:
    """Return the credible facts, and the printed title if there is no credible one.

    `name` is the file's, `text` its words, `printed_title` the one printed on it. A title is
    credible if a person wrote it and it is printed too, as the title or as a phrase: a file saved
    from another often keeps the other's. The creation date is that of publication only if the head
    of the text has the same day: old papers are scanned and exported every day.
    """
    head = text[:_HEAD]
    title = facts.title if is_real_title(facts.title, name) else ""
    if title and printed_title:
        words, head_words = folded_words(title), set(folded_words(head))
        is_printed = sum(word in head_words for word in words) >= 0.8 * len(words)
        is_whole = len(words) >= _TITLE_WORDS or {*folded_words(printed_title)} <= {*words}
        title = title if is_printed and is_whole else ""
    created = facts.created.date() if isinstance(facts.created, datetime) else facts.created
    days = set(map(find_date, head.split("\n"))) if created else set()
    return Metadata.of(
        origin,
        title=title,
        author=facts.author if is_real_author(facts.author, text) else None,
        outlet=facts.outlet,
        url=facts.url if re.match(r"https?://\S+$", facts.url) else None,
        category=facts.category,
        published=facts.published or (created if created in days else None),
        language=_credible_language(facts.language, text),
    ).completed(Metadata.of("text", title=printed_title))


def plain_line(text: str | None) -> str:
    """Return the text on one line, without control characters."""
    return " ".join(re.sub(r"[\x00-\x1f]", " ", text or "").split())


def _xmp_properties(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield names and values of the document's own XMP packet, stored in the file as plain XML."""
    packets = (match[0] for match in _PACKET.finditer(data) if _DOCUMENT in match[0])
    packet = next((candidate for candidate in packets if len(candidate) <= _PACKET_LIMIT), b"")
    try:
        root = etree.fromstring(packet, xml_parser())
    except etree.XMLSyntaxError:
        return
    for description in root.iter("{*}Description"):
        yield from (
            (_property_name(name), str(value)) for name, value in description.attrib.items()
        )
        for child in description.iterchildren(tag=etree.Element):
            items = [str(item.text or "") for item in child.iter(_ITEM)]
            name = _property_name(child.tag)
            several = ", ".join(items) if name == "creator" else "".join(items[:1])
            yield name, several or str(child.text or "")


def _property_name(tag: object) -> str:
    """Return the name of a property that describes the article, else an empty string."""
    match = _PROPERTY.fullmatch(str(tag))
    return match[1] if match else ""


def is_heading_style(name: str) -> bool:
    return _HEADING_STYLE.fullmatch(name) is not None


def is_title_style(name: str) -> bool:
    return _TITLE_STYLE.fullmatch(name) is not None


def _credible_language(declared_language: str, text: str) -> str | None:
    """Return the declared language, often the program's, unless the text is in another."""
    match = re.match(r"([a-z]{2})(?:[-_]|$)", declared_language.lower())
    if match is None:
        return None
    least = _DETECTABLE if match[1] in LANGUAGES else _CLASSIFIABLE
    return match[1] if len(text) < least or detect(text, match[1]) == match[1] else None
