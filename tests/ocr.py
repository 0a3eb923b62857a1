"""Tests of recognition need Tesseract with its languages: without it they are skipped on a desk and fail in CI."""

from __future__ import annotations

import os

import pytest

from connectors.tesseract import installed


def tesseract() -> str:
    """Where it is; skips where it is not."""
    path, why = installed()
    if not path and os.environ.get("CI", "").lower() == "true":
        pytest.fail(why)
    if not path:
        pytest.skip(why)
    return path
