from __future__ import annotations

import pytest

from index.errors import FetchError
from index.fetch.address import LONGEST_ADDRESS_CHARACTERS, Address


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
        ("file:///etc/passwd", "address-scheme"),
        ("javascript:alert(1)", "address-scheme"),
        ("data:text/html,a", "address-scheme"),
        ("exemple.fr/article", "address-malformed"),
        ("http://", "address-malformed"),
        ("http://exemple.fr:65536/", "address-malformed"),
        ("http://exemple.fr/" + "a" * LONGEST_ADDRESS_CHARACTERS, "address-malformed"),
        ("http://a b.fr/", "address-malformed"),
        ("http://[fe80::1%25eth0]/", "address-malformed"),
        # Numbers that only lenient parsers take for 127.0.0.1.
        ("http://2130706433/", "address-malformed"),
        ("http://0177.0.0.1/", "address-malformed"),
        ("http://0x7f000001/", "address-malformed"),
        ("http://127.1/", "address-malformed"),
        ("http://１２７.0.0.1/", "address-malformed"),
        # A name and a password, however they are hidden.
        ("http://moi:secret@exemple.fr/", "address-credentials"),
        ("http://moi:secret@a b.fr/", "address-credentials"),
        ("http://moi@exemple.fr/", "address-credentials"),
        ("http://exemple.fr\\@autre.fr/", "address-credentials"),
    ],
)
def test_what_is_no_address_says_why_and_repeats_no_password(text: str, why: str) -> None:
    with pytest.raises(FetchError) as refusal:
        Address.parse(text)
    assert refusal.value.code == why
    assert "\n" not in str(refusal.value)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("exemple.fr", "exemple.fr", True),
        ("www.exemple.fr", "exemple.fr", True),
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
    for link, why in (("mailto:a@b.fr", "scheme"), ("http://u:p@b.fr/", "credentials")):
        with pytest.raises(FetchError) as refusal:
            page.join(link)
        assert refusal.value.code == f"address-{why}"
