"""Following subjects by e-mail, on the page of alerts.

An address is confirmed by a code that is sent to it and typed on the page, so that nobody signs up
somebody else, and no program that opens links does.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import time, timedelta
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.alerts import subscription_records as subscriptions
from bot.alerts import target_records as targets
from bot.alerts.letters import plain_mail
from bot.alerts.subscription_records import SUBJECT_LIMIT, SUBSCRIPTION_LIMIT, NewSubscription
from bot.alerts.target_jobs import UNSUBSCRIBE
from bot.alerts.texts import FollowingPhrases, LetterPhrases, MailPagePhrases
from bot.errors import MailError
from bot.locale import format
from bot.mail_server import parse_mail_address, send_mail
from bot.state import meters
from bot.web.cookies import sign_cookie, unseal
from bot.web.rendering import render
from bot.web.service import Visitor, WebService, without_nul

logger = logging.getLogger(__name__)

# Renders the page of alerts with what is wrong, and its status.
Page = Callable[[Request, str, int], Awaitable[Response]]

_PATH = "/alertes/courriel"
_CODE_DIGITS = 8  # many, as there is an hour to try
_CODE_COST = 5.0  # of a mail with a code, in questions
_CODE_INTERVAL = timedelta(minutes=10)  # between two codes to an address


class MailPages:
    def __init__(self, service: WebService, page: Page) -> None:
        self._service, self._page, self._run = service, page, service.state.run

    def routes(self) -> list[Route]:
        return [
            Route(_PATH, self.follow, methods=["POST"]),
            Route(f"{_PATH}/code", self.confirm, methods=["POST"]),
            Route(f"{_PATH}/arret", self.stop, methods=["POST"]),
            Route(f"{UNSUBSCRIBE}{{token}}", self.end, methods=["GET", "POST"]),
        ]

    async def values(self, visitor: Visitor) -> dict[str, Any]:
        """What the page of alerts shows; nothing without a mail server."""
        if self._service.settings.smtp_url is None:
            return {"mail": None}
        return {
            "mail": MailPagePhrases.of(visitor.language),
            "following": FollowingPhrases.of(visitor.language),
            "target": await self._run(targets.target_at, place=visitor.person_id),
            "followed": await self._run(subscriptions.subscriptions_in, chat_id=visitor.person_id),
            "clock": lambda hour: format.clock(time(hour), visitor.language),
            "subject_limit": SUBJECT_LIMIT,
        }

    async def follow(self, request: Request) -> Response:
        """Follow a subject, and send a code to an address that is new."""
        visitor, form = await self._read(request)
        person, now, language = visitor.person_id, self._service.now(), visitor.language
        hour = next((hour for hour in range(24) if str(hour) == form.get("hour")), None)
        target = await self._run(targets.target_at, place=person)
        if target is not None and target.is_confirmed:
            await self._run(targets.choose_hour, person_id=person, hour=hour, now=now)
        elif (address := parse_mail_address(form.get("address", ""))) is None:
            return await self._page(request, MailPagePhrases.of(language).bad_address, 422)
        elif not await self._send_code(visitor, address, hour):
            return await self._page(request, MailPagePhrases.of(language).unsent, 503)
        subject = " ".join(without_nul(form.get("subject", "")).split())[:SUBJECT_LIMIT]
        if subject:
            # Looked at for the first time by the job; the address has its hour.
            new = NewSubscription(person, person, 0, subject, language, True, (), "")
            saved = await self._run(
                subscriptions.save_subscription, new, SUBSCRIPTION_LIMIT, self._service.now()
            )
            if saved is None:
                full = FollowingPhrases.of(language).full(SUBSCRIPTION_LIMIT)
                return await self._page(request, full, 409)
        return RedirectResponse("/alertes", 303)

    async def _send_code(self, visitor: Visitor, address: str, hour: int | None) -> bool:
        """Send a code, and store the address."""
        await self._service.count(visitor, _CODE_COST)
        now, language = self._service.now(), visitor.language
        key = f"mail:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
        if not await self._run(meters.notice, key=key, now=now, every=_CODE_INTERVAL):
            return False
        code = f"{secrets.randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"
        settings, texts = self._service.settings, LetterPhrases.of(language)
        title, text = texts.code_title(code), texts.code_text(code)
        message = plain_mail(settings.mail_sender, address, title, text, now)
        try:
            await asyncio.to_thread(send_mail, settings.smtp_url, message)
        except MailError as error:
            logger.error("A code could not be sent: %s", error)
            return False
        person, digest = visitor.person_id, self._digest(visitor, code)
        save = partial(targets.save_target, person_id=person, code=digest)
        await self._run(save, address, language, hour, now)
        return True

    async def confirm(self, request: Request) -> Response:
        visitor, form = await self._read(request)
        code = self._digest(visitor, "".join(form.get("code", "").split()))
        now, person = self._service.now(), visitor.person_id
        if await self._run(targets.confirm_address, person_id=person, code=code, now=now):
            return RedirectResponse("/alertes", 303)
        return await self._page(request, MailPagePhrases.of(visitor.language).wrong_code, 422)

    async def stop(self, request: Request) -> Response:
        """Stop following a subject, or without one, remove the address with all of them."""
        visitor, form = await self._read(request)
        number, person = form.get("id", ""), visitor.person_id
        for own in await self._run(subscriptions.subscriptions_in, chat_id=person):
            if str(own.id) == number:
                await self._run(subscriptions.delete_subscription, subscription_id=own.id)
        if not number and (target := await self._run(targets.target_at, place=person)):
            await self._run(targets.remove_target, target_id=target.id)
        return RedirectResponse("/alertes", 303)

    async def end(self, request: Request) -> Response:
        """Remove an address by the link of a mail, without signing in (RFC 8058). A GET asks first:
        programs that look at mail open its links."""
        token, key = request.path_params["token"], self._service.cookie_key
        if not (link := unseal(token, UNSUBSCRIBE, key)):
            raise HTTPException(404)
        if has_ended := request.method == "POST":
            await self._run(targets.remove_target, target_id=link["target"])
        phrases = MailPagePhrases.of(request.state.visitor.language)
        return render(request, "alert_end.html", mail=phrases, has_ended=has_ended)

    async def _read(self, request: Request) -> tuple[Visitor, dict[str, str]]:
        """The visitor and their form, which counts as a question. Raises HTTPException without a
        mail server, WebError above the limit."""
        if self._service.settings.smtp_url is None:
            raise HTTPException(404)
        visitor: Visitor = request.state.visitor
        await self._service.count(visitor)
        async with request.form(max_files=0, max_fields=4) as form:
            return visitor, {name: str(value) for name, value in form.items()}

    def _digest(self, visitor: Visitor, code: str) -> str:
        """What is stored of a code, which the person's exported data shall not tell."""
        return sign_cookie(f"mail {visitor.person_id} {code}", self._service.cookie_key)
