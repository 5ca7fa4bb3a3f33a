"""What somebody sent, put in a folder under a name that its content deserves."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath

from bot.library.paths_feeding_fetching import open_gatherer
from bot.settings import Settings
from index.article import Article
from index.errors import ReadError
from index.formats.base import Skipped
from index.formats.signature import HEAD, suffix_for, unreadable_kind
from index.formats.sources import find_sources
from index.formats.table import FORMATS, read_source
from index.web.gatherer import Failed, Gathered

LONGEST_NAME = 60
TITLES = 3


@dataclass(frozen=True, slots=True)
class Received:
    """A document in its folder: the titles of its first articles, and how many it has."""

    path: Path
    name: str
    titles: tuple[str, ...]
    articles: int


def take_file(data: bytes, name: str, folder: Path) -> Received:
    """Keep a file by what it is, not by what it is called.

    Raises ReadError, in one line without the folder, when no article can be read from it.
    """
    head = data[:HEAD]
    suffix = suffix_for(head, name)
    shown = readable_name(name)
    if suffix is None or suffix not in FORMATS:
        kind = unreadable_kind(head) or "not a document that Selon reads"
        raise ReadError(f"{shown}: {kind}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{PurePath(shown).stem}{suffix}"
    path.write_bytes(data)
    return _looked_at(folder, path, shown)


def take_address(url: str, settings: Settings, folder: Path) -> Received:
    """Fetch an article into the folder. Raises IndexingError as fetching and reading do."""
    gatherer = open_gatherer(settings, limit=1, root=folder)
    try:
        for event in gatherer.gather(url):
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Gathered) and event.file is not None:
                return _looked_at(folder, event.file, url)
    finally:
        gatherer.fetcher.close()
    raise ReadError(f"{url}: no article is in it")


def readable_name(name: str) -> str:
    """A file's name without what a file system or a reader could stumble over."""
    plain = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    safe = re.sub(r"[^\w.() -]+", "-", plain).strip(" .-")
    stem, suffix = PurePath(safe).stem or "document", PurePath(safe).suffix[:10]
    return f"{stem[:LONGEST_NAME].strip(' .-') or 'document'}{suffix}"


def _looked_at(folder: Path, path: Path, shown: str) -> Received:
    articles: list[Article] = []
    skipped: list[Skipped] = []
    sources, _ = find_sources([path], FORMATS)
    for source in sources:
        try:
            for found in read_source(source):
                (skipped if isinstance(found, Skipped) else articles).append(found)  # type: ignore[arg-type]
        except ReadError as error:
            reason = str(error).partition(": ")[2] or str(error)
            raise ReadError(f"{shown}: {reason}") from error
    if not articles:
        reason = skipped[0].reason if skipped else "no article is in it"
        raise ReadError(f"{shown}: {reason}")
    titles = tuple(article.title for article in articles[:TITLES])
    return Received(path, shown, titles, len(articles))
