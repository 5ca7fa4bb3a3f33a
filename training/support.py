"""Claims beside evidence: which of the public ones are learned from, and which are kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from training.dataset import Sample
from training.sources import TrainingClaim, fingerprint, read_claims, readable_title

# How many rows of each file are learned from; None: all that fit. WiCE is left out: its evidence is
# long, and of what fits, all but one row is unsupported.
MIX: dict[str, int | None] = {
    "fr-perturb": 22_000,
    "ntrex-fr": None,
    "ntrex-en-fr": None,
    "wivico-fr": 9_000,
    "pawsx-fr": None,
    "rte3-fr": None,
    "gqnli-fr": None,
    "daccord-contradictions": None,
    "vitaminc-real": 10_000,
    "vitaminc-synthetic": 3_000,
    "fool-me-twice": None,
    "summedits": None,
    "mnli-val": 2_000,
    "scone": 1_000,
    "med": 1_000,
}
# Faults that exact checks find: a few of each are enough.
EXACT_KINDS = frozenset({"number", "year", "date", "number-words", "unit", "swapped-name"})
EXACT_KINDS_EACH = 700
# Half of these is kept apart for development: the parts named here.
DEV_PARTS = {"pawsx-fr": "dev", "rte3-fr": "dev-"}
DEV_GROUP_SHARE = 0.06
DEV_EACH = 150
DECAY_SAMPLES = 4_000
# Evidence that a training row could not hold would be cut, and its label with it.
LONGEST_PAIR_CHARACTERS = 850


def support_streams(folder: Path, held_out: set[str], random: Random) -> dict[str, list[Sample]]:
    """`support`, `support-decay` and `support-dev`; `held_out` are fingerprints of articles."""
    learned: list[Sample] = []
    judged: dict[str, list[Sample]] = {}
    for source, wanted in MIX.items():
        claims = [claim for claim in read_claims(folder, source) if _fits(claim)]
        apart = _kept_apart(source, held_out)
        judged[source] = [_sample(claim) for claim in claims if apart(claim)]
        rest = [claim for claim in claims if not apart(claim)]
        random.shuffle(rest)
        if source == "fr-perturb":
            rest = _thinned(rest)
        learned += map(_sample, rest[:wanted])
    random.shuffle(learned)
    french = [sample for sample in learned if sample.language == "fr"]
    other = [sample for sample in learned if sample.language != "fr"]
    decay = random.sample(french, DECAY_SAMPLES * 4 // 5) + random.sample(other, DECAY_SAMPLES // 5)
    random.shuffle(decay)
    dev = [
        sample
        for source in ("fr-perturb", *DEV_PARTS)
        for sample in random.sample(judged[source], DEV_EACH)
    ]
    return {"support": learned, "support-decay": decay, "support-dev": dev}


def _kept_apart(source: str, held_out: set[str]) -> Callable[[TrainingClaim], bool]:
    if source in DEV_PARTS:
        return lambda claim: claim.part == DEV_PARTS[source]
    if source == "fr-perturb":
        limit = round(DEV_GROUP_SHARE * 16**4)
        return lambda claim: (
            fingerprint(readable_title(claim.group)) in held_out
            or int(fingerprint(claim.group)[-4:], 16) < limit
        )
    return lambda claim: False


def _thinned(claims: list[TrainingClaim]) -> list[TrainingClaim]:
    kept, seen = [], Counter[str]()
    for claim in claims:
        seen[claim.kind] += 1
        if claim.kind not in EXACT_KINDS or seen[claim.kind] <= EXACT_KINDS_EACH:
            kept.append(claim)
    return kept


def _fits(claim: TrainingClaim) -> bool:
    return len(claim.evidence) + len(claim.claim) <= LONGEST_PAIR_CHARACTERS


def _sample(claim: TrainingClaim) -> Sample:
    language = "fr" if claim.language == "fr" else claim.language
    kind = f"{claim.source}/{claim.kind}" if claim.source == "fr-perturb" else claim.source
    return Sample("support", kind, language, claim.claim, claim.evidence, claim.is_supported)
