"""Who asks, and what he may do: the dependencies that routes use.

    from web.auth import Person, need, page, csrf_token

    @routes.get("/api/cases")
    async def cases(person: Annotated[Person, Depends(need("reader"))]) -> …:      # 401 or 403 as JSON
    @routes.get("/today")
    async def today(person: Annotated[Person, Depends(page("reader"))]) -> …:      # to /login, and back to here

    current(request)       the Person who asks, or None
    need(role)             at least that role: reader < agent < admin. Raises Refusal 401 or 403
    page(role)             the same for pages: who is not logged in is sent to /login?next=… (htmx: by HX-Redirect)
    csrf_token(request)    for forms: <input type="hidden" name="csrf" value="…">, for htmx: hx-headers='{"X-CSRF-Token": "…"}'
    own_page(request)      raises Refusal 403 when another site's page sent the request; for forms without a session

``need`` and ``page`` look at the CSRF token themselves: a request that changes something and comes with a session cookie must
carry it, in the header or in the form. API tokens (Authorization: Bearer guichet_…) are no cookies and need none.
``person.author`` is the name for OperatorActed.author and the journal.
"""

from __future__ import annotations

from core.accounts import Person, Role
from web.auth.cookies import secure, session_of
from web.auth.doorkeeper import ToLogin, csrf_token, current, need, own_page, page, safe_next

__all__ = [
    "Person", "Role", "ToLogin", "csrf_token", "current", "need", "own_page", "page", "safe_next", "secure", "session_of",
]  # fmt: skip
