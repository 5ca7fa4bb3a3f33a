"""The things a sentence speaks of: « la grotte de Lascaux », "comet 67P", told without a parser.

A noun phrase begins at a determiner or a capital and goes on through links (« de », "of"). Verbs
are kept out by what stands before them more than by what they are; that is enough for questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.followups.closed_class import ADVERBS, CONTRACTED, DETERMINERS, LINKS, MONTH, VERBAL
from index.text.folding import fold_phrase
from index.text.stopwords import stop_words

Gender = Literal["m", "f", ""]
Class = Literal["det", "link", "name", "number", "word", "other"]

_TOKEN = re.compile(
    r"(?:[ldnsjmtc]|qu|jusqu|lorsqu|puisqu)['’](?=\w)|\d+(?:[.,\u00a0\u202f]\d+)*(?!\w)"
    r"|[^\W_](?:[.\-]?[^\W_]+)*(?:['’]\w+)?|\S",
    re.IGNORECASE,
)
_INVERTED = re.compile(r"-(?:t-)?(?:je|tu|ils?|elles?|on|nous|vous|ce)$")
_AGREEING = re.compile(r"[^,;:?]{0,12}\w-(?:t-)?(il|elle)\b")
_ADJECTIVE = re.compile(
    r"(?:aise|ais|ois|oise|iques?|al|ale|aux|ales|ain|aine|ien|ienne|iens|iennes|if|ive|eux|euse"
    r"|ees?|aires?|ible|able)$"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_MASCULINE = frozenset(("le", "un", "du", "au", "ce", "cet"))
_FEMININE = frozenset(("la", "une", "cette"))
_PLURAL = frozenset(("les", "des", "aux", "ces", "these", "those"))


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun phrase: where it stands (`start:end` in the text), and `text`, its own words with a
    plain article (« du télescope » is `le télescope`)."""

    start: int
    end: int
    text: str
    named: bool
    gender: Gender = ""
    plural: bool = False

    @property
    def bare(self) -> str:
        """Without its article: « grotte de Lascaux »."""
        return _ARTICLE.sub("", self.text)

    @property
    def determined(self) -> bool:
        return self.text != self.bare

    @property
    def parts(self) -> tuple[str, ...]:
        """What it is of, and what that is of: « le record de vitesse du TGV » is of « le TGV »."""
        found: list[str] = []
        rest = _OF.split(self.text, maxsplit=1)
        while self.named and len(rest) == 3:
            plain = CONTRACTED.get(rest[1].strip())
            tail = f"{plain} {rest[2]}" if plain else rest[2]
            if any(map(str.isupper, tail)):
                found.append(tail)
            rest = _OF.split(rest[2], maxsplit=1)
        return tuple(found)


_OF = re.compile(r"\b(of |d['’]|de |du |des )")
_ARTICLE = re.compile(r"^(?:(?:le|la|les|un|une|the|an?) |l['’])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    plain: str
    word: str
    kind: Class


def nouns(text: str, language: str) -> tuple[Noun, ...]:
    """The noun phrases of a text, in order, the longest at each place."""
    tokens = _tokens(text, language)
    found: list[Noun] = []
    at = 0
    while at < len(tokens):
        end = _phrase(tokens, at, bare=language == "en")
        if end > at:
            found.append(_noun(text, tokens[at:end]))
        at = max(end, at + 1)
    return tuple(found)


def _tokens(text: str, language: str) -> Sequence[_Token]:
    stops = stop_words(language) | ADVERBS
    determiners = DETERMINERS.get(language, frozenset())
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        plain = fold_phrase(match[0])
        tokens.append(
            _Token(
                match.start(),
                match.end(),
                plain,
                match[0].lower(),
                _class(match[0], plain, determiners, stops),
            )
        )
    return tokens


def _class(word: str, plain: str, determiners: frozenset[str], stops: frozenset[str]) -> Class:
    if plain in LINKS:
        return "link"
    if word.lower().replace("’", "'") in determiners:
        return "det"
    if plain.replace(",", "").replace(".", "").isdecimal():
        return "number"
    capitals = sum(map(str.isupper, word))
    stop = capitals < 2 and (plain in stops or word.lower() in stops)
    if not word[0].isalnum() or stop or len(plain) < 2 or MONTH.fullmatch(plain):
        return "other"
    if _INVERTED.search(plain) or plain[-1] in "'’":
        return "other"
    if any(map(str.isdecimal, word)):
        return "name"
    return "name" if capitals else "word"


def _phrase(tokens: Sequence[_Token], at: int, *, bare: bool) -> int:
    """Where the noun phrase that begins here ends; `at` where none does.

    `bare` nouns before a name need no determiner: "comet 67P".
    """
    end = _core(tokens, at, bare=bare)
    while end > at and end < len(tokens) and tokens[end].kind == "link":
        after = end + 1
        further = _core(tokens, after, bare=True)
        if further == after:
            further = _words(tokens, after, 1 if tokens[end].plain in ("d'", "de", "of") else 2)
        if further == after:
            break
        end = further
    return end


def _core(tokens: Sequence[_Token], at: int, *, bare: bool) -> int:
    """One noun with what belongs to it; words alone need a determiner."""
    determined = at < len(tokens) and (tokens[at].kind == "det" or tokens[at].plain in CONTRACTED)
    after = at + 1 if determined else at
    linked = at > 0 and tokens[at - 1].kind == "link"
    names = _words(tokens, after, 2 if determined else int(bare))
    end = _names(tokens, names)
    if determined:
        return _adjective(tokens, end) if end > names else names if names > after else at
    if end == names:
        return at
    # "met Babbage", "discovered 67P": the name alone, one token further.
    kind = linked or names == after or _numbered(tokens[after], tokens[names])
    return end if kind else at


def _numbered(noun: _Token, name: _Token) -> bool:
    """Whether a noun tells what a number names: "comet 67P"."""
    return any(map(str.isdecimal, name.word)) and not VERBAL.search(noun.word)


def _words(tokens: Sequence[_Token], at: int, most: int) -> int:
    end = at
    while end < len(tokens) and end - at < most and tokens[end].kind == "word":
        end += 1
    return end


def _names(tokens: Sequence[_Token], at: int) -> int:
    end = at
    while end < len(tokens) and tokens[end].kind == "name":
        end += 1
        if end < len(tokens) and tokens[end].kind == "number":
            end += 1
    return end


def _adjective(tokens: Sequence[_Token], at: int) -> int:
    """Past an adjective behind a name: « la Voie lactée »."""
    more = at < len(tokens) and tokens[at].kind == "word"
    return at + 1 if more and _ADJECTIVE.search(tokens[at].plain) else at


def _noun(text: str, tokens: Sequence[_Token]) -> Noun:
    first, start = tokens[0], tokens[0].start
    whole = _POSSESSIVE.sub("", text[start : tokens[-1].end])
    end = start + len(whole)
    plain = CONTRACTED.get(first.plain)
    own = f"{plain} {whole[first.end - start :].lstrip()}" if plain else whole
    named = any(token.kind == "name" for token in tokens)
    gender = _gender(first.plain, fold_phrase(text[end:]))
    return Noun(start, end, own, named, gender, first.plain in _PLURAL)


def _gender(determiner: str, behind: str) -> Gender:
    """Told by the determiner, or by the pronoun behind: « Marie Curie est-elle »."""
    if determiner in _MASCULINE:
        return "m"
    if determiner in _FEMININE:
        return "f"
    agreeing = _AGREEING.match(behind)
    return "" if agreeing is None else "f" if agreeing[1] == "elle" else "m"
