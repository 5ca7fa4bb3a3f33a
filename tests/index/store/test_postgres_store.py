"""An index in PostgreSQL: the same answers as in files, whatever happens to builds and servers."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import pickle
import random
import signal
import threading
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
from index.store.postgres import connections, nearest
from index.store.postgres.connections import Server as Address
from index.store.postgres.schema import give_memory
from index.store.postgres.store import PostgresStore
from index.store.reader import GenerationReader
from tests.fakes import FakeEmbedder
from tests.index.samples import article, live, three
from tests.index.store.postgres_stores import count_kept, databases, postgres_store
from tests.postgres.server import Server, running

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
    address = one._servers[0]
    with psycopg.connect(address.url) as connection:
        assert connection.execute(schemas).fetchone() == (3,)
    assert len(searcher(held).search("Quand le pont fut-il construit ?").hits) > 0
    held.close()
    made(three(), one)
    with psycopg.connect(address.url) as connection:
        assert connection.execute(schemas).fetchone() == (2,)
    assert count_kept([address.url]) == 0


def test_a_rollback_brings_back_what_was_and_the_next_build_replaces_it(
    store: PostgresStore,
) -> None:
    first = made(three(), store)
    with pytest.raises(StoreError) as refused:
        store.roll_back()
    assert refused.value.code == "generation-first"
    index = live(store)
    assert made(many(5), store).generation == index.generation()
    assert store.roll_back().id == first.generation == index.generation()
    assert index.search("Quand le pont fut-il construit ?").hits[0].article.title == "Pont"
    embedder = FakeEmbedder()
    third = build_articles(many(5), store, embedder)
    assert embedder.embedded == 0  # from the one put aside
    assert store.check().before == first.generation
    assert index.generation() == third.generation


def test_an_index_goes_to_files_and_back_whole(store: PostgresStore, tmp_path: Path) -> None:
    build([CORPUS], store, FakeEmbedder())
    store.export(tmp_path / "copy")
    files = open_store(tmp_path / "files")
    taken = files.take(tmp_path / "copy")
    assert files.check().damage is None
    made(three(), store)
    files.export(tmp_path / "again")
    back = store.take(tmp_path / "again")
    assert back.fingerprint == taken.fingerprint == store.facts().fingerprint
    assert store.check().damage is None
    with files.browse() as ours, store.browse() as theirs:
        for question in QUESTIONS:
            same(searcher(theirs).search(question, 5), searcher(ours).search(question, 5))
    embedder = FakeEmbedder()
    report = build([CORPUS], store, embedder)
    assert (report.embedded, embedder.embedded) == (0, 0)


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
    with psycopg.connect(one._servers[0].url, autocommit=True) as connection:
        connection.execute("UPDATE selon_1.articles SET path = 'autre.md' WHERE title = 'Pont'")
        damage = one.check().damage
        assert damage is not None
        assert damage.code == "generation-altered"
        connection.execute("DELETE FROM selon_1.sentences WHERE number = 1")
        damage = one.check().damage
        assert damage is not None
        assert damage.code == "damaged-rows"
    assert made(three(), one).switched
    assert one.check().damage is None


def test_a_missing_hnsw_index_is_told_before_anything_is_asked(
    one: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "EXACT_ROWS", 50)
    made(many(200), one)
    one.browse().close()
    with psycopg.connect(one._servers[0].url, autocommit=True) as connection:
        [name] = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'sentences_%_nearest'"
        ).fetchone() or [""]
        connection.execute(f'DROP INDEX selon."{name}"')  # type: ignore[arg-type]
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
    with databases(vector_server, 2) as addresses:
        store = PostgresStore(addresses, tmp_path / "b")
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
        report = _once_free(store, embedder)
        texts = {f"{a.title}. {a.text}" for a in many(400)}
        assert report.resumed == kept >= 500
        assert report.embedded == embedder.embedded > 0
        assert report.resumed + report.embedded >= len(texts)
        assert len(searcher(store.browse()).search("phare").hits) == 10
        store.close()


def _once_free(store: IndexStore, embedder: FakeEmbedder) -> BuildReport:
    """The server sees within moments that the connection of a dead process has ended."""
    for _ in range(100):
        try:
            return build_articles(many(400), store, embedder)
        except BuildLocked:
            time.sleep(0.1)
    raise AssertionError("the lease did not end")


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


def test_no_question_sees_two_generations(vector_server: Server, tmp_path: Path) -> None:
    """Two readers ask while builds and rollbacks switch, across servers."""
    generations = {}
    with postgres_store(vector_server, tmp_path, 2) as store:
        for name in ("un", "deux"):
            told = [article(f"a{n}", f"La marque {name} du jour {n}.") for n in range(30)]
            generations[made(told, store).generation] = name
        ended, wrong, asked = threading.Event(), [], [0, 0]

        def ask(place: int) -> None:
            with_own = PostgresStore([each.url for each in store._servers], tmp_path)
            index = live(with_own)
            while not ended.is_set():
                found = index.search("Quelle marque du jour ?", 10)
                marks = {hit.passage.text.split()[2] for hit in found.hits}
                asked[place] += 1
                if len(found.hits) != 10 or len(marks) != 1:
                    wrong.append(marks)
            with_own.close()

        readers = [threading.Thread(target=ask, args=(place,)) for place in range(2)]
        for each in readers:
            each.start()
        try:
            for turn in range(6):
                if turn % 2:
                    told = [article(f"a{n}", f"La marque {turn} du jour {n}.") for n in range(30)]
                    made(told, store)
                else:
                    store.roll_back()
        finally:
            ended.set()
            for each in readers:
                each.join()
        assert wrong == []
        assert min(asked) > 5


def test_a_server_that_is_down_is_an_error_by_name_and_its_return_is_seen(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BREAKER_SECONDS", 0.0)
    with vector_server.database() as first, running(durable=True) as other:
        store = PostgresStore([first, other.url("postgres")], tmp_path)
        made(many(20), store)
        index = live(store)
        assert len(index.search("phare").hits) == 10
        with other.stopped():
            with pytest.raises(StoreError) as refused:
                index.search("phare")
            assert refused.value.code == "postgres-unreachable"
            assert refused.value.subject == f"postgresql://127.0.0.1:{other.port}/postgres"
            with pytest.raises(StoreError):
                index.check()
        assert len(index.search("phare").hits) == 10
        store.close()


def test_a_host_that_stands_by_answers_for_one_that_is_gone(
    vector_server: Server, tmp_path: Path
) -> None:
    """`host=a,b`: the first does not answer, as after a crash."""
    with vector_server.database() as url:
        made(three(), store := PostgresStore([url], tmp_path))
        store.close()
        both = url.replace("@127.0.0.1:", "@127.0.0.1:9,127.0.0.1:", 1)
        store = PostgresStore([both + "?target_session_attrs=any"], tmp_path)
        assert (
            live(store).search("Quand le pont fut-il construit ?").hits[0].article.title == "Pont"
        )
        store.close()


def test_a_standby_answers_when_the_server_is_killed_in_the_middle_of_questions(
    vector_server: Server, tmp_path: Path
) -> None:
    with running() as primary:
        builds = PostgresStore([primary.url("postgres")], tmp_path)
        made(many(200), builds)
        with running(standby_of=primary) as standby:
            follows = PostgresStore([standby.url("postgres")], tmp_path)
            while follows.current_id() != builds.current_id():
                time.sleep(0.1)
            hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
            url = f"postgresql://selon:selon@{hosts}/postgres?target_session_attrs=any"
            index = live(store := PostgresStore([url], tmp_path))
            question = " ".join(many(200)[17].text.split()[2:8])
            killer = threading.Timer(0.3, primary.kill)
            killer.start()
            titles = []
            while killer.is_alive() or len(titles) < 20:
                titles.append(index.search(question).hits[0].article.title)
            assert set(titles) == {many(200)[17].title}
            with pytest.raises(StoreError) as refused:
                made(three(), store)
            assert refused.value.code == "postgres-unreachable"
            for each in (builds, follows, store):
                each.close()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://a/b", "postgres-address"),
        ("", "postgres-address"),
        ("postgresql://a/b?nonsense=1", "postgres-address"),
        ("postgresql://user:secret@127.0.0.1:9/x", "postgres-unreachable"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(
    tmp_path: Path, url: str, code: str
) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(tmp_path, url).current_id()
    assert refused.value.code == code
    assert "secret" not in str(refused.value)


def test_an_account_that_may_not_add_pgvector_is_told_who_may(
    vector_server: Server, tmp_path: Path
) -> None:
    with vector_server.database() as url:
        name = url.rpartition("/")[2]
        with psycopg.connect(Address.at(url).url, autocommit=True) as connection:
            connection.execute("DROP ROLE IF EXISTS newsroom")
            connection.execute("CREATE ROLE newsroom LOGIN PASSWORD 'newsroom'")
            connection.execute(f"GRANT CREATE ON DATABASE {name} TO newsroom")  # type: ignore[arg-type]
            store = PostgresStore([url.replace("selon:selon@", "newsroom:newsroom@")], tmp_path)
            with pytest.raises(StoreError) as refused:
                made(three(), store)
            assert refused.value.code == "postgres-create-vector"
            connection.execute("CREATE EXTENSION vector")
        assert made(three(), store).articles == 3
        assert live(store).search("pont").hits[0].article.title == "Pont"
        store.close()


def test_a_store_goes_to_another_process(one: PostgresStore) -> None:
    made(three(), one)
    other: PostgresStore = pickle.loads(pickle.dumps(one))
    assert other.current_id() == one.current_id()
    other.close()
