from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from index.ingestion.builder import build_articles
from index.store.files.integrity import current_id, verify
from tests.fakes import FakeEmbedder
from tests.index.samples import article, best_passage, generations, index, three

OLD = "Le phare fut allumé en 1887."
NEW = "Le phare fut éteint en 1999."
QUESTION = "Quand le phare fut-il allumé ou éteint ?"


def _at_call(data_dir: Path, name: str, count: int) -> None:
    """Killed just before the count-th call of a function that makes files last."""
    os.fsync = lambda descriptor: None
    real = getattr(os, name)
    calls = iter(range(count - 1))

    def fatal(*args: object, **kwargs: object) -> object:
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    setattr(os, name, fatal)
    build_articles([article("phare", NEW)], data_dir, FakeEmbedder())


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a generation in service and the one before it."""
    data_dir = tmp_path_factory.mktemp("old")
    index(three(), data_dir)
    index([article("phare", OLD), *three()], data_dir)
    return data_dir


@pytest.fixture
def data_dir(old: Path, tmp_path: Path) -> Path:
    return shutil.copytree(old, tmp_path / "data")


def _run(processes: ForkServerContext, target: Callable[..., None], *arguments: object) -> int:
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def _answers(data_dir: Path, text: str) -> None:
    verify(data_dir)
    assert best_passage(data_dir, QUESTION) == text


def _builds_again(data_dir: Path) -> None:
    """And what stays is the new generation and the one that was in service before it."""
    before = current_id(data_dir)
    report = index([article("phare", NEW), *three()], data_dir)
    assert report.switched
    _answers(data_dir, NEW)
    assert set(generations(data_dir)) == {before, report.generation} - {None}


def test_killed_before_anything_was_built(processes: ForkServerContext, tmp_path: Path) -> None:
    assert _run(processes, _at_call, tmp_path, "replace", 1) == -signal.SIGKILL
    assert current_id(tmp_path) is None
    _builds_again(tmp_path)


@pytest.mark.parametrize("name", ["fsync", "rename", "replace", "rmdir"])
def test_killed_between_any_two_lasting_changes(
    processes: ForkServerContext, old: Path, tmp_path: Path, name: str
) -> None:
    count, code = 0, -signal.SIGKILL
    while code:
        count += 1
        data_dir = shutil.copytree(old, tmp_path / str(count))
        code = _run(processes, _at_call, data_dir, name, count)
        assert code in {0, -signal.SIGKILL}
        text = OLD if current_id(data_dir) == current_id(old) else NEW
        _answers(data_dir, text)
    assert count > 1
    assert text == NEW
    _builds_again(data_dir)
