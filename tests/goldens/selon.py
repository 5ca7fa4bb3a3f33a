"""The command `selon` in a folder of its own, and what it printed, as a person would see it."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import re
import shlex
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.goldens.forks import run_selon

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 180
TOKEN = "4200000001:AAtest-token_that-opens-nothing-at-all"

_VARYING: tuple[tuple[str, str], ...] = (
    (r"\d{8}T\d{6}\.\d{6}Z", "<generation>"),
    (r"(?m)^selon \d+\.\d+\.\d+$", "selon <version>"),
    (r"(127\.0\.0\.1|localhost):\d{4,5}\b", r"\1:<port>"),
    (r"127\.0\.0\.1', port=\d+", "127.0.0.1', port=<port>"),
    (r"(process|processus) \d+", r"\1 <pid>"),
    (r"(<pid>, (?:since|depuis) )[^)]*", r"\1<time>"),
    (r"\b\d{1,2}(?:er)? \w+ \d{4} (à|at) \d\d:\d\d\b", "<time>"),
    (r'"removed": "[\d-]{10}"', '"removed": "<day>"'),
    (r"(?m)^([\da-f]{12}  )[\d-]{10}(?=  (?!\w\w  |\?  ))", r"\1<day>"),
    (r"(?m)^(latency_ms p\d+)\t[\d.]+", r"\1\t<figure>"),
    (r"(?m)^(Construit|Built)( +)\S.*$", r"\1\2<time>"),
    (r"(?m)^(Sur disque|On disk)( +)\S.*$", r"\1\2<size>"),
    (r'"built": ?"[^"]*"', '"built": "<time>"'),
    (r'"bytes": ?\d+', '"bytes": <size>'),
    (r'"elapsed_ms": ?[\d.]+', '"elapsed_ms": <ms>'),
    (r"(?m)^(?:2> )?\d\d:\d\d:\d\d ", "<time> "),
    (r"(?m)^(2> )?[\d-]{10} [\d:,]{12} ([A-Z]+) [\w.]+:", r"\1<time> \2 <logger>:"),
    (r"\b(en|in) \d[\d,.]*[\u00a0 ]s\b", r"\1 <seconds>"),
    (r"\(\d[\d,.]*[\u00a0 ](?:ko|Mo|KB|MB|kB)\)(?=, v)", "(<size>)"),
)
# How far a build has come is said every so often, by the clock.
_CLOCKED = re.compile(
    r"^ +[\d,\u202f]+(?:[\u00a0 ]\w+)? (?:sur|of) [\d,\u202f]+(?:[\u00a0 ]\w+)?(?:, .*)?\n", re.M
)


@dataclass(frozen=True, slots=True)
class Ran:
    typed: str
    code: int
    out: str
    err: str

    def told(self) -> str:
        """The command, what it printed (`2>` stands before what is an error's), its code."""
        lines = [f"$ {self.typed}"]
        lines += [f"  {line}" for line in self.out.splitlines()]
        lines += [f"  2> {line}" for line in self.err.splitlines()]
        lines.append(f"[{self.code}]")
        return _visible("\n".join(line.rstrip(" ") for line in lines) + "\n")


def _visible(text: str) -> str:
    """The text with what no editor shows written out, so that it can be read and kept."""
    shown = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e]", _escaped, text)
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def transcript(runs: Iterable[Ran]) -> str:
    return "\n".join(run.told() for run in runs)


_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(slots=True)
class Forks:
    """The children that commands run in, seen from a test."""

    folder: Path
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(
        self, args: Sequence[str], cwd: Path, environment: dict[str, str], given: str
    ) -> tuple[ForkServerProcess, Path]:
        """Start a command; its process, and where `stdin`, `stdout` and `stderr` lie."""
        with self._lock:
            folder = self.folder / f"{next(self._numbers):05}"
            folder.mkdir(parents=True)
            (folder / "stdin").write_text(given, encoding="utf-8", errors="surrogateescape")
            _CONTEXT.set_forkserver_preload(["tests.goldens.warm"])
            process = _CONTEXT.Process(target=run_selon, args=(args, cwd, environment, folder))
            process.start()
        return process, folder

    def wait(self, process: ForkServerProcess) -> int:
        """The exit code; a process that does not end is killed."""
        if not wait([process.sentinel], SECONDS):
            process.kill()
            wait([process.sentinel])
        with self._lock:  # several who ask at once would take it from each other
            code = process.exitcode
        assert code is not None
        return code


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without settings, but for where the model is prepared."""
    dropped = re.compile(r"SELON_|PYTEST|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|.*_API_KEY|LC_|LANG")
    kept = {name: value for name, value in os.environ.items() if not dropped.match(name)}
    if "SELON_CACHE_DIR" in os.environ:
        kept["SELON_CACHE_DIR"] = os.environ["SELON_CACHE_DIR"]
    return kept | {"TERM": "dumb", "TZ": "UTC", "LC_ALL": "C.UTF-8"} | more


@dataclass(frozen=True, slots=True)
class Selon:
    """The command in one folder, under some settings."""

    forks: Forks
    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    changes: tuple[tuple[str, str], ...] = ()

    def under(self, **settings: str) -> Selon:
        return Selon(self.forks, self.home, {**self.settings, **settings}, self.changes)

    def apart(self, number: int) -> Selon:
        """The same with a data directory of its own, for what is run at once."""
        return self.under(SELON_DATA_DIR=f"data-{number}")

    def run(self, *args: str, given: str = "", **settings: str) -> Ran:
        process, folder = self.start(*args, given=given, **settings)
        return self.ran(args, folder, self.forks.wait(process), given, **settings)

    def start(self, *args: str, given: str = "", **settings: str) -> tuple[ForkServerProcess, Path]:
        environment = clean_environment(**{**self.settings, **settings})
        return self.forks.start(args, self.home, environment, given)

    def ran(
        self, args: Sequence[str], folder: Path, code: int, given: str = "", **settings: str
    ) -> Ran:
        told = [f"{name}={shlex.quote(value)}" for name, value in settings.items()]
        typed = " ".join([*told, "selon", _typed(args)])
        if given:
            typed += " <<\n" + "\n".join(f"  < {line}" for line in given.splitlines())
        out, err = (
            self.steady((folder / name).read_text(encoding="utf-8", errors="backslashreplace"))
            for name in ("stdout", "stderr")
        )
        return Ran(self.steady(typed), code, out, err)

    def steady(self, text: str) -> str:
        """The text without what differs from one run to the next."""
        text = text.replace(str(self.home.resolve()), "<home>").replace(str(self.home), "<home>")
        text = text.replace(str(ROOT), "<root>")
        text = _CLOCKED.sub("", text)
        for pattern, words in (*_VARYING, *self.changes):
            text = re.sub(pattern, words, text)
        return text

    def typed(self, commands: str, at_once: int = 1) -> list[Ran]:
        """Run what semicolons divide, as on the line of a shell."""
        args = (command.split() for command in commands.split(";"))
        return self.each([partial(self.run, *arguments) for arguments in args], at_once)

    def each(self, runs: Sequence[Callable[[], Ran]], at_once: int = 2) -> list[Ran]:
        """Runs that do not lean on each other, some at once, in their order."""
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda run: run(), runs))


def _typed(args: Sequence[str]) -> str:
    shown = (arg.replace("\n", "\\n") for arg in args)
    return " ".join(arg if re.fullmatch(r"[\w./:=,@-]+", arg) else f"“{arg}”" for arg in shown)
