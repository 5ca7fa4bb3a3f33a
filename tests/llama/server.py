"""The real chat model of the tests, started and stopped."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.llama.serve import absent
from tests.postgres.server import skip_for

REQUIRED = "LLAMA_REQUIRED"
"""When set in the environment, a server that cannot be started is a failure."""
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running() -> Iterator[str]:
    """The base URL of an OpenAI-compatible server, which ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.llama.serve"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()  # nothing, if it has died
        assert address.startswith("http://127.0.0.1:"), "the server did not start"
        yield f"{address}/v1"
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def started() -> Iterator[str]:
    """For a fixture: the base URL, or the test is skipped saying why."""
    skip_for(absent(), REQUIRED)
    with running() as url:
        yield url
