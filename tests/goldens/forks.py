"""A process in which `selon` commands are run, each in a child of its own.

A child is what a person's process is, but that imports were paid once. The first request is run
alone; what it imported is imported here, by whatever names, before the next child is made.

A request is a line of JSON on standard input: `id`, `args`, `cwd`, `environment`, and the files
`stdin`, `stdout`, `stderr`. Two lines answer it: `{"id", "pid"}`, then `{"id", "code"}`.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import select
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

DEAR = ("bot.messenger.running.application", "bot.messenger.running.preflight")
"""What only some commands import, and takes long."""


def serve() -> None:
    orders = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    running: dict[int, int] = {}
    learnt = False
    pending, ended = b"", False
    while running or not ended:
        ready, _, _ = select.select([] if ended else [orders], [], [], 0.004 if running else None)
        if ready:
            read = orders.read(1 << 16)
            pending, ended = pending + read, not read
        *lines, pending = pending.split(b"\n")
        for line in lines:
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                orders.close()
                replies.close()
                _child(order)
            running[pid] = order["id"]
            print(json.dumps({"id": order["id"], "pid": pid}), file=replies)
            if not learnt:
                learnt = True
                _reap(pid, os.waitpid(pid, 0)[1], running, replies)
                _learn(order["modules"])
                gc.collect()
                gc.freeze()
        while running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            _reap(pid, status, running, replies)


def _reap(pid: int, status: int, running: dict[int, int], replies: Any) -> None:
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"id": running.pop(pid), "code": code}), file=replies)


def _learn(names: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*json.loads(Path(names).read_text(encoding="utf-8")), *DEAR):
            try:
                importlib.import_module(name)
            except Exception:  # one that only its own package may import
                continue
        from index.build.fingerprint import rules

        rules()  # reads all code that articles are read by, once for all children


def _child(order: dict[str, Any]) -> None:
    code = 1
    try:
        _become(order)
        code = _done()
    except BaseException:
        traceback.print_exc()
    finally:
        if order.get("modules"):
            names = [name for name in sys.modules if name != "__main__"]
            Path(order["modules"]).write_text(json.dumps(names), encoding="utf-8")
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                continue
        os._exit(code)


def _become(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    for number, name, flags in (
        (0, "stdin", os.O_RDONLY),
        (1, "stdout", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, "stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        opened = os.open(order[name], flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb", closefd=False), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(
        os.fdopen(2, "wb", closefd=False), encoding="utf-8", line_buffering=True
    )
    sys.argv = ["selon", *order["args"]]


def _done() -> int:
    from bot.main import main

    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


if __name__ == "__main__":
    serve()
