"""Steps that wait for each other, run in threads as early as their predecessors allow; what they do is theirs."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """`work` runs once every step named in `after` has ended well."""

    name: str
    work: Callable[[], None]
    after: tuple[str, ...] = ()


def run_steps(steps: Sequence[Step]) -> None:
    """Run all. The first failure is raised at once: the caller ends what the steps still running wait for."""
    waiting = {step.name: step for step in steps}
    ended: set[str] = set()
    running: dict[Future[None], str] = {}
    pool = ThreadPoolExecutor(len(steps))
    try:
        while waiting or running:
            for step in [s for s in waiting.values() if set(s.after) <= ended]:
                running[pool.submit(step.work)] = waiting.pop(step.name).name
            if not running:
                raise ValueError(f"steps wait for each other or for none: {', '.join(waiting)}")
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                ended.add(running.pop(future))
                future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
