"""What each method accepts, and how a form or JSON value becomes a typed one.

Telegram ignores a parameter that it does not know; this server refuses it, so that a misspelt one
shows in a test. A parameter that exists but that no test needs yet is refused as well: add it here
together with what it does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.botapi.refusal import bad_request

Parser = Callable[[object], object]


def integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("an integer is expected")
    return int(value)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a string is expected")
    return value


def boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "True", "1", "false", "False", "0"}:
        return value in {"true", "True", "1"}
    raise ValueError("a boolean is expected")


def mapping(value: object) -> dict[str, object]:
    parsed = json.loads(value) if isinstance(value, str) else value
    if not isinstance(parsed, dict):
        raise ValueError("object expected as JSON")
    return parsed


def sequence(value: object) -> list[object]:
    parsed = json.loads(value) if isinstance(value, str) else value
    if not isinstance(parsed, list):
        raise ValueError("array expected as JSON")
    return parsed


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    name: str
    data: bytes


def upload(value: object) -> Upload:
    if not isinstance(value, Upload):
        raise ValueError("a file of the request is expected")
    return value


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of one method."""

    required: Mapping[str, Parser]
    optional: Mapping[str, Parser]


_CONTENT: Mapping[str, Parser] = {
    "parse_mode": text,
    "link_preview_options": mapping,
    "reply_markup": mapping,
}
_SENDING: Mapping[str, Parser] = {
    "message_thread_id": integer,
    "direct_messages_topic_id": integer,
    "disable_notification": boolean,
    "protect_content": boolean,
    "reply_parameters": mapping,
    "ephemeral_message_parameters": mapping,
}
_CAPTIONED: Mapping[str, Parser] = {
    **_SENDING,
    "caption": text,
    "parse_mode": text,
    "reply_markup": mapping,
}
_COMMANDS: Mapping[str, Parser] = {"scope": mapping, "language_code": text}

SIGNATURES: Mapping[str, Signature] = {
    "getMe": Signature({}, {}),
    "getUpdates": Signature(
        {}, {"offset": integer, "limit": integer, "timeout": integer, "allowed_updates": sequence}
    ),
    "deleteWebhook": Signature({}, {"drop_pending_updates": boolean}),
    "setWebhook": Signature(
        {"url": text},
        {
            "allowed_updates": sequence,
            "max_connections": integer,
            "secret_token": text,
            "drop_pending_updates": boolean,
        },
    ),
    "getWebhookInfo": Signature({}, {}),
    "sendMessage": Signature(
        {"chat_id": integer, "text": text},
        {
            **_CONTENT,
            **_SENDING,
        },
    ),
    "sendMessageDraft": Signature(
        {"chat_id": integer, "draft_id": integer},
        {"text": text, "message_thread_id": integer, "parse_mode": text, "can_stop": boolean},
    ),
    "sendDocument": Signature(
        {"chat_id": integer, "document": upload},
        {**_CAPTIONED, "disable_content_type_detection": boolean},
    ),
    "sendPhoto": Signature({"chat_id": integer, "photo": upload}, _CAPTIONED),
    "sendAudio": Signature({"chat_id": integer, "audio": upload}, _CAPTIONED),
    "sendVoice": Signature({"chat_id": integer, "voice": upload}, _CAPTIONED),
    "sendChatAction": Signature(
        {"chat_id": integer, "action": text}, {"message_thread_id": integer}
    ),
    "getFile": Signature({"file_id": text}, {}),
    "getChat": Signature({"chat_id": integer}, {}),
    "getChatMember": Signature({"chat_id": integer, "user_id": integer}, {}),
    "leaveChat": Signature({"chat_id": integer}, {}),
    "deleteMessage": Signature({"chat_id": integer, "message_id": integer}, {}),
    "answerInlineQuery": Signature(
        {"inline_query_id": text, "results": sequence},
        {"cache_time": integer, "is_personal": boolean, "next_offset": text, "button": mapping},
    ),
    "answerGuestQuery": Signature({"guest_query_id": text, "result": mapping}, {}),
    "answerCallbackQuery": Signature(
        {"callback_query_id": text},
        {"text": text, "show_alert": boolean, "cache_time": integer},
    ),
    "editMessageText": Signature(
        {"chat_id": integer, "message_id": integer, "text": text}, _CONTENT
    ),
    "editMessageReplyMarkup": Signature(
        {"chat_id": integer, "message_id": integer}, {"reply_markup": mapping}
    ),
    "setMyCommands": Signature({"commands": sequence}, _COMMANDS),
    "getMyCommands": Signature({}, _COMMANDS),
    "deleteMyCommands": Signature({}, _COMMANDS),
    "setMyName": Signature({}, {"name": text, "language_code": text}),
    "getMyName": Signature({}, {"language_code": text}),
    "setMyDescription": Signature({}, {"description": text, "language_code": text}),
    "getMyDescription": Signature({}, {"language_code": text}),
    "setMyShortDescription": Signature({}, {"short_description": text, "language_code": text}),
    "getMyShortDescription": Signature({}, {"language_code": text}),
}


def read_parameters(method: str, raw: Mapping[str, object]) -> dict[str, object]:
    """The typed parameters of one request; raises Refusal for what the method does not accept."""
    signature = SIGNATURES[method]
    accepted = {**signature.required, **signature.optional}
    parameters: dict[str, object] = {}
    for name, value in raw.items():
        if isinstance(value, Upload) and name not in accepted:
            continue  # named by an attach:// elsewhere
        if isinstance(value, str) and value.startswith("attach://"):
            value = raw.get(value.removeprefix("attach://"), value)
        if name not in accepted:
            raise bad_request(f'unknown parameter "{name}" of {method}')
        try:
            parameters[name] = accepted[name](value)
        except ValueError as error:
            raise bad_request(f"can't parse {name}: {error}") from error
    for name in signature.required:
        if name not in parameters:
            if name == "text":
                raise bad_request("message text is empty")
            raise bad_request(f'parameter "{name}" is required')
    return parameters
