"""Helper processes: the environment they get, their limits of time and memory, a pool of them.

What strangers send is read in one, and what takes long runs in one. Each ends with this process.
"""

from __future__ import annotations

import atexit
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import IO, Generic, Literal, TypeVar

try:
    import resource
except ImportError:  # pragma: no cover - Windows has no such limits
    resource = None  # type: ignore[assignment]

Isolation = Literal["session", "group"]  # a program's own session, or process group

_ROOT = str(Path(__file__).resolve().parents[1])


class HelperProcess:
    """A child program with pipes both ways. Its owner handles Ctrl-C and ends it."""

    def __init__(
        self, command: Sequence[str], *, isolation: Isolation | None, environment: Mapping[str, str]
    ) -> None:
        """Start it. With `isolation`, its children end with it; in a group it can also be halted.

        If the owner dies meanwhile, the system resumes it with SIGHUP, like a job of a terminal; if
        it ignores SIGHUP, it finds its input closed. Raises OSError.
        """
        self._owner = os.getpid()
        self._isolation = isolation if hasattr(os, "killpg") else None
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=self._isolation == "session",
            process_group=0 if self._isolation == "group" else None,
            env=environment,
        )

    @property
    def usable(self) -> bool:
        """True if the child is running and was not inherited by fork."""
        return self._owner == os.getpid() and self.process.poll() is None

    @property
    def pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """Its standard input and output."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        return self.process.stdin, self.process.stdout

    @contextmanager
    def ended_after(self, seconds: float) -> Iterator[Event]:
        """Kill the program if the block takes longer, and set the event."""
        late = Event()

        def end() -> None:
            late.set()
            self._kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()

    def close(self) -> None:
        if self._owner == os.getpid():
            self._kill()
            for stream in self.pipes:
                with suppress(OSError):
                    stream.close()
            self.process.wait()

    def halt(self) -> None:
        """Suspend the program until `go_on` or its owner's death."""
        if self._isolation == "group" and self.usable:
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Resume the program after `halt`."""
        if self._isolation == "group" and self.usable:
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGCONT)

    def _kill(self) -> None:
        with suppress(OSError):
            if self._isolation:
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()


OWNER_LOOK_SECONDS = 1.0  # polling interval


def end_with_owner() -> None:
    """End this program soon after its parent process, even in the middle of work.

    A busy program does not notice that its input was closed, and Linux's PDEATHSIG is sent when the
    parent's thread ends.
    """
    owner = os.getppid()

    def watch() -> None:
        while os.getppid() == owner:
            time.sleep(OWNER_LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="owner", daemon=True).start()


def module_command(name: str) -> list[str]:
    """Return the command to run a module of this project; see `helper_environment`."""
    return [sys.executable, "-P", "-m", name]


# Variables that a helper process needs: where programs, libraries, fonts and temporary files are,
# the language and the time zone. Tokens, keys and addresses are not among them.
_NEEDED = re.compile(
    r"PATH|HOME|LANG(?:UAGE)?|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|VIRTUAL_ENV|PYTHON\w*"
    r"|LD_LIBRARY_PATH|DYLD_\w+|XDG_\w+|TESSDATA_PREFIX"
    r"|(?:OMP|OPENBLAS|MKL|ORT)_\w+|COV(?:ERAGE)?_\w+"
)
# Those of Transformers and its hub, for embedding models other than the bundled one.
MODEL_VARIABLES = re.compile(
    r"(?:HF|HUGGINGFACE|TRANSFORMERS|SENTENCE_TRANSFORMERS|TORCH|CUDA|NVIDIA)_\w+"
    r"|(?:https?|no)_proxy|(?:HTTPS?|NO)_PROXY|SSL_CERT_\w+|REQUESTS_CA_BUNDLE"
)


def helper_environment(more: re.Pattern[str] | None = None) -> dict[str, str]:
    """Return the variables that a helper process needs, and those whose names match `more`."""
    patterns = [_NEEDED] if more is None else [_NEEDED, more]
    environment = {
        name: value
        for name, value in os.environ.items()
        if any(pattern.fullmatch(name) for pattern in patterns)
    }
    path = os.pathsep.join(filter(None, (_ROOT, environment.get("PYTHONPATH"))))
    return {**environment, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


def limit_process(name: str, most: int) -> None:
    """Set a soft limit of this process (`RLIMIT_CPU`), if the system supports it."""
    if resource is not None:
        kind = getattr(resource, name)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def memory_status(name: str) -> int:
    """Return a memory figure of this process on Linux (`VmData`), in bytes; 0 elsewhere."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


Process = TypeVar("Process", bound=HelperProcess)


class ProcessPool(Generic[Process]):
    """A pool of at most `most` idle programs, ended with this process. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self.waiting: list[Process] = []
        atexit.register(self.close)

    def take(self) -> Process | None:
        """Take a usable idle program, if any."""
        while True:
            with self._lock:
                if not self.waiting:
                    return None
                process = self.waiting.pop()
            if process.usable:
                return process
            process.close()

    def give_back(self, process: Process) -> None:
        """Return a program to the pool, or end it if the pool is full."""
        with self._lock:
            if process.usable and len(self.waiting) < self._most:
                self.waiting.append(process)
                return
        process.close()

    def close(self) -> None:
        """End all idle programs."""
        with self._lock:
            waiting, self.waiting[:] = list(self.waiting), []
        for process in waiting:
            process.close()
