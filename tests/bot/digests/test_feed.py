"""Episodes as podcast players find them, and scripts as they are read aloud."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from lxml import etree, html

from bot.audio import Recording
from bot.digests.feed import add_episode, episode_path
from bot.digests.script import Line, Script, spoken_script
from bot.errors import KeepingError
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


def test_what_is_no_list_of_episodes_is_named_and_left(tmp_path: Path) -> None:
    (tmp_path / "episodes.json").write_text("{", encoding="utf-8")

    with pytest.raises(KeepingError) as raised:
        published(tmp_path)

    assert raised.value.code == "feed-damaged"
    assert (tmp_path / "episodes.json").read_text("utf-8") == "{"
    assert not (tmp_path / "feed.xml").exists()


def named(title: str) -> Script:
    return replace(SCRIPT, title=title)


def test_titles_that_make_one_file_name_keep_their_own_files(tmp_path: Path) -> None:
    titles = ["Le Podcast\u00a0: C++", "Le Podcast\u00a0: C#", "Le Podcast\u00a0: C"]
    for sound in (b"first ", b"again "):
        for title in titles:
            feed = published(tmp_path, named(title), sound + title.encode())

    found = feedparser.parse(feed.read_bytes())
    assert sorted(each.title for each in found.entries) == sorted(titles)
    for each in found.entries:
        name = Path(each.enclosures[0].href).name
        assert (tmp_path / name).read_bytes() == b"again " + each.title.encode()
        assert each.title.rpartition(" ")[2] in (tmp_path / name).with_suffix(".html").read_text()


@pytest.mark.parametrize("odd", ["\x0b", "\x00", "\ud800", "\uffff"])
def test_a_title_that_xml_cannot_write_does_not_break_the_feed(tmp_path: Path, odd: str) -> None:
    published(tmp_path, named(f"Le pont{odd} ferme"))
    feed = published(tmp_path, named("Le port"))

    etree.fromstring(feed.read_bytes())
    titles = {each.title for each in feedparser.parse(feed.read_bytes()).entries}
    assert titles == {"Le pont ferme", "Le port"}


def test_a_feed_that_an_odd_title_broke_mends_with_the_next_episode(tmp_path: Path) -> None:
    published(tmp_path)
    episodes = tmp_path / "episodes.json"
    episodes.write_text(episodes.read_text("utf-8").replace("Le pont", "Le\\u000b pont"), "utf-8")

    etree.fromstring(published(tmp_path, named("Le port")).read_bytes())


def test_what_players_fetch_is_never_half_written(tmp_path: Path) -> None:
    """An episode is recorded beside its place, and put there whole."""
    published(tmp_path, sound=b"before")
    draft = episode_path(tmp_path, SCRIPT)
    draft.write_bytes(b"half")

    (sound,) = tmp_path.glob("[!.]*.mp3")
    assert sound.read_bytes() == b"before"


def test_markup_in_a_title_stays_text(tmp_path: Path) -> None:
    odd = Script("<b>&\u00a0», « x", Period(DAY, DAY), "fr", SCRIPT.lines, (ONLINE,), ("Le pont",))

    feed = published(tmp_path, odd)

    etree.fromstring(feed.read_bytes())
    assert feedparser.parse(feed.read_bytes()).entries[0].title.startswith("<b>&")


def test_every_line_is_spoken_by_its_voice_and_chapters_begin_once() -> None:
    spoken = spoken_script(SCRIPT)

    assert [each.text for each in spoken] == [line.text for line in SCRIPT.lines]
    assert [each.speaker for each in spoken] == ["first", "second", "first"]
    assert [each.chapter for each in spoken] == ["Le pont", "", "Ensuite"]
