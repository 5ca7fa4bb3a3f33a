"""The tables of an index in PostgreSQL: those of all generations, and those of each.

selon.generations     a row for each generation that is whole
selon.current         which of them is in service
selon.removed         the articles that the operator took out
selon.cluster         which server of which cluster this is (see `index.store.postgres.cluster`)
selon.builder         what the builder last did (see `index.store.builder_status`)
selon.models          the embedding models that there are vectors of
selon.<kind>_<model>  their vectors, each once, by the hash of the text; what HNSW searches
selon.kept_<model>    vectors that parts and builds have made, for the next build to take
selon_<number>.*      the articles, passages, sentences and words of one generation

A generation's tables are written once, in one transaction. Its vectors are those of its model that
its rows name, so that a text that stays costs the next generation nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, get_args

from psycopg import errors, sql

from index.errors import StoreError
from index.store.postgres.connections import Connection
from index.store.reader import GenerationFacts, RowKind

Row = tuple[Any, ...]
LAYOUT_VERSION = 1  # raised whenever these tables change meaning
MOST_DIMENSIONS = 4_000  # that pgvector indexes in half precision
PREPARING = 0x53454C50  # the lock of whoever makes the shared tables
_KINDS: tuple[RowKind, ...] = get_args(RowKind)
_MEMORY = "256MB"  # at least, for building an HNSW index or another
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

# Columns as those of `articles.sqlite`, in the same order: rows go from the one to the other.
_GENERATION = """
CREATE SCHEMA {schema};
CREATE TABLE {schema}.articles (
    number bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    told bytea NOT NULL,
    copy_of text COLLATE "C",
    length bigint NOT NULL,
    title text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    author text COLLATE "C",
    published text COLLATE "C",
    url text COLLATE "C",
    outlet text COLLATE "C",
    category text COLLATE "C",
    published_at text COLLATE "C",
    updated text COLLATE "C",
    updated_at text COLLATE "C",
    origins text NOT NULL,
    copies text NOT NULL,
    sections text NOT NULL,
    signature bytea NOT NULL,
    text text NOT NULL
);
CREATE TABLE {schema}.passages (
    number bigint NOT NULL,
    article bigint NOT NULL,
    start integer NOT NULL,
    stop integer NOT NULL,
    heading text NOT NULL,
    first_sentence bigint NOT NULL,
    sentences integer NOT NULL,
    hash bytea NOT NULL,
    opening boolean NOT NULL,
    vector bigint NOT NULL
);
CREATE TABLE {schema}.sentences (
    number bigint NOT NULL,
    passage bigint NOT NULL,
    start integer NOT NULL,
    stop integer NOT NULL,
    lead bigint,
    hash bytea NOT NULL,
    words bytea NOT NULL,
    vector bigint NOT NULL
);
CREATE TABLE {schema}.sources (
    location text COLLATE "C" NOT NULL,
    shown text NOT NULL,
    url text,
    digest bytea,
    articles text NOT NULL,
    skipped text NOT NULL
);
CREATE TABLE {schema}.left_out (id text COLLATE "C" NOT NULL);
CREATE TABLE {schema}.terms (
    term text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    passages integer NOT NULL,
    sentences integer NOT NULL,
    rows bytea NOT NULL,
    scores bytea NOT NULL
);
ALTER TABLE {schema}.terms ALTER rows SET STORAGE EXTERNAL, ALTER scores SET STORAGE EXTERNAL;
CREATE TABLE {schema}.letters (
    kind text NOT NULL,
    language text NOT NULL,
    letters text NOT NULL,
    PRIMARY KEY (kind, language)
);
"""

# Made once the rows are in; hashed is what may be too long for a tree.
_INDEXES = """
ALTER TABLE {schema}.articles ADD PRIMARY KEY (number);
CREATE UNIQUE INDEX ON {schema}.articles (id);
CREATE INDEX ON {schema}.articles (published DESC NULLS LAST, number);
CREATE INDEX ON {schema}.articles USING hash (outlet);
CREATE INDEX ON {schema}.articles USING hash (category);
CREATE INDEX ON {schema}.articles USING hash (path);
CREATE INDEX ON {schema}.articles USING hash (title);
CREATE INDEX ON {schema}.articles USING hash (url);
ALTER TABLE {schema}.passages ADD PRIMARY KEY (number);
CREATE INDEX ON {schema}.passages (article, start);
CREATE INDEX ON {schema}.passages (vector);
ALTER TABLE {schema}.sentences ADD PRIMARY KEY (number);
CREATE INDEX ON {schema}.sentences (passage);
CREATE INDEX ON {schema}.sentences (vector);
CREATE INDEX ON {schema}.terms USING hash (term);
ANALYZE {schema}.articles, {schema}.passages, {schema}.sentences, {schema}.terms;
"""

_VECTORS = """
CREATE TABLE {table} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    vector vector({dimension}) NOT NULL
)
"""
# Two may embed the same text at once: a hash may be there twice.
_KEPT = """
CREATE TABLE {table} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL,
    vector vector({dimension}) NOT NULL,
    kept_on date NOT NULL DEFAULT current_date
);
CREATE INDEX ON {table} (hash)
"""
_PLAIN = "ALTER TABLE {table} ALTER vector SET STORAGE PLAIN"
_IN_ROW = 1_900  # dimensions of a vector that a page holds beside the rest of its row
_NEAREST = """
CREATE INDEX IF NOT EXISTS {index} ON {table}
USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)
"""


def compose(query: str, **parts: sql.Composable) -> sql.Composed:
    """A query of ours with these names in it, quoted."""
    return sql.SQL(query).format(**parts)


@dataclass(frozen=True, slots=True)
class VectorTables:
    """Where the vectors of a model are."""

    model: str
    dimension: int

    def are_of(self, facts: GenerationFacts) -> bool:
        return (facts.model, facts.dimension) == (self.model, self.dimension)

    @property
    def tag(self) -> str:
        return blake2b(f"{self.model}\0{self.dimension}".encode(), digest_size=8).hexdigest()

    def of(self, kind: RowKind) -> sql.Identifier:
        return sql.Identifier("selon", f"{kind}_{self.tag}")

    def nearest(self, kind: RowKind) -> str:
        """The name of the HNSW index."""
        return f"{kind}_{self.tag}_nearest"

    @property
    def kept(self) -> sql.Identifier:
        return sql.Identifier("selon", f"kept_{self.tag}")

    @property
    def half(self) -> sql.Composable:
        """The type that the index compares in."""
        return sql.SQL("halfvec({})").format(sql.Literal(self.dimension))

    def create(self, connection: Connection) -> None:
        """Raises StoreError where pgvector cannot index so many dimensions."""
        if self.dimension > MOST_DIMENSIONS:
            raise StoreError("postgres-dimensions", dimension=self.dimension, most=MOST_DIMENSIONS)
        if self._is_there(connection):
            return
        size = sql.Literal(self.dimension)
        tables = [(self.kept, _KEPT), *((self.of(kind), _VECTORS) for kind in _KINDS)]
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
            if self._is_there(connection):
                return
            for table, query in tables:
                connection.execute(compose(query, table=table, dimension=size))
                if self.dimension <= _IN_ROW:
                    connection.execute(compose(_PLAIN, table=table))
            connection.execute(
                "INSERT INTO selon.models VALUES (%s, %s, %s)",
                [self.tag, self.model, self.dimension],
            )

    def _is_there(self, connection: Connection) -> bool:
        known = "SELECT FROM selon.models WHERE tag = %s"
        return connection.execute(known, [self.tag]).fetchone() is not None

    def drop(self, connection: Connection) -> None:
        for table in (self.kept, self.of("passages"), self.of("sentences")):
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        connection.execute("DELETE FROM selon.models WHERE tag = %s", [self.tag])

    def index(self, connection: Connection, kind: RowKind) -> None:
        """Have HNSW search the vectors; those that come later go into it one by one."""
        give_memory(connection)
        connection.execute(
            compose(
                _NEAREST,
                index=sql.Identifier(self.nearest(kind)),
                table=self.of(kind),
                dimension=sql.Literal(self.dimension),
            )
        )


def prepare_database(connection: Connection) -> None:
    """Make what all generations share, once. Raises StoreError."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PREPARING])
        if not is_prepared(connection):
            found = connection.execute(
                "SELECT FROM pg_available_extensions WHERE name = 'vector'"
            ).fetchone()
            if found is None:
                raise StoreError("postgres-no-vector")
            try:
                connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            except errors.InsufficientPrivilege as error:
                raise StoreError("postgres-create-vector") from error
            connection.execute(compose(_SHARED, version=sql.Literal(LAYOUT_VERSION)))


