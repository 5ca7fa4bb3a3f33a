"""Sources: their file, their commands, and readings over real sites."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.library.sources import (
    expire_articles,
    hidden_ids,
    hide_articles,
    load_sources,
    parse_duration,
    parse_sources,
    restore_hidden,
)
from bot.main import run
from bot.settings import Settings, index_store, load_settings
from bot.terminal.watch.followers import SourceFollowers
from bot.terminal.watch.watcher import ChangeSignal, StopSignal
from index.errors import FetchError, NoIndex
from index.fetch.gatherer import FailedAddress, GatherEvent
from index.ingestion.builder import build
from tests.bot.terminal.conftest import Capture
from tests.bot.terminal.watch.test_watch import until, watch
from tests.fakes import FakeEmbedder
from tests.web.site import Answer, Site, article, day, rss
from tests.web.wordpress import WordPress


@pytest.fixture(autouse=True)
def _no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


def titles(home: Path) -> set[str]:
    """The titles that every door sees."""
    try:
        with index_store(load_settings(data_dir=home / ".selon")).open() as generation:
            return {entry.title for entry in generation.articles()}
    except NoIndex:
        return set()


def write_sources(home: Path, **sources: Mapping[str, object]) -> None:
    lines: list[str] = []
    for name, table in sources.items():
        lines.append(f"[{name}]")
        lines += [f"{option} = {json.dumps(value)}" for option, value in table.items()]
    (home / "sources.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Heard:
    def __init__(self) -> None:
        self.all: list[tuple[str, ...]] = []

    def news(self, source: str, counts: Mapping[str, int]) -> None:
        self.all.append((source, *(f"{counts[key]} {key}" for key in sorted(counts))))

    def event(self, event: GatherEvent) -> None:
        assert isinstance(event, FailedAddress)
        self.all.append(("event", event.error.code))

    def trouble(self, source: str, error: Exception) -> None:
        kind = error.code if isinstance(error, FetchError) else type(error).__name__
        self.all.append((source, kind))


def read(settings: Settings) -> list[tuple[str, ...]]:
    """Read all sources once."""
    heard = Heard()
    followers = SourceFollowers(settings, ChangeSignal(), heard, StopSignal())  # type: ignore[arg-type]
    followers._sources = load_sources(settings)
    for source in followers._sources.values():
        followers.read(source)
    return heard.all


def test_a_feed_is_a_source(home: Path, site: Site, settings: Settings) -> None:
    site.pages |= {"/aa": article("a"), "/bb": article("b")}
    site.pages["/rss"] = replace(rss(site.url, [("/aa", day(1))]), etag='"1"')
    write_sources(home, journal={"kind": "web", "address": f"{site.url}/rss", "rate": 0})
    assert read(settings) == [("journal", "1 added")]
    assert read(settings) == []
    assert site.asked[-1].headers["If-None-Match"] == '"1"'
    site.pages["/rss"] = replace(rss(site.url, [("/aa", day(1)), ("/bb", day(2))]), etag='"2"')
    assert read(settings) == [("journal", "1 added")]
    # A page that is gone when it is read again goes, one that fails stays.
    site.pages["/aa"], site.pages["/bb"] = Answer("", status=410), Answer("", status=503)
    entries = [("/aa", day(29).replace(year=2027)), ("/bb", day(29).replace(year=2027))]
    site.pages["/rss"] = rss(site.url, entries)
    told = read(settings)
    assert ("journal", "1 removed") in told
    assert told.count(("event", "address-status")) == 2
    assert len(list((home / ".selon" / "corpus" / "journal").rglob("[!.]*.html"))) == 1


def test_the_feed_of_a_spip_is_a_source(home: Path, site: Site, settings: Settings) -> None:
    """Its dates are those of Dublin Core, its addresses queries."""

    def item(number: int) -> str:
        return f"""<item xml:lang="fr">
        <title>Le phare {number}</title>
        <link>{site.url}/spip.php?article{number}</link>
        <guid isPermaLink="true">{site.url}/spip.php?article{number}</guid>
        <dc:date>2025-08-0{number}T08:30:00Z</dc:date>
        <dc:format>text/html</dc:format>
        <dc:language>fr</dc:language>
        <dc:creator>Paul Leroux</dc:creator>
        <description>- &lt;a href="{site.url}/spip.php?rubrique1" rel="directory"&gt;Ville&lt;/a&gt;
        </description>
        </item>"""

    def feed(*numbers: int) -> Answer:
        items = "".join(map(item, numbers))
        text = f"""<?xml
version="1.0" encoding="utf-8"?>
<rss version="2.0"
        xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:content="http://purl.org/rss/1.0/modules/content/"
