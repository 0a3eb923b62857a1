"""The Messages API on loopback: scripted answers, structured outputs, tools, prompt caching, limits, overload.

    with Anthropic() as fake:
        fake.answer({"kind": "MODELISATION", …})            # every request; or a text, a list of blocks, a Reply, a function of the request
        fake.next_answers("…", Reply("…", stop_reason="refusal"))   # these first
        …client on fake.url with fake.key…
        fake.requests, fake.spent, fake.prompts()

Without a script it answers the emptiest value the asked-for schema allows. An answer longer than max_tokens is cut and stops with
``max_tokens``. A scripted value must fit the request's schema, as the real model's does: one that does not is a defect of the test
(``Reply(…, lawless=True)`` says it is meant).
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .anthropic_cache import Cache, Usage, blocks_of, tokens_of
from .anthropic_checks import CONTEXT, MAX_BODY, MODELS, blank, check, refused
from .base import Fake, Window, parse_body, stamp
from .wire import Answer, Refusal, Request

VERSIONS = ("2023-06-01", "2026-10-21")


@dataclass(frozen=True, slots=True)
class Reply:
    """A scripted answer: a text, a value for the schema, or content blocks."""

    content: Any
    stop_reason: str = ""
    lawless: bool = False


Script = str | dict[str, Any] | list[Any] | Reply | Callable[[dict[str, Any]], Any]


class Anthropic(Fake):
    """``key`` goes as Bearer or x-api-key. Knobs: ``rpm``, ``itpm`` (input tokens a minute), ``answer``, ``next_answers``, ``refuse_next``,
    ``thinks`` (seconds before each answer), and those of the base (``fail_next(2, 529)``, ``fail_next(1, 429, retry_after=1)``).
    """

    real = "https://api.anthropic.com"
    routes = [
        ("POST", r"/v1/messages", "messages_create"),
        ("POST", r"/v1/messages/count_tokens", "count_tokens"),
        ("GET", r"/v1/models", "models_list"),
        ("GET", r"/v1/models/(?P<model>[^/]+)", "models_get"),
    ]

    def __init__(
        self,
        *,
        key: str = "sk-ant-fake-0001",
        rpm: int | None = 1000,
        itpm: int | None = 2_000_000,
        latency: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.key, self.itpm = key, itpm
        self.window = Window(rpm, 60.0)
        self._input: list[tuple[float, int]] = []
        self.cache = Cache()
        #: every body answered with 200, oldest first
        self.requests: list[dict[str, Any]] = []
        #: tokens over all answers: input, output, cache_read, cache_write_5m, cache_write_1h
        self.spent = dict.fromkeys(("input", "output", "cache_read", "cache_write_5m", "cache_write_1h"), 0)
        self._standing: Script | None = None
        self._first: list[Script] = []
        super().__init__(latency=latency, clock=clock)

    # ------------------------------------------------------------------ from the test
    def answer(self, script: Script) -> None:
        """What to answer from now on. A function is given the request's body and returns any of the others."""
        self._standing = script

    def next_answers(self, *scripts: Script) -> None:
        """What to answer to the next requests, once each."""
        with self.lock:
            self._first += scripts

    def refuse_next(self, n: int = 1) -> None:
        self.next_answers(*[Reply("", stop_reason="refusal")] * n)

    def prompts(self) -> list[str]:
        """All the text of each request's messages, for looking at what the model was told."""
        return [
            "\n".join(block.text for block in blocks_of({**body, "output_config": None, "tools": []})) for body in self.requests
        ]

    # ------------------------------------------------------------------ the base's questions
    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        texts = {
            429: "This request would exceed your organization's rate limit",
            529: "Overloaded",
            401: "invalid x-api-key",
            402: "Your credit balance is too low to access the Anthropic API.",
        }
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        number = self._number("req_")
        return refused(status, texts.get(status, "Internal server error"), number, headers | {"request-id": number}).answer

    def missing(self, request: Request) -> Answer:
        return refused(404, "Not found").answer

    @staticmethod
    def _number(prefix: str) -> str:
        return prefix + "01" + uuid.uuid4().hex[:22]

    def admit(self, request: Request, kind: str) -> dict[str, str]:
        number = self._number("req_")
        head = {"request-id": number, "anthropic-organization-id": "5e0c9c1e-fake"}
        if request.header("x-api-key") != self.key and request.header("Authorization") != f"Bearer {self.key}":
            raise refused(401, "invalid x-api-key", number, head)
        if request.header("anthropic-version") not in VERSIONS:
            raise refused(400, "anthropic-version: header is required and must be a valid version", number, head)
        if len(request.body) > MAX_BODY:
            raise refused(413, "Request exceeds the maximum size", number, head)
        now = self.now()
        self._input = [(at, count) for at, count in self._input if at > now - 60]
        wait = self.window.wait(now)
        if not wait and self.itpm is not None and sum(count for _, count in self._input) >= self.itpm:
            wait = self._input[0][0] + 60 - now
        if wait:
            text = "This request would exceed your organization's rate limit"
            raise refused(
                429, text, number, head | {"retry-after": str(int(wait) + 1), "anthropic-ratelimit-requests-remaining": "0"}
            )
        if self.window.limit is not None:
            head |= {
                "anthropic-ratelimit-requests-limit": str(self.window.limit),
                "anthropic-ratelimit-requests-reset": stamp(now + 60, 0),
                "anthropic-ratelimit-requests-remaining": str(self.window.remaining),
            }
        return head

    # ------------------------------------------------------------------ answers
    def _body(self, request: Request, *, counting: bool = False) -> dict[str, Any]:
        body = parse_body(request, lambda text: refused(400, text))
        check(body, counting=counting)
        return body

    def count_tokens(self, request: Request) -> Any:
        return Answer(
            200,
            {"input_tokens": sum(block.tokens for block in blocks_of(self._body(request, counting=True)))},
            {},
            "application/json",
        )

    def messages_create(self, request: Request) -> Any:
        body = self._body(request)
        blocks = blocks_of(body)
        total = sum(block.tokens for block in blocks)
        if total > CONTEXT:
            raise refused(400, f"prompt is too long: {total} tokens > {CONTEXT} maximum")
        reply = self._reply(body)
        content, stop, output = self._content(body, reply)
        usage = self.cache.use(body["model"], blocks, self.now())
        self._input.append((self.now(), usage.plain + usage.written_5m + usage.written_1h))
        for name, count in (
            ("input", usage.plain),
            ("output", output),
            ("cache_read", usage.read),
            ("cache_write_5m", usage.written_5m),
            ("cache_write_1h", usage.written_1h),
        ):
            self.spent[name] += count
        self.requests.append(body)
        message = {
            "id": self._number("msg_"),
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "container": None,
            "usage": _usage(usage, output),
        }
        if stop == "refusal":
            message["stop_details"] = {"type": "refusal", "category": None, "explanation": None}
        if body.get("stream"):
            return Answer(200, _stream(message), {}, "text/event-stream; charset=utf-8")
        return Answer(200, message, {}, "application/json")

    def _reply(self, body: dict[str, Any]) -> Reply:
        script: Any = self._first.pop(0) if self._first else self._standing
        if callable(script) and not isinstance(script, Reply):
            script = script(body)
        return script if isinstance(script, Reply) else Reply(script)

    def _content(self, body: dict[str, Any], reply: Reply) -> tuple[list[dict[str, Any]], str, int]:
        """-> (content blocks, stop reason, output tokens)"""
        schema = ((body.get("output_config") or {}).get("format") or {}).get("schema")
        tools = {tool["name"]: tool for tool in body.get("tools") or [] if "name" in tool}
        choice = body.get("tool_choice") or {}
        forced = choice.get("name") or (next(iter(tools), None) if choice.get("type") == "any" else None)
        value = reply.content
        if value is None and forced:
            value = blank(tools[forced]["input_schema"])
        elif value is None:
            value = blank(schema) if schema else "OK"
        if isinstance(value, list) and all(isinstance(one, dict) and "type" in one for one in value):
            content = value
        elif forced and isinstance(value, dict):
            content = [{"type": "tool_use", "id": self._number("toolu_"), "name": forced, "input": value}]
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            content = [{"type": "text", "text": text, "citations": None}] if text else []
        if not reply.lawless and reply.stop_reason in ("", "end_turn"):
            self._lawful(content, schema, tools)
        stop = reply.stop_reason or ("tool_use" if any(one["type"] == "tool_use" for one in content) else "end_turn")
        output = sum(tokens_of(one.get("text") or json.dumps(one.get("input", ""))) for one in content)
        if output > body["max_tokens"]:
            left, cut = body["max_tokens"], []
            for one in content:
                count = tokens_of(one.get("text") or json.dumps(one.get("input", "")))
                if count <= left:
                    cut.append(one)
                elif one["type"] == "text" and left > 0:
                    cut.append(one | {"text": one["text"].encode()[: int(left * 3.5)].decode("utf-8", "ignore")})
                left -= count
            content, stop, output = cut, "max_tokens", body["max_tokens"]
        return content, stop, output

    @staticmethod
    def _lawful(content: list[dict[str, Any]], schema: dict[str, Any] | None, tools: dict[str, Any]) -> None:
        from jsonschema import Draft202012Validator  # only where an answer is scripted against a schema

        for one in content:
            if one["type"] == "text" and schema:
                Draft202012Validator(schema).validate(json.loads(one["text"]))
            elif one["type"] == "tool_use" and tools[one["name"]].get("strict"):
                Draft202012Validator(tools[one["name"]]["input_schema"]).validate(one["input"])

    # ------------------------------------------------------------------ models
    @staticmethod
    def _model(name: str) -> dict[str, Any]:
        return {
            "id": name,
            "type": "model",
            "display_name": name.replace("-", " ").title(),
            "created_at": "2026-10-21T00:00:00Z",
            "lifecycle": "active",
            "line": name.split("-")[1],
            "max_input_tokens": CONTEXT,
            "max_tokens": 64_000,
        }

    def models_list(self, request: Request) -> Any:
        rows = [self._model(name) for name in MODELS][: int(request.get("limit") or 20)]
        return Answer(
            200, {"data": rows, "has_more": False, "first_id": rows[0]["id"], "last_id": rows[-1]["id"]}, {}, "application/json"
        )

    def models_get(self, request: Request, model: str) -> Any:
        if model not in MODELS:
            raise refused(404, f"model: {model}")
        return Answer(200, self._model(model), {}, "application/json")


