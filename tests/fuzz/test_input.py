"""What strangers send and say: whatever it is, what is promised of it holds."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.injection import harmless_in_prompt, is_machine_text
from bot.answering.metadata_question import article_subject, parse_metadata_question
from bot.answering.time_range import parse_timing
from bot.followups.candidates import candidates
from bot.locale.text import harmless
from bot.messenger.outbound.message_text import (
    MESSAGE_LIMIT,
    StyledBlock,
    StyledSpan,
    split_messages,
    to_html,
    units,
)
from index.errors import DamagedIndex
from index.store.files.manifest import MANIFEST_NAME, FileManifest, _render
from index.text.language import detect
from index.text.sentences import SENTENCE_CHARACTERS, sentence_spans
from index.text.visible import readable, visible
from tests.bot.followups.turns import turn
from tests.botapi.html import parse_html
from tests.fuzz import TEXTS, fuzzed
from tests.index.samples import folder_in_service, index, three

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


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
LANGUAGES = st.sampled_from(("fr", "en", "de"))


@given(question=TEXTS, today=DAYS)
@fuzzed(200)
def test_a_time_asked_for_is_one_that_ends_after_it_begins(question: str, today: date) -> None:
    asked = parse_timing(question, today)
    if asked.period is None:
        return
    first, last = asked.period.first, asked.period.last
    assert first is None or last is None or first <= last
    assert len(asked.question) <= len(question)


@given(question=TEXTS, language=LANGUAGES)
@fuzzed(150)
def test_what_a_question_refers_to_is_read(question: str, language: str) -> None:
    assert all(candidates(question, (turn(question, question, language=language),)))
    assert detect(question)
    parse_metadata_question(question)
    article_subject(question)


@given(text=TEXTS)
@fuzzed(150)
def test_what_a_prompt_gets_holds_nothing_unseen(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert "\u202e" not in visible(text)
    assert "\u200b" not in visible(text)
    harmless_in_prompt(text)
    readable(text)
    is_machine_text(text)


LIMITS = st.one_of(st.just(SENTENCE_CHARACTERS), st.integers(1, 60))


@given(text=TEXTS, language=st.sampled_from(("fr", "en", "de", "zh", "xx", "")), limit=LIMITS)
@fuzzed(300)
def test_sentences_are_slices_of_the_text(text: str, language: str, limit: int) -> None:
    last = 0
    for start, end in sentence_spans(text, language, limit):
        assert last <= start < end <= start + limit
        assert "\n\n" not in text[start:end]
        assert not text[last:start].strip()
        assert text[start:end] == text[start:end].strip()
        last = end
    assert not text[last:].strip()


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(("../x", "/etc/passwd", "a/../../b", "..", "", "CON", "x\0", "a\\..\\b")),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.sampled_from(("../x", "articles.sqlite", "/a")), st.integers(), max_size=2),
)


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    data = tmp_path_factory.mktemp("data")
    index(three(), data)
    made: dict[str, Any] = json.loads((folder_in_service(data) / MANIFEST_NAME).read_bytes())
    return made


@given(data=st.data())
@fuzzed(100)
def test_a_field_that_is_changed(fields: dict[str, Any], tmp_path: Path, data: Any) -> None:
    known = dict(fields)
    for name in data.draw(st.lists(st.sampled_from(sorted(known)), max_size=2)):
        known[name] = data.draw(ODD)
    if data.draw(st.booleans()):
        known["files"] = {**fields["files"], data.draw(st.text(max_size=12)): data.draw(ODD)}
    content = json.dumps(known).encode()
    if data.draw(st.booleans()):
        known.pop("checksum", None)
        content = _render(known)  # with the checksum that the fields call for
    _opened(tmp_path, content)


@given(raw=st.binary(max_size=200))
@fuzzed(100)
def test_any_bytes(tmp_path: Path, raw: bytes) -> None:
    _opened(tmp_path, raw)


def _opened(folder: Path, content: bytes) -> None:
    (folder / MANIFEST_NAME).write_bytes(content)
    try:
        manifest = FileManifest.open(folder)
    except DamagedIndex:
        return
    for name in (manifest.id, *manifest.files):
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert "\0" not in name
