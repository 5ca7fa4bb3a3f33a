from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from index.article import Article
from index.errors import Problem, ReadError
from index.formats.archives import bounds
from index.formats.base import Content, Skipped, Source
from index.formats.conversion import articles_in, read_source
from tests.index.formats.articles import OTHER, PROSE, letter, read_data, refusal, tarred, zipped

Files = Mapping[str, bytes | str]
LINE = json.dumps({"id": 7, "titre": "La gare", "texte": OTHER})


PACKERS: dict[str, Callable[[Files], bytes]] = {
    "presse.zip": zipped,
    "presse.tar": tarred,
    "presse.tar.gz": lambda files: tarred(files, "gz"),
    "presse.tgz": lambda files: tarred(files, "gz"),
    "presse.tar.bz2": lambda files: tarred(files, "bz2"),
    "presse.tar.xz": lambda files: tarred(files, "xz"),
}


@pytest.mark.parametrize("name", PACKERS)
def test_members_are_read_where_they_lie(name: str) -> None:
    files: Files = {
        "dossier/2025-08-29-budget.md": f"# Le budget\n\n{PROSE}",
        "dossier/export.jsonl": LINE,
        "dossier/photo.png": b"\x89PNG",
        "__MACOSX/dossier/._budget.md": b"\x00",
        "dossier/.cache.md": PROSE,
        ".git/a.md": PROSE,
    }
    articles, skipped = read_data(name, PACKERS[name](files))
    assert skipped == []
    assert [article.path for article in articles] == [
        f"{name}#dossier/2025-08-29-budget.md",
        f"{name}#dossier/export.jsonl#7",
    ]
    assert [article.title for article in articles] == ["Le budget", "La gare"]
    assert articles[0].published == date(2025, 8, 29)


def test_an_archive_in_an_archive_is_read_and_nothing_deeper() -> None:
    inner = zipped({"b.md": OTHER, "c.zip": zipped({"d.md": PROSE})})
    articles, skipped = read_data("a.zip", zipped({"a.md": PROSE, "b/i.zip": inner}))
    assert [article.path for article in articles] == ["a.zip#a.md", "a.zip#b/i.zip#b.md"]
    assert [skip.label for skip in skipped] == ["a.zip#b/i.zip#c.zip"]
    assert skipped[0].problem.code == "archive-nested"
    data = b"x"
    for level in range(6):
        message = letter()
        message.add_attachment(data, "application", "zip", filename=f"{level}.zip")
        data = zipped({f"{level}.eml": message.as_bytes()})
    articles, skipped = read_data("a.zip", data)
    assert 1 <= len(articles) <= 3
    assert len(skipped) == 1


def test_a_bad_or_locked_member_is_named_and_the_rest_goes_on() -> None:
    data = bytearray(zipped({"a.md": PROSE, "b.md": OTHER * 20, "c.md": OTHER}))
    at = data.index(b"b.md") + 40
    data[at : at + 20] = bytes(20)
    articles, skipped = read_data("a.zip", bytes(data))
    assert [article.path for article in articles] == ["a.zip#a.md", "a.zip#c.md"]
    assert skipped[0].label == "a.zip#b.md"
    assert skipped[0].problem.code == "archive-damaged"
    data = bytearray(zipped({"a.md": PROSE, "b.md": OTHER}))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    articles, (skipped,) = read_data("a.zip", bytes(data))
    assert [article.path for article in articles] == ["a.zip#b.md"]
    assert skipped == Skipped("a.zip#a.md", Problem("archive-encrypted"))


def test_links_are_never_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("CANARI " + PROSE)
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, kind in (("a.md", tarfile.SYMTYPE), ("b.md", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(tmp_path / "secret.md")
            archive.addfile(info)
        pipe = tarfile.TarInfo("c.md")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
    articles, skipped = read_data("a.tar", data.getvalue())
    assert articles == []
    assert [skip.label for skip in skipped] == ["a.tar#a.md", "a.tar#b.md", "a.tar#c.md"]
    link = zipfile.ZipInfo("d.md")
    link.external_attr = 0o120777 << 16
    zip_data = io.BytesIO()
    with zipfile.ZipFile(zip_data, "w") as zip_archive:
        zip_archive.writestr(link, str(tmp_path / "secret.md"))
    assert read_data("a.zip", zip_data.getvalue())[1][0].problem.code == "archive-link"


@pytest.mark.parametrize("name", ["../../a.md", "/etc/a.md", "..\\..\\a.md", "x/../../a.md"])
@pytest.mark.parametrize("archive", ["a.zip", "a.tar"])
def test_names_that_lead_elsewhere_lead_nowhere(tmp_path: Path, name: str, archive: str) -> None:
    (tmp_path / archive).write_bytes(PACKERS[f"presse{archive[1:]}"]({name: PROSE}))
    (article,) = read_source(Source(tmp_path / archive, archive, archive))
    assert isinstance(article, Article)
    assert ".." not in article.path
    assert article.path.endswith("a.md")
    assert [path.name for path in tmp_path.iterdir()] == [archive]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("été.md".encode(), "été.md"),
        ("e\u0301te\u0301.md".encode(), "été.md"),
        ("été.md".encode("cp437"), "été.md"),
        ("À côté.md".encode("cp850"), "À côté.md"),
    ],
)
def test_names_of_old_zips(raw: bytes, name: str) -> None:
    data = zipped({"x" * len(raw): PROSE}).replace(b"x" * len(raw), raw)
    (article,), _ = read_data("a.zip", data)
    assert article.path == f"a.zip#{name}"


