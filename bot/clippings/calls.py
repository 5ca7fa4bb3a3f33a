"""The calls of programs about a visitor's clippings: read, keep, note, order, delete, export."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from bot.clippings.clipping_records import CLIPPING_LIMIT, NOTE_CHARACTERS
from bot.clippings.clippings import Clipping
from bot.clippings.own_clippings import OwnClippings
from bot.clippings.texts import ClippingPhrases
from bot.conversation.recall import recall_citations
from bot.errors import FieldError, MissingPage
from bot.json_records import CitationRecord, citation_record
from bot.web.conversation_calls import DoneRecord
from bot.web.program_calls import ProgramCall
from bot.web.service import Visitor, WebService, without_nul

PATH = "/api/dossier"


class NoFields(BaseModel):
    pass


class QuoteFields(BaseModel):
    article_id: str
    quote: Annotated[str, Field(min_length=1, description="Words of the article, as they are.")]
    start: Annotated[int, Field(ge=0, description="Where they begin; 0: the first time.")] = 0


class ClippingKey(BaseModel):
    id: Annotated[int, Field(description="The id of a kept quote, as the dossier gives it.")]


class ClippingFields(ClippingKey):
    note: Annotated[str | None, Field(max_length=NOTE_CHARACTERS)] = None
    number: Annotated[
        int | None, Field(ge=1, le=CLIPPING_LIMIT, description="Its new place, from 1.")
    ] = None


class DocumentFields(BaseModel):
    format: Literal["md", "ris", "bib"] = "md"


class OtherWordsRecord(TypedDict):
    """Words that the quote `number` has otherwise."""

    number: int
    own: str
    other: str


class QuoteRecord(TypedDict):
    """A kept quote in its place; `state` is `changed` if its article has other words now, or
    `withdrawn`, without a citation, if the article is gone."""

    id: int
    number: int
    state: Literal["", "changed", "withdrawn"]
    note: str
    citation: CitationRecord | None
    differences: list[OtherWordsRecord]


class DossierRecord(TypedDict):
    """All kept quotes, in their order."""

    quotes: list[QuoteRecord]


class DocumentRecord(TypedDict):
    """The kept quotes as Markdown with footnotes, or their articles as RIS or BibTeX."""

    text: str


def clipping_calls(service: WebService) -> list[ProgramCall]:
    own = partial(OwnClippings, service)

    async def read(visitor: Visitor, base: str, fields: NoFields) -> object:
        return {"quotes": [_record(clipping) for clipping in await own(visitor).load()]}

    async def keep(visitor: Visitor, base: str, fields: QuoteFields) -> object:
        article_id, quote = without_nul(fields.article_id), fields.quote
        record = {"article": article_id, "quote": quote, "start": fields.start, "lead": None}
        records, find = [{**record, "number": 1}], service.library.article
        found = await asyncio.to_thread(lambda: list(recall_citations(records, find)))
        citations = [citation for citation, has_changed in found if not has_changed]
        if not citations:
            raise MissingPage("clipping-quote-none")
        if not await own(visitor).keep(citations):
            raise FieldError("clippings-full", limit=CLIPPING_LIMIT)
        return await read(visitor, base, NoFields())

    async def change(visitor: Visitor, base: str, fields: ClippingFields) -> object:
        at = await _place(visitor, fields.id)
        by = fields.number - at if fields.number else 0
        await own(visitor).change(fields.id, fields.note, by)
        return {"id": str(fields.id), "done": "changed"}

    async def delete(visitor: Visitor, base: str, fields: ClippingKey) -> object:
        await _place(visitor, fields.id)
        await own(visitor).delete(fields.id)
        return {"id": str(fields.id), "done": "deleted"}

    async def export(visitor: Visitor, base: str, fields: DocumentFields) -> object:
        content, _ = await own(visitor).write(fields.format, base)
        return {"text": content.decode()}

    async def _place(visitor: Visitor, clipping_id: int) -> int:
        """The number of a visitor's own clipping. Raises MissingPage."""
        for clipping in await own(visitor).load():
            if clipping.id == clipping_id:
                return clipping.number
        raise MissingPage("clipping-none")

    call = partial(ProgramCall, summaries=lambda code: ClippingPhrases.of(code).summaries)
    one = f"{PATH}/{{id}}"
    return [
        call("read_dossier", "GET", PATH, NoFields, DossierRecord, read),
        call("keep_quote", "POST", PATH, QuoteFields, DossierRecord, keep),
        call("change_quote", "PATCH", one, ClippingFields, DoneRecord, change),
        call("delete_quote", "DELETE", one, ClippingKey, DoneRecord, delete),
        call("export_dossier", "GET", "", DocumentFields, DocumentRecord, export),
    ]


def _record(clipping: Clipping) -> QuoteRecord:
    return {
        "id": clipping.id,
        "number": clipping.number,
        "state": clipping.state,
        "note": clipping.note,
        "citation": citation_record(clipping.citation) if clipping.citation else None,
        "differences": [
            {"number": words.number, "own": words.own, "other": words.other}
            for words in clipping.differences
        ],
    }
