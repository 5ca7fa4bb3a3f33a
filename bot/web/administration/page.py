"""The frame of the operators' pages: who may see which, their menu, and the job under way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.errors import NotPermitted
from bot.state.roles import ROLES, Role
from bot.web.administration.texts import OperatorPhrases
from bot.web.administration.work import BackgroundJob
from bot.web.rendering import render
from bot.web.service import Visitor, WebService

ADMIN = "/admin"
# The pages, with the least role that may see each; the first is at /admin itself.
SECTIONS: Mapping[str, Role] = {
    "etat": "administrator",
    "questions": "editor",
    "articles": "editor",
    "chiffres": "editor",
    "evaluation": "administrator",
    "personnes": "administrator",
    "journal": "administrator",
}

Handler = Callable[[Request], Awaitable[Response]]


def address(section: str) -> str:
    return ADMIN if section == "etat" else f"{ADMIN}/{section}"


def is_permitted(visitor: Visitor, role: Role) -> bool:
    return ROLES.index(visitor.role) <= ROLES.index(role)


class AdminSite:
    """What the operators' pages share."""

    def __init__(self, service: WebService) -> None:
        self.service = service
        self.job = BackgroundJob()

    def route(
        self,
        path: str,
        handler: Handler,
        method: str = "GET",
        role: Role | None = None,
        **more: Any,
    ) -> Route:
        """A route below /admin for people of a role, by default its section's."""
        least = role or SECTIONS[path.strip("/").partition("/")[0].partition(".")[0] or "etat"]

        async def guard(request: Request) -> Response:
            if not is_permitted(request.state.visitor, least):
                raise NotPermitted("web-not-permitted")
            return await handler(request)

        return Route(f"{ADMIN}{path}", guard, methods=[method], **more)

    def page(self, request: Request, section: str, status: int = 200, **values: Any) -> Response:
        visitor: Visitor = request.state.visitor
        return render(
            request,
            f"admin_{section}.html",
            status,
            phrases=OperatorPhrases.of(visitor.language),
            sections={
                name: address(name)
                for name, role in SECTIONS.items()
                if is_permitted(visitor, role)
            },
            section=section,
            administers=visitor.role == "administrator",
            job=self.job,
            **{"problem": "", **values},
        )

    async def stop(self, request: Request) -> Response:
        """Ask the job to stop, and go back to the page of the button."""
        self.job.stop.set()
        async with request.form(max_files=0, max_fields=1) as form:
            section = str(form.get("section", ""))
        return RedirectResponse(address(section) if section in SECTIONS else ADMIN, 303)
