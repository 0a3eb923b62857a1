"""/cases/{id}: one case with its conversation, facts, offers, files and history; what is done with it; its files."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response

from engine.acts import NAMES
from engine.case_view import CaseView
from engine.conversation import Utterance
from engine.desk import Desk
from engine.fields import Field
from engine.unlocking import LONGEST
from web.auth import Person
from web.pages.frame import Agent, Frame, Reader, sorry
from web.pages.page import VIEWER_POLICY, Notice, Pages, back, begun, safe_path, told_of
from web.problems import Refusal
from web.saving import SHOWN

#: Seconds that an act's outcome is waited for before the page comes back.
WAIT = 4.0
#: Pictures that a browser shows without running anything in them.
PICTURES = frozenset(kind for kind in SHOWN if kind.startswith("image/"))
#: What fields of a form are called before the fact's name.
FIELD = "f."
#: What the 3D viewer opens.
MODELS = (".glb", ".gltf")

CaseId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
FileId = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class Facts:
    """Where in a message the facts' words stand, and what people call the facts, by their addresses."""

    def __init__(self, view: CaseView, language: str) -> None:
        self._names = {address: name[language] for address, name in view.names.items()}

    def spans(self, one: Utterance, source: str) -> list[tuple[int, int, str]]:
        """(start, end, the fact's address) in that part of the message, without overlaps."""
        found: list[tuple[int, int, str]] = []
        for mark in one.highlights:
            if mark.source == source and (not found or mark.start >= found[-1][1]):
                found.append((mark.start, mark.end, mark.fact))
        return found

    def called(self, address: str) -> str:
        """What people call it."""
        return begun(self._names.get(address, address))


async def shown(frame: Frame, request: Request, person: Person, case_id: str, status: int = 200, notice: Notice | None = None,
                ) -> Response:  # fmt: skip
    """The page of a case. Raises Refusal 404."""
    view, contact, fields = await frame.desk.run(_look, frame.desk, case_id)
    if view is None:
        raise Refusal(404, "Ce dossier n'existe pas.")
    more: dict[str, Any] = {"notice": notice} if notice is not None else {}
    language = frame.pages.speech(request).language
    return await frame.show(
        request, person, "case.html", status,
        view=view, facts=Facts(view, language), kinds=frame.kinds(language), contact=contact, pictures=PICTURES, fields=fields, **more,
    )  # fmt: skip


def _look(desk: Desk, case_id: str) -> tuple[CaseView | None, str, Sequence[Field]]:
    """The case, the id of its customer's contact ('' where there is none), and its facts as fields to correct."""
    view = desk.cases.view(case_id)
    party = view.case.party if view is not None else None
    address = (party.email or party.phone) if party is not None else ""
    found = desk.contacts.find(search=address, limit=1).rows if address else ()
    return view, found[0].id if found else "", desk.registers.fields(view) if view is not None else ()


def router(frame: Frame) -> APIRouter:
    """The pages."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/cases/{case_id}")
    async def case(case_id: CaseId, request: Request, person: Reader) -> Response:
        return await shown(frame, request, person, case_id)

    @routes.post("/cases/{case_id}/act")
    async def act(
        case_id: CaseId,
        request: Request,
        person: Agent,
        action: Annotated[str, Form(max_length=20)] = "",
        amount: Annotated[str, Form(max_length=30)] = "",
        note: Annotated[str, Form(max_length=20_000)] = "",
        key: Annotated[str, Form(max_length=60)] = "",
        digest: Annotated[str, Form(max_length=64)] = "",
        next: Annotated[str, Form(max_length=2000)] = "",
    ) -> Response:
        name = next_name(action)
        values: dict[str, str] = {}
        if name == "correct":
            values = await _changed(request, desk, case_id)
        outcome = await desk.act(
            case_id, name, author=person.author, key=key or secrets.token_hex(8), amount=number(amount), note=note, values=values,
            digest=digest, seconds=WAIT,
        )  # fmt: skip
        if outcome.state == "unknown":
            raise Refusal(404, "Ce dossier n'existe pas.")
        if outcome.state in ("refused", "reused", "unseen"):
            language = frame.pages.speech(request).language
            return await shown(frame, request, person, case_id, 422 if outcome.fields else 409, sorry(outcome.why, language))
        place = safe_path(next, f"/cases/{case_id}").partition("?")[0]
        return told_of(place, name if outcome.state == "done" else "waiting", case_id)

    @routes.post("/cases/{case_id}/files/{sha256}/unlock")
    async def unlock(
        case_id: CaseId, sha256: FileId, person: Agent, password: Annotated[str, Form(max_length=LONGEST)] = "",
    ) -> Response:  # fmt: skip
        if not await desk.run(desk.unlocking.give, case_id, sha256, password, person.author):
            raise Refusal(404, "Ce dossier n'a pas de fichier qu'un mot de passe ouvrirait.")
        return back(f"/cases/{case_id}?told=unlock")

    @routes.get("/cases/{case_id}/files/{sha256}/view")
    async def view(case_id: CaseId, sha256: FileId, request: Request, person: Reader) -> Response:
        del person
        found = await desk.run(desk.file, case_id, sha256)
        if found is None or not found.name.casefold().endswith(MODELS):
            raise Refusal(404, "Ce fichier n'existe pas.")
        return _viewer(frame.pages, request, found.name, f"/api/cases/{case_id}/files/{sha256}?show=1")

    return routes


async def _changed(request: Request, desk: Desk, case_id: str) -> dict[str, str]:
    """What somebody typed otherwise than it stood there, by the fact's name."""
    form = await request.form()
    view = await desk.run(desk.cases.view, case_id)
    fields = await desk.run(desk.registers.fields, view) if view is not None else ()
    typed = {
        name.removeprefix(FIELD): value for name, value in form.items() if name.startswith(FIELD) and isinstance(value, str)
    }
    return {field.name: typed[field.name] for field in fields if not field.unchanged(typed.get(field.name, field.typed))}


def _viewer(pages: Pages, request: Request, name: str, source: str) -> Response:
    return pages.show(request, "viewer.html", policy=VIEWER_POLICY, name=name, source=source)


def next_name(action: str) -> Any:
    """The act of that name. Raises Refusal 422."""
    if action not in NAMES:
        raise Refusal(422, f"Cette action n'existe pas ; une de : {', '.join(NAMES)}.")
    return action


def number(written: str) -> Decimal | None:
    """An amount as people type it, with a comma or a point; None for what is none."""
    plain = "".join(written.split()).replace(",", ".")
    try:
        value = Decimal(plain) if plain else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and value == round(value, 2) else None


def reasons(view: CaseView) -> list[str]:
    """Why the case stands where it stands: the sentences of the line of its history that put it there."""
    found: list[str] = []
    for line in reversed(view.timeline):
        if line.stage and line.stage != view.case.stage:
            break
        if line.stage and line.reasons:
            found = [reason for reason in line.reasons if not reason.startswith("étape :")]
    return found
