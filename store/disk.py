"""What is on the disk for good."""

from __future__ import annotations

import os
from pathlib import Path


def synchronise(path: Path | str) -> None:
    """Wait until the disk keeps what a file holds, or the names that a folder lists. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