>
<channel xml:lang="fr"><title>Le Phare</title><link>{site.url}/</link><language>fr</language>
<generator>SPIP - www.spip.net</generator>{items}</channel></rss>"""
        return Answer(text, "text/xml; charset=utf-8")

    backend = "/spip.php?page=backend"
    site.pages |= {f"/spip.php?article{number}": article(str(number)) for number in (1, 2, 3)}
    site.pages[backend] = feed(2, 1)
    write_sources(home, spip={"kind": "web", "address": site.url + backend, "rate": 0})
    assert read(settings) == [("spip", "2 added")]
    assert read(settings) == []
    site.pages[backend] = feed(3, 2, 1)
    assert read(settings) == [("spip", "1 added")]


def test_a_source_that_fails_says_why_and_the_others_go_on(
    home: Path, site: Site, settings: Settings, capsys: Capture
) -> None:
    site.pages |= {"/aa": article("a"), "/rss": rss(site.url, [("/aa", day(1))])}
    mail = {"kind": "mail", "address": "imap://127.0.0.1:1", "user": "a", "password": "NO_SUCH"}
    journal = {"kind": "web", "address": f"{site.url}/rss", "rate": 0}
    write_sources(home, courriel=mail, absent={**journal, "address": site.url}, journal=journal)
    assert read(settings) == [
        ("courriel", "source-secret-missing"),
        ("absent", "address-status"),
        ("journal", "1 added"),
    ]
    assert run(["sources", "list"]) == 0
    out = capsys.readouterr().out
    assert "courriel (mail)" in out
    assert "la variable d’environnement NO_SUCH est vide" in out
    assert "journal (web)" in out
    assert "1\u00a0fichier" in out


@pytest.fixture
def wordpress(monkeypatch: pytest.MonkeyPatch) -> Iterator[WordPress]:
    with WordPress() as running:
        running.now += timedelta(minutes=1)
        monkeypatch.setenv("SELON_FETCH_ALLOW", f"127.0.0.1:{running.port}")
        yield running


def test_what_a_site_unpublishes_goes_and_comes_back(home: Path, wordpress: WordPress) -> None:
    table = {"kind": "wordpress", "address": wordpress.url, "rate": 0, "every": "10s"}
    write_sources(home, phare=table)
    settings = load_settings()
    assert read(settings) == [("phare", "4 added")]
    paths, store, embedder = [home / ".selon" / "corpus"], index_store(settings), FakeEmbedder()
    build(paths, store, embedder)
    assert len(titles(home)) == 4
    gone = wordpress.posts[0]
    gone["status"] = "draft"
    read(settings)
    # Out of every answer before any build, with the generation as it was.
    assert len(titles(home)) == 3
    hidden = hidden_ids(settings)
    assert list(hidden.values()) == [False]
    report = build(paths, store, embedder)
    assert report.removed == 1
    assert not restore_hidden(settings, hidden)
    assert store.removed() == {}
    gone["status"] = "publish"
    wordpress.touch(gone)
    read(settings)
    build(paths, store, embedder)
    assert len(titles(home)) == 4


def test_an_article_published_again_before_the_build_is_not_lost(
    home: Path, wordpress: WordPress
) -> None:
    write_sources(home, phare={"kind": "wordpress", "address": wordpress.url, "rate": 0})
    settings = load_settings()
    paths, store, embedder = [home / ".selon" / "corpus"], index_store(settings), FakeEmbedder()
    read(settings)
    build(paths, store, embedder)
    for status in ("draft", "publish"):
        wordpress.posts[0]["status"] = status
        wordpress.touch(wordpress.posts[0])
        read(settings)
    hidden = hidden_ids(settings)
    build(paths, store, embedder)
    assert restore_hidden(settings, hidden)  # one more build is needed
    build(paths, store, embedder)
    assert len(titles(home)) == 4


def test_what_the_operator_removed_stays_removed(home: Path, wordpress: WordPress) -> None:
    write_sources(home, phare={"kind": "wordpress", "address": wordpress.url, "rate": 0})
    settings = load_settings()
    paths, store, embedder = [home / ".selon" / "corpus"], index_store(settings), FakeEmbedder()
    read(settings)
    build(paths, store, embedder)
    with store.open() as generation:
        entry = generation.articles()[0]
    assert run(["remove", entry.id]) == 0
    hide_articles(settings, "phare", list(paths[0].rglob("[!.]*.json")))
    assert entry.id not in hidden_ids(settings)


def test_a_source_keeps_its_articles_for_so_many_days(home: Path, wordpress: WordPress) -> None:
    write_sources(home, phare={"kind": "wordpress", "address": wordpress.url, "rate": 0})
    settings = load_settings()
    paths, embedder = [home / ".selon" / "corpus"], FakeEmbedder()
    read(settings)
    build(paths, index_store(settings), embedder)
    source = replace(load_sources(settings)["phare"], keep=30)
    expire_articles(settings, source, date(2024, 2, 1))  # two are of the 2nd, one of the 3rd
    assert len(titles(home)) == 4
    expire_articles(settings, source, date(2024, 2, 2))
    assert len(titles(home)) == 2
    assert len(list(paths[0].rglob("[!.]*.json"))) == 2
    assert read(settings) == []  # it is not fetched again
    build(paths, index_store(settings), embedder)
    assert len(titles(home)) == 2


def test_one_s_own_folder_as_a_source_keeps_its_articles_for_so_many_days(home: Path) -> None:
    """What is too old leaves the answers and the disk, not the folder that it came from."""
    own = home / "articles"
    own.mkdir()
    today = datetime.now(UTC).astimezone().date()
    ages = {"hier": 1, "mois": 30, "vieux": 32}
    for name, age in ages.items():
        text = f"---\ntitle: {name}\ndate: {today - timedelta(days=age)}\n---\n\nUn phare {name}.\n"
        (own / f"{name}.md").write_text(text, encoding="utf-8")
    (own / "sans-date.md").write_text("# sans date\n\nUn phare sans date.\n", encoding="utf-8")
    write_sources(home, maison={"kind": "folder", "address": own.as_uri(), "keep": 31})
    settings, paths = load_settings(), [home / ".selon" / "corpus"]
    assert read(settings) == [("maison", "4 added")]
    build(paths, index_store(settings), FakeEmbedder())
    assert "vieux" in titles(home)
    assert read(settings) == []
    assert titles(home) == {"hier", "mois", "sans date"}, "before any build"
    build(paths, index_store(settings), FakeEmbedder())
    assert titles(home) == {"hier", "mois", "sans date"}
    assert read(settings) == [], "it is not fetched again"
    assert len(list(paths[0].rglob("[!.]*.md"))) == 3
    assert len(list(own.iterdir())) == 4


def test_watch_follows_sources_and_their_file(home: Path, wordpress: WordPress) -> None:
    table = {"kind": "wordpress", "address": wordpress.url, "rate": 0, "every": "10s"}
    write_sources(home, phare=table)

    def acts() -> None:
        assert until(lambda: len(titles(home)) == 4)
        assert run(["sources", "remove", "phare"]) == 0
        assert until(lambda: titles(home) == set())

    watch([], acts, signal.SIGTERM)


def test_sources_are_added_checked_and_removed(
    home: Path, wordpress: WordPress, capsys: Capture
) -> None:
    add = ["sources", "add", "phare", wordpress.url, "--kind", "wordpress"]
    assert run([*add, "--set", "rate=0", "--set", "every=1m", "--set", "types=posts"]) == 0
    out = capsys.readouterr().out
    assert "Source ajoutée\u00a0: phare." in out
    assert "3\u00a0articles lus\u202f; rien n’est gardé." in out
    assert not (home / ".selon" / "corpus" / "phare").exists()
    text = (home / "sources.toml").read_text(encoding="utf-8")
    (home / "sources.toml").write_text(
        f"# À nous\n{text}\n[autre]\nkind = 'web'\naddress='http://a.fr'\n"
    )
    assert run(add) == 2
    assert "existe déjà" in capsys.readouterr().err
    assert run(["sources", "remove", "phare"]) == 0
    kept = (home / "sources.toml").read_text(encoding="utf-8")
    assert kept == "# À nous\n\n[autre]\nkind = 'web'\naddress='http://a.fr'\n".replace(
        "\n\n", "\n"
    )
    assert run(["sources", "check", "phare"]) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[a", "sources-unreadable"),
        ("[sent]\nkind='web'", "source-name-refused"),
        ("['../a']\nkind='web'", "source-name-refused"),
        ("[a]\nkind='gopher'", "source-kind-unknown"),
        ("[a]\nkind='web'\naddress='ftp://a.fr'", "source-address-refused"),
        ("[a]\nkind='web'\naddress='http://moi:secret@a.fr'", "source-address-refused"),
        ("[a]\nkind='web'\naddress='http://a.fr'\ntypes=['a']", "source-option-unknown"),
        ("[a]\nkind='web'\naddress='http://a.fr'\nevery='soon'", "source-option-refused"),
        ("[a]\nkind='web'\naddress='http://a.fr'\nkeep=-3", "source-option-refused"),
        ("[a]\nkind='web'\naddress='http://a.fr'\npassword='secret'", "source-secret-written"),
        ("a = 1", "source-option-unknown"),
    ],
)
def test_a_source_that_is_not_understood_is_refused(text: str, code: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_sources(text, Path("sources.toml"))
    assert refused.value.code == code
    assert "secret" not in str(refused.value).replace("source-secret", "")


def test_a_duration_is_read_and_what_is_none_refused() -> None:
    durations = ("90s", "15 min", "1h30m", "1,5h", "2D")
    assert [parse_duration(text) for text in durations] == [90, 900, 5400, 5400, 172800]
    for text in ("", "15", "m", "9s", "0h", "-5m", "31d", "5m?", "1e9s", "15m x"):
        with pytest.raises(ValueError, match=r"no duration|between"):
            parse_duration(text)
