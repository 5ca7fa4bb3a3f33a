"""Terms of a question: spelling corrected against the articles, weighted by IDF."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from index.store.generation import TermStatistics
from index.store.postings import idf
from index.text.folding import fold
from index.text.language import keyed_terms

_SHORTEST = 5  # characters; shorter terms have too many neighbours
_LONGEST = 50  # characters; memory grows with the square of the length
_OTHER_LETTERS = "'-øł"  # of terms, beside those of a block
_LETTERS = re.compile(r"[^\W\d_]+")
_SENTENCE_ENDS = frozenset(("", ".", "!", "?", "…", ":", "\n"))
_OPENING_SIGNS = ' \u00a0\u202f«“"'
_FIRST_WORDS = {"Ou": "Où", "A": "À"}
_PHONE_WORD = re.compile(r"(?:^[A-Z][a-z]++|(?<![\w'’-])[a-z]++)(?![\w'’-])")
_PHONE_WORDS = {
    typed: meant.replace("_", " ")
    for typed, meant in re.findall(
        r"\b(\w{1,9})=(\S*)",
        """c=c’est cest=c’est ct=c’était ya=il_y_a yavait=il_y_avait ki=qui ke=que koi=quoi kel=quel
        kelle=quelle keske=qu’est-ce_que kan=quand kand=quand qd=quand cb=combien cmb=combien
        pk=pourquoi pq=pourquoi pkoi=pourquoi pourkoi=pourquoi pcq=parce_que ds=dans pr=pour
        tt=tout av=avec avc=avec ps=pas bcp=beaucoup mtn=maintenant tjrs=toujours jms=jamais
        qq=quelque slt= svp= stp= vazy= wesh= mdr= ptdr=""",
    )
}
_ACCENTED = {
    fold(word): word
    for word in re.findall(
        r"\w+",
        """âge année années après arrêté autorités blessé blessés censé début déjà décédé
        décembre décision découvert découverte défaite démission député députés dernière
        dernières derrière désigné désormais deuxième décidé demandé détenus développé
        écrit église élection élections élu élue émission enquête époque équipe équipes
        étaient était été être européen européenne événement février français française
        frère gagné général hélicoptère hôpital idée intérêt kilomètres législatives
        lumière lycée médaille médailles mère métro mètre mètres numéro opération près
        période présenté première premières président présidente présidentielle prévu
        problème procès propriétaire qualité quantité quatrième région réforme république
        républicains réseau réussi réussir rôle santé scène sécurité séisme série société
        système télé télévision tête théâtre troisième trophée tué tués tuée université
        utilisé""",
    )
}  # without accents, hardly ever another word in a question
_TO = re.compile(r"(?<=\s)a (?=(?:l['’])?[A-Z]|\w+(?:er|[io]ir|re)\b)")
"""« a Lyon », « réussir a mettre », but not « a la mer »."""
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """The distinct terms of a question with their weights; `known_share` is the share (0..1) of the
    total weight whose terms occur in the articles."""

    idf: Mapping[str, float]
    known_share: float


def weigh_words(question: str, language: str, statistics: TermStatistics) -> QuestionWords:
    """Weigh the terms of a question; unknown ones are replaced by known ones one typo away."""
    terms = dict.fromkeys(keyed_terms(question, language))
    counts = statistics.frequencies(terms.keys())
    corrections = dict.fromkeys(
        term if term in counts else correct_term(term, statistics) or term for term in terms
    )
    counts = statistics.frequencies(corrections.keys())
    weights = {term: idf(counts.get(term, 0), len(statistics)) for term in corrections}
    known_weight = sum(weight for term, weight in weights.items() if term in counts)
    return QuestionWords(weights, known_weight / sum(weights.values()) if known_weight else 0.0)


def weigh_subject(
    subject: str, languages: Collection[str], statistics: TermStatistics
) -> QuestionWords:
    """Weigh the terms of a subject in each of these languages; if none is known in any, replace
    them by known ones that are one typo away."""
    terms = dict.fromkeys(term for language in languages for term in keyed_terms(subject, language))
    counts = statistics.frequencies(terms.keys())
    if not counts:
        own_terms = {correct_term(term, statistics) for term in terms}
        counts = statistics.frequencies([term for term in own_terms if term is not None])
    weights = {term: idf(count, len(statistics)) for term, count in counts.items()}
    return QuestionWords(weights, float(bool(weights)))


def correct_term(term: str, statistics: TermStatistics) -> str | None:
    """Return the most frequent known term within one typo (a letter added, dropped, replaced or
    swapped with its neighbour); None for numbers, short terms and very long ones."""
    language, mark, word = term.rpartition(":")
    if not mark or not _SHORTEST <= len(word) <= _LONGEST:
        return None
    # A thousand look-ups of possible typos are cheaper than comparing all terms.
    typos = {f"{language}:{other}" for other in _typos(word)}
    near = statistics.frequencies(typos)
    return max(near, key=lambda candidate: (near[candidate], candidate), default=None)


def question_names(question: str, language: str) -> frozenset[str]:
    """The terms of a question that are names."""
    return frozenset(term for word in name_words(question) for term in keyed_terms(word, language))


def name_words(question: str) -> Iterator[str]:
    """Names in a question: capitalised words past the first, and words with digits."""
    for match in _WORD.finditer(question):
        word = match.group()
        capitals = sum(char.isupper() for char in word)
        if capitals == 1 and not question[: match.start()].strip(" ¿¡«\"'"):
            capitals = 0  # the first word
        if capitals or any(char.isdigit() for char in word):
            yield word


def is_bare(question: str) -> bool:
    """True for a question without any accent, or without any capital past its first letter."""
    return any(_bareness(question))


def spell_out(question: str) -> str:
    """Spell out the abbreviations of phones, and common words of a bare question, in French."""
    spelled = _PHONE_WORD.sub(lambda match: _PHONE_WORDS.get(match[0].lower(), match[0]), question)
    is_plain, is_small = _bareness(question)
    if is_plain:
        spelled = _TO.sub("à ", spelled)

    def respell(match: re.Match[str]) -> str:
        form = _usual_spellings().get(_fold_word(match[0]), "")
        return form if match.start() and _may_be(form, match[0], is_plain, is_small) else match[0]

    return " ".join(_LETTERS.sub(respell, spelled).split()) or question


def _bareness(question: str) -> tuple[bool, bool]:
    """Whether a question has no accent, and no capital past its first letter."""
    return question == fold(question), question[1:] == question[1:].lower()


def _may_be(form: str, word: str, is_plain: bool, is_small: bool) -> bool:
    """True if a word of a question that is so bare may be meant to have this form."""
    return (
        _fold_word(form) == _fold_word(word)
        and (is_plain or form.lower() == word)
        and (is_small or fold(form) == word)
    )


@cache
def _usual_spellings() -> Mapping[str, str]:
    """French words that hardly ever lack an accent, and countries (`training/spellings.py`)."""
    words = (files(__package__) / "spellings.txt").read_text("utf-8").split()
    return {_fold_word(word): word for word in words}


def restore_spelling(
    question: str, language: str, texts: Iterable[str], *, typed: str | None = None
) -> str:
    """Spell a bare question, `typed` so before it was spelled out, as these texts do.

    A word changes only if they never have it as typed, to their most frequent form of it.
    """
    is_plain, is_small = _bareness(question if typed is None else typed)
    text = "\n".join(texts)
    own_words = {_fold_word(word) for word in _LETTERS.findall(question)}
    known = {word for word in set(_LETTERS.findall(text)) if _fold_word(word) in own_words}

    def respell(match: re.Match[str]) -> str:
        word = match[0]
        if not match.start() and word[0].isupper():
            return _FIRST_WORDS.get(word, word) if language == "fr" else word
        if word in known or word.lower() in known:
            return word
        counts = {
            form: _count_inside(form, text)
            for form in known
            if _may_be(form, word, is_plain, is_small)
        }
        inside = [form for form, count in counts.items() if count]
        return max(inside, key=lambda form: (counts[form], form), default=word)

    return _LETTERS.sub(respell, question)


@lru_cache(1 << 14)
def _fold_word(word: str) -> str:
    return fold(word.lower())


def _count_inside(word: str, text: str) -> int:
    """How often a word stands in a text other than at the beginning of a sentence."""
    count, at = 0, text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_LETTERS.match(text, end) or (at and _LETTERS.match(text, at - 1))):
            before = text[max(0, at - 3) : at].rstrip(_OPENING_SIGNS)
            count += before[-1:] not in _SENTENCE_ENDS
        at = text.find(word, end)
    return count


def _typos(word: str) -> Iterator[str]:
    """Yield every word at distance one (as in "optimal string alignment") with letters of the same
    blocks of Unicode, which are aligned to 128 characters; terms have no accents."""
    starts = {ord(letter) & ~0x7F for letter in word}
    block = "".join(chr(start + at) for start in sorted(starts) for at in range(0x80))
    letters = [letter for letter in block if letter.isalpha() and letter == letter.lower()]
    letters += _OTHER_LETTERS
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        for letter in letters:
            yield f"{head}{letter}{tail}"
            if tail:
                yield f"{head}{letter}{tail[1:]}"
        if tail:
            yield f"{head}{tail[1:]}"
        if len(tail) > 1:
            yield f"{head}{tail[1]}{tail[0]}{tail[2:]}"
