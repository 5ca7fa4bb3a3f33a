from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from index.article import Article, Period, Selection
from index.errors import BuildStopped, DamagedIndex, StoreError
from index.findings import Findings
from index.ingestion.builder import build, build_articles
from index.search.confidence import ConfidenceModel
from index.search.searcher import Searcher
from index.store.factory import open_store
from index.store.open_generation import OpenGeneration
from index.store.postgres import vectors
from index.store.postgres.connections import BoundedConnection
from index.store.postgres.connections import Server as Address
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import article, live, three
from tests.index.samples import index as made
from tests.index.store.postgres_stores import (
    count_kept,
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
WORDS = ["".join(syllables) for syllables in itertools.product(SYLLABLES, repeat=3)]


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


def test_what_a_stopped_build_embedded_is_kept_for_the_next_alone(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.ingestion.vectors.BATCH_CHARACTERS", 1_500)
    address, embedder = store._server.url, FakeEmbedder()
    with pytest.raises(BuildStopped) as stopped:
        build_articles(many(60), store, embedder, stop=lambda: embedder.embedded > 50)
    assert stopped.value.vector_count == count_kept(address) == embedder.embedded
    report = build_articles(many(60), store, FakeEmbedder())
    assert (report.resumed, count_kept(address)) == (embedder.embedded, 0)


def test_a_build_that_has_ended_holds_no_lock_until_its_server_knows(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_still: list[BoundedConnection] = []
    monkeypatch.setattr(BoundedConnection, "close", lambda self: open_still.append(self))
    for _ in range(2):
        with store.start_build():
            pass
    monkeypatch.undo()
    for connection in open_still:
        connection.close()
    assert open_still


@pytest.fixture
def store(vector_server: Server, tmp_path: Path) -> Iterator[PostgresStore]:
    with postgres_store(vector_server, tmp_path) as found:
        yield found


def searcher(generation: OpenGeneration) -> Searcher:
    return Searcher(generation, FakeEmbedder(), ConfidenceModel.load())


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
    reports = [build([CORPUS], target, FakeEmbedder()) for target in (files, store)]
    assert reports[0] == replace(reports[1], generation=reports[0].generation)
    with files.open() as ours, store.open() as theirs:
        assert theirs.facts.languages == ours.facts.languages
        assert theirs.facts.fingerprint == ours.facts.fingerprint
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
    monkeypatch.setattr(vectors, "EXACT_ROWS", 50)
    monkeypatch.setattr(vectors, "COMPARED_SQUARE", 20)
    articles = many(240)
    files = open_store(tmp_path / "files")
    made(articles, files)
    with postgres_store(vector_server, tmp_path) as store:
        made(articles, store)
        with files.open() as ours, store.open() as theirs:
            for name, among in FILTERS.items():
                kept = whole = 0
                for asked in articles[::20]:
                    question = " ".join(asked.text.split()[3:9])
                    first, second = (
                        Searcher(generation, FakeEmbedder(), ConfidenceModel.load(), among).search(
                            question, 5
                        )
                        for generation in (ours, theirs)
                    )
                    exact, found = (
                        {h.article.id for h in findings.hits} for findings in (first, second)
                    )
                    kept += len(exact & found)
                    whole += len(exact)
                    assert len(second.hits) == len(first.hits)
                assert kept >= 0.97 * whole, name


def test_damaged_exports_and_altered_tables_are_told(store: PostgresStore, tmp_path: Path) -> None:
    first = made(three(), store)
    store.export(tmp_path / "copy")
    with (tmp_path / "copy" / "articles.sqlite").open("r+b") as file:
        file.seek(5_000)
        file.write(b"?")
    with pytest.raises(DamagedIndex):
        store.take(tmp_path / "copy")
    assert store.current_id() == first.generation
    for change, code in (
        ("UPDATE selon_1.articles SET path = 'autre.md'", "generation-altered"),
        ("DELETE FROM selon_1.sentences WHERE number = 1", "damaged-rows"),
    ):
        say(store._server.url, change)
        damage = store.check().damage
        assert damage is not None
        assert damage.code == code
    assert made(three(), store).switched
    assert store.check().damage is None
    say(store._server.url, "ALTER SCHEMA selon_2 RENAME TO lost")
    with pytest.raises(StoreError, match="postgres-gone"):
        store.export(tmp_path / "lost")


def test_a_missing_hnsw_index_is_told_before_anything_is_asked(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT_ROWS", 50)
    made(many(200), store)
    store.open().close()
    indexes = "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'sentences_%_nearest'"
    [(name,)] = say(store._server.url, indexes)
    say(store._server.url, f'DROP INDEX selon."{name}"')
    with pytest.raises(StoreError) as refused:
        store.open()
    assert (refused.value.code, refused.value.parameters["index"]) == ("postgres-plan", name)


def test_fewer_candidates_than_asked_for_is_an_error_and_no_poorer_answer(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HNSW of another `ef_search`, which does not go on looking, gives less and says nothing."""
    monkeypatch.setattr(vectors, "EXACT_ROWS", 50)
    made(many(600), store)
    silent = {**vectors.SETTINGS, "hnsw.ef_search": "20", "hnsw.iterative_scan": "off"}
    monkeypatch.setattr(vectors, "SETTINGS", silent)
    with store.open() as generation, pytest.raises(StoreError) as refused:
        searcher(generation).search("Quand la marée revient-elle ?")
    assert refused.value.code == "postgres-short"


@pytest.mark.parametrize(("set_to", "taken"), [("off", "on"), ("remote_apply", "remote_apply")])
def test_what_is_written_lasts_everywhere(vector_server: Server, set_to: str, taken: str) -> None:
    with vector_server.database() as url:
        address = Address.at(f"{url}?options=-csynchronous_commit%3D{set_to}")
        with address.connect(writing=True) as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == (taken,)


def test_an_account_that_cannot_add_pgvector_is_told(vector_server: Server, tmp_path: Path) -> None:
    with vector_server.database() as url:
        for statement in (
            "DROP ROLE IF EXISTS newsroom",
            "CREATE ROLE newsroom LOGIN PASSWORD 'newsroom'",
            f"GRANT CREATE ON DATABASE {url.rpartition('/')[2]} TO newsroom",
        ):
            say(url, statement)
        own = url.replace("selon:selon@", "newsroom:newsroom@")
        with opened(own, tmp_path) as store:
            with pytest.raises(StoreError) as refused:
                made(three(), store)
            assert refused.value.code == "postgres-create-vector"
            say(url, "CREATE EXTENSION vector")
            assert made(three(), store).articles == 3
            assert live(store).search("pont").hits[0].article.title == "Pont"
