"""A visitor's clippings on the web, for their pages and for programs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.answer import Citation
from bot.clippings import clipping_records as records
from bot.clippings.clippings import SUFFIXES, Clipping, load_clippings, write_clippings
from bot.conversation.recall import stored_citation
from bot.errors import MissingPage
from bot.web.addresses import citation_address
from bot.web.service import Visitor, WebService


@dataclass(frozen=True, slots=True)
class OwnClippings:
    service: WebService
    visitor: Visitor

    async def load(self) -> list[Clipping]:
        return await load_own(self.service, self.visitor.person_id)

    async def keep(self, citations: Sequence[Citation]) -> bool:
        """True unless there are more quotes than a person may keep."""
        kept: int = await self.service.state.run(
            records.keep_clippings,
            person_id=self.visitor.person_id,
            citations=[stored_citation(citation) for citation in citations],
            now=self.service.now(),
        )
        return kept == len(citations)

    async def change(self, clipping_id: int, note: str | None = None, by: int = 0) -> None:
        """Write a note, if any, and move a clipping by so many places."""
        run, person = self.service.state.run, self.visitor.person_id
        if note is not None:
            text, now = note.replace("\0", ""), self.service.now()
            await run(
                records.write_note, person_id=person, clipping_id=clipping_id, note=text, now=now
            )
        if by:
            await run(records.move_clipping, person_id=person, clipping_id=clipping_id, by=by)

    async def delete(self, clipping_id: int) -> None:
        person = self.visitor.person_id
        await self.service.state.run(
            records.delete_clipping, person_id=person, clipping_id=clipping_id
        )

    async def write(self, suffix: str, base: str) -> tuple[bytes, str]:
        """The clippings as a file, with its media type. Raises MissingPage if there is none."""
        clippings = await self.load()
        if suffix not in SUFFIXES or not clippings:
            raise MissingPage("clipping-none")
        link_of, code = partial(citation_address, base=base), self.visitor.language
        return await asyncio.to_thread(write_clippings, clippings, suffix, code, link_of, base)


async def load_own(service: WebService, person_id: int) -> list[Clipping]:
    kept = await service.state.run(records.clippings_of, person_id=person_id)
    return await asyncio.to_thread(load_clippings, kept, service.library.article)
