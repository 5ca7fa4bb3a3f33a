from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import DamagedIndex
from index.ingestion.builder import build
from index.store.base import IndexStore
from index.store.factory import Location, open_store
from index.store.files.integrity import current_id, find_current, verify
from index.store.files.store import FileStore
from index.store.removals import RemovedArticles
from tests.fakes import FakeEmbedder
from tests.index.ingestion.growing import (
    Corpus,
    assert_changes_end_as_builds_do,
    assert_ranked_alike,
    built,
    count_additions,
    shown,
)
from tests.index.samples import flip
from tests.index.store.postgres_stores import GROWING, empty_store

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture(params=GROWING)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IndexStore]:
    with empty_store(request, tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 9))]
)
def test_any_changes_end_as_one_build_does(tmp_path: Path, seed: int) -> None:
    store = open_store(tmp_path / "data")
    assert_changes_end_as_builds_do(Corpus(tmp_path / "corpus", seed, 40), store, tmp_path)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path / "corpus", 7, 24)


def grow(corpus: Corpus, location: Location) -> None:
    """Build an index with a base and an addition, before which there was the base alone."""
    built(corpus, location)
    corpus.add()
    built(corpus, location)
    assert count_additions(location) == 1


@pytest.fixture
def grown(store: IndexStore, corpus: Corpus) -> IndexStore:
    grow(corpus, store)
    return store


@pytest.fixture
def data_dir(tmp_path: Path, corpus: Corpus) -> Path:
    grow(corpus, tmp_path / "data")
    return tmp_path / "data"


def test_an_addition_reads_and_embeds_nothing_else(corpus: Corpus, grown: IndexStore) -> None:
    corpus.add()
    embedder = FakeEmbedder()
    report = build([corpus.folder], grown, embedder)
    assert (report.added, report.unchanged, report.changed, report.removed) == (1, 25, 0, 0)
    assert 0 < report.embedded == embedder.embedded < 16
    corpus.files()[0].unlink()
    embedder = FakeEmbedder()
    report = build([corpus.folder], grown, embedder)
    assert (report.removed, report.unchanged, embedder.embedded) == (1, 25, 0)
    assert count_additions(grown) > 0


def test_a_rollback_undoes_an_addition_and_no_more(corpus: Corpus, grown: IndexStore) -> None:
    before, known = grown.current_id(), shown(grown)
    corpus.add()
    built(corpus, grown)
    assert grown.check().before == before
    assert grown.roll_back().id == before
    assert shown(grown) == known
    assert built(corpus, grown).added == 1
    assert count_additions(grown) > 0
    assert grown.check().damage is None


def test_an_open_reader_outlives_the_additions_it_reads(corpus: Corpus, grown: IndexStore) -> None:
    with grown.open() as generation:
        ids = [article.id for article in generation.articles()]
        for _ in range(4):
            corpus.remove()
            corpus.add()
            built(corpus, grown)
        assert [article.id for article in generation.articles()] == ids
        assert all(generation.article(id) and generation.opening(id) for id in ids)


def test_an_export_arrives_whole(tmp_path: Path, corpus: Corpus, grown: IndexStore) -> None:
    corpus.remove()
    built(corpus, grown)
    there = tmp_path / "there"
    grown.export(tmp_path / "copy")
    open_store(there).take(tmp_path / "copy")
    assert count_additions(there) == 0 < count_additions(grown)
    assert shown(there) == shown(grown)
    assert_ranked_alike(there, grown)
    grown.take(tmp_path / "copy")
    assert shown(there) == shown(grown)
    assert grown.check().damage is None


def test_what_is_removed_leaves_with_the_next_build(corpus: Corpus, grown: IndexStore) -> None:
    RemovedArticles(grown).add([grown.open().articles()[0]])
    report = built(corpus, grown)
    assert (report.removed, report.left_out) == (1, 1)
    assert count_additions(grown) == 0 or not isinstance(grown, FileStore)  # none may hold its text
    corpus.add()
    report = built(corpus, grown)
    assert (report.added, report.left_out, count_additions(grown) > 0) == (1, 1, True)


def test_a_line_more_in_a_file_adds_one_article(tmp_path: Path, corpus: Corpus) -> None:
    lines = [
        json.dumps({"id": str(n), "title": f"Note {n}", "text": f"La note {n} est brève."})
        for n in range(30)
    ]
    file = corpus.folder / "notes.jsonl"
    file.write_text("\n".join(lines[:29]), encoding="utf-8")
    built(corpus, tmp_path / "data")
    file.write_text("\n".join(lines), encoding="utf-8")
    report = built(corpus, tmp_path / "data")
    assert (report.added, report.changed, report.removed) == (1, 0, 0)
    assert count_additions(tmp_path / "data") == 1
    file.write_text("\n".join(lines[1:]), encoding="utf-8")
    report = built(corpus, tmp_path / "data")
    assert (report.added, report.changed, report.removed) == (0, 0, 1)
    assert count_additions(tmp_path / "data") > 0


