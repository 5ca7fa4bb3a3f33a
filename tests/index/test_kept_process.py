from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.kept_process import KeptProcess

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes here")

_ECHO = [sys.executable, "-c", "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"]

_OWNER = """
import os, sys, time
from index.kept_process import KeptProcess
kept = KeptProcess([sys.executable, "-c", "import sys; sys.stdin.read()"], apart="group")
kept.halt()
os.waitpid(kept.process.pid, os.WUNTRACED)  # it has come to a stand
print(kept.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def echo() -> Iterator[KeptProcess]:
    process = KeptProcess(_ECHO, apart="group")
    yield process
    process.close()


def ask(process: KeptProcess) -> None:
    process.pipes[0].write(b"one\n")
    process.pipes[0].flush()


def test_what_is_halted_answers_when_it_goes_on(echo: KeptProcess) -> None:
    ask(echo)
    assert echo.pipes[1].readline() == b"one\n"
    echo.halt()
    assert os.WIFSTOPPED(os.waitpid(echo.process.pid, os.WUNTRACED)[1])
    ask(echo)
    with echo.ended_after(60) as late:
        echo.go_on()
        assert echo.pipes[1].readline() == b"one\n"
    assert not late.is_set()


def test_what_is_halted_can_be_ended(echo: KeptProcess) -> None:
    echo.halt()
    echo.close()
    assert not echo.usable
    echo.halt()
    echo.go_on()


_BUSY = """
import sys, time
from index.kept_process import end_with_owner
end_with_owner()
print("at work", flush=True)
while True:
    time.sleep(60)
"""

_OWNER_OF_BUSY = f"""
import sys, time
from index.kept_process import KeptProcess
kept = KeptProcess([sys.executable, "-c", {_BUSY!r}], apart="group")
kept.pipes[1].readline()
print(kept.process.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("program", [_OWNER, _OWNER_OF_BUSY], ids=["halted", "at work"])
def test_it_ends_with_its_owner(program: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True
    ) as owner:
        assert owner.stdout is not None
        kept = int(owner.stdout.readline())
        assert runs(kept)
        owner.send_signal(signal.SIGKILL)
    ended = time.monotonic() + 60
    while runs(kept) and time.monotonic() < ended:
        time.sleep(0.05)
    assert not runs(kept)


def runs(pid: int) -> bool:
    """Whether it lives; one that nobody has buried yet does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it has ended in between, or this system has no such files
        return not Path("/proc/self").exists()
    return state != "Z"
