"""Words with a full stop of their own, and whether a sentence can end there, by language."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """What a full stop after a word means.

    After `never` the sentence goes on, after `number` it does when a number follows, after `maybe`
    it ends only before a word that often begins one (`openers`); `ending` finds the latter. A
    capital in `never` matters: « M. » is a title, « m. » a metre.
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


def abbreviations(language: str) -> Abbreviations:
    """Those of `language`, or next to none for a language that is not listed."""
    return _BY_LANGUAGE.get(language, _UNKNOWN)
