"""Messages of several questions: each is answered in a section of its own, with its own outcome."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from bot.answer import Answer, Citation, Statement
from bot.answering.refusal import least_sure
from bot.locale.answers import PartsPhrases
from index.text.folding import fold_phrase

MAX_PARTS = 4
_PART_STATEMENTS = 8  # shown of one part
_END = re.compile(r"(?<=\?)\s+(?=\S)")
_COUNTED = re.compile(
    r"(?:(?:j'ai |je voudrais savoir |il y a )?(?:\d|deux|trois|two|three|several|plusieurs)"
    r" (?:choses|questions|things)\b ?[:,.]|(?:\d|[a-c]) ?[).:](?!\d)|[-•]) *"
)
_ASKS = (
    r"(?:(?:a|de|dans|par|pour|en|avec|sur) )?(?:qu(?:i|oi|els?|elles?|and)\b"
    r"|qu(?:e |')est-ce|ou\b(?! non)"
    r"|combien|comment|pourquoi|who|what|when|where|which|how|why)"
)
_AND_ASKS = re.compile(rf",? (?:et|and) (?={_ASKS})")
_COMMA_ASKS = re.compile(
    r", (?=(?:(?:a|de|dans|par|pour|en|avec|sur) )?(?:combien|comment|pourquoi|quand|quel(?:le)?s?"
    r"|what|which|how|why) )"
)
_SEMICOLON_ASKS = re.compile(rf" ?; (?={_ASKS})", re.IGNORECASE)
_FIRST_ASKS = re.compile(rf"\b(?:{_ASKS}|qu(?:e\b|'))")
_LEAST_WORDS = 3  # of each side of « et »
_OPENING = re.compile(r"^(?:et|and|puis|ensuite|also)\b,?\s+", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:(sur|à propos de|about|on) (?:lui|elles?|eux|him|her|it|them)|en parlent)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ]\w|\d")
_LEANING = re.compile(r"\b(?:son|sa|ses|leurs?|ils?|elles?|his|her|its|their|s?he|it|they)\b")


def split_parts(message: str, *, at_and: bool = True) -> tuple[str, ...]:
    """The questions of a message, with `at_and` also « … et quand… ? »; empty unless there are
    several."""
    text = " ".join(message.split())
    text = _SEMICOLON_ASKS.sub(" ? ", text)
    parts = [
        part
        for sentence in map(_without_number, _END.split(text))
        for part in (_split_at_and(sentence) if at_and else [sentence])
    ]
    if len(parts) > 1 and _FIRST_ASKS.match(_OPENING.sub("", fold_phrase(parts[-1]))):
        parts[-1] = f"{parts[-1].rstrip(' ?')} ?"
    # « Et George Michael, quand… » stands alone, « et combien de morts ? » does not.
    parts = [_OPENING.sub("", part) if _stands_alone(part) else part for part in parts]
    is_several = 1 < len(parts) <= MAX_PARTS and all(part.endswith("?") for part in parts)
    return tuple(parts) if is_several else ()


def name_pronoun(part: str, subject: str) -> str:
    """« … sur lui ? », « … en parlent ? » with the name of what was asked about before."""
    return _PRONOUN.sub(lambda match: f"{match[1] or 'parlent de'} {subject}", part)


def _without_number(sentence: str) -> str:
    """« 2 choses : qui… ? », « 1) Qui… ? » without what only counts the questions."""
    count = _COUNTED.match(fold_phrase(sentence))
    return sentence[count.end() :] if count is not None else sentence


def _stands_alone(part: str) -> bool:
    """True for a question with a name, unless it leans on another (« Et son Nobel ? »)."""
    name = _NAME.search(part, 2)
    return name is not None and _LEANING.search(part, 0, name.start()) is None


def _split_at_and(sentence: str) -> list[str]:
    """« Quand est né X et quand est mort Y ? », « combien a coûté X, combien Y ? » at every such
    place; other sentences as they are."""
    plain = fold_phrase(sentence)
    links = sorted((*_AND_ASKS.finditer(plain), *_COMMA_ASKS.finditer(plain)), key=_start)
    is_row = bool(links) and links[-1].re is _AND_ASKS  # « combien…, combien… et comment… ? »
    for match, following in zip_longest(links, links[1:]):
        end = following.start() if following is not None else len(sentence)
        one, other = sentence[: match.start()] + " ?", sentence[match.end() :]
        is_short = any(len(side.strip(" ?").split()) <= _LEAST_WORDS for side in (one, other))
        part = sentence[match.end() : end]
        is_whole = is_row and len(part.split()) > _LEAST_WORDS  # not « avec quel prêt »
        is_named = match.re is _AND_ASKS or is_whole or _NAME.search(part)
        if not is_short and is_named and _FIRST_ASKS.search(plain[: match.start()]):
            return [one, *_split_at_and(other[:1].upper() + other[1:])]
    return [sentence]


def _start(match: re.Match[str]) -> int:
    return match.start()


def join_parts(message: str, parts: Sequence[str], answers: Sequence[Answer]) -> Answer | None:
    """Join the answers to the parts of a message, each below its question, which says where it is
    no more than the closest; those without an answer are named first. None without any answer."""
    answered = [
        (part, answer)
        for part, answer in zip(parts, answers, strict=True)
        if answer.outcome in ("sure", "perhaps")
    ]
    if not answered:
        return None
    first = answered[0][1]
    phrases = PartsPhrases.of(first.language)
    refused = [part for part, answer in zip(parts, answers, strict=True) if not answer.statements]
    opening = phrases.unanswered(" ".join(refused)) if refused else ""
    outcome = least_sure(answer.outcome for _, answer in answered)
    statements: list[Statement] = []
    citations: list[Citation] = []
    for part, answer in answered:
        heading = phrases.nearest(part) if answer.outcome != "sure" else part
        own, used = _renumber(answer, len(citations))
        head = " ".join(filter(None, (opening, heading, own[0].heading)))
        statements += [replace(own[0], heading=head), *own[1:]]
        citations += used
        opening = ""
    return replace(
        min((answer for _, answer in answered), key=lambda answer: answer.confidence),
        question=message,
        outcome=outcome,
        statements=tuple(statements),
        citations=tuple(citations),
        further=(),
        understood=None,
        buttons=(),
    )


def _renumber(answer: Answer, before: int) -> tuple[list[Statement], list[Citation]]:
    """The first statements of an answer with their citations, numbered after `before` others."""
    kept = answer.statements[:_PART_STATEMENTS]
    numbers = {
        number: at
        for at, number in enumerate(
            dict.fromkeys(number for statement in kept for number in statement.citations),
            before + 1,
        )
    }
    citations = [
        replace(citation, number=numbers[citation.number])
        for citation in answer.citations
        if citation.number in numbers
    ]
    statements = [
        replace(statement, citations=tuple(numbers[number] for number in statement.citations))
        for statement in kept
    ]
    return statements, sorted(citations, key=lambda citation: citation.number)
