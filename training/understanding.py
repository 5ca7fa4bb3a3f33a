"""Train what tells the meaning of a message: `python -m training.understanding --out FOLDER`.

A network with one hidden layer over two vectors of the bundled encoder: the message's own, as for
the search, and the mean state of its words halfway up, read beside the question, title and words
that it answers to (`bot/understanding`). The encoder stays as it is: vectors are computed once and
kept in FOLDER, so that another fit takes a minute. Rows that do not tell one intent have the set of
those that they may be. Writers of `HELD_OUT` are never trained on; their first half sets the
thresholds, their second judges. Logs the figures and writes `bot/understanding/intents.npz`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from bot.understanding.model import MessageEncoder
from index.models.bundled.embedder import load_bundled
from training.sources import read_questions

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "bot" / "understanding" / "intents.npz"
LABELS = [intent.name for intent in INTENTS]
HELD_OUT = ("s09", "s10")  # sessions of writers

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
ORDINARY_ROWS = {"clinc-en": 2500, "fqb-fr": 700, "mtop-fr": 600, "medical-fr": 500}

HIDDEN, DROPOUT = 384, 0.4
RATE, DECAY, EPOCHS, BATCH = 1e-3, 0.02, 30, 256
SMOOTHING = 0.03
ROUGH_SHARE = 0.4
ASKED_ROWS = 1_000
CONTEXTS = 60
SAVED_ROWS = 4_000
WRITTEN_WEIGHT, OTHERS_WEIGHT, PATIENTS_WEIGHT = 3.0, 1.0, 0.3

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
        rows.append(
            Row(
                text,
                (LABELS.index(record["intent"]),),
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
            rows.append(row(record["text"], {kind}, "distress"))
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
                weight = PATIENTS_WEIGHT if name == "medical-fr" else OTHERS_WEIGHT
                rows.append(row(record["text"], intents, name, weight=weight))
    for source, count in PUBLIC.items():
        texts = sorted({question.text for question in read_questions(data, source)})
        sample = random.sample(texts, min(count, len(texts)))
        rows += [row(text, ASKED, "public", leanings=alone) for text in sample]
    news = [each for each in _lines(HERE / "news_questions.jsonl") if each["half"] == "learn"]
    for record in random.sample(news, NEWS_QUESTIONS):
        rows.append(row(record["question"], ASKED, "news", leanings=alone))
    return rows


def augment(rows: Sequence[Row]) -> list[Row]:
    """Add contexts that do not matter, and spellings of phones, always alike for a message."""
    contexts = list(dict.fromkeys(row.context for row in rows if row.context))[:CONTEXTS]
    more = []
    for row in rows:
        random = Random(row.text)
        in_context = replace(row, context=row.context or random.choice(contexts))
        is_leaning = bool(row.leanings) and 0 not in row.leanings
        if not row.is_written:
            more.append(in_context if is_leaning or random.random() < 0.5 else row)
            continue
        more.append(row)
        if row.context is None:
            more.append(in_context)
        elif LABELS[row.intents[0]] in ABOUT | TALK | DISTRESS | {"help_number"}:
            more.append(replace(row, context=None))
        if random.random() < ROUGH_SHARE:
            more.append(replace(in_context, text=roughen(row.text, random), subject=None))
    return more


def roughen(text: str, random: Random) -> str:
    """Spell a message as on a phone: without accents, capitals or signs."""
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


class Features:
    """The features of rows, computed once and kept in a folder."""

    def __init__(self, folder: Path) -> None:
        settings = load_settings()
        embedder = load_bundled(settings.cache_dir, threads=1)
        self._encoder = MessageEncoder.load(settings.cache_dir, embedder)
        self._path = folder / "features.npz"
        self._known: dict[str, Floats] = {}
        folder.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            stored = np.load(self._path)
            self._known = dict(zip(stored["keys"].tolist(), stored["values"], strict=True))

    def of(self, rows: Sequence[Row]) -> Floats:
        keys = [_key(row) for row in rows]
        missing = {key: row for key, row in zip(keys, rows, strict=True) if key not in self._known}
        _log.info("%d of %d to encode", len(missing), len(rows))

        def encode(row: Row) -> Floats:
            return self._encoder.encode(row.text, row.context).pooled.astype(np.float16)

        with ThreadPoolExecutor(2) as pool:
            for key, values in zip(missing, pool.map(encode, missing.values()), strict=True):
                self._known[key] = values
                if len(self._known) % SAVED_ROWS == 0:
                    self._save()
        if missing:
            self._save()
        return np.array([self._known[key] for key in keys], np.float32)

    def _save(self) -> None:
        values = np.array(list(self._known.values()), np.float16)
        np.savez(self._path, keys=np.array(list(self._known)), values=values)

    def states(self, row: Row) -> tuple[Floats, list[tuple[int, int]]]:
        """The states of a message's tokens, and their spans."""
        encoded = self._encoder.encode(row.text, row.context)
        return encoded.states, encoded.offsets


