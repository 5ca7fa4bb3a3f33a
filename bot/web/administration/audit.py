"""The page of the audit: who changed what."""

from __future__ import annotations

from itertools import islice

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.locale.administration import AuditPhrases
from bot.operations.audit import audit_cells, write_audit_csv
from bot.state.audit import list_acts
from bot.web.administration.page import AdminSite

_ACTS = 200  # shown


class AuditPage:
    def __init__(self, site: AdminSite) -> None:
        self._site = site

    def routes(self) -> list[BaseRoute]:
        return [
            self._site.route("/journal", self.show),
            self._site.route("/journal.csv", self.download),
        ]

    async def show(self, request: Request) -> Response:
        phrases = AuditPhrases.of(request.state.visitor.language)

        def read(session: Session) -> list[tuple[str, ...]]:
            return [audit_cells(entry, phrases) for entry in islice(list_acts(session), _ACTS)]

        rows = await self._site.service.state.run(read)
        return self._site.page(request, "journal", rows=rows, audit=phrases)

    async def download(self, request: Request) -> Response:
        """All acts as CSV, as `selon audit --csv` prints them."""
        phrases = AuditPhrases.of(request.state.visitor.language)

        def write(session: Session) -> bytes:
            return write_audit_csv(list_acts(session), phrases)

        content = await self._site.service.state.run(write)
        headers = {"content-disposition": f'attachment; filename="{phrases.file}"'}
        return Response(content, media_type="text/csv", headers=headers)
