"""News agency formats: NITF, and NewsML with inline text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain

from lxml import etree

from index.errors import Problem, ReadError, reason_of
from index.formats.base import Content, Metadata, ParsedArticle, Skipped
from index.formats.byline import parse_byline
from index.formats.fields import as_moment, one_line
from index.formats.frontmatter import language_code
from index.formats.html.parser import read_fragment
from index.formats.html.tree import Element
from index.formats.publication import why_withheld
from index.formats.zip_package import xml_parser
from index.text.names import without_by

ROOTS = frozenset({"nitf", "newsitem", "newsmessage", "newsml"})
_TAGS = {"hl2": "h2", "hl1": "h2", "block": "div", "bq": "blockquote", "fn": "p", "note": "div"}
_UNSEEN = frozenset({"media", "hr", "body.end", "script", "style"})
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class NewsVersion:
    """One version of an agency's article; those of one `key` sort by `order`."""

    key: str
    order: str
    is_withheld: bool
    document: bytes


def news_versions(data: bytes, label: str) -> list[NewsVersion]:
    """Split a document into its articles, each as a document of its own. Raises ReadError."""
    root = _parse(data, label)
    if root.tag == "nitf":
        identity, version = _first(root, "doc-id"), _first(root, "du-key")
        key = _attribute(identity, "id-string") or _attribute(version, "key")
        number, at = _attribute(version, "version"), _attribute(_first(root, "date.issue"), "norm")
        status = _attribute(_first(root, "docdata"), "management-status")
        return [_news_version(key or label, number, at, status, data)]
    items = list(root.iter("newsitem"))
    if not items:
        raise ReadError("news-none", subject=label)
    versions = []
    for at_item, item in enumerate(items, 1):
        key = item.get("guid") or _text(_first(item, "newsitemid")) or f"{label}#{at_item}"
        revision = item.get("version") or _text(_first(item, "revisionid"))
        at = _text(_first(item, "versioncreated")) or _text(_first(item, "thisrevisioncreated"))
        document = data if len(items) == 1 else etree.tostring(item, encoding="utf-8")
        versions.append(_news_version(key, revision, at, _status(item), document))
    return versions


def _news_version(
    key: str, number: str | None, at: str | None, status: str | None, document: bytes
) -> NewsVersion:
    moment = as_moment(at)
    if isinstance(moment, datetime) and moment.tzinfo:
        moment = moment.astimezone(UTC)
    order = f"{number if number and number.isdecimal() else 0:>09} {moment or ''}"
    return NewsVersion(key, order, why_withheld(status) is not None, document)


def _parse(data: bytes, label: str) -> Element:
    try:
        root: Element = etree.fromstring(data, xml_parser(remove_comments=True, remove_pis=True))
    except (etree.LxmlError, ValueError) as error:
        raise ReadError("xml-malformed", subject=label, reason=reason_of(error)) from error
    for element in root.iter(etree.Element):  # NewsML 1 has capitals, NewsML-G2 name spaces
        element.tag = etree.QName(element).localname.lower()
    return root


def _status(item: Element) -> str | None:
    status = _first(item, "pubstatus")
    if status is None:
        status = _first(item, "status")
    return _attribute(status, "qcode") or _attribute(status, "FormalName")


