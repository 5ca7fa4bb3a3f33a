"""The tables of `articles.sqlite`."""

from __future__ import annotations

# The long columns stand last: a scan of the others then skips them.
TABLES = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    told BLOB NOT NULL,
    copy_of TEXT,
    length INTEGER NOT NULL,
    title TEXT NOT NULL,
    path TEXT NOT NULL,
    language TEXT NOT NULL,
    author TEXT,
    published TEXT,
    url TEXT,
    outlet TEXT,
    category TEXT,
    published_at TEXT,
    updated TEXT,
    updated_at TEXT,
    origins TEXT NOT NULL,
    copies TEXT NOT NULL,
    sections TEXT NOT NULL,
    signature BLOB NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    heading TEXT NOT NULL,
    first_sentence INTEGER NOT NULL,
    sentences INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE sentences (
    row INTEGER PRIMARY KEY,
    passage INTEGER NOT NULL REFERENCES passages,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    lead INTEGER REFERENCES sentences,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE sources (
    location TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    url TEXT,
    digest BLOB,
    articles TEXT NOT NULL,
    skipped TEXT NOT NULL
) STRICT;
CREATE TABLE left_out (id TEXT PRIMARY KEY) STRICT;
"""
"""Articles answered from and copies of them (`copy_of`); the passages and sentences of the former;
the files all came from, and the articles that the operator has removed."""

PREVIOUS = TABLES.replace("CREATE TABLE ", "CREATE TABLE previous.")
"""The same, empty, for a first generation to be compared with."""

INDEXES = "CREATE INDEX passages_by_place ON passages (article, start);"
