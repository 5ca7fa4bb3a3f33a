"""What every format's text needs before it is news: lines that are not go, letters are mended.

Nothing inside a paragraph is touched but its encoding; a line goes only when all of it is surely no
part of the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from index.formats.base_readers_draft import FACTS, Block, Draft, Metadata
from index.formats.boilerplate_readers_boilerplate import (
    announces_links,
    ends_free_part,
    is_boilerplate,
)

_OFFERS = 1_500  # characters at most of what sells the rest of an article
_ROUNDS = 4  # what an invisible mark kept apart may be mojibake without it
_LINKED = 150  # characters; the title of another article is no longer

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u0dff\u200d])[\u200c\u200d](?![\u0600-\u0dff\U0001f000-\U0001faff])"
)
_COUNTER = re.compile(r"(\d{1,3})\s?/\s?(\d{1,3})")
_FINISHED = re.compile(r"[.!?…][»”\")\]\s]*$")
_SUSPECT = re.compile(
    "[ÂÃâÅÄÐÑØÙãäåæìïðÎÏ][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2010-\u2122]|\ufffd"
)


def cleaned(draft: Draft) -> Draft:
    """The draft with its letters mended and without the lines that are surely not news."""
    blocks = tuple(replace(block, text=mended(block.text)) for block in draft.blocks)
    blocks = without_boilerplate(tuple(block for block in blocks if block.text.strip()))
    return replace(draft, blocks=blocks, metadata=_mended_facts(draft.metadata))


def mended(text: str) -> str:
    """NFC, without invisible marks, and mojibake (« Ã©tÃ© ») read as it was written.

    Spaces, quotes, ligatures and the width of letters stay as they are.
    """
    if text.isascii() and text.isprintable():
        return text
    for _ in range(_ROUNDS):
        if _SUSPECT.search(text):
            text = _refixed(text)
        visible = _STRAY_JOINER.sub("", _INVISIBLE.sub("", text))
        if visible == text:
            break
        text = visible
    return unicodedata.normalize("NFC", text)


def without_boilerplate(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks without the lines that are surely no part of the article."""
    kept = [block for block in _news(_free(blocks)) if block.text]
    return _without_counters(kept)


def _refixed(text: str) -> str:
    """The text as ftfy reads it, line by line, told to mend encodings and nothing else."""
    import ftfy

    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return "\n".join(ftfy.fix_text(line, config) for line in text.split("\n"))


def _mended_facts(metadata: Metadata) -> Metadata:
    told: dict[str, Any] = {name: getattr(metadata, name) for name in FACTS}
    texts = {name: mended(value) for name, value in told.items() if isinstance(value, str)}
    return replace(metadata, **{**told, **texts})


def _free(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks above the line that ends the free part of an article, if only offers follow."""
    for number, block in enumerate(blocks):
        lines = block.text.split("\n")
        sold = next((at for at, line in enumerate(lines) if ends_free_part(line)), None)
        if sold is None:
            continue
        after = sum(len(block.text) for block in blocks[number + 1 :])
        if number > 0 and after <= _OFFERS:
            rest = "\n".join(lines[:sold])
            return (*blocks[:number], *([replace(block, text=rest)] if rest else []))
    return blocks


def _news(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Each block's lines that may be news; what stands under a bare « Lire aussi » are links."""
    under_links = False
    for block in blocks:
        lines: list[str] = []
        linked = False
        for line in block.text.split("\n"):
            if under_links and not block.heading and _is_title(line):
                linked = True
                continue
            under_links = announces_links(line)
            if not under_links and not is_boilerplate(line):
                lines.append(line)
        under_links = under_links and not linked
        yield replace(block, text="\n".join(lines))


def _is_title(line: str) -> bool:
    """Whether a line could be the title of another article: short, and no sentence."""
    return len(line) <= _LINKED and not _FINISHED.search(line)


def _without_counters(blocks: list[Block]) -> tuple[Block, ...]:
    """The blocks without the « 1/5 », « 2/5 » of a gallery; a lone « 4/5 » is a mark given."""
    found = [_COUNTER.fullmatch(block.text) for block in blocks]
    totals = Counter(match[2] for match in found if match)
    return tuple(
        block
        for block, match in zip(blocks, found, strict=True)
        if match is None or totals[match[2]] < 2
    )
