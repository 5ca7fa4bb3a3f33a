"""`selon add` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.main import run
from bot.settings import Settings
from index.store.files.opening import current_id, open_generation
from tests.fakes import FakeEmbedder
from tests.web.site import Answer, Site, article, day, rss

pytestmark = pytest.mark.usefixtures("settings")


def titles(home: Path) -> set[str]:
    with open_generation(home / ".selon", model="fake-64", dimension=64) as generation:
        return {entry.title for entry in generation.articles()}


def test_articles_are_added_and_indexed(
    site: Site, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages |= {"/phare": article("Le phare de Sainte-Anne")}
    assert run(["add", f"{site.url}/phare"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"ajouté — {site.url}/phare\n1 article")
    assert titles(home) == {"Le phare de Sainte-Anne"}


def test_each_address_has_its_line_and_the_rest_goes_on(
    site: Site, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages |= {"/a": article("a"), "/rss": rss(site.url, [("/a", day(1)), ("/b", day(2))])}
    addresses = [f"{site.url}/rss", "http://10.0.0.1/x", "ftp://exemple.fr", f"{site.url}/absent"]
    assert run(["add", "--no-index", *addresses]) == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        f"flux\u00a0: {site.url}/rss — 2\u00a0adresses\u202f; 2 à lire.",
        f"ajouté — {site.url}/a",
        "Adresses\u00a0: 1\u00a0ajoutée, 4\u00a0sans résultat.",
    ]
    assert shown.err.splitlines() == [
        f"échec — {site.url}/b — le site répond 404",
        "refusé — http://10.0.0.1/x — elle mène à une adresse privée (10.0.0.1)\u202f; si cette "
        "machine est à vous, nommez-la dans SELON_FETCH_ALLOW",
        "refusé — ftp://exemple.fr — seuls http et https sont suivis, pas ftp",
        f"échec — {site.url}/absent — le site répond 404",
    ]
    assert current_id(home / ".selon") is None


def test_adding_again_refreshes(
    site: Site, home: Path, embedder: FakeEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages["/a"] = article("Le phare")
    assert run(["add", f"{site.url}/a"]) == 0
    before = embedder.embedded
    assert run(["add", f"{site.url}/a"]) == 0
    assert embedder.embedded == before
    site.pages["/a"] = article("Le phare est éteint")
    assert run(["add", f"{site.url}/a"]) == 0
    assert titles(home) == {"Le phare est éteint"}
    out = capsys.readouterr().out
    assert [line.partition(" — ")[0] for line in out.splitlines() if " — " in line] == [
        "ajouté",
        "inchangé",
        "mis à jour",
    ]


def test_citations_lead_to_where_an_article_was_fetched(site: Site, home: Path) -> None:
    site.pages["/a"] = article("Le phare")
    assert run(["add", f"{site.url}/a"]) == 0
    with open_generation(home / ".selon", model="fake-64", dimension=64) as generation:
        (entry,) = generation.articles()
        kept = generation.article(entry.id)
    assert kept is not None
    assert kept.url == f"{site.url}/a"


def test_the_ledger_is_beside_the_files(site: Site, home: Path, settings: Settings) -> None:
    site.pages["/a"] = article("Le phare")
    run(["add", "--no-index", f"{site.url}/a"])
    ledger = settings.data_dir / "corpus" / "127.0.0.1" / ".selon-addresses.json"
    told = json.loads(ledger.read_text(encoding="utf-8"))
    assert [each["url"] for each in told["files"].values()] == [f"{site.url}/a"]


def test_control_characters_of_a_site_do_not_reach_the_terminal(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages["/a"] = Answer(status=302, headers={"Location": "http://a\x1b[31m.fr/"})
    assert run(["add", f"{site.url}/a"]) == 1
    assert "\x1b" not in capsys.readouterr().err
