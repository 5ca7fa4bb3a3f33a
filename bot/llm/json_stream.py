"""Sentences read out of JSON while it is being written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_Written = tuple[str, tuple[int, ...]]

_UNKNOWN = "Je ne sais pas."
"""The sentence that an empty list of sentences stands for."""


def schema(numbers: Sequence[int]) -> dict[str, Any]:
    """What a model that can write to a schema is asked for; an empty list: it does not know.

    `numbers` are those of the passages, the only ones that can be cited.
    """
    sentence = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "citations": {"type": "array", "items": {"type": "integer", "enum": list(numbers)}},
        },
        "required": ["text", "citations"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"sentences": {"type": "array", "items": sentence}},
        "required": ["sentences"],
        "additionalProperties": False,
    }


_TEXTS = ("text", "sentence", "claim", "content", "texte", "phrase")
_CITATIONS = ("citations", "citation", "sources", "passages", "numbers", "refs")
_WHOLE = ("answer", "response", "text", "réponse", "reponse")


class Objects:
    """Reads `{"sentences": [{"text": …, "citations": […]}, …]}`, or what is like it.

    Each object is given as soon as its brace closes; what is cut off or out of form is passed over.
    """

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._found = False

    def read(self, piece: str, *, last: bool) -> list[_Written]:
        """The sentences whose objects are complete with this piece."""
        self._text += piece
        found = list(self._complete())
        self._found = self._found or bool(found)
        if last and not self._found:
            found = list(_of_whole(self._text))
        return found

    def _complete(self) -> Iterator[_Written]:
        decoder = json.JSONDecoder()
        while (start := self._text.find("{", self._at)) >= 0:
            ahead = self._text[start + 1 :].lstrip()
            if not ahead:
                return
            if start == self._outer:
                self._at = start + 1
                continue
            try:
                value, end = decoder.raw_decode(self._text, start)
            except ValueError:
                return
            self._at = end
            written = _sentence(value)
            if written is not None:
                yield written

    @property
    def _outer(self) -> int:
        """Where the object begins that holds all the others; -1 for a bare list."""
        opening = re.search(r"[\[{]", self._text)
        return opening.start() if opening is not None and opening[0] == "{" else -1


def _of_whole(text: str) -> Iterator[_Written]:
    """An answer in one string, or an empty list of sentences."""
    match = re.search(r"[\[{]", text)
    if match is None:
        return
    try:
        value, _ = json.JSONDecoder().raw_decode(text, match.start())
    except ValueError:
        return
    if isinstance(value, dict):
        whole = next((value[key] for key in _WHOLE if isinstance(value.get(key), str)), None)
        yield (whole, _numbers(value)) if whole else (_UNKNOWN, ())
    elif not value:
        yield _UNKNOWN, ()


def _sentence(value: Any) -> _Written | None:
    if not isinstance(value, dict):
        return None
    text = next((value[key] for key in _TEXTS if isinstance(value.get(key), str)), None)
    return (text, _numbers(value)) if text else None


def _numbers(value: Mapping[str, Any]) -> tuple[int, ...]:
    cited = next((value[key] for key in _CITATIONS if key in value), ())
    every = cited if isinstance(cited, list) else [cited]
    found = [int(each) for raw in every for each in re.findall(r"\d{1,2}", _plain(raw))]
    return tuple(dict.fromkeys(found))


def _plain(raw: Any) -> str:
    return str(raw) if isinstance(raw, int | str) else ""
