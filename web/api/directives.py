"""/api/directives: read, draft, check, run the examples, replay, publish, go back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from core.views import PublishedRow
from engine.desk import Desk
from engine.directive_problem import Problem
from engine.directives import MOST_BYTES
from engine.drafting import MOST_REPLAYED, BusinessView, Checked, DraftView, Publication
from engine.examples import Ran
from engine.replay import Replayed
from web.api import shapes
from web.api.shapes import Admin, Answer, Reader
from web.options import Options
from web.problems import Refusal, responses

Name = Annotated[
    str, Path(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f/]+$", description="Le métier · The business")
]
Revision = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Document = Annotated[str, Field(min_length=1, max_length=150)]
_Text = Annotated[str, Field(max_length=MOST_BYTES)]
Note = Annotated[str, Field(max_length=500)]


class EditsIn(BaseModel):
    """Documents by name as they shall be, over the revision ``base``; null takes one away. Without ``edits``: one's own draft."""

    model_config = ConfigDict(title="Modifications")

    base: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = Field("", description="Vide : la révision en vigueur")
    edits: dict[_Document, _Text | None] | None = Field(None, max_length=300)


class DraftIn(BaseModel):
    """A draft as it shall be kept. ``version`` is that of the draft one began from, 0 for none."""

    model_config = ConfigDict(title="Brouillon")

    base: Revision
    version: int = Field(0, ge=0, le=1_000_000)
    edits: dict[_Document, _Text | None] = Field(max_length=300)


class PublishIn(BaseModel):
    """A word on why, for the history."""

    model_config = ConfigDict(title="Publication")

    note: Note = ""


class RevertIn(BaseModel):
    """Which revision is to be in force again; ``base`` is the one in force as far as one knows."""

    model_config = ConfigDict(title="Retour")

    revision: Revision
    base: Revision
    note: Note = ""


class BusinessOut(Answer):
    """A business with the text of its documents."""

    business: BusinessView
    documents: dict[str, str]


class SavedOut(Answer):
    """The draft is kept as that version."""

    version: int


class ConflictOut(Answer):
    """Somebody else was faster: whose publication is in force, or which version of the draft is kept."""

    error: str
    revision: str = ""
    version: int = 0
    since: PublishedRow | None = None


class BrokenOut(Answer):
    """What is wrong, with file and line."""

    error: str
    problems: list[Problem] = Field(default_factory=list)
    fields: dict[str, str] | None = None


class ExampleOut(Answer):
    """An example that was run; ``wrong`` says what it promises and is not so."""

    source: str
    line: int
    directive: str
    subject: str
    ok: bool
    wrong: list[str]


class PublishedOut(Answer):
    """What is in force now; ``changed`` documents were written, none where nothing differed."""

    state: Literal["published", "same"]
    revision: str
    changed: list[str]


class DroppedOut(Answer):
    """Whether there was a draft."""

    dropped: bool


