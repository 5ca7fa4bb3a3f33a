"""The tables of an index in PostgreSQL.

selon.generations     a row for each complete generation
selon.current         the one in service
selon.removed         the articles that the operator removed
selon.builder         the builder's status (see `index.store.builder_status`)
selon.models          the embedding models
selon.<kind>_<model>  their vectors, each once, by the hash of the text, with an HNSW index
selon.kept_<model>    vectors saved by unfinished builds
selon_rows_<base>.*   articles, passages, sentences and words of a base and its additions
selon_<number>.*      views of them: the rows of one generation

A row belongs to the generations from `since` up to, but not including, `until`: an addition inserts
its rows and ends the deleted ones in one transaction. Rows refer to shared vectors, so an unchanged
text costs the next generation nothing.
"""

from __future__ import annotations

from typing import Any

from psycopg import errors, sql

from index.errors import StoreError
from index.store.generation import ROW_KINDS, RowKind
from index.store.postgres.connections import Connection

Row = tuple[Any, ...]
LAYOUT_VERSION = 2  # raised when these tables change meaning
OLDEST_LAYOUT = 1  # still readable; each generation had its own tables
PREPARING = 0x53454C50  # advisory lock for creating the shared tables
FOR_EVER = 2**31 - 1  # the `until` of rows that are not deleted
_MEMORY = "256MB"  # minimum for building an index
_SHARED = """
CREATE SCHEMA IF NOT EXISTS selon;
CREATE TABLE IF NOT EXISTS selon.layout (version integer NOT NULL);
INSERT INTO selon.layout SELECT {version} WHERE NOT EXISTS (SELECT FROM selon.layout);
CREATE TABLE IF NOT EXISTS selon.generations (
    number integer PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    facts text NOT NULL
);
CREATE TABLE IF NOT EXISTS selon.current (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number integer NOT NULL REFERENCES selon.generations
);
CREATE TABLE IF NOT EXISTS selon.removed (
    id text COLLATE "C" PRIMARY KEY,
    title text NOT NULL,
    path text NOT NULL,
    day date NOT NULL
);
CREATE TABLE IF NOT EXISTS selon.models (
    tag text PRIMARY KEY,
    model text NOT NULL,
    dimension integer NOT NULL
);
"""

# The columns of `articles.sqlite`, in the same order: rows are copied between them.
_COLUMNS: dict[str, str] = {
    "articles": """
        number bigint NOT NULL, id text COLLATE "C" NOT NULL, told bytea NOT NULL,
        copy_of text COLLATE "C", length bigint NOT NULL, title text COLLATE "C" NOT NULL,
        path text COLLATE "C" NOT NULL, language text COLLATE "C" NOT NULL, author text COLLATE "C",
        published text COLLATE "C", url text COLLATE "C", outlet text COLLATE "C",
        category text COLLATE "C", published_at text COLLATE "C", updated text COLLATE "C",
        updated_at text COLLATE "C", origins text NOT NULL, copies text NOT NULL,
        sections text NOT NULL, signature bytea NOT NULL, text text NOT NULL, likeness bigint[]
    """,
    "passages": """
        number bigint NOT NULL, article bigint NOT NULL, start integer NOT NULL,
        stop integer NOT NULL, heading text NOT NULL, first_sentence bigint NOT NULL,
        sentences integer NOT NULL, hash bytea NOT NULL, opening boolean NOT NULL,
        vector bigint NOT NULL
    """,
    "sentences": """
        number bigint NOT NULL, passage bigint NOT NULL, start integer NOT NULL,
        stop integer NOT NULL, lead bigint, hash bytea NOT NULL, words bytea NOT NULL,
        vector bigint NOT NULL
    """,
    "sources": """
        location text COLLATE "C" NOT NULL, shown text NOT NULL, url text, digest bytea,
        articles text NOT NULL, skipped text NOT NULL
    """,
    "left_out": """id text COLLATE "C" NOT NULL""",
    # A term has a row per addition, with what that adds to the counts.
    "terms": """
        term text COLLATE "C" NOT NULL, number integer NOT NULL, passages integer NOT NULL,
        sentences integer NOT NULL, rows bytea NOT NULL, scores bytea NOT NULL
    """,
    # Passages that an addition deleted; `terms` still lists them.
    "gone": "passages bytea NOT NULL",
}
_ROWS = "".join(
    f"""
CREATE TABLE {{rows}}.{table} ({columns},
    since integer NOT NULL DEFAULT {{number}}, until integer NOT NULL DEFAULT {FOR_EVER});
"""
    for table, columns in _COLUMNS.items()
)
_STORAGE = """
ALTER TABLE {rows}.terms ALTER rows SET STORAGE EXTERNAL, ALTER scores SET STORAGE EXTERNAL;
"""


