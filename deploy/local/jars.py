"""Apache Kafka's jars from Maven Central: exactly those of `kafka-jars.lock`, each checked against its SHA-256.

Kafka and its logging binding are resolved apart when the lock is made: resolved together, jgo lets the logging
project's own version list pull kafka-clients down to 3.9.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local import places
from deploy.local.errors import LocalError

if TYPE_CHECKING:
    from jgo.maven import MavenContext

KAFKA_VERSION = "4.3.1"
_ENDPOINTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
)
_LOCK = Path(__file__).with_name("kafka-jars.lock")
_PARALLEL = 8


@dataclass(frozen=True)
class Jar:
    """One artifact by its Maven coordinate and the SHA-256 of its bytes."""

    group: str
    artifact: str
    version: str
    sha256: str

    def fetch(self, repository: "MavenContext") -> Path:
        """The jar's path in the local repository; downloaded when absent, and once more when its bytes are wrong."""
        for _ in range(2):
            path = repository.project(self.group, self.artifact).at_version(self.version).artifact().resolve()
            if hashlib.sha256(path.read_bytes()).hexdigest() == self.sha256:
                return path
            path.unlink()
        raise LocalError(
            f"{self.artifact} {self.version} from Maven Central has other bytes than kafka-jars.lock says."
        )


def class_path(progress: Callable[[int, int], None] | None = None) -> str:
    """The class path of Kafka's server and tools; downloads what is missing, telling `progress` (done, all).

    Several processes may ask at once: one downloads, the others wait. Raises LocalError when a jar cannot be had.
    """
    cache = places.make_folder(places.cache())
    whole = cache / f"kafka-{KAFKA_VERSION}-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]}"
    if os.pathsep in str(whole):
        raise LocalError(f"Java takes no path with {os.pathsep!r} in it: set SHOUWEN_VAR to a folder without.")
    if not whole.exists():
        with places.alone(cache / "kafka.lock"):
            if not whole.exists():
                _gather(_fetch(_locked(), cache / "maven", progress), whole)
    return str(whole / "*")


def write_lock() -> None:
    """Resolve the endpoints anew and write `kafka-jars.lock`; for whoever raises the version."""
    import jgo
    from jgo.maven import MavenContext

    folder = places.make_folder(places.cache()) / "maven"
    os.environ["M2_REPO"] = str(folder)  # jgo.resolve takes its repository from here only
    repository = MavenContext(repo_cache=folder)
    found: dict[str, str] = {}
    for endpoint in _ENDPOINTS:
        for artifact in jgo.resolve(endpoint):
            if f"{artifact.groupId}:{artifact.artifactId}" in {name.rsplit(":", 1)[0] for name in found}:
                continue
            name = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            path = repository.project(artifact.groupId, artifact.artifactId).at_version(artifact.version)
            found[name] = hashlib.sha256(path.artifact().resolve().read_bytes()).hexdigest()
    _LOCK.write_text("".join(f"{name} {found[name]}\n" for name in sorted(found)), encoding="utf-8")


def _locked() -> list[Jar]:
    jars = []
    for line in _LOCK.read_text(encoding="utf-8").splitlines():
        coordinate, sha256 = line.split(" ")
        group, artifact, version = coordinate.split(":")
        jars.append(Jar(group, artifact, version, sha256))
    return jars


def _fetch(jars: list[Jar], folder: Path, progress: Callable[[int, int], None] | None) -> list[Path]:
    # Imported here: a third of a second that only the first start needs.
    import requests
    from jgo.maven import MavenContext

    repository = MavenContext(repo_cache=folder, timeout=60)
    paths: list[Path] = []
    with ThreadPoolExecutor(_PARALLEL) as pool:
        try:
            for path in pool.map(lambda jar: jar.fetch(repository), jars):
                paths.append(path)
                if progress is not None:
                    progress(len(paths), len(jars))
        except (requests.RequestException, RuntimeError) as error:
            raise LocalError(f"Apache Kafka cannot be downloaded from Maven Central: {error}") from error
    return paths


def _gather(jars: list[Path], whole: Path) -> None:
    """Link all jars into one folder, which appears at once and complete."""
    fresh = whole.with_name(f"{whole.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for jar in jars:
        os.link(jar, fresh / jar.name)
    fresh.rename(whole)
