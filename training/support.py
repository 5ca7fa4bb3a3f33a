"""Claims beside evidence: which of the public ones are learned from, and which are kept apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from training.claims import ClaimMaker, FaithfulPair, JudgedClaim, segments_of
from training.dataset import Sample
from training.lexicon import build_lexicon
from training.near_misses import Names
from training.sources import (
    TrainingClaim,
    fingerprint,
    read_claims,
    read_questions,
    readable_title,
)

# How many rows of each file are learned from as they are; None: all that fit. Left out are those
# whose claims tell by themselves whether they hold, or by the words they share with their evidence
# (`training.cues`), and WiCE, of which nearly all that fits is unsupported.
MIX: dict[str, int | None] = {
    "pawsx-fr": None,
    "pawsx-en": None,
    "rte3-fr": None,
    "vitaminc-real": 5_000,
    "fever-symmetric-adversarial": None,
    "fool-me-twice": None,
    "summedits": None,
    "mnli-val": None,
    "scone": 600,
    "med": 600,
}
# Of how many faithful pairs of each file claims are made (`training.claims`), and how often.
MADE: dict[str, tuple[int, int]] = {
    "ntrex-fr": (4_000, 4),
    "ntrex-en-fr": (2_000, 2),
    "wivico-fr": (5_400, 1),
    "pawsx-fr": (900, 3),
    "pawsx-en": (900, 1),
    "rte3-fr": (410, 3),
    "fr-perturb": (3_000, 1),
    "vitaminc-real": (1_500, 1),
    "fever-symmetric-adversarial": (400, 1),
    "fool-me-twice": (500, 1),
    "summedits": (400, 1),
    "mnli-val": (1_000, 1),
}
# Sentences of another text around the evidence, in this share of the made claims.
SURROUNDED = 0.4
# Half of these is kept apart for development: the parts named here.
DEV_PARTS = {"pawsx-fr": "dev", "pawsx-en": "dev", "rte3-fr": "dev-"}
DEV_GROUP_SHARE = 0.06
DEV_SOURCES, DEV_EACH = ("fr-perturb", "pawsx-fr", "rte3-fr", "made"), 300
SEGMENT_TEXTS, SHORTEST, JOINED = 3_000, 35, 0.1
STEM = 5
_TELLING = re.compile(r"[^\W\d_]{4,}|\d+")
DECAY_SAMPLES = 4_000
# Short rows: twice as many are read in the same time, and a claim is judged by a few sentences.
LONGEST_PAIR_CHARACTERS = 450


def support_streams(folder: Path, held_out: set[str], random: Random) -> dict[str, list[Sample]]:
    """`support`, `support-decay` and `support-dev`; `held_out` are fingerprints of articles."""
    maker = claim_maker(folder, random)
    learned: list[Sample] = []
    judged: dict[str, list[Sample]] = {}
    for source in {**MADE, **MIX}:
        claims = [claim for claim in read_claims(folder, source) if _fits(claim)]
        apart = _kept_apart(source, held_out)
        mine = [claim for claim in claims if apart(claim)]
        judged[source] = [to_sample(claim) for claim in mine]
        rest = [claim for claim in claims if not apart(claim)]
        random.shuffle(rest)
        learned += map(to_sample, rest[: MIX.get(source, 0)])
        if source in MADE:
            count, times = MADE[source]
            learned += _made(rest, maker, count, times, random)
            judged[f"made-{source}"] = _made(mine, maker, count, times, random)
    learned = balanced(learned, random)
    french = [sample for sample in learned if sample.language == "fr"]
    other = [sample for sample in learned if sample.language != "fr"]
    decay = random.sample(french, DECAY_SAMPLES * 4 // 5) + random.sample(other, DECAY_SAMPLES // 5)
    random.shuffle(decay)
    judged["made"] = [each for name in MADE for each in judged[f"made-{name}"]]
    dev = [
        sample
        for source in DEV_SOURCES
        for sample in random.sample(judged[source], min(DEV_EACH, len(judged[source])))
    ]
    return {"support": learned, "support-decay": decay, "support-dev": dev}


def balanced(samples: Sequence[Sample], random: Random) -> list[Sample]:
    """As many that hold as do not at each share of words that claim and evidence have in common.

    Else that share is learned instead of the meaning: most claims that hold repeat their evidence.
    """
    cells: dict[int, dict[bool, list[Sample]]] = defaultdict(lambda: {True: [], False: []})
    for sample in samples:
        cells[round(10 * shared_words(sample.asked, sample.text))][sample.holds].append(sample)
    kept = []
    for cell in cells.values():
        count = min(map(len, cell.values()))
        for own in cell.values():
            kept += random.sample(own, count)
    random.shuffle(kept)
    return kept


def shared_words(claim: str, evidence: str) -> float:
    """The share of a claim's longer words and numbers that its evidence has too, by beginnings."""
    own, others = (
        {word.lower()[:STEM] for word in _TELLING.findall(text)} for text in (claim, evidence)
    )
    return len(own & others) / len(own) if own else 0.0


