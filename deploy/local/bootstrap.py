"""Makes `.venv` from nothing but Python 3.11 and its venv, exactly as requirements.lock says; at once when it stands.

Runs on the system's Python 3, whatever its age, to say clearly what is missing: standard library, old syntax only.
"""

import fcntl
import filecmp
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCK = os.path.join(ROOT, "requirements.lock")
STAMP = os.path.join(VENV, "installed.lock")


def main() -> int:
    """Bring `.venv` to what requirements.lock says; the process's exit code."""
    if _stands():
        return 0
    with open(os.path.join(ROOT, ".venv.lock"), "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if _stands():
            return 0
        try:
            _install()
        except subprocess.CalledProcessError as error:
            print(f"The environment could not be made: {error}")
            return 1
    return 0


def _stands() -> bool:
    return os.path.exists(STAMP) and filecmp.cmp(STAMP, LOCK, shallow=False) and _version(PYTHON) >= OLDEST


def _install() -> None:
    if _version(PYTHON) < OLDEST:
        print("Making .venv", flush=True)
        subprocess.check_call([_interpreter(), "-m", "venv", "--clear", VENV])
    pinned = os.path.join(VENV, "uv.lock")
    with open(pinned, "w") as file:
        file.write(_block("uv"))
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", pinned]
    subprocess.check_call(pip)
    sync = [os.path.join(VENV, "bin", "uv"), "pip", "sync", "--require-hashes", "--python", PYTHON, LOCK]
    subprocess.check_call(sync, cwd=ROOT)
    shutil.copyfile(LOCK, STAMP)


def _interpreter() -> str:
    """A Python that is new enough and can make environments: the one that runs this, or a newer one on the path."""
    for candidate in [sys.executable] + [shutil.which(name) or "" for name in NEWER]:
        if candidate and _version(candidate) >= OLDEST:
            return candidate
    found = f"{sys.version_info[0]}.{sys.version_info[1]} ({sys.executable})"
    needs = "Shouwen needs Python {}.{} or newer".format(*OLDEST)
    if sys.version_info[:2] >= OLDEST:
        sys.exit(f"{needs} with its venv module; {found} has none. On Debian and Ubuntu: apt-get install python3-venv")
    sys.exit(f"{needs}; found {found}. Install one, or name it: make PYTHON=/path/to/python3")


def _version(python: str) -> tuple:  # type: ignore[type-arg]  # (subscripts came with 3.9)
    """(major, minor) of an interpreter with which environments can be made; (0, 0) of any other."""
    asked = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        told = subprocess.check_output([python, "-c", asked], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return (0, 0)
    return tuple(int(part) for part in told.split())


def _block(name: str) -> str:
    """The lines of requirements.lock that pin `name`, with its hashes."""
    lines = []  # type: list[str]
    with open(LOCK) as file:
        for line in file:
            if line.startswith(name + "==") or (lines and line.startswith(" ")):
                lines.append(line)
            elif lines:
                break
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
