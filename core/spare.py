"""Memory that need not be taken: packages that others load only because they are there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """What is imported meanwhile finds these packages not installed, unless they are loaded already. Afterwards they can be imported.

    For imports at the top of a module: what other threads import at the same time finds them absent too.
    """
    loaded: dict[str, Any] = sys.modules
    hidden = [name for name in names if name not in loaded]
    loaded.update(dict.fromkeys(hidden))  # None stands for a package that cannot be found
    try:
        yield
    finally:
        for name in hidden:
            if loaded.get(name) is None:
                loaded.pop(name, None)