def _usage(usage: Usage, output: int) -> dict[str, Any]:
    return {
        "input_tokens": usage.plain,
        "output_tokens": output,
        "cache_read_input_tokens": usage.read,
        "cache_creation_input_tokens": usage.written_5m + usage.written_1h,
        "service_tier": "standard",
        "inference_geo": "not_available",
        "cache_creation": {"ephemeral_5m_input_tokens": usage.written_5m, "ephemeral_1h_input_tokens": usage.written_1h},
    }


def _stream(message: dict[str, Any]) -> bytes:
    """The same message as server-sent events, a few characters at a time."""
    events: list[tuple[str, dict[str, Any]]] = [("message_start", {"message": message | {"content": [], "stop_reason": None}})]
    for index, block in enumerate(message["content"]):
        text = block["type"] == "text"
        start = block | ({"text": ""} if text else {"input": {}})
        whole = block["text"] if text else json.dumps(block["input"], ensure_ascii=False)
        events.append(("content_block_start", {"index": index, "content_block": start}))
        for n in range(0, len(whole), 40):
            delta = (
                {"type": "text_delta", "text": whole[n : n + 40]}
                if text
                else {"type": "input_json_delta", "partial_json": whole[n : n + 40]}
            )
            events.append(("content_block_delta", {"index": index, "delta": delta}))
        events.append(("content_block_stop", {"index": index}))
    events.append(
        (
            "message_delta",
            {
                "delta": {"stop_reason": message["stop_reason"], "stop_sequence": None},
                "usage": {"output_tokens": message["usage"]["output_tokens"]},
            },
        )
    )
    events.append(("message_stop", {}))
    return "".join(
        f"event: {name}\ndata: {json.dumps({'type': name} | data, ensure_ascii=False)}\n\n" for name, data in events
    ).encode()


__all__ = ["Anthropic", "Refusal", "Reply"]
