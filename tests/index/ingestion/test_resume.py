from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import BuildStopped
from index.ingestion import vectors as vectors_index_reuse
from index.ingestion.builder import build_articles
from index.models.base import Vectors
from index.store.build import Hashes, as_hashes, text_hash
from index.store.files.integrity import current_id, verify
from index.store.files.layout import Layout
from index.store.files.saved_vectors import SavedVectors, forget_saved_vectors
from tests.fakes import FakeEmbedder
from tests.index.samples import article, best_passage, generations, index, opened, three

CORPUS = [article(f"a{n}", f"Phrase {n} de l’article {n}. Une suite {n}.") for n in range(400)]
TEXTS = 3 * len(CORPUS)
BATCH_CHARACTERS = 2_000
KILLED_AT = 6 * TEXTS // 10


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_index_reuse, "BATCH_CHARACTERS", BATCH_CHARACTERS)


class Named(FakeEmbedder):
    id = "../model"


def _kept(layout: Layout, embedder: FakeEmbedder | None = None) -> SavedVectors:
    layout.root.mkdir(parents=True, exist_ok=True)
    return SavedVectors(layout, embedder or FakeEmbedder(2))


def _batch(first: int, count: int) -> tuple[Hashes, Vectors]:
    numbers = range(first, first + count)
    hashes = as_hashes(b"".join(text_hash(str(number)) for number in numbers))
    return hashes, np.array([[number, -number] for number in numbers], dtype=np.float32)


def test_other_models_have_files_of_their_own_and_all_are_forgotten(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    for embedder in (FakeEmbedder(2), FakeEmbedder(3), Named(2)):
        resume = _kept(layout, embedder)
        assert len(resume) == 0
        hashes, vectors = _batch(0, 4)
        resume.add(hashes, np.resize(vectors, (4, embedder.dimension)))
        resume.close()
    files = list(layout.resume.iterdir())
    assert len(files) == 3
    assert {file.parent for file in files} == {layout.resume}
    forget_saved_vectors(layout)
    assert not layout.resume.exists()


@given(cut=st.integers(1, 200), flip=st.booleans())
def test_a_torn_or_altered_tail_is_dropped_and_the_rest_goes_on(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: bool
) -> None:
    layout = Layout(tmp_path_factory.mktemp("torn"))
    resume = _kept(layout)
    resume.add(*_batch(0, 5))
    resume.add(*_batch(5, 8))
    resume.close()
    [path] = layout.resume.iterdir()
    content = bytearray(path.read_bytes())
    if flip:
        content[-cut] ^= 1
    else:
        del content[-cut:]
    path.write_bytes(content)
    again = _kept(layout)
    assert len(again) == 5
    again.add(*_batch(20, 2))
    again.close()
    last = _kept(layout)
    last.add(*_batch(30, 1))
    np.testing.assert_array_equal(
        last.source().vectors(np.arange(8)),
        np.concatenate([_batch(0, 5)[1], _batch(20, 2)[1], _batch(30, 1)[1]]),
    )
    last.close()


@pytest.mark.parametrize("content", [b"", b"x" * 5_000, b'{"vectors": 1}'])
def test_what_is_no_such_file_is_written_anew(tmp_path: Path, content: bytes) -> None:
    layout = Layout(tmp_path)
    _kept(layout).close()
    [path] = layout.resume.iterdir()
    path.write_bytes(content)
    resume = _kept(layout)
    assert len(resume) == 0
    resume.add(*_batch(0, 2))
    resume.close()
    last = _kept(layout)
    assert len(last) == 2
    last.close()


def test_a_stop_ends_the_batch_and_the_next_build_goes_on(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    embedder = FakeEmbedder()
    with pytest.raises(BuildStopped, match="build-stopped-kept") as it:
        build_articles(CORPUS, tmp_path, embedder, stop=lambda: embedder.embedded >= 700)
    kept = it.value.vector_count
    assert 700 <= kept == embedder.embedded < 900
    assert verify(tmp_path).id == first.generation
    assert generations(tmp_path) == [first.generation]
    embedder = FakeEmbedder()
    report = build_articles(CORPUS, tmp_path, embedder)
    assert report.resumed == kept
    assert embedder.embedded == report.embedded == TEXTS - kept
    assert not Layout(tmp_path).resume.exists()
    build_articles(CORPUS, tmp_path / "new", FakeEmbedder())
    with opened(tmp_path) as resumed, opened(tmp_path / "new") as new:
        rows = np.arange(new.facts.sentences)
        np.testing.assert_array_equal(
            resumed.sentence_vectors.vectors(rows), new.sentence_vectors.vectors(rows)
        )


def test_a_stop_before_anything_is_embedded_is_prompt(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    with pytest.raises(BuildStopped, match=r"build-stopped$"):
        build_articles(CORPUS[:3], tmp_path, embedder, stop=lambda: True)
    assert (embedder.embedded, current_id(tmp_path)) == (0, None)


class Doomed(FakeEmbedder):
    """Is killed within a batch, having begun to embed this many texts."""

    def embed_passages(self, texts: Sequence[str], **options: Any) -> Vectors:
        if self.embedded + len(texts) >= KILLED_AT:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_passages(texts, **options)


def _build_until_killed(data_dir: Path) -> None:
    vectors_index_reuse.BATCH_CHARACTERS = BATCH_CHARACTERS
    build_articles(CORPUS, data_dir, Doomed())


def test_killed_at_sixty_percent_only_the_rest_and_a_batch_is_embedded(
    processes: ForkServerContext, tmp_path: Path
) -> None:
    process = processes.Process(target=_build_until_killed, args=(tmp_path / "data",))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    embedder = FakeEmbedder()
    report = build_articles(CORPUS, tmp_path / "data", embedder)
    batch = BATCH_CHARACTERS // min(len(written.text) // 2 for written in CORPUS)
    assert embedder.embedded <= TEXTS - KILLED_AT + batch
    assert report.resumed + report.embedded == TEXTS
    assert best_passage(tmp_path / "data", "Phrase 7 de l’article 7").startswith("Phrase 7 ")
