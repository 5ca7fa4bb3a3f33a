"""Episodes as podcast players find them, and scripts as they are read aloud."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from unittest.mock import Mock

import feedparser
import pytest
from filelock import FileLock
from lxml import etree, html
from PIL import Image

from bot.answer import Citation
from bot.audio import Recording
from bot.digests.feed import add_episode, load_episodes, new_episode
from bot.digests.script import Script, ScriptLine
from bot.digests.texts import FeedPhrases
from bot.errors import FeedError
from index.article import Period
from index.ingestion.passages import cut
from tests.bot.digests.made import DAY
from tests.bot.digests.test_script import PONT, cited

pytest.importorskip("jinja2", reason="the extra `voice` is not installed")

ONLINE = replace(PONT, url="https://phare.example/le-pont")
QUOTE = replace(cited(), article=ONLINE)
SCRIPT = Script(
    "Le Podcast\u00a0: Le pont",
    Period(DAY, DAY),
    "fr",
    (
        ScriptLine(
            "Selon Le Phare, le 26 mars 2026\u00a0: «\u00a0Le pont\u00a0».", chapter="Le pont"
        ),
        ScriptLine(QUOTE.quote, QUOTE, "second", chapter="Le pont"),
        ScriptLine("Autre sujet.", chapter="Ensuite"),
    ),
    (ONLINE,),
    ("Le pont",),
)


def published(folder: Path, script: Script = SCRIPT, sound: bytes = b"ID3") -> Path:
    with new_episode(folder, script) as path:
        path.write_bytes(sound)
        made = Recording(path, 65.0, (0.0, 2.4, 59.9996))
        address = "https://exemple.fr/podcast/"
        operator = "La rédaction du Phare, contact@phare.example"
        return add_episode(folder, script, made, address, FeedPhrases.of("fr"), operator)


def test_a_player_finds_the_episode_its_sound_and_notes_with_sources(tmp_path: Path) -> None:
    found = feedparser.parse(published(tmp_path).read_bytes())
    (entry,) = found.entries
    (sound,) = entry.enclosures
    assert not found.bozo
    assert entry.title == "Le Podcast\u00a0: Le pont"
    assert entry.itunes_duration == "65"
    assert sound.type == "audio/mpeg"
    assert sound.length == "3"
    assert sound.href == "https://exemple.fr/podcast/2026-03-26-le-podcast-le-pont.mp3"
    assert (tmp_path / Path(sound.href).name).read_bytes() == b"ID3"
    assert found.feed.image.href == "https://exemple.fr/podcast/cover.png"
    with Image.open(tmp_path / "cover.png") as cover:
        assert (cover.mode, cover.size) == ("RGB", (1_400, 1_400))
    (link,) = html.fromstring(entry.summary).xpath("//a")
    assert link.text == QUOTE.quote
    assert link.get("href").startswith("https://phare.example/le-pont#:~:text=")
    assert "Le Phare" in entry.summary


def test_an_episode_of_the_same_day_replaces_the_earlier_one(tmp_path: Path) -> None:
    (first,) = feedparser.parse(published(tmp_path).read_bytes()).entries
    (listed,) = json.loads((tmp_path / "episodes.json").read_text("utf-8"))
    early = {**listed, "published": "2026-03-26T07:00:00+00:00"}
    (tmp_path / "episodes.json").write_text(json.dumps([early]))
    (again,) = feedparser.parse(published(tmp_path, sound=b"ID3 again").read_bytes()).entries
    other = replace(SCRIPT, lines=(*SCRIPT.lines[:2], ScriptLine("Pour finir.", chapter="Ensuite")))
    (changed,) = feedparser.parse(published(tmp_path, other).read_bytes()).entries
    assert (again.id, again.enclosures[0].length) == (first.id, "9")
    assert again.published == changed.published == "Thu, 26 Mar 2026 07:00:00 +0000"
    assert changed.id == first.id
    newer = replace(SCRIPT, period=Period(DAY, DAY + timedelta(1)))
    (next_day, _) = feedparser.parse(published(tmp_path, newer).read_bytes()).entries
    assert next_day.id != first.id
    elsewhere = tmp_path / "elsewhere"
    (moved,) = feedparser.parse(published(elsewhere, other).read_bytes()).entries
    assert moved.id == first.id


ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"


def test_the_feed_has_what_directories_ask_for_and_its_files_are_there(tmp_path: Path) -> None:
    channel = etree.fromstring(published(tmp_path).read_bytes())[0]
    for tag in ("title", "description", "language", "link", f"{ITUNES}author", f"{PODCAST}guid"):
        assert channel.findtext(tag), tag
    assert channel.find(f"{ITUNES}category").get("text") == "News"
    assert channel.findtext(f"{ITUNES}explicit") == "false"
    owner = channel.find(f"{ITUNES}owner")
    assert [part.text for part in owner] == ["La rédaction du Phare", "contact@phare.example"]
    assert channel.find(f"{ITUNES}image").get("href").endswith("cover.png")
    (item,) = channel.findall("item")
    assert item.find("guid").get("isPermaLink") == "false"
    parsedate_to_datetime(item.findtext("pubDate"))
    beside = [*item.findall(f"{PODCAST}transcript"), item.find(f"{PODCAST}chapters")]
    files = {
        element.get("type"): tmp_path / element.get("url").rpartition("/")[2] for element in beside
    }
    chapters = json.loads(files["application/json+chapters"].read_text("utf-8"))
    assert chapters["chapters"] == [
        {"startTime": 0.0, "title": "Le pont"},
        {"startTime": 59.9996, "title": "Ensuite"},
    ]
    subtitles = files["text/vtt"].read_text("utf-8")
    assert subtitles.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:02.400\n<v first>Selon")
    assert "--> 00:01:00.000\n" in subtitles
    assert files["text/html"].is_file()


def test_subtitles_have_no_markup_but_the_voice(tmp_path: Path) -> None:
    article = replace(ONLINE, text='L’« A&B » vaut 3 < 4, dit l\'ouvrier du "pont".')
    quote = Citation(1, article.text, 0, len(article.text), *cut(article), article)
    lines = (*SCRIPT.lines[:1], ScriptLine(quote.quote, quote), *SCRIPT.lines[2:])
    published(tmp_path, replace(SCRIPT, lines=lines))
    subtitles = next(tmp_path.glob("*.vtt")).read_text("utf-8")
    assert '<v first>L’« A&B » vaut 3 ‹ 4, dit l\'ouvrier du "pont".\n' in subtitles


def test_each_sentence_of_the_transcript_leads_to_its_source(tmp_path: Path) -> None:
    feed = published(tmp_path)
    page = html.fromstring((feed.parent / "2026-03-26-le-podcast-le-pont.html").read_text("utf-8"))
    (link,) = page.xpath("//p[@class='second']//a")
    assert link.text == QUOTE.quote
    assert "#:~:text=" in link.get("href")
    assert page.xpath("//time/text()") == ["0:00", "0:02", "1:00"]
    assert page.xpath("//p/@data-start") == ["0.0", "2.4", "59.9996"]
    for name in (*page.xpath("//audio/@src"), *page.xpath("//script/@src")):
        assert (feed.parent / name).is_file()
    assert [row.text_content().split(" ", 1)[1] for row in page.xpath("//p")] == [
        line.text for line in SCRIPT.lines
    ]


@pytest.mark.parametrize("odd", ["\x0b", "\x00", "\ud800", "\uffff"])
def test_a_title_that_xml_cannot_write_does_not_break_the_feed(tmp_path: Path, odd: str) -> None:
    published(tmp_path, replace(SCRIPT, title=f"Le pont{odd} ferme"))
    feed = published(tmp_path, replace(SCRIPT, title="Le port"))
    etree.fromstring(feed.read_bytes())
    titles = {entry.title for entry in feedparser.parse(feed.read_bytes()).entries}
    assert titles == {"Le pont ferme", "Le port"}


def test_what_players_fetch_is_never_half_written(tmp_path: Path) -> None:
    published(tmp_path, sound=b"before")
    with new_episode(tmp_path, SCRIPT) as path:
        path.write_bytes(b"half")
    (sound,) = tmp_path.rglob("*.mp3")
    assert sound.read_bytes() == b"before"


LISTED = {"file": "a.mp3", "seconds": 1, "bytes": 1, "published": "2026-03-26", "title": "A"}
ODD = (
    *({"published": "hier"}, {"published": 5}, {"file": 5}, {"seconds": "1 min"}, {"bytes": None}),
    *({"seconds": float("inf")}, None),
)


@pytest.mark.parametrize("odd", ODD)
def test_a_damaged_list_is_told_before_the_recording(tmp_path: Path, odd: object) -> None:
    listed = tmp_path / "episodes.json"
    if isinstance(odd, dict):
        listed.write_text(json.dumps([{**LISTED, **odd}]))
    else:
        listed.mkdir()
    with pytest.raises(FeedError, match="feed-damaged"), new_episode(tmp_path, SCRIPT):
        pass


def test_two_commands_that_add_an_episode_at_once_add_both(tmp_path: Path) -> None:
    other = replace(SCRIPT, title="Le Podcast\u00a0: La gare")
    with ThreadPoolExecutor() as pool, FileLock(tmp_path / ".episodes.lock"):
        adding = [pool.submit(published, tmp_path, script) for script in (SCRIPT, other)]
        assert not wait(adding, 0.2).done
    assert {addition.result() for addition in adding} == {tmp_path / "feed.xml"}
    titles = {episode["title"] for episode in load_episodes(tmp_path)}
    assert titles == {SCRIPT.title, other.title}


def test_what_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FeedError, match="feed-unwritable"), new_episode(Path("/proc"), SCRIPT):
        pass  # before the recording
    monkeypatch.setattr(os, "fsync", Mock(side_effect=[None, None, OSError(errno.ENOSPC, "full")]))
    with pytest.raises(FeedError, match="feed-unwritable"):
        published(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".episodes.lock"]
