"""Roles: readers, editors and administrators."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.settings import Settings
from bot.state import invitations, roles
from bot.state.audit import Actor
from bot.state.database import State
from bot.state.roles import ROLES, Role, Standing


class Roles:
    """Everybody's role: from the settings, then from administrators' decisions in the chat. Held in
    memory, as every update needs it; processes that share a database reload it."""

    def __init__(self, settings: Settings, state: State) -> None:
        """Reads the database."""
        self._settings = settings
        self._state = state
        self._standings: dict[int, Standing] = dict(state.do(roles.load_roles))
        self._lock = asyncio.Lock()  # a reload must not undo a decision of the same moment

    def of(self, person_id: int) -> Role | None:
        """The person's highest role; None if unknown or barred."""
        own_roles = {self.role_in_settings(person_id), self._standings.get(person_id)}
        return next((role for role in ROLES if role in own_roles), None)

    def role_in_settings(self, person_id: int) -> Role | None:
        """The person's role in the settings; people who have one cannot be barred."""
        settings = self._settings
        if person_id in settings.admins:
            return "administrator"
        if person_id in settings.editors:
            return "editor"
        return "reader" if person_id in settings.allowed_users else None

    def may_ask(self, person_id: int) -> bool:
        """True if the person is answered in a private chat."""
        is_open = self._settings.access == "open" and not self.is_barred(person_id)
        return is_open or self.of(person_id) is not None

    def may_add(self, person_id: int) -> bool:
        return self.of(person_id) in {"administrator", "editor"}

    def administers(self, person_id: int) -> bool:
        return self.of(person_id) == "administrator"

    def administrators(self) -> list[int]:
        """All administrators, sorted."""
        candidates = {*self._settings.admins, *self._standings}
        return sorted(person for person in candidates if self.administers(person))

    def is_barred(self, person_id: int) -> bool:
        return self.of(person_id) is None and self._standings.get(person_id) == "barred"

    def group_may_ask(self, chat_id: int, decision: bool | None) -> bool:
        """True if a group is answered; `decision` is an administrator's, if any. Unless access is
        open, a group needs to be listed or allowed."""
        if decision is not None:
            return decision
        groups = self._settings.allowed_groups
        return self._settings.access == "open" if groups is None else chat_id in groups

    def standings(self) -> dict[int, Standing]:
        """Administrators' decisions, by person."""
        return dict(self._standings)

    async def give(self, person_id: int, standing: Standing, now: datetime, by: Actor) -> None:
        async with self._lock:
            await self._state.run(roles.give, person_id, standing, now, by)
            self._standings[person_id] = standing

    async def accept(self, token: str, person_id: int, now: datetime) -> Role | None:
        """Accept an invitation; return the new role, or None if it has expired."""
        async with self._lock:
            role = await self._state.run(invitations.accept, token, person_id, now)
            if role is not None:
                self._standings[person_id] = role
            return role

    async def reload(self) -> None:
        async with self._lock:
            self._standings = dict(await self._state.run(roles.load_roles))

    def forget(self, person_id: int) -> None:
        """Forget a person whose rows were erased; a bar stays."""
        if self._standings.get(person_id) != "barred":
            self._standings.pop(person_id, None)
