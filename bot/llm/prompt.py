"""What a chat model is told: the prompt of a question, kept within what the model can hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, get_args

from bot.answering.injection import harmless_in_prompt, is_order
from bot.errors import SettingsError
from bot.llm.base import Message, MessageRole
from bot.locale.answers import Phrases
from bot.verification.claim import GivenPassage
from index.article import Sentence
from index.errors import reason_of
from index.findings import Hit
from index.text.antecedents import leads

Form = Literal["answer", "answer_json"]
"""Sentences with markers, or JSON."""

Purpose = Form | Literal["follow_up"]
_FOLDER = "bot.llm.prompts"
_HEAD = re.compile(r"^\[(system|user|assistant)\]\n", re.MULTILINE)
_ROLES: dict[str, MessageRole] = {"system": "system", "user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with its blanks: what the model is told, worked examples, and the last turn."""

    system: Message
    examples: tuple[tuple[Message, Message], ...]
    last: Message

    def filled(self, examples: int, **blanks: str) -> tuple[Message, ...]:
        """The messages, with so many of the examples and every `{blank}` filled in."""
        turns = [turn for pair in self.examples[:examples] for turn in pair]
        blank = re.compile("|".join(rf"\{{({name})\}}" for name in blanks))
        return tuple(
            # All at once: what fills one blank may look like another.
            Message(each.role, blank.sub(lambda found: blanks[found[0][1:-1]], each.text))
            for each in (self.system, *turns, self.last)
        )


@cache
def template(purpose: Purpose, language: str, folder: Path | None = None) -> Template:
    """The prompt for a purpose in French or, for every other language, in English.

    A `folder` may hold others under the same names. Raises SettingsError where one of them is not a
    prompt.
    """
    name = f"{purpose}.{'fr' if language == 'fr' else 'en'}.txt"
    parts = _HEAD.split(_page(name, folder))[1:]
    turns = [
        Message(_ROLES[role], text.strip())
        for role, text in zip(parts[::2], parts[1::2], strict=True)
    ]
    roles = [each.role for each in turns]
    if roles != ["system", *["user", "assistant"] * (len(turns) // 2 - 1), "user"]:
        raise SettingsError("prompt-malformed", shown=folder or _FOLDER, name=name)
    system, *middle, last = turns
    return Template(system, tuple(zip(middle[::2], middle[1::2], strict=True)), last)


@cache
def prompt_version() -> str:
    """Eight digits that change with any word of any prompt."""
    digest = hashlib.sha256()
    for page in sorted(files(_FOLDER).iterdir(), key=lambda each: each.name):
        if page.name.endswith(".txt"):
            digest.update(f"{page.name}\n{page.read_text(encoding='utf-8')}".encode())
    return digest.hexdigest()[:8]


def check_prompts(folder: Path) -> None:
    """Raises SettingsError for a folder without a prompt, or with one that is none."""
    names = {f"{purpose}.{code}.txt" for purpose in get_args(Form) for code in ("fr", "en")}
    if not any((folder / name).is_file() for name in names):
        raise SettingsError("prompts-missing", shown=folder, names=tuple(sorted(names)))
    for purpose in get_args(Form):
        for code in ("fr", "en"):
            template(purpose, code, folder)


def _page(name: str, folder: Path | None = None) -> str:
    if folder is not None and (folder / name).is_file():
        try:
            return (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "prompt-unreadable", shown=folder / name, reason=reason_of(error)
            ) from error
    return files(_FOLDER).joinpath(name).read_text(encoding="utf-8")


FEWEST, MOST = 3, 5
MOST_OF_SEVERAL = 7  # passages, where the question has several parts
_NEAR = 0.06  # how far behind the best passage one beyond the fewest may stand
LENGTH = 600  # characters of a passage that are given


def passages_given(hits: Sequence[Hit], most: int = MOST) -> tuple[GivenPassage, ...]:
    """The best passages, numbered from one, each with the sentences that are worth their place.

    Sentences that give orders are withheld; a passage that holds nothing else is left out.
    """
    best = hits[0].scores.total if hits else 0.0
    chosen: list[GivenPassage] = []
    for place, hit in enumerate(hits[:most]):
        if most <= MOST and place >= FEWEST and hit.scores.total < best - _NEAR:
            break
        sentences = _worth_giving(hit)
        if sentences:
            chosen.append(GivenPassage(len(chosen) + 1, hit.article, hit.passage, sentences))
    return tuple(chosen)


def set_down(passages: Sequence[GivenPassage], language: str) -> str:
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


def _head(each: GivenPassage, language: str) -> str:
    article = each.article
    title = "" if is_order(article.title) else harmless_in_prompt(article.title or article.path)
    outlet = f" — {harmless_in_prompt(article.outlet)}" if article.outlet else ""
    day = Phrases.of(language).day(article.published) if article.published else ""
    return f"{title}{outlet}{f' ({day})' if day else ''}"


def _line(each: GivenPassage) -> str:
    """The sentences, with « (…) » where some between them are left out."""
    places = {sentence: at for at, sentence in enumerate(each.passage.sentences)}
    parts: list[str] = []
    last = -1
    for sentence in each.sentences:
        if places[sentence] != last + 1:
            parts.append("(…)")
        parts.append(harmless_in_prompt(sentence.text))
        last = places[sentence]
    return " ".join(parts)


_NAMES = {
    "ar": "Arabic",
    "ca": "Catalan",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}


def language_name(code: str) -> str:
    """The English name of a language; of one that has none here, how it is told to keep to it."""
    return _NAMES.get(code, "the language of the question")


CHARACTERS_A_TOKEN = 2.8
"""Of French, as the vocabularies that know it worst cut it; an estimate that is never too low."""

TOKENS_A_MESSAGE = 8

UNKNOWN_ANSWER = {"fr": "Je ne sais pas.", "en": "I do not know."}
"""What a model is told to write where the passages do not answer."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent, and the passages in it."""

    messages: tuple[Message, ...]
    given: tuple[GivenPassage, ...]


def prompt(
    question: str,
    language: str,
    passages: Sequence[GivenPassage],
    room: int,
    form: Form = "answer",
    folder: Path | None = None,
) -> Prompt:
    """The prompt in the question's language, of at most `room` tokens by the estimate.

    `folder` is one of prompts to be used in place of Selon's own. Where it is tight, passages
    beyond three go first, then examples, then the other passages; the best one always stays.
    """
    known = template(form, language, folder)
    most = len(passages)
    every = len(known.examples)
    counts = [(most, every), *((count, every) for count in range(most - 1, 2, -1))]
    counts += [(min(most, 3), 1), (min(most, 2), 1), (min(most, 2), 0), (min(most, 1), 0)]
    made = Prompt((), ())
    for count, examples in counts:
        chosen = tuple(passages[:count])
        messages = known.filled(
            examples,
            language=language_name(language),
            unknown=UNKNOWN_ANSWER["fr" if language == "fr" else "en"],
            passages=set_down(chosen, language),
            question=harmless_in_prompt(question),
        )
        made = Prompt(messages, chosen)
        if tokens(messages) <= room:
            break
    return made


def tokens(messages: Sequence[Message]) -> int:
    """About how many tokens the messages are, rather too many than too few."""
    return sum(
        TOKENS_A_MESSAGE + round(len(each.text.encode()) / CHARACTERS_A_TOKEN) for each in messages
    )
