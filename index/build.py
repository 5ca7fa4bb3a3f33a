"""From a corpus to a new generation of the index, at the cost of what has changed in it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from index.article import Article
from index.draft import Draft
from index.embedding import Embedder
from index.errors import DamagedIndex, IndexingError, NoIndex, ReadError
from index.layout import Layout, new_id, storing
from index.lock import build_lock
from index.prepare import embedding_text
from index.readers import FORMATS, Options, Skipped, find_sources, read_source
from index.store import Generation, open_whole

__all__ = ["BuildReport", "Observer", "Step", "build", "build_articles", "embedding_text"]

logger = logging.getLogger(__name__)

Step = Literal["lock", "read", "embed", "write", "switch", "clean"]
"""What a build does, in this order; "embed" to "switch" only where something has changed."""

_STAYS = "; the index in service, if there is one, stays as it was"


class Observer(Protocol):
    """Follows a build."""

    def step(self, name: Step) -> None:
        """Called as each step begins."""
        ...

    def progress(self, done: int, total: int) -> None:
        """Called as texts are embedded; `total` are those that need it."""
        ...


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did.

    `generation` is the one in service at the end; `switched` is False when nothing had changed, and
    it is still the one before. `embedded` counts texts. `added` to `unchanged` count articles.
    """

    generation: str
    articles: int
    passages: int
    sentences: int
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    skipped: tuple[Skipped, ...]
    switched: bool


def build(
    paths: Sequence[Path],
    data_dir: Path,
    embedder: Embedder,
    *,
    options: Options | None = None,
    observer: Observer | None = None,
) -> BuildReport:
    """Build the index of the files and folders at these paths.

    A file that is no article is skipped and reported. Raises ReadError when a path does not exist,
    IndexingError when no article is found, BuildLocked, ModelError, StoreError: the index in
    service then stays as it was.
    """
    sources, skipped = find_sources(paths, FORMATS)

    def articles() -> Iterator[Article]:
        for source in sources:
            try:
                for found in read_source(source, options):
                    if isinstance(found, Skipped):
                        skipped.append(found)
                    else:
                        yield found
            except ReadError as error:
                skipped.append(Skipped(source.shown, str(error).removeprefix(f"{source.shown}: ")))

    report = _run(articles(), data_dir, embedder, observer, lambda: _nothing(paths, skipped))
    return replace(report, skipped=tuple(skipped))


def build_articles(
    articles: Iterable[Article],
    data_dir: Path,
    embedder: Embedder,
    *,
    observer: Observer | None = None,
) -> BuildReport:
    """Build the index of these articles, taken one by one. Raises as `build` does."""
    return _run(articles, data_dir, embedder, observer, lambda: f"no article to index{_STAYS}")


def _run(
    articles: Iterable[Article],
    data_dir: Path,
    embedder: Embedder,
    observer: Observer | None,
    why_nothing: Callable[[], str],
) -> BuildReport:
    watch = observer or _Unobserved()
    layout = Layout(data_dir)
    watch.step("lock")
    with build_lock(layout.root):
        with storing(layout.generations):
            layout.generations.mkdir(exist_ok=True)
            layout.sweep()
        previous = _previous(data_dir)
        try:
            with _draft(layout) as (generation, draft):
                watch.step("read")
                for article in articles:
                    draft.add(article)
                draft.finish_reading()
                if not draft.passages:
                    raise IndexingError(why_nothing())
                report = _finish(draft, generation, layout, embedder, previous, watch)
        finally:
            if previous is not None:
                previous.close()
        watch.step("clean")
        with storing(layout.root):
            layout.clean(report.generation)
    return report


def _finish(
    draft: Draft,
    generation: str,
    layout: Layout,
    embedder: Embedder,
    previous: Generation | None,
    watch: Observer,
) -> BuildReport:
    """Make a generation of a draft whose articles are read, and put it in service if it differs."""
    comparable = previous if previous and _same_model(previous, embedder) else None
    if comparable and comparable.manifest.fingerprint == draft.fingerprint:
        return _report(draft, comparable.manifest.id, previous, embedded=0)
    watch.step("embed")
    embedded = draft.embed(embedder, comparable, watch.progress)
    watch.step("write")
    draft.seal(generation, embedder, datetime.now(UTC))
    with storing(layout.generations):
        layout.adopt(generation)
    watch.step("switch")
    with storing(layout.current):
        layout.switch(generation)
    return _report(draft, generation, previous, embedded=embedded)


@contextmanager
def _draft(layout: Layout) -> Iterator[tuple[str, Draft]]:
    """A draft and its id; a build that fails leaves nothing in its folder."""
    generation = new_id(datetime.now(UTC))
    folder = layout.unfinished(generation)
    draft: Draft | None = None
    try:
        draft = Draft(folder)
        yield generation, draft
    finally:
        if draft is not None:
            draft.close()
        shutil.rmtree(folder, ignore_errors=True)


def _previous(data_dir: Path) -> Generation | None:
    """The generation in service if every byte of it can be trusted, whatever its model."""
    try:
        return open_whole(data_dir)
    except NoIndex:
        return None
    except DamagedIndex as error:
        logger.warning("%s; nothing of it is reused", error)
        return None


def _same_model(previous: Generation, embedder: Embedder) -> bool:
    manifest = previous.manifest
    return (manifest.model, manifest.dimension) == (embedder.id, embedder.dimension)


def _report(
    draft: Draft, generation: str, previous: Generation | None, *, embedded: int
) -> BuildReport:
    old: Mapping[str, bytes] = previous.digests() if previous else {}
    new = draft.digests
    kept = new.keys() & old.keys()
    changed = sum(new[identity] != old[identity] for identity in kept)
    return BuildReport(
        generation=generation,
        articles=len(new),
        passages=draft.passages,
        sentences=draft.sentences,
        added=len(new.keys() - old.keys()),
        changed=changed,
        removed=len(old.keys() - new.keys()),
        unchanged=len(kept) - changed,
        embedded=embedded,
        skipped=(),
        switched=previous is None or generation != previous.manifest.id,
    )


def _nothing(paths: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    places = ", ".join(str(path) for path in paths)
    if not skipped:
        return f"{places}: no article to index{_STAYS}"
    first = skipped[0]
    return (
        f"{places}: no article to index, {len(skipped)} skipped "
        f"(first {first.shown}: {first.reason}){_STAYS}"
    )


class _Unobserved:
    def step(self, name: Step) -> None:
        pass

    def progress(self, done: int, total: int) -> None:
        pass
