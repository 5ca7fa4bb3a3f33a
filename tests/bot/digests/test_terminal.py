"""`selon daily`, and what is wrong with how it or another feature's command was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import main
from bot.command import DONE, MISUSED
from bot.main import run
from tests.bot.digests.made import article
from tests.e2e.speech import HeardSpeech
from tests.index.samples import index

PONT = article(
    "Le pont fermé",
    "Le pont de *Noirmont* a été fermé mercredi soir par la préfecture.",
    url="https://exemple.fr/pont",
)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELON_DATA_DIR", str(tmp_path))
    index([PONT], tmp_path)


def test_the_day_is_told_with_sources_as_links(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["daily"]) == DONE
    told = capsys.readouterr().out
    assert told.startswith("Le Quotidien du 26 mars 2026\n\nLe pont fermé\n\n«\u00a0Le pont de")
    assert "\u00a0[1]\n  — Le Phare, 26 mars 2026\n    https://exemple.fr/pont" in told
    assert "À la une" not in told  # for the ear only
    assert run(["daily", "--date", "2026-03-26", "--markdown"]) == DONE
    told = capsys.readouterr().out
    assert told.startswith("# Le Quotidien du 26 mars 2026\n\n## Le pont fermé\n\n")
    assert "[\\[1\\]](<https://exemple.fr/pont#:~:text=" in told


def test_an_article_without_address_is_named_by_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = article(PONT.title, PONT.text)
    index([here], tmp_path)
    assert run(["daily", "--date", "2026-03-26"]) == DONE
    assert f"\n    {here.path}" in capsys.readouterr().out


def test_an_episode_is_named_where_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("jinja2", reason="the extra `voice` is not installed")
    monkeypatch.setattr(main, "_open_speech", lambda settings: HeardSpeech(tmp_path))
    feed = ["--feed", str(tmp_path / "feed"), "--feed-url", "https://exemple.fr/"]
    assert run(["daily", "--date", "2026-03-26", *feed]) == DONE
    (sound,) = tmp_path.rglob("*.mp3")
    assert f"Lu à voix haute dans {sound} (" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("daily", "--date", "hier soir"), "--date hier soir"),
        (
            ("daily", "--date", "2026-03-01", "--since", "2026-03-02"),
            "--since 2026-03-02 vient après --date 2026-03-01",
        ),
        (("daily", "--date", "2026-03"), "donnez un seul jour"),
        (("daily", "--language", "it"), "--language\u00a0: fr ou en est attendu."),
        (("say", "--speed", "5"), "--speed\u00a0: au plus 2\n"),
        (("say", "--speed", "x"), "--speed\u00a0: un nombre est attendu\n"),
        (("podcast", "pont", "--length", "2h"), "--length 2h"),
        (("podcast", "pont", "--length", "99m"), "de 1 à 15"),
        (("podcast", "--period", "2026-13"), "--period 2026-13"),
        (
            ("podcast", "--period", "2026-03-09..2026-03-01"),
            "--period\u00a0: 2026-03-09 vient après 2026-03-01",
        ),
        (("daily", "--date", "2026-03-26", "--audio", "news.wav"), "news.wav"),
    ],
)
def test_what_is_wrong_is_one_line(
    typed: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(typed)) == MISUSED
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") <= 2  # of what was typed, where help is
