"""The file of sources, and the readings of a source: what they store, hide and let expire."""

from __future__ import annotations

import json
import re
import shutil
import time
import tomllib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock

from bot.errors import SettingsError
from bot.library.gatherer import open_fetcher
from bot.library.paths import SENT_FOLDER, fetched_dir
from bot.library.status import built_text
from bot.locale.catalogue import Language
from bot.locale.errors import problem_text
from bot.locale.watch import SourcePhrases
from bot.settings import Settings, index_store, provider_key
from index.article import ArticleEntry, Selection
from index.errors import FetchError, NoIndex, Problem, Words, reason_of
from index.fetch.gatherer import GatheredAddress, GatherEvent
from index.fetch.shelf import LOCK, expire_files, replace_file
from index.fetch.source import EVERY_SECONDS, RATE_SECONDS, SourceContext, SourceSettings
from index.fetch.table import SOURCE_KINDS
from index.store.removals import RemovedArticles

TRIED_ARTICLES = 3
_NAME = re.compile(r"\w[\w-]{0,40}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_SHORTEST, _LONGEST = 10.0, 30 * 86400.0  # seconds between readings of a source
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "mn": 60, "h": 3600, "d": 86400, "j": 86400}
_PART = re.compile(r"(\d{1,9}(?:[.,]\d+)?)\s*(sec|min|mn|[smhdj])\s*", re.IGNORECASE)
# The options of every kind, with their types.
_COMMON = {"every": str, "rate": float, "keep": int, "user": str, "password": str}
_HEADER = re.compile(r"\s*\[")


def parse_duration(text: str) -> float:
    """Parse `15m`, `2h`, `90s`, `1h30m` or `1 j` to seconds. Raises ValueError if invalid or out of
    range."""
    parts = list(_PART.finditer(text.strip()))
    if not parts or "".join(part[0] for part in parts) != text.strip():
        raise ValueError(f"{text!r} is no duration")
    seconds = sum(float(part[1].replace(",", ".")) * _UNITS[part[2].lower()] for part in parts)
    if not _SHORTEST <= seconds <= _LONGEST:
        raise ValueError(f"{text!r} is not between {_SHORTEST:g} s and {_LONGEST:g} s")
    return seconds


def load_sources(settings: Settings) -> dict[str, SourceSettings]:
    """Read the file of sources, by name; without one there are none. Raises SettingsError."""
    try:
        return parse_sources(settings.sources.read_text(encoding="utf-8"), settings.sources)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "sources-unreadable", subject=settings.sources, reason=reason_of(error)
        ) from error


def parse_sources(text: str, path: Path) -> dict[str, SourceSettings]:
    """Parse the file of sources. Raises SettingsError."""
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = Words(str(error))
        raise SettingsError("sources-unreadable", subject=path, reason=reason) from error
    return {name: _source(name, table) for name, table in tables.items()}


def _source(name: str, table: object) -> SourceSettings:
    """Check one table of the file. Raises SettingsError."""
    if not _NAME.fullmatch(name) or name == SENT_FOLDER:
        raise SettingsError("source-name-refused", subject=name)
    if not isinstance(table, dict):
        known: tuple[str, ...] = ("kind", "address")
        raise SettingsError("source-option-unknown", subject=name, option=name, accepted=known)
    kind = SOURCE_KINDS.get(str(table.get("kind")))
    if kind is None:
        raise SettingsError("source-kind-unknown", subject=name, accepted=tuple(SOURCE_KINDS))
    address = str(table.get("address", ""))
    if urlsplit(address).scheme not in kind.schemes or "@" in urlsplit(address).netloc:
        raise SettingsError("source-address-refused", subject=name, accepted=kind.schemes)
    for option, value in table.items():
        if option in ("kind", "address"):
            continue
        expected = _COMMON.get(option) or kind.options.get(option)
        if expected is None:
            known = ("kind", "address", *_COMMON, *kind.options)
            raise SettingsError(
                "source-option-unknown", subject=name, option=option, accepted=known
            )
        if not _is_of(value, expected):
            raise SettingsError("source-option-refused", subject=name, option=option)
    password = table.get("password", "")
    if password and not _VARIABLE.fullmatch(password):
        raise SettingsError("source-secret-written", subject=name)
    try:
        every = parse_duration(table["every"]) if "every" in table else EVERY_SECONDS
    except ValueError as error:
        raise SettingsError("source-option-refused", subject=name, option="every") from error
    options = {
        option: tuple(value) if isinstance(value, list) else value
        for option, value in table.items()
        if option in kind.options
    }
    return SourceSettings(
        name=name,
        kind=str(table["kind"]),
        address=address,
        every=every,
        rate=float(table.get("rate", RATE_SECONDS)),
        keep=table.get("keep"),
        user=table.get("user", ""),
        password=password,
        options=options,
    )


