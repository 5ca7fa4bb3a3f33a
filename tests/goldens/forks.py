"""A `selon` command in a child of Python's fork server.

The child is what a person's process is, but that `tests.goldens.warm` was imported once for all.
"""

from __future__ import annotations

import io
import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

MOMENT = "GOLDENS_MOMENT"  # ISO 8601, with a zone


def run_selon(args: Sequence[str], cwd: Path, environment: Mapping[str, str], folder: Path) -> None:
    """Run a command, whose `stdin`, `stdout` and `stderr` are files of the folder, and exit."""
    code = 1
    try:
        _redirect(folder)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(cwd)
        sys.argv = ["selon", *args]
        code = _exit_code()
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                continue
        os._exit(code)


def _redirect(folder: Path) -> None:
    written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        opened = os.open(folder / name, written if number else os.O_RDONLY, 0o600)
        os.dup2(opened, number)
        os.close(opened)
        raw = os.fdopen(number, "wb" if number else "rb", closefd=False)
        stream = io.TextIOWrapper(raw, encoding="utf-8", line_buffering=number == 2)
        setattr(sys, name, stream)


def _exit_code() -> int:
    from bot.main import main

    try:
        with _clock():
            main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


@contextmanager
def _clock() -> Iterator[None]:
    """The time of `MOMENT`, if it is set, in Paris, which has summer time."""
    moment = os.environ.pop(MOMENT, "")
    if not moment:
        yield
        return
    import time_machine

    os.environ["TZ"] = "Europe/Paris"
    time.tzset()
    with time_machine.travel(datetime.fromisoformat(moment), tick=True):
        yield
