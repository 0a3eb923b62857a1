"""Tokens and the prompt cache of the Messages API: what a request is worth, what of it was seen before.

A prompt is read in the order tools, system, messages. A ``cache_control`` marks the end of a prefix; the longest prefix
seen before is read, the rest up to the last mark is written, what follows is plain input. Short prefixes are not cached,
without a word. A prefix lives 5 minutes (or 1 hour) after its last use. The output format is part of every prefix: to
change it is to begin anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

#: least tokens of a cached prefix, by a word in the model's name
LEAST = {"haiku": 4096, "opus": 4096, "": 1024}
LOOK_BACK = 20
LIFE = {"5m": 300.0, "1h": 3600.0}


@dataclass(frozen=True, slots=True)
class Block:
    """``text``: what the model reads, for the prefix. ``mark``: its cache_control's time to live, or empty."""

    text: str
    tokens: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request's input; their sum is the whole prompt."""

    plain: int
    written_5m: int = 0
    written_1h: int = 0
    read: int = 0


def tokens_of(text: str) -> int:
    """About 3.5 characters a token, never nothing."""
    return max(1, round(len(text.encode()) / 3.5))


def blocks_of(body: dict[str, Any]) -> list[Block]:
    """The prompt in the order the cache sees it."""
    fmt = (body.get("output_config") or {}).get("format")
    out = [Block(json.dumps(fmt, sort_keys=True), tokens_of(json.dumps(fmt)))] if fmt else []
    out += [
        _block(one, json.dumps({k: v for k, v in one.items() if k != "cache_control"}, sort_keys=True))
        for one in body.get("tools") or []
    ]
    system = body.get("system") or []
    out += [_block(one, one["text"]) for one in ([{"text": system}] if isinstance(system, str) else system)]
    for message in body["messages"]:
        content = message["content"]
        for one in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            out.append(_block(one, message["role"] + ":" + _said(one), one))
    if mark := body.get("cache_control"):
        out[-1] = Block(out[-1].text, out[-1].tokens, mark.get("ttl") or "5m")
    return out


def _block(one: dict[str, Any], text: str, media: dict[str, Any] | None = None) -> Block:
    mark = one.get("cache_control")
    tokens = tokens_of(text)
    if media and media.get("type") == "image":
        tokens = 1600
    elif media and media.get("type") == "document" and media["source"].get("type") == "base64":
        tokens = 1500 * max(1, base64.b64decode(media["source"]["data"]).count(b"/Type /Page"))
    return Block(text, tokens, (mark.get("ttl") or "5m") if mark else "")


def _said(one: dict[str, Any]) -> str:
    return (
        str(one["text"])
        if one.get("type") == "text"
        else json.dumps({k: v for k, v in one.items() if k != "cache_control"}, sort_keys=True)
    )


class Cache:
    """Prefixes seen, by model."""

    def __init__(self) -> None:
        self._ends: dict[str, tuple[float, float]] = {}

    def use(self, model: str, blocks: list[Block], now: float) -> Usage:
        """What a request reads and writes at ``now``; the cache remembers it."""
        total = sum(block.tokens for block in blocks)
        marks = [index for index, block in enumerate(blocks) if block.mark]
        if not marks:
            return Usage(total)
        digest, digests, sums, count = hashlib.sha256(model.encode()), [], [], 0
        for block in blocks:
            digest.update(b"\0" + block.text.encode())
            count += block.tokens
            digests.append(digest.hexdigest())
            sums.append(count)
        least = next(value for word, value in LEAST.items() if word in model)
        marks = [index for index in marks if sums[index] >= least]
        if not marks:
            return Usage(total)
        read = 0
        for mark in reversed(marks):
            for index in range(mark, max(mark - LOOK_BACK, -1), -1):
                alive, life = self._ends.get(digests[index], (0.0, 0.0))
                if alive > now:
                    read = max(read, sums[index])
                    self._ends[digests[index]] = (now + life, life)
                    break
        written = {"5m": 0, "1h": 0}
        done = read
        for mark in marks:
            ttl = blocks[mark].mark
            if sums[mark] > done:
                written[ttl] += sums[mark] - done
                done = sums[mark]
            if self._ends.get(digests[mark], (0.0, 0.0))[0] <= now:
                self._ends[digests[mark]] = (now + LIFE[ttl], LIFE[ttl])
        return Usage(total - done, written["5m"], written["1h"], read)