def read_news(data: bytes, content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the article of a NITF document, or the articles of a NewsML one."""
    root = _parse(data, content.label)
    if root.tag == "nitf":
        yield _read_nitf(root, content)
        return
    items = list(root.iter("newsitem"))
    if not items:
        raise ReadError("news-none", subject=content.label)
    for number, item in enumerate(items, 1):
        try:
            parsed = _read_item(item, content)
        except ReadError as error:
            if len(items) == 1:
                raise
            yield Skipped(content.label, error.problem, Problem("at-item", number=number))
            continue
        key = item.get("guid") or _text(_first(item, "newsitemid")) or str(number)
        yield replace(parsed, key=key) if len(items) > 1 else parsed


def _read_nitf(root: Element, content: Content) -> ParsedArticle:
    if problem := why_withheld(_attribute(_first(root, "docdata"), "management-status")):
        raise ReadError(problem, subject=content.label)
    body = _first(root, "body.content")
    if body is None:
        raise ReadError("news-no-text", subject=content.label)
    issue_date, paper = _first(root, "date.issue"), _first(root, "pubdata")
    subject = _first(root, "tobject.subject")
    metadata = Metadata.of(
        "nitf",
        title=_text(_first(root, "hl1")) or _text(_first(root, "title")),
        author=_author(_first(root, "byline")),
        published=_released(
            as_moment(_attribute(issue_date, "norm")),
            _attribute(_first(root, "date.release"), "norm"),
        ),
        outlet=_attribute(paper, "name") or _text(_first(root, "distributor")),
        language=language_code(root.get(_LANGUAGE) or _attribute(_first(root, "body"), _LANGUAGE)),
        category=_attribute(paper, "position.section")
        or _attribute(subject, "tobject.subject.type"),
    )
    return _parse_elements([*root.iter("abstract"), body], metadata, content)


def _read_item(item: Element, content: Content) -> ParsedArticle:
    """Read an article of NewsML-G2 or NewsML 1."""
    if problem := why_withheld(_status(item)):
        raise ReadError(problem, subject=content.label)
    inner = _first(item, "nitf")
    first, version = _first(item, "firstcreated"), _first(item, "versioncreated")
    created = as_moment(_text(first)) or as_moment(_text(_first(item, "contentcreated")))
    latest = as_moment(_text(version) or _text(_first(item, "thisrevisioncreated")))
    provider = _first(item, "provider")
    language = _first(item, "language")
    metadata = Metadata.of(
        "nitf",
        title=_text(_first(item, "headline")),
        author=_author(next(chain(item.iter("by"), item.iter("byline")), None)),
        published=_released(created or latest, _text(_first(item, "embargoed"))),
        updated=latest if created and latest != created else None,
        outlet=_text(_first(provider, "name")) or _attribute(provider, "literal"),
        language=language_code(
            _attribute(language, "tag") or _attribute(language, "FormalName") or item.get(_LANGUAGE)
        ),
    )
    if inner is not None:
        parsed = _read_nitf(inner, content)
        return replace(parsed, metadata=metadata.completed(parsed.metadata))
    for name in ("inlinexml", "inlinedata", "datacontent"):
        if (text := _first(item, name)) is not None:
            return _parse_elements([text], metadata, content)
    raise ReadError("news-text-elsewhere", subject=content.label)


def _released(written: date | datetime | None, embargo: str | None) -> date | datetime | None:
    """Return the end of an embargo if it is later: until then an article is not published."""
    end = as_moment(embargo)
    return end if end and written and str(end) > str(written) else written or end


def _parse_elements(elements: list[Element], metadata: Metadata, content: Content) -> ParsedArticle:
    markup = "".join(_markup(element) for element in elements)
    return replace(read_fragment(markup, content), metadata=metadata)


def _markup(element: Element) -> str:
    """Convert an element to HTML, which has the same names for paragraphs and lists."""
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return ""
    inner = html.escape(element.text or "")
    for child in element:
        inner += _markup(child) + html.escape(child.tail or "")
    tag = _TAGS.get(element.tag, element.tag)
    tag = tag if re.fullmatch("[a-z][a-z0-9]*", tag) else "div"
    return f"<{tag}>{inner}</{tag}>"


def _author(element: Element | None) -> str | None:
    """Return the author: Jeanne Petit for « Par Jeanne Petit, à Rome »."""
    if element is None:
        return None
    people = [text for person in element.iter("person") if (text := _text(person))]
    line = ", ".join(people) or _text(element) or ""
    byline = parse_byline(line)
    return byline.people if byline else without_by(line) or None


def _first(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(element.iter(name), None)


def _attribute(element: Element | None, name: str) -> str | None:
    return None if element is None else one_line(element.get(name))


def _text(element: Element | None) -> str | None:
    return None if element is None else one_line(" ".join(map(str, element.itertext())))
