"""Standard output and error: always UTF-8, coloured for terminals and plain for pipes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any, TextIO, cast

from rich.console import Console
from rich.text import Text

from bot.errors import OutputError, UsageError
from index.errors import reason_of

WAIT_SECONDS = 1.0  # before a wait is shown
REPLACEMENT = "\ufffd"  # of bytes that are no UTF-8
# Rich breaks lines at any kind of space; this replaces the no-break ones.
_HELD = {"\u00a0": "\ufdd0", "\u202f": "\ufdd1"}


class _Output(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:  # the reader closed the pipe, which is no error
            raise
        except OSError as error:
            raise OutputError("output-failed", reason=reason_of(error)) from error


class _Complaints(io.FileIO):
    def write(self, data: Any, /) -> int:
        with suppress(OSError):  # no other place to report it
            return super().write(data)
        return len(memoryview(data).cast("B"))


def open_streams() -> None:
    """Give this process working streams, however it was started.

    Output to a closed stream is discarded, as are errors of standard error; those of standard
    output raise OutputError.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # else the next open file would get the stream's number
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    # Python sets them to None if the stream is closed.
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
    """Discard the remaining standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_file(path: Path, content: bytes) -> None:
    """Raises UsageError."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError("output-unwritable", subject=path, reason=reason_of(error)) from error


def use_utf8() -> None:
    """Read and write UTF-8 in any locale; invalid bytes become U+FFFD, and a byte order mark is
    skipped."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = "utf-8-sig" if stream is sys.stdin else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def encodable(text: str) -> str:
    """Replace the lone surrogates that Python makes of invalid UTF-8 on the command line."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def console_for(stream: TextIO) -> Console:
    """Create a console: no escape codes unless it is a terminal, no colour if NO_COLOR is set."""
    terminal = stream.isatty()
    console = Console(file=stream, force_terminal=terminal, highlight=False, markup=False)
    if terminal and console.no_color:
        return Console(
            file=stream, force_terminal=True, color_system=None, highlight=False, markup=False
        )
    return console


@contextmanager
def show_wait(console: Console, text: str, seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Show on a terminal that work goes on, if it takes longer than these seconds."""
    status = console.status(text)
    timer = Timer(seconds, status.start)
    if console.is_terminal:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if console.is_terminal:
            timer.join()  # it may just be starting
        status.stop()


def show(console: Console, text: Text | str) -> None:
    """Print a text, wrapped at ordinary spaces for a terminal, unwrapped for a pipe."""
    text = Text(text) if isinstance(text, str) else text
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    console.print(wrap_lines(text, console), soft_wrap=True)


def wrap_lines(text: Text, console: Console) -> Text:
    """Wrap a text to the console at ordinary spaces."""
    lines = text.split("\n", allow_blank=True)
    return Text("\n").join(_wrap(line, console) for line in lines)


def _wrap(line: Text, console: Console) -> Text:
    """Wrap one line to the width, with the indent of the first line."""
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    room = max(console.width - indent, 20)
    body = _replace(line[indent:], _HELD)
    lines = body.wrap(console, room, no_wrap=False)
    margin = Text(" " * indent)
    back = {stand_in: space for space, stand_in in _HELD.items()}
    for part in lines:
        part.rstrip()
    return Text("\n").join(margin + _replace(part, back) for part in lines)


def _replace(text: Text, characters: dict[str, str]) -> Text:
    """Replace characters one for one, keeping the styles."""
    result = text.copy()
    result.plain = "".join(characters.get(character, character) for character in text.plain)
    return result
