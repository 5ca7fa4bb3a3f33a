"""Questions that lean, written out so that they stand alone; the likeliest reading first.

French takes what a pronoun stands for before the verb (« Où est-il né ? » → « Où Champollion est-il
né ? »), English in the pronoun's place. Where neither can be done without a parser, the topic is
set before the question (« Le Minitel : combien ça coûtait ? »), which both languages allow.
"""

from __future__ import annotations

import re

from bot.followups import closed_class
from bot.followups.nouns import Noun, nouns
from index.text.folding import fold_phrase
from index.text.stopwords import stop_words

_ARTICLE = re.compile(r"(?:(?:le|la|les|un|une|the|an?|des) |l['’])", re.IGNORECASE)
_END = " ?!.\u00a0\u202f"
_FIRST = re.compile(r"(?:qu|[ldcjn])['’]|[^\W_]+(?:-\w+)*", re.IGNORECASE)
_SMALL = stop_words("fr") | stop_words("en")


def completed(question: str, topic: str, language: str, of: str = "") -> str:
    """A question with what its pronoun stands for, a topic that was named in the language `of`."""
    question = question[_end(closed_class.FIRST_WORDS, question) :]
    if of not in ("", language) and _ARTICLE.match(topic):
        return set_before(_ARTICLE.sub("", topic), question, language)
    written = (_english if language == "en" else _french)(question, _inner(topic))
    if written is None:
        return set_before(topic, question, language)
    return _sentence(written, language)


def set_before(topic: str, question: str, language: str) -> str:
    """« Le Minitel : combien ça coûtait ? »."""
    mark = ":" if language == "en" else "\u00a0:"
    return _sentence(f"{topic}{mark} {_lowered(question)}", language)


def joined(base: str, addition: str, language: str) -> str:
    """« Qui a découvert Lascaux, et en quelle année ? »."""
    base = closed_class.JOINED.sub("", base)
    addition = addition.strip(_END)
    addition = addition[_end(closed_class.ITSELF, addition) :]
    link = "and" if language == "en" else "et"
    return _sentence(f"{base.rstrip(_END)}, {link} {_lowered(addition)}", language)


def substituted(base: str, new: str, language: str) -> str | None:
    """The question before with what is new in the place of its like; None where none is.

    « en 1983 » goes where a time stands, « à Bordeaux » where a place does, « la Chine » where
    another thing is named, "churches" where something is counted.
    """
    base = closed_class.JOINED.sub("", base)
    plain, fresh = fold_phrase(base), fold_phrase(new)
    if closed_class.TIME.fullmatch(fresh):
        return _sentence(_timed(base, plain, new), language)
    if fresh.startswith(("celui ", "celle ", "ceux ", "celles ", "that of ", "those of ")):
        of = new[new.index(" ") + 1 :]
        return _written(_linked(base, of, language), language)
    known = nouns(base, language)
    placed = closed_class.PLACED_WORDS.match(fresh)
    if placed is not None:
        preposition = "at" if placed["at"] else placed["other"]
        return _written(_placed(base, plain, new, known, preposition), language)
    own = nouns(new, language)
    if not own:
        return _written(_counted(base, plain, new), language)
    like = [noun for noun in known if noun.named is own[0].named]
    like = [noun for noun in like if noun.determined is own[0].determined] or like
    if not like or own[0].start:
        return None
    return _sentence(_replaced(base, like[0], new), language)


def _written(text: str | None, language: str) -> str | None:
    return None if text is None else _sentence(text, language)


def _timed(base: str, plain: str, new: str) -> str:
    found = list(closed_class.TIME.finditer(plain))
    if not found:
        return f"{base.rstrip(_END)} {new}"
    return base[: found[-1].start()] + new + base[found[-1].end() :]


