"""An index in PostgreSQL: the same answers as in files, whatever happens to builds and servers."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import pickle
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from index.article import Article, Period, Selection
from index.build.builder import BuildReport, build, build_articles
from index.errors import BuildLocked, DamagedIndex, StoreError
from index.findings import Findings
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.base import IndexStore
from index.store.factory import open_store
from index.store.postgres import nearest
from index.store.postgres.connections import Server as Address
from index.store.postgres.schema import give_memory
from index.store.postgres.store import PostgresStore
from index.store.reader import GenerationReader
from tests.fakes import FakeEmbedder
from tests.index.samples import article, live, three
from tests.index.store.postgres_stores import (
    count_kept,
    databases,
    once_free,
    opened,
    postgres_store,
    say,
)
from tests.postgres.server import Server

CORPUS = Path(__file__).resolve().parents[3] / "corpus"
QUESTIONS = (
    "Quand le Minitel a-t-il été éteint ?",
    "Combien coûte le nouveau phaer ?",
    "When did the harbour open in 1932?",
    "zeppelin",
    "",
)
SYLLABLES = ("ba", "dor", "fi", "lan", "mu", "ne", "pra", "ro", "sel", "ti", "vou", "zé")
WORDS = ["".join(each) for each in itertools.product(SYLLABLES, repeat=3)]


def many(count: int) -> list[Article]:
    """Articles that have words in common, four to a day."""
    first, chance = date(2020, 1, 1), random.Random(1)
    found = []
    for number in range(count):
        said = [" ".join(chance.choices(WORDS[:400], k=9)) for _ in range(2)]
        own = article(f"n{number}", f"Le {said[0]} {number}. La {said[1]}.", title=said[0][:9])
        outlet = ("Le Phare", "La Gazette")[number % 2]
        found.append(replace(own, published=first + timedelta(days=number // 4), outlet=outlet))
    return found


@pytest.fixture(params=[1, 3], ids=["one", "three"])
def store(
    request: pytest.FixtureRequest, vector_server: Server, tmp_path: Path
) -> Iterator[PostgresStore]:
    with postgres_store(vector_server, tmp_path, request.param) as found:
        yield found


@pytest.fixture
def one(vector_server: Server, tmp_path: Path) -> Iterator[PostgresStore]:
    with postgres_store(vector_server, tmp_path) as found:
        yield found


def searcher(generation: GenerationReader) -> Searcher:
    return Searcher(generation, FakeEmbedder(), ConfidenceModel.load())


def made(articles: list[Article], store: IndexStore) -> BuildReport:
    return build_articles(articles, store, FakeEmbedder())


def same(ours: Findings, theirs: Findings) -> None:
    assert [(h.article, h.passage) for h in ours.hits] == [
        (h.article, h.passage) for h in theirs.hits
    ]
    assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-5)
    for one, other in zip(ours.hits, theirs.hits, strict=True):
        assert one.scores.total == pytest.approx(other.scores.total, abs=1e-5)
        assert one.scores.words == pytest.approx(other.scores.words, abs=1e-6)


def test_the_sample_corpus_is_answered_from_alike(store: PostgresStore, tmp_path: Path) -> None:
    files = open_store(tmp_path / "files")
    reports = [build([CORPUS], each, FakeEmbedder()) for each in (files, store)]
    assert reports[0] == replace(reports[1], generation=reports[0].generation)
    with files.browse() as ours, store.browse() as theirs:
        assert replace(theirs.facts, id="", built_at=ours.facts.built_at) == replace(
            theirs.facts,
            id="",
            built_at=ours.facts.built_at,
            languages=ours.facts.languages,
            fingerprint=ours.facts.fingerprint,
        )
        for within in (None, Period(date(2025, 1, 1), date(2025, 12, 31))):
            for question in QUESTIONS:
                same(
                    searcher(theirs).search(question, 5, within),
                    searcher(ours).search(question, 5, within),
                )
        assert theirs.articles() == ours.articles()
        assert theirs.facet("language") == ours.facet("language")
        assert theirs.articles_with_copies() == ours.articles_with_copies()
        for entry in ours.articles():
            assert theirs.opening(entry.id) == ours.opening(entry.id)


FILTERS = {
    "all": None,
    "a day": Selection(since=date(2020, 3, 1), until=date(2020, 3, 1)),
    "an outlet": Selection(outlets=("La Gazette",)),
    "a language and months": Selection(languages=("fr",), until=date(2020, 6, 1)),
    "nothing": Selection(outlets=("Personne",)),
}


def test_hnsw_finds_what_comparing_all_finds(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searched by HNSW as a large index is, its filters narrow or broad."""
    monkeypatch.setattr(nearest, "EXACT_ROWS", 50)
    monkeypatch.setattr(nearest, "COMPARED_SQUARE", 20)
    articles = many(400)
    files = open_store(tmp_path / "files")
    made(articles, files)
    with postgres_store(vector_server, tmp_path, 2) as store:
        made(articles, store)
        with files.browse() as ours, store.browse() as theirs:
            for name, among in FILTERS.items():
                kept = whole = 0
                for asked in articles[::20]:
                    question = " ".join(asked.text.split()[3:9])
                    first, second = (
                        Searcher(each, FakeEmbedder(), ConfidenceModel.load(), among).search(
                            question, 5
                        )
                        for each in (ours, theirs)
                    )
                    exact, found = ({h.article.id for h in each.hits} for each in (first, second))
                    kept += len(exact & found)
                    whole += len(exact)
                    assert len(second.hits) == len(first.hits)
                assert kept >= 0.97 * whole, name


