"""The menus of commands, by scope and language, and what the bot says of itself, by language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.botapi.content import read_commands
from tests.botapi.messages import Json
from tests.botapi.refusal import bad_request

CommandKey = tuple[str, str]
Parameters = Mapping[str, Any]
PROFILE = {
    "MyName": ("name", 64),
    "MyDescription": ("description", 512),
    "MyShortDescription": ("short_description", 120),
}
"""By the end of its methods' names, the parameter and its longest text."""


class Menus:
    """The methods about them. `profile` has the name and both descriptions, by language."""

    def __init__(self) -> None:
        self.commands: dict[CommandKey, tuple[tuple[str, str], ...]] = {}
        self.chats: dict[int, Json] = {}
        self.profile: dict[tuple[str, str], str] = {}

    async def _setMyCommands(self, parameters: Parameters) -> object:  # noqa: N802
        chat = parameters.get("scope", {}).get("chat_id")
        if chat is not None and chat not in self.chats:
            raise bad_request("chat not found")
        self.commands[_key(parameters)] = read_commands(parameters["commands"])
        return True

    async def _deleteMyCommands(self, parameters: Parameters) -> object:  # noqa: N802
        self.commands.pop(_key(parameters), None)
        return True

    async def profiled(self, method: str, parameters: Parameters) -> object:
        """What `setMyName` and its like do."""
        what, most = PROFILE[method[3:]]
        language = _language(parameters)
        if method.startswith("get"):  # or else in the default language
            return {what: self.profile.get((what, language)) or self.profile.get((what, ""), "")}
        text = parameters.get(what, "")
        if len(text) > most:
            raise bad_request(f"{what} is too long")
        self.profile[what, language] = text
        return True


def _key(parameters: Parameters) -> CommandKey:
    return _scope(parameters.get("scope", {"type": "default"})), _language(parameters)


def _language(parameters: Parameters) -> str:
    language: str = parameters.get("language_code", "")
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request("invalid language code specified")
    return language


def _scope(raw: Mapping[str, Any]) -> str:
    """The scope's type, with its chat where it is about one."""
    kinds = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
    if raw.get("type") in kinds and set(raw) == {"type"}:
        return str(raw["type"])
    if raw.get("type") in {"chat", "chat_administrators"} and set(raw) == {"type", "chat_id"}:
        return f"{raw['type']}:{raw['chat_id']}"
    raise bad_request("can't parse BotCommandScope")
