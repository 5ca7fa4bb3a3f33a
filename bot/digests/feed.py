"""A podcast feed as a folder: RSS, audio, transcripts and a cover.

    feed.xml          RSS 2.0 with podcast tags, rewritten with every episode
    episodes.json     its source, changed under the lock of .episodes.lock
    cover.png
    transcript.js     marks the line of a transcript that is heard
    2026-11-26-le-pont.mp3, .html and .vtt (transcripts), .json (chapters) …

Files are replaced atomically once all are written, the feed last.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from bot.answer import link_to
from bot.audio import Recording
from bot.digests.script import Script, written_quote
from bot.digests.script_layout import chapters, source_parts
from bot.digests.texts import DailyFeedPhrases, FeedPhrases
from bot.errors import FeedError
from bot.locale.answers import Phrases
from bot.locale.text import finalize
from index.errors import reason_of

if TYPE_CHECKING:
    from jinja2 import Environment

FEED, EPISODES, COVER, PLAYER = "feed.xml", "episodes.json", "cover.png", "transcript.js"
_LOCK = ".episodes.lock"
SIDECAR_SUFFIXES = (".html", ".vtt", ".json")  # files that accompany an episode's audio
_TEMPLATES = Path(__file__).parent / "templates"
_NAME_CHARACTERS = 60
_NO_MARKUP = str.maketrans("<>", "‹›")  # many players show the entities of WebVTT as they are
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PODCASTS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # namespace of `podcast:guid`


@contextmanager
def new_episode(folder: Path, script: Script) -> Iterator[Path]:
    """Yield the path for an episode's audio, in a temporary folder for `add_episode`.

    Titles with the same file name get a hash appended. Raises FeedError if the folder is not
    writable or its list of episodes is damaged.
    """
    plain = unicodedata.normalize("NFKD", script.title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_NAME_CHARACTERS].rstrip("-")
    stem, title = f"{script.period.last}-{name or 'episode'}", strip_illegal(script.title)
    if any(
        episode["file"] == f"{stem}.mp3" and episode["title"] != title
        for episode in load_episodes(folder)
    ):
        stem = f"{stem}-{hashlib.sha256(title.encode()).hexdigest()[:8]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        new_files = TemporaryDirectory(prefix=".", dir=folder, ignore_cleanup_errors=True)
    except OSError as error:
        raise FeedError("feed-unwritable", path=folder, reason=reason_of(error)) from error
    with new_files:
        yield Path(new_files.name, f"{stem}.mp3")


def add_episode(
    folder: Path,
    script: Script,
    recording: Recording,
    address: str,
    phrases: FeedPhrases | DailyFeedPhrases,
    operator: str = "",
) -> Path:
    """Add an episode recorded at `new_episode` to the feed and return the feed's path.

    `address` is the folder's URL, `phrases` the feed's title and description, `operator` its owner
    and their e-mail address. An episode of the same title and day replaces the earlier one and
    keeps its GUID and publication time. Raises FeedError.
    """
    audio, new_files = recording.path, recording.path.parent
    identity = f"{strip_illegal(script.title)}\n{script.period.last}"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new = {"guid": hashlib.sha256(identity.encode()).hexdigest()[:32], "published": now}
    try:
        with FileLock(folder / _LOCK):
            before = load_episodes(folder)
            known = next((old for old in before if old["file"] == audio.name), new)
            for suffix, text in zip(SIDECAR_SUFFIXES, _sidecars(script, recording), strict=True):
                audio.with_suffix(suffix).write_text(strip_illegal(text), "utf-8")
            shutil.copyfile(_TEMPLATES / PLAYER, new_files / PLAYER)
            if not (folder / COVER).exists():
                shutil.copyfile(_TEMPLATES / COVER, new_files / COVER)
            episode = {
                "file": audio.name,
                "guid": known["guid"],
                "title": strip_illegal(script.title),
                "language": script.language,
                "notes": strip_illegal(notes_html(script)),
                "seconds": round(recording.seconds),
                "bytes": audio.stat().st_size,
                "published": known["published"],
            }
            episodes = [old for old in before if old["file"] != audio.name] + [episode]
            content = json.dumps(episodes, ensure_ascii=False, indent=1)
            (new_files / EPISODES).write_text(content, "utf-8")
            (new_files / FEED).write_text(
                _feed_xml(episodes, phrases, address.rstrip("/"), operator, now), "utf-8"
            )
            _publish(new_files, folder)
    except OSError as error:
        raise FeedError("feed-unwritable", path=folder, reason=reason_of(error)) from error
    return folder / FEED


def notes_html(script: Script) -> str:
    """Render the show notes: every quote, linked to its place in the article."""
    template = _templates().get_template("notes.html")
    return template.render(chapters=chapters(script), phrases=Phrases.of(script.language))


def _sidecars(script: Script, recording: Recording) -> Iterator[str]:
    """Render the transcript, the subtitles and the chapters, in the order of SIDECAR_SUFFIXES."""
    lines = list(zip(script.lines, recording.starts, strict=True))
    values = {"script": script, "lines": lines, "file": recording.path.name, "player": PLAYER}
    yield _templates().get_template("transcript.html").render(values)
    ends = [*recording.starts[1:], recording.seconds]
    cues = [
        f"{_clock(start, True)} --> {_clock(end, True)}\n"
        f"<v {line.speaker}>{line.text.translate(_NO_MARKUP)}"
        for (line, start), end in zip(lines, ends, strict=True)
    ]
    yield "\n\n".join(["WEBVTT", *cues]) + "\n"
    starts: dict[str, float] = {}
    for line, start in lines:
        starts.setdefault(line.chapter or script.title, start)
    marks = [{"startTime": start, "title": title} for title, start in starts.items()]
    yield json.dumps({"version": "1.2.0", "chapters": marks}, ensure_ascii=False, indent=1)


def _feed_xml(
    episodes: Sequence[dict[str, Any]],
    phrases: FeedPhrases | DailyFeedPhrases,
    base: str,
    operator: str,
    now: str,
) -> str:
    items = [
        {
            **episode,
            "stem": Path(episode["file"]).stem,
            "date": _rss_date(episode["published"]),
        }
        for episode in sorted(episodes, key=lambda episode: str(episode["published"]), reverse=True)
    ]
    guid = uuid.uuid5(_PODCASTS, f"{base.partition('://')[2]}/{FEED}")
    email = _EMAIL.search(operator)
    values = {
        "phrases": phrases,
        "base": base,
        "feed": FEED,
        "cover": COVER,
        "guid": guid,
        "built": _rss_date(now),
        "owner": strip_illegal(_EMAIL.sub("", operator)).strip(" ,;:<>()–—-") or "Selon",
        "email": email[0] if email else "",
    }
    return _templates().get_template("feed.xml").render(episodes=items, **values)


def _rss_date(moment: str) -> str:
    return format_datetime(datetime.fromisoformat(moment))


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "clock": _clock,
        "link_to": link_to,
        "source_parts": source_parts,
        "written_quote": written_quote,
    }
    return templates


def _clock(seconds: float, subtitles: bool = False) -> str:
    minutes, rest = divmod(round(seconds, 3), 60)
    if subtitles:
        return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{rest:06.3f}"
    return f"{int(minutes)}:{int(rest):02d}"


def load_episodes(folder: Path) -> Sequence[dict[str, Any]]:
    """Load `episodes.json`, oldest first. Raises FeedError if it is damaged."""
    path = folder / EPISODES
    if not path.exists():
        return []
    try:
        return [
            {
                "file": Path(record["file"]).name,
                "seconds": int(record["seconds"]),
                "bytes": int(record["bytes"]),
                "published": datetime.fromisoformat(record["published"]).isoformat(),
                "title": strip_illegal(record["title"]),
                "guid": record.get("guid", record["file"]),
                "language": record.get("language", ""),
                "notes": record.get("notes", ""),
            }
            for record in json.loads(path.read_text(encoding="utf-8"))
        ]
    except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise FeedError("feed-damaged", path=path) from error


def _publish(new_files: Path, folder: Path) -> None:
    """Sync the new files to disk, then move them into the folder, the list and the feed last."""
    paths = sorted(new_files.iterdir(), key=lambda path: (path.name == FEED, path.name == EPISODES))
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for path in paths:
        path.replace(folder / path.name)


def strip_illegal(text: str) -> str:
    """Remove the characters that XML 1.0 does not allow."""
    return _NOT_XML.sub("", text)