def _is_of(value: object, expected: type) -> bool:
    if expected is tuple:
        return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
    if expected in (int, float):
        is_number = isinstance(value, int | expected) and not isinstance(value, bool)
        return is_number and 0 <= float(str(value)) <= 36_500 and (expected is float or value != 0)
    return isinstance(value, expected)


def option_value(kind: str, option: str, text: str) -> object:
    """Convert a typed option; the table of the source checks it."""
    known = SOURCE_KINDS.get(kind)
    expected = _COMMON.get(option) or (known.options.get(option) if known else None)
    if expected is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return expected(text) if expected in (int, float) else text
    except ValueError:
        return text


def add_source(settings: Settings, name: str, table: Mapping[str, Any]) -> SourceSettings:
    """Append a source to the file. Raises SettingsError."""
    if name in load_sources(settings):
        raise SettingsError("source-exists", subject=name)
    source = _source(name, dict(table))
    lines = [
        f"{option} = {json.dumps(value, ensure_ascii=False)}" for option, value in table.items()
    ]
    before = _text(settings).strip()
    gap = "\n\n" if before else ""
    _write(settings, f"{before}{gap}[{_key(name)}]\n" + "\n".join(lines) + "\n")
    return source


def remove_source(settings: Settings, name: str) -> None:
    """Remove a source from the file, and its articles from every answer and from the disk; the next
    build leaves them out. Raises SettingsError, FetchError."""
    if name not in load_sources(settings):
        raise SettingsError("source-unknown", subject=name)
    kept, is_own = [], False
    for line in _text(settings).splitlines():
        if _HEADER.match(line):
            is_own = line.split("#")[0].strip() in (f"[{name}]", f"[{_key(name)}]")
        if not is_own:
            kept.append(line)
    text = "\n".join(kept).strip()
    if name in parse_sources(text, settings.sources):  # written in another form of TOML
        raise SettingsError("source-by-hand", subject=name)
    _write(settings, f"{text}\n" if text else "")
    folder = fetched_dir(settings) / name
    if not folder.is_dir():
        return
    try:
        with FileLock(folder / LOCK, timeout=60):  # a reading ends between two articles
            hide_articles(
                settings, name, [path for path in folder.rglob("[!.]*") if path.is_file()]
            )
            shutil.rmtree(folder)
    except OSError as error:
        raise SettingsError(
            "sources-unreadable", subject=folder, reason=reason_of(error)
        ) from error


def _text(settings: Settings) -> str:
    path = settings.sources
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write(settings: Settings, text: str) -> None:
    parse_sources(text, settings.sources)
    try:
        replace_file(settings.sources, text.encode())
    except OSError as error:
        raise SettingsError(
            "sources-unreadable", subject=settings.sources, reason=reason_of(error)
        ) from error


