"""« Vérifier un texte » on the web, in a browser, and under attack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import docx
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from starlette.testclient import TestClient

from bot.drafts import pages
from bot.drafts.draft import FILE_BYTES, MAX_PAGES, PAGE_CHARACTERS
from bot.drafts.feature import DraftsFeature
from bot.web.service import WebService
from tests.bot.messenger.samples import article
from tests.bot.web.browser import check_accessible, check_page, follow, phone, served
from tests.bot.web.library import create_pages, open_client, open_service
from tests.bot.web.test_attacks import BIDI, FOREIGN, SCRIPTS, faults
from tests.index.formats import packages
from tests.index.formats.articles import zipped

SAID = "Le pont de Vaubrey mesure 30 mètres et compte 4 arches de pierre blanche."
OTHER = SAID.replace("30", "35")
TEXT = f"{OTHER} Qui le savait ? Un tout autre sujet occupe la deuxième phrase."
LATE = "Le temps prévu est écoulé"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[WebService]:
    with open_service(tmp_path, [article(SAID)]) as service:
        yield service


@pytest.fixture
def client(service: WebService) -> Iterator[TestClient]:
    with open_client(service, [DraftsFeature()]) as client:
        yield client


def test_each_sentence_stands_beside_the_archive(client: TestClient) -> None:
    assert "Collez votre texte" in client.get("/verifier").text
    page = client.post("/verifier", data={"text": TEXT}).text
    assert page.index("Phrase 1 sur 2") < page.index(OTHER) < page.index("Phrase 2 sur 2")
    assert "<mark>30 mètres</mark>" in page
    assert "<tr><td>35 mètres</td><td>30 mètres</td></tr>" in page
    assert "Aucune phrase proche" in page
    assert "2 phrases comparées" in page
    assert '<a href="#s1">1</a>' in page
    assert "?ref=p%3A" in page
    assert client.get("/mesdonnees.json").json()["turns"] == []


def test_it_ends_in_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LATE not in client.post("/verifier", data={"text": TEXT}).text
    monkeypatch.setattr(pages, "CHECK_SECONDS", 0.0)
    page = client.post("/verifier", data={"text": TEXT}).text
    assert LATE in page
    assert "Phrase 2 sur 2" not in page


def test_a_journalist_checks_a_file(
    browser: Chrome, browser_without_script: Chrome, service: WebService, tmp_path: Path
) -> None:
    """In a real browser, with and without a script: file, differences, quote, document."""
    document = docx.Document()
    document.add_paragraph(TEXT)
    document.save(str(tmp_path / "article.docx"))
    with served(create_pages(service, [DraftsFeature()])) as address:
        for used in (browser, browser_without_script):
            submit(used, address, tmp_path / "article.docx")
            row = used.find_element(By.CSS_SELECTOR, ".near tbody tr")
            assert [cell.text for cell in row.find_elements(By.TAG_NAME, "td")] == [
                "35 mètres",
                "30 mètres",
            ]
            assert not used.find_element(By.CSS_SELECTOR, ".waiting").is_displayed()
            link = used.find_element(By.CSS_SELECTOR, "a[download]")
            assert link.get_dom_attribute("download") == "texte-commente.docx"
            if used is browser:
                check_page(used)
            follow(used.find_element(By.CSS_SELECTOR, ".near cite a"))
            assert used.find_element(By.CSS_SELECTOR, "mark.current").text == SAID


def submit(browser: Chrome, address: str, path: Path) -> None:
    browser.get(f"{address}/verifier")
    browser.find_element(By.ID, "file").send_keys(str(path))
    follow(browser.find_element(By.CSS_SELECTOR, "form.draft button"))


def test_everybody_can_use_the_form(browser: Chrome, service: WebService) -> None:
    with served(create_pages(service, [DraftsFeature()])) as address:
        check_accessible(browser, f"{address}/verifier")
        with phone(browser, 320):
            browser.get(f"{address}/verifier")
            width = browser.execute_script("return document.documentElement.scrollWidth")
            assert width <= 320


def test_markup_in_a_draft_is_text(client: TestClient) -> None:
    for attack in (*SCRIPTS, f"{BIDI}retourné"):
        client.cookies.clear()  # everybody may send so many
        text = f"Le pont de Vaubrey {attack} mesure 35 mètres de pierre blanche."
        for page in (
            client.post("/verifier", data={"text": text}),
            client.post("/verifier", files={"file": (f"{attack}.md", text)}),
            client.post("/verifier", files={"file": (quote(attack), b"%PDF-1.7")}),
        ):
            assert page.status_code in (200, 422), attack
            assert faults(page.text) == [], attack
            assert "7006652" not in page.text, attack


def test_other_sites_check_nothing(client: TestClient) -> None:
    for headers in FOREIGN:
        response = client.post("/verifier", data={"text": TEXT}, headers=headers)
        assert response.status_code == 403, headers


def word(body: bytes) -> bytes:
    """A Word document whose text is this XML."""
    return zipped({**packages.word(lambda document: None), "word/document.xml": body})


MAIN = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
START = b'<w:document xmlns:w="' + MAIN + b'"><w:body>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "haha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
    + START
    + b"<w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>"
)


def test_hostile_files_are_refused_in_words(client: TestClient) -> None:
    files = {
        "21 pages": ("21.txt", b"Un mot. " * (MAX_PAGES * PAGE_CHARACTERS // 8 + 1)),
        "a text that is unpacked to 70 MB": (
            "bombe.docx",
            word(START + b"<w:p><w:r><w:t>" + b"a " * 35_000_000 + b"</w:t></w:r></w:p></w:body>"),
        ),
        "entities of entities": ("rires.docx", word(LAUGHS)),
        "an archive": ("archive.docx", zipped({"x/word.txt": b"Un mot. " * 10})),
        "a file of this machine": (
            "dehors.docx",
            word(
                b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
                + START
                + b"<w:p><w:r><w:t>&a; est un fichier.</w:t></w:r></w:p></w:body></w:document>"
            ),
        ),
        "another format under this name": ("texte.md", b"%PDF-1.7\n%%EOF"),
        "a path for a name": ("../../../etc/passwd", b"\0\1"),
    }
    for attack, file in files.items():
        page = client.post("/verifier", files={"file": file})
        assert page.status_code in (200, 422), attack
        assert page.status_code == 422 or "root:" not in page.text, attack
        assert ('role="alert"' in page.text) is (page.status_code == 422), attack
        assert "/tmp/" not in page.text, attack
        assert client.get("/").status_code == 200, attack


def test_a_larger_body_is_refused(client: TestClient) -> None:
    content = b"a" * (FILE_BYTES + 1_000_000)
    assert client.post("/verifier", files={"file": ("x.txt", content)}).status_code == 413
    assert client.post("/", data={"q": "a" * 100_000}).status_code == 413
