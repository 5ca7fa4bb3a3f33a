from __future__ import annotations

import hashlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.errors import FetchError
from index.fetch import shelf as ledgers
from index.fetch.fetcher import FetchedPage, Validators
from index.fetch.shelf import FetchLedger, Shelf
from index.formats.sources import LEDGER, read_ledger

URL = "https://www.exemple.fr/2025/08/Le-phare-d%C3%A9clar%C3%A9.html?page=2"
NOW = datetime(2025, 8, 29, 10, tzinfo=UTC)


def page(body: str = "Le phare", url: str = URL, etag: str | None = '"1"') -> FetchedPage:
    return FetchedPage(
        url, body.encode(), "text/html", Validators(etag, "Fri, 29 Aug 2025 10:00:00 GMT")
    )


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "corpus", clock=lambda: NOW)


def test_a_page_is_kept_under_a_readable_name_and_where_it_was_fetched(shelf: Shelf) -> None:
    state, path = shelf.put(page(), ".html", "https://exemple.fr/court")
    assert state == "added"
    assert path.parent == shelf.root / "exemple.fr"
    digest = hashlib.sha256(URL.encode()).hexdigest()[:10]
    assert path.name == f"le-phare-declare-{digest}.html"
    assert path.read_bytes() == b"Le phare"
    told = json.loads((path.parent / LEDGER).read_text(encoding="utf-8"))
    known = {
        "url": URL,
        "sha256": hashlib.sha256(b"Le phare").hexdigest(),
        "fetched_at": "2025-08-29T10:00:00+00:00",
        "etag": '"1"',
        "last_modified": "Fri, 29 Aug 2025 10:00:00 GMT",
        "content_type": "text/html",
        "asked": "https://exemple.fr/court",
    }
    assert told == {"version": 1, "files": {path.name: known}}
    assert read_ledger(path.parent) == ({path.name: URL}, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://exemple.fr/",
        "https://exemple.fr/..%2f..%2fetc/passwd",
        "https://exemple.fr/%00/" + "a" * 3000,
        "https://exemple.fr/日本語",
        "https://exemple.fr/.htaccess",
        "http://[2001:db8::1]/a",
    ],
)
def test_no_address_leads_out_of_the_folder(shelf: Shelf, url: str) -> None:
    _, path = shelf.put(page(url=url), ".html")
    assert path.parent.parent == shelf.root
    assert path.resolve().parent.parent == shelf.root.resolve()
    assert not path.name.startswith(".")
    assert len(path.name) < 100


def test_a_page_again_is_unchanged_or_updated_and_known_as_long_as_its_file(shelf: Shelf) -> None:
    assert shelf.validators(URL) is None
    _, path = shelf.put(page(), ".html", "https://exemple.fr/court")
    assert shelf.validators(URL) == page().validators
    assert shelf.validators("https://exemple.fr/court") is None
    led = shelf.file("https://exemple.fr/court")
    assert led is not None
    assert led.url == URL
    path.unlink()
    assert shelf.validators(URL) is None
    _, path = shelf.put(page(), ".html")
    before = path.stat().st_mtime_ns
    assert shelf.put(page(etag='"2"'), ".html") == ("unchanged", path)
    assert path.stat().st_mtime_ns == before
    assert shelf.validators(URL) == Validators('"2"', page().validators.last_modified)
    assert shelf.put(page("Le phare est éteint"), ".html") == ("updated", path)
    assert path.read_text(encoding="utf-8") == "Le phare est éteint"


def test_a_crash_leaves_no_file_of_an_old_format(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, old = shelf.put(page(), ".html")
    save = FetchLedger.save
    monkeypatch.setattr(FetchLedger, "save", lambda ledger: [save(ledger), 1 / 0])
    with pytest.raises(ZeroDivisionError):
        shelf.put(page("%PDF-"), ".pdf")
    assert not old.exists()


def test_two_at_once_lose_nothing(shelf: Shelf) -> None:
    urls = [f"https://exemple.fr/{number}" for number in range(40)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda url: shelf.put(page(url=url), ".html"), urls))
    ledger = FetchLedger(shelf.root / "exemple.fr")
    assert {ledger.of(name).url for name in ledger.names} == set(urls)


@pytest.mark.parametrize("step", ["file", "ledger"])
def test_a_disk_that_fails_leaves_what_was_there(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    _, path = shelf.put(page(), ".html")
    told = (path.parent / LEDGER).read_bytes()
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == (1 if step == "file" else 2):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledgers.os, "fsync", full)
    with pytest.raises(FetchError) as failure:
        shelf.put(page("Autre"), ".html")
    assert failure.value.code == "address-disk"
    assert "No space left" in str(failure.value)
    assert (path.parent / LEDGER).read_bytes() == told
    assert path.read_bytes() in {b"Le phare", b"Autre"}
    assert not [each for each in path.parent.iterdir() if each.name.endswith(".tmp")]
    monkeypatch.undo()
    # What the ledger does not know is fetched and told anew.
    assert shelf.put(page("Autre"), ".html")[0] == "updated"


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"version": 1}', '{"version": 2, "files": {}}', '{"version": 1, "files": [1]}'],
)
def test_a_broken_ledger_moves(shelf: Shelf, caplog: pytest.LogCaptureFixture, text: str) -> None:
    _, path = shelf.put(page(), ".html")
    (path.parent / LEDGER).write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert shelf.validators(URL) is None
    assert LEDGER in caplog.text
    assert (path.parent / f"{LEDGER}.broken").read_text(encoding="utf-8") == text
    assert shelf.put(page(), ".html")[1] == path
    assert shelf.validators(URL) == page().validators


def test_a_ledger_names_no_file_of_another_folder(shelf: Shelf, tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text("Le moulin", encoding="utf-8")
    folder = shelf.root / "exemple.fr"
    folder.mkdir(parents=True)
    told = {"version": 1, "files": {"../../other.html": {"url": URL}}}
    (folder / LEDGER).write_text(json.dumps(told), encoding="utf-8")
    assert shelf.put(page(), ".html")[0] == "added"
    assert other.read_text(encoding="utf-8") == "Le moulin"
