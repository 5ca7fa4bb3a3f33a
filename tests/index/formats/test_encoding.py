from __future__ import annotations

import pytest

from index.errors import ReadError
from index.formats.encoding import decode

FRENCH = (
    "Le conseil a voté hier le budget de la ville, qui augmente de trois pour cent. Les élus de "
    "l'opposition ont quitté la salle avant la fin, déçus de n'être pas écoutés."
)


UNICODE, PAST = ("utf-8", "utf-8-sig", "utf-16", "utf-32"), ("cp1252", "latin-1", "mac_roman")


@pytest.mark.parametrize("encoding", [*UNICODE, *PAST])
def test_an_encoding_is_recognised(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding), "a.txt") == FRENCH


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"GIF89a\x00\x01", "file-binary"),
        (bytes(range(1, 256)) * 3, "encoding-not-utf8"),
        ("Été".encode("cp1252"), "encoding-not-utf8"),
        (b"\xff\xfea", "encoding-broken .*UTF-16"),
    ],
)
def test_what_is_no_text_is_named_with_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=f"^dossier/a.txt: .*{reason}") as caught:
        decode(data, "dossier/a.txt")
    assert "\n" not in str(caught.value)


def test_line_ends_marks_and_accents_are_made_plain() -> None:
    data = "\ufeffE\u0301te\u0301\r\ninvi\u00adsible\rfin\u2029e\ufeff\u200bt".encode()
    assert decode(data, "a.txt") == "Été\ninvisible\nfin\n\net"
