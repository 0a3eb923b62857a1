"""POST /webhook/request and /webhook/validate: requests posted by the studio's site and programs, and final validations."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from core.case import UNDECIDED
from core.effects import DONE
from engine.desk import Desk
from engine.posts import PostedFile
from engine.posts import Request as Posted
from engine.takes import FORM, Act, Progress
from web.fetch import Fetcher, NotFetched
from web.options import Options
from web.problems import Refusal, responses
from web.security import SCHEMES, Doors, Who, allowed

T = TypeVar("T")

log = logging.getLogger("guichet.web")

MOST_FILES = 20
#: Files of one request that are fetched at the same time, and of all requests together.
AT_ONCE, AT_ONCE_IN_ALL = 4, 8
#: Requests that wait for outside systems at the same time; one more is answered 202 at once.
MOST_WAITING = 32
_EMAIL = r"^[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}$"
_ID = r"^[0-9a-f]{40}-[0-9]{1,10}(-p)?$"


class FileIn(BaseModel):
    """A file of the request, at an address from which it can be fetched now."""

    model_config = ConfigDict(title="Fichier")

    name: str = Field("", max_length=255, examples=["photo.jpg"])
    url: str = Field(min_length=1, max_length=2048, examples=["https://temp-url.com/photo.jpg"])


class RequestIn(BaseModel):
    """A request as the studio's site posts it. Fields that are not named here are ignored."""

    model_config = ConfigDict(title="Demande")

    source: str = Field("", max_length=100, examples=["modelisation"])
    objet: str = Field("", max_length=500, examples=["Modélisation fauteuil vintage"])
    description: str = Field("", max_length=50_000, examples=["Je souhaite modéliser ce fauteuil..."])
    user_email: str = Field(max_length=320, pattern=_EMAIL, examples=["client@example.com"])
    user_name: str = Field("", max_length=200, examples=["Jean Dupont"])
    fichiers: list[FileIn] = Field(default_factory=list, max_length=MOST_FILES)
    website: str = Field("", max_length=2048, description="Champ piège du formulaire public : caché, il doit rester vide.")


class RequestOut(BaseModel):
    """What became of the request."""

    model_config = ConfigDict(title="Réponse")

    status: str = Field(examples=["pending_validation"])
    ticket_id: str = Field(examples=["12345"])
    ticket_url: str = Field(examples=["https://app.hubspot.com/contacts/.../ticket/12345"])
    is_new_ticket: bool
    classification: str = Field(examples=["MODELISATION"])
    files_uploaded: int = Field(examples=[1])
    validation_status: str = Field(examples=["pending_credits"])
    credits_estimes: int | float | None = Field(examples=[2])
    message: str = Field(examples=["Ticket modélisation créé, en attente de validation"])


class AcceptedOut(BaseModel):
    """The request is kept; the outside systems have not answered yet and the work goes on."""

    model_config = ConfigDict(title="Reçue")

    status: str = Field(default="accepted", examples=["accepted"])
    case_url: str = Field(description="L'adresse du dossier ; vide quand « reason » dit pourquoi il n'y en a pas.")
    reason: Literal["", "undecided", "unreadable", "no_case"] = Field(
        default="",
        description=(
            "Vide quand case_url est là. « undecided » : la demande est gardée, pas encore lue et décidée, status_url le dira ; "
            "« unreadable » : elle est gardée et une personne doit s'en occuper ; « no_case » : elle a été lue et n'ouvre aucun dossier."
        ),
    )
    status_url: str = Field(description="Où demander la suite (GET, avec la même clé) ; vide pour une validation.")
    message: str


class ValidateIn(BaseModel):
    """A final validation."""

    model_config = ConfigDict(title="Validation")

    ticket_id: str = Field(min_length=1, max_length=200, examples=["12345"])
    credits: Decimal = Field(gt=0, le=100_000, max_digits=8, decimal_places=2, allow_inf_nan=False, examples=[2])
    admin_notes: str = Field("", max_length=10_000, examples=["Validation OK"])


class ValidateOut(BaseModel):
    """The request is validated and its work ordered."""

    model_config = ConfigDict(title="Validée")

    success: bool = True
    ticket_id: str = Field(examples=["12345"])
    subtask_id: str = Field(examples=["86c870m18"])
    credits: int | float = Field(examples=[2])
    message: str = Field(examples=["Demande validée, subtask ClickUp créée"])


Id = Annotated[str, Path(pattern=_ID, description="L'identifiant donné par status_url.")]


