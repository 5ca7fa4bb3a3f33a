"""Web page with the standings of the writers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.arena.battle_records import pair_tallies
from bot.arena.board import record_line
from bot.arena.standings import StandingsCount
from bot.arena.texts import ArenaPageTexts, ArenaPhrases, StandingsPhrases
from bot.web.feature import MenuLink, WebFeature
from bot.web.rendering import render
from bot.web.service import Visitor, WebService


def open_pages(service: WebService) -> WebFeature:
    count = StandingsCount(service.state)

    async def show_standings(request: Request) -> Response:
        visitor: Visitor = request.state.visitor
        return render(
            request,
            "arena.html",
            standings=await count.load(),
            phrases=StandingsPhrases.of(visitor.language),
            names=ArenaPhrases.of(visitor.language),
            columns=ArenaPageTexts.of(visitor.language),
            record_line=record_line,
        )

    links = []
    if service.settings.telegram_token or service.state.do(pair_tallies):
        links.append(MenuLink("/arene", lambda code: ArenaPageTexts.of(code).name))
    return WebFeature([Route("/arene", show_standings, methods=["GET"])], links)
