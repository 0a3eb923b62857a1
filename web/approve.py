"""/approve/<token>: the page that a quote's link leads to. Looking changes nothing, whoever looks; only its buttons decide.

Link scanners and browsers that fetch ahead send GET and HEAD: these read and nothing more. A decision is a POST with the page's
own token. There is no cookie: who may decide is who has the link, which is bound to whom it was sent to and to one offer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from core.wording import day_text
from engine.case_labels import LANGUAGES
from engine.desk import Desk
from engine.offers import Decision, Offer
from engine.people import shortened
from web.auth.doorkeeper import FIELD, own_page
from web.auth.login import Show
from web.pages.language import COOKIE
from web.problems import Refusal
from web.security import Rate, visitor

#: Looks and answers of one visitor: so many at once, one more every so many seconds.
BURST, PAUSE = 30, 2.0
#: How long an answer waits for the clerk before the page says "recorded".
WAIT = 3.0
DECISIONS: tuple[Decision, ...] = ("approve", "refuse")
#: Not to be indexed, kept, or told to the next site.
HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}

#: What the page says, French first.
WORDS: Mapping[str, Mapping[str, str]] = {
    "title": {"fr": "Votre devis", "en": "Your quote"},
    "price": {"fr": "Prix", "en": "Price"},
    "subject": {"fr": "Votre demande", "en": "Your request"},
    "until": {"fr": "Valable jusqu'au", "en": "Valid until"},
    "reference": {"fr": "Référence", "en": "Reference"},
    "to": {"fr": "Envoyé à", "en": "Sent to"},
    "approve": {"fr": "J'accepte ce devis", "en": "I accept this quote"},
    "refuse": {"fr": "Je refuse", "en": "I decline"},
    "open": {
        "fr": "Rien n'est décidé tant que vous n'avez pas choisi. Vous pouvez aussi répondre à notre message.",
        "en": "Nothing is decided until you choose. You can also reply to our message.",
    },
    "recorded_approve": {
        "fr": "Votre accord est enregistré. Vous recevrez une confirmation.",
        "en": "Your approval is recorded. You will receive a confirmation.",
    },
    "recorded_refuse": {
        "fr": "Votre refus est enregistré. Vous recevrez une confirmation.",
        "en": "Your refusal is recorded. You will receive a confirmation.",
    },
    "approved": {"fr": "Ce devis a été accepté.", "en": "This quote has been accepted."},
    "refused": {"fr": "Ce devis a été refusé.", "en": "This quote has been declined."},
    "replaced": {
        "fr": "Ce devis a été remplacé et ne vaut plus. Cherchez notre message le plus récent, ou répondez à celui-ci : "
        "une personne vous lira.",
        "en": "This quote has been replaced and is no longer valid. Look for our most recent message, or reply to this one: "
        "a person will read it.",
    },
    "expired": {
        "fr": "Ce devis a expiré. Répondez simplement à notre message si votre projet est toujours d'actualité.",
        "en": "This quote has expired. Simply reply to our message if your project is still on.",
    },
    "over": {
        "fr": "Ce devis ne peut pas être accepté ici pour le moment. Répondez à notre message : une personne vous lira.",
        "en": "This quote cannot be accepted here at the moment. Reply to our message: a person will read it.",
    },
    "on": {"fr": "Le", "en": "On"},
    "stale": {
        "fr": "Votre choix n'a pas été enregistré : choisissez à nouveau.",
        "en": "Your choice was not recorded: please choose again.",
    },
    "unknown": {
        "fr": "Ce lien n'est pas valable. Il a peut-être été coupé par votre messagerie : copiez-le en entier, "
        "ou répondez simplement à notre message.",
        "en": "This link is not valid. Your mail program may have cut it: copy all of it, or simply reply to our message.",
    },
}


def router(desk: Desk, show: Show) -> APIRouter:
    """The endpoints. They are a page for customers, not part of the API."""
    routes = APIRouter(include_in_schema=False)
    rate = Rate(BURST, PAUSE)

    def limit(request: Request) -> None:
        if wait := rate.wait(visitor(request)):
            raise Refusal(429, after=int(wait) + 1)

    def page(request: Request, token: str, offer: Offer | None, status: int = 200, note: str = "") -> Response:
        chosen = request.cookies.get(COOKIE, "")
        if offer is None:
            values: dict[str, Any] = {"offer": None, "values": {}, "when": {}, "forms": {}, "decided": ""}
            language, status, note = "fr", 404, "unknown"
        else:
            spoken = offer.case.party.language
            language = spoken if spoken in LANGUAGES else "fr"  # as his letters
            forms = {}
            if offer.state == "open":
                forms = {d: desk.people.form_token(f"approve:{d}", token) for d in DECISIONS}
            when = _when(offer.approval.at, offer.zone) if offer.approval is not None else {}
            note = note or (f"recorded_{offer.decision}" if offer.state == "recorded" else offer.state)
            values = {"offer": offer, "values": offer.values, "when": when, "forms": forms, "decided": offer.decision}
        language = chosen if chosen in LANGUAGES else language
        other = "en" if language == "fr" else "fr"
        values |= {"lang": language, "other": other, "words": WORDS, "note": note, "path": token if offer is not None else ""}
        answer = show(request, "approve.html", status, **values)
        answer.headers.update({**HEADERS, "Content-Language": language})
        return answer

    @routes.api_route("/approve/{token}", methods=["GET", "HEAD"])
    async def look(request: Request, token: str) -> Response:
        limit(request)
        return page(request, token, await desk.run(desk.offers.look, token))

    @routes.post("/approve/{token}")
    async def decide(request: Request, token: str) -> Response:
        limit(request)
        own_page(request)
        posted = await request.form()
        given = posted.get(FIELD)
        decision = next((d for d in DECISIONS if posted.get("decision") == d), None)
        if decision is None or not isinstance(given, str):
            return page(request, token, await desk.run(desk.offers.look, token), 422, "stale")
        if not desk.people.is_form_token(given, f"approve:{decision}", token):
            return page(request, token, await desk.run(desk.offers.look, token), 403, "stale")
        place = shortened(visitor(request))
        offer = await desk.run(desk.offers.decide, token, decision, f"depuis {place}" if place else "")
        if offer is not None and offer.state == "recorded":
            await desk.until(lambda: desk.offers.look(token), lambda o: o is None or o.state != "recorded", WAIT)
        if offer is None:
            return page(request, token, None)
        # Looked at again by GET: a reload posts nothing. Relative, whatever path a proxy has us under.
        return RedirectResponse(token, 303, headers=HEADERS)

    return routes


def _when(at: datetime, zone: str) -> dict[str, str]:
    local = at.astimezone(ZoneInfo(zone))
    return {language: f"{day_text(local.date(), language)}, {local:%H:%M}" for language in LANGUAGES}
