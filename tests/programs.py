"""Programs that tests run to their end."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

SECONDS = 600  # that nothing takes, but where it waits for ever


def run_program(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program without input; it may fail."""
    usual = {"stdin": subprocess.DEVNULL, "capture_output": True, "encoding": "utf-8"}
    return subprocess.run(command, **usual, timeout=SECONDS, **options)
