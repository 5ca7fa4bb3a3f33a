from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.processes import MODEL_VARIABLES, HelperProcess, helper_environment

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes here")

_ECHO = [sys.executable, "-c", "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"]

_OWNER = """
import os, sys, time
from index.processes import HelperProcess
command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
kept = HelperProcess(command, isolation="group", environment={})
kept.halt()
os.waitpid(kept.process.pid, os.WUNTRACED)  # it has come to a stand
print(kept.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def echo() -> Iterator[HelperProcess]:
    process = HelperProcess(_ECHO, isolation="group", environment={})
    yield process
    process.close()


def ask(process: HelperProcess) -> None:
    process.pipes[0].write(b"one\n")
    process.pipes[0].flush()


def test_what_is_halted_answers_when_it_goes_on(echo: HelperProcess) -> None:
    ask(echo)
    assert echo.pipes[1].readline() == b"one\n"
    echo.halt()
    assert os.WIFSTOPPED(os.waitpid(echo.process.pid, os.WUNTRACED)[1])
    ask(echo)
    with echo.ended_after(60) as late:
        echo.go_on()
        assert echo.pipes[1].readline() == b"one\n"
    assert not late.is_set()


def test_what_is_halted_can_be_ended(echo: HelperProcess) -> None:
    echo.halt()
    echo.close()
    assert not echo.usable
    echo.halt()
    echo.go_on()


_BUSY = """
import sys, time
from index.processes import end_with_owner
end_with_owner()
print("at work", flush=True)
while True:
    time.sleep(60)
"""

_OWNER_OF_BUSY = f"""
import sys, time
from index.processes import HelperProcess, helper_environment
command = [sys.executable, "-c", {_BUSY!r}]
kept = HelperProcess(command, isolation="group", environment=helper_environment())
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


def test_a_helper_gets_what_it_needs_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("SELON_TELEGRAM_TOKEN", "OPENAI_API_KEY", "MISTRAL_API_KEY", "PGPASSWORD", "AWS_KEY")
    for name in (*secrets, "HF_TOKEN", "HTTPS_PROXY", "TESSDATA_PREFIX"):
        monkeypatch.setenv(name, "secret")
    environment = helper_environment()
    assert environment["PATH"] == os.environ["PATH"]
    assert [name for name, value in environment.items() if value == "secret"] == ["TESSDATA_PREFIX"]
    more = helper_environment(MODEL_VARIABLES)
    assert {"HF_TOKEN", "HTTPS_PROXY"} <= more.keys()
    assert not more.keys() & {*secrets}
