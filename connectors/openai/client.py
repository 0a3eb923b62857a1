"""OpenAI's transcription: `POST /v1/audio/transcriptions` over the shared HTTP client; the SDK would cost 40 MB for one call.

Source: OpenAI API reference, audio/createTranscription (../shared/specs/openai-audio.json). There is no idempotency key: a call whose
answer was lost may have been paid, and is Ambiguous. What was said is never logged.
"""

from __future__ import annotations

import math
import secrets
import struct
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.http import Answer, HttpClient
from connectors.openai.prices import DEFAULT_MODEL, price_of
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized, UserError
from core.outside import Count, uncounted
from core.ports import Health
from core.recognition import Segment, Transcript

BASE_URL = "https://api.openai.com/v1"
#: The vendor refuses larger files.
MOST_BYTES = 25_000_000
#: Seconds to connect, and without an answer: it takes about a tenth of what the voice lasts.
TIMEOUT = (5.0, 120.0)
#: Bytes a second that the thinnest voice has (Opus at 6 kbit/s; WhatsApp uses 16 to 32): for a ceiling of its cost.
_THINNEST = 700
#: What kind of file it is, by its first bytes: the vendor goes by the name's ending.
_ENDINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"OggS", "ogg"), (4, b"ftyp", "m4a"), (0, b"ID3", "mp3"), (0, b"\xff\xfb", "mp3"), (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf2", "mp3"), (0, b"RIFF", "wav"), (0, b"fLaC", "flac"), (0, b"\x1aE\xdf\xa3", "webm"),
)  # fmt: skip


class OpenAITranscriber:
    """core.recognition.Transcriber. ``price`` is in US dollars a minute where the model's is not known."""

    def __init__(
        self,
        api_key: str,
        *,
        model: str = DEFAULT_MODEL,
        base_url: str = BASE_URL,
        price: Decimal | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        count: Count = uncounted,
    ) -> None:
        """Raises UserError for a model whose price is not known."""
        known = price if price is not None else price_of(model)
        if known is None:
            raise UserError(
                f"le prix du modèle « {model} » n'est pas connu, son coût ne pourrait pas être borné",
                where="OPENAI_MODEL",
                todo="choisissez un modèle de connectors/openai/prices.py, ou réglez OPENAI_PRICE",
            )
        self._model, self._price = model, known
        self._http = HttpClient(
            base_url, system="OpenAI", authorization=f"Bearer {api_key}", timeout=timeout, deadline=sum(timeout),
            count=count, explain=_told,
        )  # fmt: skip
        self.close = self._http.close

    @property
    def name(self) -> str:
        """The model's id."""
        return self._model

    def ceiling(self, size: int) -> Decimal:
        """As if it were the thinnest voice there is."""
        return self._cost(size / _THINNEST)

    def transcribe(self, content: bytes) -> Transcript:
        """What is said. Raises PortError: Rejected for what the vendor does not take, Ambiguous when it may have been paid."""
        if len(content) > MOST_BYTES:
            raise Rejected(f"plus de {MOST_BYTES // 1_000_000} Mo")
        fields = {"model": self._model}
        # Only the older model tells at what time something is said, only the newer ones how sure they are of every word.
        timed = self._model.startswith("whisper")
        fields |= {"response_format": "verbose_json"} if timed else {"response_format": "json", "include[]": "logprobs"}
        body, form = _multipart(fields, content, f"voice.{_ending(content)}")
        try:
            answer = self._http.call("POST", "/audio/transcriptions", data=body, headers={"Content-Type": form})
        except Transient as error:
            if "insufficient_quota" in str(error):  # a 429 that does not pass by itself
                raise Unauthorized(str(error)) from None
            raise
        try:
            return self._transcript(answer.dict(), content)
        except (AttributeError, TypeError, ValueError, KeyError):
            raise Ambiguous("OpenAI a répondu sous une forme inconnue") from None

    def check(self) -> Health:
        """Ask for the model's description: it needs the key and the name, and costs nothing."""
        try:
            self._http.call("GET", f"/models/{self._model}", reads=True)
        except PortError as error:
            return Health(False, str(error))
        return Health(True, f"{self._model} à {self._http.base}")

    def _transcript(self, body: Mapping[str, Any], content: bytes) -> Transcript:
        text = body["text"]
        if not isinstance(text, str):
            raise TypeError
        seconds = _seconds(body, content)
        segments: tuple[Segment, ...] = tuple(
            Segment(float(s["start"]), float(s["end"]), str(s["text"]).strip(), _sure(s)) for s in body.get("segments") or ()
        )
        if not segments and text.strip():
            spoken = [float(p["logprob"]) for p in body.get("logprobs") or () if str(p.get("token", "")).strip()]
            sure = math.exp(sum(spoken) / len(spoken)) if spoken else 0.8
            segments = (Segment(0.0, seconds, text.strip(), round(min(1.0, sure), 3)),)
        letters = sum(len(s.text) for s in segments)
        sure = sum(s.confidence * len(s.text) for s in segments) / letters if letters else 0.0
        return Transcript(segments, _language(body), seconds, round(sure, 3), self._model, self._cost(seconds))

    def _cost(self, seconds: float) -> Decimal:
        return (self._price * Decimal(str(round(seconds, 2))) / 60).quantize(Decimal("0.000001"))


