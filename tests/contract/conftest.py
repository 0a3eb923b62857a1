"""The contract of the ports: one suite, run on each connector and on its stand-in alike."""

from __future__ import annotations

import sys
from pathlib import Path

# The helpers stand one folder up.
sys.path.insert(0, str(Path(__file__).parents[1]))
