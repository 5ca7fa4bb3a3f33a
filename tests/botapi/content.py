"""The checks that the content of a message passes before it is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.botapi.entities import Formatted, utf16_length
from tests.botapi.html import check_url, parse_html
from tests.botapi.messages import Button, Picker
from tests.botapi.refusal import bad_request

MAX_TEXT = 4096
MAX_BUTTONS = 100
MAX_ROW = 8
MAX_CALLBACK_DATA = 64
MAX_COPIED = 256
MAX_COMMANDS = 100
MAX_CAPTION = 1024
MAX_PICKED = 10
Keyboard = tuple[tuple[Button, ...], ...]


def read_caption(source: str, parse_mode: object = None) -> Formatted:
    """The text below a file; raises Refusal as `read_text`, but it may be empty."""
    if not source.strip():
        return Formatted("")
    formatted = read_text(source, parse_mode)
    if utf16_length(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def read_text(source: str, parse_mode: object = None) -> Formatted:
    """The text that people will see; raises Refusal when it is empty, too long or malformed."""
    if not source:
        raise bad_request("message text is empty")
    if parse_mode not in {None, "HTML"}:
        raise bad_request("unsupported parse_mode")
    formatted = parse_html(source) if parse_mode else Formatted(source.strip())
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if utf16_length(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def read_pickers(markup: object) -> tuple[Picker, ...] | None:
    """The buttons in place of a person's keyboard, all of which pick people here; None where other
    markup is given; raises Refusal."""
    if not isinstance(markup, dict) or not {"keyboard", "remove_keyboard"} & set(markup):
        return None
    pickers = tuple(_picker(button) for row in markup.get("keyboard", ()) for button in row)
    if len({picker.request_id for picker in pickers}) < len(pickers):
        raise bad_request("BUTTON_ID_DUPLICATE")
    return pickers


def _picker(raw: Mapping[str, Any]) -> Picker:
    request = raw.get("request_users")
    if request is None or not raw["text"].strip():
        raise bad_request("can't parse keyboard button: only request_users is known here")
    if not 1 <= request.get("max_quantity", 1) <= MAX_PICKED:
        raise bad_request("can't parse keyboard button: request_users")
    return Picker(raw["text"], request["request_id"], request.get("request_name", False))


def read_keyboard(markup: object) -> Keyboard:
    """The inline keyboard of a message, row by row; raises Refusal for what cannot be pressed."""
    if markup is None or read_pickers(markup) is not None:
        return ()
    if not isinstance(markup, dict) or set(markup) != {"inline_keyboard"}:
        raise bad_request("object expected as reply markup")
    rows = markup["inline_keyboard"]
    keyboard = tuple(tuple(_button(button) for button in row) for row in rows if row)
    if any(len(row) > MAX_ROW for row in keyboard) or sum(map(len, keyboard)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return keyboard


def _button(raw: Mapping[str, Any]) -> Button:
    trouble, label = "can't parse inline keyboard button: ", raw["text"]
    if not label.strip():
        raise bad_request(f'{trouble}Can\'t find field "text"')
    if not re.search(r"[^\W\d_]{2}", label):
        raise bad_request(f"a screen reader finds no word on the button {label!r}")
    kinds = set(raw) - {"text"}
    if not kinds:
        raise bad_request(f"{trouble}Text buttons are unallowed in the inline keyboard")
    known = {"callback_data", "url", "switch_inline_query_current_chat", "copy_text", "web_app"}
    if len(kinds) > 1 or not kinds <= known:
        raise bad_request(f"{trouble}unexpected fields {sorted(kinds)}")
    kind = kinds.pop()
    value = raw[kind]
    if kind == "copy_text":
        if not 1 <= len(value["text"]) <= MAX_COPIED:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return Button(label, copied=value["text"])
    if kind == "web_app":
        if not value["url"].startswith("https://"):
            raise bad_request(f"inline keyboard button Web App URL '{value['url']}' is invalid")
        return Button(label, web_app=value["url"])
    if kind == "switch_inline_query_current_chat":
        return Button(label, query=value)
    if kind == "callback_data":
        if not 1 <= len(value.encode()) <= MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return Button(label, callback_data=value)
    try:
        return Button(label, url=check_url(value))
    except ValueError as error:
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {error}") from error


def read_preview(options: object) -> bool:
    """Whether links are previewed; only the switch is known here."""
    if options is None:
        return True
    if not isinstance(options, dict) or set(options) != {"is_disabled"}:
        raise bad_request("can't parse link preview options")
    return not options["is_disabled"]


def read_commands(raw: list[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """A bot's menu of commands as (command, description)."""
    commands = tuple((command["command"], command["description"]) for command in raw)
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command, description in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command) or not 1 <= len(description) <= 256:
            raise bad_request("BOT_COMMAND_INVALID")
    return commands
