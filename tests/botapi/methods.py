"""The Bot API's methods over one bot's chats and messages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from tests.botapi.content import (
    read_caption,
    read_keyboard,
    read_pickers,
    read_preview,
    read_text,
)
from tests.botapi.entities import Formatted
from tests.botapi.hook import Hook
from tests.botapi.inline import InlineAnswer, InlineResult, read_inline_answer, read_inline_result
from tests.botapi.menus import PROFILE, Menus
from tests.botapi.messages import File, FileKind, Json, Message
from tests.botapi.parameters import Upload
from tests.botapi.refusal import Refusal, bad_request
from tests.botapi.updates import Updates

MAX_DOWNLOAD = 20 * 2**20
MAX_PHOTO, MAX_UPLOAD = 10 * 2**20, 50 * 2**20
ACTIONS = frozenset(
    {"typing", "upload_photo", "upload_document", "upload_voice", "record_voice", "find_location"}
)
FILES: Mapping[str, FileKind] = {
    "sendDocument": "document",
    "sendPhoto": "photo",
    "sendAudio": "audio",
    "sendVoice": "voice",
}
Parameters = Mapping[str, Any]

_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_HOOKED = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Methods(Menus):
    """What Telegram knows of one bot; each method takes typed parameters and gives its result."""

    def __init__(self, username: str, *, privacy: bool = True, local: Path | None = None) -> None:
        """`local` is where files lie of a server that runs with --local."""
        super().__init__()
        self.local = local
        self.privacy = privacy
        self.bot: Json = {"id": 1_000, "is_bot": True, "first_name": "Selon", "username": username}
        self.updates = Updates()
        self.hook = Hook(self.updates)
        self.blocked: set[int] = set()
        self.messages: dict[tuple[int, int], Message] = {}
        self.actions: list[tuple[int, str]] = []
        self.bot_reactions: list[tuple[int, int, str]] = []
        self.queries: set[str] = set()
        self.answers: dict[str, str] = {}
        self.topics: set[tuple[int, int]] = set()
        self.direct_topics: set[tuple[int, int]] = set()
        self.moved: dict[int, int] = {}
        self.left: set[int] = set()
        self.administrators: dict[int, set[int]] = {}
        self.files: dict[str, bytes] = {}
        self.inline_queries: set[str] = set()
        self.inline_answers: dict[str, InlineAnswer] = {}
        self.guest_queries: set[str] = set()
        self.guest_answers: dict[str, InlineResult] = {}
        self._ids: dict[int, int] = {}

    def next_id(self, chat_id: int) -> int:
        """Message numbers are shared by both sides of a chat."""
        self._ids[chat_id] = self._ids.get(chat_id, 0) + 1
        return self._ids[chat_id]

    async def call(self, method: str, parameters: Parameters) -> object:
        if method in FILES:
            return self._send_file(parameters, FILES[method])
        if method[3:] in PROFILE:
            return await self.profiled(method, parameters)
        handler = getattr(self, f"_{method}")
        return await handler(parameters)

    def chat_of(self, chat_id: int, kind: str) -> Json:
        """The chat of this id, made on first sight."""
        names = {"first_name": "Lecteur"} if kind == "private" else {"title": "Rédaction"}
        return self.chats.setdefault(chat_id, {"id": chat_id, "type": kind, **names})

    def sees(self, message: Json) -> bool:
        """Whether Telegram shows a message to the bot (privacy mode hides most of a group's)."""
        chat = cast("Json", message["chat"])
        said = {"text", "caption", "photo", "voice", "document"} & set(message)
        if chat["type"] == "private" or not self.privacy or not said:
            return True
        if chat.get("is_direct_messages"):
            return True
        reply = cast("Json", message.get("reply_to_message") or {})
        if cast("Json", reply.get("from") or {}).get("id") == self.bot["id"]:
            return True
        text = str(message.get("text") or message.get("caption") or "")
        name = f"@{self.bot['username']}"
        return text.startswith("/") or name.lower() in text.lower()

    def _chat(self, parameters: Parameters) -> Json:
        chat_id = cast("int", parameters["chat_id"])
        if chat_id in self.moved:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, description, migrate_to=self.moved[chat_id])
        if chat_id not in self.chats:
            raise bad_request("chat not found")
        if chat_id in self.left:
            raise Refusal(403, "Forbidden: bot is not a member of the supergroup chat")
        thread = parameters.get("message_thread_id")
        if thread is not None and (chat_id, thread) not in self.topics:
            raise bad_request("message thread not found")
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
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": True,
            "supports_guest_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    async def _getUpdates(self, parameters: Parameters) -> object:  # noqa: N802
        if self.hook.url:
            raise Refusal(409, _HOOKED)
        if "allowed_updates" in parameters:
            self.updates.allowed = frozenset(parameters["allowed_updates"])
        return await self.updates.poll(
            parameters.get("offset", 0), parameters.get("limit", 100), parameters.get("timeout", 0)
        )

    async def _deleteWebhook(self, parameters: Parameters) -> object:  # noqa: N802
        return self.hook.set({"url": ""})

    async def _setWebhook(self, parameters: Parameters) -> object:  # noqa: N802
        return self.hook.set(parameters)

    async def _getWebhookInfo(self, parameters: Parameters) -> object:  # noqa: N802
        return self.hook.info()

    async def _sendMessage(self, parameters: Parameters) -> object:  # noqa: N802
        formatted = read_text(parameters.get("text", ""), parameters.get("parse_mode"))
        return self._keep(parameters, formatted)

    def _send_file(self, parameters: Parameters, kind: FileKind) -> object:
        upload: Upload = parameters[kind]
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > (MAX_PHOTO if kind == "photo" else MAX_UPLOAD):
            raise bad_request("file is too big")
        if kind == "voice" and not upload.data.startswith(b"OggS"):
            kind = "audio"  # Telegram shows as voice messages only Ogg with Opus
        if kind == "photo" and not upload.data.startswith((b"\x89PNG", b"\xff\xd8")):
            raise bad_request("IMAGE_PROCESS_FAILED")
        caption = read_caption(parameters.get("caption", ""), parameters.get("parse_mode"))
        return self._keep(parameters, caption, File(kind, upload.name, upload.data))

    def _keep(
        self, parameters: Parameters, formatted: Formatted, file: File | None = None
    ) -> object:
        chat = self._chat(parameters)
        chat_id = parameters["chat_id"]
        direct = parameters.get("direct_messages_topic_id")
        if bool(chat.get("is_direct_messages")) != (direct is not None):
            raise bad_request("a topic is for the direct messages of a channel alone")
        if direct is not None and (chat_id, direct) not in self.direct_topics:
            raise bad_request("direct messages topic not found")
        reply_to = self._replied(chat_id, parameters.get("reply_parameters"))
        only_for = self._receiver(chat, parameters.get("ephemeral_message_parameters"))
        keyboard = read_keyboard(parameters.get("reply_markup"))
        preview = read_preview(parameters.get("link_preview_options"))
        if chat["type"] != "private" and any(button.web_app for row in keyboard for button in row):
            raise bad_request("BUTTON_TYPE_INVALID: web apps are opened in private chats only")
        pickers = read_pickers(parameters.get("reply_markup"))
        if pickers and chat["type"] != "private":
            raise bad_request("BUTTON_TYPE_INVALID: people are picked in private chats only")
        message = Message(
            chat_id,
            self.next_id(chat_id),
            int(time.time()),
            formatted,
            keyboard,
            reply_to,
            preview,
            thread_id=parameters.get("message_thread_id"),
            direct_topic=direct,
            file=file,
            pickers=pickers,
            only_for=only_for,
        )
        self.messages[chat_id, message.message_id] = message
        return message.to_json(chat, self.bot)

    def _receiver(self, chat: Json, parameters: object) -> int | None:
        if parameters is None:
            return None
        if not isinstance(parameters, dict) or set(parameters) != {"receiver_user_id"}:
            raise bad_request("can't parse ephemeral message parameters")
        receiver = parameters["receiver_user_id"]
        if type(receiver) is not int or receiver <= 0:
            raise bad_request("USER_ID_INVALID")
        administrators = self.administrators.get(cast("int", chat["id"]), set())
        if chat["type"] != "supergroup" or self.bot["id"] not in administrators:
            raise bad_request("BOT_NOT_ADMIN")
        return receiver

    async def _getFile(self, parameters: Parameters) -> object:  # noqa: N802
        file_id = parameters["file_id"]
        if file_id not in self.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        size, path = len(self.files[file_id]), f"documents/{file_id}"
        if self.local is not None:
            file = self.local / file_id
            file.write_bytes(self.files[file_id])
            path = str(file)
        elif size > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        names = {"file_id": file_id, "file_unique_id": file_id}
        return {**names, "file_size": size, "file_path": path}

    async def _getChat(self, parameters: Parameters) -> object:  # noqa: N802
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
        return {
            **self._chat(parameters),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), True),
        }

    async def _getChatMember(self, parameters: Parameters) -> object:  # noqa: N802
        self._chat(parameters)
        user = {"id": parameters["user_id"], "is_bot": False, "first_name": "Lecteur"}
        admins = self.administrators.get(parameters["chat_id"], set())
        if parameters["user_id"] in admins:
            return {"user": user, "status": "creator", "is_anonymous": False}
        return {"user": user, "status": "member"}

    async def _leaveChat(self, parameters: Parameters) -> object:  # noqa: N802
        self._chat(parameters)
        self.left.add(parameters["chat_id"])
        return True

    async def _deleteMessage(self, parameters: Parameters) -> object:  # noqa: N802
        self._chat(parameters)
        if self.messages.pop((parameters["chat_id"], parameters["message_id"]), None) is None:
            raise bad_request("message to delete not found")
        return True

    async def _answerInlineQuery(self, parameters: Parameters) -> object:  # noqa: N802
        query = parameters["inline_query_id"]
        if query not in self.inline_queries:
            raise bad_request(_TOO_OLD)
        self.inline_answers[query] = read_inline_answer(parameters)
        self.inline_queries.remove(query)
        return True

    async def _answerGuestQuery(self, parameters: Parameters) -> object:  # noqa: N802
        query = parameters["guest_query_id"]
        if query not in self.guest_queries:
            raise bad_request(_TOO_OLD)
        self.guest_answers[query] = read_inline_result(parameters["result"])
        self.guest_queries.remove(query)
        return {"inline_message_id": f"message-{query}"}

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

    async def _setMessageReaction(self, parameters: Parameters) -> object:  # noqa: N802
        chat = self._chat(parameters)
        reaction = cast("list[Json]", parameters["reaction"])
        number = cast("int", parameters["message_id"])
        self.bot_reactions += [
            (cast("int", chat["id"]), number, str(kind["emoji"])) for kind in reaction
        ]
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
        formatted = read_text(parameters.get("text", ""), parameters.get("parse_mode"))
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


METHODS = {
    *(*FILES, *(f"{does}{what}" for does in ("get", "set") for what in PROFILE)),
    *(name[1:] for name in dir(Methods) if name != name.lower()),
}
"""The names of what a bot may call."""
