"""Claude as the model that reads: structured answers, the instructions cached at the vendor's, pictures and PDFs from the spool.

The SDK (43 MB) is imported with the first question. It retries by its own rules what certainly was not done (refused
connections, 408, 409, 429, 5xx), but not a request that was sent and stayed without an answer, its own or through a gateway
in between: that one may have been paid, and the vendor has no idempotency key. Nothing of what is asked or answered is
logged, by us or by the SDK.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from connectors.claude.prices import DEFAULT_MODEL, Price, price_of
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized, UserError
from core.model import Answer, Question, Shown, Stop, Usage
from core.outside import Count, uncounted
from core.ports import Health, Spool

if TYPE_CHECKING:
    import anthropic
    import httpx2

BASE_URL = "https://api.anthropic.com"
#: Seconds to connect, and without a byte of the answer. A reading takes one to five.
CONNECT, READ = 5.0, 25.0
RETRIES = 2
#: The longest wait before a retry that the vendor may ask of us, in seconds; a longer one is ours to plan.
LONGEST_WAIT = 8.0
#: Statuses by which a gateway says that the vendor's answer did not reach it.
LOST = frozenset({502, 504, 520, 522, 524})
#: The vendor refuses larger requests (32 MB); base64 makes a third more of each file.
MOST_FILE_BYTES = 20_000_000
#: Tokens set aside for a picture and a PDF when the cost is estimated.
_PICTURE_TOKENS, _PDF_TOKENS = 5_000, 50_000
_PDF = "application/pdf"
#: Seconds that count as within the hour of a cached hour: the vendor's clock is not ours.
_HOUR = 3500.0


class _Unanswered(Exception):
    """The request was sent and no answer came back. Not one of the SDK's errors, so that it is not put again."""