def _key(name: str) -> str:
    return name if name.isascii() else json.dumps(name, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """When a source was last read, what is wrong with it, and how many files it has."""

    read_at: datetime | None
    problem: Problem | None
    files: int


def source_status(settings: Settings, name: str) -> SourceStatus:
    state = _load_state(_state_path(settings, name))
    read_at, problem = state.get("read_at"), state.get("problem")
    folder = fetched_dir(settings) / name
    return SourceStatus(
        datetime.fromisoformat(read_at) if read_at else None,
        Problem.from_json(problem) if problem else None,
        sum(path.is_file() for path in folder.rglob("[!.]*")) if folder.is_dir() else 0,
    )


def source_lines(settings: Settings, source: SourceSettings, language: Language) -> list[str]:
    """Describe a source, when it was last read, and what is wrong with it."""
    phrases, status = SourcePhrases.of(language), source_status(settings, source.name)
    moment = built_text(status.read_at, language) if status.read_at else phrases.never
    facts = (source.name, source.kind, source.address, phrases.files(status.files), moment)
    lines = [phrases.row(*facts)]
    if status.problem is not None:
        lines.append(phrases.wrong(problem_text(status.problem, language)))
    return lines


def read_source(
    settings: Settings, source: SourceSettings, sleep: Callable[[float], object] = time.sleep
) -> Generator[GatherEvent, None, None]:
    """Read a source into its folder, and note how it went. Raises FetchError."""
    folder = fetched_dir(settings) / source.name
    problem: Problem | None = None
    try:
        hide = partial(hide_articles, settings, source.name)
        yield from _follow(settings, source, folder, hide, sleep)
        expire_articles(settings, source, datetime.now(UTC).astimezone().date())
    except FetchError as error:
        problem = error.problem
        raise
    finally:
        with _edit_state(settings, source.name) as state:
            state["read_at"] = datetime.now(UTC).isoformat(timespec="seconds")
            state["problem"] = problem.as_json() if problem else None


def try_source(settings: Settings, source: SourceSettings) -> Iterator[GatherEvent]:
    """Read the first articles of a source, and keep nothing. Raises FetchError."""
    count = 0
    with (
        TemporaryDirectory(prefix="selon-") as folder,
        closing(_follow(settings, source, Path(folder), lambda paths: None, time.sleep)) as events,
    ):
        for event in events:
            yield event
            count += isinstance(event, GatheredAddress)
            if count == TRIED_ARTICLES:
                break


def _follow(
    settings: Settings,
    source: SourceSettings,
    folder: Path,
    hide: Callable[[Sequence[Path]], None],
    sleep: Callable[[float], object],
) -> Generator[GatherEvent, None, None]:
    secret = provider_key([source.password]) if source.password else None
    if source.password and secret is None:
        raise FetchError("source-secret-missing", subject=source.name, name=source.password)
    with open_fetcher(settings, source.rate, sleep) as fetcher:
        text = secret.get_secret_value() if secret else ""
        context = SourceContext(folder, fetcher, text, hide)
        yield from SOURCE_KINDS[source.kind].load().follow(source, context)


def hide_articles(settings: Settings, name: str, paths: Sequence[Path]) -> None:
    """Take the articles of files that are about to be removed out of every answer at once. The
    build after that restores them (`restore_hidden`), so that they may be published again."""
    store = index_store(settings)
    files = {path.name: path for path in paths}
    try:
        with store.open() as generation:
            entries = _entries(generation.articles(Selection(folders=(name,))), files)
            if len({_file_of(entry) for entry in entries}) < len(files):
                entries += _entries(generation.copies(), files)
    except NoIndex:
        return
    removed = store.removed()
    entries = [entry for entry in entries if entry.id not in removed]  # the operator's removals
    if not entries:
        return
    with _edit_state(settings, name) as state:
        hidden = state.setdefault("hidden", {})
        hidden |= {entry.id: [str(files[_file_of(entry)]), time.time()] for entry in entries}
    RemovedArticles(store).add(entries)


def hidden_ids(settings: Settings) -> dict[str, bool]:
    """The ids that `hide_articles` hid and whose files are removed; True if the article has a file
    again. Take it before a build."""
    ids: dict[str, bool] = {}
    for path in _states(settings):
        for article_id, (file, at) in _load_state(path).get("hidden", {}).items():
            try:
                if Path(file).stat().st_mtime >= at:
                    ids[article_id] = True
            except OSError:
                ids[article_id] = False
    return ids


def restore_hidden(settings: Settings, ids: Mapping[str, bool]) -> bool:
    """Restore what a build has dropped; True if another build is needed, since an article has been
    published again."""
    if ids:
        index_store(settings).change_removed((), list(ids))
        for path in _states(settings):
            with _edit_state(settings, path.stem) as state:
                hidden = state.get("hidden", {})
                state["hidden"] = {key: hidden[key] for key in hidden if key not in ids}
    return any(ids.values())


def expire_articles(settings: Settings, source: SourceSettings, today: date) -> None:
    """Remove the articles of a source that are older than it keeps them, by their date."""
    if source.keep is None:
        return
    folder = fetched_dir(settings) / source.name
    among = Selection(folders=(source.name,), until=today - timedelta(days=source.keep + 1))
    files = {path.name: path for path in folder.rglob("[!.]*") if path.is_file()}
    try:
        with index_store(settings).open() as generation:
            entries = [*generation.articles(among), *generation.copies()]
            old = {_file_of(entry) for entry in _entries(entries, files) if entry in among}
    except NoIndex:
        return
    paths = [files[name] for name in old]
    if paths:
        hide_articles(settings, source.name, paths)
        expire_files(paths, today)


def _entries(entries: Sequence[ArticleEntry], files: Mapping[str, Path]) -> list[ArticleEntry]:
    return [entry for entry in entries if _file_of(entry) in files]


def _file_of(entry: ArticleEntry) -> str:
    return entry.path.partition("#")[0].rpartition("/")[2]


# State beside the index: when a source was read, its problem, what it hides


def _state_path(settings: Settings, name: str) -> Path:
    return settings.data_dir / "sources" / f"{name}.json"


def _states(settings: Settings) -> list[Path]:
    return sorted((settings.data_dir / "sources").glob("[!.]*.json"))


def _load_state(path: Path) -> dict[str, Any]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


@contextmanager
def _edit_state(settings: Settings, name: str) -> Iterator[dict[str, Any]]:
    path = _state_path(settings, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.parent / ".lock", timeout=30):
        state = _load_state(path)
        yield state
        replace_file(path, json.dumps(state).encode())
