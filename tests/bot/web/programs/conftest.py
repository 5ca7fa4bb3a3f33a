"""The web application over the sample articles, behind a real server on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.web.app import create_app
from bot.web.serve import open_service
from tests.bot.web.browser import served


@pytest.fixture(scope="package")
def live_settings(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("web")
    kept = {"data_dir": sample_index, "database_url": f"sqlite:///{folder}/state.sqlite"}
    return Settings(_env_file=None, question_burst=0, threads=1, **kept)


@pytest.fixture(scope="package")
def live(live_settings: Settings) -> Iterator[str]:
    with open_service(live_settings) as service, served(create_app(service)) as address:
        yield address
