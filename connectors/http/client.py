"""One web API over a pool of connections. Every end of a call is an Answer or one of the four errors (connectors.http.meaning)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from connectors.http.answer import MOST_BYTES, Answer
from connectors.http.limits import Gate
from connectors.http.meaning import Refused, lost, refusal, told
from core.errors import Ambiguous, Rejected, Transient
from core.nodes import still_held
from core.outside import Count, uncounted

#: Characters of an error's text that are shown.
MOST_TEXT = 400
_READ = 64 * 1024

#: A text that carries credentials by its form, whatever they are.
_CREDENTIALS = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}|\b(pat-[a-z]{2,3}\d?-|pk_\d+_)[\w-]{6,}")


class _TooLarge(requests.exceptions.RequestException):
    """An answer of more bytes than are wanted."""


class _Auth(requests.auth.AuthBase):
    """Our own header. Being set, it also keeps ``requests`` from taking a password out of a .netrc."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._value:
            request.headers["Authorization"] = self._value
        return request


class HttpClient:
    """Calls to one API. Safe from any thread.

    ``system`` is how errors call it. ``timeout`` is (to connect, between two bytes of the answer), ``deadline`` for a whole
    answer, all in seconds. ``secrets`` are masked in every text. ``gate`` waits for the API's limits before each call.
    ``count`` is told of every exchange, those of files too.
    """

    def __init__(
        self,
        base: str,
        *,
        system: str,
        authorization: str = "",
        secrets: Sequence[str] = (),
        timeout: tuple[float, float] = (5.0, 20.0),
        deadline: float = 60.0,
        gate: Gate | None = None,
        count: Count = uncounted,
        explain: Callable[[Answer], str] = told,
        pool: int = 8,
        user_agent: str = "Guichet/3.0",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base = base.rstrip("/")
        self.system = system
        self.timeout = timeout
        self._deadline = deadline
        self._gate = gate or Gate()
        self._count, self._name = count, system.casefold()
        self._explain = explain
        self._pool = pool
        self._authorization = authorization
        self._secrets = tuple(s for s in (*secrets, authorization, authorization.rpartition(" ")[2]) if len(s) >= 4)
        self._agent = user_agent
        self._monotonic = monotonic
        self._session = self._open()

    def _open(self) -> requests.Session:
        session = requests.Session()
        session.auth = _Auth(self._authorization)
        # No cookies: an API needs none, and the jar is what threads would share.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update({"User-Agent": self._agent, "Accept": "application/json"})
        # No repetition below us: only we know which calls may be repeated.
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=self._pool, pool_block=False, max_retries=0)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    @property
    def patience(self) -> float:
        """Seconds after which a call has ended for us, whatever it did over there."""
        return sum(self.timeout)

    def close(self) -> None:
        """Give connections back; the next call opens new ones."""
        self._session.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        reads: bool = False,
        params: Mapping[str, Any] | Sequence[tuple[str, Any]] | None = None,
        body: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One call; its answer when that is a 2xx. Raises PortError, Refused for an input that was refused.

        ``reads``: it changes nothing, so no end of it is Ambiguous, and a connection that died while idle is replaced.
        ``body`` is sent as JSON, ``data`` as it is.
        """
        sent = {"Content-Type": "application/json"} if body is not None else {}
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else data
        tries, left_429 = (2 if reads else 1), 2
        while tries:
            tries -= 1
            self._gate.before()
            still_held()
            try:
                answer = self._exchange(method, self.base + path, params, content, {**sent, **(headers or {})})
            except (Transient, Ambiguous) as error:
                self._gate.failed()
                if (
                    tries
                    and reads
                    and isinstance(error, Ambiguous)
                    and error.__cause__.__class__ is requests.exceptions.ConnectionError
                ):
                    continue
                if reads and isinstance(error, Ambiguous):
                    raise Transient(str(error)) from error.__cause__
                raise
            after = self._gate.after(answer)
            if 200 <= answer.status < 300 and (answer.status == 204 or answer.json() is not None):
                return answer
            if answer.status == 429 and left_429 and after is not None and after <= self._gate.patience:
                # It was not processed, and the gate now waits as long as was asked.
                left_429 -= 1
                tries += 1
                continue
            raise refusal(answer, after, reads=reads, explain=self._explain, text=self.text)
        raise AssertionError

    def download(self, url: str, *, most: int = MOST_BYTES) -> bytes:
        """A file at an address that the API gave, without our credentials. Raises Transient, or Refused when it is not to be had."""
        if not url.startswith(("https://", f"{self.base}/")):
            raise Rejected(self.text("l'adresse d'un fichier n'est pas en https"))
        try:
            answer = self._exchange("GET", url, None, None, {}, auth=_Auth(""), most=most)
        except Ambiguous as error:
            if isinstance(error.__cause__, _TooLarge):
                raise Rejected(self.text("un fichier est plus gros qu'annoncé")) from None
            raise Transient(str(error)) from error
        if 200 <= answer.status < 300:
            return answer.body
        what = self.text(f"{answer.status} pour un fichier")
        if answer.status >= 500 or answer.status in (408, 425, 429):
            raise Transient(what, self._gate.asked(answer))
        raise Refused(what, answer)

    # ------------------------------------------------------------------ one exchange

    def _exchange(
        self,
        method: str,
        url: str,
        params: Any,
        content: Any,
        headers: Mapping[str, str],
        *,
        auth: _Auth | None = None,
        most: int = MOST_BYTES,
    ) -> Answer:
        try:
            response = self._session.request(
                method,
                url,
                auth=auth,
                params=params,
                data=content,
                headers=dict(headers),
                timeout=self.timeout,
                allow_redirects=False,
                stream=True,
            )
        except requests.exceptions.RequestException as error:
            self._count(self._name, "lost")
            raise lost(error, self.text) from error
        self._count(self._name, str(response.status_code))
        try:
            body = self._read(response, most)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if response.status_code >= 400:
                # What the body says is lost; what became of the request is in the status.
                body = b""
            else:
                raise Ambiguous(self.text("la réponse s'est interrompue ; c'est peut-être fait")) from error
        finally:
            response.close()
        return Answer(response.status_code, CaseInsensitiveDict(response.headers), body)

    def _read(self, response: requests.Response, most: int) -> bytes:
        """The body, bounded in size and in time: a server that drips holds nobody for long."""
        end = self._monotonic() + self._deadline
        pieces: list[bytes] = []
        size = 0
        # read1 gives what is there; read would wait for a whole block, however slowly that comes.
        while piece := response.raw.read1(_READ, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise _TooLarge
            if self._monotonic() > end:
                raise requests.exceptions.ReadTimeout("answer too slow")
        return b"".join(pieces)

    def text(self, what: str) -> str:
        """One line for a person: whose words, without secrets."""
        return f"{self.system} : {self.mask(what)}"

    def mask(self, text: str) -> str:
        """The text in one line, not too long, without anything that opens a door."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(_CREDENTIALS.sub("***", text[: MOST_TEXT * 4]).split())[:MOST_TEXT]
