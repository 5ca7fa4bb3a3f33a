from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from index.errors import IndexingError, StoreError
from index.ingestion.builder import build_articles
from index.store.files.integrity import verify
from tests.fakes import FakeEmbedder
from tests.index.samples import article, generations, index, opened, three
from tests.index.store.disk import mounted

LONG = [
    article(f"a{n}", f"Phrase {n} de l’article {n}. Une autre suite {n}." * 4) for n in range(100)
]


def _build_within(limit: int, data_dir: Path, told: Connection) -> None:
    """Build where no file may grow past the limit: writing fails there, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        build_articles(LONG, data_dir, FakeEmbedder())
        told.send("built")
    except IndexingError as error:
        told.send(str(error))


def test_wherever_writing_fails_all_stays(processes: ForkServerContext, tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    said: list[str] = []
    for limit in (0, 2_000, 20_000, 50_000, 100_000, 4_000_000):
        ours, theirs = multiprocessing.Pipe()
        process = processes.Process(target=_build_within, args=(limit, tmp_path, theirs))
        process.start()
        assert ours.poll(60)
        said.append(ours.recv())
        process.join(60)
        if said[-1] == "built":
            break
        assert verify(tmp_path).id == first.generation
        assert generations(tmp_path) == [first.generation]
    assert len(said) == 6
    assert said[-1] == "built"
    for message in said[:-1]:
        assert "\n" not in message
        assert "unwritable" in message
    assert verify(tmp_path).articles == len(LONG)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path, "size=2m") as disk:
        yield disk


def test_an_index_that_may_not_be_written_is_still_answered_from(small_disk: Path) -> None:
    first = index(three(), small_disk / "data")
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True, timeout=30)
    with opened(small_disk / "data") as generation:
        assert generation.facts.id == first.generation
    with pytest.raises(StoreError, match="store-unwritable") as caught:
        index(LONG, small_disk / "data")
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission_is_one_line(tmp_path: Path) -> None:
    first = index(three(), tmp_path)
    (tmp_path / "index" / "generations").chmod(0o500)
    try:
        with pytest.raises(StoreError, match=r"store-unwritable \(reason=Permission denied"):
            index(LONG, tmp_path)
        assert verify(tmp_path).id == first.generation
    finally:
        (tmp_path / "index" / "generations").chmod(0o700)
