"""What the Messages API refuses before any model reads it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .wire import Answer, Refusal

TOP = {
    "max_tokens",
    "messages",
    "model",
    "cache_control",
    "container",
    "diagnostics",
    "inference_geo",
    "metadata",
    "output_config",
    "service_tier",
    "speed",
    "stop_sequences",
    "system",
    "thinking",
    "tool_choice",
    "tools",
    "user_profile_id",
    "workspace_id",
    "stream",
}
COUNT = {
    "messages",
    "model",
    "cache_control",
    "output_config",
    "speed",
    "system",
    "thinking",
    "tool_choice",
    "tools",
    "user_profile_id",
    "workspace_id",
}
MODELS = (
    "claude-fable-5-2",
    "claude-mythos-5-2",
    "claude-haiku-5-5",
    "claude-sonnet-5-5",
    "claude-fable-5-1",
    "claude-opus-5-5",
    "claude-mythos-5-1",
    "claude-sonnet-5",
    "claude-fable-5",
    "claude-mythos-5",
    "claude-opus-5",
    "claude-opus-4-8",
)
#: keywords of JSON Schema that structured outputs do not take
UNSUPPORTED = {
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "not",
    "if",
    "then",
    "else",
    "oneOf",
}
MAGIC = {"image/png": (b"\x89PNG",), "image/jpeg": (b"\xff\xd8",), "image/gif": (b"GIF8",), "image/webp": (b"RIFF",)}
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
MAX_IMAGE, MAX_BODY, CONTEXT = 5 * 2**20, 32 * 2**20, 200_000


def refused(status: int, message: str, request_id: str = "req_fake", headers: dict[str, str] | None = None) -> Refusal:
    body = {"type": "error", "error": {"type": TYPES.get(status, "api_error"), "message": message}, "request_id": request_id}
    return Refusal(Answer(status, body, headers or {}, "application/json"))


def check(body: dict[str, Any], *, counting: bool = False) -> None:
    """Refuse what the API refuses: unknown or missing fields, retired sampling parameters, models, blocks, schemas."""
    for name in body:
        if name not in (COUNT if counting else TOP):
            raise refused(400, f"{name}: Extra inputs are not permitted")
    for name in ("model", "messages") if counting else ("model", "messages", "max_tokens"):
        if name not in body:
            raise refused(400, f"{name}: Field required")
    if body["model"] not in MODELS:
        raise refused(404, f"model: {body['model']}")
    if not counting and (
        isinstance(body["max_tokens"], bool) or not isinstance(body["max_tokens"], int) or body["max_tokens"] < 1
    ):
        raise refused(400, "max_tokens: Input should be greater than or equal to 1")
    _messages(body["messages"])
    marks = [one for one in _with_marks(body) if one.get("cache_control")]
    if len(marks) + bool(body.get("cache_control")) > 4:
        raise refused(400, f"A maximum of 4 blocks with cache_control may be provided. Found {len(marks)}.")
    for n, tool in enumerate(body.get("tools") or []):
        if tool.get("type", "custom") == "custom":
            if not isinstance(tool.get("input_schema"), dict) or tool["input_schema"].get("type") != "object":
                raise refused(400, f"tools.{n}.custom.input_schema.type: Field required")
            if tool.get("strict"):
                _schema(tool["input_schema"], f"tools.{n}.custom.input_schema")
    choice = body.get("tool_choice") or {}
    if choice.get("type") in ("any", "tool") and not body.get("tools"):
        raise refused(400, "tool_choice: tool_choice may only be specified while providing tools")
    if choice.get("type") == "tool" and choice.get("name") not in [tool.get("name") for tool in body["tools"]]:
        raise refused(400, f"tool_choice: Tool '{choice.get('name')}' not found in provided tools")
    fmt = (body.get("output_config") or {}).get("format")
    if fmt:
        if fmt.get("type") != "json_schema" or not isinstance(fmt.get("schema"), dict):
            raise refused(400, "output_config.format: Input should be a json_schema with a schema")
        _schema(fmt["schema"], "output_config.format.schema")


def _with_marks(body: dict[str, Any]) -> list[dict[str, Any]]:
    system = body.get("system")
    out = [*(body.get("tools") or []), *(system if isinstance(system, list) else [])]
    for message in body["messages"]:
        out += message["content"] if isinstance(message["content"], list) else []
    return out


def _messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise refused(400, "messages: at least one message is required")
    if messages[0].get("role") == "assistant":
        raise refused(400, "messages: first message must use the user role")
    for n, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant", "system"):
            raise refused(400, f"messages.{n}.role: Input should be 'user', 'assistant' or 'system'")
        content = message.get("content")
        if content == "" or content == []:
            raise refused(
                400, f"messages.{n}: all messages must have non-empty content except for the optional final assistant message"
            )
        if isinstance(content, str):
            continue
        if not isinstance(content, list):
            raise refused(400, f"messages.{n}.content: Input should be a valid string or list")
        for k, block in enumerate(content):
            _content(block, f"messages.{n}.content.{k}")


def _content(block: Any, where: str) -> None:
    if not isinstance(block, dict) or "type" not in block:
        raise refused(400, f"{where}.type: Field required")
    if block["type"] == "text":
        if not isinstance(block.get("text"), str) or not block["text"].strip():
            raise refused(400, f"{where}: text content blocks must be non-empty")
    elif block["type"] in ("image", "document"):
        source = block.get("source") or {}
        if source.get("type") != "base64":
            return
        try:
            data = base64.b64decode(source.get("data") or "", validate=True)
        except (binascii.Error, ValueError) as err:
            raise refused(400, f"{where}.{block['type']}.source.base64.data: Invalid base64") from err
        media = str(source.get("media_type"))
        if block["type"] == "document":
            if media != "application/pdf" or not data.startswith(b"%PDF"):
                raise refused(400, f"{where}.document.source: The PDF specified was not valid.")
        elif media not in MAGIC:
            raise refused(
                400,
                f"{where}.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
            )
        elif not data.startswith(MAGIC[media]):
            raise refused(
                400,
                f"{where}.image.source.base64.data: The image was specified using the {media} media type, but it is not one",
            )
        elif len(data) > MAX_IMAGE:
            raise refused(
                400, f"{where}.image.source.base64: image exceeds 5 MB maximum: {len(data)} bytes > {MAX_IMAGE} bytes"
            )
    elif block["type"] not in ("tool_use", "tool_result", "thinking", "redacted_thinking", "search_result", "tool_reference"):
        raise refused(
            400, f"{where}.type: Input tag '{block['type']}' found using 'type' does not match any of the expected tags"
        )


def _schema(schema: Any, where: str, depth: int = 0) -> None:
    """Structured outputs take a part of JSON Schema only."""
    if not isinstance(schema, dict) or depth > 30:
        return
    kinds = schema.get("type")
    if (kinds == "object" or (isinstance(kinds, list) and "object" in kinds)) and schema.get(
        "additionalProperties"
    ) is not False:
        raise refused(400, f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false")
    for name in UNSUPPORTED & set(schema):
        raise refused(400, f"{where}: For '{kinds}' type, property '{name}' is not supported")
    if schema.get("minItems", 0) not in (0, 1):
        raise refused(400, f"{where}: For 'array' type, 'minItems' values other than 0 or 1 are not supported")
    for key in ("properties", "$defs", "definitions"):
        for name, one in (schema.get(key) or {}).items():
            _schema(one, f"{where}.{key}.{name}", depth + 1)
    for key in ("anyOf", "allOf"):
        for n, one in enumerate(schema.get(key) or []):
            _schema(one, f"{where}.{key}.{n}", depth + 1)
    _schema(schema.get("items"), f"{where}.items", depth + 1)


def blank(schema: dict[str, Any], root: dict[str, Any] | None = None, depth: int = 0) -> Any:
    """The emptiest value that fits a schema: nothing found, nothing claimed."""
    root = root or schema
    if depth > 20:
        return None
    if "$ref" in schema:
        found: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found[part]
        return blank(found, root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return None if None in schema["enum"] else schema["enum"][0]
    for key in ("anyOf", "allOf"):
        if options := schema.get(key):
            return None if any(one.get("type") == "null" for one in options) else blank(options[0], root, depth + 1)
    kinds = schema.get("type", "string")
    kind = "null" if isinstance(kinds, list) and "null" in kinds else kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        wanted = schema.get("required") or []
        return {name: blank(one, root, depth + 1) for name, one in (schema.get("properties") or {}).items() if name in wanted}
    if kind == "array":
        return [blank(schema["items"], root, depth + 1)] if schema.get("minItems") else []
    return {"null": None, "string": "", "integer": 0, "number": 0, "boolean": False}[kind]
