from __future__ import annotations

import gzip
import json

import pytest

from index.formats.signature import HEAD_BYTES, root_of, unreadable_kind
from index.formats.table import suffix_for, sure_format
from tests.index.formats.articles import PROSE, refusal, tarred, zipped

EPUB = zipped({"mimetype": b"application/epub+zip", "a.opf": "x"})
SHEET = "application/vnd.oasis.opendocument.spreadsheet"
RECORDS = json.dumps({"text": PROSE}).encode() + b"\n"


@pytest.mark.parametrize(
    ("head", "name", "suffix"),
    [
        (b"%PDF-1.7\n", "fichier", ".pdf"),
        (EPUB, "fichier", ".epub"),
        (gzip.compress(b"a"), "fichier", ".gz"),
        (tarred({"a.md": PROSE}, "gz"), "fichier", ".tar.gz"),
        (b"\xef\xbb\xbf <!-- x --><HTML lang=fr>", "menteur.bin", ".html"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'b'>]>\n<rss>", "menteur.bin", ".xml"),
        (b'{"text": "a"}', "menteur.bin", ".json"),
        (RECORDS * 2, "menteur.bin", ".jsonl"),
        (PROSE.encode(), "menteur.bin", ".txt"),
        (b"", "fichier", None),
        (b"\x89PNG\r\n\x1a\n\0\0", "menteur.bin", None),
        # The name tells formats of text apart.
        (PROSE.encode(), "a.md", ".md"),
        (PROSE.encode(), "a.pdf", ".txt"),
        (RECORDS * 2, "a.txt", ".jsonl"),
    ],
)
def test_the_format_is_told_by_the_content(head: bytes, name: str, suffix: str | None) -> None:
    assert suffix_for(head[:HEAD_BYTES], name) == suffix


@pytest.mark.parametrize(
    "text",
    [
        "[1] Une note en bas de page.",
        "< 3 % des voix",
        "From: here to eternity",
        "Date: hier\nSubject: rien",
        "PK, le parti, a gagné.",
        "%PDF est un format.",
    ],
)
def test_a_text_that_begins_like_something_else_is_a_text(text: str) -> None:
    assert suffix_for(text.encode(), "a.txt") == ".txt"
    assert sure_format(text.encode()) is None
    assert unreadable_kind(text.encode()) is None


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "file-picture (kind=PNG)"),
        (b"RIFF\0\0\0\0WEBP", "file-riff"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "file-office-97"),
        (zipped({"mimetype": SHEET}), "file-opendocument"),
    ],
)
def test_what_is_not_read_is_named(head: bytes, kind: str) -> None:
    assert str(unreadable_kind(head)) == kind
    assert kind in refusal("a.txt", head)


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("<x:a b='c'>", "a"),
        ("<?xml version='1.0'?>\n<!-- <b> -->\n<!DOCTYPE a [ <!ELEMENT b ANY> ]>\n<a/>", "a"),
        ("<!DOCTYPE html", None),
        ("<!DOCTYPE html>", "html"),
        ("<!-- <a>", None),
    ],
)
def test_the_root_is_what_stands_first(text: str, root: str | None) -> None:
    assert root_of(text) == root


def test_a_head_full_of_comments_ends() -> None:
    assert root_of("<!---->" * 1_000 + "<!--") is None
    assert sure_format(b"<!---->" * 1_000) is None
