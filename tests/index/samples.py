"""Small corpora, and short ways to build and open their index."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from index.article import Article, Section, article_id
from index.ingestion.builder import BuildReport, build_articles
from index.search.confidence import ConfidenceModel
from index.search.live import LiveIndex
from index.store.base import IndexStore
from index.store.factory import Location
from index.store.files.integrity import current_id
from index.store.files.manifest import MANIFEST_NAME, _render, stamp_files
from index.store.files.opening import open_folder, open_generation
from index.store.files.segment import FileSegment
from tests.fakes import FakeEmbedder

BRIDGE = "Le pont fut construit en 1901 par Élise Marchand. Il mesure 😀 trente mètres."
MILL = "Le moulin broie du grain depuis 1850.\n\nSa roue tourne encore aujourd'hui."
HARBOUR = "The harbour was dredged in 1932. Forty ships call there every week."


def article(name: str, text: str, language: str = "fr", title: str = "") -> Article:
    return Article(article_id(name), text, title or name.capitalize(), f"{name}.md", language)


def three() -> list[Article]:
    """Two French articles and an English one."""
    return [article("pont", BRIDGE), article("moulin", MILL), article("harbour", HARBOUR, "en")]


def full() -> Article:
    """An article with every field, and two sections."""
    text = "Avant les titres.\n\nOrigine\n\nNé à Lyon. Puis à Nice.\n\nSuite\n\nEncore une phrase."
    origin, after = text.index("Origine"), text.index("Suite")
    return Article(
        id=article_id("full"),
        text=text,
        title="L’histoire entière",
        path="full.md",
        language="fr",
        author="A. Noûr",
        published=date(2024, 2, 29),
        url="https://example.org/full?a=1",
        sections=(
            Section("Origine", origin, origin + len("Origine")),
            Section("Suite", after, after + len("Suite")),
        ),
    )


def index(articles: Iterable[Article], location: Location) -> BuildReport:
    return build_articles(articles, location, FakeEmbedder())


def opened(data_dir: Path) -> FileSegment:
    """The only segment of the generation in service."""
    with open_generation(data_dir, FakeEmbedder()) as generation:
        [segment] = generation.segments
        return open_folder(segment.folder, segment.facts)


def live(store: IndexStore | Path) -> LiveIndex:
    return LiveIndex(store, FakeEmbedder(), ConfidenceModel.load())


def best_passage(data_dir: Path, question: str) -> str:
    """The passage that the index in service holds nearest to a question."""
    with opened(data_dir) as generation:
        rows, _ = generation.passage_vectors.search(FakeEmbedder().embed_question(question), 1)
        return generation.passages_by_key(rows.tolist())[0].passage.text


def folder_in_service(data_dir: Path) -> Path:
    return data_dir / "index" / "generations" / str(current_id(data_dir))


def files_in_service(data_dir: Path) -> list[str]:
    """Every file of the generation in service, by its path below its folder."""
    folder = folder_in_service(data_dir)
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def generations(data_dir: Path) -> list[str]:
    """The folders of all generations, unfinished ones among them."""
    return sorted(path.name for path in (data_dir / "index" / "generations").iterdir())


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def refuse(*_: object, **__: object) -> None:
    """Any call, on a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


def forge(folder: Path, **told: Any) -> None:
    """Write the manifest anew, its sums right: for the files as they are now, and what is told."""
    path = folder / MANIFEST_NAME
    fields = json.loads(path.read_text(encoding="utf-8"))
    del fields["sha256"]
    path.unlink()
    stamps = {name: stamp._asdict() for name, stamp in stamp_files(folder).items()}
    path.write_bytes(_render({**fields, "files": stamps, **told}))
