"""Prompts: templates, the choice of passages, and fitting both into a model's context."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, get_args

from babel import Locale

from bot.answering.injection import harmless_in_prompt, is_order
from bot.errors import SettingsError
from bot.llm.base import MessageRole, PromptMessage, estimate_tokens
from bot.locale.answers import Phrases
from bot.locale.catalogue import Language
from bot.model_choice import ChatMode
from bot.verification.claim import NumberedPassage
from index.article import Article, Sentence
from index.errors import reason_of
from index.findings import Hit
from index.text.antecedents import find_leads

WritingForm = Literal["answer", "answer_json"]  # sentences with markers, or JSON
ChoiceForm = Literal["choose", "choose_json"]  # numbers of sentences
Form = WritingForm | ChoiceForm
Purpose = Form | Literal["follow_up"]
FORMS: dict[ChatMode, tuple[Form, ...]] = {
    "write": get_args(WritingForm),
    "choose": get_args(ChoiceForm),
}
_FOLDER = "bot.llm.prompts"
_HEAD = re.compile(r"^\[(system|user|assistant)\]\n", re.MULTILINE)
_ROLES: dict[str, MessageRole] = {"system": "system", "user": "user", "assistant": "assistant"}


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with blanks: the system message, worked examples, and the last turn."""

    system: PromptMessage
    examples: tuple[tuple[PromptMessage, PromptMessage], ...]
    last: PromptMessage

    def fill(self, examples: int, **blanks: str) -> tuple[PromptMessage, ...]:
        """Return the messages with this many examples and every `{blank}` filled in."""
        turns = [turn for pair in self.examples[:examples] for turn in pair]
        blank = re.compile("|".join(rf"\{{({name})\}}" for name in blanks))
        return tuple(
            # All at once: the text of one blank may look like another.
            PromptMessage(each.role, blank.sub(lambda match: blanks[match[0][1:-1]], each.text))
            for each in (self.system, *turns, self.last)
        )


