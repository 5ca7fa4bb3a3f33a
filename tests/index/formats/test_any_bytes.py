"""Whatever bytes a file of a known name holds, it gives articles or says why not, and ends."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.errors import ReadError
from index.formats.base import Skipped, Source
from index.formats.conversion import read_source
from index.formats.table import FORMAT_OF_SUFFIX
from tests.fuzz import fuzzed
from tests.index.formats.articles import OTHER, PROSE
from tests.index.formats.test_archives import tarred, zipped
from tests.index.formats.test_odt import WRITTEN, document, flat
from tests.index.formats.test_xml import ATOM, NITF, RSS

_RECORD = {"id": 1, "title": "Été", "text": f"<p>{PROSE}</p>", "author": [{"name": "A B"}]}
_LINES = "".join(json.dumps({**_RECORD, "id": n}) + "\n" for n in range(3))
_PAGE = (
    "<!doctype html><html lang=fr><head><title>Été - La Gazette</title><script type="
    '"application/ld+json">{"@type": "NewsArticle", "headline": "Été"}</script></head><body>'
    f"<article><h1>Été</h1><p>{PROSE}</p><ul><li>a</ul><table><tr><td>b</table><p>{OTHER}</p>"
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]"
    b"/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
    b"/Resources<</Font<</F 5 0 R>>>>>>endobj 4 0 obj<</Length 44>>stream\nBT /F 12 Tf 20 200 Td "
    b"(Bonjour a tous.) Tj ET  \nendstream endobj 5 0 obj<</Type/Font/Subtype/Type1/BaseFont"
    b"/Helvetica>>endobj\ntrailer<</Root 1 0 R>>"
)
_EPUB = {
    "mimetype": b"application/epub+zip",
    "META-INF/container.xml": b"<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'>"
    b"<rootfiles><rootfile full-path='a.opf'/></rootfiles></container>",
    "a.opf": b"<package xmlns='http://www.idpf.org/2007/opf'><manifest><item id='c' href='c.xhtml' "
    b"media-type='application/xhtml+xml'/></manifest><spine><itemref idref='c'/></spine></package>",
    "c.xhtml": f"<html><body><h1>Un</h1><p>{PROSE}</p></body></html>".encode(),
}


def _letter() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "Jeanne Petit <j@exemple.fr>", "Été"
    message.set_content(PROSE)
    message.add_alternative(_PAGE, subtype="html")
    message.add_attachment(OTHER.encode(), maintype="text", subtype="plain", filename="a.txt")
    return message.as_bytes()


def _word() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("Été", 1)
    document.add_paragraph(PROSE)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


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
    ".eml": _letter(),
    ".pdf": _PDF,
    ".docx": _word(),
    ".odt": document(WRITTEN),
    ".fodt": flat(WRITTEN),
    ".epub": zipped(_EPUB),
    ".zip": zipped(_MEMBERS),
    ".tar": tarred(_MEMBERS),
    **dict.fromkeys((".tar.gz", ".tgz"), tarred(_MEMBERS, "gz")),
    **dict.fromkeys((".tar.bz2", ".tbz2"), tarred(_MEMBERS, "bz2")),
    **dict.fromkeys((".tar.xz", ".txz"), tarred(_MEMBERS, "xz")),
    ".gz": gzip.compress(_LINES.encode()),
    ".bz2": bz2.compress(_LINES.encode()),
    ".xz": lzma.compress(_LINES.encode()),
}
_NAMES = {".gz": "a.jsonl.gz", ".bz2": "a.jsonl.bz2", ".xz": "a.jsonl.xz"}
CANARY = "CANARI-7f3a"


def test_every_format_has_a_sample_that_is_read(tmp_path: Path) -> None:
    assert SAMPLES.keys() == FORMAT_OF_SUFFIX.keys()
    for suffix, data in SAMPLES.items():
        assert any(isinstance(each, Article) for each in _found(tmp_path, suffix, data)), suffix


def _found(folder: Path, suffix: str, data: bytes) -> list[Article | Skipped]:
    """What a file gives; only a ReadError that names it may say otherwise."""
    name = _NAMES.get(suffix, f"a{suffix}")
    path = folder / name
    path.write_bytes(data)
    refused = ""
    try:
        found = list(read_source(Source(path, name, f"corpus/{name}")))
    except ReadError as error:
        found, refused = [], str(error)
    assert refused.startswith(name) or not refused
    assert "\n" not in refused
    for each in found:
        if isinstance(each, Skipped):
            assert each.label.startswith(name)
            assert "\n" not in str(each.problem)
        else:
            assert each.text.strip()
            assert each.title.strip()
            assert "\0" not in each.text
            (each.text + each.title + each.path).encode()
    identities = [each.id for each in found if isinstance(each, Article)]
    assert len(identities) == len(set(identities))
    return found


@pytest.mark.parametrize("suffix", FORMAT_OF_SUFFIX)
@given(data=st.binary(max_size=300))
@fuzzed(12)
def test_any_bytes(tmp_path: Path, suffix: str, data: bytes) -> None:
    _found(tmp_path, suffix, data)


@st.composite
def _mutations(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Some cuts, copies and changes at some places of a file."""
    places = st.floats(0, 1, exclude_max=True)
    piece = st.sampled_from([b"", b"\0", b"\xff", b"<", b'"', b"{", b"[" * 40, b"\n", b"&x;"])
    edits = draw(
        st.lists(
            st.tuples(st.sampled_from("cut drop put copy".split()), places, places, piece),  # noqa: SIM905
            min_size=1,
            max_size=4,
        )
    )

    def mutate(data: bytes) -> bytes:
        for kind, first, second, put in edits:
            start, end = sorted((int(first * len(data)), int(second * len(data))))
            if kind == "cut":
                data = data[:end]
            elif kind == "drop":
                data = data[:start] + data[start + 1 + (end - start) % 50 :]
            elif kind == "put":
                data = data[:start] + put + data[start + len(put) :]
            else:
                data = data[:end] + data[start:]
        return data[:200_000]

    return mutate


@pytest.mark.parametrize("suffix", FORMAT_OF_SUFFIX)
@given(mutate=_mutations())
@fuzzed(12)
def test_a_file_that_was_one_once(
    tmp_path: Path, suffix: str, mutate: Callable[[bytes], bytes]
) -> None:
    _found(tmp_path, suffix, mutate(SAMPLES[suffix]))


_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _watched is not None:
        _watched.append(str(arguments[0]))


sys.addaudithook(_watch)


@pytest.mark.parametrize("suffix", FORMAT_OF_SUFFIX)
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
                found = _found(tmp_path, suffix, data)
                opened = list(_watched)
            finally:
                _watched = None
            assert str(canary) not in opened
            assert all(CANARY not in getattr(each, "text", "") for each in found)


def _planted(suffix: str, link: str) -> list[bytes]:
    """Samples with a link in the place of a word, as far as they are text, and of a name."""
    archives: dict[str, bytes] = {
        ".zip": zipped({link.replace("\n", ""): PROSE}),
        ".tar": tarred({link.replace("\n", ""): PROSE}),
    }
    sample = SAMPLES[suffix]
    planted = [sample.replace(word, link.encode()) for word in (b"budget", PROSE.encode())]
    return [*planted, archives.get(suffix, sample)]
