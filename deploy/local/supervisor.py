"""Keeps started components alive: one that dies is started again, later each time, and every death is told."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import psutil

from deploy.local.errors import LocalError
from deploy.local.process import Child
from deploy.local.report import Report

_LOOK_SECONDS = 0.3
_FIRST_PAUSE, _LONGEST_PAUSE, _GOOD_LIFE = 1.0, 30.0, 60.0


class Component(Protocol):
    """What can be kept alive."""

    @property
    def name(self) -> str:
        """In the words of `make status`."""

    @property
    def child(self) -> Child:
        """Its process."""

    def start(self) -> None:
        """Start it and return when it is ready."""

    def stop(self) -> None:
        """End it in order."""


class Supervisor:
    """Watches components in the order in which they were added; stops them in the reverse order."""

    def __init__(self, report: Report, stopping: threading.Event) -> None:
        self._report = report
        self._stopping = stopping
        self._layers: list[list[Component]] = []
        self._keepers: list[threading.Thread] = []
        self._lock = threading.Lock()

    def add(self, layer: int, component: Component) -> None:
        """Take charge of a component; lower layers are stopped after higher ones."""
        with self._lock:
            while len(self._layers) <= layer:
                self._layers.append([])
            self._layers[layer].append(component)

    def watch(self) -> None:
        """Keep everything alive until `stopping` is set."""
        keepers = [
            threading.Thread(target=self._keep, args=(component,), daemon=True)
            for layer in self._layers
            for component in layer
        ]
        self._keepers = keepers
        for keeper in keepers:
            keeper.start()
        self._stopping.wait()

    def stop(self) -> None:
        """Stop all, layer by layer, each layer's components at once; then end whatever else we started."""
        for layer in reversed(self._layers):
            if layer:
                with ThreadPoolExecutor(len(layer)) as pool:
                    list(pool.map(lambda component: component.stop(), layer))
        self._sweep()
        for keeper in self._keepers:
            keeper.join(5)

    def _keep(self, component: Component) -> None:
        pause, since = _FIRST_PAUSE, time.monotonic()
        while not self._stopping.wait(_LOOK_SECONDS):
            code = _ended(component)
            if code is None:
                continue
            if time.monotonic() - since > _GOOD_LIFE:
                pause = _FIRST_PAUSE
            self._report.say(f"{component.name} ended with {code}; it is started again in {pause:.0f} s.")
            if self._stopping.wait(pause):
                return
            pause, since = min(2 * pause, _LONGEST_PAUSE), time.monotonic()
            try:
                component.start()
                self._report.say(f"{component.name} is back after {time.monotonic() - since:.1f} s.")
            except LocalError as error:
                if not self._stopping.is_set():
                    self._report.say(f"{component.name} cannot be started again: {error}")

    def _sweep(self) -> None:
        left = psutil.Process().children(recursive=True)
        for process in left:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(left, timeout=5)


def _ended(component: Component) -> int | str | None:
    try:
        return component.child.exit_code()
    except LocalError:
        return "no process"
