"""Weights as integers: the products they give, and the inputs kept apart."""

from __future__ import annotations

import numpy as np

from training.quantise import LIMIT, LayerInputs, find_outliers, quantise


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


def test_an_input_that_is_always_0_changes_nothing() -> None:
    seen = LayerInputs(np.float32([2, 0, 3]), np.diag(np.float32([4, 0, 9]))).without([2])
    assert seen.peaks.tolist() == [2, 0, 0]
    assert seen.moments.sum() == 4
    assert np.isfinite(quantise(np.float32([[1, 2, 3]]), seen).scales).all()


def test_neurons_far_above_all_others_are_outliers() -> None:
    assert find_outliers(np.float32([1, 9, 2, 30, 1.5])) == [1, 3]
    assert find_outliers(np.float32([1, 1.5, 2])) == []
