"""A build whose embedding several machines share out: the same index, and nothing done twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import BuildLocked, BuildStopped
from index.ingestion.builder import BuildReport, PartReport, build, build_part
from index.store.build import BuildPart, text_hash
from index.store.factory import open_store
from index.store.files.manifest import FileManifest
from index.store.postgres.integrity import KEPT_DAYS
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.store.postgres_stores import count_kept, opened, postgres_store, say
from tests.index.store.test_postgres_store import WORDS
from tests.postgres.server import Server

BATCH = 1_500  # characters: many batches to be killed between
PARTS = 3
SHORTEST = 9 * 7  # characters of a text


class Noting(FakeEmbedder):
    """Notes every text once it is embedded, and may be slow from some number on."""

    def __init__(self, notes: Path, slow_from: int | None = None) -> None:
        super().__init__()
        self._notes = notes
        self._slow_from = slow_from

    def embed_passages(self, texts, *, progress=None):  # type: ignore[no-untyped-def]
        if self._slow_from is not None and self.embedded >= self._slow_from:
            time.sleep(3600)  # until it is killed
        vectors = super().embed_passages(texts, progress=progress)
        with self._notes.open("a", encoding="utf-8") as file:
            file.writelines(f"{text_hash(text).hex()}\n" for text in texts)
        return vectors


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingestion.vectors.BATCH_CHARACTERS", BATCH)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write(folder, range(40))
    return folder


@pytest.fixture
def store(vector_server: Server, tmp_path: Path) -> Iterator[PostgresStore]:
    with postgres_store(vector_server, tmp_path) as found:
        yield found


def write(folder: Path, numbers: range) -> None:
    """A file of these articles, which have few words in common."""
    folder.mkdir(exist_ok=True)
    lines = []
    for number in numbers:
        chance = random.Random(number)
        said = [" ".join(chance.choices(WORDS, k=9)) for _ in range(4)]
        text = f"Le {said[0]}. La {said[1]}.\n\nUn {said[2]}. Une {said[3]}."
        lines.append(json.dumps({"id": str(number), "title": f"Phare {number}", "text": text}))
    (folder / f"{numbers[0]}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def _work(address: str, home: Path, folder: Path, number: int, slow: int | None) -> None:
    store = PostgresStore(address, home / "work")
    notes = home / f"notes-{number}"
    build_part([folder], BuildPart(number, PARTS), store, Noting(notes, slow))


def noted(home: Path) -> list[str]:
    return [line for file in home.glob("notes-*") for line in file.read_text().splitlines()]


def part_of(store: PostgresStore, folder: Path, number: int, of: int) -> PartReport:
    return build_part([folder], BuildPart(number, of), store, FakeEmbedder())


def built(store: PostgresStore, folder: Path) -> BuildReport:
    return build([folder], store, FakeEmbedder())


def test_parts_at_once_one_of_them_killed_make_the_index_that_one_machine_makes(
    vector_server: Server, tmp_path: Path, articles: Path
) -> None:
    context = multiprocessing.get_context("fork")
    with vector_server.database() as address:
        homes = [tmp_path / f"machine-{number}" for number in range(1, PARTS + 1)]
        for home in homes:
            home.mkdir()

        def start(number: int, slow: int | None = None) -> multiprocessing.process.BaseProcess:
            asked = (address, homes[number - 1], articles, number, slow)
            process = context.Process(target=_work, args=asked, daemon=True)
            process.start()
            return process

        workers = [start(1, slow=25), start(2), start(3)]
        for worker in workers[1:]:
            worker.join(timeout=120)
            assert worker.exitcode == 0
        while len(noted(homes[0])) < 25:
            assert workers[0].is_alive()
            time.sleep(0.05)
        os.kill(workers[0].pid or 0, signal.SIGKILL)
        workers[0].join()
        killed = len(noted(homes[0]))
        again = start(1)
        again.join(timeout=120)
        assert again.exitcode == 0
        assert len(noted(homes[0])) > killed, "the killed part had work left"
        assert [*homes[0].glob("work/draft-*")] == []
        embedded = [text for home in homes for text in noted(home)]
        assert count_kept(address) >= len(set(embedded))
        with opened(address, tmp_path / "last") as store:
            report = built(store, articles)
            assert report.embedded == 0
            assert report.resumed > 0
            assert count_kept(address) == 0
            store.export(tmp_path / "together")
    # What was in the batch that the kill met may be embedded again, and nothing else.
    assert len(embedded) - len(set(embedded)) <= BATCH // SHORTEST
    alone = open_store(tmp_path / "alone")
    assert build([articles], alone, FakeEmbedder()).embedded == len(set(embedded))
    alone.export(tmp_path / "by one")
    ours, theirs = (FileManifest.open(tmp_path / name) for name in ("together", "by one"))
    assert ours.fingerprint == theirs.fingerprint
    assert checksums(ours) == checksums(theirs)


def checksums(manifest: FileManifest) -> dict[str, object]:
    """Of the vectors and words, whose bytes say nothing of when they were written."""
    apart = (".sqlite", "likeness_keys.npy", "likeness_numbers.npy")  # the latter of files alone
    return {name: stamp for name, stamp in manifest.files.items() if not name.endswith(apart)}


def test_a_part_embeds_what_nobody_has_embedded(store: PostgresStore, articles: Path) -> None:
    built(store, articles)
    write(articles, range(200, 230))
    reports = [part_of(store, articles, number, 2) for number in (1, 2)]
    assert all(report.embedded and report.reused for report in reports)
    assert part_of(store, articles, 1, 1).embedded == 0
    assert built(store, articles).embedded == 0


def test_a_build_of_other_articles_leaves_what_parts_have_made(
    store: PostgresStore, articles: Path, tmp_path: Path
) -> None:
    write(tmp_path / "others", range(1_000, 1_006))
    made = part_of(store, articles, 1, 2).embedded
    for rest in (range(1_010, 1_013), range(1_020, 1_023), range(1_030, 1_033)):
        write(tmp_path / "others", rest)
        built(store, tmp_path / "others")  # and generations go
    address = store._server.url
    assert count_kept(address) == made
    part_of(store, articles, 2, 2)
    assert built(store, articles).embedded == 0
    assert count_kept(address) == 0
    kept = "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relname LIKE 'kept%' "
    assert say(address, f"{kept} AND relkind = 'r'") == [(0,)]


def test_what_no_build_takes_expires(store: PostgresStore, articles: Path, tmp_path: Path) -> None:
    write(tmp_path / "others", range(1_000, 1_006))
    part_of(store, articles, 1, 2)
    address = store._server.url
    tables = "SELECT relname FROM pg_class WHERE relname LIKE 'kept%' AND relkind = 'r'"
    [(name,)] = say(address, tables)
    aged = f"UPDATE selon.{name} SET kept_on = current_date - {KEPT_DAYS + 1} WHERE id % 2 = 0"
    half = len(say(address, f"{aged} RETURNING id"))
    kept = count_kept(address)
    assert half > 0
    built(store, tmp_path / "others")
    assert count_kept(address) == kept - half


def test_parts_of_another_model_stay(store: PostgresStore, articles: Path, tmp_path: Path) -> None:
    newer = FakeEmbedder(dimension=48)
    write(tmp_path / "others", range(1_000, 1_006))
    built(store, tmp_path / "others")
    build_part([articles], BuildPart(1, 1), store, newer)
    kept = count_kept(store._server.url)
    for number in (2_000, 2_001, 2_002):
        write(tmp_path / "others", range(number, number + 1))
        built(store, tmp_path / "others")
    assert count_kept(store._server.url) == kept
    assert build([articles], store, newer).embedded == 0


def test_the_same_part_twice_at_once_is_refused_and_others_are_not(store: PostgresStore) -> None:
    with store.start_build(BuildPart(2, 3)):
        with pytest.raises(BuildLocked) as locked, store.start_build(BuildPart(2, 3)):
            pass
        assert locked.value.code == "part-locked-by"
        assert str(os.getpid()) in str(locked.value.parameters["process"])
        with store.start_build(BuildPart(1, 3)), store.start_build():
            pass


def test_a_part_that_is_stopped_keeps_its_batches(store: PostgresStore, articles: Path) -> None:
    embedder = FakeEmbedder()
    with pytest.raises(BuildStopped) as stopped:
        build_part([articles], BuildPart(1, 1), store, embedder, stop=lambda: embedder.embedded > 0)
    assert stopped.value.vector_count == count_kept(store._server.url) > 0
    assert store.current_id() is None
