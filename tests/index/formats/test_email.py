from __future__ import annotations

import gc
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pytest

from index.errors import ReadError
from index.formats.base import Content, ParsedArticle, Skipped
from index.formats.conversion import article_of
from index.formats.email import MESSAGE_BYTES, read
from tests.index.formats.articles import LETTER_HEAD, PROSE, letter, parser_refusal


def _found(data: bytes | EmailMessage) -> list[ParsedArticle | Skipped]:
    raw = bytes(data) if isinstance(data, EmailMessage) else data
    return list(read(Content.of_bytes(raw, "lettre.eml")))


def _own(data: bytes | EmailMessage) -> ParsedArticle:
    (parsed,) = _found(data)
    assert isinstance(parsed, ParsedArticle)
    return parsed


def _texts(parsed: ParsedArticle | Skipped) -> list[str]:
    assert isinstance(parsed, ParsedArticle)
    return [block.text for block in parsed.blocks]


def test_a_letter_tells_who_wrote_it_and_when() -> None:
    parsed = _own(letter())
    told = parsed.metadata
    assert (told.title, told.author, told.outlet) == (LETTER_HEAD["Subject"], "Jeanne Petit", None)
    moment = datetime(2025, 8, 29, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    assert told.published == moment
    assert isinstance(told.published, datetime)
    assert told.published.utcoffset() == timedelta(hours=2)
    assert set(told.origins.values()) == {"email"}
    assert _texts(parsed) == [PROSE]


@pytest.mark.parametrize(
    ("name", "value", "fact", "read"),
    [
        ("From", '"presse@exemple.fr" <presse@exemple.fr>', "author", None),
        ("From", "=?utf-8?q?Zo=C3=A9_Lema=C3=AEtre?= <z@exemple.fr>", "author", "Zoé Lemaître"),
        ("Subject", "TR: Re: Fwd: Le budget", "title", "Le budget"),
        ("Subject", "=?iso-8859-1?q?L=27=E9t=E9?=", "title", "L'été"),
        ("Date", "Fri, 99 Aug 2025 10:30:00 +0200", "published", None),
    ],
)
def test_headers_as_they_come(name: str, value: str, fact: str, read: str | None) -> None:
    lines = "".join(f"{key}: {text}\r\n" for key, text in {**LETTER_HEAD, name: value}.items())
    parsed = _own(f"{lines}\r\n{PROSE}\r\n".encode())
    assert getattr(parsed.metadata, fact) == read


def test_plain_words_are_preferred_where_they_are_real() -> None:
    message = letter(f"{PROSE}\n\n-- \nJeanne Petit\n01 23 45 67 89")
    message.add_alternative(f"<html><body><p>Autre. {PROSE}</p></body></html>", subtype="html")
    assert _texts(_own(message)) == [PROSE]


@pytest.mark.parametrize(
    "stub", ["", "Version HTML.", "Pour voir ce message, ouvrez-le dans votre navigateur : https://exemple.fr/x"]
)  # fmt: skip
def test_rich_words_are_read_where_the_plain_ones_only_point_to_them(stub: str) -> None:
    message = letter(stub)
    page = (
        "<html><body><table><tr><td><table><tr><td><h1>Le budget</h1></td></tr><tr><td>"
        f"<p>{PROSE}</p><p>Le maire s'est dit soulagé.</p></td></tr><tr><td>"
        "<p>Vous recevez ce message car vous êtes inscrit. Se désabonner</p>"
        "</td></tr></table></td></tr></table></body></html>"
    )
    message.add_alternative(page, subtype="html")
    texts = _texts(_own(message))
    assert texts[-2:] == [PROSE, "Le maire s'est dit soulagé."]
    assert not any(" | " in text or "désabonner" in text for text in texts)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "x-unknown"])
def test_a_letter_in_any_encoding(charset: str) -> None:
    head = "".join(f"{key}: {text}\r\n" for key, text in LETTER_HEAD.items() if key != "Subject")
    kind = "iso-8859-1" if "8859" in charset else "cp1252" if "1252" in charset else "utf-8"
    for subtype, body in (("plain", PROSE), ("html", f"<html><body><p>{PROSE}</p></body></html>")):
        raw = f"{head}Content-Type: text/{subtype}; charset={charset}\r\n\r\n".encode()
        assert _texts(_own(raw + body.encode(kind))) == [PROSE]


