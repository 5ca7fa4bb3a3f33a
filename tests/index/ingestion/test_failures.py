from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.article import Article
from index.errors import IndexingError, ModelError, StoreError
from index.ingestion.builder import build_articles
from index.models.base import Vectors
from index.store.files.integrity import verify
from tests.fakes import FakeEmbedder
from tests.index.samples import article, generations, index, opened, refuse, three


@pytest.mark.parametrize("name", ["manifest.json", "articles.sqlite", "sentences.faiss"])
def test_a_damaged_index_is_built_anew_and_not_reused(tmp_path: Path, name: str) -> None:
    first = index(three(), tmp_path)
    path = tmp_path / "index" / "generations" / first.generation / name
    path.write_bytes(path.read_bytes()[:-1] + b"\7")
    report = index(three(), tmp_path)
    assert (report.embedded, report.added, report.switched) == (8, 3, True)
    verify(tmp_path)


@pytest.mark.parametrize("content", ["", "nonsense", "20250101T000000.000000Z"])
def test_a_garbled_current_is_mended_by_a_build(tmp_path: Path, content: str) -> None:
    index(three(), tmp_path)
    (tmp_path / "index" / "CURRENT").write_text(content)
    assert index(three(), tmp_path).switched
    verify(tmp_path)


def test_silent_damage_is_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = index(three(), tmp_path)
    monkeypatch.setattr("index.store.files.manifest._QUICK", 10)
    path = tmp_path / "index" / "generations" / first.generation / "sentences.faiss"
    path.write_bytes(path.read_bytes()[:-1] + b"\7")
    opened(tmp_path).close()
    assert index(three(), tmp_path).embedded == 8


class Odd(FakeEmbedder):
    """A model that gives what cannot be searched."""

    def __init__(self, spoil: Callable[[Vectors], Vectors]) -> None:
        super().__init__()
        self._spoil = spoil

    def embed_passages(self, texts: Sequence[str], **_: Any) -> Vectors:
        return self._spoil(super().embed_passages(texts))


@pytest.mark.parametrize(
    "spoil", [lambda v: v[1:], lambda v: v[:, :-1], lambda v: v * np.float32("nan")]
)
def test_useless_vectors_are_refused(tmp_path: Path, spoil: Callable[[Vectors], Vectors]) -> None:
    first = index(three()[:1], tmp_path)
    with pytest.raises(ModelError, match=r"model-vectors \(model=fake-64"):
        build_articles(three(), tmp_path, Odd(spoil))
    assert verify(tmp_path).id == first.generation


def test_two_articles_of_one_id_are_an_error(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    twin = replace(three()[0], text="Un autre texte.", path="ailleurs/pont.md")
    with pytest.raises(IndexingError, match=r"ailleurs/pont\.md: article-id-taken"):
        index([*three(), twin], tmp_path)
    assert verify(tmp_path).id == first.generation


@pytest.mark.parametrize("character", ["\ud800", "\0"])
def test_what_stands_in_no_text_is_an_error(tmp_path: Path, character: str) -> None:
    with pytest.raises(IndexingError, match=r"bris\.md: article-no-character"):
        index([article("bris", f"Une moitié {character} de caractère.")], tmp_path)
    assert generations(tmp_path) == []


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    first = index(three(), tmp_path)

    def interrupted() -> Iterator[Article]:
        yield from three()[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_articles(interrupted(), tmp_path, FakeEmbedder())
    assert generations(tmp_path) == [first.generation]


@pytest.mark.parametrize(
    "call",
    [
        "pathlib.Path.mkdir",
        "pathlib.Path.write_text",
        "pathlib.Path.write_bytes",
        "numpy.save",
        "os.fsync",
        "pathlib.Path.rename",
        "pathlib.Path.replace",
    ],
)
def test_a_full_disk_is_one_line_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    first = index(three()[:1], tmp_path)

    with monkeypatch.context() as patch:
        patch.setattr(call, refuse)
        with pytest.raises(StoreError, match="No space left on device") as caught:
            index(three(), tmp_path)
    assert "\n" not in str(caught.value)
    assert verify(tmp_path).id == first.generation
    assert index(three(), tmp_path).switched
    assert verify(tmp_path).articles == 3
