"""Values taken from a JSON file of questions, each known by its place in the file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors_evaluation_errors import QuestionFileError

_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    type(None): "null",
}


def read_text(path: Path) -> str:
    """The text of a file of questions, its byte order mark left out."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise QuestionFileError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise QuestionFileError(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8"
        ) from error


def parsed(text: str, place: str) -> Field:
    """The value that a JSON text holds."""
    try:
        return Field(json.loads(text), place)
    except json.JSONDecodeError as error:
        where = place if "\n" not in text.strip() and ":" in place else f"{place}:{error.lineno}"
        raise QuestionFileError(
            f"{where}: not JSON at column {error.colno} ({error.msg})"
        ) from error
    except RecursionError as error:
        raise QuestionFileError(f"{place}: nested too deeply to be a file of questions") from error


@dataclass(frozen=True, slots=True)
class Field:
    """A JSON value and where it stands (`file.json: data[3].title`).

    What is asked of it and is not there raises QuestionFileError with that place.
    """

    value: Any
    place: str

    def wrong(self, what: str) -> QuestionFileError:
        return QuestionFileError(f"{self.place}: {what}")

    def has(self, name: str) -> bool:
        """Whether the object has this key with anything but null."""
        return self._object().get(name) is not None

    def get(self, name: str) -> Field:
        if not self.has(name):
            raise self.wrong(f'"{name}" is missing')
        return Field(self.value[name], f"{self.place}{'.' if ': ' in self.place else ': '}{name}")

    def items(self) -> list[Field]:
        if not isinstance(self.value, list):
            raise self._expected("a list")
        return [Field(item, f"{self.place}[{i}]") for i, item in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self._expected("a text")
        return self.value

    def filled(self) -> str:
        """A text with more than white space in it."""
        if not self.text().strip():
            raise self.wrong("is empty")
        return self.text()

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._expected("true or false")
        return self.value

    def whole(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self._expected("a whole number")
        return self.value

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            raise self._expected("an object")
        return self.value

    def _expected(self, what: str) -> QuestionFileError:
        return self.wrong(
            f"expected {what}, found {_NAMES.get(type(self.value), 'something else')}"
        )
