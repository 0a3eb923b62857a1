"""What connectors to web APIs share: one client that tells what a call's end means, and limits shared by all who call."""

from __future__ import annotations

from connectors.http.answer import Answer
from connectors.http.client import Denied, HttpClient, Refused
from connectors.http.limits import Gate, Window

__all__ = ["Answer", "Denied", "Gate", "HttpClient", "Refused", "Window"]