def is_prepared(connection: Connection, shown: str = "") -> bool:
    """Whether Selon's tables are there. Raises StoreError for those of another layout."""
    [there] = connection.execute("SELECT to_regclass('selon.layout') IS NOT NULL").fetchone() or [0]
    if not there:
        return False
    [version] = connection.execute("SELECT version FROM selon.layout").fetchone() or [0]
    if version != LAYOUT_VERSION:
        raise StoreError(
            "postgres-newer" if version > LAYOUT_VERSION else "postgres-older",
            shown=shown,
            version=version,
            known=LAYOUT_VERSION,
        )
    return True


def schema_of(number: int) -> sql.Identifier:
    return sql.Identifier(f"selon_{number}")


def fetch(connection: Connection, number: int, query: str, *values: object) -> list[Row]:
    """The rows of a query about the tables of a generation, whose schema it calls {g}."""
    written = compose(query, g=schema_of(number))
    return connection.execute(written, values, binary=True).fetchall()


def create_generation(connection: Connection, number: int) -> None:
    connection.execute(compose(_GENERATION, schema=schema_of(number)))


def index_generation(connection: Connection, number: int) -> None:
    give_memory(connection)
    connection.execute(compose(_INDEXES, schema=schema_of(number)))


def drop_generation(connection: Connection, number: int) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema_of(number)))
    connection.execute("DELETE FROM selon.generations WHERE number = %s", [number])


def give_memory(connection: Connection) -> None:
    """For making indexes, which in less memory takes many times as long; a server that is set to
    give more does."""
    connection.execute(
        "SELECT set_config('maintenance_work_mem', %s, false) WHERE "
        "pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes(%s)",
        [_MEMORY, _MEMORY],
    )
