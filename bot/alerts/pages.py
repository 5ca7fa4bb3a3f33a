"""Alerts on the web, for people who are known by a token or a proxy.

Nothing can be sent to them: the home page says that an article now answers, until they dismiss it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.alerts import alert_records as alerts
from bot.alerts.alert_records import Alert
from bot.alerts.texts import AlertPagePhrases, AlertPhrases
from bot.conversation.turns import new_turn
from bot.locale.catalogue import Language
from bot.state import conversations
from bot.state.conversations import ConversationPlace, NewTurn
from bot.web.feature import WebFeature
from bot.web.rendering import environment, render, render_text
from bot.web.service import KEY_BYTES, Visitor, WebService
from index.errors import NoIndex

ALERTS = "/alertes"


def open_pages(service: WebService) -> WebFeature:
    pages = AlertPages(service)
    return WebFeature(
        [
            Route(ALERTS, pages.show, methods=["GET"]),
            Route(ALERTS, pages.keep, methods=["POST"]),
            Route(f"{ALERTS}/{{id:int}}", pages.remove, methods=["POST"]),
        ],
        refusal=_offer,
        notice=pages.notice,
        chores=[pages.look],
    )


class AlertPages:
    def __init__(self, service: WebService) -> None:
        self._service = service

    async def show(self, request: Request) -> Response:
        return render(request, "alerts.html", **await self._values(_known(request)))

    async def keep(self, request: Request) -> Response:
        """Keep an alert on the question of a stored answer."""
        visitor = _known(request)
        async with request.form(max_files=0, max_fields=1) as form:
            key = str(form.get("key", ""))
        await self._service.count(visitor)
        turn = await self._service.find_turn(key)
        if turn is None:
            return render(request, "missing.html", 404)
        person = visitor.person_id
        await self._service.state.run(
            alerts.keep_alert,
            place=ConversationPlace(person, turn.place.thread_id, person),
            question=turn.turn.get("understood") or turn.question,
            language=visitor.language,
            generation=turn.generation,
            now=self._service.now(),
        )
        return RedirectResponse(ALERTS, 303)

    async def remove(self, request: Request) -> Response:
        """Cancel an alert, or dismiss one that is answered."""
        person, number = _known(request).person_id, request.path_params["id"]
        await self._service.state.run(alerts.cancel, alert_id=number, person_id=person)
        return RedirectResponse(ALERTS, 303)

    async def notice(self, request: Request) -> str:
        """What the home page says of the visitor's alerts."""
        visitor: Visitor = request.state.visitor
        if not visitor.is_known:
            return ""
        return render_text(request, "alert_notice.html", **await self._values(visitor))

    async def look(self) -> None:
        """Ask again what was asked in vain, once for each new generation."""
        service = self._service
        try:
            generation = service.library.generation()
        except NoIndex:  # nothing has been asked in vain
            return
        unchecked = alerts.unchecked_alerts
        for alert in await service.state.run(unchecked, generation=generation, web=True):
            answer = await service.quote(alert.question)
            if not answer.answered:
                checked = alerts.mark_alert_checked
                await service.state.run(checked, alert_id=alert.id, generation=generation)
                continue
            now, key = service.now(), secrets.token_urlsafe(KEY_BYTES)
            new = await new_turn(answer, service.library, now, key=key)
            await service.state.run(
                _store_answer, alert=alert, new=new, now=now, lifetime=service.lifetime
            )

    async def _values(self, visitor: Visitor) -> dict[str, Any]:
        run, person = self._service.state.run, visitor.person_id
        return {
            "page": AlertPagePhrases.of(visitor.language),
            "phrases": AlertPhrases.of(visitor.language),
            "answered": await run(alerts.answered_alerts, person_id=person),
            "waiting": await run(alerts.alerts_of_person, person_id=person),
        }


def _offer(key: str, language: Language) -> str:
    """The button below an answer that is not sure."""
    template = environment().get_template("alert_offer.html")
    return template.render(key=key, offer=AlertPhrases.of(language).offer)


def _known(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    if not visitor.is_known:
        raise HTTPException(404)
    return visitor


def _store_answer(
    session: Session, alert: Alert, new: NewTurn, now: datetime, lifetime: timedelta
) -> None:
    """Store the answer, unless the alert was cancelled or another process was faster."""
    if alerts.mark_alert_told(session, alert.id, now, new.key):
        conversations.add_turn(session, alert.place, new, now, lifetime)
