from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import StoreError
from index.store.factory import open_store
from index.store.postgres import vectors
from index.store.postgres.build import PostgresBuild
from index.store.postgres.manifest import Growth
from index.store.postgres.store import PostgresStore
from index.store.postgres.vector_tables import VectorTables
from tests.index.ingestion.growing import (
    Corpus,
    assert_changes_end_as_builds_do,
    assert_ranked_alike,
    built,
    shown,
)
from tests.index.store.postgres_stores import once_free, postgres_store, say
from tests.postgres.server import Server

pytestmark = pytest.mark.usefixtures("read_here")


@pytest.fixture
def store(vector_server: Server, tmp_path: Path) -> Iterator[PostgresStore]:
    with postgres_store(vector_server, tmp_path) as found:
        yield found


@pytest.fixture
def corpus(tmp_path: Path, store: PostgresStore) -> Corpus:
    """The corpus of an index with a base and one addition."""
    found = Corpus(tmp_path / "corpus", 7, 24)
    built(found, store)
    found.add()
    built(found, store)
    assert len(growth(store).additions) == 1
    return found


def growth(store: PostgresStore) -> Growth:
    own = store._in_service().growth
    assert own is not None
    return own


def count(store: PostgresStore, query: str) -> int:
    return int(say(store._server.url, query)[0][0])


def schemas(store: PostgresStore) -> list[str]:
    query = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^selon_' ORDER BY 1"
    return [row[0] for row in say(store._server.url, query)]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 9))]
)
def test_any_changes_end_as_a_build_of_all_does_where_hnsw_searches(
    tmp_path: Path, vector_server: Server, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(vectors, "EXACT_ROWS", 20)
    with postgres_store(vector_server, tmp_path) as store:
        assert_changes_end_as_builds_do(Corpus(tmp_path / "corpus", seed, 40), store, tmp_path)


def test_rows_and_vectors_go_with_the_last_generation(corpus: Corpus, store: PostgresStore) -> None:
    path = corpus.files()[-1]
    with store.open() as generation:
        [entry] = generation.find(str(path))
    path.unlink()
    built(corpus, store)
    there = f"SELECT count(*) FROM selon_rows_1.articles WHERE id = '{entry.id}'"
    assert count(store, there) == 1  # the generation before has it
    rows = "SELECT count(*) FROM selon_rows_1.sentences"
    before = count(store, rows)
    corpus.add()
    built(corpus, store)
    assert count(store, there) == 0
    assert abs(count(store, rows) - before) < 16  # those of two articles
    facts = store.facts()
    tag = VectorTables(facts.model, facts.dimension).tag
    for kind in ("passages", "sentences"):
        unused = (
            f"SELECT count(*) FROM selon.{kind}_{tag} v WHERE NOT EXISTS "
            f"(SELECT FROM selon_rows_1.{kind} r WHERE r.vector = v.id)"
        )
        assert count(store, unused) == 0
    assert store.check().damage is None


def test_words_are_joined_and_a_large_index_rebuilt(corpus: Corpus, store: PostgresStore) -> None:
    for _ in range(14):
        corpus.add()
        built(corpus, store)
        assert len(growth(store).additions) <= 1
    assert growth(store).base > 1
    built(corpus, store)
    corpus.add()
    built(corpus, store)
    assert "selon_rows_1" not in schemas(store)


@pytest.mark.parametrize("moment", ["load", "commit", "between", "serve"])
def test_an_addition_that_ends_halfway_leaves_the_index_as_it_was(
    corpus: Corpus, store: PostgresStore, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Nothing is tidied up, as where the process is killed."""
    known = shown(store)
    corpus.change()
    corpus.add()

    def fail(*_: object) -> None:
        raise StoreError("postgres-lost", subject="", reason="")

    def commit_first(build: PostgresBuild) -> None:
        build.connection.execute("COMMIT")
        fail()

    with monkeypatch.context() as broken:
        if moment == "load":
            broken.setattr("index.store.postgres.writer.record_generation", fail)
        elif moment == "between":
            broken.setattr(PostgresBuild, "commit", commit_first)
        else:
            broken.setattr(PostgresBuild, moment, fail)
        with pytest.raises(StoreError):
            built(corpus, store)
    assert shown(store) == known
    report = built(corpus, store)
    assert (report.added, report.changed + report.removed) in ((1, 1), (2, 1))
    assert store.check().damage is None
    assert growth(store).base == 1
    assert len(store.open().articles()) == report.articles == 26


@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=pytest.mark.soak)])
def test_a_builder_killed_at_any_moment_leaves_what_was_or_what_is_to_be(
    corpus: Corpus, store: PostgresStore, tmp_path: Path, rounds: int
) -> None:
    chance = random.Random(rounds)
    known = shown(store)
    for number in range(rounds):
        corpus.step()
        process = multiprocessing.get_context("fork").Process(
            target=lambda: built(corpus, PostgresStore(store._address, tmp_path / "killed"))
        )
        process.start()
        time.sleep(chance.uniform(0.05, 0.6))
        process.kill()
        process.join()
        twin = tmp_path / f"twin{number}"
        built(corpus, twin)
        assert shown(store) in (known, shown(twin))
        once_free(lambda: built(corpus, store))
        known = shown(store)
        assert known == shown(twin)
        assert store.check().damage is None


def test_an_older_index_is_read_and_rebuilt(corpus: Corpus, store: PostgresStore) -> None:
    """It had tables in the place of views, and nothing that an addition goes by."""
    built(corpus, store)
    store.export(corpus.folder.parent / "copy")
    open_store(corpus.folder.parent / "copied").take(corpus.folder.parent / "copy")
    whole = store.take(corpus.folder.parent / "copy")
    known, number = shown(store), store._in_service().number
    say(store._server.url, "CREATE SCHEMA old")
    for table in ("articles", "passages", "sentences", "sources", "left_out", "terms"):
        say(store._server.url, f"CREATE TABLE old.{table} AS SELECT * FROM selon_{number}.{table}")
    for statement in (
        "ALTER TABLE old.terms DROP since",
        f"DROP SCHEMA selon_rows_{number} CASCADE",
        f"DROP SCHEMA selon_{number} CASCADE",
        f"ALTER SCHEMA old RENAME TO selon_{number}",
        "UPDATE selon.generations SET facts = (facts::jsonb - 'growth')::text "
        f"WHERE number = {number}",
        "UPDATE selon.layout SET version = 1",
    ):
        say(store._server.url, statement)
    assert shown(store) == known
    assert_ranked_alike(store, corpus.folder.parent / "copied")
    assert store.check().damage is None
    corpus.add()
    report = built(corpus, store)
    assert (report.articles, report.generation > whole.id) == (26, True)
    assert growth(store).additions == ()
    corpus.add()
    built(corpus, store)
    assert len(growth(store).additions) == 1
    corpus.add()
    built(corpus, store)
    assert f"selon_{number}" not in schemas(store)
