"""How much work something is: processor time, which on a slow or busy machine is as little as anywhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bench.processes import cpu_seconds


@contextmanager
def little_work(seconds: float) -> Iterator[None]:
    """Fails unless what is done within takes less than so much of the processor, here and in the processes started."""
    before = cpu_seconds(os.getpid())
    yield
    assert cpu_seconds(os.getpid()) - before < seconds