def test_builds_keep_two_generations_and_those_that_are_read(one: PostgresStore) -> None:
    made(three(), one)
    held = one.browse()
    for number in range(3):
        made([*three(), article(f"a{number}", f"Un autre article, le {number}.")], one)
    schemas = "SELECT count(*) FROM pg_namespace WHERE nspname ~ '^selon_[0-9]'"
    address = one._servers[0].url
    assert say(address, schemas) == [(3,)]
    assert len(searcher(held).search("Quand le pont fut-il construit ?").hits) > 0
    held.close()
    made(three(), one)
    assert say(address, schemas) == [(2,)]
    assert count_kept([address]) == 0


def test_a_damaged_export_is_refused(one: PostgresStore, tmp_path: Path) -> None:
    first = made(three(), one)
    one.export(tmp_path / "copy")
    with (tmp_path / "copy" / "articles.sqlite").open("r+b") as file:
        file.seek(5_000)
        file.write(b"?")
    with pytest.raises(DamagedIndex):
        one.take(tmp_path / "copy")
    assert one.current_id() == first.generation


def test_what_was_altered_in_the_tables_is_told(one: PostgresStore) -> None:
    made(three(), one)
    for change, code in (
        ("UPDATE selon_1.articles SET path = 'autre.md'", "generation-altered"),
        ("DELETE FROM selon_1.sentences WHERE number = 1", "damaged-rows"),
    ):
        say(one._servers[0].url, change)
        damage = one.check().damage
        assert damage is not None
        assert damage.code == code
    assert made(three(), one).switched
    assert one.check().damage is None


def test_a_missing_hnsw_index_is_told_before_anything_is_asked(
    one: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "EXACT_ROWS", 50)
    made(many(200), one)
    one.browse().close()
    indexes = "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'sentences_%_nearest'"
    [(name,)] = say(one._servers[0].url, indexes)
    say(one._servers[0].url, f'DROP INDEX selon."{name}"')
    with pytest.raises(StoreError) as refused:
        one.browse()
    assert (refused.value.code, refused.value.parameters["index"]) == ("postgres-plan", name)


