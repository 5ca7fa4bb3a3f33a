"""Which passages a chat model is given, and how they are set down so that none can give orders."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.injection import is_order
from bot.answering.injection_writing_frame import harmless
from bot.locale.answers import phrases_for
from bot.verification.claim import Given
from index.antecedents import leads
from index.build.passages import Sentence
from index.search.searcher import Hit

FEWEST, MOST = 3, 5
MOST_OF_SEVERAL = 7  # passages, where the question has several parts
NEAR = 0.06  # how far behind the best passage one beyond the fewest may stand
LENGTH = 600  # characters of a passage that are given


def given(hits: Sequence[Hit], most: int = MOST) -> tuple[Given, ...]:
    """The best passages, numbered from one, each with the sentences that are worth their place.

    Sentences that give orders are withheld; a passage that holds nothing else is left out.
    """
    best = hits[0].scores.total if hits else 0.0
    chosen: list[Given] = []
    for place, hit in enumerate(hits[:most]):
        if most <= MOST and place >= FEWEST and hit.scores.total < best - NEAR:
            break
        sentences = _worth_giving(hit)
        if sentences:
            chosen.append(Given(len(chosen) + 1, hit.article, hit.passage, sentences))
    return tuple(chosen)


def set_down(passages: Sequence[Given], language: str) -> str:
    """The passages as they stand in the prompt: number, title, outlet, date, then one line."""
    return "\n\n".join(
        f"[{each.number}] {_head(each, language)}\n{_line(each)}" for each in passages
    )


def _worth_giving(hit: Hit) -> tuple[Sentence, ...]:
    """The best sentences in reading order, with what they lean on, up to the length."""
    lead_of = dict(
        zip(hit.passage.sentences, leads(hit.passage, hit.article.language), strict=True)
    )
    withheld = _withheld(hit)
    chosen: set[Sentence] = set()
    length = 0
    for ranked in sorted(hit.sentences, key=lambda each: -each.score):
        lead = lead_of.get(ranked.sentence)
        wanted = {each for each in (ranked.sentence, lead) if each is not None}
        wanted -= chosen | withheld
        more = sum(len(each.text) for each in wanted)
        if chosen and length + more > LENGTH:
            continue
        chosen |= wanted
        length += more
    return tuple(sorted(chosen, key=lambda each: each.start))


def _withheld(hit: Hit) -> set[Sentence]:
    """Each order, with what follows it in its paragraph."""
    found: set[Sentence] = set()
    before: Sentence | None = None
    for sentence in hit.passage.sentences:
        gap = hit.article.text[before.end : sentence.start] if before else "\n\n"
        if is_order(sentence.text) or (before in found and "\n\n" not in gap):
            found.add(sentence)
        before = sentence
    return found


def _head(each: Given, language: str) -> str:
    article = each.article
    title = "" if is_order(article.title) else harmless(article.title or article.path)
    outlet = f" — {harmless(article.outlet)}" if article.outlet else ""
    day = phrases_for(language).day(article.published) if article.published else ""
    return f"{title}{outlet}{f' ({day})' if day else ''}"


def _line(each: Given) -> str:
    """The sentences, with « (…) » where some between them are left out."""
    places = {sentence: at for at, sentence in enumerate(each.passage.sentences)}
    parts: list[str] = []
    last = -1
    for sentence in each.sentences:
        if places[sentence] != last + 1:
            parts.append("(…)")
        parts.append(harmless(sentence.text))
        last = places[sentence]
    return " ".join(parts)
