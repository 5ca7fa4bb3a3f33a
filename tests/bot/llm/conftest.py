from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ModelFailed
from bot.llm.base import PromptMessage, Request
from bot.llm.factory import open_models
from bot.llm.hosted_model import HostedModel
from bot.settings import Settings
from bot.state.database import State
from tests.bot.messenger.conftest import state

__all__ = ["state"]

QUESTION = (
    PromptMessage("system", "Réponds."),
    PromptMessage("user", "Qui a inventé le braille ?"),
)

Opened = Callable[..., HostedModel]


@pytest.fixture
def opened(state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """The one model of `openai:scripted` at an address, with these settings."""
    monkeypatch.chdir(tmp_path)
    models: list[HostedModel] = []

    def open_one(url: str, **settings: Any) -> HostedModel:
        chosen: dict[str, Any] = {
            "chat_model": "openai:scripted",
            "chat_base_url": url,
            "data_dir": tmp_path,
            **settings,
        }
        (model,) = open_models(Settings(_env_file=None, **chosen), lambda: state)
        models.append(model)
        return model

    yield open_one
    for each in models:
        each.close()


def request(limit: int = 100) -> Request:
    return Request(QUESTION, limit)


async def said(model: HostedModel, limit: int = 100) -> str:
    return await model.reply(request(limit))


async def fault_of(model: HostedModel) -> ModelFailed:
    """Why there is no answer."""
    with pytest.raises(ModelFailed) as caught:
        await said(model)
    return caught.value
