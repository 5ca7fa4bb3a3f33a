"""What of an update is as the Bot API says, and what is set aside: the library's types decide."""

from __future__ import annotations

import datetime as dtm
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from enum import Enum
from typing import Any, get_args, get_origin

import pytest
from telegram import Message, TelegramObject, Update

from bot.messenger.inbound.unreadable import _fields, legible_update, unreadable_content

PERSON = {"id": 42, "is_bot": False, "first_name": "Zoé", "language_code": "fr"}
CHAT = {"id": 42, "type": "private"}
LEAST = {"message_id": 1, "date": 1, "chat": CHAT}
MESSAGE: dict[str, Any] = {
    **LEAST,
    "from": PERSON,
    "text": "Bonjour",
    "entities": [{"type": "bold", "offset": 0, "length": 3}],
    "document": {"file_id": "d", "file_unique_id": "d", "file_size": 3},
    "reply_to_message": {**LEAST, "text": "Oui"},
}
PRESS = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "x", "message": MESSAGE}
INLINE = {"id": "1", "from": PERSON, "query": "Qui ?", "offset": ""}
STATUS = {"user": PERSON, "status": "member"}
CHANGE = {"old_chat_member": STATUS, "new_chat_member": STATUS}
MEMBER = {"chat": CHAT, "from": PERSON, "date": 1, **CHANGE}
UPDATES = {
    "message": MESSAGE,
    "edited_message": {**MESSAGE, "edit_date": 2},
    "callback_query": PRESS,
    "inline_query": INLINE,
    "my_chat_member": MEMBER,
}

HUGE = 10**30
FORGED: Mapping[str, Sequence[object]] = {
    "message.text": [5, ["Qui ?"], {"text": "Qui ?"}, True, "\ud83d"],
    "message.message_id": ["1", 1.5, True, HUGE, None],
    "message.date": ["hier", HUGE],
    "message.chat": [[], [CHAT], 42, None],
    "message.chat.id": ["42", HUGE, [42]],
    "message.from.id": ["42", -HUGE],
    "message.from.is_bot": ["false"],
    "message.from.first_name": [None, 7],
    "message.entities": [{"type": "bold"}, "bold"],
    "message.entities.0.length": ["0", HUGE],
    "message.reply_to_message": [1],
    "message.reply_to_message.text": [5],
    "callback_query.data": [5, ["x"]],
    "callback_query.from": [None],
    "callback_query.message.chat.id": ["42"],
    "inline_query.query": [5, None],
    "my_chat_member.new_chat_member": ["member"],
    "my_chat_member.new_chat_member.user": [42],
    "my_chat_member.new_chat_member.status": [1],
}


def forged(path: str, value: object) -> dict[str, Any]:
    kind, *steps = [int(key) if key.isdigit() else key for key in path.split(".")]
    update: dict[Any, Any] = {"update_id": 7, kind: deepcopy(UPDATES[str(kind)])}
    at = update[kind]
    for step in steps[:-1]:
        at = at[step]
    at[steps[-1]] = value
    return update


def check_legible(update: dict[str, Any]) -> None:
    """An update is handed on as it is, as it came and as it was stored."""
    assert legible_update(update) is update
    stored = json.loads(json.dumps(Update.de_json(update).to_dict()))
    assert legible_update(stored) is stored


@pytest.mark.parametrize("path", FORGED)
def test_one_value_of_another_type_sets_an_update_aside(path: str) -> None:
    for value in FORGED[path]:
        update = forged(path, value)
        told = legible_update(update)
        assert told is not None, value
        assert unreadable_content(Update.de_json(told)) == update


@pytest.mark.parametrize("kind", [*UPDATES, "somethingof2030"])
def test_what_is_as_the_bot_api_says_or_new_there_is_handed_on_as_it_is(kind: str) -> None:
    update = {"update_id": 7, kind: {**UPDATES.get(kind, {}), "novelty": [{"x": HUGE}]}}
    assert legible_update(update) is update
    if kind in UPDATES:
        check_legible({"update_id": 7, kind: UPDATES[kind]})


def a(declared: Any) -> object:
    """The least that is of a declared type. Polls are other than the library declares."""
    if get_args(declared):
        least = a(get_args(declared)[0])
        return [least] if get_origin(declared) is Sequence else least
    if issubclass(declared, TelegramObject):
        return {name: a(kind) for name, (kind, needed) in _fields(declared).items() if needed}
    if issubclass(declared, str | Enum):
        return "x"
    return {bool: True, int: 1, float: 0.5, dtm.datetime: 1, dtm.timedelta: 1}[declared]


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@pytest.mark.parametrize("field", sorted(set(_fields(Message)) - {"poll"}))
def test_whatever_a_message_is_it_stays_legible_when_it_is_stored(field: str) -> None:
    kind, _ = _fields(Message)[field]
    check_legible({"update_id": 7, "message": {**LEAST, field: a(kind)}})
