"""The page of people: tokens of the web, and roles on Telegram."""

from __future__ import annotations

import asyncio
import re
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.errors import SettingsError, UsageError
from bot.locale.administration import RightPhrases
from bot.locale.errors import error_sentence
from bot.locale.messenger import AccessPhrases
from bot.state import roles, web_tokens
from bot.state.rights import change_right, list_readers
from bot.state.roles import STANDINGS
from bot.web.administration.page import AdminSite, address

PEOPLE = address("personnes")
_NUMBER = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_GIVEN = STANDINGS[1:]  # administrators are named by the settings


class PeoplePages:
    def __init__(self, site: AdminSite) -> None:
        self._site = site
        self._service = site.service

    def routes(self) -> list[BaseRoute]:
        return [
            self._site.route("/personnes", self.show),
            self._site.route("/personnes/jetons", self.change_token, "POST"),
            self._site.route("/personnes/roles", self.give_role, "POST"),
            self._site.route("/personnes/droits", self.change_right, "POST"),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def change_token(self, request: Request) -> Response:
        """Create a token, which this page alone shows, or remove one."""
        form = await request.form(max_files=0, max_fields=4)
        name, state = str(form.get("name", "")).strip(), self._service.state
        now, by = self._service.now(), request.state.visitor.actor
        if "remove" in form:
            await state.run(web_tokens.remove_token, name=name, now=now, by=by)
            return RedirectResponse(PEOPLE, 303)
        if not web_tokens.is_token_name(name):
            problem = error_sentence(SettingsError("token-name"), request.state.visitor.language)
            return await self._page(request, 422, problem=problem)
        create = partial(web_tokens.create_token, name=name, now=now, by=by)
        return await self._page(request, token=await state.run(create), token_name=name)

    async def give_role(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=4)
        number, role = str(form.get("number", "")).strip(), form.get("role")
        standing = next((standing for standing in _GIVEN if standing == role), None)
        phrases = AccessPhrases.of(request.state.visitor.language)
        if not _NUMBER.fullmatch(number) or standing is None:
            return await self._page(request, 422, problem=phrases.allow_usage)
        settings = self._service.settings
        if int(number) in (*settings.admins, *settings.editors, *settings.allowed_users):
            return await self._page(request, 422, problem=phrases.set_by_settings(number))
        give = partial(roles.give, person_id=int(number), standing=standing)
        by = request.state.visitor.actor
        await self._service.state.run(give, now=self._service.now(), by=by)
        return RedirectResponse(PEOPLE, 303)

    async def change_right(self, request: Request) -> Response:
        """Let somebody read a closed collection, or no longer."""
        form = await request.form(max_files=0, max_fields=4)
        names = [str(form.get(key, "")).strip() for key in ("collection", "who")]
        by = request.state.visitor.actor
        change = partial(change_right, by=by, is_given="take" not in form)
        try:
            state, settings = self._service.state, self._service.settings
            await asyncio.to_thread(change, state, settings, *names)
        except UsageError as error:
            problem = error_sentence(error, request.state.visitor.language)
            return await self._page(request, 422, problem=problem)
        return RedirectResponse(PEOPLE, 303)

    async def _page(
        self, request: Request, status: int = 200, *, problem: str = "", token: str = "",
        token_name: str = "",
    ) -> Response:  # fmt: skip
        state, settings = self._service.state, self._service.settings
        standings = await state.run(roles.load_roles)
        readers = await asyncio.to_thread(list_readers, state, settings)
        return self._site.page(
            request,
            "personnes",
            status,
            problem=problem,
            token=token,
            token_name=token_name,
            tokens=await self._service.state.run(web_tokens.list_tokens),
            admins=self._service.settings.web_admins,
            people=sorted(standings.items()),
            access=AccessPhrases.of(request.state.visitor.language),
            given=_GIVEN,
            readers=readers,
            rights=RightPhrases.of(request.state.visitor.language).labels,
        )