def router(desk: Desk, options: Options, doors: Doors) -> APIRouter:
    """The endpoints."""
    routes, proofs = APIRouter(), [Depends(scheme) for scheme in SCHEMES]
    # Who has no key learns nothing of what is wrong with his body.
    posts = APIRouter(prefix="/webhook", route_class=allowed(doors.may_post), dependencies=proofs, tags=["Demandes"])
    acts = APIRouter(prefix="/webhook", route_class=allowed(doors.may_act), dependencies=proofs, tags=["Demandes"])
    work = _Work(desk, options)

    @posts.post(
        "/request",
        response_model=RequestOut,
        responses={202: {"model": AcceptedOut, "description": "Reçue, le travail continue."}, **responses(401, 403, 429)},
        summary="Déposer une demande",
    )
    async def post(posted: RequestIn, request: Request) -> RequestOut | Response:
        who: Who = request.state.who
        if who == "form" and posted.website:
            log.info("a posted form had its trap filled in: left alone")
            return _json(AcceptedOut(case_url="", reason="undecided", status_url="", message="Demande reçue."), 202)
        if not (_says(posted.objet) or _says(posted.description) or posted.fichiers):
            raise Refusal(422, "La demande est vide : objet, description ou fichiers sont attendus.")
        return await work.post(posted, who)

    @posts.get(
        "/request/{id}",
        response_model=RequestOut,
        responses={202: {"model": AcceptedOut, "description": "Le travail continue."}, **responses(401, 403, 404, 429)},
        summary="Où en est une demande",
    )
    async def ask(id: Id) -> RequestOut | Response:
        progress = await desk.run(desk.progress, f"{FORM}:{id}")
        if progress is None:
            raise Refusal(404, "Aucune demande ne porte cet identifiant.")
        return work.told(f"{FORM}:{id}", progress, progress.opened, ())

    @acts.post(
        "/validate",
        response_model=ValidateOut,
        responses={
            202: {"model": AcceptedOut, "description": "Validée, le travail continue."},
            **responses(401, 403, 404, 409),
        },
        summary="Valider une demande",
    )
    async def validate(wanted: ValidateIn) -> ValidateOut | Response:
        return await work.validate(wanted)

    routes.routes.extend([*posts.routes, *acts.routes])
    return routes


