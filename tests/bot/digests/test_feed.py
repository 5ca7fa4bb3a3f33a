"""Episodes as podcast players find them, and scripts as they are read aloud."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from lxml import etree, html

from bot.audio import Recording
from bot.digests.feed import add_episode, episode_path
from bot.digests.script import Line, Script
from index.article import Period
from tests.bot.digests.made import DAY
from tests.bot.digests.test_script import PONT, cited

pytest.importorskip("feedgen", reason="the extra `voice` is not installed")

ONLINE = replace(PONT, url="https://phare.example/le-pont")
QUOTE = replace(cited(), article=ONLINE)
SCRIPT = Script(
    "Le Podcast\u00a0: Le pont",
    Period(DAY, DAY),
    "fr",
    (
        Line("Selon Le Phare, le 26 mars 2026.", chapter="Le pont"),
        Line(QUOTE.quote, QUOTE, "second", chapter="Le pont"),
        Line("Autre sujet.", chapter="Ensuite"),
    ),
    (ONLINE,),
    ("Le pont",),
)


def published(folder: Path, script: Script = SCRIPT, sound: bytes = b"ID3") -> Path:
    path = episode_path(folder, script)
    path.write_bytes(sound)
    made = Recording(path, 65.0, (0.0, 2.4, 61.0))
    return add_episode(folder, script, made, "https://exemple.fr/podcast/")


def test_a_player_finds_the_episode_and_its_sound(tmp_path: Path) -> None:
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
    assert (tmp_path / "cover.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_episode_made_again_takes_its_own_place(tmp_path: Path) -> None:
    published(tmp_path)

    found = feedparser.parse(published(tmp_path, sound=b"ID3 again").read_bytes())

    assert [each.enclosures[0].length for each in found.entries] == ["9"]


def test_each_sentence_of_the_transcript_leads_to_its_source(tmp_path: Path) -> None:
    feed = published(tmp_path)
    page = html.fromstring((feed.parent / "2026-03-26-le-podcast-le-pont.html").read_text("utf-8"))

    (link,) = page.xpath("//p[@class='second']//a")
    assert link.text == QUOTE.quote
    assert "#:~:text=" in link.get("href")
    assert page.xpath("//time/text()") == ["0:00", "0:02", "1:01"]
    assert [row.text_content().split(" ", 1)[1] for row in page.xpath("//p")] == [
        line.text for line in SCRIPT.lines
    ]


def named(title: str) -> Script:
    return replace(SCRIPT, title=title)


@pytest.mark.parametrize("odd", ["\x0b", "\x00", "\ud800", "\uffff"])
def test_a_title_that_xml_cannot_write_does_not_break_the_feed(tmp_path: Path, odd: str) -> None:
    published(tmp_path, named(f"Le pont{odd} ferme"))
    feed = published(tmp_path, named("Le port"))

    etree.fromstring(feed.read_bytes())
    titles = {each.title for each in feedparser.parse(feed.read_bytes()).entries}
    assert titles == {"Le pont ferme", "Le port"}


def test_what_players_fetch_is_never_half_written(tmp_path: Path) -> None:
    """An episode is recorded beside its place, and put there whole."""
    published(tmp_path, sound=b"before")
    draft = episode_path(tmp_path, SCRIPT)
    draft.write_bytes(b"half")

    (sound,) = tmp_path.glob("[!.]*.mp3")
    assert sound.read_bytes() == b"before"
