"""The page « Vérifier un texte »: it takes a draft, and shows its sentences as they are checked."""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.drafts.comments import write_comments
from bot.drafts.draft import (
    FILE_BYTES,
    MAX_PAGES,
    SUFFIXES,
    CheckedSentence,
    DraftText,
    check_sentence,
    read_draft,
)
from bot.drafts.texts import DraftPagePhrases, DraftPhrases
from bot.export import EXPORT_FORMATS
from bot.locale.errors import error_sentence
from bot.web.addresses import base_address, citation_address
from bot.web.answer_view import quotes_path
from bot.web.feature import MenuLink, WebFeature
from bot.web.heartbeats import STREAM_HEADERS
from bot.web.rendering import render, render_text
from bot.web.service import Visitor, WebService
from index.errors import IndexingError, ReadError
from index.findings import Findings

logger = logging.getLogger(__name__)

DRAFT = "/verifier"
CHECK_SECONDS = 600.0  # of a whole draft; the sentences after that are not compared
_FORM_BYTES = 500_000  # around the file
_PAGE_COST = 0.5  # in questions
_PASTED = "draft.txt"
_SPLIT = "<!-- sentences -->"


def open_pages(service: WebService) -> WebFeature:
    pages, limit = DraftPages(service), FILE_BYTES + _FORM_BYTES
    return WebFeature(
        [
            Route(DRAFT, pages.show, methods=["GET"]),
            Route(DRAFT, pages.check, methods=["POST"], max_body_size=limit),
        ],
        [MenuLink(DRAFT, lambda code: DraftPagePhrases.of(code).title)],
    )


class DraftPages:
    def __init__(self, service: WebService) -> None:
        self._service = service
        self._turn = asyncio.Lock()  # one file or sentence at a time, to leave CPU for questions

    async def show(self, request: Request) -> Response:
        return render(request, "draft_form.html", **_values(request), text="", problem="")

    async def check(self, request: Request) -> Response:
        """Read a draft, then stream the page. Nothing is stored."""
        visitor: Visitor = request.state.visitor
        async with request.form(max_files=1, max_fields=1) as form:
            text, file = str(form.get("text", "")), form.get("file")
            content, name = text.encode(errors="replace"), _PASTED
            if isinstance(file, UploadFile) and file.filename:
                content, name = await file.read(), file.filename
        await self._service.count(visitor)
        try:
            async with self._turn:
                draft = await asyncio.to_thread(read_draft, content, name)
        except ReadError as error:
            problem = error_sentence(error, visitor.language)
            values = {**_values(request), "text": text, "problem": problem}
            return render(request, "draft_form.html", 422, **values)
        await self._service.count(visitor, (draft.pages - 1) * _PAGE_COST)
        headers = {"content-type": "text/html; charset=utf-8", **STREAM_HEADERS}
        return StreamingResponse(self._parts(request, draft), headers=headers)

    async def _parts(self, request: Request, draft: DraftText) -> AsyncGenerator[str]:
        """The page in pieces: its head, the sentences, and what is known at the end."""
        values = {**_values(request), "count": len(draft.spans)}
        page = render_text(request, "draft.html", **values)
        head, _, tail = page.partition(_SPLIT)
        yield head
        checked: list[CheckedSentence] = []
        deadline, failed = time.monotonic() + CHECK_SECONDS, False
        for span in draft.spans:
            try:
                async with self._turn:
                    one = await asyncio.to_thread(check_sentence, draft, span, self._search)
            except IndexingError as error:
                logger.error("A draft could not be checked: %s", error)
                failed = True
                break
            checked.append(one)
            number = len(checked)
            yield render_text(request, "draft_sentence.html", **values, own=one, number=number)
            if time.monotonic() > deadline:
                break
        language = request.state.visitor.language
        link_of = partial(citation_address, base=base_address(self._service.settings, request))
        document = await asyncio.to_thread(write_comments, draft, checked, language, link_of)
        yield render_text(
            request,
            "draft_end.html",
            **values,
            checked=len(checked),
            differing=[number for number, own in enumerate(checked, 1) if own.differs],
            failed=failed,
            media_type=EXPORT_FORMATS["docx"].media_type,
            document=base64.b64encode(document).decode(),
        )
        yield tail

    def _search(self, claim: str, limit: int) -> Findings:
        return self._service.library.searcher().search(claim, limit)


def _values(request: Request) -> dict[str, Any]:
    language = request.state.visitor.language
    return {
        "phrases": DraftPhrases.of(language),
        "form": DraftPagePhrases.of(language),
        "suffixes": ",".join(SUFFIXES),
        "pages": MAX_PAGES,
        "quotes_path": quotes_path,
    }
