"""What connectors to web APIs share: one client that tells what a call's end means, and limits shared by all who call."""

from __future__ import annotations

import connectors.http.lean  # noqa: F401 - before all that imports requests
from connectors.http.answer import Answer
from connectors.http.client import HttpClient
from connectors.http.limits import Gate, Window
from connectors.http.meaning import Denied, Refused
from connectors.http.polling import Polled, one_by_one

__all__ = ["Answer", "Denied", "Gate", "HttpClient", "Polled", "Refused", "Window", "one_by_one"]
