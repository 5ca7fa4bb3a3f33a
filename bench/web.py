"""Two hundred people ask the page within two minutes; then again among idle connections.

The real `selon serve` with the sample articles and the bundled model, on a free port of this
machine. Each person has a cookie, asks by the form as a browser without scripts does, and reads the
page that they are sent to. Then ten thousand connections that say nothing and a hundred whose body
never ends are opened, and forty more questions asked meanwhile. No limits are set.

    python bench/web.py [--people 200] [--questions 400] [--seconds 120] [--idle 10000] [--slow 100]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from kills import QUESTIONS, ROOT, SELON, environment

ANSWER_SECONDS = 60.0
AMONG_IDLE = 40
HALF_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
SLOW_HEAD = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nq="
)


def main() -> int:
    options = _options()
    with TemporaryDirectory(prefix="selon-web-") as name:
        folder = Path(name)
        variables = environment(folder) | {
            "SELON_QUESTION_BURST": "0",
            "SELON_GROUP_BURST": "0",
            "SELON_WEB_PORT": str(_free_port()),
        }
        command = [*SELON, "index", str(ROOT / "corpus")]
        subprocess.run(command, env=variables, cwd=folder, check=True, capture_output=True)
        return asyncio.run(_measure(folder, variables, options))


class Crowd:
    """People who ask, and how long each waited for the page that answers, in seconds."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._chance = random.Random(1)
        self.failed = 0

    async def ask(self, people: int, questions: int, seconds: float) -> list[float]:
        """Ask at moments of no pattern."""
        moments = sorted(self._chance.uniform(0, seconds) for _ in range(questions))
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._ask_at(moment, f"person-{at % people:016d}"))
                for at, moment in enumerate(moments)
            ]
        return [task.result() for task in tasks]

    async def _ask_at(self, moment: float, cookie: str) -> float:
        await asyncio.sleep(moment)
        question = self._chance.choice(QUESTIONS)
        began = time.monotonic()
        async with httpx.AsyncClient(
            base_url=self._address,
            cookies={"selon": cookie},
            follow_redirects=True,
            timeout=ANSWER_SECONDS,
            verify=False,  # a certificate store for each would take the server's processor
        ) as client:
            try:
                page = await client.post("/", data={"q": question})
            except httpx.HTTPError:
                self.failed += 1
            else:
                self.failed += page.status_code != 200 or 'class="outcome' not in page.text
        return time.monotonic() - began


async def _measure(folder: Path, variables: dict[str, str], options: argparse.Namespace) -> int:
    print(f"{os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.1f}")
    async with _served(folder, variables) as (address, process_id):
        crowd = Crowd(address)
        await crowd.ask(1, 10, 1)  # what is loaded on first use is nobody's wait
        waits = await crowd.ask(options.people, options.questions, options.seconds)
        print(_line(f"{options.people} people in {options.seconds:.0f} s", waits, process_id))
        async with _held(address, HALF_HEAD, options.idle), _held(address, SLOW_HEAD, options.slow):
            waits = await crowd.ask(AMONG_IDLE, AMONG_IDLE, AMONG_IDLE)
            name = f"among {options.idle} idle connections and {options.slow} slow bodies"
            print(_line(name, waits, process_id))
    print(f"not answered: {crowd.failed}")
    return 1 if crowd.failed else 0


@asynccontextmanager
async def _served(folder: Path, variables: dict[str, str]) -> AsyncIterator[tuple[str, int]]:
    """The address and number of a `selon serve` that runs as long as the block lasts."""
    process = await asyncio.create_subprocess_exec(
        *SELON, "serve", env=variables, cwd=folder, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        while (line := (await process.stderr.readline()).decode()) and "http" not in line:
            pass
        yield line[line.index("http") :].split()[0].rstrip("/"), process.pid
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _held(address: str, head: bytes, count: int) -> AsyncIterator[None]:
    """Connections that send `head` and then nothing; those that the server closes are not opened
    again."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    opened: list[asyncio.StreamWriter] = []
    try:
        for _ in range(count):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(head)
            opened.append(writer)
        yield
    finally:
        for writer in opened:
            writer.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _line(name: str, waits: Sequence[float], process_id: int) -> str:
    ordered = sorted(waits)
    p50, p95 = (ordered[int(share * (len(ordered) - 1))] * 1000 for share in (0.5, 0.95))
    status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    memory = int(status.partition("VmRSS:")[2].split()[0]) // 1024
    return (
        f"{name}: {len(waits)} questions, p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
        f"longest {ordered[-1] * 1000:.0f} ms; memory {memory} MB"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
