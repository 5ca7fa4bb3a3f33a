"""Lists in a passage: the sentence that announces one (« Les lauréats sont : ») and its items.

Readers of every format write an item a line, and a blank line between paragraphs.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.article import Passage

MOST_WORDS = 60
"""Of a list that is quoted, its introduction included; it ends with a whole item."""


@dataclass(frozen=True, slots=True)
class PassageList:
    """Places in `passage.sentences`: of the introduction, of the last sentence that is quoted with
    it, and of the list's last one."""

    intro: int
    quoted: int
    last: int


def find_lists(passage: Passage) -> list[PassageList]:
    """The lists of two items or more behind a sentence that ends with a colon."""
    found: list[PassageList] = []
    sentences = passage.sentences
    for at, sentence in enumerate(sentences[:-1]):
        if not sentence.text.endswith(":") or (found and at <= found[-1].last):
            continue
        gaps = [
            passage.text[one.end - passage.start : other.start - passage.start].count("\n")
            for one, other in zip(sentences[at:], sentences[at + 1 :], strict=False)
        ]
        if not gaps[0]:
            continue
        lines = next((n for n, gap in enumerate(gaps[1:]) if gap > 1), len(gaps) - 1)
        ends = [at + 1 + n for n in range(lines + 1) if n == lines or gaps[n + 1]]
        if len(ends) > 1:
            short = [end for end in ends if _words(passage, at, end) <= MOST_WORDS]
            found.append(PassageList(at, max(short, default=ends[0]), ends[-1]))
    return found


def _words(passage: Passage, first: int, last: int) -> int:
    return sum(len(each.text.split()) for each in passage.sentences[first : last + 1])
