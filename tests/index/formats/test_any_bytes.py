from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sys
from pathlib import Path

import pytest
from docx.document import Document
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.errors import ReadError
from index.formats.table import FORMAT_OF_SUFFIX, FORMATS
from tests.fuzz import fuzzed
from tests.index.formats.articles import OTHER, PROSE, letter, read_data, tarred, zipped
from tests.index.formats.packages import epub, flat_odt, odt, word, xhtml
from tests.index.formats.pdfs import Run, pdf
from tests.index.formats.test_odt import STYLES, WRITTEN
from tests.index.formats.test_xml import ATOM, NITF, RSS

_RECORD = {"id": 1, "title": "Été", "text": f"<p>{PROSE}</p>", "author": [{"name": "A B"}]}
_LINES = "".join(json.dumps({**_RECORD, "id": n}) + "\n" for n in range(3))
_PAGE = (
    "<!doctype html><html lang=fr><head><title>Été - La Gazette</title><script type="
    '"application/ld+json">{"@type": "NewsArticle", "headline": "Été"}</script></head><body>'
    f"<article><h1>Été</h1><p>{PROSE}</p><ul><li>a</ul><table><tr><td>b</table><p>{OTHER}</p>"
)


def _mail() -> bytes:
    message = letter()
    message.add_alternative(_PAGE, subtype="html")
    message.add_attachment(OTHER.encode(), maintype="text", subtype="plain", filename="a.txt")
    return message.as_bytes()


def _write(document: Document) -> None:
    document.add_heading("Été", 1)
    document.add_paragraph(PROSE)


_MEMBERS: dict[str, bytes | str] = {"a.md": PROSE, "b.jsonl": _LINES, "c.html": _PAGE}
_TEXT = (
    f"---\ntitle: Été\ndate: 2025-08-29\n---\n# Été\n\nPar Jeanne Petit\n\n{PROSE}\n\n- a\n- b\n"
)
SAMPLES: dict[str, bytes] = {
    **dict.fromkeys((".md", ".markdown", ".txt", ".text"), _TEXT.encode()),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _PAGE.encode()),
    ".json": json.dumps({"articles": [_RECORD, _RECORD]}).encode(),
    **dict.fromkeys((".jsonl", ".ndjson"), _LINES.encode()),
    ".csv": f'titre;texte;date\nA;"{PROSE}";29/08/2025\nB;"{OTHER}";03/04/2025\n'.encode(),
    ".tsv": f"title\ttext\nA\t{PROSE}\n".encode("cp1252"),
    **dict.fromkeys((".xml", ".rss"), RSS.encode()),
    ".atom": ATOM.encode(),
    ".rdf": NITF.encode(),
    ".eml": _mail(),
    ".pdf": pdf([[Run("Bonjour à tous.")]]),
    ".docx": zipped(word(_write)),
    ".odt": odt(WRITTEN, STYLES),
    ".fodt": flat_odt(WRITTEN, STYLES),
    ".epub": epub({"c.xhtml": xhtml(f"<h1>Un</h1><p>{PROSE}</p>")}),
    ".zip": zipped(_MEMBERS),
    ".tar": tarred(_MEMBERS),
    **dict.fromkeys((".tar.gz", ".tgz"), tarred(_MEMBERS, "gz")),
    **dict.fromkeys((".tar.bz2", ".tbz2"), tarred(_MEMBERS, "bz2")),
    **dict.fromkeys((".tar.xz", ".txz"), tarred(_MEMBERS, "xz")),
    ".gz": gzip.compress(_LINES.encode()),
    ".bz2": bz2.compress(_LINES.encode()),
    ".xz": lzma.compress(_LINES.encode()),
}
NAMES = {".gz": "a.jsonl.gz", ".bz2": "a.jsonl.bz2", ".xz": "a.jsonl.xz"}
SUFFIXES = [each.suffix for each in FORMATS]
CANARY = "CANARI-7f3a"


def test_every_format_has_a_sample_that_is_read() -> None:
    assert SAMPLES.keys() == FORMAT_OF_SUFFIX.keys()
    for suffix, data in SAMPLES.items():
        assert _found(suffix, data), suffix


def _found(suffix: str, data: bytes) -> list[Article]:
    """The articles of a file; only a ReadError that names it may say that there are none."""
    name = NAMES.get(suffix, f"a{suffix}")
    try:
        articles, skipped = read_data(name, data)
        complaints = [(part.label, str(part.problem)) for part in skipped]
    except ReadError as error:
        articles, complaints = [], [(str(error), str(error))]
    for shown, problem in complaints:
        assert shown.startswith(name)
        assert "\n" not in problem
    for article in articles:
        assert article.text.strip()
        assert article.title.strip()
        assert "\0" not in article.text
        (article.text + article.title + article.path).encode()
    assert len({article.id for article in articles}) == len(articles)
    return articles


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.binary(max_size=300))
@fuzzed(12)
def test_any_bytes(suffix: str, data: bytes) -> None:
    _found(suffix, data)


PIECES = (b"", b"\0", b"\xff", b"<", b'"', b"{", b"[" * 40, b"\n", b"&x;")
STEPS = (0, 1, 50, 10**6, -50, -(10**6))
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.sampled_from(STEPS)),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(edits=EDITS)
@fuzzed(12)
def test_a_file_that_was_one_once(suffix: str, edits: list[tuple[float, bytes, int]]) -> None:
    """At some places something is put in, and some bytes are left out or come again."""
    data = SAMPLES[suffix]
    for share, piece, step in edits:
        place = int(share * len(data))
        data = data[:place] + piece + data[max(0, place + step) :]
    _found(suffix, data[:200_000])


_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _watched is not None:
        _watched.append(str(arguments[0]))


sys.addaudithook(_watch)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_file_leads_to_another(tmp_path: Path, suffix: str) -> None:
    global _watched
    canary = tmp_path / "canari.txt"
    canary.write_text(f"{CANARY} {PROSE}")
    links = [
        str(canary),
        canary.as_uri(),
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{canary.as_uri()}">]><x>&e;</x>',
        f'<iframe src="{canary.as_uri()}"></iframe><xi:include href="{canary.as_uri()}"/>',
        f"![a]({canary})\n\n--8<-- {canary}\n\n.. include:: {canary}",
    ]
    for link in links:
        for data in (link.encode(), *_planted(suffix, link)):
            _watched = []
            try:
                found = _found(suffix, data)
                opened = list(_watched)
            finally:
                _watched = None
            assert str(canary) not in opened
            assert all(CANARY not in article.text for article in found)


def _planted(suffix: str, link: str) -> list[bytes]:
    """Samples with a link in the place of a word, as far as they are text, and of a name."""
    members = {link.replace("\n", ""): PROSE}
    archives = {".zip": zipped(members), ".tar": tarred(members)}
    sample = SAMPLES[suffix]
    planted = [sample.replace(word, link.encode()) for word in (b"budget", PROSE.encode())]
    return [*planted, archives.get(suffix, sample)]
