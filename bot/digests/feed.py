"""A folder of episodes that podcast players subscribe to: RSS, audio, transcripts and a cover.

    feed.xml          RSS 2.0 with the tags of podcasts, written anew with every episode
    episodes.json     what it is written from
    cover.png
    2026-11-26-le-pont.mp3, .html …

A file appears whole, by a rename, the feed last.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from bot.answer import link_to
from bot.audio import Recording
from bot.digests.script import Script
from bot.digests.texts import FeedPhrases
from bot.errors import KeepingError
from index.errors import reason_of

FEED, EPISODES, COVER = "feed.xml", "episodes.json", "cover.png"
_COVER_SIDE = 1_400  # dots: the least that players take
_LONGEST_NAME = 60
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def episode_path(folder: Path, script: Script) -> Path:
    """Where the audio of an episode is recorded, beside its place: `add_episode` puts it there.

    Titles that look alike in a file's name get names of their own. Raises KeepingError where
    nothing can be written, and for a list of episodes that is none.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KeepingError("feed-unwritable", path=folder, reason=reason_of(error)) from error
    plain = unicodedata.normalize("NFKD", script.title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST_NAME].rstrip("-")
    stem, title = f"{script.period.last}-{name or 'episode'}", strip_illegal(script.title)
    if any(
        each["file"] == f"{stem}.mp3" and each["title"] != title for each in load_episodes(folder)
    ):
        stem = f"{stem}-{hashlib.sha256(title.encode()).hexdigest()[:8]}"
    return folder / f".{stem}.mp3"


def add_episode(folder: Path, script: Script, made: Recording, address: str) -> Path:
    """Put an episode that was recorded at `episode_path` into the feed; the feed's path.

    `address` is where the folder is served. Raises KeepingError.
    """
    from feedgen.feed import FeedGenerator

    phrases = FeedPhrases.of(script.language)
    base = address.rstrip("/")
    audio = made.path.with_name(made.path.name.removeprefix("."))
    try:
        _rename(made.path, audio)
        _write_whole(
            audio.with_suffix(".html"), strip_illegal(transcript_html(script, made)).encode()
        )
        if not (folder / COVER).exists():
            _write_whole(folder / COVER, _cover(phrases.title))
        episodes = [each for each in load_episodes(folder) if each["file"] != audio.name]
        episodes.append(
            {
                "file": audio.name,
                "title": strip_illegal(script.title),
                "seconds": round(made.seconds),
                "bytes": audio.stat().st_size,
                "published": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        )
        feed = FeedGenerator()
        feed.load_extension("podcast")
        feed.title(phrases.title)
        feed.link(href=f"{base}/{FEED}", rel="self")
        feed.link(href=base, rel="alternate")
        feed.description(phrases.about)
        feed.language(script.language)
        feed.podcast.itunes_image(f"{base}/{COVER}")
        feed.podcast.itunes_category("News")
        feed.podcast.itunes_author("Selon")
        feed.podcast.itunes_explicit("no")
        for each in episodes:
            _add(feed, each, base)
        written = feed.rss_str(pretty=True)
        _write_whole(folder / EPISODES, json.dumps(episodes, ensure_ascii=False, indent=1).encode())
        _write_whole(folder / FEED, written)
    except OSError as error:
        raise KeepingError("feed-unwritable", path=folder, reason=reason_of(error)) from error
    return folder / FEED


def transcript_html(script: Script, made: Recording) -> str:
    """What is said and when, each sentence linked to the article that it quotes."""
    rows = []
    for line, start in zip(script.lines, made.starts, strict=True):
        text = escape(line.text)
        if line.citation is not None:
            link = link_to(line.citation.article.url, line.citation.quote)
            title = escape(line.citation.article.title, quote=True)
            text = f'<a href="{escape(link, quote=True)}">{text}</a>' if link else text
            text = f'<q title="{title}">{text}</q>'
        clock = f"{int(start) // 60}:{int(start) % 60:02d}"
        rows.append(f'<p class="{line.speaker}"><time>{clock}</time> {text}</p>')
    title = escape(script.title)
    return (
        f'<!doctype html>\n<html lang="{script.language}"><head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body><h1>{title}</h1>\n"
        + "\n".join(rows)
        + "\n</body></html>\n"
    )


def _add(feed: Any, episode: Mapping[str, Any], base: str) -> None:
    entry = feed.add_entry()
    address = f"{base}/{episode['file']}"
    entry.id(address)
    entry.title(episode["title"])
    entry.link(href=f"{base}/{Path(episode['file']).stem}.html")
    entry.enclosure(address, str(episode["bytes"]), "audio/mpeg")
    entry.published(datetime.fromisoformat(episode["published"]))
    entry.podcast.itunes_duration(episode["seconds"])


def load_episodes(folder: Path) -> Sequence[dict[str, Any]]:
    """The episodes that are in the feed. Raises KeepingError for a list that is none."""
    path = folder / EPISODES
    if not path.exists():
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [
            {
                **{name: each[name] for name in ("file", "seconds", "bytes", "published")},
                "title": strip_illegal(each["title"]),
            }
            for each in found
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise KeepingError("feed-damaged", path=path) from error


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    draft.write_bytes(content)
    _rename(draft, path)


def _rename(draft: Path, path: Path) -> None:
    """Put a file in its place once the disk has it whole."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)


def strip_illegal(text: str) -> str:
    """The text without the characters that XML has no way to write."""
    return _NOT_XML.sub("", text)


def _cover(title: str) -> bytes:
    """A square with the feed's name between quotation marks."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 7), dpi=_COVER_SIDE / 7, facecolor="#1d3557")
    figure.text(0.5, 0.66, "«\u00a0»", ha="center", va="center", fontsize=150, color="#e9c46a")
    figure.text(0.5, 0.33, title, ha="center", va="center", fontsize=38, color="white", wrap=True)
    written = io.BytesIO()
    figure.savefig(written, format="png", facecolor=figure.get_facecolor())
    return written.getvalue()
