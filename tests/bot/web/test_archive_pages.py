"""Chronologies, dossiers and comparisons on the page, and answers as files."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from starlette.testclient import TestClient

from bot.answer import MonthCount
from bot.export import EXPORT_FORMATS
from bot.understanding.command import COMMANDS
from bot.web.coverage_chart import CoverageChart
from tests.bot.messenger.samples import LENS
from tests.bot.web.archive_answers import ARCHIVE_ANSWERS, COMPARISON, DOSSIER, TIMELINE
from tests.bot.web.conftest import QUESTION
from tests.bot.web.library import answer_paths
from tests.e2e.telegram import StubChain

UNSAID = "Qui sera le gardien en 2030 ?"


@pytest.fixture
def chain(chain: StubChain) -> StubChain:
    chain.answers |= ARCHIVE_ANSWERS
    return chain


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_chronology_has_its_years_days_sources_and_picture(client: TestClient) -> None:
    shown = client.post("/", data={"q": TIMELINE})
    page = shown.text
    assert re.findall("<h4>(.*?)</h4>", page) == ["1788", "1822"]
    assert page.count('<p class="when">') == 3
    assert '<time datetime="1822-07-25">25 juillet 1822</time>' in page
    assert LENS in text_of(page)
    assert page.count("?a=") >= 3  # each line leads to its quote in the reader
    words = "5 articles. Le plus en mars 2024, 4 articles."
    assert f'aria-label="Quand les articles en parlent\u00a0: {words}"' in page
    assert page.count("<rect ") == 2
    assert '<th scope="row">novembre 2023</th><td>1</td>' in page
    form = re.compile("<h4>.*?</h4>|<rect .*?>|<time .*?>")
    assert form.findall(client.get(shown.url.path).text) == form.findall(page), "kept as it was"
    # The rest is one click away.
    (address, words) = re.findall(r'<a href="(/a/[^"]*\?all)">(.*?)</a>', page)[0]
    assert words == "Tout afficher (+1)"
    page = client.get(address).text
    assert re.findall("<h4>(.*?)</h4>", page) == ["1788", "1800", "1822"]
    assert ">4 dates</h3>" in page
    assert "Tout afficher" not in page
    place = re.findall(r'href="(/articles/[^"]+n=4#c4)"', page)[0]
    assert 'id="c4"' in client.get(place.replace("&amp;", "&")).text


def test_a_dossier_has_a_table_of_contents_and_other_readings(
    client: TestClient, chain: StubChain
) -> None:
    chain.answers[DOSSIER] = replace(ARCHIVE_ANSWERS[DOSSIER], buttons=("Articles (page 2)",))
    page = client.post("/", data={"q": DOSSIER}).text
    anchors = re.findall('<li><a href="#(s[^"]+)">', page)
    assert anchors == re.findall('<h3 id="(s[^"]+)">', page)
    assert len(anchors) == 3
    assert 'class="coverage"' not in page
    assert 'name="reading" value="Articles (page 2)"' in page


def test_a_comparison_stands_side_by_side(client: TestClient) -> None:
    page = client.post("/", data={"q": COMPARISON}).text
    rows = re.findall(r'<div class="row( beside)?">\n<section class="side-(\d)">', page)
    assert rows == [("", "0"), (" beside", "1"), (" beside", "2")]
    assert page.count('<section class="side-2">') == 2


def test_the_empty_page_names_the_functions_which_reach_the_chain_as_they_are_typed(
    client: TestClient, chain: StubChain
) -> None:
    for language, names in COMMANDS.items():
        page = client.get("/", headers={"accept-language": language}).text
        assert f'<html lang="{language}">' in page
        assert re.findall("<dt><code>(/[a-z]+) ", page) == list(names)
    client.post("/", data={"q": "/chronologie Fresnel"})
    assert chain.questions[-1] == "/chronologie Fresnel"


def test_an_answer_is_saved_as_a_file(client: TestClient) -> None:
    shown = client.post("/", data={"q": TIMELINE})
    key = answer_paths(shown.text)[0].removeprefix("/a/")
    for suffix, form in EXPORT_FORMATS.items():
        assert f'href="/a/{key}/document.{suffix}" download' in shown.text
        file = client.get(f"/a/{key}/document.{suffix}")
        assert file.status_code == 200
        assert file.headers["content-type"] == form.media_type
        disposition = file.headers["content-disposition"]
        assert disposition == f'attachment; filename="chronologie-de-fresnel.{suffix}"'
        if suffix in ("md", "csv"):
            assert LENS in file.text
            assert "20 milles" in file.text  # also what the page does not show at once
        else:
            assert file.content.startswith(b"PK")


def test_what_cannot_be_saved_is_said(client: TestClient) -> None:
    refusal = client.post("/", data={"q": UNSAID})
    assert "document.docx" not in refusal.text
    key = answer_paths(refusal.text)[0].removeprefix("/a/")
    file = client.get(f"/a/{key}/document.docx")
    assert file.status_code == 404
    assert "il n’y a rien à enregistrer" in file.text
    short = client.post("/", data={"q": QUESTION})
    assert "document.docx" not in short.text
    key = answer_paths(short.text)[0].removeprefix("/a/")
    assert client.get(f"/a/{key}/document.docx").status_code == 200
    assert client.get(f"/a/{key}/document.exe").status_code == 404
    assert client.get("/a/inconnue/document.odt").status_code == 404


def test_long_spans_are_drawn_by_year() -> None:
    months = [MonthCount(date(year, month, 1), 2) for year in (1999, 2010) for month in (1, 6)]
    chart = CoverageChart.of(months, "fr")
    assert chart is not None
    assert (len(chart.bars), [bar.name for bar in chart.rows]) == (12, ["1999", "2010"])
    assert (chart.total, chart.fullest.articles) == (8, 4)
    assert CoverageChart.of(months[:1], "fr") is CoverageChart.of((), "fr") is None
