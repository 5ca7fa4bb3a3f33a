"""The reader in PyTorch: the bundled encoder with two heads.

A batch is its texts end to end, without padding except for attention and span logits. Names follow
Hugging Face's `BertModel`.

Devlin et al., "BERT" (2019), for the encoder and the span head; Rajpurkar et al., "Know What You
Don't Know" (2018), for unanswerable questions, whose span is the first token.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

_FAR = -1e4


@dataclass(frozen=True, slots=True)
class ReaderShape:
    """The sizes of the network."""

    hidden: int = 384
    layers: int = 12
    heads: int = 12
    inner: int = 1536
    vocabulary: int = 250_037
    positions: int = 512
    epsilon: float = 1e-12


@dataclass(frozen=True, slots=True)
class Packed:
    """Texts end to end.

    `ids`, `places` (a token's position in its text) and `cells` (its index in the flattened
    rectangle of `rows` by `width`) have shape (tokens,).
    """

    ids: Tensor
    places: Tensor
    cells: Tensor
    rows: int
    width: int

    @property
    def mask(self) -> Tensor:
        """True for the cells of tokens, shape (rows, width)."""
        filled = torch.zeros(self.rows * self.width, dtype=torch.bool)
        filled[self.cells] = True
        return filled.view(self.rows, self.width)


@dataclass(frozen=True, slots=True)
class Readings:
    """Logits: `start` and `end` of shape (rows, width), `has` of (rows,)."""

    start: Tensor
    end: Tensor
    has: Tensor


def pack(rows: list[list[int]]) -> Packed:
    width = max(map(len, rows))
    places = torch.cat([torch.arange(len(row)) for row in rows])
    owners = torch.repeat_interleave(torch.tensor([len(row) for row in rows]))
    ids = torch.tensor([token for row in rows for token in row])
    return Packed(ids, places, owners * width + places, len(rows), width)


def narrow_products() -> torch.autocast:
    """Use bfloat16 if the CPU supports it; otherwise it is a hundred times slower than float32."""
    wide = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return torch.autocast("cpu", torch.bfloat16, enabled=wide)


class Reader(nn.Module):
    """Encoder and heads. The embeddings are frozen and not saved."""

    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        self.shape = shape
        self.embeddings = _Embeddings(shape)
        self.encoder = nn.ModuleDict(
            {"layer": nn.ModuleList(_Layer(shape) for _ in range(shape.layers))}
        )
        self.span = nn.Linear(shape.hidden, 2)
        self.has = nn.Sequential(
            nn.Linear(shape.hidden, shape.hidden), nn.Tanh(), nn.Linear(shape.hidden, 1)
        )

    def forward(self, packed: Packed) -> Readings:
        state = self.states(packed)
        cells = packed.rows * packed.width
        spans = self.span(state).float()
        logits = spans.new_full((cells, 2), _FAR).index_copy(0, packed.cells, spans)
        start, end = logits.view(packed.rows, packed.width, 2).unbind(-1)
        has = self.has(state[packed.places == 0]).squeeze(-1).float()
        return Readings(start, end, has)

    def states(self, packed: Packed) -> Tensor:
        """Return the encoder's state of each token, shape (tokens, hidden)."""
        mask = (~packed.mask[:, None, None, :]).to(torch.bfloat16) * _FAR
        state: Tensor = self.embeddings(packed)
        for layer in self.layers:
            state = layer(state, packed, mask)
        return state

    def drop(self, share: float) -> None:
        """Set the dropout of the attention's and the inner layers' outputs."""
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = share

    @property
    def heads(self) -> list[nn.Module]:
        return [self.span, self.has]

    @property
    def layers(self) -> list[_Layer]:
        """The encoder's layers, the lowest first."""
        return [layer for layer in self.encoder["layer"].children() if isinstance(layer, _Layer)]

    def trained_state(self) -> dict[str, Tensor]:
        """Return all weights but the embeddings, by name."""
        return {k: v for k, v in self.state_dict().items() if not k.startswith("embeddings.")}


class _Embeddings(nn.Module):
    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(shape.vocabulary, shape.hidden)
        self.position_embeddings = nn.Embedding(shape.positions, shape.hidden)
        self.token_type_embeddings = nn.Embedding(2, shape.hidden)
        self.LayerNorm = nn.LayerNorm(shape.hidden, shape.epsilon)
        self.requires_grad_(False)

    def forward(self, packed: Packed) -> Tensor:
        words = self.word_embeddings(packed.ids)
        places = self.position_embeddings(packed.places) + self.token_type_embeddings.weight[0]
        normalised: Tensor = self.LayerNorm(words + places)
        return normalised


class _Layer(nn.Module):
    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        self.attention = nn.ModuleDict({"self": _Attention(shape), "output": _Residual(shape)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(shape.hidden, shape.inner)})
        self.output = _Residual(shape, shape.inner)

    def forward(self, state: Tensor, packed: Packed, mask: Tensor) -> Tensor:
        context = self.attention["self"](state, packed, mask)
        state = self.attention["output"](context, state)
        inner = functional.gelu(self.intermediate["dense"](state))
        higher: Tensor = self.output(inner, state)
        return higher


class _Attention(nn.Module):
    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        self.query = nn.Linear(shape.hidden, shape.hidden)
        self.key = nn.Linear(shape.hidden, shape.hidden)
        self.value = nn.Linear(shape.hidden, shape.hidden)
        self.heads = shape.heads

    def forward(self, state: Tensor, packed: Packed, mask: Tensor) -> Tensor:
        query, key, value = (
            self._spread(part(state), packed) for part in (self.query, self.key, self.value)
        )
        # On CPUs, plain products train a sixth faster than the fused attention.
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        context: Tensor = (scores + mask).softmax(-1).to(value.dtype) @ value
        return context.transpose(1, 2).reshape(packed.rows * packed.width, -1)[packed.cells]

    def _spread(self, states: Tensor, packed: Packed) -> Tensor:
        """Reshape (tokens, hidden) to (rows, heads, width, hidden / heads), padded with zeros."""
        rectangle = states.new_zeros(packed.rows * packed.width, states.shape[-1])
        rectangle = rectangle.index_copy(0, packed.cells, states)
        return rectangle.view(packed.rows, packed.width, self.heads, -1).transpose(1, 2)


class _Residual(nn.Module):
    def __init__(self, shape: ReaderShape, inputs: int | None = None) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs or shape.hidden, shape.hidden)
        self.dropout = nn.Dropout(0.0)
        self.LayerNorm = nn.LayerNorm(shape.hidden, shape.epsilon)

    def forward(self, output: Tensor, state: Tensor) -> Tensor:
        normalised: Tensor = self.LayerNorm(self.dropout(self.dense(output)) + state)
        return normalised