def _placed(
    base: str, plain: str, new: str, known: tuple[Noun, ...], preposition: str
) -> str | None:
    before = closed_class.WITH_PREPOSITION.format(
        closed_class.AT if preposition == "at" else preposition
    )
    for noun in known:
        contracted = preposition == "at" and plain[noun.start :].startswith(("au ", "aux "))
        match = re.search(before, plain[: noun.start])
        if match is not None or contracted:
            start = match.start() if match is not None else noun.start
            return base[:start] + new + base[noun.end :]
    return None


def _linked(base: str, new: str, language: str) -> str | None:
    named = [noun for noun in nouns(base, language) if noun.named]
    if not named:
        return None
    whole = base[named[-1].start : named[-1].end]
    link = None
    for match in re.finditer(r"\b(?:de la|du|des|de|of|of the) |\bd['’]|\bde l['’]", whole):
        link = match
    if link is None:
        return None
    return base[: named[-1].start + link.start()] + new + base[named[-1].end :]


def _counted(base: str, plain: str, new: str) -> str | None:
    found = closed_class.COUNTED_NOUNS.search(plain)
    if found is None or " " in new:
        return None
    return base[: found.start("noun")] + new + base[found.end("noun") :]


def _replaced(base: str, noun: Noun, new: str) -> str:
    """Another thing in the place of a noun, « de la » and « de le » put right."""
    before, after = base[: noun.start], base[noun.end :]
    contracted = fold_phrase(base[noun.start : noun.end]).split(" ")[0]
    own = {"du": "de ", "des": "de ", "au": "à ", "aux": "à "}.get(contracted, "")
    return _contracted(f"{before}{own}{new}{after}")


def _contracted(text: str) -> str:
    for apart, together in (("de le", "du"), ("de les", "des"), ("à le", "au"), ("à les", "aux")):
        text = re.sub(rf"\b{apart}\b", together, text)
    return text


def _french(question: str, topic: str) -> str | None:
    plain = fold_phrase(question)
    inverted = closed_class.INVERSION.search(plain)
    plural = topic.startswith(("les ", "des ")) or " et " in topic or " and " in topic
    if inverted is not None and inverted["pronoun"].endswith("s") is plural:
        before = question[: inverted.start()]
        if _subject_stands(before) or closed_class.LEANING_OUT.search(plain):
            return None
        if fold_phrase(before).endswith("qu'"):
            before = f"{before[:-1]}e "
        return f"{before}{topic} {_lowered(question[inverted.start() :])}"
    asked = closed_class.OBJECT_ASKED.match(plain)
    if asked is not None and asked["who"] == "qui":
        done = closed_class.AGREEING.sub("", question[slice(*asked.span("done"))])
        return f"Qui {asked['verb']} {done} {topic}{question[asked.end() :]}"
    return None


def _subject_stands(before: str) -> bool:
    """Whether a noun stands before the verb: « Quelle peine ce chercheur a-t-il eue ? »."""
    return (
        bool(nouns(before, "fr"))
        or closed_class.DEMONSTRATIVE["fr"].search(fold_phrase(before)) is not None
    )


def _english(question: str, topic: str) -> str | None:
    found = closed_class.ENGLISH_PRONOUN.search(question)
    if found is None:
        return None
    name = topic
    if found["own"]:
        name = f"{name}’" if name.endswith("s") else f"{name}’s"
    return question[: found.start()] + name + question[found.end() :]


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(fold_phrase(text))
    return found.end() if found else 0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inner(topic: str) -> str:
    """As it stands within a sentence: a name keeps its capital, its article does not."""
    return topic[:1].lower() + topic[1:] if _ARTICLE.match(topic) else topic


def _lowered(text: str) -> str:
    """Without the capital of a sentence's first word, if that is no name."""
    first = _FIRST.match(text)
    word = first[0].lower() if first else ""
    small = word[-1:] in "'’" or word in _SMALL or "-" in word
    return text[:1].lower() + text[1:] if small else text


def _sentence(text: str, language: str) -> str:
    """A question: its first letter a capital, at its end a question mark."""
    text = _capital(" ".join(text.split(" ")).strip(f"{_END},"))
    return f"{text}?" if language == "en" else f"{text}\u202f?"