class ClaudeModel:
    """core.ports.Model. ``ttl`` is how long the instructions are asked to stay cached at the vendor's.

    "auto": an hour, from the second question within an hour on. Writing there costs twice what reading in full does, which a
    question that stays alone would pay for nothing; reading there costs a tenth or less.
    """

    def __init__(
        self,
        api_key: str,
        *,
        spool: Spool,
        model: str = DEFAULT_MODEL,
        base_url: str = BASE_URL,
        price: Price | None = None,
        ttl: Literal["auto", "5m", "1h"] = "auto",
        effort: Literal["low", "medium", "high"] | None = "low",
        timeout: float = READ,
        retries: int = RETRIES,
        clock: Callable[[], float] = time.monotonic,
        count: Count = uncounted,
    ) -> None:
        """Raises UserError for a model whose price is not known."""
        known = price or price_of(model)
        if known is None:
            raise UserError(
                f"le prix du modèle « {model} » n'est pas connu, son coût ne pourrait pas être borné",
                where="ANTHROPIC_MODEL",
                todo="choisissez un modèle de connectors/claude/prices.py, ou réglez ANTHROPIC_PRICE",
            )
        self._model, self._price, self._spool = model, known, spool
        self._key, self._base_url = api_key, base_url
        self._ttl: Literal["auto", "5m", "1h"] = ttl
        self._effort = effort if known.effort else None
        self._seconds = clock
        #: When each set of instructions was last used, by its hash.
        self._last: dict[int, float] = {}
        self._timeout, self._retries = timeout, retries
        self._count = count
        self._client: anthropic.Anthropic | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's id."""
        return self._model

    # ------------------------------------------------------------------ asking

    def ceiling(self, question: Question) -> Decimal:
        """A generous estimate: a token for every two bytes of text, all of it written to the cache, an answer of full length."""
        text = sum(len(p.text.encode("utf-8", "replace")) for p in question.system)
        text += len(question.text.encode("utf-8", "replace")) + len(question.schema.encode("utf-8", "replace"))
        files = sum(_PDF_TOKENS if f.type == _PDF else _PICTURE_TOKENS for f in question.files)
        tokens = text // 2 + files + 500
        return self._price.cost(Usage(0, question.max_tokens, 0, tokens), hour=tokens)

    def ask(self, question: Question) -> Answer:
        """Put the question. Raises PortError: Ambiguous when it may have been paid, the others when it certainly was not."""
        body = self._body(question)
        client = self._connected()
        message = self._call(lambda: client.messages.create(**body))
        return self._answer(message)

    def _body(self, question: Question) -> dict[str, Any]:
        system: list[dict[str, Any]] = [{"type": "text", "text": piece.text} for piece in question.system]
        ttl = self._lifetime(question)
        for piece, block in zip(question.system, system, strict=True):
            if piece.cache and ttl:
                block["cache_control"] = {"type": "ephemeral", "ttl": ttl}
        # The vendor reads pictures best before the words about them.
        content = [*self._files(question.files), {"type": "text", "text": question.text}]
        output: dict[str, Any] = {"format": {"type": "json_schema", "schema": json.loads(question.schema)}}
        if self._effort:
            output["effort"] = self._effort
        return {
            "model": self._model,
            "max_tokens": question.max_tokens,
            "system": system,
            "messages": [{"role": "user", "content": content}],
            "output_config": output,
        }

    def _lifetime(self, question: Question) -> str:
        """How long the instructions are to stay cached, '' for not at all."""
        if self._ttl != "auto":
            return self._ttl
        key, now = hash((question.schema, *(p.text for p in question.system))), self._seconds()
        with self._lock:
            last = self._last.get(key)
            self._last = {k: at for k, at in self._last.items() if now - at < _HOUR} | {key: now}
        return "1h" if last is not None and now - last < _HOUR else ""

    def _files(self, files: tuple[Shown, ...]) -> list[dict[str, Any]]:
        """The files as blocks; one that is gone from the spool, or would make the request too large, is left out."""
        blocks: list[dict[str, Any]] = []
        room = MOST_FILE_BYTES
        for file in files:
            if file.size > room:
                continue
            try:
                content = self._spool.get(file.sha256)
            except KeyError:
                continue
            room -= len(content)
            kind = "document" if file.type == _PDF else "image"
            data = base64.standard_b64encode(content).decode("ascii")
            blocks.append({"type": kind, "source": {"type": "base64", "media_type": file.type, "data": data}})
        return blocks

    def _answer(self, message: Any) -> Answer:
        """What was paid for. Raises Ambiguous when it is not the vendor's form of an answer at all."""
        try:
            used = message.usage
            cached = used.cache_creation
            usage = Usage(
                int(used.input_tokens),
                int(used.output_tokens),
                int(used.cache_read_input_tokens or 0),
                int(used.cache_creation_input_tokens or 0),
            )
            hour = int(cached.ephemeral_1h_input_tokens or 0) if cached is not None else 0
            text = "".join(block.text for block in message.content if block.type == "text")
            reason, model = message.stop_reason, str(message.model or self._model)
        except (AttributeError, TypeError, ValueError):
            raise Ambiguous("Claude a répondu sous une forme inconnue") from None
        stop: Stop = "malformed"
        if reason == "refusal":
            stop = "refusal"
        elif reason in ("max_tokens", "model_context_window_exceeded"):
            stop = "truncated"
        elif reason in ("end_turn", "stop_sequence") and _is_object(text):
            stop = "complete"
        cost = self._price.cost(usage, hour=hour)
        return Answer(text if stop == "complete" else "", stop, model, usage, cost)

    # ------------------------------------------------------------------ the way there

    def _connected(self) -> anthropic.Anthropic:
        with self._lock:
            if self._client is None:
                # Imported here: 43 MB and a second, which only an installation that asks the model is to pay.
                import anthropic
                import httpx2

                # At DEBUG the SDK logs whole requests, customers' words included.
                for logger in ("anthropic", "httpx2", "httpcore2"):
                    logging.getLogger(logger).setLevel(logging.WARNING)
                self._client = anthropic.Anthropic(
                    api_key=self._key,
                    base_url=self._base_url,
                    max_retries=self._retries,
                    timeout=httpx2.Timeout(self._timeout, connect=CONNECT),
                    open_telemetry=False,
                    middleware=[_once_sent, self._lost],
                    http_client=anthropic.DefaultHttpxClient(
                        # A redirect would carry the customer's words to another host.
                        follow_redirects=False,
                        event_hooks={"response": [self._answered, _not_again]},
                    ),
                )
            return self._client

    def _answered(self, response: httpx2.Response) -> None:
        self._count("claude", str(response.status_code))

    def _lost(self, request: Any, call_next: Any) -> Any:
        import anthropic

        try:
            return call_next(request)
        except anthropic.APIConnectionError:
            self._count("claude", "lost")
            raise

    def _call(self, call: Any) -> Any:
        """The call's result, its errors as those of the port."""
        import anthropic

        try:
            return call()
        except _Unanswered:
            raise Ambiguous(f"Claude n'a pas répondu en {self._timeout:.0f} s : la question est peut-être payée") from None
        except anthropic.APIConnectionError:
            raise Transient("Claude n'est pas joignable") from None
        except anthropic.APIStatusError as error:
            raise _told(error) from None
        except PortError:
            raise
        except Exception as error:  # what the SDK raises on an odd answer is not told anywhere; it may have been paid
            raise Ambiguous(f"Claude a répondu sous une forme inconnue ({type(error).__name__})") from None

    def check(self) -> Health:
        """Ask for the model's description: it needs the key and the name, and costs nothing."""
        try:
            client = self._connected()
            self._call(lambda: client.models.retrieve(self._model))
        except PortError as error:
            return Health(False, str(error))
        return Health(True, f"{self._model} à {self._base_url}")

    def close(self) -> None:
        """Give connections back."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _once_sent(request: Any, call_next: Any) -> Any:
    """The SDK puts a request again when no answer came. One that had been sent may be paid already: it is not put again."""
    import anthropic
    import httpx2

    unsent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    try:
        return call_next(request)
    except anthropic.APIConnectionError as error:
        if isinstance(error.__cause__, unsent):
            raise
        raise _Unanswered from None


def _not_again(response: httpx2.Response) -> None:
    """Keep the SDK from putting again what may be paid, and from sleeping through a long Retry-After in our place."""
    wait = _seconds(response.headers.get("retry-after"))
    long = response.status_code >= 400 and wait is not None and wait > LONGEST_WAIT
    if long or response.status_code in LOST:
        response.headers["x-should-retry"] = "false"


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None


def _told(error: anthropic.APIStatusError) -> PortError:
    """The status as an error of the port. What the vendor says of a bad request is left out: it may quote the request."""
    status = error.status_code
    detail = f"Claude répond {status} ({error.type or 'sans détail'}"
    detail += f", {error.error_code}" if error.error_code else ""
    detail += f", requête {error.request_id})" if error.request_id else ")"
    if status in (401, 402, 403, 404):
        why = {401: "la clé est refusée", 402: "le compte n'a plus de crédit", 403: "la clé n'a pas ce droit"}
        return Unauthorized(f"{detail} : {why.get(status, 'ce modèle ou cette adresse est inconnu')}")
    if status in LOST:
        return Ambiguous(f"{detail} : la question est peut-être payée")
    if status in (408, 409, 429) or status >= 500:
        return Transient(detail, _seconds(error.response.headers.get("retry-after")))
    if status >= 400:
        return Rejected(detail)
    return Unauthorized(f"{detail} : l'adresse renvoie ailleurs")
