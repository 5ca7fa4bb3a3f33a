"""The terminal's two streams: always UTF-8, coloured for people and bare for pipes."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO, cast

from rich.console import Console
from rich.text import Text

from bot.errors import OutputError
from index.errors import reason_of

# Rich breaks lines at every kind of space; this stands in for the ones that must hold.
_HELD = {"\u00a0": "\ufdd0", "\u202f": "\ufdd1"}


class _Output(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:  # whoever read has left: no fault of anybody's
            raise
        except OSError as error:
            raise OutputError("output-failed", reason=reason_of(error)) from error


class _Complaints(io.FileIO):
    def write(self, data: Any, /) -> int:
        with suppress(OSError):  # there is nowhere else to say it
            return super().write(data)
        return len(memoryview(data).cast("B"))


def open_streams() -> None:
    """Give this process streams that work, whatever it was started with.

    What is written to a stream that was closed is lost, and so is what standard error does not
    take; standard output that does not take it raises OutputError.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # else the next file opened would be taken for the stream
            os.open(os.devnull, os.O_RDWR)  # which gets this number, the lowest that is free
    # Python's own are None where the stream was closed.
    sys.stdin = cast("TextIO | None", sys.stdin) or io.TextIOWrapper(io.BytesIO())
    sys.stdout = _stream_over(_Output, sys.stdout)
    sys.stderr = _stream_over(_Complaints, sys.stderr)


def _stream_over(raw: type[io.FileIO], stream: TextIO | None) -> TextIO:
    number = os.open(os.devnull, os.O_WRONLY) if stream is None else stream.fileno()
    by_lines = not isinstance(stream, io.TextIOWrapper) or (
        stream.line_buffering or stream.write_through
    )
    buffer = io.BufferedWriter(raw(number, "w", closefd=False))
    return io.TextIOWrapper(buffer, line_buffering=by_lines)


def discard_output() -> None:
    """Let what is still to be written to standard output go to nobody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def use_utf8() -> None:
    """Read and write UTF-8 whatever the locale; bytes that are not become U+FFFD."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def encodable(text: str) -> str:
    """Text from the command line, where bytes that are not UTF-8 come as lone surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def console_for(stream: TextIO) -> Console:
    """A console on this stream: no escape code unless it is a terminal, no colour if NO_COLOR."""
    terminal = stream.isatty()
    console = Console(file=stream, force_terminal=terminal, highlight=False, markup=False)
    if terminal and console.no_color:
        return Console(
            file=stream, force_terminal=True, color_system=None, highlight=False, markup=False
        )
    return console


def show(console: Console, text: Text | str) -> None:
    """Print a text: wrapped at ordinary spaces for a terminal, in whole lines for a pipe."""
    text = Text(text) if isinstance(text, str) else text
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    console.print(folded_lines(text, console), soft_wrap=True)


def folded_lines(text: Text, console: Console) -> Text:
    """The text in lines that fit the console, broken at ordinary spaces."""
    lines = text.split("\n", allow_blank=True)
    return Text("\n").join(_wrapped(line, console) for line in lines)


def _wrapped(line: Text, console: Console) -> Text:
    """One line of text folded to the width, further lines indented as far as the first."""
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    room = max(console.width - indent, 20)
    body = _swapped(line[indent:], _HELD)
    folded = body.wrap(console, room, no_wrap=False)
    margin = Text(" " * indent)
    back = {stand_in: space for space, stand_in in _HELD.items()}
    for part in folded:
        part.rstrip()
    return Text("\n").join(margin + _swapped(part, back) for part in folded)


def _swapped(text: Text, characters: dict[str, str]) -> Text:
    """The text with some characters replaced one for one, its styles as they were."""
    swapped = text.copy()
    swapped.plain = "".join(characters.get(each, each) for each in text.plain)
    return swapped
