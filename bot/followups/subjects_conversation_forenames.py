"""Whether a person's first name tells « il » from « elle »."""

from __future__ import annotations

from bot.followups.nouns import Gender
from index.language_bot_spelling import folded

# The most given in France and in English-speaking countries over a century, those left out that
# both have (Claude, Camille, Dominique, Andrea, Jean in English).
_HE = frozenset(
    """
    adam adrien alain albert alexander alexandre alfred andre andrew anthony antoine arthur
    auguste augustin benjamin bernard bruno carl charles christian christophe christopher daniel
    david denis didier donald edmond edouard edward emile emmanuel eric ernest etienne eugene
    fernand francois frank franck frederic gabriel george georges gerard gilbert gilles guillaume
    gustave guy harry henri henry herbert hugo isaac jack jacques james jean-louis jean-paul
    jean-pierre jean-francois jerome john joseph joshua jules julien kevin laurent leon louis luc
    lucien marc marcel mark martin matthew maurice michael michel nicolas olivier oscar pascal
    patrice patrick paul peter philip philippe pierre raymond rene richard robert roger roland
    ronald samuel sebastien serge simon stephane stephen steven theodore thierry thomas tim
    timothy victor vincent walter william xavier yves
    """.split()  # noqa: SIM905
)
_SHE = frozenset(
    """
    adele agnes alice amelie anita anna anne barbara beatrice brigitte caroline catherine cecile
    charlotte chloe christiane christine claire clara colette danielle deborah denise diane
    dorothy edith elisabeth elizabeth emilie emily emma eva eve florence francoise frederique
    genevieve georgette germaine grace helen helene henriette ingrid irene isabelle jacqueline
    jane janet jeanne jennifer jessica josephine judith julia julie juliette karen katalin laura
    laurence lea linda lise louise lucie madeleine margaret marguerite maria marie marie-jose
    marie-claude marine marion marthe martine mary mathilde michele monique nadine nancy nathalie
    nicole odette olivia pamela patricia pauline rachel rebecca renee rosalind rosa sandra sarah
    simone sophie susan suzanne sylvie therese ursula valerie veronique virginie yvette yvonne zoe
    """.split()  # noqa: SIM905
)


def told_by(name: str) -> Gender:
    """The gender that a person's first name tells; nothing where it tells none."""
    first = folded(name).split()[:1]
    if not first:
        return ""
    return "m" if first[0] in _HE else "f" if first[0] in _SHE else ""