def _key(row: Row) -> str:
    return hashlib.sha1(repr((row.text, row.context)).encode()).hexdigest()


class Network(nn.Module):
    """Heads over one hidden layer; features are standardised first."""

    def __init__(self, features: Floats) -> None:
        super().__init__()
        size = features.shape[1]
        self.mean = nn.Parameter(torch.from_numpy(features.mean(0)), requires_grad=False)
        spread = features.std(0) + 1e-6
        self.scale = nn.Parameter(torch.from_numpy(spread), requires_grad=False)
        self.hidden = nn.Linear(size, HIDDEN)
        self.intent = nn.Linear(HIDDEN, len(LABELS))
        self.leaning = nn.Linear(HIDDEN, len(LEANINGS))
        self.drop_in, self.drop = nn.Dropout(0.2), nn.Dropout(DROPOUT)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        plain = self.drop_in((features - self.mean) / self.scale)
        inner = self.drop(torch.relu(self.hidden(plain)))
        return self.intent(inner), self.leaning(inner)


def fit(features: Floats, rows: Sequence[Row]) -> Network:
    """Fit the network."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    network = Network(features)
    optimizer = torch.optim.AdamW(
        [each for each in network.parameters() if each.requires_grad], RATE, weight_decay=DECAY
    )
    inputs, weights = torch.from_numpy(features), torch.tensor([row.weight for row in rows])
    intents = _masks([row.intents for row in rows], len(LABELS))
    leanings = _masks([row.leanings for row in rows], len(LEANINGS))
    leans = torch.tensor([bool(row.leanings) for row in rows])
    steps = EPOCHS * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2 * RATE, steps)
    network.train()
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(rows)).split(BATCH):  # type: ignore[no-untyped-call]
            intent, leaning = network(inputs[batch])
            own = weights[batch]
            loss = (_set_loss(intent, intents[batch]) * own).sum()
            lean = leans[batch]
            if lean.any():
                losses = _set_loss(leaning[lean], leanings[batch][lean])
                loss = loss + 0.5 * (losses * own[lean]).sum()
            (loss / own.sum()).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
        if epoch % 10 == 9:
            _log.info("epoch %d: %.3f", epoch + 1, loss.item() / own.sum().item())
    network.eval()
    return network


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


def fit_span(features: Features, rows: Sequence[Row]) -> dict[str, Floats]:
    """Fit which tokens begin and end the subject: two logits of each token's state.

    A token's state is read beside the mean of all; the first row of `span_none` is their bias.
    """
    marked = [row for row in rows if row.is_written and row.text][:SPAN_ROWS]
    torch.manual_seed(1)
    samples = []
    for row in marked:
        states, offsets = features.states(row)
        if not len(states):
            continue
        inside = []
        if row.subject is not None:
            first, last = row.subject
            inside = [at for at, (begin, end) in enumerate(offsets) if begin < last and end > first]
        target = (inside[0], inside[-1]) if inside else (len(states), len(states))
        samples.append((torch.from_numpy(states.astype(np.float32)), target))
    inner, outer = nn.Linear(768, 96), nn.Linear(96, 2)
    none = nn.Linear(384, 2)
    parameters = [*inner.parameters(), *outer.parameters(), *none.parameters()]
    optimizer = torch.optim.AdamW(parameters, 2e-3, weight_decay=0.02)
    random, order = Random(1), list(range(len(samples)))
    for epoch in range(SPAN_EPOCHS):
        random.shuffle(order)
        total = 0.0
        for number, at in enumerate(order):
            tokens, (first, last) = samples[at]
            mean = tokens.mean(0)
            both = torch.cat([tokens, mean.expand_as(tokens)], dim=1)
            logits = torch.cat([outer(torch.relu(inner(both))), none(mean)[None]])
            loss = nn.functional.cross_entropy(logits.T, torch.tensor([first, last]))
            (loss / 16).backward()  # type: ignore[no-untyped-call]
            total += loss.item()
            if number % 16 == 15:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
        _log.info("span, epoch %d: %.3f", epoch + 1, total / len(order))
    return {
        "span_inner": inner.weight.detach().numpy(),
        "span_inner_bias": inner.bias.detach().numpy(),
        "span_outer": outer.weight.detach().numpy(),
        "span_outer_bias": outer.bias.detach().numpy(),
        "span_none": none.weight.detach().numpy(),
        "span_none_bias": none.bias.detach().numpy(),
    }


SPAN_ROWS, SPAN_EPOCHS = 9_000, 4


@torch.inference_mode()
def predict(network: Network, features: Floats) -> tuple[Floats, Floats]:
    """The probabilities of intents and leanings."""
    intent, leaning = network(torch.from_numpy(features))
    return intent.softmax(-1).numpy(), leaning.softmax(-1).numpy()


def measure(
    network: Network, features: Floats, rows: Sequence[Row], asked: Floats
) -> dict[str, Any]:
    """Accuracy over held-out writers, and questions taken for anything else."""
    shares, leanings = predict(network, features)
    own = np.array([row.intents[0] for row in rows])
    best = shares.argmax(1)
    groups = np.array([intent.group for intent in INTENTS])
    distress = np.array([name in DISTRESS for name in LABELS])
    is_distress = distress[own]
    total = shares[:, distress].sum(1)
    leans = [at for at, row in enumerate(rows) if row.leanings]
    lean = np.array([rows[at].leanings[0] != 0 for at in leans])
    asked_shares, asked_leanings = predict(network, asked)
    is_asked = np.isin(groups, ("question", "function"))
    return {
        "rows": len(rows),
        "right": round(float((best == own).mean()), 3),
        "second": round(float((np.argsort(-shares, 1)[:, :2] == own[:, None]).any(1).mean()), 3),
        "groups": {
            name: round(float((groups[best] == name)[groups[own] == name].mean()), 3)
            for name in sorted(set(groups[own].tolist()))
        },
        "distress": {
            str(at): (
                round(float((total[is_distress] > at).mean()), 3),
                int((total[~is_distress] > at).sum()),
            )
            for at in (0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
        },
        "others": int((~is_distress).sum()),
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
            name: [round(float((best == own)[own == at].mean()), 2), int((own == at).sum())]
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
    rows = augment([*learned, *other_rows(arguments.data, random)])
    asked = Random(2).sample(list(question_rows(arguments.data.parent / "eval")), ASKED_ROWS)
    contexts = list(dict.fromkeys(row.context for row in written if row.context))[:CONTEXTS]
    asked += [replace(row, context=Random(row.text).choice(contexts)) for row in asked]
    features = Features(arguments.out)
    inputs = features.of([*rows, *judged, *asked])
    ends = np.cumsum([len(rows), len(judged)])
    network = fit(inputs[: ends[0]], rows)
    figures = measure(network, inputs[ends[0] : ends[1]], judged, inputs[ends[1] :])
    _log.info("%s", json.dumps(figures, ensure_ascii=False))
    weights = {
        name: value.detach().numpy().astype(np.float16)
        for name, value in network.state_dict().items()
    }
    spans = dict(np.load(OUT)) if OUT.exists() and not arguments.span else {}
    spans = {name: value for name, value in spans.items() if name.startswith("span")}
    if arguments.span or not spans:
        spans = fit_span(features, [row for row in rows if row.is_written])
    arrays: dict[str, Any] = {name.replace(".", "_"): value for name, value in weights.items()}
    arrays |= {name: value.astype(np.float16) for name, value in spans.items()}
    np.savez_compressed(OUT, **arrays)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
