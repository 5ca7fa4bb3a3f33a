"""Roles: readers, editors and administrators."""

from __future__ import annotations

from datetime import datetime

from bot.settings import Settings
from bot.state import invitations, roles
from bot.state.database import State
from bot.state.roles import ROLES, Role, Standing


class Roles:
    """Everybody's role: the settings come first, then what administrators decided in the chat.

    Held in memory, as every update needs it; processes that share a database reload it.
    """

    def __init__(self, settings: Settings, state: State) -> None:
        """Reads the database."""
        self._settings = settings
        self._state = state
        self._given: dict[int, Standing] = dict(state.do(roles.load_roles))

    def of(self, person_id: int) -> Role | None:
        """The person's highest role; None if unknown or barred."""
        in_settings = self.role_in_settings(person_id)
        stored = self._given.get(person_id)
        held = [each for each in ROLES if each in {in_settings, stored}]
        return held[0] if held else None

    def role_in_settings(self, person_id: int) -> Role | None:
        """The person's role in the settings, with which they cannot be barred."""
        settings = self._settings
        if person_id in settings.admins:
            return "administrator"
        if person_id in settings.editors:
            return "editor"
        return "reader" if person_id in settings.allowed_users else None

    def may_ask(self, person_id: int) -> bool:
        """True if the person is answered in a private chat."""
        if self.of(person_id) is not None:
            return True
        return self._settings.access == "open" and not self.is_barred(person_id)

    def may_add(self, person_id: int) -> bool:
        """True if the person may send documents."""
        return self.of(person_id) in {"administrator", "editor"}

    def administers(self, person_id: int) -> bool:
        return self.of(person_id) == "administrator"

    def administrators(self) -> list[int]:
        """All administrators, sorted."""
        known = {*self._settings.admins, *self._given}
        return sorted(person for person in known if self.administers(person))

    def is_barred(self, person_id: int) -> bool:
        return self.of(person_id) is None and self._given.get(person_id) == "barred"

    def group_may_ask(self, chat_id: int, decided: bool | None) -> bool:
        """True if a group is answered; `decided` is an administrator's decision in it, if any.

        Unless access is open, a group needs to be listed or allowed.
        """
        if decided is not None:
            return decided
        listed = self._settings.allowed_groups
        return self._settings.access == "open" if listed is None else chat_id in listed

    def standings(self) -> dict[int, Standing]:
        """Decisions of administrators, by person."""
        return dict(self._given)

    async def give(self, person_id: int, standing: Standing, now: datetime) -> None:
        await self._state.run(roles.give, person_id=person_id, standing=standing, now=now)
        self._given[person_id] = standing

    async def accept(self, token: str, person_id: int, now: datetime) -> Role | None:
        """Accept an invitation; return the new role, or None if it has expired."""
        role = await self._state.run(invitations.accept, token=token, person_id=person_id, now=now)
        if role is not None:
            self._given[person_id] = role
        return role

    async def reload(self) -> None:
        """Reload the roles from the database."""
        self._given = dict(await self._state.run(roles.load_roles))

    def forget(self, person_id: int) -> None:
        """Forget a person whose rows were erased; a bar stays."""
        if self._given.get(person_id) != "barred":
            self._given.pop(person_id, None)
