from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import IndexingError
from index.ingestion.builder import build, build_articles
from index.store.files.integrity import current_id, verify
from tests.fakes import FakeEmbedder
from tests.index.samples import BRIDGE, best_passage, index, opened, three


class Recorder:
    def __init__(self) -> None:
        self.steps: list[str] = []
        self.counts: list[tuple[int, int]] = []

    def step(self, name: str) -> None:
        self.steps.append(name)

    def progress(self, done: int, total: int) -> None:
        self.counts.append((done, total))


def test_a_first_build_says_what_it_did_and_is_in_service(tmp_path: Path) -> None:
    watch = Recorder()
    embedder = FakeEmbedder()
    report = build_articles(three(), tmp_path, embedder, observer=watch)
    assert (report.articles, report.passages, report.sentences) == (3, 3, 6)
    assert (report.added, report.changed, report.removed, report.unchanged) == (3, 0, 0, 0)
    assert report.embedded == embedder.embedded == 8
    assert report.switched
    assert report.generation == current_id(tmp_path) == verify(tmp_path).id
    assert watch.steps == ["lock", "read", "cut", "embed", "write", "clean"]
    assert watch.counts[-1] == (8, 8)
    assert best_passage(tmp_path, "Qui a construit le pont ?") == BRIDGE


def test_changed_metadata_is_shown_without_embedding_again(tmp_path: Path) -> None:
    index(three(), tmp_path)
    signed = replace(three()[0], author="Élise Marchand", url="https://example.org/pont")
    report = index([signed, *three()[1:]], tmp_path)
    assert (report.changed, report.embedded, report.switched) == (1, 0, True)
    with opened(tmp_path) as generation:
        assert generation.article(signed.id) == signed


class Renamed(FakeEmbedder):
    id = "fake-renamed"


@pytest.mark.parametrize("embedder", [Renamed(), FakeEmbedder(32)])
def test_another_model_embeds_everything_again(tmp_path: Path, embedder: FakeEmbedder) -> None:
    index(three(), tmp_path)
    report = build_articles(three(), tmp_path, embedder)
    assert embedder.embedded == report.embedded == 8
    assert (report.unchanged, report.switched) == (3, True)
    manifest = verify(tmp_path)
    assert (manifest.model, manifest.dimension) == (embedder.id, embedder.dimension)


def _corpus(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pont.md").write_text(f"---\ntitle: Le pont\n---\n\n{BRIDGE}\n", encoding="utf-8")
    (folder / "moulin.txt").write_text("Le moulin\n\nIl broie du grain.\n", encoding="utf-8")
    (folder / "vide.txt").write_text("")
    return folder


def test_a_corpus_without_an_article_names_the_first_file_skipped(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus")
    first = build([corpus], tmp_path / "data", FakeEmbedder())
    (corpus / "pont.md").unlink()
    (corpus / "moulin.txt").unlink()
    with pytest.raises(IndexingError, match=r"no-article-skipped .*count=1.*vide\.txt"):
        build([corpus], tmp_path / "data", FakeEmbedder())
    (corpus / "vide.txt").unlink()
    with pytest.raises(IndexingError, match=r"corpus: no-article$"):
        build([corpus], tmp_path / "data", FakeEmbedder())
    assert verify(tmp_path / "data").id == first.generation
