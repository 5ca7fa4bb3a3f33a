"""The web application over the sample articles, behind a real server on a free port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from bot.settings import Settings
from bot.web.app import create_app
from bot.web.serve import open_service

START_SECONDS = 60


@pytest.fixture(scope="package")
def live_settings(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("web")
    return Settings(
        _env_file=None,
        data_dir=sample_index,
        database_url=f"sqlite:///{folder}/state.sqlite",
        question_burst=0,
        threads=1,
    )


@pytest.fixture(scope="package")
def live(live_settings: Settings) -> Iterator[str]:
    """The address of the application."""
    with open_service(live_settings) as service:
        config = uvicorn.Config(create_app(service), host="127.0.0.1", port=0, log_config=None)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not server.started and thread.is_alive():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()
