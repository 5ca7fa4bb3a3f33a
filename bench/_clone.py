"""Imported by what takes from `tests/`: the clone that this file lies in is looked in for it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
