"""Conversion of a file to articles: choose the parser, convert what it returns."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import urlsplit

from index.article import Article, Section, article_id
from index.errors import Problem, ReadError
from index.formats.base import (
    READING_BYTES,
    Block,
    Content,
    Metadata,
    Options,
    ParsedArticle,
    Skipped,
    Source,
    read_error,
)
from index.formats.boilerplate import clean_article
from index.formats.byline import split_dateline, split_head_lines, split_signature
from index.formats.publication import is_left_out
from index.formats.signature import HEAD_BYTES, unreadable_kind
from index.formats.table import (
    FORMAT_OF_SUFFIX,
    UNKNOWN_FORMAT,
    ZIP,
    Format,
    format_of,
    suffix_of,
    sure_format,
)
from index.text.dates import valid_day
from index.text.folding import folded_words
from index.text.language import detect
from index.text.names import spell_slugs

TOO_HEAVY = Problem("reading-too-heavy", limit=READING_BYTES)
_MAX_SKIPPED_ALIKE = 20
Part = TypeVar("Part")
logger = logging.getLogger(__name__)
# Properties of a document, which may name whoever saved it.
_PROPERTIES = frozenset({"pdf", "docx", "document"})
_TEXTS = FORMAT_OF_SUFFIX[".txt"], FORMAT_OF_SUFFIX[".md"]


def limit_skipped(parts: Iterator[Part | Skipped], label: str) -> Iterator[Part | Skipped]:
    """Pass on the first twenty skipped parts with each code, then the number of others;
    unpublished ones are only counted, by reason."""
    counts: Counter[str] = Counter()
    first: dict[str, Problem] = {}
    for part in parts:
        if not isinstance(part, Skipped):
            yield part
            continue
        code = part.problem.code
        first.setdefault(code, part.problem)
        counts[code] += 1
        if counts[code] <= _MAX_SKIPPED_ALIKE and not is_left_out(part.problem):
            yield part
    for code, count in counts.items():
        if is_left_out(first[code]):
            yield Skipped(label, Problem(code, count=count))
        elif count > _MAX_SKIPPED_ALIKE:
            more = count - _MAX_SKIPPED_ALIKE
            yield Skipped(label, Problem("more-like-it", count=more, first=first[code]))


def read_content(content: Content) -> Iterator[ParsedArticle | Skipped]:
    """Yield the parsed articles in a file or a member of an archive. Raises ReadError.

    If the content is surely of another format than the name says (a PDF named `.txt`), it is parsed
    as that, with a warning in the log.
    """
    by_name = format_of(content.name)
    if by_name is None:
        raise ReadError(UNKNOWN_FORMAT, subject=content.label)
    actual = _detect_format(content, by_name)
    if actual is not by_name:
        logger.warning("%s: its content is %s, and is read as that", content.label, actual.suffix)
    try:
        yield from actual.load().read(content)
    except (ReadError, MemoryError) as error:
        # Out of memory, a parser may report damage.
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, MemoryError):
            cause = cause.__cause__ or cause.__context__
        if cause is not None:
            raise ReadError(TOO_HEAVY, subject=content.label) from error
        raise


def read_part(content: Content, key: str) -> Iterator[ParsedArticle | Skipped]:
    """Read a member of an archive or an attachment; `key` prefixes the keys of its articles."""
    for part in read_content(content):
        if isinstance(part, ParsedArticle):
            part = replace(part, key=f"{key}#{part.key}" if part.key else key)
        yield part


def read_source(source: Source, options: Options | None = None) -> Iterator[Article | Skipped]:
    """Yield the articles of a file and its unreadable parts.

    Raises ReadError, naming the file, if nothing can be read.
    """
    content = Content.of_file(source.path, source.label, url=source.url, options=options)
    yield from limit_skipped(articles_in(content, source), source.label)


def articles_in(content: Content, source: Source) -> Iterator[Article | Skipped]:
    """Yield the articles of a file. Raises ReadError."""
    numbers: dict[int, int] = {}
    for part in read_content(content):
        if isinstance(part, Skipped):
            yield part
            continue
        parsed = _make_key_unique(part, numbers)
        # Its key may name the file it came from: a member, an attachment, a page.
        inner = parsed.key.partition("#")[0]
        own = replace(content, name=PurePosixPath(inner).name) if suffix_of(inner) else content
        try:
            yield article_of(parsed, own, source.location)
        except ReadError as error:
            if not parsed.key:
                raise
            yield Skipped(f"{source.label}#{parsed.key}", error.problem)


def _make_key_unique(parsed: ParsedArticle, numbers: dict[int, int]) -> ParsedArticle:
    """Give the parsed article a key that is unique in its file.

    `numbers` maps each key to the last number appended to it, by its hash to save memory.
    """
    key = parsed.key
    number = numbers.get(hash(key), 0)
    while hash(key) in numbers:
        number += 1
        key = f"{parsed.key}~{number}"
    numbers[hash(parsed.key)] = number
    numbers[hash(key)] = 1
    return parsed if key == parsed.key else replace(parsed, key=key)


def _detect_format(content: Content, by_name: Format) -> Format:
    """Return the format of a file, nearly always that of its name."""
    try:
        with content.open() as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise read_error(content.label, error) from error
    kind = unreadable_kind(head)
    if kind is not None and not by_name.package:  # package parsers report passwords themselves
        raise ReadError(kind, subject=content.label)
    sure = sure_format(head)
    if sure is None or sure.parser == by_name.parser or (sure is ZIP and by_name.package):
        return by_name
    return by_name if sure.beats == "names of texts" and by_name not in _TEXTS else sure


_TITLE_LIMIT = 120
_CENTURIES = range(1800, 2100)
_STAMP = re.compile(
    r"(?P<year>\d{4})([-_.]?)(?P<month>\d{2})\2(?P<day>\d{2})(?:T\d{4,6})?(?=[-_. ]|$)"
)
_TRAILING = re.compile(r"[-_. ](?P<year>\d{4})([-_])(?P<month>\d{2})\2(?P<day>\d{2})$")
_FOLDERS = re.compile(r"(?:^|/)(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?=/)")
_MEMBER = re.compile(r"[^\n]*\.[a-z0-9]{2,8}", re.IGNORECASE)


def date_in_path(path: str) -> date | None:
    """Return the date that a file's name begins or ends with, or that its folders spell.

    `2025-08-29-titre.md`, `20250829_titre.txt`, `titre_2025-08-29.md`, `2025/08/29/titre.html`.
    """
    plain = path.replace("\\", "/")
    stem = PurePosixPath(plain).stem
    return _likely_day(_STAMP.match(stem) or _TRAILING.search(stem) or _FOLDERS.search(plain))


def date_in_address(url: str) -> date | None:
    """Return the date in the path of an address, as in `/2025/08/29/titre`."""
    try:
        return _likely_day(_FOLDERS.search(urlsplit(url).path))
    except ValueError:
        return None


def title_in_name(name: str) -> str:
    """Derive a title from a file's name, without its date and suffix."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    for match in (_STAMP.match(stem), _TRAILING.search(stem)):
        if match and _likely_day(match):
            stem = stem[: match.start()] + stem[match.end() :]
            break
    readable = re.sub(r"[-_\s]+", " ", stem).strip(" .") or name
    return readable[0].upper() + readable[1:]


