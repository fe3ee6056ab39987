"""As which operating-system user PostgreSQL runs, and whether that user may enter a path.

PostgreSQL refuses to run as root; this room finds another user and checks, as that user, before anything starts.
It never changes the permissions of a folder that it did not make.
"""

import os
import pwd
import subprocess
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.process import User

_CANDIDATES = ("postgres", "nobody")
_FIRST_CLOSED = 'for p; do test -x "$p" || { printf %s "$p"; exit 1; }; done'


def postgres_user(data: Path) -> User | None:
    """The user for PostgreSQL: None (ourselves) unless we are root; then SHOUWEN_POSTGRES_USER, the owner of data
    that is there already, or a usual unprivileged user.
    """
    if os.geteuid() != 0:
        return None
    named = os.environ.get("SHOUWEN_POSTGRES_USER")
    if named:
        return _user(named)
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return _from_entry(pwd.getpwuid(owner))
    for name in _CANDIDATES:
        try:
            return _user(name)
        except LocalError:
            continue
    raise LocalError("PostgreSQL does not run as root. Create a user for it and name it in SHOUWEN_POSTGRES_USER.")


def closed_folder(user: User | None, path: Path) -> Path | None:
    """The first folder on the way to `path` that `user` may not enter (or `path` itself, if it may not be run)."""
    way = [str(p) for p in [*reversed(path.parents), path] if p.exists()]
    answer = subprocess.run(
        ["/bin/sh", "-c", _FIRST_CLOSED, "sh", *way],
        cwd="/",
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=os.getgrouplist(user.name, user.gid) if user else None,
        capture_output=True,
        text=True,
        check=False,
    )
    return Path(answer.stdout) if answer.returncode else None


def require_way(user: User | None, path: Path) -> None:
    """Raise LocalError with the settings that help unless `user` may enter every folder down to `path`."""
    closed = closed_folder(user, path)
    if closed is None:
        return
    who = user.name if user else "you"
    raise LocalError(
        f"PostgreSQL runs as {who!r}, who may not enter {closed}. Set SHOUWEN_VAR to a folder that {who!r} can reach "
        "(for example /var/tmp/shouwen), or SHOUWEN_POSTGRES_USER to a user who may enter it, "
        "or keep the checkout elsewhere."
    )


def _user(name: str) -> User:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise LocalError(f"There is no user {name!r} on this machine; set SHOUWEN_POSTGRES_USER to one.") from None
    if entry.pw_uid == 0:
        raise LocalError("PostgreSQL does not run as root: set SHOUWEN_POSTGRES_USER to an ordinary user.")
    return _from_entry(entry)


def _from_entry(entry: pwd.struct_passwd) -> User:
    return User(entry.pw_name, entry.pw_uid, entry.pw_gid)