@cache
def template(purpose: Purpose, language: str, folder: Path | None = None) -> Template:
    """Load the prompt for a purpose, in French or, for every other language, in English.

    A `folder` may override it under the same name. Raises SettingsError if that one is malformed.
    """
    name = f"{purpose}.{'fr' if language == 'fr' else 'en'}.txt"
    if folder is not None and (folder / name).is_file():
        try:
            page = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "prompt-unreadable", subject=folder / name, reason=reason_of(error)
            ) from error
    else:
        page = files(_FOLDER).joinpath(name).read_text(encoding="utf-8")
    parts = _HEAD.split(page)[1:]
    turns = [
        PromptMessage(_ROLES[role], text.strip())
        for role, text in zip(parts[::2], parts[1::2], strict=True)
    ]
    roles = [each.role for each in turns]
    if roles != ["system", *["user", "assistant"] * (len(turns) // 2 - 1), "user"]:
        raise SettingsError("prompt-malformed", subject=folder or _FOLDER, name=name)
    system, *middle, last = turns
    return Template(system, tuple(zip(middle[::2], middle[1::2], strict=True)), last)


@cache
def prompt_version() -> str:
    """Eight hexadecimal digits that change with any prompt."""
    digest = hashlib.sha256()
    for page in sorted(files(_FOLDER).iterdir(), key=lambda each: each.name):
        if page.name.endswith(".txt"):
            digest.update(f"{page.name}\n{page.read_text(encoding='utf-8')}".encode())
    return digest.hexdigest()[:8]


def check_prompts(folder: Path, mode: ChatMode) -> None:
    """Raise SettingsError unless a folder has prompts of this mode, all well-formed."""
    names = {f"{form}.{code}.txt" for form in FORMS[mode] for code in ("fr", "en")}
    if not any((folder / name).is_file() for name in names):
        raise SettingsError("prompts-missing", subject=folder, names=tuple(sorted(names)))
    for form in FORMS[mode]:
        for code in get_args(Language):
            template(form, code, folder)


MIN_PASSAGES, MAX_PASSAGES = 3, 5
MAX_PASSAGES_OF_PARTS = 7  # if the question has several parts
_SCORE_MARGIN = 0.06  # behind the best passage, for those beyond the minimum
PASSAGE_CHARACTERS = 600


def choose_passages(hits: Sequence[Hit], most: int = MAX_PASSAGES) -> tuple[NumberedPassage, ...]:
    """Choose the best passages, numbered from one, and the best sentences of each.

    Orders to machines are withheld; a passage with nothing else is skipped.
    """
    best = hits[0].scores.total if hits else 0.0
    passages: list[NumberedPassage] = []
    for place, hit in enumerate(hits[:most]):
        if (
            most <= MAX_PASSAGES
            and place >= MIN_PASSAGES
            and hit.scores.total < best - _SCORE_MARGIN
        ):
            break
        sentences = _choose_sentences(hit)
        if sentences:
            passages.append(NumberedPassage(len(passages) + 1, hit.article, hit.passage, sentences))
    return tuple(passages)


def format_passage(passage: NumberedPassage, language: str) -> str:
    """Format a passage: its number and heading, then the sentences on one line.

    Omitted sentences are marked by « (…) ».
    """
    places = {sentence: at for at, sentence in enumerate(passage.passage.sentences)}
    parts: list[str] = []
    last = -1
    for sentence in passage.sentences:
        if places[sentence] != last + 1:
            parts.append("(…)")
        parts.append(harmless_in_prompt(sentence.text))
        last = places[sentence]
    return f"[{passage.number}] {format_heading(passage.article, language)}\n{' '.join(parts)}"


def format_heading(article: Article, language: str) -> str:
    """Title, outlet and date of an article, without a title that is an order to machines."""
    title = "" if is_order(article.title) else harmless_in_prompt(article.title or article.path)
    outlet = f" — {harmless_in_prompt(article.outlet)}" if article.outlet else ""
    date = f" ({Phrases.of(language).day(article.published)})" if article.published else ""
    return f"{title}{outlet}{date}"


def withheld_sentences(hit: Hit) -> frozenset[Sentence]:
    """The orders to machines in a passage, each with the rest of its paragraph."""
    withheld: set[Sentence] = set()
    before: Sentence | None = None
    for sentence in hit.passage.sentences:
        gap = hit.article.text[before.end : sentence.start] if before else "\n\n"
        if is_order(sentence.text) or (before in withheld and "\n\n" not in gap):
            withheld.add(sentence)
        before = sentence
    return frozenset(withheld)


def _choose_sentences(hit: Hit) -> tuple[Sentence, ...]:
    """Choose the best sentences and their leads up to the length, in reading order."""
    withheld = withheld_sentences(hit)
    lead_of = dict(
        zip(hit.passage.sentences, find_leads(hit.passage, hit.article.language), strict=True)
    )
    sentences: set[Sentence] = set()
    length = 0
    ranks = hit.ranks or tuple(each.score for each in hit.sentences)
    for _, candidate in sorted(zip(ranks, hit.sentences, strict=True), key=lambda pair: -pair[0]):
        lead = lead_of.get(candidate.sentence)
        additions = {each for each in (candidate.sentence, lead) if each is not None}
        additions -= sentences | withheld
        more = sum(len(each.text) for each in additions)
        if not sentences or length + more <= PASSAGE_CHARACTERS:
            sentences |= additions
            length += more
    return tuple(sorted(sentences, key=lambda each: each.start))


def english_name(code: str) -> str:
    """The English name of a language, or a description that stands for any other."""
    return str(Locale.parse("en").languages.get(code, "the language of the question"))


UNKNOWN_ANSWER = {"fr": "Je ne sais pas.", "en": "I do not know."}
"""What a model should write if the passages do not answer."""


def fit_messages(
    blank: Template, question: str, language: str, passages: Sequence[str], room: int
) -> tuple[tuple[PromptMessage, ...], int]:
    """Fill in a template with the question and formatted passages; return the number of those used.

    To fit the messages into `room` tokens (estimated), passages beyond three are omitted first,
    then examples, then other passages; the best one always stays.
    """
    most, every = len(passages), len(blank.examples)
    counts = [(most, every), *((count, every) for count in range(most - 1, 2, -1))]
    counts += [(min(most, 3), 1), (min(most, 2), 1), (min(most, 2), 0), (min(most, 1), 0)]
    messages: tuple[PromptMessage, ...] = ()
    count = 0
    for count, examples in counts:
        messages = blank.fill(
            examples,
            language=english_name(language),
            unknown=UNKNOWN_ANSWER["fr" if language == "fr" else "en"],
            passages="\n\n".join(passages[:count]),
            question=harmless_in_prompt(question),
        )
        if estimate_tokens(messages) <= room:
            break
    return messages, count
