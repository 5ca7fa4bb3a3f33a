"""Imported by scripts that use `tests/` or `training/`: puts their clone on the import path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
