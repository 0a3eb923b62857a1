"""Writes every exchange as one JSON line, in the format the contract check reads, to the file named by GUICHET_CONTRACT_LOG.

Bodies are kept as they are and credentials masked (the scheme stays, for the check looks at it). Several processes may write to one file.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import re
from collections.abc import Iterable
from typing import Any

VARIABLE = "GUICHET_CONTRACT_LOG"
SECRET = re.compile(r"authorization|api-key|cookie", re.IGNORECASE)


def masked(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Header pairs with the values of credentials replaced."""
    out: list[list[str]] = []
    for name, value in headers:
        if SECRET.search(name):
            scheme, blank, _ = value.partition(" ")
            value = f"{scheme} ***" if blank else "***"
        out.append([name, value])
    return out


def _body(side: str, data: bytes) -> dict[str, str]:
    try:
        return {f"{side}_body": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{side}_body": base64.b64encode(data).decode(), f"{side}_body_encoding": "base64"}


def record(
    method: str,
    url: str,
    request_headers: Iterable[tuple[str, str]],
    request_body: bytes,
    status: int | None,
    response_headers: Iterable[tuple[str, str]] = (),
    response_body: bytes = b"",
) -> None:
    """One exchange. ``status`` None: the client never got an answer, so only its request counts."""
    path = os.environ.get(VARIABLE)
    if not path:
        return
    line: dict[str, Any] = {"method": method, "url": url, "request_headers": masked(request_headers)}
    line |= _body("request", request_body)
    if status is None:
        line["proxy_error"] = "no answer"
    else:
        line |= {"status": status, "response_headers": masked(response_headers)} | _body("response", response_body)
    data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "surrogateescape")
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        while data:
            data = data[os.write(handle, data) :]
    finally:
        os.close(handle)