class _Work:
    def __init__(self, desk: Desk, options: Options) -> None:
        self._desk, self._options = desk, options
        self._fetcher = Fetcher(most=options.file_bytes, local=options.local_hosts, stop=desk.closing.is_set)
        self._line: anyio.CapacityLimiter | None = None
        self._waiting = 0

    # ------------------------------------------------------------------ requests

    async def post(self, posted: RequestIn, who: Who) -> RequestOut | Response:
        desk = self._desk
        links = tuple((f.name, f.url) for f in posted.fichiers)
        request = Posted(
            posted.objet, posted.description, posted.user_email.strip(), posted.user_name, posted.source, links, who
        )
        place = await desk.run(desk.place, request)
        identity, new = place.identity, False
        failed: tuple[PostedFile, ...] = ()
        if not place.known:
            files = await self._files(links)
            failed = tuple(f for f in files if f.error)
            identity, new = await desk.run(desk.post, request, files, place)
        found = await self._until(lambda: desk.progress(identity), lambda p: p is not None and p.settled)
        if found is None:  # it was kept a moment ago
            raise Refusal(503, after=5)
        return self.told(identity, found, new and found.opened, failed)

    async def _until(self, look: Callable[[], T], over: Callable[[T], bool]) -> T:
        """What there is to see once it is over, or when the time for waiting is."""
        seconds = self._options.wait if self._waiting < MOST_WAITING else 0.0
        self._waiting += 1
        try:
            return await self._desk.until(look, over, seconds)
        finally:
            self._waiting -= 1

    def told(self, identity: str, progress: Progress, new: bool, failed: Sequence[PostedFile]) -> RequestOut | Response:
        """The answer, 200 once there is a ticket, else 202."""
        desk, case, ticket = self._desk, progress.case, progress.receipt("ticket")
        lacking = "".join(f" Fichier non récupéré : {f.name or 'sans nom'} ({f.error})." for f in failed)
        if case is None or ticket is None:
            url = desk.case_url(case.id) if case is not None else ""
            status_url = f"/webhook/request/{identity.removeprefix(f'{FORM}:')}"
            stuck = progress.state in ("parked", "dropped") or any(
                d.name == "ticket" and d.state == "parked" for d in progress.deliveries
            )
            message = "Demande reçue ; une personne doit s'en occuper." if stuck else "Demande reçue ; le travail continue."
            accepted = AcceptedOut(case_url=url, reason=_why_none(progress), status_url=status_url, message=message + lacking)
            return _json(accepted, 202, {"Location": status_url})
        label, gated = desk.kind_label(case), desk.needs_validation(case)
        if case.stage in UNDECIDED:
            status = "pending_validation" if gated else "pending"
            waits = {"waiting_info": "en attente d'informations", "waiting_review": "en attente d'un avis"}
            rest = waits.get(case.stage, "en attente de validation")
        elif case.stage in ("fulfilling", "done"):
            status, rest = ("validated", "validé") if gated else ("created", "pris en charge par notre équipe")
        else:
            status, rest = case.stage, "clos"
        began = f"Ticket {label} créé" if new else f"Demande déjà reçue : ticket {label} existant"
        amount = case.approval.amount if case.approval is not None else (case.quote.amount if case.quote is not None else None)
        return RequestOut(
            status=status,
            ticket_id=ticket.id,
            ticket_url=ticket.url,
            is_new_ticket=new,
            classification=case.kind,
            files_uploaded=progress.files,
            validation_status=desk.validation_status(case),
            credits_estimes=None if amount is None else _number(amount),
            message=f"{began}, {rest}" + (f".{lacking}" if lacking else ""),
        )

    # ------------------------------------------------------------------ validations

    async def validate(self, wanted: ValidateIn) -> ValidateOut | Response:
        desk, amount = self._desk, wanted.credits
        act = await desk.run(desk.validate, wanted.ticket_id, amount, wanted.admin_notes)
        if act.progress is None or act.progress.case is None:
            raise Refusal(404, "Aucune demande ne porte ce numéro de ticket.")
        case_id = act.progress.case.id
        act = await self._until(lambda: desk.validated(case_id, amount), _over)
        if act.refused:
            raise Refusal(409, f"Validation impossible : {act.refused}.")
        subtask = act.progress.receipt("task") if act.progress is not None else None
        if not _over(act):
            accepted = AcceptedOut(
                case_url=desk.case_url(case_id), status_url="", message="Validation reçue ; le travail continue."
            )
            return _json(accepted, 202, {"Location": accepted.case_url})
        made = "subtask ClickUp créée" if desk.set_up("clickup") else "tâche créée"
        return ValidateOut(
            ticket_id=wanted.ticket_id,
            subtask_id=subtask.id if subtask is not None else "",
            credits=_number(amount),
            message="Demande validée" + (f", {made}" if subtask is not None else ""),
        )

    # ------------------------------------------------------------------ files

    async def _files(self, links: tuple[tuple[str, str], ...]) -> list[PostedFile]:
        if not links:
            return []
        if self._line is None:  # it belongs to the running loop
            self._line = anyio.CapacityLimiter(AT_ONCE_IN_ALL)
        end = time.monotonic() + self._options.fetch_seconds
        some = asyncio.Semaphore(AT_ONCE)

        async def one(name: str, url: str) -> PostedFile:
            async with some:
                return await self._file(name, url, end)

        return list(await asyncio.gather(*(one(name, url) for name, url in links)))

    async def _file(self, name: str, url: str, end: float) -> PostedFile:
        try:
            # A name server that does not answer holds its thread, not the request.
            async with asyncio.timeout(max(0.1, end + 1 - time.monotonic())):
                got = await anyio.to_thread.run_sync(self._fetcher.fetch, url, end, limiter=self._line, abandon_on_cancel=True)
        except TimeoutError:
            return PostedFile(name, error="le serveur est trop lent")
        except NotFetched as error:
            return PostedFile(name, error=str(error))
        try:
            digest, size = await self._desk.run(self._desk.keep, got.file)
        finally:
            got.file.close()
        return PostedFile(name or _last(url), got.type, digest, size)


def _over(act: Act) -> bool:
    """Whether a validation has come to its end: the work is ordered, or there is none to order."""
    if act.refused or act.progress is None or act.progress.case is None:
        return True
    if not act.before:
        return False
    tasks = [d for d in act.progress.deliveries if d.name == "task"]
    return all(d.state in DONE for d in tasks) and (bool(tasks) or act.progress.case.stage == "done")


def _why_none(progress: Progress) -> Literal["", "undecided", "unreadable", "no_case"]:
    """Why there is no case whose address could be told, '' when there is one."""
    if progress.case is not None:
        return ""
    return (
        "no_case" if progress.state == "decided" else "unreadable" if progress.state in ("parked", "dropped") else "undecided"
    )


def _says(text: str) -> bool:
    """Whether a person would see anything."""
    return any(c.isprintable() and not c.isspace() for c in text)


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _last(url: str) -> str:
    """The last part of an address's path, which names a file as well as anything."""
    return urlsplit(url).path.rpartition("/")[2][:255] or "fichier"


def _json(content: BaseModel, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(content.model_dump(), status, dict(headers or {}))
