"""The web application over an index of a few articles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.feature import Feature
from bot.library.articles import Library
from bot.settings import Settings
from bot.state.database import open_state
from bot.web.app import create_app
from bot.web.service import WebService
from index.article import Article
from index.ingestion.builder import build_articles
from tests.fakes import FakeEmbedder
from tests.index.samples import live

ORIGIN = "http://localhost"


def answer_paths(page: str) -> list[str]:
    """The permanent addresses of the answers on a page, the newest first."""
    return re.findall(r'<footer class="foot"><a href="(/a/[^"]+)">', page)


@contextmanager
def open_service(folder: Path, articles: Iterable[Article] | None = None) -> Iterator[WebService]:
    """The service over the index of a folder, built of these articles first; it answers nothing."""
    if articles is not None:
        build_articles(articles, folder, FakeEmbedder(), merge=True)
    chain: Any = None
    settings = Settings(_env_file=None, data_dir=folder)
    with closing(open_state(f"sqlite:///{folder}/state.sqlite")) as state:
        yield WebService(chain, Library(live(folder)), state, settings)


def create_pages(service: WebService, features: Sequence[Feature] = ()) -> Starlette:
    return create_app(service, [half for feature in features if (half := feature.web(service))])


@contextmanager
def open_client(service: WebService, features: Sequence[Feature] = ()) -> Iterator[TestClient]:
    """A browser that keeps cookies, on this machine."""
    with TestClient(create_pages(service, features), base_url=ORIGIN) as client:
        yield client
