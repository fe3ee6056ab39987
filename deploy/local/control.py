"""Starts a run in the background and ends one from outside. What a run does is `run`'s business."""

import subprocess
from datetime import UTC, datetime

import psutil
from rich.console import Console

from deploy.local import places, records, settings, summary
from deploy.local.services import python, python_environment


def detached(console: Console) -> int:
    """Start a run in the background, show its progress, and return when the sample is loaded: 0, or 1 if it failed."""
    settings.load()
    if running() is not None:
        summary.show(console, records.read_run())
        return 0
    places.make_folder(records.logs())
    log = records.logs() / records.RUNNER_LOG
    began = datetime.now(UTC).timestamp()
    with log.open("wb") as output:
        process = subprocess.Popen(
            python("-m", "deploy.local", "run"),
            cwd=places.ROOT,
            env=python_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    state = summary.follow(console, log, process, began)
    if state == "ready":
        return 0
    if process.poll() is None and state == "load-failed":
        console.print("The suite runs, but its sample was not loaded; `make stop` ends it.")
    return 1


def running() -> psutil.Process | None:
    """The process of the run that lives now, or None."""
    identity = records.runner()
    return identity.process() if identity else None


def stop(console: Console) -> None:
    """End the run that lives, and whatever a killed one left."""
    process = running()
    if process is not None:
        process.terminate()
        _, alive = psutil.wait_procs([process], timeout=60)
        for late in alive:
            late.kill()
    left = records.stop_recorded()
    if left:
        console.print(f"Ended what was left: {', '.join(left)}.", highlight=False)
    console.print("Stopped." if process is not None or left else "Nothing runs.")
