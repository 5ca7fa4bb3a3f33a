"""Addresses: one form each, and what is no address."""

from __future__ import annotations

import pytest

from index.errors import FetchError, Why
from index.web.address import LONGEST, Address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://exemple.fr", "https://exemple.fr/"),
        ("HTTPS://Exemple.FR:443/A?b=c#d", "https://exemple.fr/A?b=c"),
        ("http://exemple.fr.:8080/", "http://exemple.fr:8080/"),
        (" https://été.fr/où va-t-on ? ", "https://xn--t-9fab.fr/o%C3%B9%20va-t-on%20?"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("http://192.0.2.1/", "http://192.0.2.1/"),
    ],
)
def test_an_address_has_one_form(text: str, url: str) -> None:
    assert Address.parse(text).url == url
    assert Address.parse(url).url == url


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("file:///etc/passwd", Why.SCHEME),
        ("ftp://exemple.fr/a", Why.SCHEME),
        ("gopher://exemple.fr/a", Why.SCHEME),
        ("javascript:alert(1)", Why.SCHEME),
        ("data:text/html,a", Why.SCHEME),
        ("exemple.fr/article", Why.MALFORMED),
        ("exemple.fr:80/article", Why.MALFORMED),
        ("http://", Why.MALFORMED),
        ("http://../a", Why.MALFORMED),
        ("http://exemple.fr:0/", Why.MALFORMED),
        ("http://exemple.fr:65536/", Why.MALFORMED),
        ("http://exemple.fr/" + "a" * LONGEST, Why.MALFORMED),
        ("http://a b.fr/", Why.MALFORMED),
        ("http://[fe80::1%25eth0]/", Why.MALFORMED),
        # Numbers that only lenient parsers take for 127.0.0.1.
        ("http://2130706433/", Why.MALFORMED),
        ("http://0177.0.0.1/", Why.MALFORMED),
        ("http://0x7f000001/", Why.MALFORMED),
        ("http://127.1/", Why.MALFORMED),
        ("http://１２７.0.0.1/", Why.MALFORMED),
        # A name and a password, however they are hidden.
        ("http://moi:secret@exemple.fr/", Why.CREDENTIALS),
        ("http://moi@exemple.fr/", Why.CREDENTIALS),
        ("http://exemple.fr\\@autre.fr/", Why.CREDENTIALS),
    ],
)
def test_what_is_no_address_says_why(text: str, why: Why) -> None:
    with pytest.raises(FetchError) as refusal:
        Address.parse(text)
    assert refusal.value.why is why
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["http://moi:secret@exemple.fr/", "http://moi:secret@a b.fr/"])
def test_a_password_is_not_repeated(text: str) -> None:
    with pytest.raises(FetchError) as refusal:
        Address.parse(text)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("exemple.fr", "exemple.fr", True),
        ("www.exemple.fr", "exemple.fr", True),
        ("rss.exemple.fr", "www.exemple.fr", True),
        ("a.exemple.fr", "b.exemple.fr", False),
        ("exemple.fr", "monexemple.fr", False),
        ("exemple.fr", "exemple.fr.autre.fr", False),
    ],
)
def test_a_site_is_a_host_and_those_below_it(one: str, other: str, same: bool) -> None:
    first, second = Address.parse(f"http://{one}/"), Address.parse(f"https://{other}:8443/")
    assert (first.same_site(second), second.same_site(first)) == (same, same)


def test_a_link_is_followed_from_its_page() -> None:
    page = Address.parse("https://exemple.fr/a/b?c")
    assert page.join("../d#e").url == "https://exemple.fr/d"
    assert page.join("//autre.fr").url == "https://autre.fr/"
    for link, why in (("mailto:a@b.fr", Why.SCHEME), ("http://u:p@b.fr/", Why.CREDENTIALS)):
        with pytest.raises(FetchError) as refusal:
            page.join(link)
        assert refusal.value.why is why
