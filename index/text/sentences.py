"""Sentence segmentation.

`sentencex` proposes ends; rules, mostly for French, drop wrong ones (« M. | Dupont »,
« av. J. | -C. ») and add missing ones (« Il hésita… | Puis », in long quotations).
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import sentencex  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """Words by the meaning of a full stop after them.

    After `never`, the sentence continues; after `number`, if a number follows; after `maybe`,
    unless one of the `openers` follows. `ending` matches the places after `maybe`. Case matters in
    `never`: « M. » is a title, « m. » a metre.
    """

    never: frozenset[str]
    number: frozenset[str]
    maybe: frozenset[str]
    openers: frozenset[str]
    ending: re.Pattern[str]


def _table(never: str, number: str, maybe: str, openers: str) -> Abbreviations:
    words = "|".join(re.escape(word) for word in maybe.split())
    return Abbreviations(
        never=frozenset(never.split()),
        number=frozenset(number.split()),
        maybe=frozenset(maybe.split()),
        openers=frozenset(openers.split()),
        ending=re.compile(rf"(?<!\w)(?:{words})\.\s+", re.IGNORECASE),
    )


_FRENCH = _table(
    never="M MM Me Mes mme mmes mlle mlles mgr dr drs pr prs st ste p.ex ex cf av apr n° env sté "
    "ets adj gén col cdt lt prof réf tél éd dir coll trad mr",
    number="p pp art chap fig vol t no nos n num tab sect al ch janv févr fév avr juil sept oct "
    "nov déc env bd boul rte liv hab",
    maybe="etc j.-c s ap jr sr cie s.a hab",
    openers="il elle ils elles on un une des ce cet cette ces cela dans en au aux à pour par sur "
    "mais et puis selon avec après avant depuis son sa ses leur leurs je tu nous vous qui que "
    "quand si plusieurs comme ainsi cependant toutefois le la les plus c'est d'autres lors "
    "aujourd'hui enfin ensuite pourtant malgré sous sans tout tous toutes chaque",
)
_ENGLISH = _table(
    never="mr mrs ms messrs dr prof gen sen rep gov capt lt col sgt rev hon st vs e.g i.e cf "
    "viz mt",
    number="no nos p pp fig vol art sec jan feb mar apr jun jul aug sep sept oct nov dec approx ca",
    maybe="inc ltd co corp jr sr etc u.s u.k u.n e.u a.m p.m ph.d d.c al est bros a.d b.c",
    openers="he she it they we i you the a an this that these those his her its their our my in on "
    "at by for from with but and so then after before when while if as since there however "
    "although what who where why how",
)
_SPANISH = _table(
    never="sr sra srta sres d dña dr dra dres ud uds vd prof ing lic st sto sta p.ej ej gral ee",
    number="pág págs p pp núm n art cap fig vol t nº",
    maybe="etc a.c d.c ee.uu uu cía s.a",
    openers="el la los las lo un una en de por para con su sus este esta ese esa él ella ellos "
    "pero y según tras desde cuando como si no se al",
)
_GERMAN = _table(
    never="dr prof hr fr st z.b d.h u.a bzw ca evtl ggf inkl sog vgl z b d h u",
    number="nr abs art s bd kap abb jan feb apr aug sept okt nov dez",
    maybe="usw etc co",
    openers="er sie es wir ihr ich der die das ein eine in im am auf mit nach bei für aber und "
    "doch dann wenn als seit von zu",
)
_ITALIAN = _table(
    never="sig sig.ra sigg dott dott.ssa prof prof.ssa avv ing on s ss p.es es",
    number="pag pagg p pp art n nn cap fig vol",
    maybe="ecc a.c d.c s.p.a",
    openers="il lo la i gli le un una in di da per con su ma e egli essa esso questo questa nel "
    "nella secondo dopo quando se come",
)
_PORTUGUESE = _table(
    never="sr sra srs dr dra prof profa d exmo p.ex ex eng st",
    number="pág págs p pp n nº núm art cap fig vol",
    maybe="etc a.c d.c cia s.a",
    openers="o a os as um uma em no na de por para com ele ela eles mas e segundo depois quando "
    "se como este esta",
)
_DUTCH = _table(
    never="dhr mevr mw dr prof drs ir mr st bijv d.w.z o.a m.a.w z.g",
    number="nr blz p art fig jan feb apr aug sept okt nov dec ca",
    maybe="enz etc",
    openers="hij zij ze het de een in op met van voor maar en dan toen als ik wij we dit dat deze",
)
_BY_LANGUAGE = {
    "fr": _FRENCH,
    "en": _ENGLISH,
    "es": _SPANISH,
    "de": _GERMAN,
    "it": _ITALIAN,
    "pt": _PORTUGUESE,
    "nl": _DUTCH,
}
_UNKNOWN = _table(never="", number="", maybe="etc", openers="")

logger = logging.getLogger(__name__)
SENTENCE_CHARACTERS = 1_000
_WIDE_SPACE = re.compile(r"[^\S\n ]")  # no-break and thin spaces: some make sentencex panic
_AT_ONCE = 10_000  # characters
_DENSE = 20  # characters per mark; with fewer, sentencex is slow
_AT_ONCE_DENSE = _AT_ONCE // 10  # characters
_MARKS = re.compile(r"[.!?…。！？]")
_NEAR = 300  # characters to inspect around an end
_QUOTE_LIMIT = 300  # characters; longer quotations are split into sentences
_PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
_OPENERS = "«“\"‘'(\\[¿¡—–\\-•*"
_NOTE = r"\[\d+\]"
_ADDED = re.compile(
    rf"(?:…|\.\.\.)\s+|[»”)]\s?[.!?]\s+|[.!?…](?:\s?»|[”\")\]]|{_NOTE})+\s+"
    rf"|[.!?…]{_NOTE}+|(?<!\w)[^\W\d_]\.\s+|\n"
)
_STRAY_CLOSERS = re.compile(r"(?:[»”)\]]|\[(?:…|\.\.\.)\])+[.,;]?\s*")
_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|(?<!\w)\"(?=\S)[^\"\n]*(?<=\S)\"(?!\w)")
_NUMBERING = re.compile(rf"[{_OPENERS}\s]*(?:\d{{1,3}}|[a-zA-Z]|[IVXLC]+)[.)]")
_INITIAL = re.compile(r"[^\W\d_](?:\.-[^\W\d_])?")  # « J. », « J.-P. »
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_PARTICLES = frozenset("le la les de o a os as el".split())  # noqa: SIM905 - as in « J. Le Goff »
_NAMES = frozenset(["yahoo!", "jeopardy!"])
_ROMAN = re.compile(r"[IVXLC]+\b")
_GLUED = re.compile(r"[a-zà-ÿ0-9»”\")\]]{2}[.!?…]+[»”\"’)\]]*$")
_FIRST_WORD = re.compile(rf"[{_OPENERS}\s]*((?:[^\W\d_]+['’])?[^\W_]*)")
_LONG_LINE = 40  # characters; a shorter line ends on purpose


def sentence_spans(
    text: str, language: str, limit: int = SENTENCE_CHARACTERS
) -> list[tuple[int, int]]:
    """Return the trimmed spans of the sentences in order, covering every visible character.

    No span crosses an empty line or is longer than `limit` characters.
    """
    spans: list[tuple[int, int]] = []
    breaks = [match.span() for match in _PARAGRAPH_BREAK.finditer(text)]
    starts, ends = [0, *(end for _, end in breaks)], [*(start for start, _ in breaks), len(text)]
    for start, end in zip(starts, ends, strict=True):
        inner = _ends(text[start:end], language)
        for first, last in zip([0, *inner], [*inner, end - start], strict=True):
            spans.extend(fit(text, start + first, start + last, limit))
    return spans


def _ends(paragraph: str, language: str) -> list[int]:
    """Find the ends of sentences in a paragraph, except its own end."""
    abbreviations = _BY_LANGUAGE.get(language, _UNKNOWN)
    candidates = _propose_ends(paragraph, language)
    candidates.update(match.end() for match in _ADDED.finditer(paragraph))
    candidates.update(match.end() for match in abbreviations.ending.finditer(paragraph))
    quotes: list[tuple[int, int]] = []
    for start, end in (match.span() for match in _QUOTED.finditer(paragraph)):
        if end - start <= _QUOTE_LIMIT:
            quotes.append((start, end))
        else:
            inner = _propose_ends(paragraph[start + 1 : end - 1], language)
            candidates.update(start + 1 + offset for offset in inner)
    closers = [(_STRAY_CLOSERS.match(paragraph, end, end + _NEAR), end) for end in candidates]
    ends = {match.end() if match else end for match, end in closers}
    has_capitals = paragraph != paragraph.lower()
    starts = [0]
    before = visible_end = 0
    for end in sorted(ends - {0, len(paragraph)}):
        if visible := paragraph[before:end].rstrip():
            visible_end = before + len(visible)
        before = end
        quote = bisect_left(quotes, (end, 0)) - 1
        is_quoted = quote >= 0 and end < quotes[quote][1]
        if (
            visible_end > starts[-1]
            and not is_quoted
            and _is_end(paragraph, starts[-1], visible_end, end, abbreviations, has_capitals)
        ):
            starts.append(end)
    return starts[1:]


def _propose_ends(text: str, language: str) -> set[int]:
    """Ask sentencex for ends, piecewise: its time is proportional to marks times length."""
    ends: set[int] = set()
    start = 0
    while start < len(text):
        marks = len(_MARKS.findall(text, start, start + _AT_ONCE))
        most = _AT_ONCE_DENSE if marks * _DENSE > _AT_ONCE else _AT_ONCE
        space = text.rfind(" ", start, start + most) + 1
        stop = space if space > start and start + most < len(text) else start + most
        part = text[start:stop]
        ends.update(start + end for end in _ask_sentencex(_WIDE_SPACE.sub(" ", part), language))
        if not part.rstrip().endswith((".", "!", "?")):
            ends.discard(start + len(part))
        start = stop
    return ends - {len(text)}


def _ask_sentencex(part: str, language: str) -> list[int]:
    try:
        boundaries = sentencex.get_sentence_boundaries(language, part)
    except BaseException as panic:
        if type(panic).__module__ != "pyo3_runtime":
            raise
        logger.warning("sentencex gave up on %r: %s", part[:60], panic)
        return []
    return [int(boundary["end_index"]) for boundary in boundaries]


def _is_end(
    text: str,
    start: int,
    visible_end: int,
    end: int,
    abbreviations: Abbreviations,
    has_capitals: bool,
) -> bool:
    """True if the sentence from `start`, with visible text up to `visible_end`, ends at `end`.

    Inspects only a bounded neighbourhood, because a sentence may have many proposed ends.
    """
    match = _FIRST_WORD.match(text, end, end + _NEAR)
    word = match[1] if match else ""
    if "\n" in text[visible_end:end]:
        return not _is_wrapped(text, start, visible_end, word)
    if has_capitals and word[:1].islower():
        return False
    if visible_end - start <= _NEAR and _NUMBERING.fullmatch(text, start, visible_end):
        return False
    if text[end : end + 1] in ".,;:":
        return False
    near = text[max(start, visible_end - _NEAR) : visible_end]
    token = near.rsplit(maxsplit=1)[-1].lstrip("«“\"‘'([¿¡—–-•*")
    if not token:
        return False
    if visible_end == end:
        return _ends_unspaced(token, text[end : end + 40], word)
    if not token.endswith(".") or token.endswith(".."):
        return token.lower() not in _NAMES
    return _ends_after(token[:-1], word, abbreviations)


def _is_wrapped(paragraph: str, start: int, visible_end: int, word: str) -> bool:
    """True if the sentence continues on the next line, as in a text of fixed width."""
    line = visible_end - _LONG_LINE
    long = line >= start and "\n" not in paragraph[line:visible_end]
    return long and word[:1].islower() and paragraph[visible_end - 1] not in ".;:!?…"


def _ends_unspaced(token: str, after: str, word: str) -> bool:
    """True if a sentence ends although no space follows (« fin.Elle »; not in an address)."""
    if not token[-1].isascii():
        return True
    whole = token + after.split(maxsplit=1)[0] if after.strip() else token
    if any(mark in whole for mark in ("://", "www.", "@", "/")):
        return False
    note = bool(re.search(rf"[.!?…](?:{_NOTE})+$", token))
    return (note or bool(_GLUED.search(token))) and word[:1].isupper() and word[1:2].islower()


def _ends_after(stem: str, word: str, abbreviations: Abbreviations) -> bool:
    """True if the full stop after `stem` ends a sentence; `word` is the next word."""
    stem = re.split("['’]", stem)[-1]
    low = stem.lower()
    if stem in abbreviations.never or low in abbreviations.never:
        return False
    if low in abbreviations.number:
        return not (word[:1].isdigit() or _ROMAN.match(word))
    opening = word.lower() in abbreviations.openers or "'" in word or "’" in word
    if low in abbreviations.maybe or _DOTTED.fullmatch(stem):
        return opening
    if _INITIAL.fullmatch(stem):
        return word.lower() in abbreviations.openers - _PARTICLES
    return True


def fit(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Trim a span and cut it into pieces of similar length and at most `limit` characters, at line
    ends, else at semicolons, commas or spaces."""
    start, end = _trim(text, start, end)
    while end - start > limit:
        pieces = -(-(end - start) // limit)
        middle = _find_cut(text, start, start + (end - start) // pieces, start + limit)
        yield _trim(text, start, middle)
        start, _ = _trim(text, middle, end)
    if start < end:
        yield start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _find_cut(text: str, start: int, aim: int, last: int) -> int:
    """Find the best cut between halfway to `aim` and `last`."""
    first = start + max(1, (aim - start) // 2)
    for mark in ("\n", "; ", ", ", " "):
        if places := [at + len(mark) for at in range(first, last) if text.startswith(mark, at)]:
            return min(min(places, key=lambda place: abs(place - aim)), last)
    return last
