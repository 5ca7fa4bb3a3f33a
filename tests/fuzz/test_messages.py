"""Whatever is said, Telegram reads it: balanced, of allowed tags, and the words survive."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.passage_refs import PassageRef
from bot.locale.text import harmless
from bot.messenger.outbound.keyboard import NeighbourStep
from bot.messenger.outbound.message_text import (
    MESSAGE_LIMIT,
    StyledBlock,
    StyledSpan,
    split_messages,
    to_html,
    units,
)
from tests.bot.messenger.samples import FRESNEL
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
    assert "".join(words(each.text) for each in read) == words("".join(b.text for b in blocks))
    for page in pages:
        assert units("".join(span.text for span in page)) <= limit
    assert {entity.type for each in read for entity in each.entities} <= ALLOWED


DATA = st.one_of(
    st.text(max_size=64),
    st.from_regex(r"[pw]:[0-9a-f]{0,12}(:-?[0-9]{0,20}){0,5}(:[0-9a-f]{0,8})?", fullmatch=True),
)


@given(data=DATA)
@fuzzed(100)
def test_what_a_button_carries_is_a_place_or_nothing(data: str) -> None:
    reference = PassageRef.decode(data)
    if reference is not None:
        assert reference == PassageRef.decode(reference.encode())
        excerpt = reference.excerpt(FRESNEL)
        assert excerpt is None or excerpt.quote in FRESNEL.text
    step = NeighbourStep.decode(data)
    if step is not None:
        assert step.quote_start <= step.quote_end
        again = NeighbourStep.decode(step.encode())
        assert again is not None
        assert (again.article_id, again.at) == (step.article_id, step.at)