def test_a_member_larger_than_memory_is_unpacked_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "SPOOL_MEMORY_BYTES", 1_000)
    lines = "\n".join(json.dumps({"id": n, "text": f"{PROSE} {n}"}) for n in range(200))
    for name in ("a.zip", "a.tar.gz"):
        articles, _ = read_data(name, PACKERS[f"presse{name[1:]}"]({"e.jsonl": lines}))
        assert len(articles) == 200
        assert articles[-1].text == f"{PROSE} 199"


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds as they are, a thousand times smaller."""
    monkeypatch.setattr(bounds, "RATIO_FROM_BYTES", 64 * 1024)
    monkeypatch.setattr(bounds, "ARCHIVE_BYTES", 16 * 2**20)
    monkeypatch.setattr(bounds, "ARCHIVE_MEMBER_BYTES", 2**20)


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize("name", ["presse.zip", "presse.tar.gz", "presse.tar.xz"])
def test_a_bomb_is_left_where_it_begins_to_swell(name: str) -> None:
    files: Files = {"a.md": PROSE, **{f"{n}.txt": b" " * 1_000_000 for n in range(20)}}
    message = refusal(name, PACKERS[name](files))
    assert "archive-bomb" in message


@pytest.mark.usefixtures("small_bounds")
def test_what_was_read_before_a_bomb_is_kept() -> None:
    data = zipped({"a.md": PROSE, "z.txt": b" " * 1_000_000})
    content = Content.of_bytes(data, "a.zip")
    found = articles_in(content, Source(Path("a.zip"), "a.zip", "a.zip"))
    assert getattr(next(found), "path", None) == "a.zip#a.md"
    with pytest.raises(ReadError, match="archive-bomb"):
        next(found)  # said once, of the archive


@pytest.mark.usefixtures("small_bounds")
def test_packed_bombs_and_those_in_archives_in_an_archive_are_found_too() -> None:
    articles, (skipped,) = read_data("a.txt.gz", gzip.compress(b" " * 30_000_000))
    assert articles == []
    assert skipped.problem == Problem("archive-bomb", times=250)
    inner = zipped({f"{n}.txt": b" " * 900_000 for n in range(5)})  # within the budget of one
    many = zipped({f"{n}.zip": inner for n in range(5)}, zipfile.ZIP_STORED)
    assert "archive-bomb" in refusal("a.zip", many)


@pytest.mark.parametrize("name", ["presse.zip", "presse.tar.gz"])
def test_members_without_number_are_not_read(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("index.formats.archives.parser.ARCHIVE_MEMBERS", 3)
    files: Files = {f"{n}.md": f"{PROSE} {n}" for n in range(10)}
    articles, (skipped,) = read_data(name, PACKERS[name](files))
    assert len(articles) == 3
    assert skipped.problem == Problem("archive-too-many-files", limit=3)


def test_no_header_list_or_member_goes_beyond_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 2**30
    data = header.tobuf(tarfile.USTAR_FORMAT) + bytes(10_240)
    assert "damaged" in refusal("a.tar", data)
    monkeypatch.setattr(bounds, "ARCHIVE_MEMBER_BYTES", 1_000)
    articles, (skipped,) = read_data("a.zip", zipped({"a.txt": "x" * 2_000, "b.md": OTHER}))
    assert [article.path for article in articles] == ["a.zip#b.md"]
    assert skipped.problem.code == "archive-member-too-large"
    monkeypatch.setattr("index.formats.archives.parser.DIRECTORY_BYTES", 100)
    data = zipped({f"{n}.md": PROSE for n in range(10)})
    assert "archive-too-many-files" in refusal("a.zip", data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", b""),
        ("a.zip", zipped({"a.md": PROSE})[:-30]),
        ("a.tar", b"pas une archive"),
        ("a.tar.gz", gzip.compress(b"pas une archive")),
        ("a.jsonl.gz", gzip.compress(LINE.encode())[:-12]),
        ("a.tar.xz", b"\xfd7zXZ\0" + bytes(100)),
    ],
)
def test_what_is_no_archive_says_so(name: str, data: bytes) -> None:
    try:
        _, (skipped,) = read_data(name, data)
        why = str(skipped.problem)
    except ReadError as error:
        why = str(error)
    assert "damaged" in why or "archive-not" in why or "format-unknown" in why


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tar"])
def test_an_archive_that_is_cut_short_gives_what_is_whole(name: str) -> None:
    noise = random.Random(1).randbytes(60_000).hex()
    data = PACKERS[f"presse{name[1:]}"]({"a.md": PROSE, "b.md": noise, "c.md": OTHER})
    articles, skipped = read_data(name, data[: len(data) // 2])
    assert [article.path for article in articles] == [f"{name}#a.md"]
    assert skipped
