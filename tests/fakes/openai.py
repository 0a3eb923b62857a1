"""OpenAI's audio API on loopback: transcriptions of recorded answers, models, quotas.

    with OpenAI() as fake:
        fake.say(voice_bytes, "dix mille sachets", language="fr", logprob=-0.1)     # what is heard in these bytes
        …client on fake.url + "/v1" with fake.key…
        fake.heard          # the files that were answered

A file nobody recorded an answer for is heard as nothing. Forms are checked as the vendor does: unknown fields, files that are too
large or of no known kind, response formats that a model does not have.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .base import Fake, Window
from .wire import Answer, Refusal, Request

MODELS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe")
FIELDS = frozenset(
    {
        "file",
        "model",
        "language",
        "prompt",
        "response_format",
        "temperature",
        "include[]",
        "timestamp_granularities[]",
        "stream",
    }
)
ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
MOST = 25 * 2**20


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is heard in a file: segments of (start, end, text), in whole seconds or parts of them."""

    segments: tuple[tuple[float, float, str], ...]
    language: str
    logprob: float


class OpenAI(Fake):
    """``key`` goes as Bearer. Knobs: ``say``, ``rpm``, ``quota`` (False: the account is out of money) and those of the base."""

    real = "https://api.openai.com"
    routes = [
        ("POST", r"/v1/audio/transcriptions", "transcribe"),
        ("GET", r"/v1/models/(?P<model>[^/]+)", "model_get"),
    ]

    def __init__(
        self, *, key: str = "sk-fake-0001", rpm: int | None = 500, latency: float = 0.0, clock: Callable[[], float] = time.time
    ) -> None:
        self.key, self.quota = key, True
        self.window = Window(rpm, 60.0)
        self.heard: list[bytes] = []
        self.seconds = 0.0
        self._known: dict[str, Recorded] = {}
        super().__init__(latency=latency, clock=clock)

    def say(self, content: bytes, text: str, *, language: str = "fr", logprob: float = -0.1, seconds: float = 4.0) -> None:
        """What is heard in these bytes; every line is a segment."""
        lines = text.split("\n")
        each = seconds / len(lines)
        segments = tuple((n * each, (n + 1) * each, line) for n, line in enumerate(lines))
        self._known[hashlib.sha256(content).hexdigest()] = Recorded(segments, language, logprob)

    # ------------------------------------------------------------------ the base's questions
    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        return _refused(status, "server_error" if status >= 500 else "rate_limit_exceeded", "trouble", headers).answer

    def missing(self, request: Request) -> Answer:
        return _refused(404, "invalid_request_error", "Unknown request URL").answer

    def admit(self, request: Request, kind: str) -> dict[str, str]:
        if request.header("Authorization") != f"Bearer {self.key}":
            raise _refused(401, "invalid_request_error", "Incorrect API key provided", code="invalid_api_key")
        if not self.quota:
            raise _refused(429, "insufficient_quota", "You exceeded your current quota", code="insufficient_quota")
        wait = self.window.wait(self.now())
        if wait:
            raise _refused(429, "requests", "Rate limit reached", {"retry-after": f"{wait:.0f}"}, code="rate_limit_exceeded")
        return {"x-request-id": f"req_{uuid.uuid4().hex}", "openai-version": "2020-10-01"}

    # ------------------------------------------------------------------ the work
    def model_get(self, request: Request, model: str) -> Answer:
        if model not in MODELS:
            raise _refused(404, "invalid_request_error", f"The model '{model}' does not exist", code="model_not_found")
        return Answer(200, {"id": model, "object": "model", "created": 1_700_000_000, "owned_by": "system"})

    def transcribe(self, request: Request) -> Answer:
        parts = request.parts()
        fields = {part.name: part for part in parts}
        strange = set(fields) - FIELDS
        if strange:
            raise _refused(400, "invalid_request_error", f"Unknown parameter: '{min(strange)}'", code="unknown_parameter")
        file, model = fields.get("file"), _value(fields, "model")
        if file is None or model not in MODELS:
            raise _refused(400, "invalid_request_error", "you must provide a file and a known model")
        ending = (file.filename or "").rpartition(".")[2].lower()
        if ending not in ENDINGS:
            raise _refused(400, "invalid_request_error", f"Unrecognized file format. Supported formats: {list(ENDINGS)}")
        if len(file.data) > MOST:
            raise _refused(413, "invalid_request_error", "Maximum content size limit (26214400) exceeded")
        if file.data.startswith(b"OggS\0\0broken"):
            raise _refused(400, "invalid_request_error", "The audio file could not be decoded or its format is not supported.")
        shape, timed = _value(fields, "response_format") or "json", model == "whisper-1"
        if shape == "verbose_json" and not timed:
            raise _refused(
                400, "invalid_request_error", f"response_format 'verbose_json' is not compatible with model '{model}'"
            )
        if "include[]" in fields and timed:
            raise _refused(400, "invalid_request_error", "include is not supported for this model")
        told = self._known.get(hashlib.sha256(file.data).hexdigest(), Recorded((), "fr", -0.1))
        self.heard.append(file.data)
        seconds = told.segments[-1][1] if told.segments else 1.0
        self.seconds += seconds
        text = " ".join(line for _, _, line in told.segments)
        if timed:
            return Answer(200, _verbose(told, text, seconds))
        body: dict[str, Any] = {"text": text, "usage": _tokens(text)}
        if "include[]" in fields:
            body["logprobs"] = [{"token": word, "logprob": told.logprob, "bytes": list(word.encode())} for word in text.split()]
        return Answer(200, body)


def _verbose(told: Recorded, text: str, seconds: float) -> dict[str, Any]:
    names = {"fr": "french", "ar": "arabic", "en": "english"}
    segments = [
        {
            "id": n, "seek": 0, "start": start, "end": end, "text": f" {line}", "tokens": [1], "temperature": 0.0,
            "avg_logprob": told.logprob, "compression_ratio": 1.1, "no_speech_prob": 0.01,
        }
        for n, (start, end, line) in enumerate(told.segments)
    ]  # fmt: skip
    usage = {"type": "duration", "seconds": seconds}
    return {"language": names[told.language], "duration": seconds, "text": text, "segments": segments, "usage": usage}


def _tokens(text: str) -> dict[str, Any]:
    words = len(text.split())
    details = {"text_tokens": 0, "audio_tokens": 40}
    return {
        "type": "tokens",
        "input_tokens": 40,
        "input_token_details": details,
        "output_tokens": words,
        "total_tokens": 40 + words,
    }


def _value(fields: dict[str, Any], name: str) -> str:
    part = fields.get(name)
    return part.data.decode() if part is not None else ""


def _refused(
    status: int, kind: str, message: str, headers: dict[str, str] | None = None, *, code: str | None = None
) -> Refusal:
    return Refusal(Answer(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}, headers or {}))
