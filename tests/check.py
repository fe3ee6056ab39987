"""``python -m tests.check``: format, lint, types, import rules and stale generated files; two at a time."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "types": [str(BIN / "mypy")],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "lint": [str(BIN / "ruff"), "check", "."],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
    "published language": [sys.executable, "-m", "shared.events.publish", "--check"],
    "rules": [sys.executable, "-m", "tests.rules", "--quiet"],
}


def _run(name: str) -> tuple[str, bool, float, str]:
    began = time.monotonic()
    done = subprocess.run(CHECKS[name], cwd=ROOT, capture_output=True, text=True, check=False)
    return name, done.returncode == 0, time.monotonic() - began, done.stdout + done.stderr


def main() -> int:
    """Run every check; print what failed; 1 when something did."""
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(_run, CHECKS))
    for name, good, seconds, output in results:
        print(f"{'ok  ' if good else 'FAIL'} {name:20} {seconds:5.1f} s")
        if not good:
            print(output)
    return 0 if all(good for _, good, _, _ in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