def member_name(key: str) -> str | None:
    """Return the key of a parsed article if it names a file (a member of an archive), else None."""
    return key if "://" not in key and _MEMBER.fullmatch(key) else None


def _likely_day(match: re.Match[str] | None) -> date | None:
    if match is None or int(match["year"]) not in _CENTURIES:
        return None
    return valid_day(match["year"], match["month"], match["day"])


def article_of(parsed: ParsedArticle, content: Content, location: str) -> Article:
    """Convert a parsed article to an article. Raises ReadError, naming the file, if it has no text.

    `location` identifies the file; the key of the parsed article is appended to it.
    """
    parsed = clean_article(parsed)
    metadata = parsed.metadata
    if all(block.heading for block in parsed.blocks):
        raise ReadError("article-no-text", subject=content.label)
    name = member_name(parsed.key) or content.name
    head_facts, body = split_head_lines(parsed.blocks)
    if all(block.heading for block in body):  # no words are left
        head_facts, body = Metadata(), parsed.blocks
    dateline_facts, body = split_dateline(body)
    title, body = _split_title(body, metadata.title)
    if title is None:
        title = title_in_name(name)
        metadata = metadata.completed(Metadata.of("file name", title=title))
    blocks, author = split_signature(body)
    if all(block.heading for block in blocks):
        blocks, author = body, None
    printed_facts = head_facts.completed(Metadata.of("text", author=author))
    for name in ("author", "published"):  # what is printed wins over properties
        if getattr(printed_facts, name) and metadata.origins.get(name) in _PROPERTIES:
            metadata = metadata.without(name)
    metadata = metadata.completed(printed_facts).completed(dateline_facts)
    words, sections = _lay_out(blocks)
    metadata = metadata.completed(Metadata.of("address", url=content.url))
    # The date in the name of the article's own file, not in its archive's; then in its address.
    path = member_name(parsed.key) or ("" if parsed.key else content.label)
    metadata = metadata.completed(Metadata.of("file name", published=date_in_path(path)))
    day = date_in_address(metadata.url or "")
    metadata = metadata.completed(Metadata.of("address", published=day)).completed(parsed.guesses)
    metadata = metadata.completed(Metadata.of("detected", language=detect(words)))
    return Article(
        id=article_id(f"{location}#{parsed.key}" if parsed.key else location),
        text=words,
        title=title,
        path=f"{content.label}#{parsed.key}" if parsed.key else content.label,
        language=metadata.language or "",
        author=spell_slugs(metadata.author) if metadata.author else None,
        published=_day(metadata.published),
        url=metadata.url,
        sections=sections,
        outlet=metadata.outlet,
        category=metadata.category,
        published_at=metadata.published if isinstance(metadata.published, datetime) else None,
        updated=_day(metadata.updated),
        updated_at=metadata.updated if isinstance(metadata.updated, datetime) else None,
        origins=tuple(sorted(metadata.origins.items())),
    )


