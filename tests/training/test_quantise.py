from __future__ import annotations

import numpy as np

from training.quantise import LIMIT, LayerInputs, quantise


def test_products_are_nearer_than_with_weights_rounded_one_by_one() -> None:
    chance = np.random.default_rng(1)
    weights = chance.normal(size=(8, 32)).astype(np.float32)
    mixed = chance.normal(size=(32, 32))
    states = (chance.normal(size=(500, 32)) @ mixed).astype(np.float32)
    layer = quantise(weights, LayerInputs(np.abs(states).max(axis=0), states.T @ states))
    assert np.abs(layer.codes).max() <= LIMIT
    kept = (states / layer.even) @ (layer.codes * layer.scales[:, None]).T
    scales = np.abs(weights).max(axis=1, keepdims=True) / LIMIT
    plain = states @ (np.rint(weights / scales) * scales).T
    wanted = states @ weights.T
    assert np.square(kept - wanted).mean() < np.square(plain - wanted).mean() / 2
