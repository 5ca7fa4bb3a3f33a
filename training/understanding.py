"""Train what tells the meaning of a message: `python -m training.understanding --out FOLDER`.

A network with one hidden layer over the message's own vector, as for the search, and what learned
queries attend to in its words and in the question, title and quote that it answers to, halfway up
the bundled encoder (`bot/understanding`). The encoder stays as it is: its states are computed once
and kept in FOLDER (3 GB), so that another fit takes minutes. Rows that do not tell one intent have
the set of those that they may be. Writers of `HELD_OUT` are never trained on. Logs the figures and
writes `bot/understanding/intents.npz`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from bot.settings import load_settings
from bot.understanding.intents import INTENTS, LEANINGS
from bot.understanding.message_input import MessageContext
from bot.understanding.model import HEAD_SIZE, OTHER_HEADS, OWN_HEADS, MessageEncoder
from index.models.bundled.embedder import load_bundled
from index.text.names import span_names
from index.text.sentences import sentence_spans
from training.sources import read_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "understanding" / "intents.npz"
LABELS = [intent.name for intent in INTENTS]
HELD_OUT = ("a3", "g2", "g4", "s09", "s10", "s14", "s19", "s20", "s22")  # sessions of writers
ON_HEALTH = ("s15", "s16", "s17", "s18", "s19", "s20")  # what patients ask may be searched, too

DISTRESS = {"suicide", "medical", "danger"}
ACTS = {intent.name for intent in INTENTS if intent.group == "act"}
ABOUT = {intent.name for intent in INTENTS if intent.group == "about"}
TALK = {intent.name for intent in INTENTS if intent.group == "talk"}
ASKED = {"question"} | {intent.name for intent in INTENTS if intent.group == "function"}
ORDINARY = set(LABELS) - DISTRESS
MESSAGE_KINDS = {
    "question": ASKED,
    "follow_up": ASKED | ACTS,
    "thanks": {"thanks", "ack", "praise", "goodbye"},
    "greeting": {"greeting"},
    "insult": {"insult", "complaint"},
    "identity": ABOUT,
    "help": {"help", "how_it_works", "identity", "coverage"},
    "stop": {"unsubscribe", "delete_data", "ack", "goodbye", "complaint", "not_that"},
    "small_talk": TALK | {"identity"},
}  # kinds of `messages.jsonl`
CLINC_KINDS = {
    "greeting": {"greeting"},
    "goodbye": {"goodbye"},
    "thank_you": {"thanks"},
    "are_you_a_bot": {"identity"},
    "who_made_you": {"identity", "operator"},
    "what_is_your_name": {"identity"},
    "who_do_you_work_for": {"operator", "identity"},
    "what_can_i_ask_you": {"help"},
    "repeat": {"repeat"},
    "tell_joke": {"joke"},
    "yes": {"ack", "chatter"},
    "no": {"ack", "chatter", "wrong"},
    "maybe": {"ack", "chatter"},
}
PRESS_THEMES = ("crime", "general", "keywords", "medicine", "press", "research", "war", "works")
PUBLIC = {
    "piaf-fr": 700,
    "nq-qed-en": 150,
    "squadshifts-newwiki-en": 150,
    "squad2-dev-es": 100,
    "xquad-35-cross": 100,
}
NEWS_QUESTIONS = 1500
ORDINARY_ROWS = {"clinc-en": 5000, "fqb-fr": 1000, "mtop-fr": 1200, "medical-fr": 2000}

HIDDEN, DROPOUT = 256, 0.4
NETWORKS = 3  # fitted from other seeds, and joined to one that says their mean
RATE, DECAY, EPOCHS, BATCH = 1e-3, 0.02, 10, 256
SPAN_HIDDEN, SPAN_EPOCHS = 128, 8
POOLED_SIZE, STATE_SIZE, STANDARD_ROWS = 772, 384, 2_000
SMOOTHING = 0.03
ROUGH_SHARE = 0.4
ASKED_ROWS = 1_000
ORDINARY_JUDGED = 1_500  # of a source
PUBLIC_CONTEXTS = {"piaf-fr": 2_000, "squad2-dev-half-en": 300}
KEYWORDS, KEYWORD_ROWS = 3, 2_000  # words of a subject alone
JOINED = {
    "greeting",
    "thanks",
    "ack",
    "praise",
    "insult",
    "joke",
    "laughter",
    "chatter",
    "complaint",
}
JOINED_SHARE, JOINED_WORDS = 0.2, 12
WRITTEN_WEIGHT, ALARM_WEIGHT, OTHERS_WEIGHT = 3.0, 2.0, 1.0
DISTRESS_WEIGHT = 1.5  # times these

Floats = npt.NDArray[np.float32]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """A message: its context, the intents that it may have, the leanings, its subject."""

    text: str
    intents: tuple[int, ...]
    source: str
    context: MessageContext | None = None
    leanings: tuple[int, ...] = ()
    subject: tuple[int, int] | None = None
    weight: float = OTHERS_WEIGHT

    @property
    def is_written(self) -> bool:
        return self.weight == WRITTEN_WEIGHT


def written_rows(path: Path) -> list[Row]:
    """Read the messages of all writers, each with the context that it came after."""
    rows = []
    for record in _lines(path):
        text, subject = " ".join(record["text"].split()), " ".join(record["subject"].split())
        at = text.find(subject) if subject else -1
        intents: tuple[int, ...] = (LABELS.index(record["intent"]),)
        if record["intent"] == "out_of_scope" and record["writer"].startswith(ON_HEALTH):
            intents = (*intents, LABELS.index("question"))
        rows.append(
            Row(
                text,
                intents,
                record["writer"],
                MessageContext(*record["context"]) if record["context"] else None,
                (LEANINGS.index(record["leans"]),) if record["leans"] else (),
                (at, at + len(subject)) if at >= 0 else None,
                WRITTEN_WEIGHT,
            )
        )
    return rows


def other_rows(data: Path, random: Random) -> list[Row]:
    """Sample what was written for earlier models, and public questions and requests."""
    alone, leaning = (0,), (1, 2, 3, 4)

    def row(text: str, intents: Iterable[str], source: str, **values: Any) -> Row:
        ids = tuple(sorted(LABELS.index(name) for name in intents))
        return Row(" ".join(text.split()), ids, source, **values)

    rows = []
    for record in _lines(HERE / "messages.jsonl"):
        kind = record["kind"]
        leanings = {"question": alone, "follow_up": leaning}.get(kind, ())
        rows.append(row(record["text"], MESSAGE_KINDS[kind], "messages", leanings=leanings))
    for record in _lines(HERE / "distress.jsonl"):
        kind, theme = record["kind"], record["theme"].split()[0]
        if kind != "none":
            rows.append(row(record["text"], {kind}, "distress", weight=ALARM_WEIGHT))
        elif theme in PRESS_THEMES:
            rows.append(row(record["text"], ASKED, "distress", leanings=alone))
        else:
            rows.append(row(record["text"], ORDINARY, "distress"))
    for name, count in ORDINARY_ROWS.items():
        records = list(_lines(data / "messages" / f"{name}.jsonl"))
        for record in random.sample(records, count):
            intents = CLINC_KINDS.get(record.get("intent", ""), ORDINARY)
            if name == "fqb-fr":
                intents = ASKED | {"out_of_scope", "help_number", "help"}
            if "911" not in record["text"]:
                weight = ALARM_WEIGHT if name == "medical-fr" else OTHERS_WEIGHT
                rows.append(row(record["text"], intents, name, weight=weight))
    for source, count in PUBLIC.items():
        texts = sorted({question.text for question in read_questions(data, source)})
        sample = random.sample(texts, min(count, len(texts)))
        rows += [row(text, {"question"}, "public", leanings=alone) for text in sample]
    news = [line for line in _lines(HERE / "news_questions.jsonl") if line["half"] == "learn"]
    for record in random.sample(news, NEWS_QUESTIONS):
        rows.append(row(record["question"], {"question"}, "news", leanings=alone))
    return rows


def keyword_rows(rows: Sequence[Row]) -> list[Row]:
    """Subjects and names of questions that stand alone, as people type them without a word more."""
    subjects = {
        row.text[slice(*row.subject)].strip('"«» ')
        for row in rows
        if row.subject and row.context is None and row.leanings == (0,)
    }
    for record in _lines(HERE / "news_questions.jsonl"):
        if record["half"] == "learn":
            question = record["question"]
            spans = span_names(question, "fr")
            subjects |= {question[span.start : span.end] for span in spans if span.start > 0}
    short = sorted(text for text in subjects if 0 < len(text.split()) <= KEYWORDS)
    asked = tuple(sorted(LABELS.index(name) for name in ASKED))
    return [
        Row(text.lower() if number % 3 == 0 else text, asked, "keywords", leanings=(0,))
        for number, text in enumerate(Random(4).sample(short, min(KEYWORD_ROWS, len(short))))
    ]


def public_contexts(data: Path) -> Iterator[MessageContext]:
    """Questions of public data, with the title of their article and the sentence that answers."""
    for source, count in PUBLIC_CONTEXTS.items():
        questions = [question for question in read_questions(data, source) if question.answers]
        for question in Random(5).sample(questions, count):
            spans = sentence_spans(question.passage, question.language)
            first, last = next(span for span in spans if span[1] > question.answers[0][1])
            yield MessageContext(question.text, question.title, question.passage[first:last])


def augment(
    rows: Sequence[Row],
    others: Sequence[MessageContext],
    embed: Callable[[Sequence[str]], Floats],
) -> list[Row]:
    """Add contexts that do not matter, small talk before and after, and spellings of phones, always
    alike for a message. What stands alone is seen beside the likest of contexts, too."""
    contexts = list(dict.fromkeys(row.context for row in rows if row.context))
    alone = [row.text for row in rows if row.is_written and not row.context and 0 in row.leanings]
    likeness = embed(alone) @ embed([context.question for context in contexts]).T
    likest = dict(zip(alone, likeness.argmax(1), strict=True))
    talk = [row for row in rows if row.is_written and LABELS[row.intents[0]] in JOINED]
    talk = [row for row in talk if len(row.text.split()) <= JOINED_WORDS and "?" not in row.text]
    more = []
    for row in rows:
        random = Random(row.text)
        in_context = replace(row, context=row.context or random.choice(others))
        is_leaning = bool(row.leanings) and 0 not in row.leanings
        if not row.is_written:
            more.append(in_context if is_leaning or random.random() < 0.5 else row)
            continue
        more.append(row)
        if row.context is None:
            more.append(in_context)
        elif LABELS[row.intents[0]] in ABOUT | TALK | DISTRESS | {"help_number"}:
            more += [replace(row, context=None), replace(row, context=random.choice(others))]
        elif LABELS[row.intents[0]] in ACTS:
            more.append(replace(row, context=random.choice(others)))
        if random.random() < ROUGH_SHARE:
            rough = roughen(row.text, random)
            subject = row.subject if row.subject and row.subject[1] <= len(rough) else None
            more.append(replace(in_context, text=rough, subject=subject))
        if row.context is None and 0 in row.leanings:
            more.append(replace(row, context=contexts[likest[row.text]]))
        if LABELS[row.intents[0]] not in TALK and random.random() < JOINED_SHARE:
            more.append(join(row, random.choice(talk).text, random))
    return more


def join(row: Row, talk: str, random: Random) -> Row:
    """Put small talk before or after what a message wants."""
    sign = "" if talk.endswith(("!", ".", "…")) else random.choice((",", ".", "...", "", " !"))
    if random.random() < 0.25:
        return replace(row, text=f"{row.text} {talk}")
    shift = len(talk) + len(sign) + 1
    subject = (row.subject[0] + shift, row.subject[1] + shift) if row.subject else None
    return replace(row, text=f"{talk}{sign} {row.text}", subject=subject)


def roughen(text: str, random: Random) -> str:
    """Spell a message as on a phone: without accents, capitals or signs, each in its place."""
    if random.random() < 0.6:
        marks = unicodedata.normalize("NFD", text)
        text = "".join(sign for sign in marks if not unicodedata.combining(sign))
    if random.random() < 0.4:
        text = text.lower()
    if random.random() < 0.5:
        text = text.rstrip(" ?!.…\u202f\u00a0")
    if random.random() < 0.3:
        text = text.replace("'", " ").replace("’", " ")
    if len(text) > 12 and random.random() < 0.3:
        at = random.randrange(1, len(text) - 2)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def question_rows(folder: Path) -> Iterator[Row]:
    """Questions that nothing is learned from, to count those taken for anything else."""
    for name in ("fquad-dev", "cnil", "xquad-es"):
        content = json.loads((folder / f"{name}.json").read_text("utf-8"))
        for article in content["data"]:
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    yield Row(asked["question"], (0,), f"asked {name}", leanings=(0,))


@dataclass(frozen=True)
class Samples:
    """Rows with what the encoder makes of them; of `lengths` states, the first `own` are the
    message's."""

    rows: Sequence[Row]
    pooled: Floats
    states: npt.NDArray[np.float16]
    starts: npt.NDArray[np.int64]
    own: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    def batch(self, at: npt.NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        """The pooled features, the states, and where they are 1: the message's, 2: others."""
        size = int(self.lengths[at].max())
        states = np.zeros((len(at), size, self.states.shape[1]), np.float32)
        parts = np.zeros((len(at), size), np.int64)
        for number, row in enumerate(at):
            start, length, own = self.starts[row], self.lengths[row], self.own[row]
            states[number, :length] = self.states[start : start + length]
            parts[number, :length] = 2
            parts[number, :own] = 1
        return torch.from_numpy(self.pooled[at]), torch.from_numpy(states), torch.from_numpy(parts)


class Features:
    """What the encoder makes of rows, computed once and kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self._encoder = MessageEncoder(load_bundled(load_settings().cache_dir, threads=1))
        folder.mkdir(parents=True, exist_ok=True)
        self._files = [folder / name for name in ("index.jsonl", "pooled.bin", "states.bin")]
        self._places: dict[str, tuple[int, int, int, int]] = {}
        if self._files[0].exists():
            for number, line in enumerate(self._files[0].read_text().splitlines()):
                key, start, own, length = json.loads(line)
                self._places[key] = (number, start, own, length)

    def of(self, rows: Sequence[Row]) -> Samples:
        missing = {key: row for row in rows if (key := _key(row)) not in self._places}
        _log.info("%d of %d to encode", len(missing), len(rows))
        end = max((start + length for _, start, _, length in self._places.values()), default=0)
        with ExitStack() as stack:
            index, pooled, states = (stack.enter_context(path.open("ab")) for path in self._files)
            pooled.truncate(len(self._places) * POOLED_SIZE * 2)
            states.truncate(end * STATE_SIZE * 2)
            for key, row in missing.items():
                encoded = self._encoder.encode(row.text, row.context)
                pooled.write(encoded.pooled.astype(np.float16).tobytes())
                states.write(encoded.states.astype(np.float16).tobytes())
                place = (end, encoded.own, len(encoded.states))
                index.write(json.dumps((key, *place)).encode() + b"\n")
                self._places[key] = (len(self._places), *place)
                end += len(encoded.states)
        places = np.array([self._places[_key(row)] for row in rows])
        kept = np.memmap(self._files[1], np.float16, "r").reshape(-1, POOLED_SIZE)
        states_kept = np.memmap(self._files[2], np.float16, "r").reshape(-1, STATE_SIZE)
        return Samples(rows, kept[places[:, 0]].astype(np.float32), states_kept, *places.T[1:])

    def embed(self, texts: Sequence[str]) -> Floats:
        """The vectors of texts, as for the search."""
        return self.of([Row(text, (), "") for text in texts]).pooled[:, :STATE_SIZE]

    def offsets(self, row: Row) -> tuple[int, list[tuple[int, int]]]:
        """Where a message's tokens begin, and their spans."""
        return self._encoder.offsets(row.text)


def _key(row: Row) -> str:
    return hashlib.sha1(repr((row.text, row.context)).encode()).hexdigest()


class Network(nn.Module):
    """Heads over one hidden layer; its inputs are standardised first."""

    def __init__(self, samples: Samples, own_heads: int, other_heads: int, hidden: int) -> None:
        super().__init__()
        self._heads = own_heads, other_heads
        some = np.random.default_rng(1).permutation(len(samples.rows))[:STANDARD_ROWS]
        _, states, parts = samples.batch(some)
        pooled, states = torch.from_numpy(samples.pooled), states[parts > 0]
        self.mean, self.scale = _fixed(pooled.mean(0)), _fixed(pooled.std(0) + 1e-6)
        self.state_mean, self.state_scale = _fixed(states.mean(0)), _fixed(states.std(0) + 1e-6)
        size = states.shape[1]
        self.query = nn.Parameter(torch.randn(own_heads + other_heads, size) * 0.02)
        self.value = nn.Parameter(torch.randn(len(self.query), size, HEAD_SIZE) / size**0.5)
        self.hidden = nn.Linear(pooled.shape[1] + len(self.query) * HEAD_SIZE, hidden)
        self.intent = nn.Linear(hidden, len(LABELS))
        self.leaning = nn.Linear(hidden, len(LEANINGS))
        self.drop_in, self.drop = nn.Dropout(0.2), nn.Dropout(DROPOUT)

    def forward(self, pooled: Tensor, states: Tensor, parts: Tensor) -> tuple[Tensor, Tensor]:
        plain = self.drop_in((pooled - self.mean) / self.scale)
        others = parts == 2
        others[:, 0] |= ~others.any(1)
        masks = [parts == 1] * self._heads[0] + [others] * self._heads[1]
        # Both are linear in the states, which are standardised here at less cost than there.
        logits = states @ (self.query / self.state_scale).T
        shares = logits.masked_fill(~torch.stack(masks, 2), -1e4).softmax(1)
        attended = torch.einsum("bth,btd->bhd", shares, states)
        attended = self.drop_in((attended - self.state_mean) / self.state_scale)
        values = torch.einsum("bhd,hdw->bhw", attended, self.value).flatten(1)
        inner = self.drop(torch.relu(self.hidden(torch.cat([plain, values], 1))))
        return self.intent(inner), self.leaning(inner)


def _fixed(values: Tensor) -> nn.Parameter:
    return nn.Parameter(values, requires_grad=False)


def join_networks(networks: Sequence[Network], samples: Samples) -> Network:
    """Join networks to one whose logits are the means of theirs: their queries and hidden layers
    stand side by side, and zeros between them."""
    count = len(networks)
    joint = Network(samples, count * OWN_HEADS, count * OTHER_HEADS, count * HIDDEN)
    heads = [
        [
            *range(number * OWN_HEADS, (number + 1) * OWN_HEADS),
            *(count * OWN_HEADS + number * OTHER_HEADS + at for at in range(OTHER_HEADS)),
        ]
        for number in range(count)
    ]
    plain = samples.pooled.shape[1]
    with torch.no_grad():
        joint.hidden.weight.zero_()
        values = joint.hidden.weight[:, plain:].view(count * HIDDEN, -1, HEAD_SIZE)
        for number, (network, own) in enumerate(zip(networks, heads, strict=True)):
            inner = slice(number * HIDDEN, (number + 1) * HIDDEN)
            joint.query[own], joint.value[own] = network.query, network.value
            joint.hidden.weight[inner, :plain] = network.hidden.weight[:, :plain]
            values[inner, own] = network.hidden.weight[:, plain:].view(HIDDEN, -1, HEAD_SIZE)
            joint.hidden.bias[inner] = network.hidden.bias
        for name in ("intent", "leaning"):
            layers = [getattr(network, name) for network in networks]
            weights = torch.cat([layer.weight for layer in layers], 1) / count
            getattr(joint, name).weight.copy_(weights)
            getattr(joint, name).bias.copy_(sum(layer.bias for layer in layers) / count)
    return joint.eval()


def fit(samples: Samples, seed: int) -> Network:
    """Fit a network."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    network = Network(samples, OWN_HEADS, OTHER_HEADS, HIDDEN)
    rows, random = samples.rows, np.random.default_rng(seed)
    trained = [value for value in network.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(trained, RATE, weight_decay=DECAY)
    weights = torch.tensor([row.weight for row in rows])
    is_grave = torch.tensor([LABELS[row.intents[0]] in DISTRESS for row in rows])
    weights = torch.where(is_grave, DISTRESS_WEIGHT * weights, weights)
    intents = _masks([row.intents for row in rows], len(LABELS))
    leanings = _masks([row.leanings for row in rows], len(LEANINGS))
    leans = torch.tensor([bool(row.leanings) for row in rows])
    steps = sum(1 for _ in _batches(samples, random)) * EPOCHS
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2 * RATE, steps)
    network.train()
    for epoch in range(EPOCHS):
        for batch in _batches(samples, random):
            intent, leaning = network(*samples.batch(batch))
            own, lean = weights[batch], leans[batch]
            loss = (_set_loss(intent, intents[batch]) * own).sum()
            if lean.any():
                losses = _set_loss(leaning[lean], leanings[batch][lean])
                loss = loss + 0.5 * (losses * own[lean]).sum()
            (loss / own.sum()).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
        _log.info("epoch %d: %.3f", epoch + 1, loss.item() / own.sum().item())
    network.eval()
    return network


def _batches(samples: Samples, random: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    """Batches of rows of like length, in random order."""
    order, batches = random.permutation(len(samples.rows)), []
    for start in range(0, len(order), BATCH * 16):
        chunk = order[start : start + BATCH * 16]
        chunk = chunk[np.argsort(samples.lengths[chunk], kind="stable")]
        batches += [chunk[at : at + BATCH] for at in range(0, len(chunk), BATCH)]
    return (batches[number] for number in random.permutation(len(batches)))


def _masks(sets: Sequence[Sequence[int]], size: int) -> Tensor:
    masks = torch.full((len(sets), size), -1e4)
    for row, ids in enumerate(sets):
        masks[row, list(ids)] = 0
    return masks


def _set_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """Negative logarithm of the probability of each row's set."""
    logs = torch.log_softmax(logits, dim=-1)
    exact = torch.logsumexp(logs + masks, dim=-1)
    return -((1 - SMOOTHING) * exact + SMOOTHING * logs.mean(dim=-1))


def ordinary_rows(data: Path, learned: set[str]) -> Iterator[Row]:
    """Ordinary messages that nothing is learned from, to count false alarms of distress."""
    for name in ORDINARY_ROWS:
        records = _lines(data / "messages" / f"{name}.jsonl")
        texts = {" ".join(record["text"].split()) for record in records}
        rest = sorted(text for text in texts - learned if "911" not in text)
        for text in Random(3).sample(rest, min(ORDINARY_JUDGED, len(rest))):
            yield Row(text, (0,), f"ordinary {name}")


class Span(nn.Module):
    """Logits that a token begins or ends the subject; the last of all is that there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(2 * STATE_SIZE, SPAN_HIDDEN), nn.Linear(SPAN_HIDDEN, 2)
        self.none, self.drop = nn.Linear(STATE_SIZE, 2), nn.Dropout(0.2)

    def forward(self, states: Tensor, parts: Tensor) -> Tensor:
        is_own = parts[:, :, None] == 1
        mean = (states * is_own).sum(1) / is_own.sum(1)
        both = torch.cat([states, mean[:, None].expand_as(states)], 2)
        logits = self.outer(torch.relu(self.inner(self.drop(both)))).masked_fill(~is_own, -1e4)
        return torch.cat([logits, self.none(mean)[:, None]], 1)


def fit_span(features: Features, samples: Samples) -> Span:
    """Fit which tokens begin and end the subject."""
    torch.manual_seed(1)
    span, random = Span(), np.random.default_rng(1)
    targets = span_targets(features, samples.rows)
    optimizer = torch.optim.AdamW(span.parameters(), 1e-3, weight_decay=0.02)
    steps = sum(1 for _ in _batches(samples, random)) * SPAN_EPOCHS
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, steps)
    for epoch in range(SPAN_EPOCHS):
        for batch in _batches(samples, random):
            _, states, parts = samples.batch(batch)
            logits = span(states, parts)
            target = targets[batch]
            target = torch.where(target < 0, logits.shape[1] - 1, target)
            loss = nn.functional.cross_entropy(logits, target)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
        _log.info("span, epoch %d: %.3f", epoch + 1, loss.item())
    span.eval()
    return span


def span_targets(features: Features, rows: Sequence[Row]) -> Tensor:
    """The first and the last token of each row's subject; -1 if there is none."""
    targets = []
    for row in rows:
        start, offsets = features.offsets(row)
        first, last = row.subject or (0, 0)
        inside = [at for at, (begin, end) in enumerate(offsets) if begin < last and end > first]
        targets.append((start + inside[0], start + inside[-1]) if inside else (-1, -1))
    return torch.tensor(targets)


@torch.inference_mode()
def measure_span(features: Features, span: Span, samples: Samples) -> float:
    """The share of subjects, and of messages without one, that are found to the token."""
    right = 0
    for at, target in enumerate(span_targets(features, samples.rows)):
        _, states, parts = samples.batch(np.array([at]))
        *tokens, none = span(states, parts)[0]
        begins, ends = torch.stack(tokens).T
        total = (begins[:, None] + ends).triu() - 1e4 * torch.ones(len(tokens), len(tokens)).tril(
            -1
        )
        first, last = divmod(int(total.argmax()), len(tokens))
        best = (first, last) if total[first, last] > none.sum() else (-1, -1)
        right += best == tuple(target.tolist())
    return right / len(samples.rows)


@torch.inference_mode()
def predict(network: Network, samples: Samples) -> tuple[Floats, Floats]:
    """The probabilities of intents and leanings."""
    parts = []
    for start in range(0, len(samples.rows), BATCH):
        intent, leaning = network(
            *samples.batch(np.arange(start, min(start + BATCH, len(samples.rows))))
        )
        parts.append((intent.softmax(-1).numpy(), leaning.softmax(-1).numpy()))
    intents, leanings = zip(*parts, strict=True)
    return np.concatenate(intents), np.concatenate(leanings)


def measure(network: Network, judged: Samples, asked: Samples, ordinary: Samples) -> dict[str, Any]:
    """Accuracy over held-out writers, questions taken for anything else, and false alarms."""
    rows = judged.rows
    shares, leanings = predict(network, judged)
    own = np.array([row.intents[0] for row in rows])
    best = shares.argmax(1)
    right = np.array([at in row.intents for at, row in zip(best, rows, strict=True)])
    groups = np.array([intent.group for intent in INTENTS])
    distress = np.array([name in DISTRESS for name in LABELS])
    is_distress = distress[own]
    total = shares[:, distress].sum(1)
    leans = [at for at, row in enumerate(rows) if row.leanings]
    lean = np.array([rows[at].leanings[0] != 0 for at in leans])
    asked_shares, asked_leanings = predict(network, asked)
    alarms = predict(network, ordinary)[0][:, distress].sum(1)
    is_asked = np.isin(groups, ("question", "function"))
    return {
        "rows": len(rows),
        "right": round(float(right.mean()), 3),
        "second": round(float((np.argsort(-shares, 1)[:, :2] == own[:, None]).any(1).mean()), 3),
        "groups": {
            name: round(float((groups[best] == name)[groups[own] == name].mean()), 3)
            for name in sorted(set(groups[own].tolist()))
        },
        "writers": {
            name: round(float(right[[row.source == name for row in rows]].mean()), 3)
            for name in sorted({row.source for row in rows})
        },
        "distress": {
            str(at): (
                round(float((total[is_distress] > at).mean()), 3),
                int((total[~is_distress] > at).sum()),
            )
            for at in (0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
        },
        "others": int((~is_distress).sum()),
        "ordinary": {str(at): int((alarms > at).sum()) for at in (0.2, 0.3, 0.5, 0.7, 0.8, 0.9)},
        "kept": {
            str(at): round(float((1 - shares[:, is_asked].sum(1) > at)[~is_asked[own]].mean()), 3)
            for at in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
        },
        "leaning_right": round(float(((leanings[leans, 0] < 0.5) == lean).mean()), 3),
        "asked_taken": {
            str(at): round(float((1 - asked_shares[:, is_asked].sum(1) > at).mean()), 4)
            for at in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
        },
        "asked_leaning": round(float((asked_leanings[:, 0] < 0.5).mean()), 4),
        "asked_distress": {
            str(at): int((asked_shares[:, distress].sum(1) > at).sum()) for at in (0.2, 0.5, 0.9)
        },
        "by_intent": {
            name: [round(float(right[own == at].mean()), 2), int((own == at).sum())]
            for at, name in enumerate(LABELS)
            if (own == at).any()
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.understanding", description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the features")
    parser.add_argument("--held-out", nargs="*", default=HELD_OUT, help="sessions")
    parser.add_argument("--span", action="store_true", help="fit the subject too")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    random = Random(1)
    written = written_rows(HERE / "understanding.jsonl")
    held_out = tuple(arguments.held_out)
    learned = [row for row in written if not row.source.startswith(held_out)]
    judged = [row for row in written if row.source.startswith(held_out)]
    others = [*other_rows(arguments.data, random), *keyword_rows(learned)]
    contexts = list(public_contexts(arguments.data))
    asked = Random(2).sample(list(question_rows(arguments.data.parent / "eval")), ASKED_ROWS)
    earlier = list(dict.fromkeys(row.context for row in judged if row.context))
    asked += [replace(row, context=Random(row.text).choice(earlier)) for row in asked]
    ordinary = list(ordinary_rows(arguments.data, {row.text for row in others}))
    features = Features(arguments.out)
    samples = features.of(augment([*learned, *others], contexts, features.embed))
    network = join_networks([fit(samples, seed) for seed in range(NETWORKS)], samples)
    figures = measure(network, *map(features.of, (judged, asked, ordinary)))
    _log.info("%s", json.dumps(figures, ensure_ascii=False))
    values: dict[str, Tensor] = dict(network.state_dict())
    if arguments.span:
        span = fit_span(features, features.of([row for row in samples.rows if row.is_written]))
        _log.info("span right: %.3f", measure_span(features, span, features.of(judged)))
        values |= {f"span.{name}": value for name, value in span.state_dict().items()}
    arrays: dict[str, Any] = {
        name.replace(".", "_"): value.detach().numpy().astype(np.float16)
        for name, value in values.items()
    }
    if not arguments.span:
        kept = dict(np.load(OUT))
        arrays |= {name: value for name, value in kept.items() if name.startswith("span")}
    np.savez_compressed(OUT, **arrays)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
