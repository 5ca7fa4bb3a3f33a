"""The Bot API's methods over one bot's chats and messages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from tests.botapi.content import (
    read_commands,
    read_keyboard,
    read_preview,
    read_text,
)
from tests.botapi.messages import Json, Message
from tests.botapi.refusal import Refusal, bad_request
from tests.botapi.updates import Updates

ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "find_location"})
CommandKey = tuple[str, str]
Parameters = Mapping[str, Any]

_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Methods:
    """What Telegram knows of one bot; each method takes typed parameters and gives its result."""

    def __init__(self, username: str) -> None:
        self.bot: Json = {"id": 1_000, "is_bot": True, "first_name": "Selon", "username": username}
        self.updates = Updates()
        self.chats: dict[int, Json] = {}
        self.blocked: set[int] = set()
        self.messages: dict[tuple[int, int], Message] = {}
        self.actions: list[tuple[int, str]] = []
        self.queries: set[str] = set()
        self.answers: dict[str, str] = {}
        self.commands: dict[CommandKey, tuple[tuple[str, str], ...]] = {}
        self._ids: dict[int, int] = {}

    def next_id(self, chat_id: int) -> int:
        """Message numbers are shared by both sides of a chat."""
        self._ids[chat_id] = self._ids.get(chat_id, 0) + 1
        return self._ids[chat_id]

    async def call(self, method: str, parameters: Parameters) -> object:
        """The result of one method; raises Refusal."""
        handler = getattr(self, f"_{method}")
        return await handler(parameters)

    def _chat(self, parameters: Parameters) -> Json:
        chat_id = cast("int", parameters["chat_id"])
        if chat_id not in self.chats:
            raise bad_request("chat not found")
        if chat_id in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return self.chats[chat_id]

    def _to_edit(self, parameters: Parameters) -> Message:
        self._chat(parameters)
        found = self.messages.get((parameters["chat_id"], parameters["message_id"]))
        if found is None:
            raise bad_request("message to edit not found")
        return found

    async def _getMe(self, parameters: Parameters) -> object:  # noqa: N802
        return {
            **self.bot,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    async def _getUpdates(self, parameters: Parameters) -> object:  # noqa: N802
        if "allowed_updates" in parameters:
            self.updates.allowed = frozenset(parameters["allowed_updates"])
        limit = parameters.get("limit", 100)
        if not 1 <= limit <= 100:
            limit = 100
        return await self.updates.poll(
            parameters.get("offset", 0), limit, parameters.get("timeout", 0)
        )

    async def _deleteWebhook(self, parameters: Parameters) -> object:  # noqa: N802
        if parameters.get("drop_pending_updates"):
            self.updates.drop()
        return True

    async def _sendMessage(self, parameters: Parameters) -> object:  # noqa: N802
        chat = self._chat(parameters)
        chat_id = parameters["chat_id"]
        reply_to = self._replied(chat_id, parameters.get("reply_parameters"))
        formatted = read_text(parameters["text"], parameters.get("parse_mode"))
        keyboard = read_keyboard(parameters.get("reply_markup"))
        preview = read_preview(parameters.get("link_preview_options"))
        message = Message(
            chat_id,
            self.next_id(chat_id),
            int(time.time()),
            formatted,
            keyboard,
            reply_to,
            preview,
        )
        self.messages[chat_id, message.message_id] = message
        return message.to_json(chat, self.bot)

    def _replied(self, chat_id: int, reply: Json | None) -> int | None:
        if reply is None:
            return None
        known = {"message_id", "allow_sending_without_reply"}
        if not set(reply) <= known or not isinstance(reply.get("message_id"), int):
            raise bad_request("can't parse reply parameters")
        number = cast("int", reply["message_id"])
        if 1 <= number <= self._ids.get(chat_id, 0):
            return number
        if reply.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")

    async def _sendChatAction(self, parameters: Parameters) -> object:  # noqa: N802
        self._chat(parameters)
        if parameters["action"] not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        self.actions.append((parameters["chat_id"], parameters["action"]))
        return True

    async def _answerCallbackQuery(self, parameters: Parameters) -> object:  # noqa: N802
        query = parameters["callback_query_id"]
        if query not in self.queries:
            raise bad_request(_TOO_OLD)
        answer = parameters.get("text", "")
        if len(answer) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self.queries.remove(query)
        self.answers[query] = answer
        return True

    async def _editMessageText(self, parameters: Parameters) -> object:  # noqa: N802
        old = self._to_edit(parameters)
        formatted = read_text(parameters["text"], parameters.get("parse_mode"))
        keyboard = read_keyboard(parameters.get("reply_markup"))
        preview = read_preview(parameters.get("link_preview_options"))
        return self._replace(old, replace(old.edit(formatted, keyboard), preview=preview))

    async def _editMessageReplyMarkup(self, parameters: Parameters) -> object:  # noqa: N802
        old = self._to_edit(parameters)
        keyboard = read_keyboard(parameters.get("reply_markup"))
        return self._replace(old, old.edit(old.formatted, keyboard))

    def _replace(self, old: Message, new: Message) -> object:
        if (old.formatted, old.keyboard) == (new.formatted, new.keyboard):
            raise bad_request(_UNCHANGED)
        self.messages[new.chat_id, new.message_id] = new
        return new.to_json(self.chats[new.chat_id], self.bot)

    async def _setMyCommands(self, parameters: Parameters) -> object:  # noqa: N802
        self.commands[_key(parameters)] = read_commands(parameters["commands"])
        return True

    async def _getMyCommands(self, parameters: Parameters) -> object:  # noqa: N802
        return [
            {"command": command, "description": description}
            for command, description in self.commands.get(_key(parameters), ())
        ]

    async def _deleteMyCommands(self, parameters: Parameters) -> object:  # noqa: N802
        self.commands.pop(_key(parameters), None)
        return True


def _key(parameters: Parameters) -> CommandKey:
    scope = parameters.get("scope", {"type": "default"})["type"]
    language = parameters.get("language_code", "")
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request("invalid language code specified")
    return scope, language