def test_the_title_of_a_deleted_article_no_longer_counts(
    store: IndexStore, corpus: Corpus, tmp_path: Path
) -> None:
    def write(name: str, title: str, facts: str = "") -> None:
        text = f"---\ntitle: {title}\nlanguage: fr\n{facts}---\n\nLe pont {name[0]} ouvre lundi.\n"
        (corpus.folder / name).write_text(text, encoding="utf-8")

    for number in range(10):  # so many that the title names a column
        write(f"{number}-bref.md", "En bref", "outlet: Le Phare\n")
    built(corpus, store)
    (corpus.folder / "9-bref.md").unlink()
    write("0-copie.md", "La copie")
    built(corpus, store)
    assert count_additions(store) > 0
    built(corpus, tmp_path / "twin")
    assert shown(store) == shown(tmp_path / "twin")


def test_segments_stay_few_and_a_grown_index_is_written_anew(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grow_by(count: int, data_dir: Path) -> list[int]:
        """The number of segments after each of so many additions."""
        numbers = []
        for _ in range(count):
            corpus.add()
            built(corpus, data_dir)
            numbers.append(len(find_current(data_dir)[1].segments))
        return numbers

    monkeypatch.setattr("index.store.growth._FEW_ARTICLES", 50)
    built(corpus, tmp_path / "few")
    assert grow_by(3, tmp_path / "few") == [2] * 3
    monkeypatch.setattr("index.store.growth._FEW_ARTICLES", 0)
    built(corpus, data_dir := tmp_path / "data")
    numbers = grow_by(18, data_dir)
    assert numbers[:8] == [2, 2, 3, 2, 3, 3, 4, 2]
    assert 0 in numbers[12:]
    folders = {path.name for path in (data_dir / "index" / "segments").iterdir()}
    assert len(folders) <= 2 * max(numbers)


def test_a_damaged_segment_is_named_and_rebuilt(corpus: Corpus, data_dir: Path) -> None:
    [folder] = (data_dir / "index" / "segments").iterdir()
    flip(folder / "sentences.faiss")
    with pytest.raises(DamagedIndex, match=r"sentences\.faiss"):
        open_store(data_dir).open()
    with pytest.raises(DamagedIndex, match=r"sentences\.faiss"):
        verify(data_dir)
    assert built(corpus, data_dir).switched
    assert open_store(data_dir).check().damage is None
    assert count_additions(data_dir) == 0


def test_damage_without_a_trace_is_found_by_whoever_looks(corpus: Corpus, data_dir: Path) -> None:
    [folder] = (data_dir / "index" / "segments").iterdir()
    state = (folder / "days.npy").stat()
    flip(folder / "days.npy")
    os.utime(folder / "days.npy", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert not built(corpus, data_dir).switched
    assert open_store(data_dir).check().damage is not None
    assert built(corpus, data_dir).switched
    assert open_store(data_dir).check().damage is None


@pytest.mark.parametrize(
    "call", [2, 20, 24, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 30))]
)
def test_a_killed_addition_leaves_the_old_index(corpus: Corpus, data_dir: Path, call: int) -> None:
    before, known = current_id(data_dir), shown(data_dir)
    corpus.add()
    script = (
        "import os, signal, sys, pathlib\n"
        "from index.ingestion.builder import build\n"
        "from tests.fakes import FakeEmbedder\n"
        "real, calls = os.fsync, iter(range(int(sys.argv[3]) - 1))\n"
        "def fatal(descriptor):\n"
        "    if next(calls, None) is None: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    real(descriptor)\n"
        "os.fsync = fatal\n"
        "build([pathlib.Path(sys.argv[1])], pathlib.Path(sys.argv[2]), FakeEmbedder())\n"
    )
    command = [sys.executable, "-c", script, str(corpus.folder), str(data_dir), str(call)]
    code = subprocess.run(command, check=False, timeout=120).returncode
    assert code in (0, -signal.SIGKILL)
    if current_id(data_dir) == before:
        assert shown(data_dir) == known
        assert built(corpus, data_dir).added == 1
    assert verify(data_dir).articles == 26
    assert not list((data_dir / "index").rglob(".2*"))