def column_names(table: str) -> list[str]:
    """Columns of a table of rows, without `since` and `until`."""
    return [column.split()[0] for column in _COLUMNS[table].split(",")]


def _view_columns(table: str) -> list[str]:
    return [*column_names(table), *(["since"] if table == "terms" else [])]


_VIEWS = "".join(
    f"""
CREATE VIEW {{schema}}.{table} AS SELECT {", ".join(_view_columns(table))}
FROM {{rows}}.{table} WHERE since <= {{number}} AND until > {{number}};
"""
    for table in _COLUMNS
)

# Created after loading; hash indexes on columns that may be too long for a B-tree.
_INDEXES = """
ALTER TABLE {rows}.articles ADD PRIMARY KEY (number);
CREATE INDEX ON {rows}.articles (id);
CREATE INDEX ON {rows}.articles (published DESC NULLS LAST, number);
CREATE INDEX ON {rows}.articles USING hash (outlet);
CREATE INDEX ON {rows}.articles USING hash (category);
CREATE INDEX ON {rows}.articles USING hash (path);
CREATE INDEX ON {rows}.articles USING hash (title);
CREATE INDEX ON {rows}.articles USING hash (url);
CREATE INDEX ON {rows}.articles USING gin (likeness);
ALTER TABLE {rows}.passages ADD PRIMARY KEY (number);
CREATE INDEX ON {rows}.passages (article, start);
CREATE INDEX ON {rows}.passages (vector);
ALTER TABLE {rows}.sentences ADD PRIMARY KEY (number);
CREATE INDEX ON {rows}.sentences (passage);
CREATE INDEX ON {rows}.sentences (vector);
CREATE INDEX ON {rows}.sources (location);
CREATE INDEX ON {rows}.terms USING hash (term);
ANALYZE {rows}.articles, {rows}.passages, {rows}.sentences, {rows}.terms;
""" + "".join(
    f"""
CREATE INDEX ON {{rows}}.{table} (since) WHERE since > {{number}};
CREATE INDEX ON {{rows}}.{table} (until) WHERE until < {FOR_EVER};
"""
    for table in _COLUMNS
)


def compose(query: str, **parts: sql.Composable) -> sql.Composed:
    """A query with quoted names in place of its {parts}."""
    return sql.SQL(query).format(**parts)


def prepare_database(connection: Connection) -> None:
    """Create the shared tables, once. Raises StoreError."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
        if not is_prepared(connection):
            extension = connection.execute(
                "SELECT FROM pg_available_extensions WHERE name = 'vector'"
            ).fetchone()
            if extension is None:
                raise StoreError("postgres-no-vector")
            try:
                connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            except errors.InsufficientPrivilege as error:
                raise StoreError("postgres-create-vector") from error
            connection.execute(compose(_SHARED, version=sql.Literal(LAYOUT_VERSION)))


def is_prepared(connection: Connection) -> bool:
    """True if Selon's tables exist. Raises StoreError if their layout is unsupported."""
    [there] = connection.execute("SELECT to_regclass('selon.layout') IS NOT NULL").fetchone() or [0]
    if not there:
        return False
    [version] = connection.execute("SELECT version FROM selon.layout").fetchone() or [0]
    if not OLDEST_LAYOUT <= version <= LAYOUT_VERSION:
        raise StoreError(
            "postgres-newer" if version > LAYOUT_VERSION else "postgres-older",
            subject=connection.label,
            version=version,
            known=LAYOUT_VERSION,
        )
    return True


