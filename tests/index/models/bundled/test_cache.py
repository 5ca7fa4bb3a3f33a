from __future__ import annotations

import json
import logging
import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from index.errors import ModelError
from index.models.bundled import cache, graph
from index.models.bundled.cache import (
    LOWER,
    LOWER_WEIGHTS,
    MANIFEST,
    UPPER,
    is_whole,
    prepare_model,
)
from index.models.bundled.embedder import load_bundled
from index.models.bundled.encoder import load_encoder
from index.models.bundled.weights import WEIGHTS_ID
from tests.index.samples import refuse

FORK = multiprocessing.get_context("fork")  # whose children make what `quick` makes


def prepare_slowly(folder: Path, seconds: float, told: Connection) -> None:
    def progress(share: float, step: str) -> None:
        told.send(step)
        time.sleep(seconds)

    prepare_model(folder, progress=progress)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Makes a tiny folder instead of the network's 86 MB; lists where each was made."""
    made: list[Path] = []

    def make(folder: Path, progress: cache.PrepareProgress) -> None:
        progress(0.5, "writing")
        made.append(folder)
        files = {}
        for name in cache._FILES:
            (folder / name).write_text(name)
            digest = cache._sha256(folder / name)
            files[name] = {"size": len(name), "sha256": digest}
        manifest = {"format": cache.CACHE_FORMAT, "source": WEIGHTS_ID, "files": files}
        (folder / MANIFEST).write_text(json.dumps(manifest))

    monkeypatch.setattr(cache, "_write_files", make)
    return made


def test_the_model_is_made_once_with_progress(tmp_path: Path, quick: list[Path]) -> None:
    steps: list[tuple[float, str]] = []
    first = prepare_model(tmp_path, progress=lambda share, step: steps.append((share, step)))
    second = prepare_model(tmp_path, progress=lambda share, step: pytest.fail("made again"))
    assert first == second
    assert len(quick) == 1
    assert steps == [(0.5, "writing"), (1.0, "ready")]
    assert {path.name for path in tmp_path.iterdir()} <= {first.name, f"{first.name}.lock"}


def test_earlier_formats_are_deleted(tmp_path: Path, quick: list[Path]) -> None:
    earlier, other = tmp_path / "multilingual-e5-small-1-0123abcd", tmp_path / "other-1"
    for folder in (earlier, other):
        folder.mkdir()
    prepare_model(tmp_path)
    assert other.exists()
    assert not earlier.exists()


@pytest.mark.parametrize("name", [LOWER, LOWER_WEIGHTS, UPPER, MANIFEST, "pieces.txt"])
@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_damaged_model_is_made_again(
    tmp_path: Path, quick: list[Path], caplog: pytest.LogCaptureFixture, name: str, damage: str
) -> None:
    folder = prepare_model(tmp_path)
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_text("")
    with caplog.at_level(logging.WARNING):
        prepare_model(tmp_path)
    assert len(quick) == 2
    assert is_whole(folder, thorough=True)
    assert str(folder) in caplog.text


def test_an_altered_byte_and_another_version_are_seen(tmp_path: Path, quick: list[Path]) -> None:
    folder = prepare_model(tmp_path)
    (folder / LOWER).write_text(LOWER.upper())
    assert is_whole(folder)
    assert not is_whole(folder, thorough=True)
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "format": -1}))
    assert not is_whole(folder)


def test_a_failure_leaves_nothing_and_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "write_lower", refuse)
    with pytest.raises(ModelError, match=r"bundled-model-not-prepared .*No space left"):
        prepare_model(tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=str(tmp_path / "file")):
        prepare_model(tmp_path / "file")


def test_killed_midway_nothing_half_made_is_used(tmp_path: Path, quick: list[Path]) -> None:
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=prepare_slowly, args=(tmp_path, 60, theirs))
    process.start()
    assert ours.recv() == "writing"
    process.kill()
    process.join()
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1
    folder = prepare_model(tmp_path)
    assert is_whole(folder, thorough=True)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [folder]


@pytest.mark.usefixtures("quick")
def test_two_processes_at_once_make_it_once(tmp_path: Path) -> None:
    pipes = [FORK.Pipe() for _ in range(2)]
    processes = [
        FORK.Process(target=prepare_slowly, args=(tmp_path, 0.2, theirs)) for _, theirs in pipes
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    steps = [ours.recv() for ours, _ in pipes for _ in range(2) if ours.poll()]
    assert sorted(steps) == ["ready", "writing"]
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    assert is_whole(folder, thorough=True)


def test_a_graph_that_fails_is_made_again_and_one_that_never_loads_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_bundled(tmp_path)
    model = next(tmp_path.glob("*/" + LOWER))
    model.write_bytes(bytes(model.stat().st_size))
    load_encoder.cache_clear()
    after = load_bundled(tmp_path)
    assert (after.embed_question("Où ?") == before.embed_question("Où ?")).all()
    assert "bundled-model-not-loaded" in caplog.text

    def refuse(*arguments: object, **options: object) -> None:
        raise RuntimeError("no such operator")

    load_encoder.cache_clear()
    monkeypatch.setattr("onnxruntime.InferenceSession", refuse)
    with pytest.raises(ModelError, match="no such operator") as caught:
        load_bundled(tmp_path)
    assert "\n" not in str(caught.value)
    assert model.is_file()