def _documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    found = responses(401, 403, 404, *statuses)
    found[422] = {"model": BrokenOut, "description": "Des documents ou des champs ne conviennent pas."}
    if 409 in statuses:
        found[409] = {"model": ConflictOut, "description": "Quelqu'un d'autre a enregistré ou publié entre-temps."}
    return found


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    del options
    routes = shapes.routes_of("Directives", "/directives")
    drafts = desk.drafts

    @routes.get("", response_model=list[BusinessView], responses=responses(401, 403), summary="Les métiers · Businesses")
    async def every(person: Reader) -> list[BusinessView]:
        del person
        return await desk.run(drafts.businesses)

    @routes.get(
        "/{business}", response_model=BusinessOut, responses=responses(401, 403, 404), summary="Les documents · Documents"
    )
    async def one(
        business: Name, person: Reader, revision: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")] = ""
    ) -> BusinessOut:
        del person
        view = await desk.run(drafts.business, business)
        documents = await desk.run(drafts.documents, business, revision)
        if view is None or documents is None:
            raise Refusal(404, "Aucun métier ne porte ce nom, ou aucune révision cette empreinte.")
        return BusinessOut(business=view, documents=documents)

    @routes.get(
        "/{business}/history",
        response_model=list[PublishedRow],
        responses=responses(401, 403, 404),
        summary="Ce qui a été en vigueur · What was in force",
    )
    async def history(business: Name, person: Reader) -> list[PublishedRow]:
        del person
        await _known(business)
        return await desk.run(drafts.history, business)

    @routes.get(
        "/{business}/draft", response_model=DraftView, responses=responses(401, 403, 404), summary="Son brouillon · One's draft"
    )
    async def draft(business: Name, person: Admin) -> DraftView:
        found = await desk.run(drafts.draft, business, person.author)
        if found is None:
            raise Refusal(404, "Vous n'avez pas de brouillon de ce métier.")
        return found

    @routes.put("/{business}/draft", response_model=SavedOut, responses=_documented(409), summary="L'enregistrer · Save it")
    async def save(business: Name, given: DraftIn, person: Admin) -> SavedOut | Response:
        await _known(business)
        saved = await desk.run(
            lambda: drafts.save(business, person.author, given.edits, base=given.base, version=given.version)
        )
        if saved.state == "refused":
            return _broken(saved.problems)
        if saved.state == "conflict":
            told = "Ce brouillon a été enregistré ailleurs entre-temps."
            return _json(ConflictOut(error=told, version=saved.version), 409)
        return SavedOut(version=saved.version)

    @routes.delete(
        "/{business}/draft", response_model=DroppedOut, responses=responses(401, 403, 404), summary="Le jeter · Drop it"
    )
    async def forget(business: Name, person: Admin) -> DroppedOut:
        return DroppedOut(dropped=await desk.run(drafts.forget, business, person.author))

    @routes.post("/{business}/check", response_model=Checked, responses=_documented(), summary="Vérifier · Check")
    async def check(business: Name, given: EditsIn, person: Admin) -> Checked:
        documents = await desk.run(_meant, business, given, person.author)
        return await desk.run(drafts.check, business, documents)

    @routes.post(
        "/{business}/examples",
        response_model=list[ExampleOut],
        responses=_documented(),
        summary="Passer les exemples · Run the examples",
    )
    async def examples(business: Name, given: EditsIn, person: Admin) -> list[ExampleOut] | Response:
        documents = await desk.run(_meant, business, given, person.author)
        found = await desk.run(drafts.examples, business, documents)
        return _broken(found) if isinstance(found, tuple) else [_example(ran) for ran in found]

    @routes.post(
        "/{business}/replay",
        response_model=list[Replayed],
        responses=_documented(),
        summary="Rejouer les derniers messages · Replay the last messages",
    )
    async def replay(
        business: Name, given: EditsIn, person: Admin, limit: Annotated[int, Query(ge=1, le=MOST_REPLAYED)] = 50
    ) -> list[Replayed] | Response:
        documents = await desk.run(_meant, business, given, person.author)
        found = await desk.run(drafts.replay, business, documents, limit)
        return _broken(found) if isinstance(found, tuple) else found

    @routes.post(
        "/{business}/publish",
        response_model=PublishedOut,
        responses=_documented(409),
        summary="Publier son brouillon · Publish one's draft",
    )
    async def publish(business: Name, given: PublishIn, person: Admin) -> PublishedOut | Response:
        return _published(await desk.run(lambda: drafts.publish(business, person.author, note=given.note)))

    @routes.post(
        "/{business}/revert",
        response_model=PublishedOut,
        responses=_documented(409),
        summary="Revenir à une révision · Go back to a revision",
    )
    async def revert(business: Name, given: RevertIn, person: Admin) -> PublishedOut | Response:
        return _published(
            await desk.run(lambda: drafts.revert(business, given.revision, person.author, base=given.base, note=given.note))
        )

    async def _known(business: str) -> None:
        if await desk.run(drafts.business, business) is None:
            raise Refusal(404, "Aucun métier ne porte ce nom.")

    def _meant(business: str, given: EditsIn, author: str) -> dict[str, str]:
        if given.edits is None:
            found = drafts.draft(business, author)
            if found is None:
                raise Refusal(404, "Vous n'avez pas de brouillon de ce métier.")
            return dict(found.documents)
        documents = drafts.documents(business, given.base)
        if documents is None:
            raise Refusal(404, "Aucun métier ne porte ce nom, ou aucune révision cette empreinte.")
        return {name: text for name, text in {**documents, **given.edits}.items() if text is not None}

    return routes


def _example(ran: Ran) -> ExampleOut:
    example = ran.example
    return ExampleOut(
        source=example.source, line=example.line, directive=ran.directive, subject=example.subject, ok=not ran.wrong,
        wrong=list(ran.wrong),
    )  # fmt: skip


def _published(done: Publication) -> PublishedOut | Response:
    if done.state == "unknown":
        raise Refusal(404, "Aucun métier, aucune révision ou aucun brouillon de ce nom.")
    if done.state == "broken":
        return _broken(done.problems)
    if done.state == "stale":
        told = "Une autre révision est en vigueur depuis ; relisez-la, puis recommencez."
        return _json(ConflictOut(error=told, revision=done.revision, since=done.since), 409)
    return PublishedOut(
        state="published" if done.state == "published" else "same", revision=done.revision, changed=list(done.changed)
    )


def _broken(problems: tuple[Problem, ...]) -> Response:
    return _json(BrokenOut(error="Ces documents ne conviennent pas.", problems=list(problems)), 422)


def _json(out: BaseModel, status: int) -> JSONResponse:
    return JSONResponse(out.model_dump(mode="json"), status)
