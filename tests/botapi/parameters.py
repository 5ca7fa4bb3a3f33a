"""What methods accept, and how a form or JSON value becomes a typed one.

Telegram ignores a parameter that it does not know; this server refuses it, so that a misspelt one
shows in a test. A parameter that exists but that no test needs yet is refused as well: add it here
together with what it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tests.botapi.refusal import bad_request

TEXTS = frozenset(
    {
        *("action", "caption", "callback_query_id", "description", "file_id", "guest_query_id"),
        *("inline_query_id", "language_code", "name", "parse_mode"),
        *("secret_token", "short_description", "text", "url"),
    }
)
INTEGERS = frozenset(
    {
        *("cache_time", "chat_id", "direct_messages_topic_id", "limit"),
        *("max_connections", "message_id", "message_thread_id", "offset", "timeout", "user_id"),
    }
)
BOOLEANS = frozenset({"is_personal", "show_alert"})
OBJECTS = frozenset(
    {
        *("button", "ephemeral_message_parameters", "link_preview_options", "reply_markup"),
        *("reply_parameters", "result", "scope"),
    }
)
ARRAYS = frozenset({"allowed_updates", "commands", "reaction", "results"})


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


TYPES = {
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(INTEGERS, int),
    **dict.fromkeys(BOOLEANS, bool),
    **dict.fromkeys(OBJECTS, dict),
    **dict.fromkeys(ARRAYS, list),
    **dict.fromkeys(("document", "photo", "audio", "voice"), Upload),
}


def read_parameters(method: str, raw: Mapping[str, object]) -> dict[str, object]:
    """The typed parameters of one request; raises Refusal for what is not accepted."""
    parameters: dict[str, object] = {}
    for name, value in raw.items():
        if name not in TYPES:
            if isinstance(value, Upload):
                continue  # named by an attach:// elsewhere
            raise bad_request(f'unknown parameter "{name}" of {method}')
        if isinstance(value, str) and value.startswith("attach://"):
            value = raw.get(value.removeprefix("attach://"), value)
        if isinstance(value, str) and TYPES[name] is not str:
            try:
                value = json.loads(value)
            except ValueError as error:
                raise bad_request(f"can't parse {name}: {error}") from error
        if type(value) is not TYPES[name]:
            raise bad_request(f"can't parse {name}: it is no {TYPES[name].__name__}")
        parameters[name] = value
    return parameters