def _day(when: date | datetime | None) -> date | None:
    return when.date() if isinstance(when, datetime) else when


def _split_title(
    blocks: tuple[Block, ...], title: str | None
) -> tuple[str | None, tuple[Block, ...]]:
    """Return the title and the blocks below it.

    The title is `title`, else the first heading, else a short first line (kept in the text), else
    None.
    """
    title = title or next((block.text for block in blocks if block.heading), None)
    if title is not None:
        return title, _drop_title(blocks, title)
    first = blocks[0].text
    if len(first) <= _TITLE_LIMIT and "\n" not in first:
        return first.rstrip(".") or first, blocks
    return None, blocks


def _drop_title(blocks: tuple[Block, ...], title: str) -> tuple[Block, ...]:
    """Drop the title above the blocks or among the headings, if something is left."""
    words = folded_words(title)
    repeats = 0
    while repeats < len(blocks) - 1 and folded_words(blocks[repeats].text) == words:
        repeats += 1
    blocks = blocks[repeats:]
    rest = tuple(
        block for block in blocks if not block.heading or folded_words(block.text) != words
    )
    return blocks if all(block.heading for block in rest) else rest


def _lay_out(blocks: tuple[Block, ...]) -> tuple[str, tuple[Section, ...]]:
    """Return the text of an article and its sections."""
    sections: list[Section] = []
    at = 0
    for block in blocks:
        if block.heading:
            sections.append(Section(block.text, at, at + len(block.text)))
        at += len(block.text) + len("\n\n")
    return "\n\n".join(block.text for block in blocks), tuple(sections)
