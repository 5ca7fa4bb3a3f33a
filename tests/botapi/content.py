"""The checks that the content of a message passes before it is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
    """The text that people will see; raises Refusal when it is empty, too long or malformed.

    The length is counted in UTF-16 code units, the stricter of the two ways to count.
    """
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
    if "remove_keyboard" in markup:
        if markup != {"remove_keyboard": True}:
            raise bad_request("can't parse remove keyboard")
        return ()
    if not set(markup) <= {"keyboard", "resize_keyboard", "one_time_keyboard"}:
        raise bad_request("unexpected fields of a reply keyboard")
    rows = markup["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) and row for row in rows):
        raise bad_request('field "keyboard" must be an Array of Array')
    pickers = tuple(_picker(button) for row in rows for button in row)
    if len({each.request_id for each in pickers}) < len(pickers):
        raise bad_request("BUTTON_ID_DUPLICATE")
    return pickers


def _picker(raw: object) -> Picker:
    if not isinstance(raw, dict) or set(raw) != {"text", "request_users"}:
        raise bad_request("can't parse keyboard button: only request_users is known here")
    text, request = raw["text"], raw["request_users"]
    if not isinstance(text, str) or not text.strip():
        raise bad_request("can't parse keyboard button: text must be non-empty")
    known = {"request_id", "user_is_bot", "max_quantity", "request_name"}
    number, named = request.get("request_id"), request.get("request_name", False)
    if (
        not set(request) <= known
        or type(number) is not int
        or not -(2**31) <= number < 2**31
        or type(named) is not bool
        or not 1 <= request.get("max_quantity", 1) <= MAX_PICKED
    ):
        raise bad_request("can't parse keyboard button: request_users")
    return Picker(text, number, named)


def read_keyboard(markup: object) -> Keyboard:
    """The inline keyboard of a message, row by row; raises Refusal for what cannot be pressed."""
    if markup is None or read_pickers(markup) is not None:
        return ()
    if not isinstance(markup, dict) or set(markup) != {"inline_keyboard"}:
        raise bad_request("object expected as reply markup")
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
    keyboard = tuple(tuple(_button(button) for button in row) for row in rows if row)
    if any(len(row) > MAX_ROW for row in keyboard) or sum(map(len, keyboard)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return keyboard


def _button(raw: object) -> Button:
    trouble = "can't parse inline keyboard button: "
    if not isinstance(raw, dict):
        raise bad_request(f"{trouble}Object expected as an inline keyboard button")
    label = raw.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad_request(f'{trouble}Can\'t find field "text"')
    kinds = set(raw) - {"text"}
    if not kinds:
        raise bad_request(f"{trouble}Text buttons are unallowed in the inline keyboard")
    known = {"callback_data", "url", "switch_inline_query_current_chat", "copy_text"}
    if len(kinds) > 1 or not kinds <= known:
        raise bad_request(f"{trouble}unexpected fields {sorted(kinds)}")
    kind = kinds.pop()
    value = raw[kind]
    if kind == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= MAX_COPIED:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return Button(label, copied=copied)
    if not isinstance(value, str):
        raise bad_request(f'{trouble}Field "{kind}" must be of type String')
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


def read_commands(raw: list[object]) -> tuple[tuple[str, str], ...]:
    """A bot's menu of commands as (command, description)."""
    if len(raw) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return tuple(_command(each) for each in raw)


def _command(raw: object) -> tuple[str, str]:
    if not isinstance(raw, Mapping) or set(raw) != {"command", "description"}:
        raise bad_request("can't parse BotCommand")
    command, description = str(raw["command"]), str(raw["description"])
    if not re.fullmatch(r"[a-z0-9_]{1,32}", command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return command, description
