"""Updates that cannot be read: each stands aside by itself, so that it holds up no other.

The library reads a batch as a whole, and asks for the same one again when a single update of it is
not as it expects. So updates are tried one by one before it sees them, and one that cannot be read
is handed to it as a bare number that carries the update as it came. The library takes a value for
what the Bot API says that it is; so that none fails later, where somebody is to be answered, each
is compared with the type that the library declares.
"""

from __future__ import annotations

import datetime as dtm
import inspect
import math
import sys
import types
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import telegram
from telegram import TelegramObject, Update

_RAW = "selon_unreadable"
_LARGEST = 2**63 - 1
_NAMES_IN_JSON = {"from_user": "from"}


def legible_update(raw: object) -> dict[str, Any] | None:
    """An update that can be read in any case; None for what has not even a number."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or type(number) is not int or not 0 <= number <= _LARGEST:
        return None
    try:
        Update.de_json(raw)
        legible = _fits(raw, Update)
    except Exception:
        legible = False
    return raw if legible else {"update_id": number, _RAW: raw}


def unreadable_content(update: Update) -> Mapping[str, Any] | None:
    """What could not be read, as it came; None for every other update."""
    content = update.api_kwargs.get(_RAW)
    return content if isinstance(content, dict) else None


def _fits(value: Any, declared: Any) -> bool:
    """Whether a value of JSON is of a type that the library declares; one unknown here fits all."""
    origin = get_origin(declared)
    if origin in {Union, types.UnionType}:
        return any(_fits(value, each) for each in get_args(declared))
    if origin is Literal:
        return isinstance(value, str)  # a later Bot API may have other words
    if origin in {Sequence, tuple, list}:
        of = get_args(declared)[0]
        return isinstance(value, list) and all(_fits(each, of) for each in value)
    if not isinstance(declared, type):
        return True
    if issubclass(declared, TelegramObject):
        return isinstance(value, dict) and _is_object(value, declared)
    return _is_plain(value, declared)


def _is_object(value: Mapping[str, Any], declared: Any) -> bool:
    for name, (kind, needed) in _fields(declared).items():
        if value.get(name) is None:
            # The library leaves empty lists out of what it writes, and knows them when it reads.
            if needed and get_origin(kind) is not Sequence:
                return False
        elif not _fits(value[name], kind):
            return False
    return True


def _is_plain(value: Any, declared: type) -> bool:
    if declared is bool:
        return isinstance(value, bool)
    if issubclass(declared, str | Enum):
        return isinstance(value, str) and _is_unicode(value)
    if declared in {float, dtm.timedelta}:
        return type(value) in {int, float} and math.isfinite(value)
    if declared in {int, dtm.datetime}:
        return type(value) is int and -_LARGEST <= value <= _LARGEST
    return declared is object


def _is_unicode(text: str) -> bool:
    """JSON may hold halves of characters, which no database and no request takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def _fields(declared: Any) -> dict[str, tuple[Any, bool]]:
    """By its name in the Bot API, the type of each field, and whether it is always there."""
    known = vars(telegram) | vars(sys.modules[declared.__module__])
    hints = get_type_hints(declared.__init__, known)
    return {
        _NAMES_IN_JSON.get(name, name): (hints[name], parameter.default is parameter.empty)
        for name, parameter in inspect.signature(declared).parameters.items()
        if name != "api_kwargs" and name in hints
    }