def test_what_is_attached_is_read_beside_the_letter() -> None:
    message = letter()
    for name, text in (("dossier/2025-08-30-note.md", "# Note\n\nUne note."), ("a.txt", PROSE)):
        message.add_attachment(text.encode(), "application", "octet-stream", filename=name)
    message.add_attachment(b"\x89PNG", "image", "png", filename="logo.png")
    message.add_attachment(b"\x89PNG\x00", "text", "markdown", filename="faux.md")
    own, note, text, broken = _found(message)
    assert _texts(own) == [PROSE]
    assert isinstance(note, ParsedArticle)
    assert (note.key, note.blocks[-1].text) == ("2025-08-30-note.md", "Une note.")
    article = article_of(note, Content.of_bytes(b"", "lettre.eml"), "lettre.eml")
    assert (article.title, str(article.published)) == ("Note", "2025-08-30")
    assert article.path == "lettre.eml#2025-08-30-note.md"
    assert _texts(text) == [PROSE]
    assert isinstance(broken, Skipped)
    assert broken.label == "lettre.eml#faux.md"


@pytest.mark.parametrize("name", ["transmis.eml", None])
def test_an_attached_letter_is_read_with_what_is_attached_to_it(name: str | None) -> None:
    inner, outer = letter(), letter()
    inner.replace_header("Subject", "Le stade")
    inner.add_attachment(PROSE.encode(), "text", "plain", filename="a.txt")
    outer.add_attachment(inner, **({"filename": name} if name else {}))
    own, attached, text = _found(outer)
    assert isinstance(attached, ParsedArticle)
    assert isinstance(text, ParsedArticle)
    assert (attached.metadata.title, _texts(attached)) == ("Le stade", [PROSE])
    key = name or "message.eml"
    assert (own.key, attached.key, text.key) == ("", key, f"{key}#a.txt")


def test_large_and_nested_letters_are_bounded() -> None:
    message = letter()
    for _ in range(8):
        outer = letter()
        outer.add_attachment(bytes(message), "application", "octet-stream", filename="l.eml")
        message = outer
    found = _found(message)
    assert len(found) == 5
    assert isinstance(found[-1], Skipped)
    assert found[-1].problem.code == "letter-nested"
    content = Content("l.eml", "l.eml", MESSAGE_BYTES + 1, lambda: pytest.fail("opened"))
    with pytest.raises(ReadError, match="letter-too-large"):
        list(read(content))
    head = b"Subject: A\r\nMIME-Version: 1.0\r\n"
    part = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    nested = b"".join(part % (number, number) for number in range(2_000))
    letters = b"Content-Type: message/rfc822\r\n\r\n" * 2_000
    gc.collect()
    gc.disable()  # what was collected at the deepest call could not close its connections
    try:
        for data in (head + nested + b"Content-Type: text/plain\r\n\r\nMot", head + letters):
            assert parser_refusal(read, data, "lettre.eml")
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "letter-not"),
        (b"\x89PNG\x00\x01", "letter-not"),
        (b"Subject: Rien\r\n\r\n", "letter-no-text"),
        (b"Subject: A\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x", "letter-no-text"),
    ],
)
def test_what_is_no_letter_says_why(data: bytes, reason: str) -> None:
    assert reason in parser_refusal(read, data, "lettre.eml")


@pytest.mark.parametrize(
    "stray", [b"\r", b"\xe9", b"\xff", b"\0", b"\x1f", b"\x85", b'"', b"<", b"\\"]
)
@pytest.mark.parametrize("place", range(0, 32, 3))
def test_a_stray_byte_in_the_sender_loses_no_letter(stray: bytes, place: int) -> None:
    data = bytes(letter())
    at = data.index(b"From: ") + 6 + place
    parsed = _own(data[:at] + stray + data[at:])
    assert parsed.metadata.title == LETTER_HEAD["Subject"]
    assert parsed.metadata.published is not None
    assert "budget de la ville" in " ".join(_texts(parsed))
