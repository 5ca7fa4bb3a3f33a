"""Servers that are taken for others are refused by name before anything is written, and what is not
known to be this index's own is never deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.errors import StoreError
from index.ingestion.builder import build_articles
from index.store.build_turn import BuildPart
from index.store.postgres.connections import Server as Address
from index.store.postgres.schema import LAYOUT_VERSION
from index.store.postgres.store import PostgresStore
from tests.fakes import FakeEmbedder
from tests.index.samples import article, three
from tests.index.store.postgres_stores import databases, opened, say
from tests.index.store.test_postgres_store import made, many, searcher
from tests.postgres.server import Server


def tables(addresses: Sequence[str]) -> list[Any]:
    """Every table of Selon on every server, and how often its rows have been written."""
    listed = (
        "SELECT n.nspname, c.relname, c.reltuples, pg_relation_size(c.oid) FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname LIKE 'selon%' ORDER BY 1, 2"
    )
    return [say(each, listed) for each in addresses]


def take_part(store: PostgresStore) -> None:
    with store.part_turn(BuildPart(1, 2), FakeEmbedder().id, FakeEmbedder().dimension):
        pass


WAYS: dict[str, Callable[[PostgresStore, Path], object]] = {
    "facts": lambda store, _: store.facts(),
    "browse": lambda store, _: store.browse(),
    "check": lambda store, _: store.check(),
    "build": lambda store, _: made(many(5), store),
    "part": lambda store, _: take_part(store),
    "roll_back": lambda store, _: store.roll_back(),
    "take": lambda store, copy: store.take(copy),
    "export": lambda store, copy: store.export(copy.with_name("other")),
}


def refusals(addresses: Sequence[str], folder: Path, *ways: str) -> set[str]:
    """The codes and the servers' names that these ways, or all, are refused with."""
    found = set()
    for name in ways or WAYS:
        with opened(addresses, folder) as store, pytest.raises(StoreError) as refused:
            WAYS[name](store, folder / "copy")
        found.add(f"{refused.value.code} {refused.value.subject}")
    return found


def shown(address: str) -> str:
    return Address.at(address).label


@pytest.mark.parametrize("identified", [True, False], ids=["identified", "of an earlier Selon"])
def test_servers_in_another_order_or_number_are_refused_before_anything_is_written(
    vector_server: Server, tmp_path: Path, identified: bool
) -> None:
    with databases(vector_server, 3) as addresses:
        first, second, empty = addresses
        with opened([first, second], tmp_path) as store:
            made(three(), store)
            made(many(20), store)
            store.export(tmp_path / "copy")
            if not identified:
                for each in (first, second):
                    say(each, "DROP TABLE selon.cluster")
            before = tables(addresses)
            lost = f"postgres-unidentified {shown(empty)}"
            other = f"postgres-servers {shown(first)}"
            mixed_up = {f"postgres-servers {shown(second)}"}
            assert refusals([second, first], tmp_path) == mixed_up
            for others, expected in (
                ([first], {other}),
                ([second], mixed_up),
                ([first, second, empty], {other}),
                ([first, first], {f"postgres-servers {shown(first)}"}),
                ([first, empty], {lost}),
                ([empty, second], {lost, f"postgres-unidentified {shown(second)}"}),
            ):
                assert refusals(others, tmp_path, "facts", "build") <= expected
            for others in ([second, first], [empty, second]):
                with opened(others, tmp_path) as waiting, pytest.raises(StoreError):
                    waiting.current_id()  # nothing says « run `selon index` »
            assert tables(addresses) == before
            assert store.check().damage is None
            with store.browse() as reader:
                assert len(searcher(reader).search("phare").hits) == 10
            assert made(three(), store).switched  # from here on they are identified
        for others in ([second, first], [first], [first, empty]):
            refusals(others, tmp_path, "facts", "build")


@pytest.mark.parametrize("identified", [True, False], ids=["identified", "of an earlier Selon"])
def test_two_indexes_are_not_mixed(vector_server: Server, tmp_path: Path, identified: bool) -> None:
    with databases(vector_server, 4) as addresses:
        for some in (addresses[:2], addresses[2:]):
            with opened(some, tmp_path) as store:
                made(three(), store)
                store.export(tmp_path / "copy")
        if not identified:
            for each in addresses:
                say(each, "DROP TABLE selon.cluster")
        code = "postgres-other-cluster" if identified else "postgres-unidentified"
        mixed = [addresses[0], addresses[3]]
        assert refusals(mixed, tmp_path) == {f"{code} {shown(addresses[3])}"}


def test_what_people_took_out_is_neither_read_nor_written_on_another_server(
    vector_server: Server, tmp_path: Path
) -> None:
    with databases(vector_server, 2) as addresses:
        with opened(addresses, tmp_path) as store:
            made(three(), store)
            removed = store.removals()
        with opened(addresses[::-1], tmp_path) as store:
            with pytest.raises(StoreError, match="postgres-servers"):
                store.removals()
            with pytest.raises(StoreError, match="postgres-servers"):
                store._write(lambda connection: None)
        removed.add(three()[:1])
        assert say(addresses[1], "SELECT * FROM selon.removed") == []


def test_a_generation_of_others_is_never_deleted(vector_server: Server, tmp_path: Path) -> None:
    with databases(vector_server, 3) as addresses, opened(addresses[:1], tmp_path) as store:
        with opened(addresses[1:], tmp_path / "b") as other:
            made(three(), other)
        [(facts,)] = say(addresses[2], "SELECT facts FROM selon.generations")
        made(three(), store)
        say(addresses[0], "CREATE SCHEMA selon_7")
        with psycopg.connect(Address.at(addresses[0]).url, autocommit=True) as connection:
            connection.execute("INSERT INTO selon.generations VALUES (7, 'x', %s)", [facts])
        for number in range(3):
            made([*three(), article(f"a{number}", f"Un article, le {number}.")], store)
        kept = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^selon_[0-9]' ORDER BY 1"
        assert say(addresses[0], kept) == [("selon_10",), ("selon_7",), ("selon_9",)]
        assert store.roll_back().articles == 4
        assert store.check().damage is None


@pytest.mark.parametrize(
    ("version", "code"), [(LAYOUT_VERSION + 1, "postgres-newer"), (0, "postgres-older")]
)
def test_tables_of_another_layout_are_told_on_every_way_in(
    vector_server: Server, tmp_path: Path, version: int, code: str
) -> None:
    with databases(vector_server, 2) as addresses:
        with opened(addresses, tmp_path) as store:
            made(three(), store)
            store.export(tmp_path / "copy")
        say(addresses[1], f"UPDATE selon.layout SET version = {version}")
        assert refusals(addresses, tmp_path) == {f"{code} {shown(addresses[1])}"}


def test_a_killed_first_build_is_in_no_one_s_way(vector_server: Server, tmp_path: Path) -> None:
    """The servers were told which they are, or one of them was, and no more."""
    with databases(vector_server, 2) as addresses, opened(addresses, tmp_path) as store:
        with pytest.raises(RuntimeError), store.build_turn():
            raise RuntimeError
        say(addresses[0], "DELETE FROM selon.cluster")
        assert store.current_id() is None
        report = build_articles(three(), store, FakeEmbedder())
        assert report.articles == 3
        [(identity, place)] = say(addresses[0], "SELECT identity, place FROM selon.cluster")
        assert say(addresses[1], "SELECT identity, place FROM selon.cluster") == [(identity, 1)]
        assert place == 0
