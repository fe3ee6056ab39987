"""`make run`: bring the whole suite up as fast as its parts allow, load the sample, keep it alive, take it down.

Composes the other rooms; what a service or the sample does inside is theirs.
"""

import asyncio
import os
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from deploy.local import broker, issuer, nursery, places, ports, postgres, records, settings, summary, topics
from deploy.local.errors import LocalError
from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from deploy.local.process import Child, Fork, Program, Running, run
from deploy.local.report import Report
from deploy.local.services import Addresses, ServiceProcess, python, python_environment, service_environment
from deploy.local.settings import SERVICES, LocalSettings
from deploy.local.steps import Step, run_steps
from deploy.local.supervisor import Component, Supervisor

_SERVER_LAYER, _ISSUER_LAYER, _SERVICE_LAYER, _LOADER_LAYER = 0, 1, 2, 3


class Run:
    """One run of the suite, from the first process to the last."""

    def __init__(self, told: LocalSettings, report: Report) -> None:
        self._told = told
        self._report = report
        self._ledger = records.Ledger()
        self._stopping = threading.Event()
        self._supervisor = Supervisor(report, self._stopping)
        self._admin = told.database or ""
        self._addresses = Addresses({}, told.kafka or f"{ports.LOOPBACK}:{told.kafka_port}")
        self._document: dict[str, Any] = summary.blank(told)
        self._fork: Fork | None = None
        self._failure: BaseException | None = None

    def foreground(self) -> int:
        """Bring up, keep alive until a signal, take down; the process's exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())
        rising = threading.Thread(target=self._rise, daemon=True)
        rising.start()
        try:
            self._supervisor_waits(rising)
        finally:
            self._report.say("Stopping.")
            self._ledger.close()
            self._supervisor.stop()
            rising.join(5)
            self._keep("failed" if self._failure else "stopped")
            self._report.say("Stopped; no process is left.")
        return 1 if self._failure else 0

    def _supervisor_waits(self, rising: threading.Thread) -> None:
        while rising.is_alive() and not self._stopping.wait(0.1):
            pass
        if not self._stopping.is_set():
            self._supervisor.watch()

    def _rise(self) -> None:
        try:
            with self._report:
                run_steps(self._steps())
                self._keep("loading")
                self._load()
            summary.show(self._report.console, self._document)
        except BaseException as error:
            if not self._stopping.is_set():
                self._failure = error
                told = str(error) if isinstance(error, LocalError) else f"{type(error).__name__}: {error}"
                self._document["failure"] = told
                self._report.say(told)
                self._keep("failed")
                self._stopping.set()

    def _steps(self) -> list[Step]:
        steps = [
            Step("PostgreSQL", self._database),
            Step("Kafka", self._kafka),
            Step("topics", self._topics, ("Kafka",)),
            Step("nursery", self._nurse),
            Step("issuer", self._issuer, ("nursery",)),
            Step("migrations", self._migrate, ("PostgreSQL", "nursery")),
        ]
        for name in SERVICES:
            kinds: tuple[tuple[str, tuple[str, ...]], ...] = (("api", ()), ("worker", ("topics",)))
            for kind, after in kinds:
                needs = ("migrations", "issuer", *after)
                steps.append(Step(f"{name} {kind}", partial(self._service, name, kind), needs))
        return steps

    def _nurse(self) -> None:
        """Let one process import what all others need, so that each of them starts by a fork (see `nursery`)."""
        if sys.platform != "linux":  # elsewhere the system's own libraries do not stand a fork
            return
        argv = python("-m", "deploy.local", "nursery")
        program = self._program("nursery", argv, python_environment())
        started: list[nursery.Nursery] = []

        def begin() -> Running:
            started.append(nursery.start(argv, program))
            return started[0].process

        self._ledger.launch(program.name, begin)
        started[0].wait_ready()
        self._fork = started[0].fork

    def _program(self, name: str, argv: list[str], env: dict[str, str]) -> Program:
        return Program(name, argv, _log(name), env=env, cwd=places.ROOT, launch=self._ledger.launch, fork=self._fork)

    def _start(self, layer: int, component: Component) -> None:
        self._supervisor.add(layer, component)
        component.start()

    def _database(self) -> None:
        self._report.begin("PostgreSQL", "starting" if self._told.database is None else "elsewhere")
        if self._told.database is None:
            log = records.logs() / "postgresql.log"
            server = PostgresServer(
                places.var() / "postgres", self._told.postgres_port, log=log, launch=self._ledger.launch
            )
            self._start(_SERVER_LAYER, server)
            self._admin = server.admin
        passwords = records.service_passwords(SERVICES)
        addresses = {}
        for name in SERVICES:
            role = f"shouwen_{name}"
            postgres.create_service_database(self._admin, role, passwords[name])
            addresses[name] = postgres.service_address(self._admin, role, passwords[name])
        self._addresses = Addresses(addresses, self._addresses.kafka)
        version = postgres.server_version(self._admin)
        self._document["database"] |= {"version": version, "admin": self._admin}
        self._report.done("PostgreSQL", f"{version} with {len(SERVICES)} databases")

    def _kafka(self) -> None:
        self._report.begin("Kafka", "starting" if self._told.kafka is None else "elsewhere")
        if self._told.kafka is None:
            log = records.logs() / "kafka.log"
            server = KafkaServer(
                places.var() / "kafka",
                self._told.kafka_port,
                self._told.kafka_controller_port,
                log=log,
                launch=self._ledger.launch,
            )
            server.progress = lambda done, whole: self._report.begin("Kafka", f"downloaded {done} of {whole} parts")
            self._start(_SERVER_LAYER, server)
            version = server.version()
        else:
            version = broker.version(self._told.kafka)
        self._document["kafka"] |= {"version": version}
        self._report.done("Kafka", version)

    def _topics(self) -> None:
        self._report.begin("topics")
        outcome = asyncio.run(topics.ensure(self._addresses.kafka, topics.read_topics()))
        self._report.done(
            "topics",
            f"{len(outcome.created)} created, {len(outcome.altered)} altered, {len(outcome.unchanged)} as they were",
        )

    def _issuer(self) -> None:
        self._report.begin("issuer")
        issuer.key_set_file()
        argv = python("-m", "deploy.local", "issuer", f"--port={self._told.issuer_port}")
        url = f"http://{ports.LOOPBACK}:{self._told.issuer_port}/health/live"
        self._start(_ISSUER_LAYER, ServiceProcess(self._program("issuer", argv, python_environment()), url))
        self._report.done("issuer")

    def _migrate(self) -> None:
        """All services' migrations in one process: each of its own would spend a second on the same imports."""
        self._report.begin("migrations")
        env = python_environment()
        for name in SERVICES:
            env |= service_environment(name, self._told, self._addresses)
        argv = python("-m", "deploy.local", "migrate")
        run(self._program("migrations", argv, env))
        self._report.done("migrations", summary.latest_line(_log("migrations")))

    def _service(self, name: str, kind: str) -> None:
        step = f"{name} {kind}"
        self._report.begin(step)
        port = self._told.http[name] if kind == "api" else self._told.worker[name]
        env = service_environment(name, self._told, self._addresses)
        url = f"http://{ports.LOOPBACK}:{port}/health/ready"
        program = self._program(step, python("-m", f"services.{name}", kind), env)
        self._start(_SERVICE_LAYER, ServiceProcess(program, url))
        self._report.done(step)

    def _load(self) -> None:
        """Run the sample's loader, showing its latest line; it decides itself whether there is anything to do."""
        self._report.begin("sample", "loading")
        log = _log("sample")
        argv = python("-m", "deploy.sample", "load")
        loader = Child(self._program("sample", argv, python_environment()))
        while loader.exit_code() is None:
            if self._stopping.wait(0.2):
                loader.stop()
                raise LocalError("Stopped while loading the sample.")
            self._report.begin("sample", summary.latest_line(log))
        code = loader.exit_code()
        summary.add_sample(self._document)
        self._document["seconds"]["loaded"] = round(self._report.seconds, 1)
        if code == 0:
            self._report.done("sample", "loaded")
            self._keep("ready")
        else:
            # The suite goes on, so that one can look at what the loader met.
            self._report.failed("sample", f"the loader ended with {code}.\n{loader.log_tail()}")
            self._keep("load-failed")

    def _keep(self, state: str) -> None:
        if state == "loading":
            self._document["seconds"]["ready"] = round(self._report.seconds, 1)
            summary.add_services(self._document, self._told, self._addresses)
        self._document["state"] = state
        records.write_run(self._document)


def foreground(console: Console) -> int:
    """The whole life of a run in this process; LocalError when it cannot begin."""
    told = settings.load()
    apply_file()
    places.make_folder(places.var())
    places.make_folder(records.logs())
    with records.only_run() as first:
        if not first:
            raise LocalError("The suite runs already; see `make status`, or `make stop` it first.")
        cleaned = records.stop_recorded()
        if cleaned:
            console.print(f"Cleaned up after an earlier run: {', '.join(cleaned)}.", highlight=False)
        for port, what, setting in told.ports():
            ports.require_free(port, what, setting)
        records.begin_logs()
        return Run(told, Report(console)).foreground()


def apply_file() -> None:
    """Let the lines of `var/settings.env` hold in this process and those it starts."""
    os.environ.update(settings.environment())


def _log(name: str) -> Path:
    return records.logs() / f"{name.replace(' ', '-')}.log"
