"""The cookies: one with the session's id, one for the form that logs in. Neither can be read by a script."""

from __future__ import annotations

from typing import Literal

from fastapi import Request, Response

SESSION, FORM = "guichet", "guichet-login"


def secure(request: Request) -> bool:
    """Whether the browser speaks https with us or with the proxy before us."""
    return request.url.scheme == "https" or str(request.app.state.public_url).startswith("https://")


def _name(request: Request, name: str) -> str:
    # By this prefix the browser itself refuses a cookie that a neighbouring host or plain http tries to plant.
    return f"__Host-{name}" if secure(request) else name


def _read(request: Request, name: str) -> str:
    return request.cookies.get(_name(request, name), "")[:200]


def session_of(request: Request) -> str:
    """The id of the session the browser claims, '' for none."""
    return _read(request, SESSION)


def form_seed(request: Request) -> str:
    """What the login form is bound to, '' for none."""
    return _read(request, FORM)


def give(request: Request, response: Response, name: str, value: str, same_site: Literal["lax", "strict"]) -> None:
    """Set it until the browser is closed; how long it is good for is the server's to know."""
    response.set_cookie(_name(request, name), value, path="/", secure=secure(request), httponly=True, samesite=same_site)


def take(request: Request, response: Response, name: str) -> None:
    """Remove it."""
    response.delete_cookie(_name(request, name), path="/", secure=secure(request), httponly=True, samesite="lax")