def _sure(segment: Mapping[str, Any]) -> float:
    sure = math.exp(min(0.0, float(segment.get("avg_logprob", -0.2)))) * (1 - float(segment.get("no_speech_prob", 0.0)))
    return round(max(0.0, min(1.0, sure)), 3)


def _seconds(body: Mapping[str, Any], content: bytes) -> float:
    """How long it lasts: what the vendor bills, else what the file says, else what so many bytes hold at most."""
    usage = body.get("usage") or {}
    told = usage.get("seconds", body.get("duration"))
    if isinstance(told, int | float) and told >= 0:
        return float(told)
    return ogg_seconds(content) or len(content) / _THINNEST


def ogg_seconds(content: bytes) -> float:
    """How long an Ogg Opus voice lasts by its last page (RFC 7845: 48,000 samples a second); 0 when it is none."""
    last = content.rfind(b"OggS")
    if not content.startswith(b"OggS") or len(content) < last + 14:
        return 0.0
    samples = int(struct.unpack_from("<q", content, last + 6)[0])
    return samples / 48_000 if 0 < samples < 48_000 * 86_400 else 0.0


_LANGUAGES = {"french": "fr", "arabic": "ar", "english": "en", "spanish": "es", "german": "de", "italian": "it", "dutch": "nl"}


def _language(body: Mapping[str, Any]) -> str:
    """ISO 639-1, '' when it is not told. One model names languages, another lists codes."""
    told = body.get("language")
    if isinstance(told, str):
        return _LANGUAGES.get(told.lower(), told.lower() if len(told) == 2 else "")
    listed = body.get("languages")
    if isinstance(listed, list) and listed and isinstance(listed[0], dict):
        return str(listed[0].get("code", ""))[:2]
    return ""


def _ending(content: bytes) -> str:
    return next((ending for at, mark, ending in _ENDINGS if content[at:].startswith(mark)), "ogg")


def _multipart(fields: Mapping[str, str], content: bytes, name: str) -> tuple[bytes, str]:
    """The form's bytes and its Content-Type (RFC 7578). The file bears no name of the customer's."""
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    return b"".join([*parts, head.encode(), content, f"\r\n--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


def _told(answer: Answer) -> str:
    """The kind of error alone: its message may quote what was sent."""
    error = answer.dict().get("error")
    if not isinstance(error, dict):
        return "sans explication"
    return " : ".join(str(error[name]) for name in ("type", "code") if error.get(name)) or "sans détail"
