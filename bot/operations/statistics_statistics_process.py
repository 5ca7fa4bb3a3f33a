"""What this process takes of the machine."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def memory() -> int | None:
    """Bytes in memory now; where the system does not tell (macOS), the most there ever were."""
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
        resident = next(line for line in lines if line.startswith("VmRSS:"))
        return int(resident.split()[1]) * 1024
    except (OSError, StopIteration, ValueError, IndexError):
        return _most()


def _most() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
