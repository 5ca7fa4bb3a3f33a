"""A daily on Telegram holds what its reader may read when it is sent."""

from __future__ import annotations

import pytest

from tests.bot.digests.test_telegram import Now, now
from tests.botapi.server import BotServer
from tests.e2e.test_rights import DAY, PORT, READER, ROOT, server

__all__ = ["now", "server"]


@pytest.mark.parametrize("is_given", [False, True])
async def test_a_daily_is_made_with_the_rights_of_its_hour(
    now: Now, server: BotServer, is_given: bool
) -> None:
    now.on(DAY, 6)
    await server.reply_to(ROOT, f"/droits conseil {READER}")
    assert "8\u00a0h" in (await server.reply_to(READER, "/quotidien 8h")).text
    if not is_given:
        await server.reply_to(ROOT, f"/droits retirer conseil {READER}")
    now.on(DAY, 8)
    daily = await server.next_message()
    assert PORT in daily.text
    assert ("Uzon a vendu" in daily.text) is is_given
