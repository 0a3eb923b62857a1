"""The garbage collector of a process that holds much for ever and lets most of the rest go at once."""

from __future__ import annotations

import gc


def spare_collector() -> None:
    """Take what is loaded by now out of the collector's rounds, and let them come less often.

    A batch makes tens of thousands of objects that live until its commit and hold no rings; by default each of them is walked over
    many times, with all modules and compiled directives, for a twentieth of the time of the whole service.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
