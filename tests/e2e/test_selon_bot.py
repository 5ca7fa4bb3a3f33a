"""`selon bot` as an operator runs it: a real process, the real model, a real index."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from platformdirs import user_cache_path

from index.ingestion.builder import build
from index.models.base import Embedder
from tests.botapi.server import BotServer

READER = 42
SELON = (sys.executable, "-c", "from bot.main import main; main()")
LENS = "Fresnel conçoit en 1822 une lentille à échelons pour les phares."
BAKERY = "The fire began in a bakery on Pudding Lane in September 1666."
ARTICLES = {
    "fresnel.md": f"""---
title: Fresnel et les phares
author: Anne Le Gall
published: 2024-03-01
url: https://exemple.fr/fresnel
language: fr
---

Augustin Fresnel naît à Broglie en 1788. {LENS}
""",
    "fire.md": f"""---
title: The Great Fire of London
author: Anna Hart
published: 2021-09-02
language: en
---

{BAKERY} It burned for four days and destroyed the old cathedral.
""",
}


def environment(**more: str) -> dict[str, str]:
    """That of a service: nothing can be written in its home, models are where it says."""
    own = ("SELON_", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    cache_dir = os.environ.get("SELON_CACHE_DIR") or str(user_cache_path("selon"))
    return kept | {"HOME": "/dev/null/home", "SELON_CACHE_DIR": cache_dir} | more


@asynccontextmanager
async def selon_bot(home: Path, server: BotServer) -> AsyncIterator[Process]:
    settings = environment(
        SELON_TELEGRAM_TOKEN=server.token,
        SELON_TELEGRAM_API_URL=server.url,
        SELON_MIN_CONFIDENCE="0",
        SELON_SURE_CONFIDENCE="0",
        SELON_LOG_LEVEL="DEBUG",
    )
    process = await asyncio.create_subprocess_exec(
        *SELON, "bot", cwd=home, env=settings, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_the_bot_takes_an_index_up_answers_in_both_languages_and_stops(
    tmp_path: Path, server: BotServer, bundled: Embedder
) -> None:
    for name, text in ARTICLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "abîmé.pdf").write_bytes(b"%PDF-1.7\nnot really")
    asked = ("Qu’a conçu Fresnel en 1822 ?", "fr"), ("Where did the fire begin?", "en")
    async with selon_bot(tmp_path, server) as process:
        await server.called("getUpdates")
        french, english = [await server.reply_to(READER, *question) for question in asked]
        assert "Les articles sont en cours de lecture" in french.text
        assert "articles are still being taken in" in english.text
        files = [tmp_path / name for name in (*ARTICLES, "abîmé.pdf")]
        built = await asyncio.to_thread(build, files, tmp_path / ".selon", bundled)
        assert [Path(skipped.label).name for skipped in built.skipped] == ["abîmé.pdf"]
        french, english = [await server.reply_to(READER, *question) for question in asked]
        passage = await server.reply_to_press(
            french, min({"Passage", "Passage 1"} & {*french.labels})
        )
        process.send_signal(signal.SIGINT)
        _, errors = await asyncio.wait_for(process.communicate(), 60)

    assert f"«\u00a0{LENS}\u00a0»\u00a0[1]" in french.text
    assert "Fresnel et les phares, par Anne Le Gall, 1er mars 2024" in french.text
    assert french.links[0][1].startswith("https://exemple.fr/fresnel#:~:text=")
    assert f"“{BAKERY}”\u00a0[1]" in english.text
    assert "The Great Fire of London, by Anna Hart, 2 September 2021" in english.text
    assert passage.styled("bold")[-1] in french.text
    assert process.returncode == 0
    log = errors.decode()
    assert "https://t.me/selon_test_bot" in log
    assert server.token.partition(":")[2] not in log
    assert LENS not in log
    assert "Traceback" not in log
