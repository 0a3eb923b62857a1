"""The desk's own frame around a page: who looks at it, the token of its forms, the counts in the menu."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from core.directive import Localized
from core.errors import PortError, UserError
from core.views import CaseFilter
from engine.desk import Desk
from web.auth import Person, csrf_token, page
from web.pages.language import later
from web.pages.page import Notice, Pages

#: Seconds that the counts in the menu are kept; counting ends at ``MOST``.
KEPT, MOST = 2.0, 100
_CASE = re.compile(r"[0-9a-f]{32}")
#: What a page says after something was done, by the word that stands in its address.
TOLD = {
    "validate": later("C’est validé : la suite est en route."),
    "reprice": later("Le nouveau devis part au client."),
    "refuse": later("C’est refusé : le client en est averti."),
    "ask": later("La question part au client."),
    "answer": later("La réponse part au client."),
    "reassign": later("La demande est relue selon l’autre directive."),
    "close": later("Le dossier est clos."),
    "unlock": later("Le mot de passe est essayé : ce que dit le fichier s’affiche ici dans un instant."),
    "separate": later("Le message ouvre sa propre demande."),
    "note": later("La note est gardée."),
    "correct": later("C’est corrigé : la demande est reprise d’après cela."),
    "finish": later("C’est noté comme livré."),
    "corrected": later("Les corrections sont gardées."),
    "contact": later("Le contact est gardé."),
    "woken": later("C’est parti : les boîtes sont relevées."),
    "waiting": later("C’est noté ; cela se fait dans un instant."),
    "retried": later("C’est relancé."),
    "dropped": later("C’est abandonné."),
    "gone": later("Ce n’était déjà plus mis de côté."),
    "saved": later("Le brouillon est gardé."),
    "published": later("C’est publié : les nouvelles demandes suivent ces directives."),
    "discarded": later("Le brouillon est jeté."),
    "checked": later("Ces directives peuvent se publier : tous les exemples passent."),
}

#: Who must look: at least that role; whoever is not signed in is sent to do so.
Reader = Annotated[Person, Depends(page("reader"))]
Agent = Annotated[Person, Depends(page("agent"))]
Admin = Annotated[Person, Depends(page("admin"))]


class Frame:
    """Shows the desk's pages."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self.desk, self.pages = desk, pages
        self._counts: tuple[float, Mapping[str, int]] = (0.0, {})

    async def show(self, request: Request, person: Person, template: str, status: int = 200, **values: Any) -> Response:
        """The page for that person. ``?told=…`` in the address becomes a sentence over it, ``&of=…`` the case that it is about."""
        counts = await self._counted()
        told = TOLD.get(request.query_params.get("told", ""))
        notice = None
        if told and values.get("notice") is None:
            of = request.query_params.get("of", "")
            about = await self.desk.run(self._about, of) if _CASE.fullmatch(of) else None
            notice = Notice(self.pages.speech(request).say(told), about=about)
        framed = {
            "person": person,
            "csrf": csrf_token(request),
            "counts": counts,
            "register": self.desk.registers.name(),
            "key": secrets.token_hex(8),
            "notice": notice,
        }
        return self.pages.show(request, template, status, **{**framed, **values})

    def _about(self, case_id: str) -> tuple[str, str] | None:
        """(address, reference and customer) of a case, None where it is gone."""
        case = self.desk.cases.case(case_id)
        if case is None:
            return None
        place = "orders" if self.desk.registers.find_id(case_id) else "cases"
        who = case.party.name or case.party.email or case.party.phone
        return f"/{place}/{case_id}", " · ".join(filter(None, (case.ref, who)))

    async def _counted(self) -> Mapping[str, int]:
        at, counts = self._counts
        if time.monotonic() - at > KEPT:
            try:
                counts = await self.desk.run(self._count)
            except (PortError, UserError):  # the page itself will say so, or does not need the store
                counts = {}
            self._counts = (time.monotonic(), counts)
        return counts

    def _count(self) -> Mapping[str, int]:
        return {
            "review": self.desk.cases.count(CaseFilter(stages=("waiting_review",)), most=MOST),
            "parked": self.desk.parked.count(most=MOST),
            "alerts": sum(self.desk.registers.alert_counts().values()) if self.desk.registers.directives() else 0,
            "unwell": sum(not lane.ok for lane in self.desk.lanes().values()),
        }

    def kinds(self, language: str) -> dict[str, str]:
        """By directive, the kind as a person writes it."""
        del language  # documents name their kinds in one language
        return {d.name: self.desk.kind_of(d) for business in self.desk.businesses for d in business.directives}


def sorry(why: Localized, language: str) -> Notice:
    """A notice of why something was not done."""
    text = why.get(language) or why.get("fr", "")
    return Notice(f"{text[:1].upper()}{text[1:]}.", "danger")
