"""Builds in PostgreSQL, from the lease to removing old generations.

A generation is first written to local files (`index.store.files`), then loaded in one transaction:
a killed build leaves only the vectors of its finished batches.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from filelock import FileLock, Timeout
from psycopg.pq import TransactionStatus

from index.errors import DamagedIndex, StoreError
from index.models.base import Embedder
from index.store.article_writer import ArticleDatabase
from index.store.articles import StoredArticles
from index.store.disk import translate_disk_errors
from index.store.files.layout import new_id
from index.store.growth import may_grow
from index.store.postgres.connections import Connection, Server, take_lease
from index.store.postgres.integrity import (
    VerifiedGeneration,
    clean,
    connect_to_build,
    current_number,
    forget_saved_vectors,
    put_in_service,
    read_generations,
    remove_generations,
    verify_generation,
)
from index.store.postgres.previous import PostgresPrevious
from index.store.postgres.unload import StoredRows
from index.store.postgres.writer import GenerationPlace, PostgresAddition, PostgresWriter

logger = logging.getLogger(__name__)

_UNFINISHED = "draft-"
_LOCK = "lock"


@contextmanager
def open_build(server: Server, workplace: Path) -> Iterator[PostgresBuild]:
    """Take the builder's lease; `workplace` is a folder for unfinished work and caches. Raises
    BuildLocked, StoreError."""
    with connect_to_build(server) as connection:
        take_lease(connection)
        yield PostgresBuild(connection, workplace)
        with suppress(psycopg.Error):  # a server sees a closed connection only a little later
            connection.execute("SELECT pg_advisory_unlock_all()")


@contextmanager
def work_folder(workplace: Path) -> Iterator[Path]:
    """A temporary folder; removes folders of killed processes."""
    with translate_disk_errors(workplace):
        workplace.mkdir(parents=True, exist_ok=True)
        with FileLock(workplace / "lock"):
            for orphan in workplace.glob(f"{_UNFINISHED}*"):
                with suppress(Timeout), FileLock(orphan / _LOCK, blocking=False):
                    shutil.rmtree(orphan, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=workplace))
            lock = FileLock(folder / _LOCK)
            lock.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


class PostgresBuild:
    """See `index.store.base.Build`."""

    def __init__(self, connection: Connection, workplace: Path) -> None:
        self.connection = connection
        self._workplace = workplace
        self._verified_generation = VerifiedGeneration(workplace)
        self.generations = read_generations(connection)
        self.current = current_number(connection)
        self.next_number = max(self.generations, default=0) + 1
        self._new: int | None = None
        self.previous: PostgresPrevious | None = None
        if (current := self.generations.get(self.current or 0)) is not None:
            generation = current.facts.id
            try:
                if not self._verified_generation.is_recent(generation):
                    verify_generation(connection, current)
                    self._verified_generation.note(generation)
                self.previous = PostgresPrevious(connection, current)
            except DamagedIndex as error:
                logger.warning("%s; nothing of it is reused", error)

    def _is_growable(self) -> bool:
        growth = self.previous.own.growth if self.previous else None
        if self.current is None or growth is None or not growth.comparable:
            return False
        if not may_grow(growth.articles, growth.added, growth.gone):
            return False
        # Generations that a rollback put aside or a killed build left block an addition.
        generations = read_generations(self.connection)
        newer = [number for number in generations if number > self.current]
        if newer:
            remove_generations(self.connection, generations, newer)
        return not newer or max(read_generations(self.connection)) <= self.current

    @contextmanager
    def addition(self, embedder: Embedder) -> Iterator[PostgresAddition | None]:
        if self.previous is None or not self._is_growable():
            yield None
            return
        with (
            self._work_folder() as folder,
            closing(PostgresAddition(self._place(), folder, embedder, self.previous)) as addition,
        ):
            yield addition
            if self._new is not None:
                self._verified_generation.note_addition(addition.id, self.previous.facts.id)

    @contextmanager
    def generation(self, embedder: Embedder, *, alike: bool) -> Iterator[PostgresWriter]:
        with self._work_folder() as folder:
            before = self._previous_articles(folder) if self.previous else None
            writer = PostgresWriter(self._place(), folder, embedder, before, alike=alike)
            with closing(writer):
                yield writer
            if self._new is not None:
                self._verified_generation.note(writer.id)
                with suppress(OSError):  # cached for the next build on this machine
                    for old in self._workplace.glob("*.sqlite"):
                        old.unlink()
                    writer.articles_path.rename(self._workplace / f"{writer.id}.sqlite")

    def _place(self) -> GenerationPlace:
        return GenerationPlace(self.connection, self.next_number, self.new_id(), self.switch)

    @contextmanager
    def _work_folder(self) -> Iterator[Path]:
        """A folder for a new generation, rolled back unless it is committed."""
        with work_folder(self._workplace) as folder:
            try:
                yield folder
            finally:
                self.roll_back()

    def commit(self) -> None:
        """Commit what was loaded; it is not in service yet."""
        self.connection.execute("COMMIT")
        self._new = self.next_number

    def switch(self) -> None:
        self.commit()
        self.serve()

    def serve(self) -> None:
        """Put the committed generation in service."""
        assert self._new is not None, "commit() comes before serve()"
        put_in_service(self.connection, self._new)

    def clean(self) -> None:
        if self._new is not None:
            clean(self.connection, self._new, self.current)
            forget_saved_vectors(self.connection)
        elif self.current in self.generations:
            before = max((n for n in self.generations if n < self.current), default=None)
            clean(self.connection, self.current, before)

    def new_id(self) -> str:
        ids = [own.facts.id for own in self.generations.values()]
        return new_id(datetime.now(UTC), max(ids, default=None))

    def roll_back(self) -> None:
        """Roll back an open transaction."""
        with suppress(psycopg.Error):
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                self.connection.execute("ROLLBACK")

    def _previous_articles(self, folder: Path) -> Path:
        """The `articles.sqlite` of the generation in service: cached, or downloaded."""
        assert self.previous is not None
        facts = self.previous.facts
        path = self._workplace / f"{facts.id}.sqlite"
        if path.is_file():
            with suppress(StoreError, ValueError), closing(StoredArticles(path)) as stored:
                if stored.fingerprint() == facts.fingerprint:
                    return path
        path = folder / "before.sqlite"
        with closing(ArticleDatabase(path)) as sheet:
            StoredRows(self.connection, self.previous.own).write_articles(sheet)
            sheet.finish()
        return path