def test_fewer_candidates_than_asked_for_is_an_error_and_no_poorer_answer(
    one: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HNSW of another `ef_search`, which does not go on looking, gives less and says nothing."""
    monkeypatch.setattr(nearest, "EXACT_ROWS", 50)
    made(many(600), one)
    silent = {**nearest.SETTINGS, "hnsw.ef_search": "20", "hnsw.iterative_scan": "off"}
    monkeypatch.setattr(nearest, "SETTINGS", silent)
    with one.browse() as generation, pytest.raises(StoreError) as refused:
        searcher(generation).search("Quand la marée revient-elle ?")
    assert refused.value.code == "postgres-short"


def _builds_slowly(addresses: list[str], workplace: Path, kept: int) -> None:
    class Slow(FakeEmbedder):
        def embed_passages(self, texts, *, progress=None):  # type: ignore[no-untyped-def]
            if self.embedded >= kept:
                time.sleep(60)
            return super().embed_passages(texts, progress=progress)

    build_articles(many(400), PostgresStore(addresses, workplace), Slow())


def test_the_lease_of_a_killed_builder_ends_and_nothing_is_embedded_twice(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build.vectors.BATCH_CHARACTERS", 5_000)
    with databases(vector_server, 2) as addresses, opened(addresses, tmp_path / "b") as store:
        first = made(three(), store)
        context = multiprocessing.get_context("fork")
        builder = context.Process(target=_builds_slowly, args=(addresses, tmp_path / "a", 500))
        builder.start()
        while count_kept(addresses) < 500:
            assert builder.is_alive()
            time.sleep(0.1)
        with pytest.raises(BuildLocked):
            made(three(), store)
        os.kill(builder.pid or 0, signal.SIGKILL)
        builder.join()
        kept = count_kept(addresses)
        assert store.current_id() == first.generation
        embedder = FakeEmbedder()
        report = once_free(lambda: build_articles(many(400), store, embedder))
        texts = {f"{a.title}. {a.text}" for a in many(400)}
        assert report.resumed == kept >= 500
        assert report.embedded == embedder.embedded > 0
        assert report.resumed + report.embedded >= len(texts)
        assert len(searcher(store.browse()).search("phare").hits) == 10


def test_what_fails_on_one_server_ends_on_the_others_too(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_store(vector_server, tmp_path, 2) as store:
        first = made(three(), store)
        second = store._servers[1].url.rpartition("/")[2]

        def index(connection: psycopg.Connection, number: int) -> None:
            if connection.info.dbname == second:
                raise StoreError("postgres-failed", reason="no room")
            connection.execute("SELECT pg_sleep(3600)")

        with monkeypatch.context() as patched:
            patched.setattr("index.store.postgres.load.index_base", index)
            with pytest.raises(StoreError) as refused:
                made(many(20), store)
        assert refused.value.parameters["reason"] == "no room"
        assert store.current_id() == first.generation
        assert made(many(20), store).generation == store.current_id()


@pytest.mark.parametrize(("set_to", "taken"), [("64MB", "256MB"), ("1GB", "1GB")])
def test_indexes_are_made_in_what_memory_the_server_gives_or_more(
    one: PostgresStore, set_to: str, taken: str
) -> None:
    with psycopg.connect(one._servers[0].url, autocommit=True) as connection:
        connection.execute(f"SET maintenance_work_mem = '{set_to}'")
        give_memory(connection)
        assert connection.execute("SHOW maintenance_work_mem").fetchone() == (taken,)


@pytest.mark.parametrize(("set_to", "taken"), [("off", "on"), ("remote_apply", "remote_apply")])
def test_what_is_written_lasts_whatever_the_server_is_set_to(
    vector_server: Server, set_to: str, taken: str
) -> None:
    with vector_server.database() as url:
        address = Address.at(f"{url}?options=-csynchronous_commit%3D{set_to}")
        with address.connect(writing=True) as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == (taken,)


@pytest.mark.parametrize("url", ["mysql://a/b", "", "postgresql://a/b?nonsense=1"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(tmp_path, url).current_id()
    assert refused.value.code == "postgres-address"


def test_an_account_that_may_not_add_pgvector_is_told_who_may(
    vector_server: Server, tmp_path: Path
) -> None:
    with vector_server.database() as url:
        for statement in (
            "DROP ROLE IF EXISTS newsroom",
            "CREATE ROLE newsroom LOGIN PASSWORD 'newsroom'",
            f"GRANT CREATE ON DATABASE {url.rpartition('/')[2]} TO newsroom",
        ):
            say(url, statement)
        own = url.replace("selon:selon@", "newsroom:newsroom@")
        with opened([own], tmp_path) as store:
            with pytest.raises(StoreError) as refused:
                made(three(), store)
            assert refused.value.code == "postgres-create-vector"
            say(url, "CREATE EXTENSION vector")
            assert made(three(), store).articles == 3
            assert live(store).search("pont").hits[0].article.title == "Pont"


def test_a_store_goes_to_another_process(one: PostgresStore) -> None:
    made(three(), one)
    other: PostgresStore = pickle.loads(pickle.dumps(one))
    assert other.current_id() == one.current_id()
    other.close()
