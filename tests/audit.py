"""`make audit`: pip-audit over what is installed; skipped, and said so, where it has no data."""

from __future__ import annotations

import json
import subprocess
import sys

SECONDS = 300


def main() -> int:
    """0 where nothing is known of any dependency, or nothing can be; 1 where something is."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--format", "json"]
    command += ["--progress-spinner", "off"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        told = json.loads(ran.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return _skipped(f"no answer in {SECONDS} s")
    except (ValueError, KeyError):
        return _skipped((ran.stderr.strip().splitlines() or ["it said nothing"])[-1][:200])
    flawed = [report for report in told if report.get("vulns")]
    for report in flawed:
        for flaw in report["vulns"]:
            mended = ", ".join(flaw["fix_versions"]) or "no version yet"
            print(f"{report['name']} {report['version']}: {flaw['id']}, mended in {mended}")  # noqa: T201
    unknown = sum("skip_reason" in report for report in told)
    if unknown == len(told):
        return _skipped("its data knows none of the packages")
    print(f"pip-audit: {len(told) - unknown} packages, {len(flawed)} with known flaws")  # noqa: T201
    return 1 if flawed else 0


def _skipped(why: str) -> int:
    print(f"pip-audit: skipped ({why})")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
