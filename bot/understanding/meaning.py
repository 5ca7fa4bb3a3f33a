"""Decide what a message means from the probabilities of its readings."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.help_numbers import HELP_KINDS, HelpKind
from bot.understanding.intents import INTENT_OF, INTENTS, SERVED_BY_FEATURES
from bot.understanding.message_input import MessageContext
from bot.understanding.model import MessageReading, UnderstandingModel
from bot.understanding.texts import ButtonPhrases
from index.text.folding import fold_phrase
from index.text.language import detect
from index.text.sentences import sentence_spans
from index.text.stopwords import stop_words
from index.text.visible import readable

Distress = Literal["alone", "offer"]
"""Numbers instead of a reply, or below it."""

# Set on held-out writers (`training/understanding.py`).
_ACTS_SHARE = 0.8  # least probability of all that is no question, for a message to be none
_LONG_ABOUT_SHARE, _LONG_QUESTION_WORDS = 0.9, 8  # of a long one that seems to ask about Selon
_ALONE_SHARE, _OFFER_SHARE = 0.85, 0.38
_LEANING_SHARE = 0.5
_LEAST_LEANING = -2.0  # log-odds; below, no message leans
_NAMED_WEIGHT = 0.5  # the same of a message that names its subject
_CONTEXT_WEIGHT = 0.7  # of a leaning read beside what came before, against the message by itself
# Minimum probability of all functions together, against a question's; a function that a feature
# serves needs as much by itself.
_FUNCTION_SHARE = 0.6
_POSSIBLE_FUNCTION_SHARE = 0.3  # the same for one to call where a question has no sure answer
_SECOND_SHARE = 0.3  # of an intent that is offered beside the likeliest
_UNCERTAIN_SHARE = 0.4  # below, half of all readings are right
_UNCERTAIN_SECOND_SHARE = 0.15  # then, of an intent that is offered
_COURTESY_SHARE = 0.85
_UNLIKELY_SHARE, _PLAIN_SHARE = 0.4, 0.75  # of the likeliest intent of a few words
_KEYWORDS = 3
_NO_KEYWORDS = frozenset(fold_phrase(word) for code in ("fr", "en") for word in stop_words(code))

_COURTESIES = ("greeting", "thanks", "ack", "goodbye")
_ASKED = tuple(intent.name for intent in INTENTS if intent.group in ("question", "function"))
_ASKED_OR_ACT = (*_ASKED, "who", "when", "where", "why", "summarise", "newer")
"""The questions, and acts that are also asked of the articles."""
_REQUEST = re.compile(
    r"(?:(?:est-ce que )?(?:(?:pouvez|pourriez|savez)[- ]vous|(?:peux|pourrais|sais)[- ]tu"
    r"|tu (?:peux|pourrais|sais)|vous (?:pouvez|pourriez|savez)|can you|could you|do you know)"
    r"(?: please)?(?: (?:me |nous )?(?:dire|indiquer|rappeler|tell me))?"
    r"|(?:dis|dites)[- ]moi|tell me|(?:j'aimerais|je voudrais|i'd like to|i would like to)"
    r" (?:bien )?(?:savoir|know))(?:,? (?:svp|stp|s'il (?:te|vous) plait|please))?,? "
    r"(?=(?:combien|comment|ou|pourquoi|quand|quel|qui|de|dans|a|avec|depuis|en|pour|what|when"
    r"|where|which|who|why|how)(?:le|les|s)? )"
)
"""« Pouvez-vous me dire combien… »: what stands before the question (bench/wordings.py)."""
_PIECE_ENDS = re.compile(r"(?<=[.!?…,;:])\s+")
_MAX_STRIPPED = 3  # pieces, at either end of a message
_MAX_CHARACTERS = 1_000
_LONG_WORDS = 40
_EDGE_SENTENCES = 4
_GRAVITY: tuple[Distress | None, ...] = (None, "offer", "alone")


_QUESTION = re.compile(
    r"\?|\b(?:qui|quoi|quand|où|comment|pourquoi|combien|quel(?:le)?s?|est-ce|who|what|when"
    r"|where|why|how|which)\b|^qu(?:e\b|['’])|-t-|-(?:ils?|elles?|on|vous|tu|ce)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means.

    `second` is the next intent where two are likely; `likelier` is set where a message is taken for
    a question though it may be a request, or only because that does less harm, `is_uncertain` where
    it is none and no reading is likely. `distress` is set with its `help_kind`.
    `question` is the message without the courtesies around it; `leaning` the probability that it
    leans on what came before; `subject` its words for a subject or person. `is_command` if it was
    called by name, in its `language`.
    """

    intent: str
    question: str
    second: str | None = None
    likelier: str | None = None
    is_uncertain: bool = False
    leaning: float = 0.0
    subject: str = ""
    distress: Distress | None = None
    help_kind: HelpKind = "medical"
    is_command: bool = False
    language: str = ""

    @property
    def leans(self) -> bool:
        return self.leaning > _LEANING_SHARE

    @property
    def leaning_logit(self) -> float:
        """Log-odds that the message leans, minus the threshold."""
        return _logit(self.leaning) - _logit(_LEANING_SHARE)

    @property
    def is_question(self) -> bool:
        return INTENT_OF[self.intent].group in ("question", "function")


