"""Whether the passages say what a claim says, and all of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.verification import cues
from bot.verification.alignment import Alignment
from bot.verification.annotation import AnnotatedText

# How they were chosen: research/checking.md.
BORNE = 0.62  # mean share of a claim's words that its evidence must bear
LOST = 0.55  # share under which a word is lost
DETAIL = 0.33  # how much may be lost: the sum of what the lost words miss
_SURELY = 0.9  # share from which a word is surely there
ANCHORED = 0.3  # share of a claim's words that must be
LIGHT = 0.3  # what a word that says little counts for

_RUN = 1.5  # what a lost word behind another counts for: a phrase of its own

_OPENING = re.compile(r"(?:ees?|es?|is?|ies?|us?|ues?|ants?|ing|ed)$")

# Words that any paraphrase may bring along; folded, without endings.
_LIGHT = tuple(
    cues.listed(
        "oui non yes bon bonne bien good well groupe group suffi titre effet mesur situ locat "
        "associ perm allow enabl appel nomm call nam notamment egalement also particul "
        "principal main essentiel devenu devien becam becom get got fait faire made make mis "
        "mettr put pris pren took take tak provi vien venu came come situat exact environ about "
        "around approxim roughly presque pres seulement only ainsi thus donc therefore "
        "cependant however alors then article passage texte text source remark chose thing fois "
        "cas case pourtant toutefois neanmoins nonetheless neverthel desormais dorenavant actuel "
        "current now today tandis while whereas although though instead plutot rather apres after "
        "avant before depuis since pendant durant during ensuite puis later enfin final final "
        "encore still deja already autant tant tout possib contrair unlike compar respectiv "
        "both tous total overall simplement simply justement precis"
    )
)


def meaning_borne(alignment: Alignment) -> float:
    """The mean share (0..1) of the claim's words that its evidence bears.

    Names and the words of the title, which any sentence of an article may have, are left out.
    """
    apart = alignment.headed | alignment.claim.named
    rows = [at for at in alignment.telling if at not in apart] or alignment.telling
    return float(alignment.share[rows].mean()) if rows else 0.0


def lost(alignment: Alignment) -> float:
    """How much of the claim is not in its evidence: names and figures apart, each word counts for
    what it misses to be borne."""
    claim = alignment.claim
    apart = claim.figures | claim.named
    total, run = 0.0, False
    for at in alignment.telling:
        if at in apart:
            continue
        miss = max(0.0, LOST - float(alignment.share[at]))
        light = claim.words[at].key.startswith(_LIGHT) or _participle(claim, at)
        total += miss * (LIGHT if light else _RUN if run else 1.0)
        run = miss > 0
    return total


def _participle(claim: AnnotatedText, at: int) -> bool:
    """Whether the sentence opens with it: « Partie de Kourou, … »."""
    return at == 0 and bool(_OPENING.search(claim.words[at].key))


def told_to_say(alignment: Alignment) -> bool:
    """Whether the claim takes a word from an order that stands among the passages."""
    ordered = alignment.ground.ordered
    return bool(ordered) and any(
        alignment.claim.words[at].stem in ordered for at in alignment.telling
    )


def anchored(alignment: Alignment) -> float:
    """The share (0..1) of the claim's words that its evidence surely has, titles left out."""
    sure = _sure(alignment, alignment.telling)
    return sum(sure) / len(sure) if sure else 1.0


def _sure(alignment: Alignment, words: Sequence[int]) -> list[bool]:
    """For each of these words of the claim, whether its evidence surely has it."""
    lines = alignment.with_leads(alignment.evidence)
    most = alignment.own[list(words)][:, lines].max(axis=1, initial=0.0)
    return [bool(share >= _SURELY) for share in most]


def _headline(alignment: Alignment) -> bool:
    """Whether the claim is but words of the title, perhaps with a date."""
    words = [at for at in alignment.telling if at not in alignment.claim.figures]
    return bool(words) and alignment.headed.issuperset(words) and not any(_sure(alignment, words))


def unborne(alignment: Alignment) -> bool:
    """Whether the passages do not speak of this at all, or the claim says nothing."""
    return (
        meaning_borne(alignment) < BORNE or anchored(alignment) < ANCHORED or _headline(alignment)
    )


def invented(alignment: Alignment) -> bool:
    """Whether a part of the claim is in none of the sentences that bear the rest."""
    return lost(alignment) > DETAIL
