"""Cut articles into the passages that are retrieved and the sentences that are quoted."""

from __future__ import annotations

from collections.abc import Iterator

from index.article import Article, Passage, Sentence
from index.text.sentences import SENTENCE_CHARACTERS, sentence_spans

PASSAGE_LIMIT = 1_000
SCRAP = 4  # a last passage shorter than the limit divided by this does not stand alone


def cut(article: Article, limit: int = PASSAGE_LIMIT) -> tuple[Passage, ...]:
    """The passages of an article, in reading order, of at most `limit` characters each.

    A passage stays within one section and holds as many whole paragraphs as fit; a longer paragraph
    is cut at sentence ends into parts of similar length.
    """
    text = article.text
    # Headings and spans of the sections; the first is the text before any section.
    headings = ["", *(section.heading for section in article.sections)]
    starts = [0, *(section.heading_end for section in article.sections)]
    ends = [*(section.heading_start for section in article.sections), len(text)]
    passages: list[Passage] = []
    for heading, start, end in zip(headings, starts, ends, strict=True):
        sentences = [
            Sentence(start + first, start + last, text[start + first : start + last])
            for first, last in sentence_spans(
                text[start:end], article.language, min(limit, SENTENCE_CHARACTERS)
            )
        ]
        for group in _pack(text, sentences, limit):
            first, last = group[0].start, group[-1].end
            passages.append(Passage(first, last, text[first:last], heading, tuple(group)))
    return tuple(passages)


def _pack(text: str, sentences: list[Sentence], limit: int) -> Iterator[list[Sentence]]:
    """Group the sentences of a section: whole paragraphs, as few groups as fit the limit."""
    group: list[Sentence] = []
    for paragraph in _paragraphs(text, sentences):
        if group and paragraph[-1].end - group[0].start <= limit:
            group += paragraph
            continue
        if group:
            yield group
        *full, group = _balance(paragraph, limit)
        yield from full
    if group:
        yield group


def _paragraphs(text: str, sentences: list[Sentence]) -> Iterator[list[Sentence]]:
    paragraph: list[Sentence] = []
    for sentence in sentences:
        if paragraph and "\n\n" in text[paragraph[-1].end : sentence.start]:
            yield paragraph
            paragraph = []
        paragraph.append(sentence)
    if paragraph:
        yield paragraph


def _balance(sentences: list[Sentence], limit: int) -> list[list[Sentence]]:
    """Split a paragraph into the fewest groups that fit.

    Full groups keep related sentences together (research/evaluation.md). If the last group would be
    shorter than a quarter of the limit, the bound is lowered until it is not.
    """
    groups = _fill(sentences, limit)
    for lower_limit in range(limit, limit // 2, -max(1, limit // 20)):
        length = groups[-1][-1].end - groups[-1][0].start
        if len(groups) == 1 or length >= limit // SCRAP:
            break
        smaller = _fill(sentences, lower_limit)
        if len(smaller) > len(groups):
            break
        groups = smaller
    return groups


def _fill(sentences: list[Sentence], limit: int) -> list[list[Sentence]]:
    groups = [[sentences[0]]]
    for sentence in sentences[1:]:
        if sentence.end - groups[-1][0].start <= limit:
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return groups