class MessageReader:
    """Reads messages. Thread-safe CPU work.

    A name alone looks like small talk: `is_known_name` returns true for those to look up, whatever
    else they may be, `is_subject` for words that articles are titled with.
    """

    def __init__(
        self,
        model: UnderstandingModel,
        is_known_name: Callable[[str], bool] = lambda text: False,
        is_subject: Callable[[str], bool] = lambda text: False,
    ) -> None:
        self._model = model
        self._is_known_name = is_known_name
        self._is_subject = is_subject

    def read(self, text: str, context: MessageContext | None = None) -> Meaning:
        """Read a message after what it answers to, if anything."""
        text = " ".join(text.split())
        if intent := ButtonPhrases.intent_of(text):
            return Meaning(intent, text)
        if not any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in text):
            return Meaning("nonsense", text)  # no word and no « 👏 »
        reading = self._read(text, context)
        intent, second = _choose(text, reading)
        distress, help_kind = max(
            (_distress(part) for part in (reading, *self._read_edges(text))),
            key=lambda found: _GRAVITY.index(found[0]),
        )
        question = text
        if intent in _ASKED_OR_ACT:
            question = self._strip(text, reading.subject)
            if question != text:
                reading = self._read(question, context)
                intent, second = _choose(question, reading)
        likelier = _likelier(intent, reading)
        if (
            intent not in _ASKED_OR_ACT
            and distress is None
            and intent != "help_number"
            and (
                self._is_keyword(text, reading.intents[intent], context)
                or self._is_known_name(text)
            )
        ):
            intent, second = "question", intent
        group = INTENT_OF[intent].group
        is_uncertain = intent not in _ASKED_OR_ACT and reading.intents[intent] < _UNCERTAIN_SHARE
        if is_uncertain and group == "talk":
            intent = "chatter"
        return Meaning(
            intent,
            question,
            second,
            likelier,
            is_uncertain,
            self._leaning(question, context if group not in ("talk", "about") else None, reading)
            if distress is None
            else 0.0,  # nothing said before stands beside what may be a call for help
            reading.subject,
            distress,
            help_kind,
        )

    def _is_keyword(self, text: str, share: float, context: MessageContext | None) -> bool:
        """True for few words that are hardly small talk, and for subjects of articles that are not
        plainly so: « trou noir », « CRISPR »."""
        words = text.split()
        if len(words) > _KEYWORDS or all(fold_phrase(word) in _NO_KEYWORDS for word in words):
            return False
        if context is None and share < _UNLIKELY_SHARE:
            return True
        return share < _PLAIN_SHARE and self._is_subject(text)

    def _leaning(
        self, question: str, context: MessageContext | None, reading: MessageReading
    ) -> float:
        """The probability that a message leans on what came before: as read beside it, and less so
        by itself, where only pronouns and fragments do."""
        leaning = _logit(1 - reading.leanings["alone"])
        if context is not None and leaning > _LEAST_LEANING:
            alone = self._read(question, None)
            is_named = any(map(str.isupper, alone.subject))
            weight = _NAMED_WEIGHT if is_named else _CONTEXT_WEIGHT
            leaning = weight * leaning + (1 - weight) * _logit(1 - alone.leanings["alone"])
        return 1 / (1 + math.exp(-leaning))

    def likeness(self, text: str, others: Sequence[str]) -> list[float]:
        """How alike in meaning other texts are to a text."""
        return self._model.likeness(text, others)

    def _read(self, text: str, context: MessageContext | None) -> MessageReading:
        plain = readable(text[:_MAX_CHARACTERS])
        return self._model.read(plain.lower() if plain.isupper() else plain, context)

    def _read_edges(self, text: str) -> list[MessageReading]:
        """Readings of the first and last sentences of a message longer than what is read."""
        if len(text.split()) <= _LONG_WORDS:
            return []
        spans = sentence_spans(text, detect(text))
        edges = dict.fromkeys((*spans[:_EDGE_SENTENCES], *spans[-_EDGE_SENTENCES:]))
        return [self._read(text[start:end], None) for start, end in edges]

    def _strip(self, text: str, subject: str) -> str:
        """The message without greetings and thanks at its ends, and « pouvez-vous me dire »."""
        pieces = _PIECE_ENDS.split(text)
        count = len(pieces)
        for end in (0, -1):
            for _ in range(_MAX_STRIPPED):
                piece = pieces[end]
                is_named = bool(subject) and subject in piece  # « Sur le climat, … »
                if len(pieces) < 2 or is_named or any(map(str.isdigit, piece)):  # « En 2017, … »
                    break
                shares = self._read(piece, None).intents
                if sum(shares[name] for name in _COURTESIES) < _COURTESY_SHARE:
                    break
                pieces.pop(end)
        rest = " ".join(pieces) if len(pieces) < count else text
        request = _REQUEST.match(fold_phrase(rest))
        return rest[request.end() :] if request is not None else rest


