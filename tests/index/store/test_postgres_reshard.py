"""An index goes to another number of servers: nothing is embedded, and what is killed on the way
leaves the old one answering."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from index.errors import DamagedIndex, NoIndex, StoreError
from index.ingestion.builder import build_articles
from index.store.postgres import turn
from index.store.postgres.connections import BoundedConnection
from index.store.postgres.store import PostgresStore
from index.store.reader import ROW_KINDS
from tests.fakes import FakeEmbedder
from tests.index.store.postgres_stores import databases, once_free, opened, say
from tests.index.store.test_postgres_store import made, many, same, searcher
from tests.postgres.server import Server

ARTICLES = many(60)
QUESTION = " ".join(ARTICLES[17].text.split()[2:8])
SWITCH = -1


def answers_alike(store: PostgresStore, other: PostgresStore) -> None:
    with store.browse() as ours, other.browse() as theirs:
        same(searcher(ours).search(QUESTION), searcher(theirs).search(QUESTION))


def needs_nothing(store: PostgresStore) -> None:
    """A build of the same articles finds nothing to do."""
    embedder = FakeEmbedder()
    assert not build_articles(ARTICLES, store, embedder).switched
    assert embedder.embedded == 0
    assert store.check().damage is None


def vectors(address: str) -> list[tuple[Any, ...]]:
    """Every vector of a server: its hash, the transaction that wrote it, and its numbers."""
    listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'selon' AND tablename ~ '^{}_'"
    tables = [row[0] for kind in ROW_KINDS for row in say(address, listed.format(kind))]
    query = "SELECT hash, xmin::text, vector::text FROM selon.{}"
    return sorted(row for table in tables for row in say(address, query.format(table)))


def test_from_one_server_to_two_and_back_nothing_is_embedded_and_answers_are_the_same(
    vector_server: Server, tmp_path: Path
) -> None:
    with (
        databases(vector_server, 3) as [one, *two],
        opened([one], tmp_path / "a") as single,
        opened(two, tmp_path / "b") as double,
    ):
        made(ARTICLES, single)
        single.removals().add(ARTICLES[3:4])
        before = vectors(one)
        facts = double.reshard(single)
        assert facts.articles == len(ARTICLES)
        assert facts.id == double.current_id()
        answers_alike(double, single)
        assert double.removals().ids == {ARTICLES[3].id}
        assert {each[2] for place in two for each in vectors(place)} == {e[2] for e in before}
        assert vectors(one) == before
        double.removals().restore(ARTICLES[3].id)
        single.removals().restore(ARTICLES[3].id)
        needs_nothing(double)
        added = made([*ARTICLES[:-1], *many(61)[-1:]], double)
        assert added.added == 1
        single.reshard(double)
        answers_alike(single, double)
        kept = {each[:2] for each in before}
        assert len(kept - {each[:2] for each in vectors(one)}) < 6  # of the article that went
        single.reshard(double)  # again: to what has it all
        answers_alike(single, double)


def test_an_index_is_not_copied_onto_itself_nor_over_another_number_of_servers(
    vector_server: Server, tmp_path: Path
) -> None:
    with (
        databases(vector_server, 2) as [one, two],
        opened([one], tmp_path / "a") as single,
        opened([one, two], tmp_path / "b") as double,
        opened([two], tmp_path / "c") as empty,
    ):
        with pytest.raises(NoIndex):
            empty.reshard(single)
        made(ARTICLES[:5], single)
        with pytest.raises(StoreError) as refused:
            single.reshard(single)
        assert refused.value.code == "reshard-same"
        with pytest.raises(StoreError) as refused:
            double.reshard(single)
        assert refused.value.code == "postgres-servers"
        assert empty.reshard(single).articles == 5


def test_a_vector_of_another_text_is_not_copied(vector_server: Server, tmp_path: Path) -> None:
    with (
        databases(vector_server, 2) as [one, two],
        opened([one], tmp_path) as single,
        opened([two], tmp_path) as other,
    ):
        made(ARTICLES[:5], single)
        say(one, "UPDATE selon_1.passages SET vector = (SELECT max(vector) FROM selon_1.passages)")
        with pytest.raises(DamagedIndex, match="damaged-vectors"):
            other.reshard(single)
        assert other.current_id() is None


def _killed_at(moment: int, old: Sequence[str], new: Sequence[str], folder: Path) -> None:
    """Copy, and die before the exchange with a server of this number, or before the switch."""
    wait, passed = BoundedConnection.wait, iter(range(moment))

    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def fatal(self: BoundedConnection, *arguments: Any, **options: Any) -> Any:
        if next(passed, None) is None:
            die()
        return wait(self, *arguments, **options)

    if moment == SWITCH:
        turn.put_in_service = die
    else:
        BoundedConnection.wait = fatal  # type: ignore[method-assign]
    PostgresStore(new, folder / "new").reshard(PostgresStore(old, folder / "old"))


def _exchanges(store: PostgresStore, old: PostgresStore, patch: pytest.MonkeyPatch) -> list[str]:
    """What a copy says to servers, exchange by exchange."""
    wait, said = BoundedConnection.wait, []

    def count(self: BoundedConnection, *arguments: Any, **options: Any) -> Any:
        said.append(self.info.dbname)
        return wait(self, *arguments, **options)

    with patch.context() as patched:
        patched.setattr(BoundedConnection, "wait", count)
        store.reshard(old)
    return said


@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.soak)])
def test_killed_at_any_moment_the_old_index_answers_and_a_second_run_ends(
    vector_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    context = multiprocessing.get_context("fork")
    with databases(vector_server, 1) as one, opened(one, tmp_path / "old") as old:
        made(ARTICLES, old)
        with databases(vector_server, 2) as two, opened(two, tmp_path / "new") as new:
            total = len(_exchanges(new, old, monkeypatch))
        for moment in [*random.Random(1).sample(range(total), kills - 1), SWITCH]:
            with databases(vector_server, 2) as two, opened(two, tmp_path / "new") as new:
                copy = context.Process(target=_killed_at, args=(moment, one, two, tmp_path))
                copy.start()
                copy.join(60)
                assert copy.exitcode == -signal.SIGKILL, moment
                answers_alike(old, old)
                if new.current_id() is not None:
                    answers_alike(new, old)
                once_free(partial(new.reshard, old))
                answers_alike(new, old)
                assert new.check().damage is None
