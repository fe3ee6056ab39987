"""``python -m tests [LAYER …]``: every layer on servers of this run's own, beside whatever else runs on the machine.

Layers that share nothing run side by side; faults come last and alone, because they kill processes and measure waits.
"""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from tests.support import servers

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "var" / "reports"
STAGES = [
    ("without servers", ["domain", "architecture", "contract"], ["-n", "2"]),
    ("on servers", ["integration"], ["-n", "2", "--dist", "loadfile"]),
    ("on all four services", ["e2e"], []),  # one running suite for all of its files
    ("faults", ["faults"], []),
]


def main() -> int:
    """Run the layers asked for (all by default); the exit code says whether all were green."""
    known = {layer for _, layers, _ in STAGES for layer in layers}
    asked = set(sys.argv[1:]) or known
    if asked - known:
        print(f"no such layer: {', '.join(sorted(asked - known))}; there are {', '.join(sorted(known))}")
        return 2
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled once, hundreds of processes start in half the time
    began = time.monotonic()
    need = asked - {"domain", "architecture", "contract"}
    owned = servers.Owned() if need and not servers.running() else None
    print(f"servers: {os.environ.get(servers.VERSIONS, 'none needed')}", flush=True)
    failed = False
    try:
        for name, layers, options in STAGES:
            wanted = [layer for layer in layers if layer in asked and (ROOT / "tests" / layer).is_dir()]
            if wanted:
                failed |= not _stage(name, wanted, options)
    finally:
        if owned is not None:
            owned.stop()
    passed, bad, skipped = _totals()
    print(f"\nall layers in {time.monotonic() - began:.0f} s")
    print(f"{passed} passed, {bad} failed, {skipped} skipped")
    return 1 if failed or bad or not passed else 0


def _stage(name: str, layers: list[str], options: list[str]) -> bool:
    print(f"\n== {name}: {', '.join(layers)}", flush=True)
    report = REPORTS / f"{'-'.join(layers)}.xml"
    paths = [f"tests/{layer}" for layer in layers]
    command = [sys.executable, "-m", "pytest", *paths, *options, f"--junitxml={report}", "--durations=5"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def _totals() -> tuple[int, int, int]:
    run = failed = skipped = 0
    for path in REPORTS.glob("*.xml"):
        for suite in ET.parse(path).getroot().iter("testsuite"):
            run += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    return run - failed - skipped, failed, skipped


if __name__ == "__main__":
    raise SystemExit(main())
