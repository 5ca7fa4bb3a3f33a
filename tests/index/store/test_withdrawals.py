"""A withdrawn article is in no answer of any store from the next question on, whatever generation
is in service and however it came there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.article import Article, Selection
from index.errors import StoreError
from index.findings import Findings
from index.ingestion.builder import build_articles
from index.store.base import IndexStore
from index.store.factory import open_store
from index.store.files.store import FileStore
from index.store.files.transfer import export_index
from index.store.generation import CandidateQuery
from index.store.open_generation import OpenGeneration
from index.store.postgres import vectors
from index.store.removals import RemovedArticles
from tests.fakes import FakeEmbedder
from tests.index.samples import article, live, three
from tests.index.store.postgres_stores import postgres_store
from tests.postgres.server import Server

DAY = date(2024, 5, 1)
THAT_DAY = Selection(since=DAY, until=DAY)
AMONG = Selection(outlets=("Le Phare",))
SECRET = replace(
    article("secret", "Le ministre a caché un coffre sous le pont. Il fut ouvert en 1901."),
    published=DAY,
    outlet="Le Phare",
    category="Affaires",
    language="la",
    url="https://exemple.fr/secret",
)
OTHER = replace(article("autre", "Le ministre a parlé du pont."), published=DAY, outlet="Le Phare")
WRITTEN = [SECRET, OTHER, *three()]
QUESTION = "Qui a caché un coffre sous le pont ?"


def made(articles: list[Article], store: IndexStore) -> str:
    return build_articles(articles, store, FakeEmbedder()).generation


def asked(generation: OpenGeneration, among: Selection | None = None) -> list[str]:
    """The articles of the passages that a question finds, only the very best of each kind."""
    vector = FakeEmbedder().embed_question(QUESTION)
    query = CandidateQuery(vector, {"fr:coffr": 1.0}, {}, 1, 1, among)
    keys = generation.candidates(query).keys.tolist()
    return [stored_passage.article_id for stored_passage in generation.passages_by_key(keys)]


def of_secret(generation: OpenGeneration) -> list[int]:
    """The keys of its passages, which never change."""
    return [at for at, each in enumerate(WRITTEN) if each.id == SECRET.id]


def listed(r: OpenGeneration) -> list[Any]:
    return [*r.articles(), *r.articles(THAT_DAY, 1), *r.articles(limit=2), *r.articles(among=AMONG)]


GIVES: dict[str, Callable[[OpenGeneration], Any]] = {
    "facts": lambda r: (r.facts.articles == 5, "la" in r.facts.languages),
    "candidates": lambda r: SECRET.id in {*asked(r), *asked(r, THAT_DAY), *asked(r, AMONG)},
    "passages_with": lambda r: r.passages_with([["la:coffre", "la:coffr"]]).size,
    "passages_by_key": lambda r: r.passages_by_key(of_secret(r)),
    "passage_at": lambda r: r.passage_at(SECRET.id, 0),
    "opening": lambda r: r.opening(SECRET.id),
    "count_passages": lambda r: r.count_passages(SECRET.id),
    "article": lambda r: r.article(SECRET.id),
    "articles_by_id": lambda r: r.articles_by_id([SECRET.id]),
    "find": lambda r: [*r.find(SECRET.id), *r.find(SECRET.title), *r.find(str(SECRET.url))],
    "articles": lambda r: [each for each in listed(r) if each.id == SECRET.id],
    "count": lambda r: (r.count() == 5, r.count(THAT_DAY) == 2, r.count(among=AMONG) == 2),
    "facet": lambda r: ("Affaires" in r.facet("category"), r.facet("outlet").get("Le Phare") == 2),
}
"""By method of a generation, what it gives of the article: nothing true once that is withdrawn."""


def given(generation: OpenGeneration, name: str) -> bool:
    found = GIVES[name](generation)
    return any(found) if isinstance(found, tuple) else bool(found)


def test_a_withdrawn_article_is_gone_at_once_and_after_a_rollback(store: IndexStore) -> None:
    first = made(WRITTEN, store)
    with store.open() as generation:
        assert {name for name in GIVES if given(generation, name)} == GIVES.keys()
        RemovedArticles(store).add([SECRET])
        assert {name for name in GIVES if given(generation, name)} == set()
        assert all(OTHER.id in found for found in (asked(generation), asked(generation, THAT_DAY)))
        assert [each.id for each in generation.articles(THAT_DAY, 1)] == [OTHER.id]
        assert generation.articles(limit=2, skip=1) == generation.articles()[1:3]
    made(WRITTEN, store)
    assert store.roll_back().id == first
    with store.open() as generation:
        assert {name for name in GIVES if given(generation, name)} == set()
        RemovedArticles(store).restore(SECRET.id)
        assert {name for name in GIVES if given(generation, name)} == GIVES.keys()


def _ids(findings: Findings) -> set[str]:
    return {hit.article.id for hit in findings.hits}


def test_what_is_withdrawn_while_a_question_is_answered_is_left_out(
    store: IndexStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(WRITTEN, store)
    index = live(store)
    searcher = index.searcher()
    stored = searcher.generation.passages_by_key

    def withdraw_first(keys: Any) -> Any:
        found = stored(keys)
        RemovedArticles(store).add([SECRET])
        return found

    monkeypatch.setattr(searcher.generation, "passages_by_key", withdraw_first)
    found = _ids(searcher.search(QUESTION))
    assert SECRET.id not in found
    assert OTHER.id in found


def test_withdrawn_articles_take_nobody_s_place_where_hnsw_searches(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT_ROWS", 10)
    near = [article(f"n{n}", f"Le coffre {n} est caché sous le pont.") for n in range(300)]
    with postgres_store(vector_server, tmp_path) as store:
        made([*near, OTHER], store)
        RemovedArticles(store).add(near)
        with store.open() as generation:
            assert asked(generation) == asked(generation, AMONG) == [OTHER.id]


def test_an_imported_index_does_not_bring_it_back(store: IndexStore, tmp_path: Path) -> None:
    made(WRITTEN, source := open_store(tmp_path / "source"))
    source.export(tmp_path / "copy")
    RemovedArticles(store).add([SECRET])
    store.take(tmp_path / "copy")
    with store.open() as generation:
        assert {name for name in GIVES if given(generation, name)} == set()


def test_no_export_holds_its_text(
    store: IndexStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(WRITTEN, store)
    store.export(tmp_path / "copy")
    RemovedArticles(store).add([SECRET])
    with pytest.raises(StoreError, match=r"export-withdrawn \(count=1\)"):
        store.export(tmp_path / "other")
    assert not (tmp_path / "other").exists()
    made(WRITTEN, store)
    store.export(tmp_path / "other")
    assert b"coffre" not in (tmp_path / "other" / "articles.sqlite").read_bytes()
    if isinstance(store, FileStore):  # in files, what is exported is what was checked
        monkeypatch.setattr(
            "index.store.files.transfer.export_index",
            lambda *a: (store.roll_back(), export_index(*a)),
        )
        with pytest.raises(StoreError, match=r"export-withdrawn \(count=1\)"):
            store.export(tmp_path / "raced")


def test_a_withdrawn_copy_is_no_longer_named_beside_what_it_repeats(tmp_path: Path) -> None:
    wire = " ".join(
        f"La dépêche numéro {n} raconte la journée du port de Brest." for n in range(40)
    )
    kept, copy = (replace(article(name, wire), published=DAY) for name in ("un", "deux"))
    store = open_store(tmp_path)
    build_articles([kept, copy, *three()], store, FakeEmbedder(), merge=True)
    with store.open() as generation:
        [entry] = generation.articles_with_copies()
        [named] = generation.articles_by_id([entry.id])[entry.id].copies
        assert generation.facts.copies == 1
        withdrawn = iter(({named.id}, {named.id, entry.id}))  # the other one a moment later
        raced = OpenGeneration(generation._generation, lambda: frozenset(next(withdrawn)))  # type: ignore[attr-defined]
        assert raced.articles_with_copies() == []
        RemovedArticles(store).add([named])
        assert generation.articles_with_copies() == generation.find(named.id) == []
        assert generation.articles_by_id([entry.id])[entry.id].copies == ()
        assert (generation.facts.articles, generation.facts.copies) == (4, 0)


def test_a_list_that_cannot_be_read_hides_everything(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    made(WRITTEN, store)
    index = live(store)
    (tmp_path / "removed.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="removed-unreadable"):
        index.search(QUESTION)
    (tmp_path / "removed.json").unlink()
    RemovedArticles(open_store(tmp_path)).add([SECRET])
    assert SECRET.id not in _ids(index.search(QUESTION))
