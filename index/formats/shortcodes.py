"""The shortcodes of WordPress, `[gallery ids="1,2"]`, which its exports leave in the text."""

from __future__ import annotations

import re

_TAG = re.compile(
    r"\[(?P<close>/)?(?P<name>[a-z][a-z0-9_-]{0,60})(?P<attributes>(?:\s[^\[\]]{0,2000})?)\]",
    re.IGNORECASE,
)
_ATTRIBUTES = re.compile(r"(?<![\w-])(?:[\w-]++\s?+=\s?+[\"'“”″&]|[\w-]{2,}+=)|https?://|/$")
_EMBEDDED = re.compile(r"\s*(?:https?://\S+\s*)?")
_CORE = frozenset({"gallery", "caption", "wp_caption", "embed", "audio", "video", "playlist"})


def without_shortcodes(text: str) -> str:
    """The text without shortcodes; what they enclose stays, unless it is an address alone.

    Brackets of prose stay: a shortcode is one of WordPress' own, has a closing one, attributes
    (`ids="1,2"`), an address, or a low line in its name.
    """
    tags = list(_TAG.finditer(text))
    closed = {tag["name"] for tag in tags if tag["close"]}
    parts: list[str] = []
    at = 0
    opened: re.Match[str] | None = None
    for tag in tags:
        if not (tag["name"] in closed or _is_shortcode(tag)):
            continue
        before = text[at : tag.start()]
        at = tag.end()
        if before.endswith("[") and text.startswith("]", at):  # escaped: `[[gallery]]`
            parts += [before[:-1], tag[0]]
            at += 1
            opened = None
            continue
        pair = tag["close"] and opened is not None and opened["name"] == tag["name"]
        parts.append("" if pair and _EMBEDDED.fullmatch(before) else before)
        opened = None if tag["close"] else tag
    return "".join([*parts, text[at:]])


def _is_shortcode(tag: re.Match[str]) -> bool:
    attributes, name = tag["attributes"], tag["name"]
    if attributes.strip():
        return bool(_ATTRIBUTES.search(attributes))
    return name in _CORE or "_" in name
