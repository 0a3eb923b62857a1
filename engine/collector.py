"""The memory of a process that holds much for ever and lets most of the rest go at once: Python's collector, glibc's arenas."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import time

#: mallopt(3): how many arenas there may be, and from which size on memory is taken from the system and given back to it.
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
ARENAS, LARGE = 2, 256 * 1024
#: The same where one thread reads mails: what they are and bring is mostly larger, and would leave holes among small things.
LARGE_READ = 128 * 1024
#: Seconds between two times that a busy process gives back what is free in it.
EVERY = 1.0
_given = 0.0


def spare_collector() -> None:
    """Take what is loaded by now out of the collector's rounds, and let them come less often.

    A batch makes tens of thousands of objects that live until its commit and hold no rings; by default each of them is walked over
    many times, with all modules and compiled directives, for a twentieth of the time of the whole service.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def spare_memory(large: int = LARGE) -> None:
    """Keep glibc from holding on to what the threads let go.

    It gives every thread an arena of its own, and after the first large block that is freed it keeps such blocks for a next time:
    mails of some megabytes, in a dozen threads. To be called before there are threads; elsewhere than on glibc it does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, ARENAS)
        mallopt(_M_MMAP_THRESHOLD, large)


def give_back() -> None:
    """After a busy time: what is free in this process goes back to the system."""
    gc.collect()
    _trim()


def give_back_busy(now: float | None = None) -> bool:
    """At work: whole pages that are free among what is used go back, once a second at most; whether they did.

    It takes half a millisecond for the 4 MB that a busy service has by then. ``now`` is ``time.monotonic()``.
    """
    global _given
    now = time.monotonic() if now is None else now
    if now - _given < EVERY:
        return False
    _given = now
    _trim()
    return True


def _trim() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
