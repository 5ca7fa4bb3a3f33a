"""Answers to inline queries, read as strictly as messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.botapi.content import Keyboard, read_keyboard, read_preview, read_text
from tests.botapi.entities import Formatted
from tests.botapi.refusal import bad_request

MAX_RESULTS = 50
MAX_ID = 64
_FIELDS = {
    *("type", "id", "title", "description", "input_message_content", "reply_markup"),
    *("url", "thumbnail_url"),
}


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One line of the list that a person chooses from, and the message that it sends."""

    id: str
    title: str
    description: str
    message: Formatted
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    results: tuple[InlineResult, ...]
    cache_time: int
    is_personal: bool
    button: str
    start: str = ""


def read_inline_answer(parameters: Mapping[str, Any]) -> InlineAnswer:
    """What a person would see; raises Refusal."""
    raw = parameters["results"]
    if len(raw) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = tuple(read_inline_result(each) for each in raw)
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    button = parameters.get("button", {})
    start = button.get("start_parameter", "start")
    if not re.fullmatch(r"[\w-]{1,64}", start, re.ASCII):
        raise bad_request("START_PARAM_INVALID")
    return InlineAnswer(
        results,
        parameters.get("cache_time", 300),
        parameters.get("is_personal", False),
        button.get("text", ""),
        start,
    )


def read_inline_result(raw: Mapping[str, Any]) -> InlineResult:
    """A line of the list, or the answer to a guest query; raises Refusal."""
    if raw["type"] != "article" or not set(raw) <= _FIELDS:
        raise bad_request(f"inline query result: unexpected fields {sorted(set(raw) - _FIELDS)}")
    if not 1 <= len(raw["id"].encode()) <= MAX_ID:
        raise bad_request("RESULT_ID_INVALID")
    if not raw["title"].strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = raw["input_message_content"]
    read_preview(content.get("link_preview_options"))
    return InlineResult(
        raw["id"],
        raw["title"],
        raw.get("description", ""),
        read_text(content.get("message_text", ""), content.get("parse_mode")),
        read_keyboard(raw.get("reply_markup")),
    )
