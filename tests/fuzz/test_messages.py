"""Whatever is said, Telegram reads it: balanced, of allowed tags, and the words survive."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.locale.text import harmless
from bot.messenger.outbound.message_text import (
    MESSAGE_LIMIT,
    StyledBlock,
    StyledSpan,
    split_messages,
    to_html,
    units,
)
from tests.botapi.html import parse_html
from tests.fuzz import TEXTS, fuzzed

SPANS = st.builds(
    StyledSpan,
    TEXTS,
    st.sampled_from(("", "b", "i")),
    st.sampled_from((None, "https://exemple.fr/?a=1&b=%22")),
    st.booleans(),
)
BLOCKS = st.lists(
    st.builds(
        StyledBlock,
        st.lists(SPANS, min_size=1, max_size=6).map(tuple),
        st.sampled_from(("\n\n", "\n", " ")),
    ),
    max_size=5,
)
ALLOWED = {"bold", "italic", "text_link", "blockquote", "expandable_blockquote"}


def words(text: str) -> str:
    """Without space, and without the controls that are some where a message is cut."""
    return re.sub("[\u2400-\u2421\ufffd\\s]", "", harmless(text))


@given(blocks=BLOCKS, limit=st.sampled_from((60, 400, MESSAGE_LIMIT)))
@fuzzed(100)
def test_every_message_is_read_and_no_word_is_lost(blocks: list[StyledBlock], limit: int) -> None:
    pages = split_messages(blocks, "fr", limit)
    read = [parse_html(to_html(spans)) for spans in pages]
    assert "".join(words(message.text) for message in read) == words(
        "".join(b.text for b in blocks)
    )
    for page in pages:
        assert units("".join(span.text for span in page)) <= limit
    assert {entity.type for message in read for entity in message.entities} <= ALLOWED
