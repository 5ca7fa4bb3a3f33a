from __future__ import annotations

import pytest

from bot.errors import SelonError
from bot.locale.errors import error_text
from bot.state.database import open_state
from index.errors import IndexingError
from index.store.postgres.connections import Server
from index.store.url import redact_url

HOST = "127.0.0.1:1/base"
SECRETS = [
    f"postgresql://user:hush@hush@{HOST}",
    f"postgresql://user:@hush:hush@{HOST}",
    f"postgresql://user:hush/hush@{HOST}",
    f"postgresql://user:hush#hush?hush@{HOST}",
    f"postgresql://user:%hush@{HOST}",
    f"postgresql://{HOST}?user=user&password=hush",
    f"postgresql://user@{HOST}?password=hush@hush",
    "postgresql://user:hush@127.0.0.1:hush/base",
    "postgresql://user:hush@127.0.0.1:99999999/base",
    "postgresql://user:hush@[::1/base",
]


def open_index(url: str) -> None:
    server = Server.at(url)
    assert "hush" not in server.label
    server.connect(writing=False)


@pytest.mark.parametrize("url", SECRETS)
@pytest.mark.parametrize("opens", [open_state, open_index])
def test_no_part_of_a_password_is_told(opens: object, url: str) -> None:
    with pytest.raises((SelonError, IndexingError)) as raised:
        opens(url)  # type: ignore[operator]
    told = [error_text(raised.value, language) for language in ("fr", "en")]
    assert "hush" not in " ".join((*told, str(raised.value), repr(raised.value.__cause__)))


@pytest.mark.parametrize("port", ["0", "65536", "99999999", "abc", "1:2"])
@pytest.mark.parametrize("opens", [open_state, open_index])
def test_a_port_that_is_none_is_one_sentence(opens: object, port: str) -> None:
    with pytest.raises((SelonError, IndexingError)) as raised:
        opens(f"postgresql://user:hush@127.0.0.1:{port}/base")  # type: ignore[operator]
    assert "le port doit être un nombre de 1 à 65535" in error_text(raised.value, "fr")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgresql://user:hu@s/h@{HOST}?password=hush", f"postgresql://{HOST}"),
        ("http://user:hush@localhost:8081/", "http://localhost:8081/"),
        ("sqlite:////home/a@b/state.sqlite", "sqlite:////home/a@b/state.sqlite"),
        ("https://api.telegram.org/", "https://api.telegram.org/"),
    ],
)
def test_what_is_shown_of_an_address(url: str, shown: str) -> None:
    assert redact_url(url) == shown
