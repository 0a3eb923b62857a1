"""What the end of a call means. What matters is whether the request can have been processed:

no connection, no TLS, 401, 403, 408, 423, 425, 429, redirect  it was not: Transient, or Denied (an Unauthorized)
no answer in time, connection cut, 5xx, answer cut short    it may have been: Ambiguous (Transient when the call only reads)
other 4xx                                                   it was refused: Refused, a Rejected with the answer in it
"""

from __future__ import annotations

import ssl
from collections.abc import Callable

import requests
import urllib3

from connectors.http.answer import Answer
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized


class Refused(Rejected):
    """A 4xx that refuses this input. ``answer`` says why."""

    def __init__(self, message: str, answer: Answer) -> None:
        super().__init__(message)
        self.answer = answer


class Denied(Unauthorized):
    """A 401 or 403 of the API itself. ``answer`` says why."""

    def __init__(self, message: str, answer: Answer) -> None:
        super().__init__(message)
        self.answer = answer


def told(answer: Answer) -> str:
    """What the answer itself says is wrong: the common fields of JSON errors."""
    body = answer.dict()
    parts = [body.get(name) for name in ("category", "message", "err", "error", "ECODE")]
    return " : ".join(p for p in parts if isinstance(p, str) and p) or "sans explication"


def lost(error: requests.exceptions.RequestException, text: Callable[[str], str]) -> PortError:
    """No answer came: whether the request can have left. ``text`` makes a line for a person."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Transient(text("pas de connexion en temps voulu"))
    if isinstance(error, requests.exceptions.ProxyError):
        return Transient(text("le relais (proxy) ne répond pas"))
    reason = _reason(error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Transient(text(f"certificat refusé ({reason.verify_message})"))
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return Transient(text("connexion impossible (adresse inconnue ou serveur arrêté)"))
    if isinstance(error, requests.exceptions.ReadTimeout):
        return Ambiguous(text("pas de réponse en temps voulu ; c'est peut-être fait"))
    if isinstance(error, requests.exceptions.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return Ambiguous(text("la connexion s'est coupée avant la réponse ; c'est peut-être fait"))
    if isinstance(
        error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema | requests.exceptions.MissingSchema
    ):
        return Transient(text("l'adresse de base de l'API n'est pas valable : corrigez les réglages"))
    return Ambiguous(text(f"l'appel a échoué ({type(error).__name__}) ; c'est peut-être fait"))


def refusal(
    answer: Answer,
    after: float | None,
    *,
    reads: bool,
    explain: Callable[[Answer], str],
    text: Callable[[str], str],
) -> PortError:
    """An answer that is no success. ``after`` is how long it asks us to wait; a call that ``reads`` is never in doubt."""
    status = answer.status
    if status < 300:
        # A page of something in between, or half an answer: what the API itself did is unknown.
        strange = text("la réponse n'est pas celle de l'API (page d'un intermédiaire ?)")
        return Transient(strange, after) if reads else Ambiguous(f"{strange} ; c'est peut-être fait")
    what = text(f"{status} {explain(answer)}")
    if status == 401:
        return Denied(what, answer)
    if status == 403:
        # Without a word of the API itself it comes from something in between, which may pass.
        return Denied(what, answer) if answer.dict() else Transient(text("403 d'un intermédiaire, sans explication"), after)
    if status in (408, 423, 425, 429, 477):
        return Transient(what, after)
    if status >= 500:
        return Transient(what, after) if reads else Ambiguous(f"{what} ; c'est peut-être fait")
    if status < 400:
        return Transient(text(f"réponse {status} inattendue : l'adresse de base de l'API est-elle la bonne ?"))
    if not answer.dict():
        # The API gives its reasons as JSON: this is a page of something else, or an address that it does not know.
        return Transient(text(f"{status} sans explication : l'adresse et la version de l'API sont-elles les bonnes ?"), after)
    return Refused(what, answer)


def _reason(error: BaseException) -> BaseException:
    """What lies under the layers of ``requests`` and ``urllib3``."""
    for _ in range(8):
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((a for a in error.args if isinstance(a, BaseException)), None)
        if inner is None or inner is error:
            break
        error = inner
    return error
