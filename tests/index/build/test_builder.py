from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.build.builder import build, build_articles
from index.errors import IndexingError, Problem
from index.store.files.opening import current_id, verify
from tests.fakes import FakeEmbedder
from tests.index.samples import BRIDGE, article, best_passage, index, opened, three


class Recorder:
    def __init__(self) -> None:
        self.steps: list[str] = []
        self.counts: list[tuple[int, int]] = []

    def step(self, name: str) -> None:
        self.steps.append(name)

    def progress(self, done: int, total: int) -> None:
        self.counts.append((done, total))


def _generations(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / "index" / "generations").iterdir())


def test_a_first_build_says_what_it_did_and_is_in_service(tmp_path: Path) -> None:
    watch = Recorder()
    embedder = FakeEmbedder()
    report = build_articles(three(), tmp_path, embedder, observer=watch)
    assert (report.articles, report.passages, report.sentences) == (3, 3, 6)
    assert (report.added, report.changed, report.removed, report.unchanged) == (3, 0, 0, 0)
    assert report.embedded == embedder.embedded == 9
    assert report.switched
    assert report.generation == current_id(tmp_path) == verify(tmp_path).id
    assert watch.steps == ["lock", "read", "cut", "embed", "write", "switch", "clean"]
    assert watch.counts[-1] == (9, 9)
    assert best_passage(tmp_path, "Qui a construit le pont ?") == BRIDGE


def test_an_unchanged_corpus_embeds_nothing_and_makes_no_generation(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    embedder = FakeEmbedder()
    watch = Recorder()
    second = build_articles(reversed(three()), tmp_path, embedder, observer=watch)
    assert embedder.embedded == second.embedded == 0
    assert not second.switched
    assert second.generation == first.generation
    assert (second.unchanged, second.added, second.changed, second.removed) == (3, 0, 0, 0)
    assert (second.passages, second.sentences) == (first.passages, first.sentences)
    assert _generations(tmp_path) == [first.generation]
    assert watch.steps == ["lock", "read", "clean"]


def test_a_changed_sentence_costs_itself_its_passage_and_what_leans_on_it(tmp_path: Path) -> None:
    index(three(), tmp_path)
    other = BRIDGE.replace("1901", "1902")
    report = index([article("pont", other), *three()[1:]], tmp_path)
    assert (report.changed, report.unchanged, report.added, report.removed) == (1, 2, 0, 0)
    assert report.embedded == 3
    assert best_passage(tmp_path, "Qui a construit le pont ?") == other


def test_changed_metadata_is_shown_without_embedding_again(tmp_path: Path) -> None:
    index(three(), tmp_path)
    signed = replace(three()[0], author="Élise Marchand", url="https://example.org/pont")
    report = index([signed, *three()[1:]], tmp_path)
    assert (report.changed, report.embedded, report.switched) == (1, 0, True)
    with opened(tmp_path) as generation:
        assert generation.article(signed.id) == signed


class Renamed(FakeEmbedder):
    @property
    def id(self) -> str:
        return "fake-renamed"


@pytest.mark.parametrize("embedder", [Renamed(), FakeEmbedder(32)])
def test_another_model_embeds_everything_again(tmp_path: Path, embedder: FakeEmbedder) -> None:
    index(three(), tmp_path)
    report = build_articles(three(), tmp_path, embedder)
    assert embedder.embedded == report.embedded == 9
    assert (report.unchanged, report.switched) == (3, True)
    manifest = verify(tmp_path)
    assert (manifest.model, manifest.dimension) == (embedder.id, embedder.dimension)


def test_the_generation_before_is_kept_and_older_ones_are_removed(tmp_path: Path) -> None:
    made = [index(three()[: 1 + n % 3], tmp_path).generation for n in range(4)]
    assert _generations(tmp_path) == made[2:]
    assert not index(three()[:1], tmp_path).switched
    assert _generations(tmp_path) == made[2:]


def test_what_a_killed_build_left_is_swept_away(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    generations = tmp_path / "index" / "generations"
    for name in (".20990101T000000.000000Z", "20990101T000000.000000Z"):
        (generations / name / "lexical").mkdir(parents=True)
    (tmp_path / "index" / "CURRENT.new").write_text("20990101T000000.000000Z")
    second = index(three()[:2], tmp_path)
    assert _generations(tmp_path) == [first.generation, second.generation]
    assert not (tmp_path / "index" / "CURRENT.new").exists()


def _corpus(folder: Path) -> Path:
    folder.mkdir()
    (folder / "pont.md").write_text(f"---\ntitle: Le pont\n---\n\n{BRIDGE}\n", encoding="utf-8")
    (folder / "moulin.txt").write_text("Le moulin\n\nIl broie du grain.\n", encoding="utf-8")
    (folder / "vide.txt").write_text("")
    return folder


def test_a_folder_is_indexed_and_what_is_no_article_is_reported(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus")
    report = build([corpus], tmp_path / "data", FakeEmbedder())
    assert report.articles == 2
    assert [Path(each.label).name for each in report.skipped] == ["vide.txt"]
    assert report.skipped[0].problem == Problem("file-empty")
    assert best_passage(tmp_path / "data", "Qui a construit le pont ?") == BRIDGE
    again = build([corpus], tmp_path / "data", FakeEmbedder())
    assert (again.embedded, again.switched, len(again.skipped)) == (0, False, 1)


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
