"""Where local state lives; the one room that knows the layout of the folder `var/`.

Folders are made so that PostgreSQL's own user can walk through them; a folder that was there before is never changed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def var() -> Path:
    """The folder of all local state: `SHOUWEN_VAR`, or `var/` in the checkout."""
    named = os.environ.get("SHOUWEN_VAR")
    return Path(named).expanduser().resolve() if named else ROOT / "var"


def cache() -> Path:
    """Downloads that every instance shares and `make reset` keeps."""
    return var() / "cache"


def make_folder(path: Path, mode: int = 0o711) -> Path:
    """Create what is missing of `path` with `mode`, whatever the umask says; existing folders stay as they are."""
    missing = [path, *path.parents]
    for folder in reversed([f for f in missing if not f.exists()]):
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
    return path


def write_secret(path: Path, text: str) -> None:
    """Replace `path` by `text`, readable by its owner only from the first moment on."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Hold the lock `file`; whoever comes second waits. The system lets go of it when the process ends."""
    with file.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
