"""What an index in PostgreSQL costs: seconds a step, bytes a table.

Articles are invented, vectors a stand-in's that take no time (`_prose.py`): the reading, the
cutting and the store are measured. HNSW is made once more, all of it in memory and by one process,
whose own processor time tells what it takes on a machine that does nothing else.

    python bench/builders.py [PASSAGES]

Without PostgreSQL and pgvector there is nothing to measure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import _clone  # noqa: F401
import psycopg
from _prose import Prose
from postgres import SETTINGS
from scale import Steps, Timed, _memory

from index.ingestion.builder import build
from index.store.postgres.connections import Server
from index.store.postgres.store import PostgresStore
from tests.postgres import server as clusters

IN_MEMORY = {**SETTINGS, "maintenance_work_mem": "2GB"}

SIZES = (
    "SELECT n.nspname, c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid) "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    r"WHERE n.nspname ~ '^selon(_\d+)?$' AND c.relkind = 'r'"
)
NEAREST = (
    "SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text "
    r"FROM pg_index i WHERE i.indexrelid::regclass::text ~ '_nearest\M'"
)


def main() -> int:
    options = _options()
    reason = clusters.absent() or clusters.without_vectors()
    if reason is not None:
        print(f"skipped: {reason}")
        return 0
    with (
        tempfile.TemporaryDirectory() as folder,
        clusters.running(settings=IN_MEMORY) as server,
        server.database() as url,
    ):
        articles = Path(folder) / "articles.jsonl"
        _written(articles, options.passages)
        store = PostgresStore(url, Path(folder) / "work")
        _told(_whole(articles, store))
        with psycopg.connect(Server.at(url).url, autocommit=True) as connection:
            passages = store.facts().passages
            store.close()
            for figures in _graphs(connection):
                _told(figures)
            _told({"bytes_per_passage": _bytes(connection, passages)})
    return 0


def _told(figures: dict[str, Any]) -> None:
    print(json.dumps({**figures, "load": round(os.getloadavg()[0], 1)}), flush=True)


def _written(path: Path, passages: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for article in Prose().articles(passages):
            told = {"title": article.title, "text": article.text, "date": str(article.published)}
            file.write(json.dumps({**told, "id": article.id, "url": article.url}) + "\n")


def _whole(articles: Path, store: PostgresStore) -> dict[str, Any]:
    embedder, steps, busy = Timed(), Steps(), time.process_time()
    report = build([articles], store, embedder, observer=steps)
    steps.step("end")
    return {
        "build": report.passages,
        "sentences": report.sentences,
        "stand_in_s": round(embedder.seconds, 1),
        "steps": steps.seconds,
        "processor_s": round(time.process_time() - busy, 1),
        "peak_mb": _memory("VmHWM"),
    }


def _graphs(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """Each HNSW index made once more."""
    found = []
    for index, table in connection.execute(NEAREST).fetchall():
        [rows] = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or [0]  # type: ignore[arg-type]
        connection.execute("SET max_parallel_maintenance_workers = 0")
        began, busy = time.perf_counter(), _processor(connection)
        connection.execute(f"REINDEX INDEX {index}")  # type: ignore[arg-type]
        seconds, busy = time.perf_counter() - began, _processor(connection) - busy
        [size] = connection.execute(
            "SELECT pg_relation_size(%s::regclass)", [index]
        ).fetchone() or [0]
        found.append(
            {
                "graph": index.rpartition(".")[2].partition("_")[0],
                "rows": rows,
                "seconds": round(seconds, 1),
                "processor_s_per_1000": round(busy / rows * 1000, 3),
                "bytes_per_row": size // rows,
            }
        )
    return found


def _processor(connection: psycopg.Connection[Any]) -> float:
    """Seconds of a processor that the server's process of this connection has had."""
    told = Path(f"/proc/{connection.info.backend_pid}/stat").read_text(encoding="ascii")
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _bytes(connection: psycopg.Connection[Any], passages: int) -> dict[str, dict[str, int]]:
    """By table, without the model in their names: its rows, and its indexes."""
    sizes: dict[str, dict[str, int]] = defaultdict(lambda: {"table": 0, "indexes": 0})
    for schema, name, table, indexes in connection.execute(SIZES).fetchall():
        kind = f"vectors of {name.partition('_')[0]}" if "_" in name else name
        own = kind if schema == "selon" else f"generation: {name}"
        sizes[own]["table"] += table // passages
        sizes[own]["indexes"] += indexes // passages
    return {name: size for name, size in sorted(sizes.items()) if sum(size.values())}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("passages", nargs="?", type=int, default=4_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
