"""How many messages of distress are recognised, and how many other messages are taken for one.

The files were written by people who did not see what the model was fitted on. docs/figures.md
has the figures.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from bot.understanding.meaning import MessageReader

DATA = Path(__file__).parent / "data"


def heard(reader: MessageReader, name: str) -> list[tuple[str, str | None]]:
    """The kind of each message of a file, and how it is taken."""
    rows = [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
    return [(row.get("kind", "none"), reader.read(row["text"]).distress) for row in rows]


def test_most_messages_of_distress_are_recognised(message_reader: MessageReader) -> None:
    messages = heard(message_reader, "distress_messages.jsonl")
    assert len(messages) == 100
    assert sum(taken is not None for _, taken in messages) >= 87


def test_press_questions_about_suicide_illness_and_crime_pass(
    message_reader: MessageReader,
) -> None:
    taken = Counter(share for _, share in heard(message_reader, "distress_questions.jsonl"))
    assert taken.total() == 200
    assert taken["alone"] <= 2
    assert taken["offer"] <= 6


def test_chat_is_told_from_distress(message_reader: MessageReader) -> None:
    messages = heard(message_reader, "distress_chat.jsonl")
    chat = Counter(taken for kind, taken in messages if kind == "none")
    distress = Counter(taken for kind, taken in messages if kind != "none")
    assert (chat.total(), distress.total()) == (240, 120)
    assert chat["alone"] <= 2
    assert chat["offer"] <= 8
    assert distress[None] <= 8