def claim_maker(folder: Path, random: Random) -> ClaimMaker:
    """What it takes to make claims, from all texts of the folder."""
    texts: dict[str, list[str]] = {"fr": [], "en": []}
    for source in ("piaf-fr", "squad-train-part-en"):
        questions = read_questions(folder, source)
        texts[questions[0].language] += dict.fromkeys(each.passage for each in questions)
    for source in ("ntrex-fr", "wivico-fr", "fr-perturb", "vitaminc-real"):
        claims = read_claims(folder, source)
        texts[claims[0].language] += dict.fromkeys(each.evidence for each in claims)
    segments = {
        language: [
            segment
            for text in random.sample(own, min(SEGMENT_TEXTS, len(own)))
            for segment in segments_of(text, language)
            if segment.islower()
        ]
        for language, own in texts.items()
    }
    names = Names((language, text) for language, own in texts.items() for text in own)
    return ClaimMaker(names, build_lexicon(texts), segments, random)


def _made(
    claims: list[TrainingClaim], maker: ClaimMaker, count: int, times: int, random: Random
) -> list[Sample]:
    """Claims made of those that hold."""
    faithful = [claim for claim in claims if claim.is_supported and len(claim.claim) > SHORTEST]
    pairs = [
        FaithfulPair(
            "en" if claim.language == "en" else "fr",
            claim.evidence,
            claim.claim,
            claim.source,
            claim.group,
        )
        for claim in sorted(faithful[:count], key=lambda claim: claim.group)
    ]
    if not pairs:
        return []
    made: list[tuple[FaithfulPair, JudgedClaim]] = []
    for pair, after in zip(pairs, [*pairs[1:], None], strict=True):
        for _ in range(times):
            made += [(pair, each) for each in maker.make(pair)]
        beside = after if after and after.group == pair.group else None
        if beside is None and random.random() < JOINED:
            beside = random.choice(pairs)
        if beside and beside.claim != pair.claim:
            made += [(pair, each) for each in maker.joined(pair, beside)]
    samples = []
    for pair, each in made:
        text = each.evidence
        if random.random() < SURROUNDED:
            around = random.choice(pairs).evidence
            text = f"{around} {text}" if random.random() < 0.5 else f"{text} {around}"
        if len(text) + len(each.claim) <= LONGEST_PAIR_CHARACTERS:
            kind = f"made/{each.kind}"
            samples.append(
                Sample(
                    "support",
                    kind,
                    pair.language,
                    each.claim,
                    text,
                    each.holds,
                    each.start,
                    each.end,
                )
            )
    return samples


def _kept_apart(source: str, held_out: set[str]) -> Callable[[TrainingClaim], bool]:
    if source in DEV_PARTS:
        return lambda claim: claim.part == DEV_PARTS[source]
    if source == "fr-perturb":
        limit = round(DEV_GROUP_SHARE * 16**4)
        return lambda claim: (
            fingerprint(readable_title(claim.group)) in held_out
            or int(fingerprint(claim.group)[-4:], 16) < limit
        )
    limit = round(DEV_GROUP_SHARE * 16**4)
    return lambda claim: int(fingerprint(claim.group)[-4:], 16) < limit


def _fits(claim: TrainingClaim) -> bool:
    return len(claim.evidence) + len(claim.claim) <= LONGEST_PAIR_CHARACTERS


def to_sample(claim: TrainingClaim) -> Sample:
    """A claim of a file as it is."""
    language = "fr" if claim.language == "fr" else claim.language
    kind = f"{claim.source}/{claim.kind}" if claim.source == "fr-perturb" else claim.source
    return Sample("support", kind, language, claim.claim, claim.evidence, claim.is_supported)
