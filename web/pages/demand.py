"""/demande: the form by which customers hand in a request, with files; it works on a phone and without scripts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from engine.desk import Desk
from engine.posts import PostedFile
from engine.posts import Request as Posted
from engine.takes import FORM
from engine.uploads import why_not
from web.auth import own_page
from web.options import Options
from web.pages.language import Speech
from web.pages.page import Pages
from web.problems import Refusal
from web.security import Doors

PATH = "/demande"
MOST_FILES = 20
#: All files of one request together are so many times the size that one may have.
ALL_TOGETHER = 6
#: Requests whose files are being received at the same time; one more is asked to come again.
AT_ONCE = 6
#: Seconds that somebody who has just sent his request waits, to be told its reference.
WAIT = 3.0
MOST = {"name": 200, "email": 320, "subject": 500, "text": 50_000}
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")
_ID = re.compile(r"[0-9a-f]{40}-[0-9]{1,10}(-p)?")


@dataclass(slots=True)
class Filled:
    """What somebody wrote into the form, and what is wrong with it, field by field."""

    values: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    trapped: bool = False


def most_bytes(options: Options) -> int:
    """How many bytes a filled form may have."""
    return ALL_TOGETHER * options.file_bytes + 200_000


def router(desk: Desk, options: Options, doors: Doors, pages: Pages) -> APIRouter:
    """The pages."""
    routes = APIRouter(include_in_schema=False)
    busy = asyncio.Semaphore(AT_ONCE)

    def form(request: Request, filled: Filled, status: int = 200, told: str = "") -> Response:
        if status != 200 and request.headers.get("x-requested-with") == "guichet":
            return JSONResponse({"error": told, "fields": filled.wrong, "files": filled.files}, status)
        limits = {"file": options.file_bytes, "files": MOST_FILES, "all": ALL_TOGETHER * options.file_bytes}
        return pages.show(request, "request.html", status, filled=filled, told=told, limits=limits)

    @routes.get(PATH)
    async def show(request: Request) -> Response:
        return form(request, Filled())

    @routes.post(PATH)
    async def post(request: Request) -> Response:
        say = pages.speech(request).say
        own_page(request)
        try:
            doors.may_fill(request)
        except Refusal:
            return form(request, Filled(), 429, say("Plusieurs demandes viennent de chez vous : réessayez dans une minute."))
        if busy.locked():
            return form(request, Filled(), 503, say("Beaucoup de fichiers arrivent en ce moment : réessayez dans une minute."))
        async with busy:
            try:
                data = await request.form(max_files=MOST_FILES + 1, max_fields=20, max_part_size=250_000)
            except (Refusal, HTTPException) as no:
                status = no.status if isinstance(no, Refusal) else no.status_code
                return form(request, Filled(), status, _unread(status, options, pages.speech(request)))
            try:
                return await take(request, data, pages.speech(request))
            finally:
                await data.close()

    async def take(request: Request, data: FormData, speech: Speech) -> Response:
        filled = read(data, speech)
        sent = [f for f in data.getlist("files") if isinstance(f, UploadFile) and (f.filename or f.size)]
        files = [] if filled.trapped else await keep(sent, filled, speech)
        if filled.trapped:
            return arrived(request, "0" * 40 + "-0")
        if filled.wrong or filled.files:
            return form(request, filled, 422, speech.say("Votre demande n’est pas encore partie : voyez ce qui manque."))
        values = filled.values
        links = tuple((f.name, f"sha256:{f.sha256}") for f in files)
        wanted = Posted(values["subject"], values["text"], values["email"], values["name"], "", links, "form")
        place = await desk.run(desk.place, wanted)
        identity = place.identity
        if not place.known:
            identity, _ = await desk.run(desk.post, wanted, files, place)
        return arrived(request, identity.removeprefix(f"{FORM}:"))

    async def keep(sent: Sequence[UploadFile], filled: Filled, speech: Speech) -> list[PostedFile]:
        """The files in the spool, none of them when one is not taken."""
        if len(sent) > MOST_FILES:
            filled.files.append(speech.say("%(num)s fichiers au plus à la fois.", num=MOST_FILES))
            return []
        for one in sent:
            why = await desk.run(why_not, one.file, one.size or 0, options.file_bytes)
            if why is not None:
                filled.files.append(f"{_named(one)} : {why[speech.language]}")
        if filled.wrong or filled.files:
            return []
        kept = []
        for one in sent:
            await one.seek(0)
            digest, size = await desk.run(desk.keep, one.file)
            kept.append(PostedFile(_named(one), (one.content_type or "")[:200], digest, size))
        return kept

    @routes.get(PATH + "/recue/{id}")
    async def received(id: str, request: Request) -> Response:
        if not _ID.fullmatch(id):
            raise Refusal(404)
        found = await desk.until(lambda: desk.progress(f"{FORM}:{id}"), lambda p: p is None or p.case is not None, WAIT)
        case = found.case if found is not None else None
        return pages.show(request, "request_received.html", reference=case.ref if case is not None else "")

    return routes


def arrived(request: Request, id: str) -> Response:
    """Where to look next: told to a script, or to the browser itself."""
    place = f"{PATH}/recue/{id}"
    if request.headers.get("x-requested-with") == "guichet":
        return JSONResponse({"place": place}, 201)
    return RedirectResponse(place, 303)


def read(data: FormData, speech: Speech) -> Filled:
    """What was written, cut to nothing: too long is said, never shortened in silence."""
    filled = Filled(trapped=bool(_text(data.get("website"))))
    for name, most in MOST.items():
        value = _text(data.get(name)).strip()
        filled.values[name] = value
        if len(value) > most:
            filled.wrong[name] = speech.say("%(num)s caractères au plus.", num=most)
    if not filled.values["email"]:
        filled.wrong["email"] = speech.say("Il nous faut une adresse pour vous répondre.")
    elif not _EMAIL.fullmatch(filled.values["email"]):
        filled.wrong["email"] = speech.say("Cette adresse ne semble pas complète.")
    if not any(c.isprintable() and not c.isspace() for c in filled.values["text"]):
        filled.wrong["text"] = speech.say("Dites-nous en quelques mots ce que vous souhaitez.")
    return filled


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _named(file: UploadFile) -> str:
    return re.split(r"[/\\]", file.filename or "")[-1][:255] or "fichier"


def _unread(status: int, options: Options, speech: Speech) -> str:
    if status == 413:
        megabytes = ALL_TOGETHER * options.file_bytes // 1_000_000
        return speech.say("Vos fichiers dépassent %(num)s Mo ensemble : envoyez-en moins, ou un lien.", num=megabytes)
    if status == 408:
        return speech.say("L’envoi s’est interrompu en route : réessayez.")
    return speech.say("L’envoi n’est pas arrivé comme il faut : réessayez.")
