"""Who may do what at the edge: keys, origins, visitors, and how often."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer

from web.options import Options
from web.problems import Refusal

Who = Literal["api", "form"]

#: For the documentation alone: the keys are looked at below, in constant time.
SCHEMES = (APIKeyHeader(name="X-API-Key", auto_error=False), HTTPBearer(auto_error=False))
#: Headers that a proxy leaves: with one of them a connection from this machine tells nothing of who asks.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "via")


def given_key(request: Request) -> str:
    """The key that the request shows, '' for none."""
    key = request.headers.get("x-api-key", "")
    if not key:
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        key = rest.strip() if scheme.lower() == "bearer" else ""
    return key


def same_key(given: str, wanted: str) -> bool:
    """Whether the keys are equal, in a time that tells nothing of either; an empty key opens nothing."""
    digests = [hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest() for key in (given, wanted)]
    return hmac.compare_digest(*digests) and bool(wanted)


def visitor(request: Request) -> str:
    """The address of who asks (of whom the proxy says that he asks); IPv6 by its network, which one visitor has whole."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host


def on_this_machine(request: Request) -> bool:
    """Whether the request comes from this machine itself, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class Rate:
    """So many at once, one more every ``pause`` seconds, for each visitor; at most ``most`` visitors are remembered."""

    def __init__(
        self, burst: int, pause: float, *, most: int = 10_000, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst, self._pause, self._most, self._monotonic = burst, pause, most, monotonic
        self._free_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, who: str) -> float:
        """0 when he may, else the seconds until he may."""
        now = self._monotonic()
        with self._lock:
            # When the last of what he used so far is given back.
            until = max(now, self._free_at.get(who, now)) + self._pause
            over = until - now - self._burst * self._pause
            if over > 0:
                return over
            self._free_at[who] = until
            self._free_at.move_to_end(who)
            while len(self._free_at) > self._most:
                self._free_at.popitem(last=False)
        return 0.0


class Doors:
    """The keys of one installation."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._visitors = Rate(options.form_burst, options.form_pause)
        # All visitors together: a crowd of addresses must not fill the disk either.
        self._all = Rate(options.form_burst * 20, options.form_pause / 20)

    def may_act(self, request: Request) -> None:
        """Only with the API key. Raises Refusal 401, 403 for the public form's."""
        key = given_key(request)
        if same_key(key, self._options.api_key):
            return
        raise Refusal(403 if same_key(key, self._options.form_key) else 401)

    def may_post(self, request: Request) -> Who:
        """With the API key, or with the form's from a page of ours, not too often. Raises Refusal 401, 403, 429."""
        key = given_key(request)
        api, form = same_key(key, self._options.api_key), same_key(key, self._options.form_key)
        if api:
            return "api"
        if not form:
            raise Refusal(401)
        if request.headers.get("origin", "").rstrip("/") not in self._options.origins:
            raise Refusal(403, "Ce formulaire n'est admis que depuis les pages qui le portent (FORM_ORIGINS).")
        wait = self._visitors.wait(visitor(request)) or self._all.wait("")
        if wait:
            raise Refusal(429, after=int(wait) + 1)
        return "form"

    def may_fill(self, request: Request) -> None:
        """The form that this service itself shows, not too often. Raises Refusal 429."""
        wait = self._visitors.wait(visitor(request)) or self._all.wait("")
        if wait:
            raise Refusal(429, after=int(wait) + 1)

    def may_measure(self, request: Request) -> None:
        """With the key for figures, or from this machine where none is set. Raises Refusal 401 or 403."""
        if self._options.metrics_key:
            if not same_key(given_key(request), self._options.metrics_key):
                raise Refusal(401)
        elif not on_this_machine(request):
            raise Refusal(403, "Les chiffres ne se lisent que depuis cette machine, ou avec METRICS_KEY.")


def allowed(may: Callable[[Request], object]) -> type[APIRoute]:
    """Routes on which that is asked before anything of the request is read; what it answers is ``request.state.who``."""

    class Allowed(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def asked(request: Request) -> Response:
                request.state.who = may(request)
                return await handle(request)

            return asked

    return Allowed
