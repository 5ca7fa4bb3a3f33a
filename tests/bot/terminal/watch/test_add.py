"""`selon add` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.main import run
from index.store.files.integrity import current_id
from index.store.files.opening import open_generation
from tests.bot.terminal.conftest import Capture
from tests.fakes import FakeEmbedder
from tests.web.site import Answer, Site, article, day, rss

pytestmark = pytest.mark.usefixtures("settings")


def titles(home: Path) -> dict[str, str | None]:
    with open_generation(home / ".selon") as generation:
        found = [generation.article(entry.id) for entry in generation.articles()]
        return {each.title: each.url for each in found if each is not None}


def test_adds_an_article(site: Site, home: Path, embedder: FakeEmbedder, capsys: Capture) -> None:
    address = f"{site.url}/a"
    site.pages["/a"] = article("Le phare")
    assert run(["add", address]) == 0
    assert capsys.readouterr().out.startswith(f"ajouté — {address}\n1 article")
    assert titles(home) == {"Le phare": address}
    before = embedder.embedded
    assert run(["add", address]) == 0
    assert capsys.readouterr().out.startswith("inchangé — ")
    assert embedder.embedded == before
    site.pages["/a"] = article("Le phare est éteint")
    assert run(["add", address]) == 0
    assert capsys.readouterr().out.startswith("mis à jour — ")
    assert titles(home) == {"Le phare est éteint": address}


def test_each_address_has_its_line(site: Site, home: Path, capsys: Capture) -> None:
    site.pages |= {"/a": article("a"), "/rss": rss(site.url, [("/a", day(1)), ("/b", day(2))])}
    addresses = ["http://10.0.0.1/x", f"{site.url}/rss", f"{site.url}/absent"]
    assert run(["add", "--no-index", *addresses]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        f"flux\u00a0: {site.url}/rss — 2\u00a0adresses\u202f; 2 à lire.",
        f"ajouté — {site.url}/a",
        "Adresses\u00a0: 1\u00a0ajoutée, 3\u00a0sans résultat.",
    ]
    failures = ["refusé — http://10.0.0.1/x", f"échec — {site.url}/b", f"échec — {site.url}/absent"]
    assert [line.rpartition(" — ")[0] for line in shown.err.splitlines()] == failures
    assert current_id(home / ".selon") is None


def test_control_characters_do_not_reach_the_terminal(site: Site, capsys: Capture) -> None:
    site.pages["/a"] = Answer(status=302, headers={"Location": "http://a\x1b[31m.fr/"})
    assert run(["add", f"{site.url}/a"]) == 1
    assert "\x1b" not in capsys.readouterr().err
