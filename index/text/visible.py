"""Text as a person sees it: no invisible characters, Latin letters for look-alikes."""

from __future__ import annotations

import unicodedata

# Cyrillic and Greek letters that look like Latin ones.
_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏαβεικνορτυχАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abekmhopctyxijsdqwhlabeiknoptuxABEKMHOPCTYXIJSABEZHIKMNOPTYX",
)


def visible(text: str) -> str:
    """Put a text on one line, without invisible characters."""
    return "".join(
        " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign
        for sign in unicodedata.normalize("NFC", text)
        if unicodedata.category(sign) not in ("Cf", "Co", "Cs")
    )


def readable(text: str) -> str:
    """The text as a person sees it."""
    return visible(text).translate(_ALIKE)
