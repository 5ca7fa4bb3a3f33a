"""Training and development samples of claims with evidence."""

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
from training.sources import TrainingClaim, fingerprint, read_claims, read_questions, readable_title

# Number of rows of each file to train on unchanged; None: all that fit. Excluded are files with
# spurious cues in claims or shared words (`training.cues`), and WiCE, where nearly all that fits is
# unsupported.
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
# Number of faithful pairs of each file to make claims from (`training.claims`), and how often.
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
SURROUNDED = 0.4  # share of made claims with sentences of another text around the evidence
# Parts of these files for development.
DEV_PARTS = {"pawsx-fr": "dev", "pawsx-en": "dev", "rte3-fr": "dev-"}
DEV_GROUP_SHARE = 0.06
DEV_SOURCES, DEV_EACH = ("fr-perturb", "pawsx-fr", "rte3-fr", "made"), 300
SEGMENT_TEXTS, SHORTEST, JOINED = 3_000, 35, 0.1
STEM = 5
_TELLING = re.compile(r"[^\W\d_]{4,}|\d+")
DECAY_SAMPLES = 4_000
LONGEST_PAIR_CHARACTERS = 450  # short rows are twice as fast, and claims need few sentences


def support_streams(folder: Path, held_out: set[str], random: Random) -> dict[str, list[Sample]]:
    """Return the streams `support`, `support-decay` and `support-dev`.

    `held_out` are fingerprints of articles.
    """
    maker = claim_maker(folder, random)
    learned: list[Sample] = []
    judged: dict[str, list[Sample]] = {}
    for source in {**MADE, **MIX}:
        claims = [claim for claim in read_claims(folder, source) if _fits(claim)]
        is_dev = _dev_filter(source, held_out)
        dev_claims = [claim for claim in claims if is_dev(claim)]
        judged[source] = [to_sample(claim) for claim in dev_claims]
        rest = [claim for claim in claims if not is_dev(claim)]
        random.shuffle(rest)
        learned += map(to_sample, rest[: MIX.get(source, 0)])
        if source in MADE:
            count, times = MADE[source]
            learned += _make_claims(rest, maker, count, times, random)
            judged[f"made-{source}"] = _make_claims(dev_claims, maker, count, times, random)
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
    """Balance claims that hold with those that do not, by their share of the evidence's words.

    Most claims that hold repeat their evidence; a reader would learn that instead of the meaning.
    """
    cells: dict[int, dict[bool, list[Sample]]] = defaultdict(lambda: {True: [], False: []})
    for sample in samples:
        cells[round(10 * shared_words(sample.asked, sample.text))][sample.holds].append(sample)
    result = []
    for cell in cells.values():
        count = min(map(len, cell.values()))
        for own in cell.values():
            result += random.sample(own, count)
    random.shuffle(result)
    return result


def shared_words(claim: str, evidence: str) -> float:
    """Return the share of a claim's longer words and numbers whose stems are in its evidence."""
    own, others = (
        {word.lower()[:STEM] for word in _TELLING.findall(text)} for text in (claim, evidence)
    )
    return len(own & others) / len(own) if own else 0.0


def claim_maker(folder: Path, random: Random) -> ClaimMaker:
    """Build a claim maker from all texts of the folder."""
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


def _make_claims(
    claims: list[TrainingClaim], maker: ClaimMaker, count: int, times: int, random: Random
) -> list[Sample]:
    """Make claims from those that hold."""
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


def _dev_filter(source: str, held_out: set[str]) -> Callable[[TrainingClaim], bool]:
    if source in DEV_PARTS:
        return lambda claim: claim.part == DEV_PARTS[source]
    limit = round(DEV_GROUP_SHARE * 16**4)
    return lambda claim: (
        (source == "fr-perturb" and fingerprint(readable_title(claim.group)) in held_out)
        or int(fingerprint(claim.group)[-4:], 16) < limit
    )


def _fits(claim: TrainingClaim) -> bool:
    return len(claim.evidence) + len(claim.claim) <= LONGEST_PAIR_CHARACTERS


def to_sample(claim: TrainingClaim) -> Sample:
    kind = f"{claim.source}/{claim.kind}" if claim.source == "fr-perturb" else claim.source
    return Sample("support", kind, claim.language, claim.claim, claim.evidence, claim.is_supported)
