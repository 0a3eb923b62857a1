"""Anthropic on loopback refuses what the real one refuses, and answers as specified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fakes.anthropic import Anthropic, Reply
from fakes_help import (
    SCHEMA,
    an,
    prompt,
    shaped,
)

pytest_plugins = ("tests.fakes_fixtures",)
pytestmark = pytest.mark.usefixtures("off_the_record")


@pytest.fixture
def anthropic() -> Iterator[Anthropic]:
    with Anthropic() as fake:
        yield fake


def test_anthropic_answers_by_schema_by_script_and_cuts_at_max_tokens(anthropic: Anthropic) -> None:
    call = an(anthropic)
    assert json.loads(call("POST", "/v1/messages", shaped())[1]["content"][0]["text"]) == {"kind": "SUPPORT", "n": None}
    anthropic.answer(lambda body: {"kind": "MODELISATION", "n": len(body["messages"])})
    assert json.loads(call("POST", "/v1/messages", shaped())[1]["content"][0]["text"])["n"] == 1
    short = call("POST", "/v1/messages", shaped(max_tokens=4))[1]
    assert (short["stop_reason"], short["usage"]["output_tokens"]) == ("max_tokens", 4)
    with pytest.raises(ValueError, match=r"(?i)unterminated|expecting"):
        json.loads(short["content"][0]["text"])
    anthropic.refuse_next()
    assert call("POST", "/v1/messages", shaped())[1]["stop_reason"] == "refusal"
    anthropic.next_answers(Reply("not JSON", lawless=True))
    assert call("POST", "/v1/messages", shaped())[1]["content"][0]["text"] == "not JSON"
    assert "Bonjour" in anthropic.prompts()[0]


def test_a_script_that_breaks_its_schema_is_the_tests_own_defect() -> None:
    fake = Anthropic()
    fake.answer({"kind": "OTHER", "n": 1})
    assert an(fake)("POST", "/v1/messages", shaped())[0] == 500
    with pytest.raises(AssertionError, match="OTHER"):
        fake.stop()


def test_forced_tools_answer_with_tool_use(anthropic: Anthropic) -> None:
    tools = [{"name": "facts", "input_schema": SCHEMA, "strict": True}]
    anthropic.answer({"kind": "SUPPORT", "n": 3})
    body = an(anthropic)("POST", "/v1/messages", prompt(tools=tools, tool_choice={"type": "tool", "name": "facts"}))[1]
    assert (body["stop_reason"], body["content"][0]["input"]) == ("tool_use", {"kind": "SUPPORT", "n": 3})


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"temperature": 0}, 400, "temperature: Extra inputs"),
        ({"top_p": 0.9}, 400, "top_p"),
        ({"top_k": 1}, 400, "top_k"),
        ({"model": "claude-1"}, 404, "claude-1"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "user", "content": ""}]}, 400, "non-empty"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "user role"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "/9g="}}],
                    }
                ]
            },
            400,
            "image/png",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}}
                        ],
                    }
                ]
            },
            400,
            "PDF",
        ),
        (
            {"system": [{"type": "text", "text": str(n), "cache_control": {"type": "ephemeral"}} for n in range(5)]},
            400,
            "maximum of 4",
        ),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {}}}}},
            400,
            "additionalProperties",
        ),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "integer", "minimum": 1}}}}, 400, "minimum"),
        ({"messages": [{"role": "user", "content": "x" * 800_000}]}, 400, "prompt is too long"),
    ],
)
def test_anthropic_refuses_what_the_api_refuses(anthropic: Anthropic, change: dict[str, Any], status: int, text: str) -> None:
    with anthropic.unrecorded():
        got, body, _ = an(anthropic)("POST", "/v1/messages", prompt() | change)
    assert got == status
    assert text in body["error"]["message"]
    assert anthropic.requests == []


def test_anthropic_credentials_version_limits_and_overload(anthropic: Anthropic) -> None:
    call = an(anthropic)
    with anthropic.unrecorded():
        assert call("POST", "/v1/messages", prompt(), Authorization="Bearer x")[1]["error"]["type"] == "authentication_error"
        assert call("POST", "/v1/messages", prompt(), anthropic_version="")[0] == 400
    assert call("POST", "/v1/messages", prompt(), Authorization="", x_api_key=anthropic.key)[0] == 200
    anthropic.fail_next(1, 529)
    anthropic.fail_next(1, 429, retry_after=3)
    assert call("POST", "/v1/messages", prompt())[1]["error"]["type"] == "overloaded_error"
    status, body, headers = call("POST", "/v1/messages", prompt())
    assert (status, body["error"]["type"], headers["retry-after"]) == (429, "rate_limit_error", "3")
    anthropic.itpm = 1
    assert call("POST", "/v1/messages", prompt())[0] == 429
    anthropic.advance(61)
    assert call("POST", "/v1/messages", prompt())[0] == 200


def test_the_cache_writes_once_reads_after_and_forgets(anthropic: Anthropic) -> None:
    call = an(anthropic)
    long = [{"type": "text", "text": "Règle de la grille. " * 500, "cache_control": {"type": "ephemeral"}}]

    def usage(text: str, **more: Any) -> tuple[int, int, int]:
        found = call("POST", "/v1/messages", prompt(text, **({"system": long} | more)))[1]["usage"]
        return found["input_tokens"], found["cache_creation_input_tokens"], found["cache_read_input_tokens"]

    plain, written, read = usage("un")
    assert (written > 2000, read) == (True, 0)
    assert usage("deux")[1:] == (0, written)
    anthropic.advance(200)
    assert usage("trois")[1:] == (0, written)  # used: lives on
    anthropic.advance(200)
    assert usage("encore")[1:] == (0, written)
    anthropic.advance(301)
    assert usage("quatre")[1:] == (written, 0)
    assert usage("cinq", model="claude-opus-4-8")[1:] == (0, 0)  # too short for that model: not cached, without a word
    changed = [long[0] | {"text": "Autre. " + long[0]["text"]}]
    assert usage("six", system=changed)[2] == 0
    assert usage("sept", system=[{"type": "text", "text": "court", "cache_control": {"type": "ephemeral"}}])[1:] == (0, 0)
    counted = call(
        "POST",
        "/v1/messages/count_tokens",
        {key: value for key, value in prompt("un", system=long).items() if key != "max_tokens"},
    )[1]
    assert counted["input_tokens"] == plain + written
    assert anthropic.spent["cache_read"] == 3 * written


def test_streams_carry_the_same_text(anthropic: Anthropic) -> None:
    anthropic.answer("Bonjour, voici une phrase assez longue pour deux morceaux.")
    raw = an(anthropic)("POST", "/v1/messages", prompt(stream=True))[1].decode()
    data = [json.loads(line[6:]) for line in raw.splitlines() if line.startswith("data: ")]
    assert "".join(one["delta"]["text"] for one in data if one["type"] == "content_block_delta") == anthropic._standing
    assert data[-1]["type"] == "message_stop"
