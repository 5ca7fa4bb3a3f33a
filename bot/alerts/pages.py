"""Alerts on the web: questions that wait for an answer, of people identified by a token or a proxy,
which the home page shows once they are answered; and subjects that are followed by e-mail."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.alerts import alert_records as alerts
from bot.alerts import target_records as targets
from bot.alerts.alert_records import ALERT_LIMIT, Alert
from bot.alerts.mail_pages import MailPages
from bot.alerts.offer import may_be_answered_later
from bot.alerts.target_jobs import UNSUBSCRIBE, TargetJobs
from bot.alerts.terminal import status_lines
from bot.alerts.texts import AlertPagePhrases, AlertPhrases
from bot.answer import Answer
from bot.conversation.turns import new_turn
from bot.locale.catalogue import Language
from bot.rights import reading
from bot.state import conversations
from bot.state.conversations import ConversationPlace, NewTurn
from bot.state.rights import look_up_readable
from bot.web.feature import MenuLink, WebFeature
from bot.web.rendering import environment, render, render_text
from bot.web.service import KEY_BYTES, Visitor, WebService
from index.errors import NoIndex

ALERTS = "/alertes"


def open_pages(service: WebService) -> WebFeature:
    pages, jobs = AlertPages(service), TargetJobs(service)
    has_mail = service.settings.smtp_url is not None
    return WebFeature(
        [
            Route(ALERTS, pages.show, methods=["GET"]),
            Route(ALERTS, pages.add, methods=["POST"]),
            Route(f"{ALERTS}/{{id:int}}", pages.remove, methods=["POST"]),
            *pages.mail.routes(),
        ],
        [MenuLink(ALERTS, lambda code: AlertPagePhrases.of(code).title)] if has_mail else (),
        refusal=_render_offer,
        notice=pages.notice,
        status=partial(status_lines, service.state),
        public=(UNSUBSCRIBE,),
        jobs=[pages.check, jobs.find_news, jobs.send],
    )


class AlertPages:
    def __init__(self, service: WebService) -> None:
        self._service = service
        self.mail = MailPages(service, self._page)

    async def show(self, request: Request) -> Response:
        if self._service.settings.smtp_url is None:
            _require_person(request)
        return await self._page(request)

    async def _page(self, request: Request, problem: str = "", status: int = 200) -> Response:
        visitor: Visitor = request.state.visitor
        values = {**await self._values(visitor), **await self.mail.values(visitor)}
        return render(request, "alerts.html", status, problem=problem, **values)

    async def add(self, request: Request) -> Response:
        """Add an alert on the question of a stored answer."""
        visitor = _require_person(request)
        async with request.form(max_files=0, max_fields=1) as form:
            key = str(form.get("key", ""))
        await self._service.count(visitor)
        turn = await self._service.find_turn(key)
        if turn is None:
            return render(request, "missing.html", 404)
        person = visitor.person_id
        alert_id = await self._service.state.run(
            alerts.save_alert,
            place=ConversationPlace(person, turn.place.thread_id, person),
            question=turn.turn.get("understood") or turn.question,
            language=visitor.language,
            generation=turn.generation,
            now=self._service.now(),
        )
        if alert_id is None:
            return await self._page(
                request, AlertPhrases.of(visitor.language).full(ALERT_LIMIT), 409
            )
        return RedirectResponse(ALERTS, 303)

    async def remove(self, request: Request) -> Response:
        """Cancel a waiting alert, or dismiss an answered one."""
        person, alert_id = _require_person(request).person_id, request.path_params["id"]
        await self._service.state.run(alerts.cancel, alert_id=alert_id, person_id=person)
        return RedirectResponse(ALERTS, 303)

    async def notice(self, request: Request) -> str:
        """Render the notice on the home page."""
        visitor: Visitor = request.state.visitor
        if not visitor.is_known:
            return ""
        return render_text(request, "alert_notice.html", **await self._values(visitor))

    async def check(self) -> None:
        """Ask the waiting questions again, once per generation."""
        service, run = self._service, self._service.state.run
        try:
            generation = await asyncio.to_thread(service.library.generation)
        except NoIndex:
            return
        for alert in await run(alerts.unchecked_alerts, generation=generation, web=True):
            now, key = service.now(), secrets.token_urlsafe(KEY_BYTES)
            holders = [alert.place.person_id]
            with reading(await look_up_readable(service.state, service.settings, holders)):
                answer = await service.quote(alert.question)
                new = await new_turn(answer, service.library, now, key=key)
            if not answer.is_sure:
                await run(alerts.mark_checked, alert_id=alert.id, generation=generation)
                continue
            new = replace(new, elapsed_ms=None)  # nobody asked now, for the statistics
            await run(_store_answer, alert=alert, new=new, now=now, lifetime=service.lifetime)

    async def _values(self, visitor: Visitor) -> dict[str, Any]:
        run, person = self._service.state.run, visitor.person_id
        return {
            "page": AlertPagePhrases.of(visitor.language),
            "phrases": AlertPhrases.of(visitor.language),
            "answered": await run(alerts.answered_alerts, person_id=person),
            "waiting": await run(alerts.alerts_of_person, person_id=person),
        }


def _render_offer(answer: Answer, key: str, language: Language) -> str:
    """Render the button below an answer to a question that an article may answer later."""
    if not may_be_answered_later(answer):
        return ""
    template = environment().get_template("alert_offer.html")
    return template.render(key=key, offer=AlertPhrases.of(language).offer)


def _require_person(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    if not visitor.is_known:
        raise HTTPException(404)
    return visitor


def _store_answer(
    session: Session, alert: Alert, new: NewTurn, now: datetime, lifetime: timedelta
) -> None:
    """Store the answer unless the alert was cancelled, or answered by another process, and queue it
    for the person's address."""
    if alerts.mark_answered(session, alert.id, now, new.key):
        conversations.add_turn(session, alert.place, new, now, lifetime)
        place, question = alert.place.person_id, alert.question
        targets.add_news(session, place, question, new.sources, now, new.key)