def schema_of(number: int) -> sql.Identifier:
    return sql.Identifier(f"selon_{number}")


def fetch(connection: Connection, number: int, query: str, *values: object) -> list[Row]:
    """Rows of a query on a generation, whose schema is {g}."""
    statement = compose(query, g=schema_of(number))
    return connection.execute(statement, values, binary=True).fetchall()


def rows_of(base: int) -> sql.Identifier:
    return sql.Identifier(f"selon_rows_{base}")


def create_base(connection: Connection, number: int) -> None:
    """Create the tables of a generation written whole, and its views."""
    rows, literal = rows_of(number), sql.Literal(number)
    connection.execute(
        compose(f"CREATE SCHEMA {{rows}};{_ROWS}{_STORAGE}", rows=rows, number=literal)
    )
    connection.execute("UPDATE selon.layout SET version = %s", [LAYOUT_VERSION])
    create_views(connection, number, number)


def create_views(connection: Connection, number: int, base: int) -> None:
    """Create the views of a generation whose rows are in the tables of a base."""
    schema, literal = schema_of(number), sql.Literal(number)
    query = f"CREATE SCHEMA {{schema}};{_VIEWS}"
    connection.execute(compose(query, schema=schema, rows=rows_of(base), number=literal))


def index_base(connection: Connection, number: int) -> None:
    give_memory(connection)
    connection.execute(compose(_INDEXES, rows=rows_of(number), number=sql.Literal(number)))


def drop_generation(connection: Connection, number: int) -> None:
    """Drop a generation, but not the rows of its base; an earlier Selon had no bases."""
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema_of(number)))
    connection.execute("DELETE FROM selon.generations WHERE number = %s", [number])


def drop_base(connection: Connection, base: int) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(rows_of(base)))


def undo_addition(connection: Connection, number: int, base: int) -> None:
    """Undo the newest addition to a base."""
    ever = sql.Literal(FOR_EVER)
    parts = {"number": sql.Literal(number), "base": sql.Literal(base), "ever": ever}
    for table in _COLUMNS:
        for query in (
            "DELETE FROM {rows}.{table} WHERE since = {number} AND since > {base}",
            "UPDATE {rows}.{table} SET until = {ever} WHERE until = {number} AND until < {ever}",
        ):
            name = sql.Identifier(table)
            connection.execute(compose(query, rows=rows_of(base), table=name, **parts))


def trim_base(connection: Connection, base: int, oldest: int) -> dict[RowKind, list[int]]:
    """Delete the rows of a base that ended before its oldest generation left; return the vectors of
    deleted passages and sentences."""
    vectors: dict[RowKind, list[int]] = {}
    query = "DELETE FROM {rows}.{table} WHERE until <= {oldest} AND until < {ever}"
    parts = {"oldest": sql.Literal(oldest), "ever": sql.Literal(FOR_EVER)}
    for table in _COLUMNS:
        name = sql.Identifier(table)
        clause = " RETURNING vector" if table in ROW_KINDS else ""
        rows = connection.execute(compose(query + clause, rows=rows_of(base), table=name, **parts))
        if table in ROW_KINDS:
            vectors[table] = [row[0] for row in rows]
    return vectors


def give_memory(connection: Connection) -> None:
    """Raise `maintenance_work_mem` to `_MEMORY` for creating indexes, which otherwise takes many
    times as long; a higher setting stays."""
    connection.execute(
        "SELECT set_config('maintenance_work_mem', %s, false) WHERE "
        "pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes(%s)",
        [_MEMORY, _MEMORY],
    )
