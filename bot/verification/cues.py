"""The words that turn a sentence round: negations, opposites, speaking, passives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def listed(text: str) -> frozenset[str]:
    """The words of a list, written as they are read."""
    return frozenset(text.split())


# All without accents.
BEFORE = listed(
    "ne n not never cannot no non sans without neither nor hardly barely unable incapable nicht "
    "kein keine nie jamais aucun aucune nul nulle personne rien failed fails fail failing refused t"
)
"""What stands before the word that it denies."""

NEGATIONS = listed(
    "pas jamais aucun aucune nul nulle rien personne ni guere non sans not never no none nor "
    "neither cannot without nothing nobody nowhere unable incapable impossible nicht kein keine "
    "nie no nunca sin non mai senza nao niet geen failed fail fails lacked lack refused absent "
    "hardly barely"
)
"""What makes a clause negative wherever it stands; « ne » alone may not."""

LIMITS = listed("depass exceed more plus moins less que seulement only autre other")
"""Denied, these are bounds and not denials: « ne dépassent pas », "no more than", « ne … que »."""

SKIPPED = listed(
    "pas jamais plus rien point guere encore pourtant cependant toujours en y le la les l lui leur "
    "se s me te nous vous a ont est sont etait etaient fut furent ete avait avaient aurait eut eu "
    "soit be been being have has had was were is are do does did can could will would may might "
    "must should able any ever yet really longer donc meme un une de du des d au aux the an to of "
    "however also pu peut pouvait peuvent ayant etre avoir"
)
"""What may stand between a negation and the word it denies."""

VERBS_OF_TRYING = listed("reussi parvenu succeeded managed reussit parvint able arrive")
"""Denied, they deny the verb that follows."""

_OPPOSITES = (
    ("hauss augment croi croit grandi monte rose rise rising increas grow grew progress",
     "baiss diminu recul chut decroi fell fall falling decreas declin drop shrank"),
    ("plus more davantage", "moins less fewer"),
    ("avant before precede", "apres after suiv"),
    ("premier first", "dernier last"),
    ("accept agree", "refus reject decline"),
    ("ouvr ouvert open", "ferm clos close shut"),
    ("gagn win won victo remport", "perd lost lose defait"),
    ("debut commenc begin began start", "fin termin end ended achev finish cess"),
    ("autoris permi allow permit approv", "interdi forbid forbad ban banned prohib"),
    ("vivant alive survi", "mort dead died"),
    ("reuss succeed success", "echou echec fail"),
    ("grand large big", "petit small little"),
    ("long", "court short bref brev"),
    ("haut high", "bas low"),
    ("riche rich", "pauvre poor"),
    ("public", "prive private"),
    ("possible possib able", "impossible impossib unable"),
    ("facile easy easi", "difficile difficult hard"),
    ("proche near close", "loin lointain far distant"),
    ("nord north", "sud south"),
    ("est east", "ouest west"),
    ("gauche left", "droite right"),
    ("pour favorable support", "contre oppos against"),
    ("rapide fast quick", "lent slow"),
    ("nouveau nouvel new", "ancien old"),
    ("majorit majority most", "minorit minority few"),
    ("arriv arrive", "part left quitt depart"),
    ("achet buy bought", "vend sell sold"),
    ("pret lend lent", "emprunt borrow"),
    ("legal", "illegal"),
    ("capable", "incapable"),
    ("connu known", "inconnu unknown"),
    ("chaud hot warm", "froid cold"),
    ("clair light bright", "sombre dark"),
    ("gratuit free", "payant paid"),
    ("allum lit", "etein extinguish"),
    ("constru built build", "detrui destroy demol"),
    ("naitre naissance nait born birth", "mourir meurt death dies"),
    ("maximum plafond most", "minimum plancher least"),
    ("coupabl guilty", "innocen"),
    ("pere father", "fils fille son daughter"),
    ("vrai true", "faux false"),
    ("humid wet", "sec dry"),
    ("allie ally allied", "ennemi enemy"),
    ("confirm", "dement deny denied infirm"),
)  # fmt: skip


def _sides() -> Mapping[str, tuple[tuple[int, int], ...]]:
    sides: dict[str, list[tuple[int, int]]] = {}
    for row, (one, other) in enumerate(_OPPOSITES):
        for side, words in ((0, one), (1, other)):
            for stem in words.split():
                sides.setdefault(stem, []).append((row, side))
    return MappingProxyType({stem: tuple(found) for stem, found in sides.items()})


_SIDES = _sides()
_SHORTEST = 4  # letters from which a form may go on past its stem
_LONGEST_ENDING = 5


def opposed(one: str, other: str) -> bool:
    """Whether two folded words are opposites: « hausse », « baisse »."""
    mine, theirs = _pairs(one), _pairs(other)
    return any((row, 1 - side) in theirs for row, side in mine) and mine.isdisjoint(theirs)


def alike(one: str, other: str) -> bool:
    """Whether two folded words stand on one side of a pair: « chute », « recul »."""
    return not _pairs(one).isdisjoint(_pairs(other))


def _pairs(word: str) -> frozenset[tuple[int, int]]:
    found = set(_SIDES.get(word, ()))
    for size in range(_SHORTEST, len(word)):
        if len(word) - size <= _LONGEST_ENDING:
            found |= set(_SIDES.get(word[:size], ()))
    return frozenset(found)


ACCORDING = listed("selon according d'apres dixit")
SPEAKING = (
    "dit", "disent", "declar", "affirm", "expliqu", "estim", "assur", "annonc", "ecri", "soulign",
    "precis", "racont", "rappel", "jug", "confi", "promet", "promis", "averti", "prevenu", "propos",
    "said", "says", "say", "told", "tell", "state", "claim", "explain", "announc", "wrote", "writ",
    "warn", "argue", "believ", "think", "estimat", "accord", "promis", "note", "pens", "denonc",
    "repond", "retorqu", "ajout", "conclu", "indiqu", "observ", "soutien", "insist", "plaid",
    "reconn", "admet", "answer", "repl", "respond", "conclud", "admit", "acknowledg", "suggest",
    "complain",
)  # fmt: skip
PASSIVE = listed(
    "ete est sont fut furent etait etaient sera seront etre was were is are been be being"
)
AGENT = listed("par by")
PREPOSITIONS = listed(
    "de du des d a au aux par avec chez dans en sur sous pour sans selon contre entre vers depuis "
    "of to by with at in on from for against between into after before about under over within "
    "apres avant devant derriere grace comme as than que"
)
"""A name behind one of these is no subject and no plain object."""