def _logit(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))


def _choose(text: str, reading: MessageReading) -> tuple[str, str | None]:
    """The likeliest intent, and the next where that is not much less likely."""
    shares = dict(reading.intents)
    asked = sum(shares[name] for name in _ASKED)
    order = sorted(shares, key=lambda name: -shares[name])
    is_long = len(text.split()) >= _LONG_QUESTION_WORDS and has_question(text)
    is_about = INTENT_OF[order[0]].group == "about"
    if 1 - asked < (_LONG_ABOUT_SHARE if is_long and is_about else _ACTS_SHARE):
        names = [name for name in order if name in _ASKED_OR_ACT]
    else:
        names = [name for name in order if name not in _ASKED]
    best = _choose_asked(shares) if names[0] in _ASKED else names[0]
    is_uncertain = shares[best] < _UNCERTAIN_SHARE
    least = _UNCERTAIN_SECOND_SHARE if is_uncertain else _SECOND_SHARE
    rest = [name for name in order if name != best and shares[name] >= least]
    return best, rest[0] if rest else None


def _likelier(intent: str, reading: MessageReading) -> str | None:
    """The likeliest other reading of what is only taken for a question."""
    if intent == "question":
        function, share = _likeliest_function(reading.intents)
        if share >= _POSSIBLE_FUNCTION_SHARE and function != "count":  # « combien de blessés »
            return function
    likelier = max(reading.intents, key=lambda name: reading.intents[name])
    is_likely = reading.intents[likelier] >= _UNCERTAIN_SHARE
    is_other = intent in _ASKED and likelier not in (*_ASKED, *HELP_KINDS)
    return likelier if is_likely and is_other else None


def _choose_asked(shares: Mapping[str, float]) -> str:
    """The likeliest function, or "question" where functions are not likelier together."""
    function, share = _likeliest_function(shares)
    return function if share >= _FUNCTION_SHARE else "question"


def _likeliest_function(shares: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest function, and the share that decides between it and a question."""
    functions = [name for name in _ASKED if name != "question"]
    best = max(functions, key=lambda name: shares[name])
    if best in SERVED_BY_FEATURES:
        return best, shares[best]
    total = sum(shares[name] for name in functions)
    return best, total / (total + shares["question"])


def _distress(reading: MessageReading) -> tuple[Distress | None, HelpKind]:
    shares = reading.intents
    total = sum(shares[kind] for kind in HELP_KINDS)
    kind = max(HELP_KINDS, key=lambda name: shares[name])
    if total >= _ALONE_SHARE:
        return "alone", kind
    return ("offer" if total >= _OFFER_SHARE else None), kind


def has_question(text: str) -> bool:
    """True if a text has a question mark or an interrogative word."""
    return _QUESTION.search(text) is not None
