"""`selon serve --check`: every door is tried, and nothing of it is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from bot.state.tables import TurnRow
from bot.web.check import check_doors
from tests.bot.web.library import open_service
from tests.e2e.telegram import StubChain
from tests.index.samples import three


def test_every_door_is_tried_and_nothing_is_kept(tmp_path: Path) -> None:
    with open_service(tmp_path, three()) as index:
        service = replace(index, chain=StubChain())
        doors = list(check_doors(service, ()))
        assert [each.door for each in doors if not each.good] == []
        assert {"/", "/answer", "/articles", "/api/ask", "/v1/models"} <= {
            each.door for each in doors
        }
        with service.state.session() as session:
            assert session.scalar(select(func.count()).select_from(TurnRow)) == 0
