"""An index that an earlier release spread over several servers is refused, and left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.locale.errors import error_text
from index.errors import StoreError
from index.store.factory import open_store
from index.store.postgres.connections import Server as Address
from index.store.postgres.layout import LAYOUT_VERSION
from index.store.postgres.store import PostgresStore
from index.store.removals import RemovedArticles
from tests.index.samples import three
from tests.index.store.postgres_stores import opened, say
from tests.index.store.test_postgres_store import made, many
from tests.postgres.server import Server

WAYS: dict[str, Callable[[PostgresStore, Path], object]] = {
    "facts": lambda store, _: store.facts(),
    "build": lambda store, _: made(many(5), store),
    "export": lambda store, folder: store.export(folder / "other"),
    "remove": lambda store, _: RemovedArticles(store).add(three()),
}


@pytest.fixture
def address(vector_server: Server, tmp_path: Path) -> Iterator[str]:
    with vector_server.database() as url, opened(url, tmp_path) as store:
        made(three(), store)
        yield url


def spread(address: str, place: int, servers: int) -> None:
    """Make it what an earlier release wrote on one of so many servers."""
    for number, facts in say(address, "SELECT number, facts FROM selon.generations"):
        record = json.dumps(json.loads(facts) | {"place": place, "servers": servers})
        say(address, f"UPDATE selon.generations SET facts = '{record}' WHERE number = {number}")


def tables(address: str) -> list[Any]:
    return say(
        address,
        "SELECT n.nspname, c.relname, pg_relation_size(c.oid) FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname LIKE 'selon%' ORDER BY 1, 2",
    )


@pytest.mark.parametrize(("place", "has_current"), [(0, True), (1, False)])
def test_a_part_of_an_index_on_several_servers_is_refused_on_every_way_in(
    address: str, tmp_path: Path, place: int, has_current: bool
) -> None:
    spread(address, place, 2)
    if not has_current:  # only the first server said which generation is in service
        say(address, "DELETE FROM selon.current")
    before = tables(address)
    for way in WAYS:
        with opened(address, tmp_path) as store, pytest.raises(StoreError) as refused:
            WAYS[way](store, tmp_path)
        assert refused.value.code == "postgres-shard", way
        assert refused.value.subject == Address.at(address).label
        text = error_text(refused.value, "en")
        assert f"part {place + 1} of 2" in text
        assert "selon export FOLDER" in text
    assert tables(address) == before


@pytest.mark.parametrize("url", ["postgresql://a/b postgresql://c/d", "postgresql://a/b\t x"])
def test_several_addresses_end_with_the_way_over(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(tmp_path, url)
    assert refused.value.code == "postgres-several"
    for language in ("fr", "en"):
        text = error_text(refused.value, language)
        assert "selon export" in text
        assert "selon import" in text


@pytest.mark.parametrize(
    ("version", "code"), [(LAYOUT_VERSION + 1, "postgres-newer"), (0, "postgres-older")]
)
def test_tables_of_another_layout_are_told_on_every_way_in(
    address: str, tmp_path: Path, version: int, code: str
) -> None:
    say(address, f"UPDATE selon.layout SET version = {version}")
    for way in WAYS:
        with opened(address, tmp_path) as store, pytest.raises(StoreError) as refused:
            WAYS[way](store, tmp_path)
        assert refused.value.code == code, way


def test_a_killed_first_build_is_in_no_one_s_way(vector_server: Server, tmp_path: Path) -> None:
    with vector_server.database() as url, opened(url, tmp_path) as store:
        with pytest.raises(RuntimeError), store.start_build():
            raise RuntimeError
        assert store.current_id() is None
        assert made(three(), store).articles == 3
