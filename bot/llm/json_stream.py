"""Parse sentences from streamed JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.llm.base import replace_surrogates

_Row = tuple[str, tuple[int, ...]]

_UNKNOWN = "Je ne sais pas."  # what an empty list of sentences means


def schema(numbers: Sequence[int]) -> dict[str, Any]:
    """JSON schema of an answer that cites these passages; an empty list is a refusal."""
    number = {"type": "integer", "enum": list(numbers)}
    return sentences_schema(
        _object(text={"type": "string"}, citations={"type": "array", "items": number})
    )


def sentences_schema(item: dict[str, Any]) -> dict[str, Any]:
    """JSON schema of `{"sentences": […]}` with these items."""
    return _object(sentences={"type": "array", "items": item})


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXTS = ("text", "sentence", "claim", "content", "texte", "phrase")
_CITATIONS = ("citations", "citation", "sources", "passages", "numbers", "refs")
_WHOLE = ("answer", "response", "text", "réponse", "reponse")


class JsonSentences:
    """Parses streamed `{"sentences": [{"text": …, "citations": […]}, …]}` or similar JSON.

    Each object is returned once its brace closes; incomplete and malformed ones are skipped.
    """

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._any = False

    def read(self, piece: str, *, last: bool) -> list[_Row]:
        """Return the sentences whose objects this piece completes."""
        self._text += piece
        rows = list(self._complete_rows())
        self._any = self._any or bool(rows)
        return list(_parse_whole(self._text)) if last and not self._any else rows

    def _complete_rows(self) -> Iterator[_Row]:
        decoder = json.JSONDecoder()
        opening = re.search(r"[\[{]", self._text)
        # The offset of the enclosing object; -1 for a bare list.
        outer = opening.start() if opening is not None and opening[0] == "{" else -1
        while (start := self._text.find("{", self._at)) >= 0:
            ahead = self._text[start + 1 :].lstrip()
            if not ahead:
                return
            if start == outer:
                self._at = start + 1
                continue
            try:
                value, end = decoder.raw_decode(self._text, start)
            except (ValueError, RecursionError):  # a model may repeat a bracket endlessly
                return
            self._at = end
            text = _first_text(value, _TEXTS)
            if text:
                yield text, _numbers(value)


def _parse_whole(text: str) -> Iterator[_Row]:
    """Parse an answer in one string, or an empty list of sentences."""
    match = re.search(r"[\[{]", text)
    if match is None:
        return
    try:
        value, _ = json.JSONDecoder().raw_decode(text, match.start())
    except (ValueError, RecursionError):
        return
    if isinstance(value, dict):
        whole = _first_text(value, _WHOLE)
        yield (whole, _numbers(value)) if whole else (_UNKNOWN, ())
    elif not value:
        yield _UNKNOWN, ()


def _first_text(fields: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    texts = (fields[key] for key in keys if isinstance(fields.get(key), str))
    return next(map(replace_surrogates, texts), None)


def _numbers(value: Mapping[str, Any]) -> tuple[int, ...]:
    citations = next((value[key] for key in _CITATIONS if key in value), ())
    every = citations if isinstance(citations, list) else [citations]
    texts = [str(each) for each in every if isinstance(each, int | str)]
    return tuple(dict.fromkeys(int(n) for text in texts for n in re.findall(r"\d{1,2}", text)))
