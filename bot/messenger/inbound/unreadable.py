"""Quarantine for unreadable updates, so that one cannot block the others.

The library parses a batch as a whole, and requests it again if a single update is malformed. So
each update is checked first, and an unreadable one is replaced by a bare update with its number
that carries the original. As the library does not validate values, they are compared with the
declared types, so that none fails later while somebody is being answered.
"""

from __future__ import annotations

import datetime as dtm
import inspect
import math
import re
import sys
import types
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import telegram
from telegram import TelegramObject, Update

_RAW = "selon_unreadable"
_LARGEST = 2**63 - 1
_NAMES_IN_JSON = {"from_user": "from"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def legible_update(raw: object) -> dict[str, Any] | None:
    """Return a readable update, bare if necessary; None if it has no number."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or type(number) is not int or not 0 <= number <= _LARGEST:
        return None
    with suppress(Exception):
        Update.de_json(raw)
        if _fits(raw, Update):
            return raw
    return {"update_id": number, _RAW: raw}


def unreadable_content(update: Update) -> Mapping[str, Any] | None:
    """Return the original of an unreadable update; None for any other."""
    content = update.api_kwargs.get(_RAW)
    return content if isinstance(content, dict) else None


def _fits(value: Any, type_: Any) -> bool:
    """True if a JSON value is of the declared type, or the type is unknown here."""
    origin = get_origin(type_)
    if origin in {Union, types.UnionType}:
        return any(_fits(value, member) for member in get_args(type_))
    if origin is Literal:
        return isinstance(value, str)  # a later Bot API may have other words
    if origin in {Sequence, tuple, list}:
        of = get_args(type_)[0]
        return isinstance(value, list) and all(_fits(item, of) for item in value)
    if not isinstance(type_, type):
        return True
    if issubclass(type_, TelegramObject):
        return isinstance(value, dict) and _is_object(value, type_)
    if type_ is bool:
        return isinstance(value, bool)
    if issubclass(type_, str | Enum):
        # Neither databases nor requests accept lone surrogates.
        return isinstance(value, str) and not _SURROGATE.search(value)
    if type_ in {float, dtm.timedelta}:
        return type(value) in {int, float} and math.isfinite(value)
    if type_ in {int, dtm.datetime}:
        return type(value) is int and -_LARGEST <= value <= _LARGEST
    return type_ is object


def _is_object(value: Mapping[str, Any], type_: Any) -> bool:
    for name, (kind, is_required) in _fields(type_).items():
        if value.get(name) is None:
            # The library omits empty lists when it writes, and accepts that when it reads.
            if is_required and get_origin(kind) is not Sequence:
                return False
        elif not _fits(value[name], kind):
            return False
    return True


@cache
def _fields(type_: Any) -> dict[str, tuple[Any, bool]]:
    """The type of each field by its name in the Bot API, and whether it is required."""
    namespace = vars(telegram) | vars(sys.modules[type_.__module__])
    hints = get_type_hints(type_.__init__, namespace)
    return {
        _NAMES_IN_JSON.get(name, name): (hints[name], parameter.default is parameter.empty)
        for name, parameter in inspect.signature(type_).parameters.items()
        if name != "api_kwargs" and name in hints
    }
