"""Export a generation from PostgreSQL to files, and import one."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.errors import DamagedIndex, Problem, StoreError
from index.store.articles import ARTICLES_FILE
from index.store.build_turn import batches
from index.store.draft import build_postings
from index.store.files.manifest import FileManifest
from index.store.files.opening import open_folder
from index.store.files.previous import read_likeness
from index.store.files.segment_draft import SegmentDraft
from index.store.files.transfer import may_hold_export, replace_folder
from index.store.generation import ROW_KINDS, GenerationFacts
from index.store.open_generation import refuse_withdrawn
from index.store.postgres.connections import Connection
from index.store.postgres.load import AT_ONCE, WrittenArticles, load_generation
from index.store.postgres.manifest import PostgresManifest
from index.store.postgres.previous import PostgresPrevious
from index.store.postgres.saved_vectors import find_missing
from index.store.postgres.turn import PostgresTurn
from index.store.postgres.unload import StoredRows
from index.store.postgres.vector_tables import VectorTables, send_rows


def export_generation(
    connection: Connection, own: PostgresManifest, withdrawn_ids: Collection[str], folder: Path
) -> GenerationFacts:
    """See `index.store.base.IndexStore.export`."""
    if not may_hold_export(folder):
        raise StoreError("export-not-empty", subject=folder)
    facts, label = own.facts, connection.label
    tables = VectorTables(facts.model, facts.dimension)
    refuse_withdrawn(PostgresPrevious(connection, own).entries(withdrawn_ids), label)
    with replace_folder(folder) as partial, closing(SegmentDraft(partial, facts.id)) as draft:
        rows = StoredRows(connection, own)
        draft.fill(rows.write_articles, facts.passages, facts.sentences)
        for kind in ROW_KINDS:
            writer = draft.vector_writer(kind, facts.dimension)
            rows.send_vectors(tables, kind, writer.put)
            writer.finish()
        manifest = draft.write(facts, lambda: None)
        manifest.check(partial, whole=True, remedy=Problem("remedy-copy"))
        if manifest.fingerprint != facts.fingerprint:
            raise DamagedIndex("generation-altered", subject=label, generation=facts.id)
    return facts


def import_generation(turn: PostgresTurn, folder: Path, manifest: FileManifest) -> GenerationFacts:
    """Load a verified export and put it in service; see `index.store.base.IndexStore.take`."""
    facts = GenerationFacts.from_json(manifest.as_json())
    facts = replace(facts, id=turn.new_id(), roots=(), rules="")
    with open_folder(folder, manifest) as source:
        articles = WrittenArticles.open(folder / ARTICLES_FILE, read_likeness(folder))
        tables = VectorTables(facts.model, facts.dimension)
        for kind in ROW_KINDS:
            vectors = source.vector_source(kind)
            missing = find_missing(turn.connection, tables, kind, vectors.hashes).rows
            for batch in batches(len(missing), AT_ONCE):
                rows = missing[batch]
                own = vectors.hashes[rows]
                send_rows(turn.connection, tables.kept, own, vectors.vectors(rows))
        words = {kind: build_postings(source.texts(kind), lambda: None) for kind in ROW_KINDS}
        try:
            number = turn.next_number
            load_generation(turn.connection, number, articles, facts, words, lambda: None)
            turn.commit()
        finally:
            turn.roll_back()
    turn.serve()
    turn.clean()
    return facts
